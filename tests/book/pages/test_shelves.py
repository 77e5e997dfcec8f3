"""Pages that one looks things up on: a name is found by typing, a link opens what it leads to, and all is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.book.pages import files, looks

API, LEDGER = "chapters/api.html", "chapters/ledger.html"
pytestmark = pytest.mark.whole_book


def test_every_function_is_in_the_list_of_names(book: Path) -> None:
    page = files.parsed(book / API)
    named = [str(link["href"])[1:] for link in page.select(".names li li a")]
    defined = [str(head["id"]) for head in page.select("section > dl.py > dt[id]")]
    assert len(named) > 80
    assert sorted(named) == sorted(defined)


def test_a_function_is_found_by_typing_and_opens(site: str, browser: Browser) -> None:
    with looks.opened(browser, site + API) as view:
        field = view.page.get_by_label("Find a function")
        field.fill("Jacob")
        seen = view.page.locator(".names li li:visible").all_inner_texts()
        assert seen
        assert all("jacob" in name.lower() for name in seen)
        field.press("Enter")
        box = view.page.locator(".sig:target + dd > .shelf")
        box.locator("> :nth-child(2)").wait_for(state="visible", timeout=10_000)
        field.fill("no such name")
        assert view.page.locator(".names li:visible").count() == 0
        field.fill("")
        assert view.page.locator(".names li li:visible").count() > 80
        assert looks.noise(view) == []


def test_the_ledger_is_folded_and_a_link_opens_its_part(book: Path, site: str, browser: Browser) -> None:
    boxes = files.parsed(book / LEDGER).select("details.shelf")
    assert boxes
    for box in boxes:
        assert box.find("summary").get_text().split()[0] == str(len(box.select("tbody tr")))  # type: ignore[union-attr]
    row = str(boxes[-1].select("[id^=ledger-]")[-1]["id"])
    with looks.opened(browser, f"{site}{LEDGER}#{row}") as view:
        view.page.locator(f"#{row}").wait_for(state="visible", timeout=10_000)
        assert view.page.locator("details.shelf[open]").count() == 1


def test_the_road_map_says_what_each_chapter_needs(book: Path) -> None:
    items = files.parsed(book / "index.html").select(".roadmap > li")
    said = {str(item.find("a")["href"]): item.select_one(".visually-hidden") for item in items}  # type: ignore[index]
    assert len(items) == len({*said})
    assert all(item.select_one("svg circle") for item in items)
    losses, first = said["chapters/losses.html"], said["chapters/activations.html"]
    assert losses is not None
    assert losses.get_text().strip() == "It needs Activations and Softmax."
    assert first is None
