"""How chapters become pages: one extension of Sphinx, and the order in which its parts work.

Each step is a function that Sphinx calls at an event. The steps of an event run from top to bottom, and after those of
all other extensions, but for what has to be gone before anything is collected.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the installation and JupyterLab use parts of this package where there is no Sphinx
    from sphinx.application import Sphinx

FIRST, LAST = 100, 900  # Sphinx's own listeners and those of other extensions have 500


def steps() -> list[tuple[str, Callable[..., Any]]]:
    """Return event and function of each step, in the order in which they happen."""
    from book import attribution, changes, claims, execution, labels, ledger, left_out, problems, sections, solutions
    from book.downloads import notebook
    from book.live import cells
    from book.pages import assets, close, figures, node, plumbing, proofs, roadmap, search, shelves, theme, touch
    from book.practice import lines

    return [
        ("config-inited", left_out.leave_out_practice),
        ("config-inited", node.ensure_modules),
        ("config-inited", cells.begin),
        ("builder-inited", notebook.build_wheel),
        ("builder-inited", theme.begin),
        ("env-get-outdated", changes.outdated),
        ("env-purge-doc", claims.forget),
        ("env-before-read-docs", execution.begin),
        # One page is read.
        ("source-read", labels.check_source),
        ("source-read", left_out.leave_out_terms),
        ("doctree-read", attribution.name),  # these three before anything is collected from the page
        ("doctree-read", solutions.leave_out),
        ("doctree-read", left_out.leave_out),
        ("doctree-read", labels.check_labels),
        ("doctree-read", figures.check),
        ("doctree-read", claims.collect_equations),
        ("doctree-read", claims.render),
        # All pages are read.
        ("env-updated", claims.hold_together),
        ("env-get-updated", changes.pages_to_rewrite),
        # One page is written.
        ("missing-reference", claims.unknown),
        ("missing-reference", sections.resolve),
        ("doctree-resolved", claims.mark),
        ("doctree-resolved", ledger.resolve),
        ("doctree-resolved", notebook.write_page),  # after the totals are in their places
        ("doctree-resolved", cells.number),  # before a check leaves its cell
        ("doctree-resolved", proofs.fold),  # a notebook keeps its cells
        ("doctree-resolved", plumbing.tidy),
        ("doctree-resolved", touch.place),
        ("doctree-resolved", lines.lead),
        ("doctree-resolved", shelves.fold),
        ("doctree-resolved", roadmap.draw),
        ("doctree-resolved", close.keep),  # a matter of lines, which a notebook breaks anew
        ("html-page-context", notebook.fill),
        ("html-page-context", cells.fill),
        ("html-page-context", theme.fill),  # after it is known whether the page runs its cells
        # All pages are written.
        ("build-finished", figures.recolor_all),
        ("build-finished", assets.write),
        ("build-finished", cells.write),
        ("build-finished", search.write),  # into the folder that assets has made
        ("build-finished", notebook.pack_all),
        ("build-finished", changes.remember),
        ("build-finished", problems.fail),
    ]


def setup(app: Sphinx) -> dict[str, object]:
    """Register what the parts add to Sphinx, and connect the steps."""
    from book import attribution, derivatives, execution, ledger, left_out, sections, solutions
    from book.live import cells
    from book.pages import assets, html, math, theme
    from book.practice import page

    parts = (cells, left_out, sections, derivatives, ledger, solutions, execution, math, html, theme, assets, page)
    for part in parts:
        part.setup(app)
    early = (attribution.name, solutions.leave_out, left_out.leave_out)
    for event, step in steps():
        app.connect(event, step, priority=FIRST if step in early else LAST)
    return {"parallel_read_safe": False, "parallel_write_safe": False, "env_version": 5}
