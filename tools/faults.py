"""Plant faults in the code cells of the chapters, one at a time, and see what notices them.

A fault is a slip that people make: a sign flipped, a term dropped, two indices swapped, a digit changed, a matrix
transposed. The chapter is executed with it, in this process. The fault is *caught by a claim* when a claim or an
assertion raises; *caught by the comparison* when printed text, a quoted number or a figure differs from what the sound
chapter gives. A fault that changes nothing that the page shows must change no variable either; otherwise it survived.

    python -m tools.faults              a sample of 40 faults a chapter
    python -m tools.faults --all        every fault there is
    python -m tools.faults softmax      one chapter
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import io
import random
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tools import chapters
from tools.progress import say

SAMPLE = 40
SWAPS: dict[type, type] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}


@dataclass(frozen=True)
class Fault:
    """One slip: where it is, and the source of its cell with it."""

    cell: int
    line: int
    what: str
    source: str


def code(chapter: Path) -> list[str]:
    """Return the sources of the code cells, in order."""
    return [cell.source for cell in chapters.read(chapter).cells if cell.cell_type == "code"]


def faults(cells: list[str]) -> Iterator[Fault]:
    """Yield every fault that can be planted in the cells of a chapter."""
    for number, source in enumerate(cells):
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
                    yield Fault(number, getattr(node, "lineno", 0), what, text)


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


class Shown:
    """What a chapter shows when it is executed: text, quoted numbers, figures; and its variables at the end."""

    def __init__(self) -> None:
        self.text, self.quoted, self.figures = io.StringIO(), [], []  # type: ignore[var-annotated]
        self.variables: dict[str, str] = {}
        self.raised = ""


def execute(cells: list[str]) -> Shown:
    """Execute cells in one namespace, up to the first that raises."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from nnlib import notebook

    shown, namespace = Shown(), {"__name__": "__main__"}
    genuine = notebook.glue
    notebook.glue = lambda name, value, **how: shown.quoted.append((name, _digest(np.round(value, 6))))
    with contextlib.redirect_stdout(shown.text), np.printoptions(), mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for number, source in enumerate(cells):
                exec(compile(source, f"<code cell {number}>", "exec"), namespace)
                for figure in map(plt.figure, plt.get_fignums()):
                    picture = io.StringIO()
                    figure.savefig(picture, format="svg", metadata={"Date": None})
                    shown.figures.append(picture.getvalue())
                plt.close("all")
        except Exception as error:
            shown.raised = f"{type(error).__name__}: {error}"
        finally:
            notebook.glue = genuine
            plt.close("all")
    shown.variables = {name: _digest(value) for name, value in namespace.items() if not name.startswith("_")}
    return shown


def _digest(value: Any) -> str:
    """Return a text that tells two values apart; functions and modules are told apart by what they do, not here."""
    with contextlib.suppress(TypeError, ValueError), np.printoptions(threshold=sys.maxsize, precision=9):
        array = np.asarray(value)
        if array.dtype.kind in "biufc":
            return repr(array)
    return type(value).__name__  # functions, figures and generators are told apart by what they do, not here


def verdict(sound: Shown, found: Shown) -> str:
    """Say what noticed the fault."""
    if found.raised:
        return "claim" if found.raised.startswith(("ClaimFailed", "AssertionError")) else "error"
    if (found.text.getvalue(), found.quoted, found.figures) != (sound.text.getvalue(), sound.quoted, sound.figures):
        return "comparison"
    return "survived" if found.variables != sound.variables else "no change"


def examine(chapter: Path, how_many: int | None) -> tuple[Counter[str], list[Fault]]:
    """Plant faults in one chapter; return how many were caught by what, and those that survived."""
    cells = code(chapter)
    sound = execute(copy.copy(cells))
    if sound.raised:
        raise SystemExit(f"{chapter.name} does not run as it is: {sound.raised}")
    every = list(faults(cells))
    chosen = every if how_many is None else random.Random(0).sample(every, min(how_many, len(every)))
    counts: Counter[str] = Counter()
    survivors = []
    for fault in chosen:
        result = verdict(sound, execute([*cells[: fault.cell], fault.source, *cells[fault.cell + 1 :]]))
        counts[result] += 1
        if result == "survived":
            survivors.append(fault)
    return counts, survivors


def main() -> None:
    """Examine the chapters and print a line for each; fail where a fault survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("chapters", nargs="*", help="stems of chapters; all of them by default")
    parser.add_argument("--all", action="store_true", help="every fault, not a sample")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    bad = 0
    for chapter in chapters.notebooks():
        if options.chapters and chapter.stem not in options.chapters:
            continue
        counts, survivors = examine(chapter, None if options.all else SAMPLE)
        total += counts
        bad += len(survivors)
        say(f"{chapter.stem}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
        for fault in survivors:
            say(f"  survived: code cell {fault.cell + 1}, line {fault.line}: {fault.what}")
    say("all: " + ", ".join(f"{count} {name}" for name, count in sorted(total.items())))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
