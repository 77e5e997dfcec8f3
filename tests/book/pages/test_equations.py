"""A displayed equation that does not fit breaks: at a wide gap, then at a relation; nothing of it is out of reach."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from book.pages import math as book_math
from tests.book.pages import looks
from tools import chapters, equations

PARTS = re.compile(r'<span class="part">')
CLAUSES = re.compile(r'<span class="clause">')
LONG = r"f(a) = b + b + b + b + b + b + b + b = c + c + c + c + c + c + c + c + c \qquad a > 0 \qquad [K]"
MATRIX = r"\begin{pmatrix} 1111111111111 & 2222222222222 & 3333333333333 & 4444444444444 \end{pmatrix}"


def broken_up(tex: str) -> str:
    return book_math.breakable(book_math.render(tex, True, (book_math.GAP,)))


def text(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(("tex", "parts", "clauses"), [(LONG, 3, 6), ("x", 1, 1), ("x = y", 1, 2), (MATRIX, 1, 1)])
def test_a_formula_is_grouped_and_nothing_of_it_is_lost(tex: str, parts: int, clauses: int) -> None:
    html = broken_up(tex)
    assert (len(PARTS.findall(html)), len(CLAUSES.findall(html))) == (parts, clauses)
    assert text(html) == text(book_math.render(tex, True, (book_math.GAP,)))
    assert len(re.findall("<span", html)) == len(re.findall("</span", html))


def test_the_tex_that_is_copied_is_what_was_written() -> None:
    assert LONG.replace(">", "&gt;") in broken_up(LONG)


def test_the_equations_that_are_read_without_a_build_are_those_of_the_pages(book: Path) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in book.rglob("*.html"))
    sources = "".join(page.read_text(encoding="utf-8") + "\n" for page in chapters.pages())
    on_pages = set(re.findall(r'id="equation-((?:eq|def)-[\w-]+)"', pages))
    assert on_pages
    assert on_pages <= {label for _, label in equations.displayed(sources)}


def test_a_long_equation_breaks_on_a_phone_and_its_start_can_be_reached(
    book: Path, browser: Browser, tmp_path: Path
) -> None:
    sheet = (book / "_static" / "book.css").as_uri()
    page = tmp_path / "page.html"
    for tex, scrolls in ((LONG, False), (MATRIX, True)):
        page.write_text(
            f'<!doctype html><html lang="en"><link rel="stylesheet" href="{sheet}"><body><article>'
            f'<div class="equation"><div class="equation-body">{broken_up(tex)}</div></div></article>'
        )
        with looks.opened(browser, page.as_uri(), width=looks.PHONE) as view:
            box = view.page.locator(".equation-body")
            assert box.evaluate("box => box.scrollWidth > box.clientWidth + 1") == scrolls
            left = "box => box.querySelector('.base').getBoundingClientRect().left - box.getBoundingClientRect().left"
            assert box.evaluate(left) >= 0, "what is cut off on the left cannot be scrolled to"
            assert looks.cut_off(view) == []
