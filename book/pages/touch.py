"""Components: figures that a reader can touch.

The cell of a figure gets the tag ``touch-NAME``. On a page with scripts, the component ``static/touch/NAME.js`` stands
in the stead of the picture; without them, on paper and in notebooks the picture stays, with the same caption. How tall
a component is, ``static/css/8-touch.css`` says.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from book.cells import cells, tags
from book.pages import scripts
from book.problems import report

HOME = Path(__file__).parent / "static" / "touch"
SHARED = "stage"
TAG = "touch-"
LETTERS, SIGNS = re.compile(r"[A-Za-zα-ω]"), re.compile(r"[∂ΣΔ≈≤≥∞→√⊙∇⌊⌋]")  # as in stage.js


def names() -> list[str]:
    """Return the names of all components."""
    return sorted(path.stem for path in HOME.glob("*.js") if path.stem != SHARED and path.suffixes == [".js"])


def script(name: str) -> str:
    """Return a component as the pages load it: with its data, where it has any, and without its comments."""
    return scripts.bare(path for path in (HOME / f"{name}.data.js", HOME / f"{name}.js") if path.exists())


def place(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each tagged figure a place for its component."""
    if app.builder.format != "html":
        return
    for cell in cells(doctree):
        for name in (tag.removeprefix(TAG) for tag in tags(cell) if tag.startswith(TAG)):
            figure = next(cell.findall(nodes.figure), None)
            if name not in names():
                report(app, f"There is no component {name!r}. There are: {', '.join(names())}.", cell)
            elif figure is None:
                report(app, f"The cell with the tag {TAG}{name} shows no figure; give it one, with a caption.", cell)
            else:
                figure["classes"].append("touch")
                next(figure.findall(nodes.image))["touch"] = name


def characters() -> dict[str, set[str]]:
    """Return the characters that components may show, by font."""
    text = scripts.joined(HOME / f"{name}.js" for name in (SHARED, *names()))
    return {"text": set(text), "Math-Italic": set(LETTERS.findall(text)), "Main-Regular": set(SIGNS.findall(text))}
