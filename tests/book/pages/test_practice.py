"""Problems on the pages: answered, judged, hinted at, solved and drawn anew; by keyboard, from files, on paper."""

from __future__ import annotations

import base64
import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Locator

from book import edition
from book.pages.fonts import Characters
from book.pages.math import render
from book.practice import listing, variants
from practice.answers import Number
from practice.problem import Entry, all_problems
from tests.book.pages import files, looks
from tools import chapters
from tools.paths import ROOT

KIB = 1024
HERE = [page.stem for page in chapters.pages() if page.parent.name == "practice"]
SECTIONS = edition.Edition.of(ROOT).inside
PROBLEMS = {entry.name: entry for entry in all_problems() if entry.chapter in HERE and entry.section in SECTIONS}
STATES = {"light": looks.DESK, "dark": looks.PHONE}
ORDER = """() => [...document.querySelectorAll('.question, details.solution')]
  .map(box => [box.getBoundingClientRect().top, box.className.includes('solution')]).sort((a, b) => a[0] - b[0])
  .map(pair => pair[1])"""


def with_a_mistake() -> Entry:
    """Return a problem with a number for its answer, and a mistake of the book among its slips."""
    return next(
        entry
        for entry in PROBLEMS.values()
        if isinstance(entry.variant(0).answer, Number) and any(name.startswith("m") for name in entry.variant(0).slips)
    )


@contextmanager
def answering(browser: Browser, site: str, entry: Entry, **options: str | int) -> Iterator[tuple[looks.View, Locator]]:
    """Open the page of a problem and go to it."""
    with looks.opened(browser, f"{site}{listing.page(entry.chapter)}.html#{entry.name}", csp=False, **options) as view:
        card = view.page.locator(f'[data-problem$="/{entry.name}"]')
        card.locator("form").wait_for(timeout=30_000)
        yield view, card


def tell(card: Locator, text: str) -> str:
    """Type an answer, and return what the page says to it."""
    told = card.locator(".told")
    told.evaluate("told => told.replaceChildren()")
    card.get_by_label("Your answer").fill(text)
    card.get_by_role("button", name="Check").click()
    told.locator("p").first.wait_for(timeout=30_000)
    return told.inner_text()


def test_each_problem_stands_on_the_page_of_its_chapter(book: Path) -> None:
    found = [
        str(card["data-problem"])
        for chapter in HERE
        for card in files.parsed(book / f"{listing.page(chapter)}.html").select("section[data-problem]")
    ]
    assert sorted(found) == sorted(f"{entry.chapter}/{entry.name}" for entry in PROBLEMS.values())


@pytest.mark.parametrize("theme", STATES)
def test_an_answer_is_judged_and_no_state_is_a_barrier(site: str, browser: Browser, theme: str) -> None:
    entry = with_a_mistake()
    problem = entry.variant(0)
    mistaken = next(name for name in problem.slips if name.startswith("m"))
    with answering(browser, site, entry, theme=theme, width=STATES[theme]) as (view, card):
        assert looks.shifts(view) == []
        assert tell(card, "?").startswith("Not counted.")
        said = tell(card, problem.answer.typed(problem.slips[mistaken][0]))
        assert said.startswith(f"Mistake {mistaken.partition('/')[0].upper().strip('M')}.")
        assert card.locator(".told a").get_attribute("href").endswith(f"#{mistaken.partition('/')[0]}")  # type: ignore[union-attr]
        assert not card.locator(".hint").is_visible()
        complaints = looks.barriers(view)
        assert "not a slip that we know" in tell(card, "123456.5")
        assert card.locator(".hint").is_visible()
        card.locator(".solution summary").click()
        complaints += looks.barriers(view) + looks.cut_off(view)
        assert tell(card, problem.answer.typed(problem.answer.value)) == "Right."
        assert view.page.locator(".practice-bar .count").inner_text().startswith("1 of ")
        question = card.locator(".question").inner_text()
        card.get_by_role("button", name="Another variant").click()
        view.page.wait_for_function(
            "([card, before]) => card.innerText !== before", arg=[card.locator(".question").element_handle(), question]
        )
        complaints += looks.barriers(view)
        second = entry.variant(1)
        assert tell(card, second.answer.typed(second.answer.value)) == "Right."
        view.page.reload()
        assert view.page.locator(".practice-bar .count").inner_text().startswith("1 of ")
        view.page.get_by_role("button", name="Forget").click()
        assert view.page.locator(".practice-bar .count").inner_text().startswith("0 of ")
        assert complaints + looks.noise(view) == []


def test_a_section_ends_with_one_to_try_which_the_keyboard_opens_in_place(
    book: Path, browser: Browser, chapter: str
) -> None:
    page = book / chapter
    with looks.opened(browser, page.as_uri(), csp=False) as view:
        line = view.page.locator(".try-one a").first
        name = str(line.get_attribute("data-problems")).split()[0]
        line.focus()
        view.page.keyboard.press("Enter")
        card = view.page.locator(f'[data-problem$="/{name}"]')
        card.locator("form").wait_for(timeout=30_000)
        view.page.keyboard.press("?")
        view.page.keyboard.press("Enter")
        card.locator(".told strong, .told.form").first.wait_for(timeout=30_000)
        assert view.page.evaluate("location.hash") == ""
        assert looks.barriers(view) + looks.noise(view) + looks.strangers(view, page.as_uri()) == []


