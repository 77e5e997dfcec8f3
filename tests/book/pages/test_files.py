"""The files of the built book, and a planted defect for each check."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.book.pages import files

Check = Callable[[Path], list[str]]
CHECKS = [
    files.broken_links,
    files.repeated_ids,
    files.foreign_resources,
    files.missing_words,
    files.unresolved,
    files.unclaimed,
    files.too_heavy,
    files.invalid,
]

GOOD = """<!DOCTYPE html><html lang="en"><head><title>A page</title>
<meta name="description" content="A page that is in good order."></head><body><article>
<h1 id="top">A page</h1><p>See <a href="#equation-eq-a">the equation</a>.</p>
<div class="equation" id="equation-eq-a">a <a class="checked" href="#check-a">✓</a></div>
<div class="equation" id="equation-eq-b">b <details><summary class="checked">Equation 2</summary>
<div class="proof"><div id="check-b"><p><strong>5 entries agree.</strong> Rejected:</p><ul class="rejects"><li>
<span class="rejected">no square</span></li></ul><pre>claim("eq-b")</pre></div></div></details></div>
<ul class="verdicts"><li id="check-a"><a href="#equation-eq-a">(1)</a> 5 entries agree</li></ul>
<img src="figure.svg" alt="A curve that rises and then falls again.">
</article></body></html>"""
LEDGER = """<!DOCTYPE html><html lang="en"><head><title>Ledger</title>
<meta name="description" content="All the checks of the book."></head><body><h1>Ledger</h1>
<table class="ledger"><tbody><tr><td><a href="page.html#equation-eq-a">(1)</a></td>
<td><a href="page.html#check-a">numerical</a></td></tr>
<tr><td><a href="page.html#equation-eq-b">(2)</a></td>
<td><a href="page.html#check-b">exact</a></td></tr></tbody></table></body></html>"""


def test_the_notices_of_fonts_and_katex_are_with_the_pages(book: Path) -> None:
    notices = (book / "_static" / "licenses.txt").read_text(encoding="utf-8")
    for words in ("The MIT License (MIT)", "Khan Academy", "Design Science", "Adobe Systems", "SIL OPEN FONT LICENSE"):
        assert words in notices
    assert "licenses.txt" in (book / "_static" / "book.css").read_text(encoding="utf-8")[:100]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_book_is_in_order(book: Path, check: Check) -> None:
    complaints = check(book)
    assert not complaints, "\n".join(complaints[:40])


@pytest.mark.whole_book
def test_the_book_has_pages_equations_checks_and_figures(book: Path) -> None:
    trees = [files.parsed(page) for page in files.pages(book)]
    for selector in (
        "article",
        ".equation .checked",
        ".proof .rejects",
        "table.ledger tbody tr",
        "figure img",
        "details",
    ):
        assert any(tree.select(selector) for tree in trees), f"no page has {selector}"


def small_book(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in GOOD
    (folder / "page.html").write_text(GOOD.replace(old, new, 1) if old else GOOD)
    (folder / "ledger.html").write_text(LEDGER)
    (folder / "figure.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    return folder


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_page_in_order_passes(tmp_path: Path, check: Check) -> None:
    assert check(small_book(tmp_path)) == []


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        (files.broken_links, 'href="#equation-eq-a"', 'href="other.html"'),
        (files.broken_links, 'href="#equation-eq-a"', 'href="#equation-eq-c"'),
        (files.broken_links, "figure.svg", "figures.svg"),
        (files.broken_links, 'href="#equation-eq-a"', 'href="ledger.html#nothing"'),
        (files.repeated_ids, "<p>See", '<p id="top">See'),
        (files.foreign_resources, "</head>", '<script src="https://cdn.example/x.js"></script></head>'),
        (files.foreign_resources, "</head>", '<link rel="stylesheet" href="//cdn.example/x.css"></head>'),
        (files.missing_words, "A curve that rises and then falls again.", "figure.svg"),
        (files.missing_words, ' alt="A curve that rises and then falls again."', ""),
        (files.missing_words, "A page that is in good order.", ""),
        (files.missing_words, "<title>A page</title>", "<title>Ledger</title>"),
        (files.missing_words, '<h1 id="top">', "<h1>One</h1><h1>"),
        (files.unresolved, "See <a", "See {eq}`eq-a` <a"),
        (files.unresolved, "See <a", r"See \frac{1}{2} <a"),
        (files.invalid, "</a>.</p>", "</a>.<ul><li>A list</li></ul></p>"),
        (files.invalid, 'alt="A curve', 'widht="3" alt="A curve'),
        (files.unclaimed, '<a class="checked" href="#check-a">✓</a>', ""),
        (files.unclaimed, 'id="check-a"', 'id="check-c"'),
        (files.unclaimed, 'id="check-b"', 'id="check-c"'),
        (files.unclaimed, "<strong>5 entries agree.</strong>", "5 entries agree."),
        (files.unclaimed, '<span class="rejected">no square</span>', ""),
        (files.unclaimed, '<pre>claim("eq-b")</pre>', ""),
        (files.unclaimed, '<a href="#equation-eq-a">(1)</a> 5', "5"),
        (files.unclaimed, '<div class="equation" id="equation-eq-a">', '<div class="equation" id="equation-eq-c">'),
    ],
)
def test_a_planted_defect_is_found(tmp_path: Path, check: Check, old: str, new: str) -> None:
    assert check(small_book(tmp_path, old, new)) != []


def test_a_heavy_page_and_many_requests_are_found(tmp_path: Path) -> None:
    folder = small_book(tmp_path)
    (folder / "noise.bin").write_bytes(__import__("random").Random(1).randbytes(200_000))
    page = folder / "page.html"
    page.write_text(GOOD.replace("figure.svg", "noise.bin"))
    assert any("KiB, compressed; at most 150" in complaint for complaint in files.too_heavy(folder))
    lazy = '<img src="figure.svg" alt="A curve that falls and rises again." loading="lazy">'
    late = '<img src="{}" alt="A curve that rises and then falls again." loading="lazy">'
    page.write_text(GOOD.replace("</article>", lazy + late.format("noise.bin") + "</article>"))
    assert files.too_heavy(folder) == [], "it waits until one scrolls to it"
    (folder / "more.bin").write_bytes(__import__("random").Random(2).randbytes(100_000))
    both = late.format("noise.bin") + late.format("more.bin")
    page.write_text(GOOD.replace("</article>", lazy + both + "</article>"))
    assert any("with all figures; at most 220" in complaint for complaint in files.too_heavy(folder))
    many = "".join(f'<img src="f{i}.svg" alt="The figure with number {i}, of many">' for i in range(25))
    for i in range(25):
        (folder / f"f{i}.svg").write_text("<svg/>")
    page.write_text(GOOD.replace("</article>", many + "</article>"))
    assert any("requests" in complaint for complaint in files.too_heavy(folder))


def test_the_search_shows_numbers_and_titles_and_no_labels(book: Path) -> None:
    script = (book / "_static" / "search-index.js").read_text(encoding="utf-8")
    found = json.loads(script.removeprefix("window.bookIndex = ").removesuffix(";\n"))
    assert len(found) > 10
    label = re.compile(r"\b(?:eq|def|fig)-[a-z]+-|See /chapters")
    assert [entry["url"] for entry in found if label.search(entry["text"])] == []
