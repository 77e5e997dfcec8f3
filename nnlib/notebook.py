"""What every chapter sets up once, and how it prints numbers so that each machine prints the same."""

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
    [0.3333 0.    ]
    >>> show("sum:", 0.1 + 0.2)
    sum: 0.3
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

    It is published in the form that MyST-NB's own ``glue`` uses; writing it here keeps that package, and Sphinx
    with it, out of a notebook that only wants to run.
    """
    from IPython.display import display

    prefix = "application/papermill.record/"
    text = _text(value, decimals, significant)
    record = {"name": name, "mime_prefix": prefix}
    display({f"{prefix}text/plain": text}, raw=True, metadata={"scrapbook": record})  # type: ignore[no-untyped-call]


def _text(value: Any, decimals: int, significant: int | None) -> str:
    if isinstance(value, str):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "fc":
        return str(array)
    if significant is not None:

        def entry(number: Any) -> str:
            return f"{number + 0.0:.{significant}g}"
    else:
        array = np.round(array, decimals) + 0.0  # adding +0 turns −0 into 0

        def entry(number: Any) -> str:
            return np.format_float_positional(number, precision=decimals, trim="-")

    if array.ndim == 0:
        return entry(array[()])
    if significant is not None:
        return np.array2string(array, formatter={"float_kind": entry})
    return np.array2string(array, precision=decimals, suppress_small=True, floatmode="maxprec", max_line_width=88)
