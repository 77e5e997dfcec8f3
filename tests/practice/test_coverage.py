"""Each item of the assignments has a problem, each mistake is a slip, and every link of a problem leads somewhere."""

import re
from pathlib import Path

import pytest

from practice.problem import all_problems, mistake

CHAPTERS = Path(__file__).parents[2] / "chapters"
PROBLEMS = all_problems()
SLIPS = {entry.name: entry.variant(0).slips for entry in PROBLEMS}


def sections(chapter):
    return set(re.findall(r"^\(([a-z0-9-]+)\)=", (CHAPTERS / f"{chapter}.md").read_text(), re.M))


@pytest.mark.whole_book
def test_each_item_has_a_problem():
    items = re.findall(r"^(S\d\.\S+) \|", (CHAPTERS / "assignments.md").read_text(), re.M)
    assert len(items) > 100
    assert set(items) == {item for entry in PROBLEMS for item in entry.items}


@pytest.mark.whole_book
def test_each_mistake_is_a_slip():
    mistakes = re.findall(r"^(M\d+) \|", (CHAPTERS / "mistakes.md").read_text(), re.M)
    assert len(mistakes) >= 37
    assert {name.lower() for name in mistakes} == {mistake(slip) for slips in SLIPS.values() for slip in slips} - {""}


@pytest.mark.whole_book
def test_each_section_belongs_to_the_chapter():
    wrong = [entry.name for entry in PROBLEMS if entry.section not in sections(entry.chapter)]
    assert not wrong


@pytest.mark.whole_book
def test_an_item_leads_where_its_problem_does():
    """The chapter that answers an item is that of its problem; a later chapter may take the item up again."""
    rows = re.findall(r"^(S\d\.\S+) \| .* \| \{ref\}`([a-z0-9-]+)`", (CHAPTERS / "assignments.md").read_text(), re.M)
    first = {}
    for entry in PROBLEMS:
        for item in entry.items:
            first.setdefault(item, set()).add(entry.chapter)
    lost = [item for item, section in rows if not any(section in sections(chapter) for chapter in first[item])]
    assert not lost


def test_there_are_enough():
    assert len(PROBLEMS) >= 100
    assert all(2 <= len(slips) <= 6 for slips in SLIPS.values())
