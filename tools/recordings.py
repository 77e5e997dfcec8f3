"""What holds the chapters, the table of contents and the recordings together, and what to do where it does not.

nbval compares nothing for a cell without an execution count, and reads recordings alone: without these rules, an edited
chapter or a forgotten one would pass in silence.
"""

from __future__ import annotations

from pathlib import Path

import nbformat

from book import edition
from tools import chapters
from tools.paths import RECORDED, ROOT

RECORD = "run make record"


def faults_of_contents(root: Path = ROOT) -> list[str]:
    """Return the pages that the table of contents of the whole book misses, and the entries that are no page."""
    names, entries = edition.on_disk(root), edition.listed(root)
    missing = [
        f"{name}.md is not in _toc.yml: add `- file: {name}` where it belongs, "
        f"or, in an edition of your own, delete the line `{edition.PROMISE}`"
        for name in (edition.left_out(root) if edition.is_whole(root) else [])
    ]
    unknown = [
        f"_toc.yml names {name}, which is not a page: remove the line or add {name}.md"
        for name in entries
        if name not in names
    ]
    twice = [
        f"_toc.yml names {name} twice: keep one"
        for name in sorted({name for name in entries if entries.count(name) > 1})
    ]
    return missing + unknown + twice


def faults_of_recording(chapter: Path) -> list[str]:
    """Return how a recording differs from its chapter, cell by cell."""
    path = chapters.recording(chapter)
    if not path.exists():
        return [f"{chapter.name} is not recorded: {RECORD}"]
    source, recorded = chapters.read(chapter), nbformat.read(path, as_version=4)
    if len(source.cells) != len(recorded.cells):
        return [f"{chapter.name} has {len(source.cells)} cells, its recording {len(recorded.cells)}: {RECORD}"]
    found = []
    for number, (cell, copy) in enumerate(zip(source.cells, recorded.cells, strict=True), start=1):
        where = f"{chapter.name}, cell {number} ({cell.source.strip().partition(chr(10))[0][:60]})"
        if (cell.cell_type, cell.source, cell.metadata, cell.id) != (
            copy.cell_type,
            copy.source,
            copy.metadata,
            copy.id,
        ):
            found.append(f"{where} was edited after it was recorded: {RECORD}")
        elif cell.cell_type == "code" and copy.execution_count is None:
            found.append(f"{where} has no execution count in its recording, so nbval would skip it: {RECORD}")
    return found + [f"{chapter.name}, {problem}" for problem in chapters.problems(recorded)]


def faults_of_form(chapter: Path) -> list[str]:
    """Say whether a chapter is stored as jupytext writes it, so that saving it in JupyterLab changes nothing else."""
    text = chapter.read_text(encoding="utf-8")
    return (
        []
        if chapters.normal_form(text) == text
        else [f"{chapter.name} is not in jupytext's normal form: run make format"]
    )


def orphans(root: Path = ROOT) -> list[Path]:
    """Return the recordings without a chapter; one that this edition leaves out is a chapter all the same."""
    there = [root / f"{name}.md" for name in edition.on_disk(root)]
    kept = {chapters.recording(chapter) for chapter in there if chapters.is_notebook(chapter)}
    return sorted(set((root / RECORDED.relative_to(ROOT)).glob("*.ipynb")) - kept)


def faults(root: Path = ROOT) -> list[str]:
    """Return everything that is amiss."""
    found = faults_of_contents(root)
    for chapter in chapters.notebooks(root):
        found += faults_of_recording(chapter) + faults_of_form(chapter)
    return found + [f"{path.name} records a chapter that does not exist: {RECORD}" for path in orphans(root)]


def main() -> None:
    """Print what is amiss, for the hook before a commit."""
    raise SystemExit("\n".join(faults()) or None)


if __name__ == "__main__":
    main()
