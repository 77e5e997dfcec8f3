"""Measure what one reader of the notebooks costs: memory of the server and of a kernel, processor time of each chapter.

Starts JupyterLab as a service would, opens each chapter through it, and runs its cells in a kernel of that server.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.blocking.client import BlockingKernelClient

from tools import markdown
from tools.paths import ROOT
from tools.progress import say

TABLE = ROOT / "trials" / "reports" / "user.md"
MEGABYTE = 1e6
LIMIT = 600.0  # seconds for a cell


@dataclass(frozen=True)
class Cost:
    """What a chapter took."""

    chapter: str
    cells: int
    server: float  # megabytes
    kernel: float  # megabytes
    seconds: float  # of one processor, starting the kernel included


@contextmanager
def server(runtime: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Start JupyterLab on the book; yield its address and its process."""
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0", "--IdentityProvider.token="]
    command += [f"--ServerApp.root_dir={ROOT}", "--ServerApp.disable_check_xsrf=True", "--allow-root"]
    env = os.environ | {"JUPYTER_RUNTIME_DIR": str(runtime), "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            found = re.search(r"(http://(?:localhost|127\.0\.0\.1):\d+/)lab", line)
            if found:
                reach(found[1])
                yield found[1], psutil.Process(process.pid)
                return
        raise SystemExit("JupyterLab did not start")
    finally:
        process.terminate()
        process.wait(20)


def ask(address: str, body: dict[str, Any] | None = None, method: str = "GET") -> Any:
    """Return the server's answer."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if "json" in answer.headers.get("Content-Type", "") else None


def reach(address: str, patience: float = 60.0) -> None:
    """Wait until the server answers; it names its address a moment before it listens."""
    until = time.monotonic() + patience
    while True:
        try:
            ask(f"{address}api")
            return
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def wait_for(client: Any, patience: float = 120.0) -> None:
    """Wait until the kernel answers; one that is still starting has no heartbeat and is taken for dead."""
    until = time.monotonic() + patience
    while True:
        try:
            client.wait_for_ready(timeout=patience)
            return
        except RuntimeError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def measure(address: str, process: psutil.Process, runtime: Path, path: str) -> Cost:
    """Open a chapter as a notebook, run every cell in a new kernel of the server, and shut the kernel down."""
    notebook = ask(f"{address}api/contents/{path}?type=notebook")["content"]
    body = {"path": path, "type": "notebook", "name": path, "kernel": {"name": "python3"}}
    session = ask(f"{address}api/sessions", body, "POST")
    client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{session['kernel']['id']}.json"))
    client.load_connection_file()
    client.start_channels()
    wait_for(client)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        reply = client.execute_interactive("".join(cell["source"]), timeout=LIMIT, output_hook=lambda message: None)
        if reply["content"]["status"] != "ok":
            raise SystemExit(f"{path}: {reply['content']['evalue']}")
    kernel = process.children()[0]
    times = kernel.cpu_times()
    cost = Cost(
        Path(path).stem,
        len(cells),
        process.memory_info().rss / MEGABYTE,
        kernel.memory_info().rss / MEGABYTE,
        times.user + times.system,
    )
    client.stop_channels()
    ask(f"{address}api/sessions/{session['id']}", method="DELETE")
    while process.children():
        time.sleep(0.1)
    return cost


def table(costs: list[Cost], startup: float) -> str:
    """Return the costs as Markdown."""
    rows = [("chapter", "cells", "server, MB", "kernel, MB", "processor, s")]
    rows += [(c.chapter, str(c.cells), f"{c.server:.0f}", f"{c.kernel:.0f}", f"{c.seconds:.1f}") for c in costs]
    peak = max(cost.server + cost.kernel for cost in costs)
    total = sum(cost.seconds for cost in costs)
    words = (
        f"Server and kernel together take at most {peak:.0f} MB. Starting the server takes {startup:.1f} seconds of "
    )
    words += f"one processor, and running every chapter once {total:.0f} seconds."
    return f"{markdown.table(rows, right=range(1, 5))}\n\n{words}\n"


def main() -> None:
    """Measure the chapters, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapters", nargs="*", help="by stem (default: all that have code)")
    arguments = parser.parse_args()
    recorded = {path.stem for path in (ROOT / "tests" / "recorded").glob("*.ipynb")} - {"index"}
    chosen = arguments.chapters or sorted(recorded)
    costs = []
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as (address, process):
        ask(f"{address}lab")
        times = process.cpu_times()
        startup = times.user + times.system
        for stem in chosen:
            costs.append(measure(address, process, Path(folder), f"chapters/{stem}.md"))
            say(str(costs[-1]))
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table(costs, startup), encoding="utf-8")


if __name__ == "__main__":
    main()
