"""Copies of what a computation used, so that what the program writes later does not change its derivative.

A large array that is used again, unchanged, is compared instead of copied: an iteration that uses one matrix a hundred
times keeps one copy of it.
"""

import operator
from collections import deque
from collections.abc import MutableSequence
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from nnlib.numerics.arrays import is_traced

LARGE = 2**16  # bytes: below that, looking for an earlier copy takes as long as making one

# The family of the arguments and of all views of them, and that of those among them whose values have been copied
ARGUMENT, SETTLED = [], []  # type: list[Any], list[Any]

FIXED = {int, float, bool, str, bytes, complex, type(None), type(Ellipsis), range, np.float64, np.float32, np.float16}
_recent: deque[Any] = deque(maxlen=2)  # kept for the next step of training, which uses the same data
_copies: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()  # by place, shape, strides and dtype


def snapshot(value: Any) -> Any:
    """Return `value` as it is now: what stands in it can no longer be written to.

    Arrays, also inside lists, tuples, dicts and slices, are copied, and so are buffers and whatever NumPy takes for an
    array. A traced array becomes one that no name refers to.
    """
    if type(value) in FIXED or isinstance(value, np.generic):
        return value
    if isinstance(value, np.ndarray):
        return value.copy(order="K") if value.nbytes < LARGE else _copy(value)
    if is_traced(value):
        return value.copy()
    array_like = isinstance(value, MutableSequence | memoryview) and not isinstance(value, list)
    return np.asarray(value).copy() if array_like or hasattr(value, "__array__") else _parts(value)


def _parts(value: Any) -> Any:
    """Do the same inside a container."""
    if isinstance(value, list):
        return list(map(snapshot, value))
    if isinstance(value, tuple):
        parts = list(map(snapshot, value))
        return value if all(map(operator.is_, parts, value)) else tuple(parts)
    if isinstance(value, dict):
        return {key: snapshot(part) for key, part in value.items()}
    return slice(*map(snapshot, (value.start, value.stop, value.step))) if isinstance(value, slice) else value


def _copy(array: Any) -> Any:
    """Copy a large array, or return the copy that was made of it before."""
    if array.dtype.kind not in "fiub" or array.itemsize > 8 or type(array) is not np.ndarray:
        return array.copy(order="K")
    place = array.__array_interface__["data"][0], array.shape, array.strides, array.dtype
    copy, bits = _copies.get(place), f"u{array.itemsize}"  # compared bit by bit, for nan and −0
    if copy is None or not (copy.view(bits) == array.view(bits)).all():
        copy = _copies[place] = array.copy(order="K")
        if copy.nbytes <= 2**22:
            _recent.append(copy)
    return copy


def is_callers(array: Any) -> bool:
    """Tell whether an array is an argument, or a view of one."""
    return array.family is ARGUMENT or array.family is SETTLED


def settle(array: Any) -> None:
    """Copy the values of an argument, if that has not been done, so that the caller may write into his array."""
    if array.family is ARGUMENT:
        array.value, array.family = snapshot(array.value), SETTLED
