"""An edition without the solutions: `solutions: no` in _config.yml, or SOLUTIONS=no in the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:  # JupyterLab, where Sphinx need not be, asks what is wanted
    from docutils import nodes
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {"yes": True, "no": False}


def wanted(root: Path = ROOT) -> bool:
    """Tell whether the solutions belong into this edition."""
    if answer := os.environ.get("SOLUTIONS"):
        if answer not in ALLOWED:
            raise ValueError(f"SOLUTIONS is {answer!r}; it must be yes or no")
        return ALLOWED[answer]
    setting = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8")).get("solutions", True)
    if not isinstance(setting, bool):
        raise ValueError(f"_config.yml says solutions: {setting}; it must be yes or no")
    return setting


def leave_out(app: Sphinx, doctree: nodes.document) -> None:
    """Drop them from the page before anything is collected from it. Their cells have been executed all the same."""
    from sphinx_exercise.nodes import solution_node

    if not app.config.book_solutions:
        for node in list(doctree.findall(solution_node)):
            node.parent.remove(node)


def setup(app: Sphinx) -> None:
    """Register the setting; it is part of the environment, so that another edition is read anew."""
    app.add_config_value("book_solutions", wanted(Path(app.srcdir)), "env")
