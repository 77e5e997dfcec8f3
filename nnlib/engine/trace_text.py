"""How traces are written: names with subscripts, expressions, numbers, and their tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.engine.numpy_shapes import getitem
from nnlib.numerics.text import SUBSCRIPTS, as_html, as_text

DIGITS = 4
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
INFIX = {np.add: "+", np.subtract: "-", np.multiply: "·", np.divide: "/", np.power: "**", np.matmul: "@"}


@dataclass(frozen=True)
class Table:
    """A trace as a table: ``print`` it, show it in a notebook, or take the value of node vᵢ with ``table[i]``."""

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    values: dict[int, Any]

    def __getitem__(self, i: int) -> Any:
        if i not in self.values:
            raise KeyError(
                f"there is no {variable(i)}; the nodes are {variable(min(self.values))} to {variable(max(self.values))}"
            )
        return self.values[i]

    def __str__(self) -> str:
        return f"{self.title}\n{as_text(self.rows)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return as_html(self.header, self.rows, self.title, "trace")


def variable(i: int, mark: str = "") -> str:
    """Write vᵢ, with a dot or a bar over the v if one is given."""
    return f"v{mark}{str(i).translate(SUBSCRIPTS)}"


def number(value: Any) -> str:
    """Write a value with four decimals, a large array by its shape."""
    if np.ndim(value):
        if np.size(value) > 6:
            return f"array of shape {value.shape}"
        text = np.array2string(
            np.asarray(value), separator=", ", formatter={"float_kind": number}, max_line_width=10**6
        )
        return " ".join(text.split())
    value = float(value) + 0.0
    if value == 0 or 10.0**-DIGITS <= abs(value) < 1e8:
        return f"{value:.{DIGITS}f}"
    return f"{value:.{DIGITS}e}"


def product(a: Any, b: Any) -> str:
    """Write a product of two numbers, the second in parentheses if it is negative."""
    first, second = (x if isinstance(x, str) else number(x) for x in (a, b))
    return f"{first} · {f'({second})' if second.startswith('-') else second}"


def expression(step: Any, name: Callable[[Any], str]) -> str:
    """Write how a step was computed, nodes by their names."""
    arguments = [name(a) if hasattr(a, "edges") else _constant(a) for a in step.arrays if a is not None]
    function = step.op.function
    if function is getitem:
        return f"{arguments[0]}[{_index(step.options['index'])}]"
    if function is np.negative:
        return f"-{arguments[0]}"
    if function is np.power and isinstance(step.arrays[1], int):
        return arguments[0] + arguments[1].translate(SUPERSCRIPTS)
    if function in INFIX:
        first, second = arguments
        return f"{first} {INFIX[function]} {f'({second})' if second.startswith('-') else second}"
    signature = step.op.signature
    defaults = {p.name: p.default for p in signature.parameters.values()} if signature else {}
    options = [f"{key}={value!r}" for key, value in step.options.items() if defaults.get(key, "") is not value]
    return f"{step.op.name}({', '.join(arguments + options)})"


def _constant(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else number(value)


def _index(index: Any) -> str:
    if isinstance(index, tuple):
        return ", ".join(str([*part]) if isinstance(part, tuple) else _index(part) for part in index)
    if isinstance(index, slice):
        parts = [index.start, index.stop] + ([index.step] if index.step is not None else [])
        return ":".join("" if part is None else str(part) for part in parts)
    return "..." if index is Ellipsis else str(index)
