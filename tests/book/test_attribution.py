"""An edition with another title or author names the book that it is adapted from; the book itself does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes

from book import attribution
from book.attribution import AUTHOR, LICENSE, TITLE


def said(title: str, author: str) -> str:
    config: Any = SimpleNamespace(html_title=title, author=author)
    return attribution.sentence(config, "[{}]({})".format)


@pytest.mark.parametrize(("title", "author"), [("A course", AUTHOR), (TITLE, "A. Professor"), ("A course", "A. P.")])
def test_an_adapted_edition_says_from_what(title: str, author: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(title, author) == f"Adapted from {TITLE} by its authors, under [CC BY 4.0]({LICENSE})."
    monkeypatch.setattr(attribution, "ADDRESS", "https://example.org/book")
    assert f"Adapted from [{TITLE}](https://example.org/book) by" in said(title, author)


def test_the_book_itself_is_adapted_from_nothing() -> None:
    assert said(TITLE, AUTHOR) == ""


def page(heading: str, docname: str) -> str:
    """Return the heading of a page of the edition "A course"."""
    doctree = nodes.section("", nodes.title("", "", nodes.Text(heading)))
    config = SimpleNamespace(html_title="A course", root_doc="index")
    app: Any = SimpleNamespace(env=SimpleNamespace(docname=docname), config=config)
    attribution.name(app, doctree)  # type: ignore[arg-type]
    return doctree.astext()


def test_the_cover_bears_the_title_of_the_edition_unless_it_has_a_heading_of_its_own() -> None:
    assert page(TITLE, "index") == "A course"
    assert page("Welcome", "index") == "Welcome"
    assert page(TITLE, "chapters/errata") == TITLE


@pytest.mark.parametrize(
    ("title", "name"),
    [(TITLE, "every-gradient-checked"), ("CS 123: Netze & Größen!", "cs-123-netze-größen"), ("…", "book")],
)
def test_a_title_becomes_the_name_of_a_file(title: str, name: str) -> None:
    assert attribution.file_name(title) == name
