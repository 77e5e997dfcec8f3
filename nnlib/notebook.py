"""What every chapter sets up once, and how it prints numbers so that each machine prints the same."""

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["glue", "setup", "show"]


def setup() -> None:
    """Set NumPy's print options and the style of figures; call it once, at the top of a chapter."""
    from nnlib import plots

    np.set_printoptions(precision=4, suppress=True, linewidth=88, floatmode="maxprec", threshold=200)
    plots.use_style()


def show(*values: Any, decimals: int = 4, significant: int | None = None, **named: Any) -> None:
    """Print values rounded, without negative zeros, so that the last bits of a machine do not show.

    Parameters
    ----------
    *values : array_like or str
        Printed on one line, or one below the other where one of them needs several lines. Text is printed as it is.
    decimals : int, default 4
        Digits after the decimal point.
    significant : int, optional
        Round to so many significant digits instead: for numbers that are tiny or huge.
    **named : array_like
        Printed one a line, as ``name = value``.

    Examples
    --------
    >>> show([1 / 3, -1e-17])
    [0.3333      0]
    >>> show("sum:", 0.1 + 0.2)
    sum: 0.3
    >>> show([[1.0, 0.5], [-2.0, 0.25]])
    [[   1  0.5]
     [  -2 0.25]]
    >>> show(p=[0.25, 0.75], K=2)
    p = [0.25 0.75]
    K = 2
    >>> show(2.0**-60, significant=3)
    8.67e-19
    """
    if values:
        texts = [_text(value, decimals, significant) for value in values]
        print(*texts, sep="\n" if any("\n" in text for text in texts) else " ")
    for name, value in named.items():
        head = f"{name} = "
        print(head + _text(value, decimals, significant).replace("\n", "\n" + " " * len(head)))


def glue(name: str, value: Any, *, decimals: int = 4, significant: int | None = None) -> None:
    """Give a number a name, by which the text of the page can quote it: ``{glue:text}`name```.

    An array is written as ``(1, 2, 3)``. The value is published in the form that MyST-NB's own ``glue`` uses; writing
    it here keeps that package, and Sphinx with it, out of a notebook that only wants to run.
    """
    from IPython.display import display

    prefix = "application/papermill.record/"
    text = _text(value, decimals, significant, inline=True)
    record = {"name": name, "mime_prefix": prefix}
    display({f"{prefix}text/plain": text}, raw=True, metadata={"scrapbook": record})  # type: ignore[no-untyped-call]


def _text(value: Any, decimals: int, significant: int | None, *, inline: bool = False) -> str:
    if isinstance(value, str):
        return value
    array = np.asarray(value)
    if array.dtype.kind == "f":
        text = _significant(significant) if significant is not None else _positional(decimals)
        entries = np.array([text(number) for number in array.flat], dtype=object).reshape(array.shape)
    else:
        entries = np.array([str(number) for number in array.flat], dtype=object).reshape(array.shape)
    if array.ndim == 0:
        return str(entries[()])
    if inline:
        return f"({', '.join(map(str, entries.flat))})"
    width = max(map(len, entries.flat), default=0)
    return np.array2string(entries, formatter={"object": lambda entry: str(entry).rjust(width)}, max_line_width=88)


def _positional(decimals: int) -> Callable[[Any], str]:
    def text(number: Any) -> str:
        exact = float(number)  # rounding multiplies by 10ⁿ, which overflows early in float16
        rounded = (np.round(exact, decimals) if abs(exact) < 2**52 else exact) + 0.0  # adding +0 turns −0 into 0
        return np.format_float_positional(rounded, precision=decimals, trim="-")

    return text


def _significant(digits: int) -> Callable[[Any], str]:
    return lambda number: f"{number + 0.0:.{digits}g}"
