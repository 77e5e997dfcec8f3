"""Components: they come when their place is near, keep its size, answer keys, and leave the still figure elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from book.pages import touch
from tests.book.pages import files, looks

VISIBLE = "element => element.checkVisibility() && element.getBoundingClientRect().height > 0"
# What sticks out of the picture, or of its place.
OUTSIDE = """place => {
  const box = place.querySelector("svg").getBoundingClientRect();
  const cut = [...place.querySelectorAll("svg *")].filter((mark) => {
    const own = mark.getBoundingClientRect();
    const across = own.left < box.left - 3 || own.right > box.right + 3;
    return across || own.top < box.top - 3 || own.bottom > box.bottom + 3;
  });
  const parts = [...place.querySelectorAll(".knobs, .knob, .said")];
  const wide = parts.filter((part) => part.scrollWidth > part.clientWidth + 1);
  const above = place.querySelector(".said").getBoundingClientRect().bottom - place.getBoundingClientRect().bottom;
  return [...cut, ...wide].map((one) => one.outerHTML.slice(0, 120)).concat(above > 1 ? [`${above} px too tall`] : []);
}"""
# Words that lie on each other cannot be read.
OVERLAPPING = """place => {
  const texts = [...place.querySelectorAll("svg text")].filter((text) => text.textContent.trim());
  const boxes = texts.map((text) => text.getBBox());
  const found = [];
  for (const [i, a] of boxes.entries()) for (const [j, b] of boxes.slice(0, i).entries()) {
    const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
    const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
    if (across > 2 && down > 5) found.push(`${texts[i].textContent} over ${texts[j].textContent}`);
  }
  return found;
}"""
EXTREME = """(place, end) => {
  for (const slider of place.querySelectorAll("input")) {
    slider.value = slider[end];
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""
EXTREMES = {"as it begins": "defaultValue", "all least": "min", "all most": "max"}


@pytest.fixture(scope="module")
def homes(book: Path) -> dict[str, str]:
    """Return the page of each component."""
    found = {}
    for page in files.pages(book):
        for place in files.parsed(page).select("[data-touch]"):
            found[str(place["data-touch"])] = page.relative_to(book).as_posix()
    return found


@contextmanager
def mounted(view: looks.View, name: str) -> Iterator[Locator]:
    """Go to a component and wait until it is there."""
    place = view.page.locator(f'[data-touch="{name}"]')
    place.scroll_into_view_if_needed()
    place.locator("svg > *").first.wait_for(state="attached", timeout=30_000)
    yield place


@pytest.mark.whole_book
def test_every_component_has_its_place(homes: dict[str, str]) -> None:
    assert sorted(homes) == touch.names()


@pytest.mark.whole_book
@pytest.mark.parametrize("name", touch.names())
def test_a_component_fits_its_place_answers_keys_and_says_what_changed(
    site: str, homes: dict[str, str], browser: Browser, name: str
) -> None:
    with looks.opened(browser, site + homes[name]) as view, mounted(view, name) as place:
        assert looks.shifts(view) == []
        said, picture = place.locator(".said"), place.locator("svg")
        assert picture.get_attribute("aria-label")
        assert place.locator("input:not([aria-valuetext])").count() == 0
        before, drawn = said.inner_text(), picture.inner_html()
        for control in place.locator(".knob :is(input, select)").all():
            control.focus()
            seen = set()
            for key in ("ArrowRight", "ArrowDown", "Home", "End"):  # a control may begin at either end
                view.page.keyboard.press(key)
                seen.add((said.inner_text(), picture.inner_html()))
            assert seen - {(before, drawn)}
            place.get_by_role("button", name="Reset").click()
            assert (said.inner_text(), picture.inner_html()) == (before, drawn)
        said.and_(view.page.locator('[aria-busy="false"]')).wait_for(timeout=10_000)
        for width in (looks.DESK, 390, looks.PHONE):
            view.page.set_viewport_size({"width": width, "height": 800})
            for state, end in EXTREMES.items():
                place.evaluate(EXTREME, end)
                view.page.wait_for_timeout(50)  # a picture of another size is drawn with the next frame
                assert place.evaluate(OUTSIDE) == [], (width, state)
                assert place.evaluate(OVERLAPPING) == [], (width, state)
            assert place.locator("svg").bounding_box()["height"] > 150  # type: ignore[index]
        assert looks.noise(view) == []


@pytest.mark.whole_book
def test_from_a_file_a_component_comes_too(book: Path, homes: dict[str, str], browser: Browser) -> None:
    name, page = next(iter(homes.items()))
    with looks.opened(browser, f"{book.as_uri()}/{page}") as view, mounted(view, name):
        assert looks.noise(view) == []


@pytest.mark.whole_book
def test_without_scripts_and_on_paper_the_figure_is_still(site: str, homes: dict[str, str], browser: Browser) -> None:
    name, page = next(iter(homes.items()))
    still, place = f'figure:has([data-touch="{name}"]) > img', f'[data-touch="{name}"]'
    with looks.opened(browser, site + page, scripts=False) as view:
        assert view.page.locator(still).evaluate(VISIBLE)
        assert not view.page.locator(place).evaluate(VISIBLE)
    with looks.opened(browser, site + page) as view:
        assert not view.page.locator(still).evaluate(VISIBLE)
        view.page.emulate_media(media="print")
        assert view.page.locator(still).evaluate(VISIBLE)
        assert not view.page.locator(place).evaluate(VISIBLE)


@pytest.mark.whole_book
def test_where_its_script_is_missing_the_figure_comes_back(site: str, homes: dict[str, str], browser: Browser) -> None:
    name, page = next(iter(homes.items()))
    with looks.opened(browser, "about:blank") as view:
        view.page.route(f"**/touch/{name}.js", lambda route: route.abort())
        view.page.goto(site + page)
        view.page.locator(f'figure:has([data-touch="{name}"])').scroll_into_view_if_needed()
        still = view.page.locator(f'figure:has([data-touch="{name}"]) > img')
        still.wait_for(state="visible", timeout=30_000)


DEFECTS: list[tuple[str, str]] = [
    (OUTSIDE, '<svg width="50" height="50"><text x="40" y="20">Too long for it</text></svg><p class="said">x</p>'),
    (OUTSIDE, '<svg width="50" height="50"></svg><p class="said" style="height: 400px">x</p>'),
    (OVERLAPPING, '<svg><text x="40" y="20">one</text><text x="45" y="22">two</text></svg>'),
]


@pytest.mark.parametrize(("look", "body"), DEFECTS)
def test_a_planted_defect_of_a_component_is_found(tmp_path: Path, browser: Browser, look: str, body: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<!doctype html><title>T</title><div id="place" style="height: 200px">{body}</div>')
    with looks.opened(browser, page.as_uri()) as view:
        assert view.page.locator("#place").evaluate(look) != []
