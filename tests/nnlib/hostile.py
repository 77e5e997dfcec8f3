"""What bad input is, and the table row that says what a function does with it.

A row holds one good call of a function. The tests change one argument of it at a time (`test_hostile_input.py`), and
the row says what then comes out: the right value, computed by an oracle that nnlib has no part in, or an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

VALUE = "the right value"

Expected = str | Mapping[str, str]  # VALUE, or a pattern of the ValueError's message; for all shapes, or for each


@dataclass(frozen=True)
class Row:
    """A good call of a function by keywords, and what other input leads to.

    Attributes
    ----------
    arrays
        The arguments that are arrays of real numbers, each with what other shapes of it lead to.
    integers
        The arguments that are arrays of integers only, such as labels.
    keeps
        Whether results have the dtype of the arrays; otherwise they are float64.
    numbers
        Whether complex numbers, objects, strings and the like are refused. Only functions that also serve other
        values do not.
    lists
        Whether nested lists stand for an array. In others they are containers, or NumPy's own methods are asked for.
    refused
        Other changes of arguments, each with the error and a pattern of its message.
    """

    call: Callable[..., Any]
    good: dict[str, Any]
    oracle: Callable[..., Any] | None = None
    arrays: Mapping[str, Expected] = field(default_factory=dict)
    integers: tuple[str, ...] = ()
    keeps: bool = True
    numbers: bool = True
    lists: bool = True
    refused: tuple[tuple[dict[str, Any], type[Exception], str], ...] = ()


def leaves(result: Any) -> list[Any]:
    """List the arrays and other values in nested containers."""
    if isinstance(result, dict):
        result = list(result.values())
    return [leaf for part in result for leaf in leaves(part)] if isinstance(result, list | tuple) else [result]


# The same numbers in other dress


def _spread(a: Any) -> Any:
    wide = np.full([2 * n + 1 for n in a.shape], 77, a.dtype)
    view = wide[tuple(slice(1, None, 2) for _ in a.shape)]
    view[...] = a
    return view


def _backwards(a: Any) -> Any:
    turn = (slice(None, None, -1),) * a.ndim
    return np.ascontiguousarray(a[turn])[turn]


def _read_only(a: Any) -> Any:
    copy = a.copy()
    copy.flags.writeable = False
    return copy


def _not_aligned(a: Any) -> Any:
    view = np.zeros(a.nbytes + 1, np.uint8)[1:].view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "Fortran order": np.asfortranarray,
    "every second entry of a larger array": _spread,
    "negative strides": _backwards,
    "read-only": _read_only,
    "the other byte order": lambda a: a.astype(a.dtype.newbyteorder("S")),
    "not aligned": _not_aligned,
    "nested lists": lambda a: a.tolist(),
}

# Other shapes

SHAPES: dict[str, Callable[[Any], Any]] = {
    "a number": lambda a: a.ravel()[0],
    "empty": lambda a: a[:0],
    "one more axis": lambda a: a[None],
    "one entry more": lambda a: np.concatenate([a, a[..., -1:]], axis=-1),
}

# What are not real numbers

NO_NUMBERS: dict[str, Callable[[Any], Any]] = {
    "complex": lambda a: a + 0j,
    "objects": lambda a: a.astype(object),
    "strings": lambda a: a.astype(str),
    "bytes": lambda a: a.astype("S"),
    "extended precision": lambda a: a.astype(np.longdouble),
    "dates": lambda a: np.zeros(a.shape, "datetime64[s]"),
    "records": lambda a: np.zeros(a.shape, [("a", float)]),
    "nothing": lambda a: None,
    "masked": lambda a: np.ma.array(a, mask=a > 0),
    "a huge Python integer": lambda a: np.full(a.shape, 10**400, object).tolist(),
}


def patterns(row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield array, kind of shape, and what the row expects of it."""
    for name, expected in row.arrays.items():
        for kind in SHAPES:
            yield name, kind, expected if isinstance(expected, str) else expected[kind]


def shapes(number: str = VALUE, empty: str = VALUE, axis: str = VALUE, entry: str = VALUE) -> dict[str, str]:
    """Say what each other shape leads to."""
    return dict(zip(SHAPES, (number, empty, axis, entry), strict=True))
