"""What a reader does with a page: copy a formula, ask for no motion, take an edition without solutions."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from tests.book.pages import looks
from tests.copies import build, copy_chapter
from tools.paths import ROOT

MOTION = re.compile(r"\b(transition|animation|scroll-behavior)\s*:(?!\s*(none|auto)\b)")
ALLOWED = re.compile(r"@media \(prefers-reduced-motion: no-preference\)\s*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")


def copied(view: looks.View, selector: str) -> str:
    """Select an element, press Ctrl-C, and return what the clipboard gets."""
    view.page.evaluate(
        """selector => {
          const target = document.querySelector(selector);
          target.scrollIntoView();
          getSelection().selectAllChildren(target);
          document.addEventListener("copy", event => (window.got = event.clipboardData.getData("text/plain")));
        }""",
        selector,
    )
    view.page.keyboard.press("Control+c")
    return str(view.page.evaluate("window.got || ''"))


@pytest.mark.whole_book
def test_a_copied_equation_is_its_tex(site: str, browser: Browser) -> None:
    with looks.opened(browser, site + "chapters/softmax.html") as view:
        assert r"S(x)_i = \frac{e^{x_i}}{\sum_{j=1}^{K} e^{x_j}}" in copied(
            view, "#equation-def-softmax .equation-body"
        )


def test_what_is_copied_elsewhere_is_what_is_seen(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "page.html").write_text("<p id='a'>x<sup>2</sup></p>")
    with looks.opened(browser, (tmp_path / "page.html").as_uri()) as view:
        assert "frac" not in copied(view, "#a")


def moving(sheet: str) -> list[str]:
    """Return what moves although the reader may have asked for no motion."""
    return [found[0] for found in MOTION.finditer(ALLOWED.sub("", sheet))]


def test_nothing_moves_for_a_reader_who_asked_for_no_motion(book: Path) -> None:
    assert moving((book / "_static" / "book.css").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("sheet", "count"),
    [
        ("a { transition: color 1s }", 1),
        ("html { scroll-behavior: smooth }", 1),
        ("a { transition: none }", 0),
        ("@media (prefers-reduced-motion: no-preference) { a { animation: turn 1s } }", 0),
    ],
)
def test_planted_motion_is_found(sheet: str, count: int) -> None:
    assert len(moving(sheet)) == count


def test_sections_far_away_wait_but_can_be_found_and_printed(chapter: str, site: str, browser: Browser) -> None:
    way = "getComputedStyle(document.querySelector('article > section > section')).contentVisibility"
    last = "[...document.querySelectorAll('article p')].filter(p => !p.children.length && !p.closest('details')).pop()"
    with looks.opened(browser, site + chapter) as view:
        assert view.page.evaluate(way) == "auto"
        assert view.page.evaluate(f"window.find({last}.textContent)"), "the browser's own search reaches every section"
        view.page.emulate_media(media="print")
        assert view.page.evaluate(way) == "visible"


@pytest.mark.slow
def test_the_edition_without_solutions_differs_in_the_solutions_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = copy_chapter(tmp_path / "full", ROOT / "tools" / "template.md")
    short = copy_chapter(tmp_path / "short", ROOT / "tools" / "template.md")
    monkeypatch.setenv("SOLUTIONS", "yes")
    assert build(full)[0] == 0
    monkeypatch.setenv("SOLUTIONS", "no")
    assert build(short)[0] == 0
    pages = [folder / "_build" / "html" / "chapters" / "template.html" for folder in (full, short)]
    articles = [BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").article for page in pages]
    assert articles[0] is not None
    solutions = articles[0].select("details.solution")
    assert solutions
    for solution in solutions:
        solution.decompose()
    for section in (one for article in articles if article for one in article.select("section[style]")):
        del section["style"]  # how tall it is
    lines = [[line for line in str(article).splitlines() if line.strip()] for article in articles]
    assert lines[0] == lines[1]
    notebooks = [nbformat.read(folder / "_build/html/downloads/template.ipynb", 4) for folder in (full, short)]
    code = [[cell.source for cell in notebook.cells if cell.cell_type == "code"] for notebook in notebooks]
    assert [source for source in code[0] if source in code[1]] == code[1]
    assert len(code[0]) > len(code[1])
    told = ["<summary>Solution" in "".join(cell.source for cell in notebook.cells) for notebook in notebooks]
    assert told == [True, False]
