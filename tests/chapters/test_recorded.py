"""The recordings belong to the chapters: same cells, same order, every one executed; and every page is in the book."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import chapters, recordings

NOTEBOOKS = chapters.notebooks()


def test_there_are_chapters() -> None:
    assert len(NOTEBOOKS) > 1


def in_order(complaints: list[str]) -> None:
    assert not complaints, "\n".join(complaints)


def test_the_table_of_contents_names_every_page_once() -> None:
    in_order(recordings.faults_of_contents())


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_recording_has_the_cells_of_its_chapter_and_all_were_executed(chapter: Path) -> None:
    in_order(recordings.faults_of_recording(chapter))


@pytest.mark.parametrize("chapter", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_chapter_is_in_normal_form(chapter: Path) -> None:
    in_order(recordings.faults_of_form(chapter))


def test_no_recording_outlives_its_chapter() -> None:
    in_order([f"{path.name} has no chapter: run make record" for path in recordings.orphans()])
