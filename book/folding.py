"""The code of a solution, folded in a notebook: neither its lines nor what it prints are seen before somebody asks."""

from __future__ import annotations

from typing import Any

# A folded cell still shows its first line: let that not be the answer.
FIRST = "# The code of the solution: click to open it.\n"
HIDDEN = ("source_hidden", "outputs_hidden")


def fold(cell: Any) -> None:
    """Fold a code cell; how is understood by JupyterLab, Notebook and VS Code."""
    if not cell.source.startswith(FIRST):
        cell.source = FIRST + cell.source
    cell.metadata["jupyter"] = dict.fromkeys(HIDDEN, True)


def unfold(cell: Any) -> None:
    """Undo ``fold``, and what a reader has folded or opened."""
    if cell.cell_type == "code":
        cell.source = cell.source.removeprefix(FIRST)
    folded = cell.metadata.get("jupyter", {})
    for name in HIDDEN:
        folded.pop(name, None)
    if not folded:
        cell.metadata.pop("jupyter", None)
