"""What the book is called, and where it comes from: an edition with another title or author says so, as CC BY 4.0 asks.

The sentence stands at the foot of each page, at the head of each notebook, and on the title page of the PDF.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

TITLE, AUTHOR = "Every Gradient, Checked", "The authors of Every Gradient, Checked"
ADDRESS = ""  # where the book is published, once it is
LICENSE = "https://creativecommons.org/licenses/by/4.0/"


def sentence(config: Config, link: Callable[[str, str], str]) -> str:
    """Return what an adapted edition says; nothing in the book itself. ``link`` makes words lead to an address."""
    if (config.html_title, config.author) == (TITLE, AUTHOR):
        return ""
    source = link(TITLE, ADDRESS) if ADDRESS else TITLE
    return f"Adapted from {source} by its authors, under {link('CC BY 4.0', LICENSE)}."


def file_name(title: str) -> str:
    """Return the title as the name of a file."""
    return "-".join(re.findall(r"[^\W_]+", title.lower())) or "book"


def name(app: Sphinx, doctree: nodes.document) -> None:
    """Let the cover bear the title of the edition, unless it has a heading of its own."""
    heading = next(doctree.findall(nodes.title), None)
    if app.env.docname == app.config.root_doc and heading is not None and heading.astext() == TITLE:
        heading[:] = [nodes.Text(app.config.html_title)]
