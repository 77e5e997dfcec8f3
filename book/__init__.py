"""How chapters become pages: one extension of Sphinx, and the order in which its parts work.

Each step is a function that Sphinx calls at an event. The steps of an event run from top to bottom, and after those of
all other extensions, but for what has to be gone before anything is collected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sphinx.application import Sphinx

FIRST, LAST = 100, 900  # Sphinx's own listeners and those of other extensions have 500


def steps() -> list[tuple[str, Callable[..., Any]]]:
    """Return event and function of each step, in the order in which they happen."""
    from book import changes, claims, execution, labels, ledger, problems, solutions
    from book.downloads import notebook
    from book.pages import assets, figures, node, search, theme

    return [
        ("builder-inited", execution.limit_memory),
        ("builder-inited", node.ensure_modules),
        ("builder-inited", claims.start),
        ("builder-inited", ledger.start),
        ("builder-inited", notebook.build_wheel),
        ("builder-inited", theme.begin),
        ("env-get-outdated", changes.outdated),
        ("env-purge-doc", claims.forget),
        ("env-purge-doc", ledger.forget),
        ("env-before-read-docs", execution.begin),
        # One page is read.
        ("source-read", labels.check_source),
        ("doctree-read", solutions.leave_out),  # before anything is collected from the page
        ("doctree-read", labels.check_labels),
        ("doctree-read", figures.check),
        ("doctree-read", claims.collect_equations),
        ("doctree-read", claims.render),
        # All pages are read.
        ("env-updated", claims.hold_together),
        ("env-get-updated", claims.pages_to_rewrite),
        ("env-get-updated", ledger.pages_to_rewrite),
        # One page is written.
        ("missing-reference", claims.unknown),
        ("doctree-resolved", claims.mark),
        ("doctree-resolved", ledger.resolve),
        ("doctree-resolved", notebook.write_page),  # after the totals are in their places
        ("html-page-context", notebook.fill),
        ("html-page-context", theme.fill),
        # All pages are written.
        ("build-finished", figures.recolor_all),
        ("build-finished", assets.write),
        ("build-finished", search.write),  # into the folder that assets has made
        ("build-finished", notebook.pack_all),
        ("build-finished", problems.fail),
    ]


def setup(app: Sphinx) -> dict[str, object]:
    """Register what the parts add to Sphinx, and connect the steps."""
    from book import execution, ledger, solutions
    from book.pages import assets, html, math, theme

    for part in (ledger, solutions, execution, math, html, theme, assets):
        part.setup(app)
    for event, step in steps():
        app.connect(event, step, priority=FIRST if step is solutions.leave_out else LAST)
    return {"parallel_read_safe": False, "parallel_write_safe": False, "env_version": 2}
