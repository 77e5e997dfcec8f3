"""The template chapter is a chapter: it builds without a warning, is recorded, and its recording passes nbval."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.chapters.in_process import code, execute
from tests.copies import build, compare, copy_chapter
from tools import recordings
from tools.paths import ROOT
from tools.record import execute as execute_in_kernel
from tools.record import write

TEMPLATE = ROOT / "tools" / "template.md"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a copy of the book whose only chapter is the template."""
    return copy_chapter(tmp_path, TEMPLATE)


def test_it_is_in_normal_form() -> None:
    assert recordings.faults_of_form(TEMPLATE) == []


def test_its_claims_hold() -> None:
    assert execute(code(TEMPLATE)) == []


@pytest.mark.slow
def test_it_builds_without_a_warning(book: Path) -> None:
    status, said = build(book)
    assert (status, said) == (0, "")
    assert (book / "_build" / "html" / "chapters" / "template.html").is_file()


@pytest.mark.slow
def test_it_is_recorded_and_compared(book: Path) -> None:
    chapter = book / "chapters" / "template.md"
    notebook = asyncio.run(execute_in_kernel(chapter))
    write(notebook, book / "tests" / "recorded" / "template.ipynb")
    assert recordings.faults(book) == []
    status, said = compare(book, "template")
    assert status == 0, said
