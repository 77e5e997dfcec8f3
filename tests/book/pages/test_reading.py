"""Loading and reading: no noise, no strangers, nothing cut off, nothing that moves, all of it without scripts, too."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from book.pages.math import render
from tests.book.pages import files, looks
from tools.fileserver import Quiet, served

Look = Callable[[looks.View], list[str]]


every_page = pytest.mark.parametrize("name", files.NAMES)


def test_every_page_is_looked_at(book: Path) -> None:
    assert sorted(files.NAMES) == sorted(page.relative_to(book).as_posix() for page in files.pages(book))


@every_page
@pytest.mark.parametrize("width", [looks.PHONE, looks.DESK])
def test_a_page_loads_without_noise_or_strangers_and_nothing_moves_or_is_torn_or_cut_off(
    site: str, browser: Browser, name: str, width: int
) -> None:
    with looks.opened(browser, site + name, width=width) as view:
        complaints = (
            looks.shifts(view)
            + looks.moving_tables(view)
            + looks.lying_scroll_bar(view)
            + looks.cut_off(view)
            + looks.torn(view)
        )
        if width == looks.DESK:
            complaints += looks.cut_off_on_paper(view)
        complaints += looks.noise(view) + looks.strangers(view, site)
    assert not complaints, "\n".join(complaints)


@every_page
def test_a_page_opens_from_a_file(book: Path, browser: Browser, name: str) -> None:
    with looks.opened(browser, f"{book.as_uri()}/{name}") as view:
        complaints = looks.noise(view) + looks.strangers(view, book.as_uri())
    assert not complaints, "\n".join(complaints)


@every_page
def test_a_page_reads_without_scripts(site: str, browser: Browser, name: str) -> None:
    with looks.opened(browser, site + name, scripts=False, width=looks.PHONE) as view:
        assert name == "search.html" or looks.unreadable(view) == []


def test_the_menu_opens_without_scripts(site: str, chapter: str, browser: Browser) -> None:
    with looks.opened(browser, site + chapter, width=looks.PHONE, scripts=False) as view:
        assert not view.page.locator("#book-nav a").first.is_visible()
        view.page.get_by_role("button", name="Menu").click()
        assert view.page.locator("#book-nav a").first.is_visible()


def test_below_a_third_column_the_sections_open_from_a_button(site: str, chapter: str, browser: Browser) -> None:
    for width in (looks.PHONE, 1100):
        with looks.opened(browser, site + chapter, width=width, scripts=False) as view:
            sections = view.page.locator("#page-nav a")
            assert not sections.first.is_visible()
            view.page.get_by_role("button", name="On this page").click()
            sections.last.click()
            assert "#" in view.page.url
    with looks.opened(browser, site + chapter) as view:
        assert view.page.locator("#page-nav a").first.is_visible()
        assert not view.page.get_by_role("button", name="On this page").is_visible()


def test_in_high_contrast_no_part_of_a_sign_is_covered(tmp_path: Path, book: Path, browser: Browser) -> None:
    """Of ≠, a slash over an equals sign, both are seen."""
    (tmp_path / "page.html").write_text(
        f'<link rel="stylesheet" href="{(book / "_static" / "book.css").as_uri()}"><p class="math" id="ne">'
        + render(r"\ne", False, ())
    )
    with looks.opened(browser, (tmp_path / "page.html").as_uri()) as view:
        ink = []
        for contrast in ("none", "active"):
            view.page.emulate_media(forced_colors=contrast)  # type: ignore[arg-type]
            shot = Image.open(BytesIO(view.page.locator("#ne .katex-html").screenshot())).convert("L")
            ink.append(sum(shade < 128 for shade in shot.tobytes()))
    assert ink[1] > 0.8 * ink[0] > 0


def test_figures_are_dark_on_paper_whatever_theme_was_chosen(site: str, chapter: str, browser: Browser) -> None:
    with looks.opened(browser, site + chapter, theme="dark") as view:
        for theme in ("light", "dark"):
            view.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            view.page.emulate_media(media="print")
            scheme = view.page.locator("figure img").first.evaluate("one => getComputedStyle(one).colorScheme")
            assert scheme in ("only light", "light only"), theme


def test_the_theme_switch_turns_page_and_figures_and_is_remembered(site: str, chapter: str, browser: Browser) -> None:
    with looks.opened(browser, site + chapter) as view:
        scheme = "(selector) => getComputedStyle(document.querySelector(selector)).colorScheme"
        paper = "getComputedStyle(document.body).backgroundColor"
        light = view.page.evaluate(paper)
        for expected in ("light", "dark"):
            view.page.locator(".theme").click()
            assert view.page.evaluate(scheme, "figure img") == expected
        assert looks.contrast(light, view.page.evaluate(paper)) > 10
        view.page.reload()
        assert view.page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.whole_book
@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("words", ["jacobian", "softmax_jacobian", "log-sum-exp", "eq-softmax-shift"])
def test_search_finds_titles_formulas_and_identifiers(
    book: Path, site: str, browser: Browser, way: str, words: str
) -> None:
    address = site if way == "http" else book.as_uri() + "/"
    with looks.opened(browser, address + "search.html?q=" + words) as view:
        found = view.page.locator("#search-results a")
        targets = found.evaluate_all("all => all.slice(0, 10).map(one => one.getAttribute('href'))")
        assert any(target.startswith("chapters/softmax.html#") for target in targets), targets
        found.first.click()
        view.page.wait_for_url("**/chapters/**")
        assert view.page.locator("article h1").count() == 1
        assert looks.noise(view) == []


ASKED = {
    "softmax jacobian": "softmax.html#the-jacobian",
    "why transpose not inverse": "conv-backprop.html#transposed-convolution",
    "col2im": "conv-backprop.html#the-gradient-in-the-input",
    "exploding": "activations.html#the-limit-of-the-derivative-is-not-the-derivative",
    "he initialization": "digits.html#where-training-starts",
    "crossentropy": "losses.html#cross-entropy",
    "softmx": "softmax.html",
    "finite differences": "chain-rule.html#checking-a-gradient",
    "entropy": "losses.html#cross-entropy",
    "flip": "convolution.html#to-flip-or-not-to-flip",
    "receptive field": "cnn-arithmetic.html#receptive-field-and-stride",
    "dead relu": "digits.html#choosing-the-learning-rate",
    "strides": "conv-backprop.html#strides-put-zeros-in-between",
}


@pytest.mark.whole_book
def test_search_finds_what_people_type_among_the_first_three(site: str, browser: Browser) -> None:
    missed = {}
    with looks.opened(browser, site + "search.html") as view:
        for words, target in ASKED.items():
            view.page.goto(site + "search.html?q=" + words.replace(" ", "+"))
            links = view.page.locator("#search-results a").evaluate_all("all => all.map(one => one.href)")
            if not any(link.endswith("chapters/" + target) for link in links[:3]):
                missed[words] = links[:3]
    assert missed == {}


@pytest.mark.whole_book
def test_search_says_when_it_finds_some_of_the_words_alone_and_shows_no_tex(site: str, browser: Browser) -> None:
    with looks.opened(browser, site + "search.html?q=softmax+xylophone") as view:
        assert "No section has all of" in view.page.locator("#search-status").inner_text()
        assert view.page.locator("#search-results a").count() > 3
        assert view.page.evaluate(r"bookIndex.filter(entry => /\\[a-z]+|\^\{|\$/.test(entry.text)).length") == 0


@pytest.mark.whole_book
def test_search_finds_terms_of_the_glossary(site: str, browser: Browser) -> None:
    with looks.opened(browser, site + "search.html?q=receptive+field") as view:
        found = view.page.locator(
            "#search-results li", has=view.page.locator("a[href*='glossary.html#term-receptive']")
        )
        assert "that one output can depend on" in found.inner_text()
        found.locator("a").click()
        view.page.wait_for_url("**/glossary.html#term-receptive-field")
        assert view.page.locator("dt:target").inner_text().startswith("receptive field")


@pytest.mark.whole_book
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_term_leads_to_the_glossary_and_looks_like_text_over_dots(site: str, browser: Browser, theme: str) -> None:
    with looks.opened(browser, site + "chapters/softmax.html", theme=theme) as view:
        term = view.page.locator("a:has(> .std-term)").first
        style = "(one) => { const s = getComputedStyle(one); return [s.color, s.textDecorationStyle, s.outlineStyle]; }"
        text, paper = view.page.evaluate("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
        assert term.evaluate(style) == [text, "dotted", "none"]
        view.page.keyboard.press("Tab")  # focus is shown to those who use the keyboard
        term.focus()
        color, _, outline = term.evaluate(style)
        assert (color != text, outline) == (True, "solid")
        assert looks.contrast(color, paper) >= 4.5
        dots = term.evaluate("(one) => { one.blur(); return getComputedStyle(one).textDecorationColor; }")
        assert looks.contrast(dots, paper) >= 4.5
        term.click()
        view.page.wait_for_url("**/glossary.html#term-*")


def test_search_says_when_it_finds_nothing(site: str, browser: Browser) -> None:
    with looks.opened(browser, site + "search.html?q=xylophone") as view:
        assert "Nothing was found" in view.page.locator("#search-status").inner_text()


def test_a_link_into_a_closed_box_opens_it(site: str, chapter: str, browser: Browser) -> None:
    with looks.opened(browser, site + chapter) as view:
        inner = view.page.locator("details:not([open]) p").first
        inner.evaluate("element => { element.id = 'inside'; location.hash = 'inside'; }")
        view.page.locator("#inside").wait_for(state="visible", timeout=10_000)


PAGE = """<!doctype html><html lang="en"><title>T</title><style>body {{ margin: 8px }}</style><body>
<article><p>{words}</p>{body}</article></body></html>"""
WORDS = "These are enough words for a page that can be read without any script."
FORMULA = (
    '<span class="katex"><annotation>x</annotation>'
    '<span class="katex-html"><span class="base" {style}>x</span></span></span>'
)
WIDE = 'style="display:inline-block;width:700px;height:1em"'
NARROW = 'style="display:inline-block;width:80px;height:1em"'
SKIPPED = "display:block;margin-top:3000px;content-visibility:auto;contain-intrinsic-size:auto 9000px"
DEFECTS: list[tuple[Look, str]] = [
    (looks.noise, "<script>console.error('no')</script>"),
    (looks.noise, "<script>throw new Error('no')</script>"),
    (looks.noise, "<img src='missing.png'>"),
    (lambda view: looks.strangers(view, "file:///"), "<img src='http://127.0.0.1:9/x.png'>"),
    (looks.cut_off, "<div style='width:700px;height:9px'></div>"),
    (looks.cut_off, "<div style='overflow:hidden'>" + FORMULA.format(style=WIDE) + "</div>"),
    (looks.cut_off_on_paper, "<div class='table-box'>" + FORMULA.format(style=WIDE) + "</div>"),
    (looks.torn, f"<p style='width:80px'><span class='math'>{FORMULA.format(style=NARROW)}</span>, y</p>"),
    (looks.lying_scroll_bar, f"<section style='{SKIPPED}'><p>Short.</p></section>"),
    (looks.moving_tables, "<table>" + "<tr><td>1" * 30 + "</table>"),
    (looks.unreadable, FORMULA.format(style="style='display:none'")),
    (looks.unreadable, r"<p>\(x^2\)</p>"),
    (looks.unreadable, "<details><summary>Solution</summary><p style='display:none'>It is this.</p></details>"),
]


@pytest.mark.parametrize("number", range(len(DEFECTS)))
def test_a_planted_defect_is_found(tmp_path: Path, browser: Browser, number: int) -> None:
    look, body = DEFECTS[number]
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(words=WORDS, body=body))
    with looks.opened(browser, page.as_uri(), width=looks.PHONE) as view:
        view.page.wait_for_timeout(100)
        assert look(view) != []


@pytest.mark.parametrize(
    "look",
    [
        looks.noise,
        looks.moving_tables,
        looks.cut_off,
        looks.cut_off_on_paper,
        looks.torn,
        looks.lying_scroll_bar,
        looks.unreadable,
    ],
)
def test_a_page_in_order_passes(tmp_path: Path, browser: Browser, look: Look) -> None:
    page = tmp_path / "page.html"
    body = "<div style='overflow-x:auto'>" + FORMULA.format(style="style='display:inline-block;width:9px;height:1em'")
    page.write_text(PAGE.format(words=WORDS, body=body + "</div>"))
    with looks.opened(browser, page.as_uri(), width=looks.PHONE) as view:
        assert look(view) == []


def test_a_layout_that_shifts_is_found(tmp_path: Path, browser: Browser) -> None:
    page = tmp_path / "page.html"
    # Again and again: what moves before the first picture, on a busy machine, has not moved.
    move = "document.querySelector('p').style.marginTop = (Date.now() % 400) + 'px'"
    late = f"<script>setInterval(() => {{ {move} }}, 70)</script>"
    page.write_text(PAGE.format(words=WORDS, body=late))
    with looks.opened(browser, page.as_uri()) as view:
        found = (looks.shifts(view) for _ in range(30) if not view.page.wait_for_timeout(200))  # a busy machine is late
        assert any(found)


class Slow(Quiet):
    """A file server whose pages stop for a moment where `PAUSE` ends."""

    PAUSE = b"</search>"

    def do_GET(self) -> None:
        """Send a page in two pieces, and everything else as usual."""
        if not self.path.endswith(".html"):
            super().do_GET()
            return
        page = Path(self.translate_path(self.path)).read_bytes()
        at = page.index(self.PAUSE) + len(self.PAUSE)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page[:at])
        self.wfile.flush()
        time.sleep(0.5)
        self.wfile.write(page[at:])


@pytest.mark.parametrize("width", [looks.PHONE, looks.DESK])
def test_a_page_that_arrives_in_pieces_does_not_move(book: Path, chapter: str, browser: Browser, width: int) -> None:
    with (
        served(book, Slow) as address,
        looks.opened(browser, address + chapter, width=width) as view,
    ):
        assert looks.shifts(view) == []


class LateStyle(Quiet):
    """A file server that takes its time for the style sheet, which holds the fonts."""

    def do_GET(self) -> None:
        """Wait before a style sheet."""
        if self.path.endswith(".css"):
            time.sleep(0.5)
        super().do_GET()


@pytest.mark.parametrize("width", [looks.PHONE, looks.DESK])
@pytest.mark.parametrize("name", ["index.html", "chapters/notation.html"])
def test_a_page_whose_fonts_arrive_late_does_not_move(book: Path, browser: Browser, name: str, width: int) -> None:
    with served(book, LateStyle) as address, looks.opened(browser, address + name, width=width) as view:
        assert looks.shifts(view) == []
