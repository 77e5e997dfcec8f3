"""How numbers are said, in mathematics and as data. A text names the numbers of its problem: ``<x>``, ``<p.i:3>``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

# The book's own commands, spelled out for pages and exports that do not know them.
_COMMANDS = {
    **{
        rf"\{name}": rf"\operatorname{{{name}}}"
        for name in ("relu", "softplus", "softmax", "Diag", "sign", "lse", "flip")
    },
    r"\R": r"\mathbb{R}",
    r"\Var": r"\operatorname{Var}",
}
_COMMAND = re.compile(r"\\(?:relu|softplus|softmax|Diag|sign|lse|flip|R|Var)(?![A-Za-z])")
_PLACE = re.compile(r"<(\(?)([A-Za-z]\w*(?:\.\w+)*)(?::(\d+))?\)?>")


def listed(value: Any) -> Any:
    """Return lists and plain numbers for the arrays of NumPy and their entries."""
    return value.tolist() if hasattr(value, "tolist") else value


def tex(value: Any, digits: int | None = None) -> str:
    """Return a number, a vector or a matrix as mathematics, without a sign before zero and with few digits."""
    value = listed(value)
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], list | tuple):
            rows = r" \\ ".join(" & ".join(tex(entry, digits) for entry in row) for row in value)
            return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
        return f"({', '.join(tex(entry, digits) for entry in value)})"
    if isinstance(value, Fraction) and value.denominator > 1:
        return rf"{'-' if value < 0 else ''}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    if isinstance(value, int | Fraction):
        whole = int(value)
        return f"{whole:,}".replace(",", r"\,") if abs(whole) >= 10_000 else str(whole)
    shown = f"{value:.{4 if digits is None else digits}f}"
    if "." in shown and (digits is None or value == round(value, 2)):
        shown = shown.rstrip("0").rstrip(".")
    return shown[1:] if shown.startswith("-") and not float(shown) else shown


def plain(value: Any) -> Any:
    """Return a value as JSON holds it: ten digits at most, and whole where it is whole."""
    value = listed(value)
    if isinstance(value, str | int):
        return value
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    rounded = float(f"{float(value):.10g}")
    return int(rounded) if rounded.is_integer() else rounded


def filled(text: str, given: Mapping[str, Any]) -> str:
    """Put the numbers of a problem into its text; ``<p.2>`` and, with i = 2, ``<p.i>`` are the second entry of p, ``<(p)>`` has parentheses if negative."""

    def say(place: re.Match[str]) -> str:
        name, *indices = place[2].split(".")
        value = given[name]
        for index in indices:
            value = value[(int(index) if index.isdigit() else given[index]) - 1]
        shown = tex(value, int(place[3]) if place[3] else None)
        return rf"\left({shown}\right)" if place[1] and shown.startswith("-") else shown

    return _COMMAND.sub(lambda found: _COMMANDS[found[0]], _PLACE.sub(say, text))


def article(number: int) -> str:
    """Return the article before a number that is said: an 8, a 5, an 11."""
    return "an" if str(number).startswith("8") or number in (11, 18) else "a"


def times(*factors: Any) -> str:
    """Return a product of numbers as mathematics, with parentheses around what has a sign."""
    shown = [factor if isinstance(factor, str) else tex(factor) for factor in factors]
    return r" \cdot ".join(f"({one})" if one.startswith("-") and place else one for place, one in enumerate(shown))


def plus(*terms: Any) -> str:
    """Return a sum of numbers as mathematics: ``2 - 3 + 1``."""
    shown = [term if isinstance(term, str) else tex(term) for term in terms]
    return shown[0] + "".join(f" - {one[1:]}" if one.startswith("-") else f" + {one}" for one in shown[1:])


def dot(one: Sequence[Any], other: Sequence[Any]) -> str:
    """Return a sum of products as mathematics."""
    return plus(*(times(a, b) for a, b in zip(one, other, strict=True)))
