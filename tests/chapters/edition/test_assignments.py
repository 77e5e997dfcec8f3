"""Every question of the assignments, and every common mistake, has exactly one home in the book."""

import re
from pathlib import Path

import pytest

from tools.paths import CHAPTERS

# The questions, in course order.
QUESTIONS = """
S0.Q1.1 S0.Q1.2 S0.Q1.3 S0.Q2.1 S0.Q2.2 S0.Q2.3 S0.Q2.4 S0.Q3.1 S0.Q3.2 S0.Q3.3 S0.Q3.4 S0.Q4 S0.Q5.1 S0.Q5.2
S0.Q6.1 S0.Q6.2 S0.Q6.3 S0.Q6.4 S0.Q6.5 S0.Q6.6 S1.Q1.1 S1.Q1.2 S1.Q1.3 S1.Q1.4 S1.Q1.5 S1.Q1.6 S1.Q1.7
S1.Q2.1 S1.Q2.2 S1.Q2.3 S1.Q2.4 S1.Q3 S1.Q4.1 S1.Q4.2 S1.Q4.3 S1.Q5.1 S1.Q5.2 S1.Q5.3 S1.Q5.4 S1.Q5.5 S1.Q5.6
S2.Q4a.1 S2.Q4a.2 S2.Q4a.3 S2.Q4a.4 S2.Q4b S2.Q4b-new S2.Q4a-rev S3.Q1.a S3.Q1.b S3.Q1.c S3.Q1.d S3.Q1.e
S3.Q1.f S3.Q1.g S3.Q1.h S3.Q1.i S3.Q1.j S3.Q1.k S3.Q1.l S3.Q1.m S3.Q2.a S3.Q2.b S3.Q2.c S3.Q2.d S3.Q2.e
S3.Q2.f S3.Q2.g S3.Q2.h S3.Q2.i S3.Q2.j S3.Q2.k S3.Q2.l S3.Q2.m S3.Q2.n S3.Q2.o S3.Q2.p S3.Q2.q S3.Q2.r
S3.Q3.a S3.Q3.b S3.Q3.c S3.Q3.d S4.Q1.1 S4.Q1.2 S4.Q1.3 S4.Q2.1 S4.Q2.2 S4.Q2.3 S4.Q2.4 S4.Q3 S4.Q4.1 S4.Q4.2
S4.Q5 S4.Q6.1 S4.Q6.2 S4.Q7.1a S4.Q7.1b S4.Q7.2a S4.Q7.2b S4.Q7.3a S4.Q7.3b S4.Q7.3c
""".split()  # noqa: SIM905 - a list of strings would be four times as long
MISTAKES = [f"M{number}" for number in range(1, 38)]
ROW = re.compile(r"^([SM]\d[\w.-]*) \| .+ \| (.+)$", re.M)
LINK = re.compile(r"\{ref\}`(?:[^`<]*<)?([\w-]+)>?`")


def rows(page: str) -> list[tuple[str, str]]:
    return ROW.findall((CHAPTERS / f"{page}.md").read_text(encoding="utf-8"))


def chapters_with(text: str) -> list[Path]:
    return [path for path in sorted(CHAPTERS.glob("*.md")) if text in path.read_text(encoding="utf-8").splitlines()]


def test_there_are_103_questions() -> None:
    assert len(QUESTIONS) == len(set(QUESTIONS)) == 103


@pytest.mark.parametrize(("page", "expected"), [("assignments", QUESTIONS), ("mistakes", MISTAKES)])
def test_the_page_lists_each_once_and_in_order(page: str, expected: list[str]) -> None:
    assert [name for name, _ in rows(page)] == expected


@pytest.mark.parametrize("page", ["assignments", "mistakes"])
def test_each_row_links_to_one_place_that_exists_once(page: str) -> None:
    for name, home in rows(page):
        (target,) = LINK.findall(home)
        line = f"({target})=" if page == "assignments" else f":name: {target}"
        assert len(chapters_with(line)) == 1, f"{name} links to {target}; exactly one chapter must have the line {line}"


def test_each_mistake_has_a_box_of_its_own_number() -> None:
    for name, home in rows("mistakes"):
        (target,) = LINK.findall(home)
        (chapter,) = chapters_with(f":name: {target}")
        text = chapter.read_text(encoding="utf-8")
        box = re.search(rf"\{{admonition\}}[^\n]*\({name}\)[^:]*:class: warning\n:name: {target}\n", text)
        assert box, f"{chapter.name} has no box titled ({name}) with :class: warning and :name: {target}"
