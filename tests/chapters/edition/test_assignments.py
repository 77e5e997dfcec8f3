"""Every question of the assignments, and every common mistake, has exactly one home in the book."""

import re
from functools import cache

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
ROW = re.compile(r"^([SM]\d[\w.-]*) \| .+ \| .*\{ref\}`(?:[^`<]*<)?([\w-]+)>?`", re.M)


def rows(page: str) -> list[tuple[str, str, str]]:
    """Return place, name and target of each row of a page."""
    text = (CHAPTERS / f"{page}.md").read_text(encoding="utf-8")
    found = [(text.count("\n", 0, row.start()) + 1, row) for row in ROW.finditer(text)]
    return [(f"chapters/{page}.md:{line}", row[1], row[2]) for line, row in found]


def names(page: str) -> list[str]:
    return [name for _, name, _ in rows(page)]


@cache
def pages() -> list[tuple[str, set[str]]]:
    """Return the text of each page, and its lines."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CHAPTERS.glob("*.md"))]
    return [(text, set(text.splitlines())) for text in texts]


def homes(line: str) -> list[str]:
    """Return the texts of the pages in which a line stands."""
    return [text for text, lines in pages() if line in lines]


@pytest.mark.whole_book
def test_the_assignments_are_listed_each_once_and_in_order() -> None:
    assert len(set(QUESTIONS)) == 103
    found = names("assignments")
    missing = [name for name in QUESTIONS if name not in found]
    assert not missing, f"chapters/assignments.md lacks the rows of {', '.join(missing)}: every question has an answer"
    assert found == QUESTIONS, "the rows of chapters/assignments.md are not those of this file, in this order"


@pytest.mark.whole_book
def test_the_mistakes_are_numbered_from_one_to_at_least_37() -> None:
    found = names("mistakes")
    assert len(found) >= 37, f"chapters/mistakes.md has {len(found)} rows of 37: no mistake loses its home"
    expected = [f"M{number}" for number in range(1, len(found) + 1)]
    assert found == expected, "the numbers in chapters/mistakes.md have a gap or an order of their own"


def test_each_row_links_to_one_place() -> None:
    found = []
    for page, form in (("assignments", "({})="), ("mistakes", ":name: {}")):
        for place, name, target in rows(page):
            count = len(homes(form.format(target)))
            how = "take the row out, or link to the section that answers it" if count == 0 else "keep one of them"
            found += [] if count == 1 else [f"{place}: {name} links to {target}, which stands on {count} pages: {how}"]
    assert not found, "\n".join(found)


def test_each_mistake_has_a_box_of_its_own_number() -> None:
    found = []
    for place, name, target in rows("mistakes"):
        box = rf"\{{admonition\}}[^\n]*\({name}\)[^:]*:class: warning\n:name: {target}\n"
        if not any(re.search(box, text) for text in homes(f":name: {target}")):
            found.append(f"{place}: {name} links to {target}: title that box ({name}), with `:class: warning`")
    assert not found, "\n".join(found)
