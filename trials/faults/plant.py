"""The faults: every slip of one of a few kinds that can be made in the code cells of a chapter."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import chapters

SWAPS: dict[type, type] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


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
        spared = set(_spared(tree))
        for index, node in enumerate(ast.walk(tree)):
            if id(node) in spared:
                continue
            for what, change in _slips(node):
                mutant = ast.parse(source)
                twin = list(ast.walk(mutant))[index]
                change(twin)
                text = ast.unparse(ast.fix_missing_locations(mutant))
                if text != ast.unparse(tree):
                    lines = list(difflib.ndiff(ast.unparse(tree).splitlines(), text.splitlines()))
                    was, now = (" ".join(line[2:].strip() for line in lines if line[0] == mark) for mark in "-+")
                    yield Fault(what, number, was, now, text)


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


def _slips(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """Yield the slips that can be made at one place of the code, each with a function that makes it there."""
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        yield "operator exchanged", lambda twin: setattr(twin, "op", SWAPS[type(twin.op)]())
        if isinstance(node.op, ast.Add | ast.Sub):
            yield "term dropped", lambda twin: setattr(twin, "right", ast.Constant(0))
        else:
            yield "factor dropped", lambda twin: setattr(twin, "right", ast.Constant(1))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign flipped", lambda twin: setattr(twin, "op", ast.UAdd())
    if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value not in (0, 1e-5, 1e-6):
        yield "digit changed", lambda twin: setattr(twin, "value", _another_digit(twin.value))
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transposition dropped", lambda twin: setattr(twin, "attr", "real")
    if isinstance(node, ast.Call) and len(node.args) >= 2 and not node.keywords:
        name = getattr(node.func, "attr", "")
        if name in {"outer", "dot"}:
            yield "factors exchanged", lambda twin: twin.args.reverse()
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield "matrix transposed", lambda twin: setattr(twin, "left", ast.Attribute(twin.left, "T", ast.Load()))
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        yield "indices swapped", lambda twin: twin.slice.elts.reverse()


def _another_digit(value: float) -> float:
    return value + 1 if isinstance(value, int) else value * 1.1
