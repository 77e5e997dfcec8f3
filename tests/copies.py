"""Copies of the book to plant faults in, and the real programs to run over them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from book.edition import PROMISE
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
    "requirements.lock",
    "tests/recorded",
    "trials/reports",
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


def copy_project(folder: Path) -> Path:
    """Copy everything that a clone has, with this environment: every command of make works there."""
    kept = {".binder", ".ci", ".github", ".gitignore", ".mypy_cache", ".pre-commit-config.yaml"}
    for path in ROOT.iterdir():
        if path.name in kept or not path.name.startswith((".", "_build", "node_modules")):
            if path.is_dir():
                shutil.copytree(path, folder / path.name, ignore=LEFT_OUT, symlinks=True)
            else:
                shutil.copy2(path, folder)
    return equip(folder)


def equip(folder: Path) -> Path:
    """Lend a copy this environment."""
    for home in (home for home in ("book", "tests/scripts") if (folder / home).exists()):
        (folder / home / "node_modules").symlink_to((ROOT / home / "node_modules").resolve())
    (folder / ".venv").symlink_to(sys.prefix)
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
        f"{PROMISE}\nformat: jb-book\nroot: index\nchapters:\n"
        + "".join(f"- file: chapters/{name}\n" for name in names)
    )
    return folder


def cells(*sources: str) -> str:
    """Return a chapter with these code cells."""
    return HEADER + "\n".join(f"```{{code-cell}} ipython3\n{source}\n```\n" for source in sources)


def copy_workshop(folder: Path, pages: dict[str, str]) -> Path:
    """Make a folder in which make works, with these pages instead of the book's."""
    for name in ("_config.yml", "Makefile", "pyproject.toml", "LICENSE", "book", "nnlib", "practice", "tools"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
        else:
            shutil.copy2(ROOT / name, folder / name)
    (folder / "chapters").mkdir()
    shutil.copy2(ROOT / "chapters" / "references.bib", folder / "chapters")
    (folder / "index.md").write_text("# A small book\n")
    for name, text in pages.items():
        (folder / "chapters" / f"{name}.md").write_text(text, encoding="utf-8")
    names = "".join(f"- file: chapters/{name}\n" for name in pages)
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{names}")
    return equip(folder)


def make(folder: Path, *arguments: str) -> tuple[list[str], dict[str, Any]]:
    """Return the command of make once everything is installed, and the options of its process."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MAKE"))}
    options = {"cwd": folder, "env": {"LIVE": "no", **env, "PYTHONPATH": str(folder)}, "text": True}
    return ["make", "-o", "setup", *arguments], {**options, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}


def compare(folder: Path, stem: str = "softmax") -> tuple[int, str]:
    """Run the stock nbval over one recording of a copy, with the copy's nnlib, as `make test` does."""
    command: list[str | Path] = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", folder]
    command += ["-p", "tests.conftest", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    return _run([*command, folder / "tests" / "recorded" / f"{stem}.ipynb"], ROOT, [folder])


def build(folder: Path, *, live: str = "no") -> tuple[int, str]:
    """Build a copy as `make book` does, with Run or without; return the exit code and its standard error."""
    if not (folder / "book" / "node_modules").exists():
        (folder / "book" / "node_modules").symlink_to(ROOT / "book" / "node_modules")
    program = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    command = [*program, "build", folder, "-n", "-W", "--keep-going"]
    return _run(command, folder, [folder, ROOT], streams="stderr", LIVE=live)


def _run(
    command: Sequence[str | Path], cwd: Path, path: list[Path], streams: str = "both", **variables: str
) -> tuple[int, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env |= {"PYTHONPATH": os.pathsep.join(map(str, path)), **variables}
    answer = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    said = answer.stderr if streams == "stderr" else answer.stdout + answer.stderr
    return answer.returncode, re.sub(r"\x1b\[[0-9;]*m", "", said)
