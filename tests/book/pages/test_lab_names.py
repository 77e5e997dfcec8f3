"""JupyterLab numbers and counts as the pages do, although it reads sources and recordings and the pages are built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import Tag

from book.lab.names import Names
from tests.book.pages import files
from tools import chapters
from tools.paths import ROOT

NAMES = Names(ROOT)


def number(tags: dict[str, Tag], label: str) -> str | None:
    """Return the number that a page, given by its tags, gives to an equation, a figure or an exercise."""
    found = tags.get(f"equation-{label}") or tags.get(label)
    mark = found and found.select_one(".eqno, .caption-number")
    return mark.get_text().strip() if mark else None


@pytest.mark.parametrize("chapter", chapters.notebooks(), ids=lambda page: page.stem)
def test_each_number_is_that_of_the_page(book: Path, chapter: Path) -> None:
    name = chapter.relative_to(ROOT)
    tags = {str(tag["id"]): tag for tag in files.parsed(book / name.with_suffix(".html")).find_all(id=True)}
    labels = dict(NAMES.labels(name.as_posix(), chapter.read_text(encoding="utf-8")))
    numbered = {label: place.text for label, place in labels.items() if re.match(r"(eq|def|fig|ex)-", label)}
    assert numbered or chapter.stem == "notation"
    assert {label: number(tags, label) for label in numbered} == numbered


def test_totals_are_those_of_the_pages(book: Path) -> None:
    text = files.parsed(book / "index.html").get_text(" ")
    counts = re.search(
        r"makes (\d+) claims about (\d+) equations and rejects (\d+) wrong versions", re.sub(r"\s+", " ", text)
    )
    assert counts is not None
    assert list(map(int, counts.groups())) == [NAMES.totals[name] for name in ("claims", "equations", "rejected")]
    ledger = re.search(r"in (\d+) cells of code", files.parsed(book / "chapters" / "ledger.html").get_text(" "))
    assert ledger is not None
    assert int(ledger[1]) == NAMES.totals["cells"]
