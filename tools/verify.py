"""Prove the book (`make test`), or only what changed (`make check`)."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from book.sources import dependencies
from tools import chapters
from tools.paths import BUILD, RECORDED, ROOT, VENV, environment
from tools.progress import elapsed, say

STATE = BUILD / "checked.json"
SCRIPTS = ROOT / "tests" / "scripts" / "node_modules"
ESLINT = [str(SCRIPTS.parent / "eslint.config.mjs"), "book/pages", "tests"]
QUICK = "not slow and not pages"  # the tests of the quick loop, by marker
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def tool(name: str) -> str:
    """Return the path of a program of the environment."""
    return str(VENV / "bin" / name)


LINT: list[tuple[str, list[str], str]] = [
    ("lint", [tool("ruff"), "check", "."], "make format repairs most of it"),
    ("format", [tool("ruff"), "format", "--check", "--quiet", "."], "run make format"),
    ("types", [tool("mypy")], "nnlib and tools are typed strictly"),
    (
        "imports",
        [tool("lint-imports"), "--no-logo", "--no-cache"],
        "[tool.importlinter] in pyproject.toml says who may import whom",
    ),
    (
        "scripts",
        [tool("node"), str(SCRIPTS / "typescript" / "bin" / "tsc"), "--project", str(SCRIPTS.parent)],
        "the types are in the comments; see tests/scripts",
    ),
    (
        "scripts' style",
        [tool("node"), str(SCRIPTS / "eslint" / "bin" / "eslint.js"), "--config", *ESLINT],
        "see tests/scripts",
    ),
    ("workflows", [sys.executable, "-m", "tools.workflows"], "actionlint and zizmor say where and why"),
    ("spelling", [tool("codespell")], "a right word it does not know goes into [tool.codespell] in pyproject.toml"),
]


def step(name: str, command: Sequence[str], env: dict[str, str] | None = None) -> bool:
    """Run one step with its output in view; say how long it took."""
    start = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env=env or environment(), stdin=subprocess.DEVNULL, check=False).returncode
    say(f"{name}: {'passed' if code == 0 else 'FAILED'} ({elapsed(start)})")
    return code == 0


def lint() -> list[bool]:
    """Run the linters side by side; what one says comes in one piece, and when it failed, with what to do."""

    def run(name: str, command: Sequence[str], advice: str) -> bool:
        start = time.monotonic()
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        answer = subprocess.run(command, cwd=ROOT, env=environment(), **streams, text=True, check=False)
        good = answer.returncode == 0
        end = f"passed ({elapsed(start)})" if good else f"FAILED ({elapsed(start)}); {advice}"
        say(f"{answer.stdout}{name}: {end}")
        return good

    with ThreadPoolExecutor() as pool:
        return list(pool.map(run, *zip(*LINT, strict=True)))


def pytest(*arguments: str, workers: int = CORES) -> list[str]:
    """Return a pytest command that compares recorded outputs strictly, with this environment's kernel, on all cores.

    What goes to which worker, and in which order, is said in tests/conftest.py.
    """
    options = [
        "--nbval",
        "--nbval-current-env",
        "--nbval-kernel-startup-timeout",
        "180",
        "-n",
        str(workers),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
    ]
    return [tool("pytest"), *options, "--durations", "5", "--durations-min", "5", *arguments]


def changed() -> list[Path]:
    """Return the chapters that differ from the main branch, themselves or in the nnlib modules that they import.

    What passed once in exactly this form is not changed. Without git every chapter is.
    """
    known, passed = chapters.notebooks(), remembered()
    touched = touched_files()
    if touched is not None:
        known = [path for path in known if touched & {path, chapters.recording(path), *dependencies(path)}]
    return [path for path in known if passed.get(path.name) != chapters.fingerprint(path)]


def touched_files() -> set[Path] | None:
    """Return the files that differ from where this branch left main, committed or not; None without git."""
    base = "HEAD"
    for branch in ("origin/main", "main"):
        found = git("merge-base", "HEAD", branch)
        if found:
            base = found[0]
            break
    differing, new = git("diff", "--name-only", base), git("ls-files", "--others", "--exclude-standard")
    if differing is None or new is None:
        return None
    return {ROOT / name for name in [*differing, *new]}


def git(*arguments: str) -> list[str] | None:
    """Return the lines of a git command, or None when it fails."""
    try:
        answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return answer.stdout.splitlines() if answer.returncode == 0 else None


def remembered() -> dict[str, str]:
    """Return the fingerprints of the chapters whose outputs passed here."""
    try:
        return dict(json.loads(STATE.read_text()))
    except (OSError, ValueError):
        return {}


def check() -> bool:
    """Run the quick loop."""
    passed = lint()
    selected = changed()
    say(f"chapters to compare: {', '.join(path.stem for path in selected) or 'none changed'}")
    skipped = [f"--ignore={path}" for path in RECORDED.glob("*.ipynb") if path.stem not in {c.stem for c in selected}]
    env = {name: value for name, value in environment().items() if name != "BOOK_HTML"}
    fingerprints = {path.name: chapters.fingerprint(path) for path in selected}
    passed.append(step("tests", pytest("-q", "-m", QUICK, *skipped), env=env))
    if passed[-1]:
        BUILD.mkdir(exist_ok=True)
        STATE.write_text(json.dumps(remembered() | fingerprints, indent=2, sort_keys=True) + "\n")
    return all(passed)


def test() -> bool:
    """Run everything; pytest comes last, so that its summary ends the output."""
    passed = lint()
    passed.append(step("book", [sys.executable, "-m", "tools.book"]))
    env = environment()
    env["BOOK_HTML"] = str(BUILD / "html") if passed[-1] else ""
    command = pytest(workers=CORES + 1)  # tests of pages and of commands wait for other programs
    passed.append(subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode == 0)
    names = [*(name for name, _, _ in LINT), "book", "tests"]
    failed = [name for name, good in zip(names, passed, strict=True) if not good]
    if failed:
        print(f"make test FAILED: {', '.join(failed)}", file=sys.stderr)
    return not failed


def main() -> None:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["test", "check"])
    sys.exit(0 if (test if parser.parse_args().what == "test" else check)() else 1)


if __name__ == "__main__":
    main()
