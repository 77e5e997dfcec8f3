"""The code of a solution, folded in a notebook: neither its lines nor what it prints are seen before somebody asks.

JupyterLab opens the output of a cell that it runs, so what a solution prints is captured by IPython's own magic.
"""

from __future__ import annotations

import re
from typing import Any

FOLDED = """\
%%capture {name}
# What this code prints stays out of sight: run it, then {name}.show() in another cell.
"""
ADDED = re.compile(r"\A%%capture solution\w*\n# .*\n")
HIDDEN = ("source_hidden", "outputs_hidden")


def fold(cell: Any, exercise: str) -> None:
    """Fold a code cell of the solution to an exercise, by the name of which its output can be had: ``Exercise 2.3``."""
    name = "_".join(["solution", *re.findall(r"\d+", exercise)])
    cell.source = FOLDED.format(name=name) + cell.source
    cell.metadata["jupyter"] = dict.fromkeys(HIDDEN, True)


def unfold(cell: Any) -> None:
    """Undo ``fold``, and what a reader has folded or opened."""
    if cell.cell_type == "code":
        cell.source = ADDED.sub("", cell.source)
    folded = cell.metadata.get("jupyter", {})
    for name in HIDDEN:
        folded.pop(name, None)
    if not folded:
        cell.metadata.pop("jupyter", None)
    cell.metadata.pop("collapsed", None)  # JupyterLab's older name for hidden outputs
