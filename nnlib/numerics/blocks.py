"""Run array code block by block, so that its intermediate arrays stay in the cache."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from nnlib.numerics.arrays import Array

Axis = int | tuple[int, ...] | None

BLOCK = 2**17  # entries


def by_blocks(function: Callable[..., None], *arrays: Array) -> Array:
    """Run the elementwise `function(*arrays, out)` on vectors that together hold all entries.

    The arrays have one shape and dtype, but for single numbers.
    """
    like = max(arrays, key=np.ndim)
    flat = [x.reshape(-1) if x.ndim else x for x in arrays]
    out = np.empty(like.size, like.dtype)
    for i in range(0, like.size, BLOCK):
        part = slice(i, i + BLOCK)
        function(*(x[part] if x.ndim else x for x in flat), out[part])
    return out.reshape(like.shape)[()]


def by_rows(
    function: Callable[[Array, Array, slice], None], x: Array, axis: Axis, reduce: bool = False, keepdims: bool = False
) -> Array:
    """Run `function(rows, out, where)` on parts of a matrix whose rows hold the entries along `axis`.

    Rows are contiguous, so that NumPy adds them pairwise: the error grows with the logarithm of their length only.
    `where` tells which rows they are. With `reduce`, `out` has one column, and −∞ stands where there is nothing to do.
    """
    axes, order, moving = _order(axis if axis is None or type(axis) is int else axes_of(axis, x.ndim), x.ndim)
    moved = x.transpose(order) if moving else x
    shape, reduced = moved.shape[: x.ndim - len(axes)], moved.shape[x.ndim - len(axes) :]
    rows, length = math.prod(shape), math.prod(reduced)
    matrix = moved.reshape(rows, length)
    out = np.empty((rows, 1 if reduce else length), np.float32 if x.dtype == np.float16 else x.dtype)
    if length == 0:
        out.fill(-np.inf)
    else:
        step = max(1, BLOCK // length)
        with np.errstate(all="ignore"):
            for i in range(0, rows, step):
                part = slice(i, i + step)
                function(np.ascontiguousarray(matrix[part], out.dtype), out[part], part)
            out = out.astype(x.dtype, copy=False)
    if reduce:
        return out.reshape([1 if i in axes else n for i, n in enumerate(x.shape)] if keepdims else shape)[()]
    if moving:
        out = np.ascontiguousarray(out.reshape(moved.shape).transpose(np.argsort(order)))
    return out.reshape(x.shape)[()]


@lru_cache(maxsize=256)
def _order(axis: Axis, ndim: int) -> tuple[tuple[int, ...], tuple[int, ...], bool]:
    """Return the axes named by `axis`, all axes with these last, and whether that moves any."""
    axes = axes_of(axis, ndim)
    order = tuple(i for i in range(ndim) if i not in axes) + axes
    return axes, order, order != tuple(range(ndim))


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Name the axes by their positions; a number counts as a vector of one entry, as in NumPy's own reductions."""
    if axis is None:
        return tuple(range(ndim))
    try:
        axes: tuple[int, ...] = normalize_axis_tuple(axis, max(ndim, 1))
    except TypeError:
        raise TypeError(f"axis must be an integer, a tuple of integers or None; got {axis!r}") from None
    return axes if ndim else ()
