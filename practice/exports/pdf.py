"""Printing: pages of HTML become PDFs in Chromium, with KaTeX from book/node_modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import Route

KATEX = Path(__file__).parents[2] / "book" / "node_modules" / "katex" / "dist"
MISSING = "--pdf needs Chromium and the packages of book/node_modules; `make setup` installs these"
STYLE = """
body { font: 11pt/1.45 serif; margin: 0 }
section { break-inside: avoid }
.room { min-height: 6em; color: #555 }
h2 { font-size: 1.1em } h3 { font-size: 1em }
"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><base href="{base}">
<link rel="stylesheet" href="katex.min.css"><style>{style}</style></head><body>{body}</body></html>"""
DELIMITERS = r"""renderMathInElement(document.body, {throwOnError: true, delimiters: [
  {left: "\\(", right: "\\)", display: false}, {left: "\\[", right: "\\]", display: true}]})"""


def pdfs(bodies: Sequence[str]) -> list[bytes]:
    """Return printed pages, one PDF for each body; raise ``FileNotFoundError`` without a Chromium or KaTeX."""
    from tools.browser import chromium

    if not KATEX.is_dir():
        raise FileNotFoundError(MISSING)
    start, printed = (KATEX / "practice.html").as_uri(), list[bytes]()
    with chromium() as browser:
        for body in bodies:
            html = PAGE.format(base=start, style=STYLE, body=body)
            page = browser.new_page()
            page.route(start, _served(html))
            page.goto(start)
            for script in ("katex.min.js", "contrib/auto-render.min.js"):
                page.add_script_tag(path=KATEX / script)
            page.evaluate(DELIMITERS)
            page.evaluate("document.fonts.ready")
            printed.append(
                page.pdf(format="A4", margin={"top": "20mm", "bottom": "20mm", "left": "20mm", "right": "20mm"})
            )
            page.close()
    return printed


def _served(html: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=html, content_type="text/html")
