"""The wheel of nnlib, built so that the same sources give the same bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("pyproject.toml", "LICENSE", "nnlib")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "*.pyc")
EPOCH = "315532800"  # 1980-01-01, the first day that a zip file can hold
BUILD = "import os, sys; os.umask(0o022); from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


def build(folder: Path) -> Path:
    """Build the wheel into ``folder``, with the environment's own setuptools and no network; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wheel-") as place:
        for name in SOURCES:  # a copy: setuptools leaves files beside what it builds
            source, target = ROOT / name, Path(place, name)
            if source.is_dir():
                shutil.copytree(source, target, ignore=LEFT_OUT, copy_function=shutil.copyfile)
            else:
                shutil.copyfile(source, target)
        for path in Path(place).rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        command = [sys.executable, "-c", BUILD, str(folder.resolve())]
        env = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
        answer = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise ExtensionError(f"The wheel of nnlib could not be built.\n{answer.stdout}{answer.stderr}")
    return folder / answer.stdout.splitlines()[-1]
