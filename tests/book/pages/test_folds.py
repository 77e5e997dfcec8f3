"""What is folded opens where it stands: checks in their marks, sources under figures, answers."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.book.pages import files, looks

MARK = ".check > summary"
PANEL = ".check > .proof"
VISIBLE = (
    "element => element.checkVisibility({contentVisibilityAuto: false}) && element.getBoundingClientRect().height > 0"
)


def shown(page: Page, selector: str) -> bool:
    return bool(page.locator(selector).first.evaluate(VISIBLE))


def test_a_mark_opens_its_check_below_its_equation_and_closes_it(site: str, chapter: str, browser: Browser) -> None:
    for width in (looks.PHONE, looks.DESK):
        with looks.opened(browser, site + chapter, width=width) as view:
            mark = view.page.locator(MARK).first
            assert not shown(view.page, PANEL)
            mark.focus()
            for key in ("Enter", "Space"):
                view.page.keyboard.press(key)
                assert shown(view.page, PANEL)
                body = view.page.locator(".equation:has(.check) .equation-body").first.bounding_box()
                panel, tick = view.page.locator(PANEL).first.bounding_box(), mark.bounding_box()
                assert None not in (body, panel, tick)
                assert panel["y"] >= max(body["y"] + body["height"], tick["y"] + tick["height"]) - 1
                view.page.keyboard.press(key)
                assert not shown(view.page, PANEL)
            assert looks.shifts(view) == []


def test_each_mark_is_beside_the_number_of_its_equation(site: str, chapter: str, browser: Browser) -> None:
    """Also where the equation fills its line."""
    beside = """() => [...document.querySelectorAll(".equation:has(> .check)")].filter((row) => {
      const box = (name) => row.querySelector(name).getBoundingClientRect();
      const [mark, number] = [box(".check > summary"), box(".eqno")];
      return mark.left < number.right || Math.abs(mark.top + mark.bottom - number.top - number.bottom) > 12;
    }).map((row) => row.id)"""
    for width in (looks.PHONE, looks.DESK):
        with looks.opened(browser, site + chapter, width=width) as view:
            view.ask("whole")
            assert view.page.evaluate(beside) == []


def test_a_link_to_a_check_opens_it_with_and_without_scripts(site: str, chapter: str, browser: Browser) -> None:
    with looks.opened(browser, site + chapter) as view:
        name = view.page.locator(".proof > [id]").nth(3).get_attribute("id")
    for scripts in (True, False):
        with looks.opened(browser, f"{site}{chapter}#{name}", scripts=scripts) as view:
            view.page.locator(f"#{name}").wait_for(state="visible", timeout=10_000)
            assert shown(view.page, f"#{name} pre")


def test_a_mark_opens_without_scripts(site: str, chapter: str, browser: Browser) -> None:
    with looks.opened(browser, site + chapter, scripts=False) as view:
        view.page.locator(MARK).first.click()
        assert shown(view.page, PANEL)


def test_one_switch_opens_all_checks_and_sources_and_is_remembered(site: str, chapter: str, browser: Browser) -> None:
    closed = "document.querySelectorAll('.check:not([open]), .hidden-cell:not([open])').length"
    with looks.opened(browser, site + chapter) as view:
        assert view.page.evaluate(closed) > 0
        view.page.get_by_role("button", name="Show all checks and sources").click()
        assert view.page.evaluate(closed) == 0
        view.page.reload()
        button = view.page.get_by_role("button", name="Hide all checks and sources")
        assert view.page.evaluate(closed) == 0
        button.click()
        assert view.page.evaluate(closed) > 0
        view.page.reload()
        view.page.get_by_role("button", name="Show all checks and sources").wait_for()
        assert view.page.evaluate(closed) > 0


def test_on_paper_there_are_verdicts_and_no_code_of_checks(site: str, chapter: str, browser: Browser) -> None:
    with looks.opened(browser, site + chapter) as view:
        view.page.emulate_media(media="print")
        view.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert shown(view.page, PANEL)
        assert "rejects" in view.page.locator(PANEL).first.inner_text()
        for hidden in (".proof pre", ".hidden-cell", ".all-code"):
            assert not shown(view.page, hidden), hidden
        view.page.evaluate("dispatchEvent(new Event('afterprint'))")
        view.page.emulate_media(media="screen")
        assert not shown(view.page, PANEL)


def test_no_two_toggles_follow_each_other_and_sources_are_under_their_figures(book: Path) -> None:
    complaints = []
    for page in files.pages(book):
        tree = files.parsed(page)
        for box in tree.select("article details.hidden-cell"):
            place = box.parent if box.parent and "cell" in (box.parent.get("class") or []) else box
            following = place.find_next_sibling()
            if following and (following.name == "details" or following.select_one(":scope > details")):
                complaints.append(f"{page.name}: two toggles in a row: {box.get_text()[:60]!r}")
            if box.find_parent("details", class_="hidden-cell"):
                complaints.append(f"{page.name}: a toggle in a toggle: {box.get_text()[:60]!r}")
        for figure in tree.select("article .cell figure"):
            if not figure.select_one("figcaption .hidden-cell"):
                complaints.append(f"{page.name}: no source under {figure.get('id')}")
    assert not complaints, "\n".join(complaints)


def test_an_answer_is_behind_one_press_with_its_code_output_and_words(book: Path, site: str, browser: Browser) -> None:
    pages = [page for page in files.pages(book) if files.parsed(page).select("details.answer")]
    for page in pages:
        for box in files.parsed(page).select("details.answer"):
            assert box.select_one(".cell_input pre"), page.name
            assert box.select_one(".cell_output"), page.name
    for page in pages[:1]:
        with looks.opened(browser, site + page.relative_to(book).as_posix()) as view:
            assert not shown(view.page, ".answer .cell_output")
            view.page.locator(".answer > summary").first.click()
            assert shown(view.page, ".answer .cell_output")
