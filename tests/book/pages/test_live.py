"""Run in the page, by keyboard alone and without network: over HTTP and from a file, in three chapters."""

from __future__ import annotations

import html
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator

from book import live
from tests.book.pages import files, looks
from tools.browser import INSTALL, chromium

NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
PATIENCE = 120  # seconds that a busy machine may take
COVER = "index.html"
# A walk takes half a minute, so one chapter is walked through both ways and two in one way each.
WALKS = [("softmax", "http"), ("softmax", "file"), ("mlp", "http"), ("convolution", "file")]
FAILING = '\nfrom nnlib.claims import claim; claim("eq-planted", 1, 2, rejects={"three": 3})'
LATER = "print(early + 1)\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"


@pytest.fixture(scope="module")
def alone() -> Iterator[Browser]:
    """Start a Chromium that resolves no name."""
    try:
        with chromium(NO_NAMES) as started:
            yield started
    except FileNotFoundError as error:
        said = f"{error} So no cell was run in a page. {INSTALL}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)


@pytest.fixture(autouse=True)
def _built_in(book: Path) -> None:
    """Fail where the pages do not run, unless that was meant."""
    if not (book / "_static" / "live" / "live.js").exists():
        if not live.wanted():
            pytest.skip("LIVE=no: that cells run in the pages was not tested")
        pytest.fail("The pages were built without Run (make book says why). LIVE=no leaves this test out.")


