"""The printed book: what is put on paper, that nothing is wider than it, and that its links lead somewhere."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from book.solutions import wanted
from tests.book.pages import files
from tools import pdf


@pytest.fixture(scope="module")
def whole(book: Path) -> BeautifulSoup:
    """Return the document of the whole book, as it is printed."""
    pages = pdf.names(book)
    title, front = pdf.front_matter(book, pages)
    articles = [pdf.article(book, name, pages) for name in pages]
    return BeautifulSoup(pdf.document(book, articles, title, front), "html.parser")


def test_the_whole_book_has_every_page_once_and_its_links_lead_somewhere(book: Path, whole: BeautifulSoup) -> None:
    ids = Counter(str(tag["id"]) for tag in whole.find_all(id=True))
    assert max(ids.values()) == 1
    printed = [str(article["id"]) for article in whole.find_all("article")]
    pages = [path for path in files.pages(book) if path.parent.name != "practice"]  # `python -m practice sheet` prints
    assert sorted(printed) == sorted(path.stem for path in pages if path.stem != "search")
    inner = [str(link["href"]) for link in whole.find_all("a", href=True) if str(link["href"]).startswith("#")]
    assert [target for target in inner if target[1:] not in ids] == []
    outer = {str(link["href"]).split(":")[0] for link in whole.find_all("a", href=True)} - set(inner)
    assert {scheme for scheme in outer if not scheme.startswith("#")} <= {"http", "https", "mailto"}


def test_every_box_is_open_and_every_figure_is_there(whole: BeautifulSoup) -> None:
    assert whole.find("details", open=False) is None
    images = [Path(str(image["src"]).removeprefix("file://")) for image in whole.find_all("img")]
    assert all(image.is_file() for image in images)


@pytest.mark.whole_book
def test_the_whole_book_has_boxes_and_figures(whole: BeautifulSoup) -> None:
    solutions = len(whole.select("details.solution"))
    assert solutions >= 40 if wanted() else solutions == 0
    assert len(whole.find_all("img")) >= 20


@pytest.mark.whole_book
def test_the_title_page_names_the_book_and_the_contents_every_chapter(book: Path, whole: BeautifulSoup) -> None:
    heading = files.parsed(book / "index.html").select_one("article h1")
    assert heading is not None
    assert whole.select_one(".title-page .book-title").get_text() == heading.find(string=True)  # type: ignore[union-attr]
    entries = [link.get_text() for link in whole.select(".contents a")]
    assert len(entries) == len(whole.find_all("article")) - 1
    assert any("Softmax" in entry and entry.startswith("2.") for entry in entries)


def test_a_chapter_is_printed_and_its_links_to_other_files_are_plain_text(
    book: Path, chapter: str, browser: Browser, tmp_path: Path
) -> None:
    text = pdf.article(book, "chapters/errata.html", ["chapters/errata.html"])
    target = tmp_path / "errata.pdf"
    assert pdf.print_page(browser, pdf.document(book, [text], "Errata"), target) == []
    content = target.read_bytes()
    assert content.startswith(b"%PDF")
    assert b"file://" not in content
    alone = pdf.article(book, chapter, [chapter])
    assert all(str(link["href"]).startswith(("#", "http")) for link in alone.find_all("a", href=True))


FORMULA = (
    '<div id="equation-eq-a" class="equation"><div class="equation-body"><span class="katex"><span class="katex-html">'
    '<span class="base" style="display:inline-block;width:{width}px;height:1em">x</span></span></span></div></div>'
)


@pytest.mark.parametrize(("width", "found"), [(300, 0), (900, 1)])
def test_an_equation_that_is_wider_than_the_paper_is_found(
    book: Path, browser: Browser, tmp_path: Path, width: int, found: int
) -> None:
    text = BeautifulSoup(f"<article>{FORMULA.format(width=width)}</article>", "html.parser").article
    assert text is not None
    complaints = pdf.print_page(browser, pdf.document(book, [text], "A page"), tmp_path / "page.pdf")
    assert complaints == ["page.pdf: equation-eq-a is wider than the paper"] * found


def test_a_wide_table_is_found(book: Path, browser: Browser, tmp_path: Path) -> None:
    body = "<article><table id='t'><tr><td><p style='width:900px'>wide</p></td></tr></table></article>"
    text = BeautifulSoup(body, "html.parser").article
    assert text is not None
    assert pdf.print_page(browser, pdf.document(book, [text], "A page"), tmp_path / "page.pdf") != []


def test_without_chromium_there_is_one_clear_line(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf.book, "HTML", book)
    monkeypatch.setattr(pdf, "PDF", tmp_path)

    def none(html: Path, folder: Path) -> list[str]:
        raise FileNotFoundError

    monkeypatch.setattr(pdf, "write", none)
    with pytest.raises(SystemExit, match=r"^No Chromium was found, so nothing was printed\. Install one, or set"):
        pdf.main()
    monkeypatch.setattr(pdf.book, "HTML", tmp_path / "nothing")
    with pytest.raises(SystemExit, match="make book"):
        pdf.main()


def test_a_chromium_that_is_not_there_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert pdf.browser.find() is None
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert pdf.browser.find() == sys.executable
