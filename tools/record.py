"""Execute chapters into tests/recorded: the outputs that every later run is compared with."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from book.failures import describe
from tools import chapters
from tools.format import normalize
from tools.paths import BUILD, ROOT, environment
from tools.progress import elapsed, say
from tools.recordings import orphans

STATE = BUILD / "recorded.json"


class ChapterFailed(Exception):
    """A cell of a chapter raised; the message says which, and shows the traceback."""


async def execute(chapter: Path) -> Any:
    """Return the chapter's notebook, executed as nbval will execute it: in the folder of the recordings."""
    notebook = chapters.read(chapter)
    refuse(chapter, notebook)
    chapters.recording(chapter).parent.mkdir(parents=True, exist_ok=True)
    try:
        await chapters.client(chapter, notebook).async_execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        index, said = describe(notebook, error)
        raise ChapterFailed(f"{label(chapter)}:{line_of(chapter, notebook, index)}: {said}") from None
    refuse(chapter, notebook)
    notebook.metadata = nbformat.from_dict({"kernelspec": dict(chapters.KERNEL)})
    return notebook


def line_of(chapter: Path, notebook: Any, index: int) -> int:
    """Return the line of a chapter on which the code of this cell begins."""
    text, place = chapter.read_text(encoding="utf-8"), 0
    for cell in notebook.cells[: index + 1]:
        place = max(place, text.find(cell.source, place))
    return text.count("\n", 0, place) + 1


def refuse(chapter: Path, notebook: Any) -> None:
    """Raise if the chapter has outputs that could not be compared."""
    problems = chapters.problems(notebook)
    if problems:
        raise ChapterFailed("\n".join(f"{label(chapter)}: {problem}" for problem in problems))


def label(chapter: Path) -> str:
    """Return the path of a chapter as a reader knows it."""
    return chapter.relative_to(ROOT).as_posix() if chapter.is_relative_to(ROOT) else str(chapter)


def write(notebook: Any, path: Path) -> bool:
    """Write a notebook unless the file has the same content already; return whether it was written."""
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def remembered() -> dict[str, str]:
    """Return the fingerprints of the chapters as they were last recorded here."""
    try:
        return dict(json.loads(STATE.read_text()))
    except (OSError, ValueError):
        return {}


async def record(selected: list[Path]) -> list[str]:
    """Record the chapters, one a core; return the messages of those that failed."""
    slots = asyncio.Semaphore(max(1, os.cpu_count() or 1))
    state, failures, done = remembered(), [], 0

    async def one(chapter: Path) -> None:
        nonlocal done
        async with slots:
            start = time.monotonic()
            try:
                notebook = await execute(chapter)
            except ChapterFailed as failure:
                failures.append(str(failure))
                verdict = "FAILED"
            else:
                changed = write(notebook, chapters.recording(chapter))
                state[label(chapter)] = chapters.fingerprint(chapter)
                verdict = "recorded anew" if changed else "the same as before"
            done += 1
            say(f"  [{done}/{len(selected)}] {label(chapter)}: {verdict} ({elapsed(start)})")

    await asyncio.gather(*(one(chapter) for chapter in selected))
    STATE.parent.mkdir(exist_ok=True)
    STATE.write_text(json.dumps(state, indent=2, sort_keys=True) + "\n")
    return failures


def remove_orphans() -> None:
    """Delete the recordings whose chapter is gone."""
    for path in orphans():
        path.unlink()
        say(f"  removed {path.relative_to(ROOT)}: its chapter is gone")


def main() -> None:
    """Normalize the chapters and record those that changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="record every chapter, changed or not")
    parser.add_argument("chapters", nargs="*", help="record these, changed or not: softmax, or chapters/softmax.md")
    arguments = parser.parse_args()
    os.environ.update(environment())
    os.environ.pop("MPLBACKEND", None)
    known, chosen = chapters.notebooks(), chapters.named(arguments.chapters)
    normalize()
    state = remembered()
    changed = [path for path in known if arguments.all or state.get(label(path)) != chapters.fingerprint(path)]
    selected = chosen or changed
    remove_orphans()
    if not selected:
        say(f"Nothing to record: {len(known)} chapters and nnlib are as they were (make record ALL=1 records anyway)")
        return
    say(f"Recording {len(selected)} of {len(known)} chapters …")
    failures = asyncio.run(record(selected))
    if failures:
        raise SystemExit(
            "\n"
            + "\n".join(failures)
            + "\nThe recordings of these chapters stay as they were. Repair the cell, then run make record again."
        )


if __name__ == "__main__":
    main()