@pytest.mark.whole_book
def test_problems_of_earlier_chapters_are_mixed_in(site: str, browser: Browser) -> None:
    with looks.opened(browser, f"{site}{listing.page(HERE[-1])}.html") as view:
        own = view.page.locator(".problem").count()
        view.page.get_by_label("Mix in").check()
        view.page.locator(".problem.earlier form").last.wait_for(timeout=30_000)
        others = view.page.locator(".problem.earlier")
        assert others.count() == own
        told = {str(card.get_attribute("data-problem")).partition("/")[0] for card in others.all()}
        assert HERE[-1] not in told
        view.page.get_by_label("Mix in").uncheck()
        assert view.page.locator(".problem").count() == own
        assert looks.noise(view) == []


def test_without_scripts_the_line_leads_to_the_problem_and_its_solution_opens(
    site: str, browser: Browser, chapter: str
) -> None:
    with looks.opened(browser, site + chapter, scripts=False) as view:
        view.page.locator(".try-one a").first.click()
        card = view.page.locator(".problem:target")
        card.locator(".question").wait_for(state="visible", timeout=30_000)
        assert not card.locator(".try").is_visible()
        card.locator("summary").click()
        assert card.locator(".solution .source").is_visible()


def test_where_the_variants_are_missing_the_page_says_so(site: str, browser: Browser) -> None:
    entry = with_a_mistake()
    with looks.opened(browser, "about:blank") as view:
        view.page.route(f"**/practice/{entry.chapter}.js", lambda route: route.abort())
        view.page.goto(f"{site}{listing.page(entry.chapter)}.html")
        card = view.page.locator(f'[data-problem$="/{entry.name}"]')
        card.get_by_label("Your answer").fill("1")
        card.get_by_role("button", name="Check").click()
        card.get_by_text("could not be loaded").wait_for(timeout=30_000)


def test_on_paper_there_is_room_and_the_solutions_come_last(site: str, browser: Browser) -> None:
    with looks.opened(browser, f"{site}{listing.page(HERE[0])}.html") as view:
        view.page.locator(".try form").last.wait_for(state="attached", timeout=30_000)
        view.page.emulate_media(media="print")
        view.page.evaluate("document.querySelectorAll('details').forEach(box => (box.open = true))")
        order = view.page.evaluate(ORDER)
        assert order == sorted(order)
        assert set(order) == {False, True}
        assert not view.page.locator(".try form").first.is_visible()
        assert view.page.locator(".try").first.evaluate("place => place.offsetHeight") > 80
        assert looks.cut_off_on_paper(view) == []


@pytest.mark.whole_book
@pytest.mark.parametrize("name", ["chapters/assignments.html", "chapters/mistakes.html"])
def test_the_lists_lead_to_problems(book: Path, name: str) -> None:
    rows = files.parsed(book / name).select("tbody tr")
    assert rows
    assert [row.get_text() for row in rows if not row.select('td:last-child a[href*="practice/"]')] == []


@pytest.mark.parametrize("chapter", HERE)
def test_practice_is_light_and_its_variants_are_all_there(book: Path, chapter: str) -> None:
    data = (book / "_static" / "practice" / f"{chapter}.js").read_bytes()
    assert len(gzip.compress(data, 9)) <= 150 * KIB
    assert data.decode().count('"question":') == variants.COUNT * sum(
        entry.chapter == chapter for entry in PROBLEMS.values()
    )
    lines = files.parsed(book / "chapters" / f"{chapter}.html").select(".try-one")
    assert lines
    assert sum(len(str(line)) for line in lines) <= 3 * KIB


def test_the_fonts_have_every_character_of_the_variants(book: Path) -> None:
    """Where a formula is set, and by which of its commands, decides the font; so real variants are set here."""
    sheet = (book / "_static" / "book.css").read_text(encoding="utf-8")
    faces = re.findall(
        r'font-family:"(\w+)";font-weight:(\d+);font-style:(\w+);src:url\(data:font/woff2;base64,([^)]*)\)', sheet
    )
    has = {face[:3]: set(TTFont(io.BytesIO(base64.b64decode(face[3]))).getBestCmap()) for face in faces}
    characters = Characters()
    for entry in list(PROBLEMS.values())[::3]:
        for text in variants.texts([entry.data(seed) for seed in (5, 23)]):
            characters.feed(f"<p>{variants.FORMULA.sub(' ', text)}</p>".replace("\n", " "))
            for part in variants.FORMULA.finditer(text):
                characters.feed(render(part["display"] or part["inline"], bool(part["display"]), ()))
    missing = {}
    for font, signs in characters.found.items():
        if "-" in font:
            family, cut = font.split("-")
            key = (f"KaTeX_{family}", "700" if "Bold" in cut else "400", "italic" if "Italic" in cut else "normal")
        else:
            key = ("Book", "400", "normal")
        missing[font] = {sign for sign in signs if sign.isprintable() and ord(sign) not in has[key]} - {"\u200b", "✓"}
    assert {font: signs for font, signs in missing.items() if signs} == {}
