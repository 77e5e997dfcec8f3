"""axe over every page, in both themes and both widths, and the keyboard; each shown to fail on a planted defect."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.book.pages import files, looks

CONTRAST = ["color-contrast"]
MODES = [("light", looks.DESK, None), ("dark", looks.DESK, CONTRAST), ("dark", looks.PHONE, None)]
MODES += [("light", looks.PHONE, CONTRAST)]


# What KaTeX draws is hidden from screen readers, which get MathML, and the inside of formulas and of lines of code has
# most of a page's elements. So it goes, to save minutes; its colors are tested below. One formula stays, for all.
FLATTEN = """() => {
    document.querySelectorAll('details').forEach(box => (box.open = true));
    document.querySelectorAll('.katex-html').forEach(part => part.remove());
    document.querySelectorAll('math').forEach(part => part.replaceChildren('x'));
    [...document.querySelectorAll('.katex')].slice(1).forEach(part => part.replaceWith('x'));
    document.querySelectorAll('pre, code:not(:has(a))').forEach(part => (part.textContent = part.textContent));
}"""


@pytest.mark.parametrize("name", files.NAMES)
def test_no_page_has_a_barrier(site: str, browser: Browser, name: str) -> None:
    """All rules in both widths, contrast in all four modes."""
    complaints = []
    with looks.opened(browser, site + name, csp=False) as view:
        view.page.evaluate(FLATTEN)
        for theme, width, rules in MODES:
            view.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            view.page.set_viewport_size({"width": width, "height": 800})
            complaints += [f"{theme}, {width} px: {complaint}" for complaint in looks.barriers(view, rules)]
    assert not complaints, "\n".join(complaints)


TOKENS = """(pre, kinds) => {
    const color = (place) => getComputedStyle(place).color;
    const over = (place) => getComputedStyle(place).backgroundColor;
    let place = pre;
    while (over(place) === 'rgba(0, 0, 0, 0)') place = place.parentElement;
    return kinds.map(kind => {
        const token = document.createElement('span');
        token.className = kind;
        pre.append(token);
        return [kind, color(token), over(place)];
    });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colors_of_code_can_be_read(book: Path, site: str, chapter: str, browser: Browser, theme: str) -> None:
    texts = (page.read_text(encoding="utf-8") for page in files.pages(book))
    kinds = {kind for text in texts for kind in re.findall(r'<span class="(\w{1,3})">', text)}
    with looks.opened(browser, site + chapter, theme=theme) as view:
        found = view.page.locator(".highlight pre").first.evaluate(TOKENS, sorted(kinds))
    assert len({color for _, color, _ in found}) > 4
    assert [kind for kind, color, paper in found if looks.contrast(color, paper) < 4.5] == []


@pytest.mark.parametrize("width", [looks.DESK, looks.PHONE])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    site: str, chapter: str, browser: Browser, width: int
) -> None:
    for name in ("index.html", chapter, "search.html?q=softmax"):
        with looks.opened(browser, site + name, width=width) as view:
            assert looks.unreachable(view) == [], name


def test_the_skip_link_comes_first_and_leads_to_the_text(site: str, chapter: str, browser: Browser) -> None:
    with looks.opened(browser, site + chapter) as view:
        view.page.keyboard.press("Tab")
        assert view.page.evaluate("document.activeElement.className") == "skip"
        view.page.keyboard.press("Enter")
        view.page.keyboard.press("Tab")
        assert view.page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colors_of_the_roles_can_be_read_and_have_a_second_cue(
    tmp_path: Path, book: Path, browser: Browser, theme: str
) -> None:
    roles = "".join(f'<span class="role-{role}">x</span>' for role in ("data", "param", "grad"))
    sheet = (book / "_static" / "book.css").as_uri()
    (tmp_path / "page.html").write_text(f'<link rel="stylesheet" href="{sheet}"><p class="katex">{roles}</p>')
    with looks.opened(browser, (tmp_path / "page.html").as_uri(), theme=theme) as view:
        paper = view.page.evaluate("getComputedStyle(document.body).backgroundColor")
        script = "all => all.map(one => [getComputedStyle(one).color, getComputedStyle(one).borderBottomStyle])"
        found = view.page.locator("[class^=role]").evaluate_all(script)
    assert len({color for color, _ in found}) == len({line for _, line in found}) == 3
    assert all(looks.contrast(color, paper) >= 4.5 for color, _ in found)


DEFECTS = {
    "image-alt": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    "color-contrast": '<p style="color:#bbb;background:#fff">Pale words.</p>',
    "button-name": '<button type="button"></button>',
    "link-name": '<a href="#x"></a>',
    "heading-order": "<h2>One</h2><h4>Two</h4>",
    "region": "</main><p>Outside.</p><main>",
    "label": '<input type="text">',
}


@pytest.mark.parametrize("rule", DEFECTS)
def test_a_planted_barrier_is_found(tmp_path: Path, browser: Browser, rule: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<!doctype html><html lang="en"><title>T</title><main><h1>T</h1>{DEFECTS[rule]}</main></html>')
    with looks.opened(browser, page.as_uri()) as view:
        assert any(complaint.startswith(rule + ":") for complaint in looks.barriers(view))


@pytest.mark.parametrize(
    "pale",
    [
        '<p style="color:#bbb">Pale.</p>',
        '<p style="opacity:0.3">Pale.</p>',
        '<div style="background:#666"><p>Pale.</p></div>',
        '<div style="position:absolute;top:0;background:#666"><p>Pale.</p></div>',
    ],
)
def test_a_pale_text_after_many_in_order_is_found(tmp_path: Path, browser: Browser, pale: str) -> None:
    page = tmp_path / "page.html"
    for more, found in (("", 0), (pale, 1)):
        page.write_text(f"<main style='color:#222;background:#fff'>{'<p>Words.</p>' * 9}{more}</main>")
        with looks.opened(browser, page.as_uri()) as view:
            assert len(looks.barriers(view, CONTRAST)) == found
            assert view.page.locator("[data-sample]").count() < 9


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<a href="#x" style="outline:none">A link</a>', "shows no focus"),
        ('<button type="button"></button>', "has no name"),
        ('<a href="#x" style="position:absolute;top:-500px">A link</a>', "is not in view"),
    ],
)
def test_a_planted_trap_for_the_keyboard_is_found(tmp_path: Path, browser: Browser, body: str, fault: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<!doctype html><html lang="en"><title>T</title><main><h1>T</h1>{body}</main></html>')
    with looks.opened(browser, page.as_uri()) as view:
        assert any(fault in complaint for complaint in looks.unreachable(view))
