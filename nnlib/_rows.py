"""Run a function over the rows of a matrix, for operations that work along any axis."""

import math
from collections.abc import Callable

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from nnlib._arrays import Array

Axis = int | tuple[int, ...] | None

BLOCK = 2**15  # entries: the arrays that one block works on stay in the cache


def by_rows(
    function: Callable[[Array, Array], None], x: Array, axis: Axis, reduce: bool = False, keepdims: bool = False
) -> Array:
    """Run `function(block, out)` on blocks of a matrix whose rows hold the entries along `axis`.

    Rows are contiguous, so that NumPy adds them pairwise: the error grows with the logarithm of their length only.
    """
    axes = axes_of(axis, x.ndim)
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    moved = x.transpose(kept + axes)
    shape = tuple(x.shape[i] for i in kept)
    matrix = moved.reshape(math.prod(shape), math.prod(x.shape[i] for i in axes))
    rows, length = matrix.shape
    out = np.full((rows, 1 if reduce else length), -np.inf, np.promote_types(x.dtype, np.float32))
    if length:
        step = max(1, BLOCK // length)
        with np.errstate(all="ignore"):
            for i in range(0, rows, step):
                function(matrix[i : i + step], out[i : i + step])
            out = out.astype(x.dtype, copy=False)
    if not reduce:
        out = out.reshape(moved.shape).transpose(np.argsort(kept + axes))
    elif keepdims:
        out = out.reshape([1 if i in axes else n for i, n in enumerate(x.shape)])
    else:
        out = out.reshape(shape)
    return np.ascontiguousarray(out).reshape(out.shape)[()]


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Name the axes by their positions; a number counts as a vector of one entry, as in NumPy's own reductions."""
    if axis is None:
        return tuple(range(ndim))
    axes: tuple[int, ...] = normalize_axis_tuple(axis, max(ndim, 1))
    return axes if ndim else ()
