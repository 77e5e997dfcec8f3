"""What can only be seen in a browser. Each function looks at one open page and returns a list of complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request

from tools.paths import ROOT

PHONE, DESK = 360, 1280
PAPER = 658  # A4 less the margins of book/pages/static/css/7-print.css, in pixels
SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
AXE = ROOT / "book" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


@dataclass
class View:
    """An open page, what its console says and what it asks for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str) -> Any:
        """Call one of the functions of looks.js."""
        self.page.evaluate(SCRIPT)
        return self.page.evaluate(f"looks.{question}()")


@contextmanager
def opened(
    browser: Browser, address: str, *, width: int = DESK, theme: str = "light", scripts: bool = True, csp: bool = True
) -> Iterator[View]:
    """Open a page; ``csp=False`` lets tests put a script of their own into it."""
    options: dict[str, Any] = {"color_scheme": theme, "java_script_enabled": scripts, "bypass_csp": not csp}
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    view = View(context.new_page())
    view.page.on("console", lambda message: view.said.append(f"{message.type}: {message.text}"))
    view.page.on("pageerror", lambda error: view.said.append(f"error: {error}"))
    view.page.on("requestfailed", lambda request: view.said.extend(_failure(request)))
    view.page.on("request", lambda request: view.asked.append(request.url))
    try:
        view.page.goto(address)
        if scripts:  # a page shows itself, and takes keys, when its fonts are read
            view.page.evaluate("document.fonts.ready.then(() => true)")
        yield view
    finally:
        context.close()


def barriers(view: View, rules: list[str] | None = None) -> list[str]:
    """Run axe over a page, contrast on samples of every kind of text; complain of every rule that it finds broken."""
    view.ask("whole")
    view.ask("markSamples")
    if not view.page.evaluate("'axe' in window"):
        view.page.evaluate(AXE.read_text(encoding="utf-8"))
    view.page.evaluate("axe.configure({rules: [{id: 'color-contrast', selector: '[data-sample]'}]})")
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    found = view.page.evaluate("options => axe.run(document, options).then(result => result.violations)", options)
    return [
        f"{item['id']}: {item['help']} ({len(item['nodes'])} times, first {item['nodes'][0]['html'][:160]})"
        for item in found
    ]


def _failure(request: Request) -> list[str]:
    """Complain of a failed request; one that the browser gave up because the page was left is none."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url} ({request.failure})"]


def noise(view: View) -> list[str]:
    """Complain of anything in the console and of requests that failed."""
    return list(view.said)


def strangers(view: View, home: str) -> list[str]:
    """Complain of requests to anywhere but the book's own place."""
    here = urlsplit(home)
    own = {(here.scheme, here.netloc), ("data", "")}
    return [f"asks for {url}" for url in view.asked if (urlsplit(url).scheme, urlsplit(url).netloc) not in own]


def cut_off(view: View) -> list[str]:
    """Complain of a page wider than its window and of formulas that are cut off and cannot be scrolled to."""
    view.ask("whole")
    return list(view.ask("cutOff"))


def cut_off_on_paper(view: View) -> list[str]:
    """Complain of what is wider than the column when the page is printed, where nothing scrolls."""
    view.page.set_viewport_size({"width": PAPER, "height": 900})
    view.page.emulate_media(media="print")
    view.page.evaluate("document.querySelectorAll('details').forEach(box => (box.open = true))")
    return cut_off(view) + list(view.ask("tooWideForPaper"))


def shifts(view: View) -> list[str]:
    """Complain of everything that moved while the page loaded."""
    return list(view.ask("shifts"))


def moving_tables(view: View) -> list[str]:
    """Complain of long tables that move while their rows arrive."""
    return list(view.ask("movingTables"))


def torn(view: View) -> list[str]:
    """Complain of formulas whose punctuation has fallen to the next line; for use after ``cut_off``."""
    return [f"a line begins with the sign after a formula: {text}" for text in view.ask("orphans")]


def lying_scroll_bar(view: View) -> list[str]:
    """Complain of a page that is much longer or shorter when it is laid out whole than it said before.

    To a seventh, or a third where most of the page is a table or a list of signatures.
    """
    told = view.page.evaluate("document.documentElement.scrollHeight")
    view.ask("whole")
    true = view.page.evaluate("document.documentElement.scrollHeight")
    rows = view.page.locator("tr, dt.sig").count() > 40
    return [] if abs(told / true - 1) <= (1 / 3 if rows else 1 / 7) else [f"says {told} px for {true}"]


def unreadable(view: View) -> list[str]:
    """Complain of missing text, formulas that are not set and boxes that do not open; for use without scripts."""
    complaints = list(view.ask("blank"))
    for summary in view.page.locator("summary").all()[:3]:
        summary.click()
        if not summary.locator("..").evaluate("box => box.open && box.lastElementChild.checkVisibility()"):
            complaints.append(f"a box does not open: {summary.inner_text()}")
    return complaints


def unreachable(view: View, stops: int = 60) -> list[str]:
    """Walk through a page with the tab key; complain of stops that do not show, have no name, or are out of view."""
    complaints, seen = [], set()
    for _ in range(stops):
        view.page.keyboard.press("Tab")
        stop = view.ask("stop")
        if stop["end"]:
            break
        seen.add(stop["key"])
        complaints += [f"{stop['html']} {fault}" for fault in stop["faults"]]
    return complaints if len(seen) >= 5 else [*complaints, f"only {len(seen)} elements can be reached"]


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colors written as ``rgb(r, g, b)``."""

    def luminance(color: str) -> float:
        parts = [float(part) / 255 for part in re.findall(r"[\d.]+", color)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
