"""One way to say what is wrong with the book, and one place that makes the build fail.

A problem is logged at once, with the file and the line, so that a build shows all of them.
When the build ends with any, it fails, with or without ``-W``, and the next build starts afresh.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def report(app: Sphinx, message: str, location: nodes.Node | tuple[str, int] | str) -> None:
    """Log one problem at ``location`` (a node, a docname, or a docname and a line) and remember to fail."""
    app.book_problems = getattr(app, "book_problems", 0) + 1
    if isinstance(location, nodes.Node):
        location = _nearest_line(location)
    logger.error(message, location=location)


def _nearest_line(node: nodes.Node) -> str:
    """Return ``file:line`` of the node, or of its nearest ancestor that knows its line."""
    line, source = None, None
    walker: nodes.Node | None = node
    while walker is not None:
        line = line or getattr(walker, "line", None)
        source = source or getattr(walker, "source", None)
        walker = walker.parent
    return f"{source}:{line}" if line else str(source)


def fail(app: Sphinx, exception: Exception | None) -> None:
    """Let a build with problems fail at its end."""
    count = getattr(app, "book_problems", 0)
    if exception is None and count:
        logger.error("The book is not finished: %s, listed above.", "1 problem" if count == 1 else f"{count} problems")
        app.statuscode = 1
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)  # so that the next build reads every page
