"""Copies of the book to plant faults in, and the real programs to run over them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.paths import ROOT

# The start of a small chapter that a test writes.
HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A small chapter

"""
SOURCES = [
    "pyproject.toml",
    "LICENSE",
    "_config.yml",
    "_toc.yml",
    "index.md",
    "chapters",
    "book",
    "nnlib",
    "tests/recorded",
]
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "node_modules")


def copy_book(folder: Path) -> Path:
    """Copy the sources and the recordings of the book into a folder."""
    for name in SOURCES:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=LEFT_OUT)
        else:
            shutil.copy2(source, target)
    return folder


def copy_chapter(folder: Path, chapter: Path) -> Path:
    """Copy a book with this chapter alone, so that a test does not depend on the others."""
    copy_book(folder)
    kept = {"ledger", "bibliography"}
    for other in (folder / "chapters").glob("*.md"):
        if other.stem not in kept:
            other.unlink()
    for recording in (folder / "tests" / "recorded").glob("*.ipynb"):
        if recording.stem != chapter.stem:
            recording.unlink()
    shutil.copy2(chapter, folder / "chapters")
    (folder / "index.md").write_text("# A small book\n")
    names = [chapter.stem, *sorted(kept)]
    (folder / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n" + "".join(f"- file: chapters/{name}\n" for name in names)
    )
    return folder


def compare(folder: Path, stem: str = "softmax") -> tuple[int, str]:
    """Run the stock nbval over one recording of a copy, with the copy's nnlib, as `make test` does."""
    command: list[str | Path] = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", folder]
    command += ["-p", "tests.conftest", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    return _run([*command, folder / "tests" / "recorded" / f"{stem}.ipynb"], ROOT, [folder])


def build(folder: Path) -> tuple[int, str]:
    """Build a copy as `make book` does; return the exit code and what it says on standard error."""
    if not (folder / "book" / "node_modules").exists():
        (folder / "book" / "node_modules").symlink_to(ROOT / "book" / "node_modules")
    program = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    return _run([*program, "build", folder, "-n", "-W", "--keep-going"], folder, [folder, ROOT], streams="stderr")


def _run(command: Sequence[str | Path], cwd: Path, path: list[Path], streams: str = "both") -> tuple[int, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env["PYTHONPATH"] = os.pathsep.join(map(str, path))
    answer = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    said = answer.stderr if streams == "stderr" else answer.stdout + answer.stderr
    return answer.returncode, re.sub(r"\x1b\[[0-9;]*m", "", said)