class Reader:
    """Somebody who runs cells, with the keyboard alone."""

    def __init__(self, view: looks.View) -> None:
        self.view, self.page = view, view.page

    def cell(self, number: int) -> Locator:
        """Return the place of a cell, opened where it is folded."""
        block = self.page.locator(f'[data-cell="{number}"]').first
        for box in block.locator("xpath=ancestor::details[not(@open)]").all():
            box.locator("summary").first.focus()
            self.page.keyboard.press("Enter")
        return block

    def box(self, number: int) -> Locator:
        """Return the buttons and outputs of a cell."""
        return self.cell(number).locator("xpath=following-sibling::*[contains(@class, 'live')][1]")

    def press(self, number: int, name: str) -> None:
        """Press a button of a cell."""
        block = self.cell(number)
        if (first := block.locator(".run")).count():
            first.focus()
            self.page.keyboard.press("Enter")
            self.box(number).get_by_role("button").first.wait_for()
            if name == "Run":
                return
        self.box(number).get_by_role("button", name=name, exact=name != "Run all above").focus()
        self.page.keyboard.press("Enter")
        self.page.wait_for_timeout(60)

    def rest(self) -> None:
        """Wait until nothing runs."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            busy = self.page.evaluate("typeof Live === 'undefined' || !Live.session || Live.session.busy")
            if not busy:
                return
            self.page.wait_for_timeout(50)
        raise TimeoutError("a cell runs for ever")

    def run(self, number: int) -> str:
        """Run a cell; return what it shows."""
        self.press(number, "Run")
        self.rest()
        return self.shown(number)

    def shown(self, number: int) -> str:
        """Return what a cell shows, and what is said beside its buttons."""
        return self.box(number).inner_text()

    def edit(self, number: int) -> Locator:
        """Go into the editor, to the end of the code."""
        self.press(number, "Edit")
        content = self.cell(number).locator(".cm-content")
        content.wait_for()
        self.page.wait_for_timeout(60)
        self.page.keyboard.press("Control+End")
        return content

    def type(self, number: int, text: str, *, anew: bool = False) -> str:
        """Put text behind the code of a cell, or in its stead, and run it."""
        self.edit(number)
        if anew:
            self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_timeout(60)
        self.rest()
        return self.shown(number)

    def orderly(self) -> None:
        """Look whether all is well where cells run: for assistive technology, and that nothing has moved."""
        assert looks.shifts(self.view) == []
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(looks.AXE.read_text(encoding="utf-8"))
        only = {"runOnly": {"type": "tag", "values": looks.RULES}, "resultTypes": ["violations"], "preload": False}
        script = (
            "options => axe.run({include: [['.awake'], ['.live'], ['.live-dock']]}, options).then(r => r.violations)"
        )
        found = self.page.evaluate(script, only)
        assert [(item["id"], item["nodes"][0]["html"][:200]) for item in found] == []

    def quiet(self, home: str) -> None:
        """Look whether the page has asked anybody, or complained."""
        assert looks.noise(self.view) == []
        here = urlsplit(home)
        asked = [urlsplit(url) for url in self.view.asked]
        assert [url for url in asked if url.scheme not in ("data", "blob") and url[:2] != here[:2]] == []


@contextmanager
def reading(browser: Browser, home: str, page: str, **options: int) -> Iterator[Reader]:
    """Open a page of the book."""
    with looks.opened(browser, home + page, **options) as view:  # type: ignore[arg-type]
        view.page.locator(".run").last.wait_for(state="attached", timeout=30_000)
        reader = Reader(view)
        yield reader
        reader.quiet(home)


def homes(site: str, book: Path) -> dict[str, str]:
    return {"http": site, "file": f"{book.as_uri()}/"}


@pytest.mark.whole_book
@pytest.mark.parametrize(("chapter", "way"), WALKS)
def test_a_reader_runs_edits_breaks_mends_and_stops(
    alone: Browser, site: str, book: Path, chapter: str, way: str
) -> None:
    with reading(alone, homes(site, book)[way], f"chapters/{chapter}.html") as reader:
        page = reader.page
        assert "Yours" in reader.run(1)
        assert "does not hold: side 1 and side 2 differ most: 1 against 2" in reader.type(1, FAILING)
        assert reader.box(1).locator("li.failed").count() == 1
        reader.orderly()
        # Out of order: what the later cell needs comes from the earlier one, which has to run again.
        assert "early may come" in reader.type(3, LATER, anew=True) or "name 'early' is not defined" in reader.shown(3)
        assert "Yours" in reader.type(1, str(page.evaluate("Live.cells[0].original")) + "\nearly = 41", anew=True)
        assert reader.box(1).locator("li.failed").count() == 0
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.textContent") == "Run"
        assert "42" in reader.run(3)
        assert "data:image/svg+xml," in page.content()
        reader.orderly()
        # A loop without an end.
        reader.edit(3)
        page.keyboard.insert_text("\nwhile True: pass")
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(300)
        reader.press(3, "Stop")
        assert "Its variables are gone" in reader.shown(3)
        reader.rest()
        reader.press(3, "Reset")
        assert "Run all above" in reader.shown(3)
        assert "Yours" in reader.run(1)
        reader.orderly()


@pytest.mark.whole_book
def test_the_cover_claim_comes_soon_and_again_at_once(alone: Browser, site: str, book: Path) -> None:
    for home in homes(site, book).values():
        with reading(alone, home, COVER) as reader:
            start = time.monotonic()
            shown = reader.run(2)
            cold = time.monotonic() - start
            assert "Holds: (1) 16 entries agree; rejects: the cases exchanged; a sign lost" in " ".join(shown.split())
            seconds = re.search(r"Yours, in ([\d.]+) s", reader.run(2))
            assert seconds
            if quiet := os.environ.get("QUIET"):  # a busy machine fails nothing
                assert cold < 6, quiet
                assert float(seconds[1]) < 0.3, quiet
            reader.orderly()


@pytest.mark.whole_book
def test_a_folded_check_is_run_in_its_place(alone: Browser, site: str) -> None:
    with reading(alone, site, "chapters/softmax.html") as reader:
        check = reader.page.locator("#check-softmax-by-hand [data-cell]")
        number = int(str(check.get_attribute("data-cell")))
        assert "naive_softmax may come from a cell above" in reader.run(number)
        reader.press(number, "Run all above")
        reader.rest()
        assert "Holds: (2.2) 3 entries agree, three ways" in " ".join(reader.shown(number).split())
        reader.orderly()


@pytest.mark.whole_book
def test_on_a_phone_nothing_sticks_out(alone: Browser, site: str) -> None:
    with reading(alone, site, COVER, width=looks.PHONE) as reader:
        reader.type(2, "\nprint(np.arange(300))")
        assert looks.cut_off(reader.view) == []
        reader.orderly()


def test_the_policy_gains_three_words_where_cells_run_and_none_elsewhere(book: Path) -> None:
    for page in files.pages(book):
        text = page.read_text(encoding="utf-8")
        policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1])  # type: ignore[index]
        rules = {rule.split()[0]: set(rule.split()[1:]) for rule in policy.split("; ")}
        gained = rules["script-src"] & {"blob:", "'wasm-unsafe-eval'", "'unsafe-eval'", "'unsafe-inline'"}
        runs = "data-cell=" in text
        assert gained == ({"blob:", "'wasm-unsafe-eval'"} if runs else set())
        assert rules.get("worker-src") == ({"blob:"} if runs else None)
        assert ("data-cells=" in text) is runs


def test_nothing_of_it_is_loaded_before_somebody_asks(book: Path) -> None:
    for page in files.pages(book):
        loaded = re.findall(r"<(?:script|link|img)\b[^>]*>", page.read_text(encoding="utf-8"))
        assert [tag for tag in loaded if "live/" in tag or "_cells/" in tag] == []


def test_the_search_does_not_hold_the_pack(book: Path) -> None:
    assert "Live.take" not in (book / "_static" / "search-index.js").read_text(encoding="utf-8")


def test_the_licenses_of_all_that_runs_are_beside_it(book: Path) -> None:
    notices = (book / "_static" / "live" / "licenses.txt").read_text(encoding="utf-8")
    words = ["PYTHON SOFTWARE FOUNDATION LICENSE", "Mozilla Public License Version 2.0", "NumPy Developers", "OpenBLAS"]
    for word in [*words, "SymPy Development Team", "SciPy", "Emscripten authors", "Matplotlib", "Marijn Haverbeke"]:
        assert word in notices, word
