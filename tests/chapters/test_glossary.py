"""The glossary: sorted, every term linked from the chapters, every link to a term that exists; and planted defects.

These are the manners of the whole book. That a link leads somewhere, the build checks in every edition.
"""

from __future__ import annotations

import re

import pytest

from book import edition
from tools.paths import CHAPTERS

pytestmark = pytest.mark.whole_book

LINK = re.compile(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`")
SILENT = [  # where a link would be noise, or would not be one
    re.compile(r"^```\{(?:code-cell|math)\}.*?^```", re.M | re.S),
    re.compile(r"^#+ .*$", re.M),
]


def glossary() -> str:
    return (CHAPTERS / "glossary.md").read_text(encoding="utf-8")


def chapters() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(CHAPTERS.glob("*.md"))}


def terms(text: str) -> list[str]:
    body = text.partition("```{glossary}\n")[2].partition("\n```")[0]
    return re.findall(r"^(\S.*)$", body, re.M)


def about_terms(text: str, pages: dict[str, str]) -> list[str]:
    known, linked = terms(text), {term for page in pages.values() for term in LINK.findall(page)}
    in_order = sorted(known, key=str.casefold)
    found = [f"{term} is out of order" for term, other in zip(known, in_order, strict=True) if term != other]
    found += [f"{term} stands twice in the glossary" for term in sorted(set(known)) if known.count(term) > 1]
    return found + [f"{term} is linked from no chapter" for term in known if term not in linked]


def about_links(text: str, pages: dict[str, str]) -> list[str]:
    known, found = terms(text), []
    for name, page in pages.items():
        links = LINK.findall(page)
        silent = "".join(part for pattern in SILENT for part in pattern.findall(page))
        found += [f"{name} links to {term}, which is no term" for term in links if term not in known]
        found += [f"{name} links to {term} twice" for term in sorted(set(links)) if links.count(term) > 1]
        found += [f"{name} links to {term} in a heading, an equation or code" for term in LINK.findall(silent)]
    return found


def about_sections(text: str, pages: dict[str, str]) -> list[str]:
    known = {label for page in pages.values() for label, place in edition.places(page).items() if place.own}
    found = []
    for term, (_, labels) in edition.entries(text).items():
        found += [] if labels else [f"{term} names no section that defines it"]
        found += [f"{term} names {label}, which is no section" for label in labels if label not in known]
    return found


def complaints(text: str, pages: dict[str, str]) -> list[str]:
    return about_terms(text, pages) + about_links(text, pages) + about_sections(text, pages)


def test_the_glossary_and_its_links_agree() -> None:
    found = complaints(glossary(), chapters())
    assert not found, "chapters/glossary.md and the links to it:\n" + "\n".join(found)


def test_there_are_terms_enough_and_not_too_many() -> None:
    assert 40 <= len(terms(glossary())) <= 70


def replaced(old: str, new: str, page: str) -> dict[str, str]:
    pages = chapters()
    assert old in pages[page]
    return pages | {page: pages[page].replace(old, new, 1)}


@pytest.mark.parametrize(
    ("page", "old", "new", "complaint"),
    [
        ("softmax", "{term}`sigmoid`", "{term}`sigmoyd`", "softmax links to sigmoyd, which is no term"),
        ("softmax", "{term}`sigmoid`", "{term}`sigmoid` or {term}`S <sigmoid>`", "softmax links to sigmoid twice"),
        ("autodiff", "{term}`tape`", "tape", "tape is linked from no chapter"),
        ("softmax", "## The Jacobian", "## The {term}`temperature`", "softmax links to temperature in a heading"),
        (
            "losses",
            "(losses-squared-error)=",
            "(losses-square)=",
            "squared error names losses-squared-error, which is no",
        ),
    ],
)
def test_a_planted_defect_in_a_chapter_is_found(page: str, old: str, new: str, complaint: str) -> None:
    assert any(said.startswith(complaint) for said in complaints(glossary(), replaced(old, new, page)))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("\nbatch\n", "\nzebra\n", "zebra is out of order"),
        ("\nbatch\n", "\nzebra\n", "zebra is linked from no chapter"),
        ("\nbatch\n", "\nzebra\n", "digits links to batch, which is no term"),
        ("\nbatch\n", "\nbias\n", "bias stands twice in the glossary"),
        ("autodiff-engine", "autodiff-machine", "tape names autodiff-machine, which is no section"),
        ("  See {section}`mlp-batch`.\n", "", "batch names no section that defines it"),
    ],
)
def test_a_planted_defect_in_the_glossary_is_found(old: str, new: str, complaint: str) -> None:
    text = glossary()
    assert old in text
    assert any(said.startswith(complaint) for said in complaints(text.replace(old, new, 1), chapters()))
