"""The recordings belong to the chapters: same cells, same order, every one executed; and every page is in the book."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import chapters, recordings

NOTEBOOKS = chapters.notebooks()


def test_there_are_chapters() -> None:
    assert {"softmax", "convolution"} <= {path.stem for path in NOTEBOOKS}


def test_the_table_of_contents_names_every_page_once() -> None:
    assert recordings.faults_of_contents() == []


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_recording_has_the_cells_of_its_chapter_and_all_were_executed(chapter: Path) -> None:
    assert recordings.faults_of_recording(chapter) == []


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_chapter_is_in_normal_form(chapter: Path) -> None:
    assert recordings.faults_of_form(chapter) == []


def test_no_recording_outlives_its_chapter() -> None:
    assert recordings.orphans() == []
