"""An instructor's edition: with SOLUTIONS=no in the environment, the solutions of the exercises are left out."""

from __future__ import annotations

import os

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import solution_node

ALLOWED = {"yes": True, "no": False}


def wanted() -> bool:
    """Tell whether the solutions belong into this edition."""
    answer = os.environ.get("SOLUTIONS", "yes") or "yes"
    if answer not in ALLOWED:
        raise ValueError(f"SOLUTIONS is {answer!r}; it must be yes or no")
    return ALLOWED[answer]


def leave_out(app: Sphinx, doctree: nodes.document) -> None:
    """Drop them from the page before anything is collected from it. Their cells have been executed all the same."""
    if not app.config.book_solutions:
        for node in list(doctree.findall(solution_node)):
            node.parent.remove(node)


def setup(app: Sphinx) -> None:
    """Register the setting; it is part of the environment, so that another edition is read anew."""
    app.add_config_value("book_solutions", wanted(), "env")
