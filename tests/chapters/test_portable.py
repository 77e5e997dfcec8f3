"""Chapters can be taken apart: a cell runs again, a section runs alone, and a line of prose is one sentence.

Whoever teaches from one section, or tries a cell twice, meets no name that another cell has taken for something else.
A section may use functions of another one, and what took long to train, if one line of its text says so:
"uses `forward`, `loss` from {ref}`label`". The cells that define these names then run first.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.chapters.in_process import run, session
from tests.chapters.parts import Makers, Part, parts, prose
from tests.chapters.trained import TRAIN, remember_training
from tests.copies import HEADER
from tools import chapters
from tools.paths import ROOT

LENGTH = 320
USES = re.compile(r"((?:`\w+`(?:,? and |, )?)+) from \{ref\}`(?:[^`<]*<)?([\w-]+)>?`")
TWO_SENTENCES = re.compile(r"[.?!][\"”)*_]*\s+[\"“(*_]*[A-Z$`{\\]")
LIST_MARK = re.compile(r"^\s*\d+\.\s")
LONG = {"digits"}
NOTEBOOKS = [*chapters.notebooks(), ROOT / "tools" / "template.md"]
CHAPTERS = [pytest.param(page, id=page.stem, marks=[pytest.mark.slow] * (page.stem in LONG)) for page in NOTEBOOKS]


def problem(sources: list[str], number: int, namespace: dict[str, Any]) -> list[str]:
    """Run a cell; say what it raised, or nothing."""
    error = run(sources[number], number + 1, namespace)
    remember_training(namespace)
    if error is None:
        return []
    first = sources[number].lstrip().splitlines()[0]
    return [f"code cell {number + 1} ({first}): {type(error).__name__}: {error}"]


def faults_again(chapter: Path) -> list[str]:
    """Run all cells, then each one once more in the state that the last one left."""
    sources, _, _ = parts(chapter)
    found = []
    with session() as namespace:
        for number in range(len(sources)):
            found += problem(sources, number, namespace)
        final = dict(namespace)
        for number in range(len(sources)):
            found += [f"again, {said}" for said in problem(sources, number, namespace)]
            namespace.clear()
            namespace.update(final)
    return found


def faults_alone(chapter: Path) -> list[str]:
    """Run each section after the first cell alone, and after the cells that make what its text says it uses."""
    sources, every, labeled = parts(chapter)
    makers, found = Makers(sources), []
    for section in (part for part in every if part.level == 2 and part.cells):
        used = {(name, makers.maker(name, cells)) for name, label, cells in _used(section, labeled)}
        found += [f"{section.title}: {name} is not defined where its text says" for name, cell in used if cell is None]
        first = {0}.union(*(makers.of(cell) for _, cell in used if cell is not None))
        with session() as namespace:
            for number in sorted(first):
                found += [f"{section.title}, before it: {said}" for said in problem(sources, number, namespace)]
            for name, cell in used:
                costly = cell is not None and any(TRAIN in makers.needed[number] for number in makers.of(cell))
                if name in namespace and not costly and not _is_code(namespace[name]):
                    found.append(f"{section.title}: {name} is no function; build the value in the section")
            for number in section.cells:
                if number not in first:
                    found += [f"{section.title}: {said}" for said in problem(sources, number, namespace)]
    return found


def _used(section: Part, labeled: dict[str, Part]) -> list[tuple[str, str, list[int]]]:
    """Return what a section says it uses: the name, the label, and the cells under that label."""
    lines = [line for line in section.text if re.search(r"\buses\b", line)]
    pairs = [pair for line in lines for pair in USES.findall(line)]
    return [
        (name, label, labeled[label].cells if label in labeled else [])
        for listed, label in pairs
        for name in re.findall(r"\w+", listed.replace(" and ", " "))
    ]


def _is_code(value: Any) -> bool:
    return callable(value) or (isinstance(value, tuple | list) and bool(value) and all(map(_is_code, value)))


def faults_of_prose(text: str) -> list[str]:
    """Return the lines of a page that hold two sentences or are too long."""
    long = [f"line {number} has {len(line)} characters" for number, line in prose(text) if len(line) > LENGTH]
    two = [(number, line) for number, line in prose(text) if TWO_SENTENCES.search(LIST_MARK.sub("", line))]
    return long + [f"line {number}: {line}" for number, line in two]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_cell_runs_again_after_the_last_one(chapter: Path) -> None:
    found = faults_again(chapter)
    assert not found, f"{chapter.name}: give what changes a name of its own\n" + "\n".join(found)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_section_runs_after_the_first_cell_alone(chapter: Path) -> None:
    found = faults_alone(chapter)
    assert not found, (
        f"{chapter.name}: build the value in the section; for a function, write into its text: "
        "uses `name` from {ref}`label`\n" + "\n".join(found)
    )


@pytest.mark.parametrize("page", chapters.pages(), ids=lambda page: page.stem)
def test_a_line_of_prose_is_one_sentence(page: Path) -> None:
    found = faults_of_prose(page.read_text(encoding="utf-8"))
    assert not found, f"{page.name}: one sentence a line, of at most {LENGTH} characters\n" + "\n".join(found)


CELL = "\n```{{code-cell}} ipython3\n{}\n```\n"
SMALL = (
    HEADER
    + "## Setup\n" + CELL.format("x = 1")
    + "\n(here)=\n## Functions\n" + CELL.format("y = 2\n\n\ndef f(t):\n    return t + y")
)  # fmt: skip


@pytest.mark.parametrize(
    ("more", "again", "alone"),
    [
        ("## Good\n\nThe code uses `f` from {ref}`here`.\n" + CELL.format("assert f(x) == 3"), "", ""),
        ("## Silent\n" + CELL.format("f(x)"), "", "Silent: code cell 3 (f(x)): NameError: name 'f' is not defined"),
        ("## A value\n\nThis uses `y` from {ref}`here`.\n" + CELL.format("y"), "", "A value: y is no function"),
        ("## Elsewhere\n\nThis uses `g` from {ref}`here`.\n" + CELL.format("x"), "", "g is not defined where"),
        (
            "## Twice\n" + CELL.format("z = x + 1\nassert z == 2") + CELL.format("x = 5"),
            "again, code cell 3 (z = x + 1): AssertionError",
            "",
        ),
    ],
)
def test_what_cannot_be_taken_apart_is_named(tmp_path: Path, more: str, again: str, alone: str) -> None:
    chapter = tmp_path / "small.md"
    chapter.write_text(SMALL + "\n" + more, encoding="utf-8")
    for expected, found in [(again, faults_again(chapter)), (alone, faults_alone(chapter))]:
        assert len(found) == bool(expected), found
        assert expected in "".join(found)


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("One sentence, of `code`. Another.", 1),
        ("Is it? $x$ is.", 1),
        ("One, e.g. this.", 0),
        ("1. **One** item.", 0),
        ("2. One item. Another.", 1),
        ("word " * 70, 1),
        ("a | table. With | bars", 0),
        ("```python\nx = 1. # Two. Sentences.\n```", 0),
        ("```{note}\nA note. Another.\n```", 1),
    ],
)
def test_two_sentences_and_long_lines_are_found(line: str, faults: int) -> None:
    assert len(faults_of_prose(HEADER + line + "\n")) == faults
