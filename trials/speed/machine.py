"""A description of the machine that the numbers come from."""

import os
import platform
from pathlib import Path

from trials.speed.peers import versions


def describe(threads: int) -> list[str]:
    """Return a few lines: processor, threads, load, versions."""
    libraries = ", ".join(f"{name} {version}" for name, version in versions().items())
    lines = [
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; {threads} thread(s) for every library",
        f"Python {platform.python_version()}, {libraries}",
    ]
    if hasattr(os, "getloadavg"):
        lines.append(f"load when it began: {os.getloadavg()[0]:.1f}")
    return lines


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
