"""What nnlib differentiates, as lists: ``{derivatives} elementwise``, and ``{derivatives} kinks`` with values computed.

The lists are those of ``nnlib.autodiff.supported``; the names are in ``LISTS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book.sources import files
from nnlib import activations, autodiff
from nnlib.pooling import max_pool2d

# Functions that agree there, what they are called, where, and the point.
Kink = tuple[Sequence[Callable[..., Any]], str, str, tuple[Any, ...]]
KINKS: list[Kink] = [
    ([np.absolute], "`np.absolute(x)`", "x = 0", (0.0,)),
    ([np.sign, activations.heaviside], "`np.sign(x)`, `heaviside(x)`", "x = 0", (0.0,)),
    ([np.floor, np.ceil, np.trunc], "`np.floor(x)`, `np.ceil(x)`, `np.trunc(x)`", "at a jump", (1.0,)),
    ([lambda x: x % 2], "`x % 2`", "at a jump", (4.0,)),
    ([np.maximum, np.minimum], "`np.maximum(x, y)`, `np.minimum(x, y)`", "x = y", (2.0, 2.0)),
    ([lambda x: np.clip(x, 0, 1)], "`np.clip(x, 0, 1)`", "x = 0 or x = 1", (1.0,)),
    ([np.max, lambda x: -np.min(-x)], "`np.max(x)`, `np.min(x)`", "two equal extrema", (np.array([3.0, 3.0, 1.0]),)),
    ([activations.relu], "`relu(x)`", "x = 0", (0.0,)),
    ([lambda x: max_pool2d(x, 2)], "`max_pool2d(x, 2)`", "a window of equal entries", (np.ones((1, 1, 2, 2)),)),
    ([np.sqrt], "`np.sqrt(x)`", "x = 0", (0.0,)),
    ([np.hypot], "`np.hypot(x, y)`", "x = y = 0", (0.0, 0.0)),
    ([np.std], "`np.std(x)`", "two equal entries", (np.ones(2),)),
    ([lambda x: x**0], "`x ** 0`", "x = 0", (0.0,)),
]
NAMED = {0.5: "½", np.inf: "∞"}


def _at(function: Callable[..., Any], point: tuple[Any, ...]) -> str:
    """Write the derivative of a function in each entry of its arguments at a point."""
    with np.errstate(all="ignore"):
        found = autodiff.vjp(lambda *x: np.sum(function(*x)), *point)[1](1.0)
    numbers = [NAMED.get(value, f"{value:g}") for gradient in found for value in np.ravel(gradient)]
    return ", ".join(numbers)


def kinks() -> str:
    """Write the table of what comes out where there is no derivative, computed now."""
    rows = ["| function | where | derivative |", "| --- | --- | --- |"]
    for functions, names, where, point in KINKS:
        (value,) = {_at(function, point) for function in functions}
        rows.append(f"| {names} | {where} | {value} |")
    return "\n".join(rows)


def names(kind: str) -> str:
    """Write the names alone, with NumPy's other names of the same function."""
    calls = autodiff.supported()[kind]
    return ", ".join(f"`{call}`" + (f" (`{note}`)" if note else "") for call, note in calls.items())


def calls(kind: str) -> str:
    """Write a line for each call, functions of nnlib as links to their description."""
    lines = []
    for call, note in autodiff.supported()[kind].items():
        name = call.partition("(")[0]
        shown = f"{{py:func}}`{name} <{name}>`" if kind == "nnlib" else f"`{call}`"
        lines.append(f"- {shown} {note}".rstrip())
    return "\n".join(lines)


LISTS: dict[str, Callable[[], str]] = {
    **{kind: partial(names, kind) for kind in ("elementwise", "constant", "operators", "methods")},
    **{kind: partial(calls, kind) for kind in ("arrays", "nnlib")},
    "kinks": kinks,
}


class Derivatives(SphinxDirective):
    """``{derivatives} elementwise``, and so on."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the list as an author would, and read it."""
        kind = self.arguments[0]
        if kind not in LISTS:
            raise self.error(f"There is no list named {kind!r}; choose one of {', '.join(LISTS)}.")
        for path in files("nnlib"):
            self.env.note_dependency(str(path))
        return self.parse_text_to_nodes(LISTS[kind]())


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("derivatives", Derivatives)
