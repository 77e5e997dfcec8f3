"""Printing: a page of HTML becomes a PDF in Chromium, with KaTeX from book/node_modules."""

from __future__ import annotations

from pathlib import Path

KATEX = Path(__file__).parents[2] / "book" / "node_modules" / "katex" / "dist"
MISSING = "--pdf needs Chromium and the packages of book/node_modules; `make setup` installs these"
STYLE = """
body { font: 11pt/1.45 serif; margin: 0 }
article { break-after: page }
section { break-inside: avoid }
.room { min-height: 6em; color: #555 }
h2 { font-size: 1.1em } h3 { font-size: 1em }
"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><base href="{base}">
<link rel="stylesheet" href="katex.min.css"><style>{style}</style></head><body>{body}</body></html>"""
DELIMITERS = r"""renderMathInElement(document.body, {throwOnError: true, delimiters: [
  {left: "\\(", right: "\\)", display: false}, {left: "\\[", right: "\\]", display: true}]})"""


def pdf(body: str) -> bytes:
    """Return a printed page; raise ``FileNotFoundError`` without a Chromium or KaTeX."""
    from tools.browser import chromium

    if not KATEX.is_dir():
        raise FileNotFoundError(MISSING)
    with chromium() as browser:
        page = browser.new_page()
        start = KATEX / "practice.html"
        page.route(
            start.as_uri(),
            lambda route: route.fulfill(
                body=PAGE.format(base=start.as_uri(), style=STYLE, body=body), content_type="text/html"
            ),
        )
        page.goto(start.as_uri())
        for script in ("katex.min.js", "contrib/auto-render.min.js"):
            page.add_script_tag(path=KATEX / script)
        page.evaluate(DELIMITERS)
        page.evaluate("document.fonts.ready")
        return page.pdf(format="A4", margin={"top": "20mm", "bottom": "20mm", "left": "20mm", "right": "20mm"})
