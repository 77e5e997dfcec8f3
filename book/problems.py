"""One way to say what is wrong with the book, and one place that makes the build fail.

A problem is logged at once, with the file and the line, so that a build shows all of them.
When the build ends with any, it fails, with or without ``-W``, and the next build reads the pages with problems again.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from book.memory import build

logger = logging.getLogger(__name__)


def report(app: Sphinx, message: str, location: nodes.Node | tuple[str, int]) -> None:
    """Log one problem at ``location`` (a node, or a docname and a line) and remember to fail."""
    place: str | tuple[str, int]
    if isinstance(location, nodes.Node):
        source, place = _nearest_line(location)
        page = app.env.path2doc(source) or source
    else:
        page, place = location[0], location
    build(app).problems.append(page)
    logger.error(message, location=place)


def _nearest_line(node: nodes.Node) -> tuple[str, str]:
    """Return the file of the node's page, and ``file:line`` of the node or its nearest ancestor that knows its line."""
    line, source, last = None, None, node
    walker: nodes.Node | None = node
    while walker is not None:
        line = line or getattr(walker, "line", None)
        source = source or getattr(walker, "source", None)
        walker, last = walker.parent, walker
    return str(getattr(last, "attributes", {}).get("source")), f"{source}:{line}" if line else str(source)


def fail(app: Sphinx, exception: Exception | None) -> None:
    """Let a build with problems fail at its end."""
    pages = build(app).problems
    if exception is None and pages:
        many = "1 problem" if len(pages) == 1 else f"{len(pages)} problems"
        logger.error("The book is not finished: %s, listed above.", many)
        app.statuscode = 1
        for page in pages:  # Sphinx reads a page again when what it kept of it is not there
            Path(app.doctreedir, f"{page}.doctree").unlink(missing_ok=True)
