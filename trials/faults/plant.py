"""The faults: every slip that can be made in the code cells of a chapter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import chapters
from trials.faults.slips import planted


@dataclass(frozen=True)
class Fault:
    """One slip: what it is, in which code cell, the lines before and after, and the source of the cell with it."""

    what: str
    cell: int
    was: str
    now: str
    source: str


def code(chapter: Path) -> list[str]:
    """Return the sources of the code cells, in order."""
    return [cell.source for cell in chapters.read(chapter).cells if cell.cell_type == "code"]


def faults(chapter: Path) -> Iterator[Fault]:
    """Yield every fault that can be planted in the cells of a chapter."""
    for number, source in enumerate(code(chapter)):
        tree = ast.parse(source)
        sound, seen = ast.unparse(tree), {ast.unparse(tree)}
        for what in planted(tree, set(_spared(tree))):
            text = ast.unparse(tree)
            if text not in seen:
                seen.add(text)
                yield Fault(what, number, lines_only_in(sound, text), lines_only_in(text, sound), text)


def lines_only_in(one: str, other: str) -> str:
    """Return the lines of a text that another one does not have."""
    return " ".join(line.strip() for line in one.splitlines() if line not in other.splitlines())


def _spared(tree: ast.AST) -> Iterator[int]:
    """Yield what is left alone: wrong versions (another wrong one is as good), seeds, and how things look."""
    looks = {"figure", "setup", "legend", "annotate", "text", "set", "cells", "axhline", "plot", "set_xticks"}
    options = {"rejects", "decimals", "significant", "color", "linestyle", "linewidth", "label", "tolerance", "marker"}
    for node in ast.walk(tree):
        inside: list[ast.AST] = []
        if isinstance(node, ast.keyword) and node.arg in options:
            inside = [node]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in looks or name in {"default_rng", "normal", "uniform", "linspace", "geomspace"}:
                inside = [node]
        elif isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
            inside = [node]
        elif isinstance(node, ast.Assign) and not any(isinstance(part, ast.BinOp) for part in ast.walk(node.value)):
            # Numbers that are only the input of what follows: the equations hold for others just as well.
            inside = [part for part in ast.walk(node.value) if isinstance(part, ast.Constant | ast.UnaryOp)]
        for root in inside:
            yield from (id(part) for part in ast.walk(root))
