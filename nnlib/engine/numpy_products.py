"""NumPy's products: of all entries of an array, and of arrays along chosen axes."""

import math
from typing import Any

import numpy as np

from nnlib.engine.numpy_composed import composed
from nnlib.numerics.arrays import as_array, axes_of, kept
from nnlib.rules import rule, rules_for

# Of all entries


@rules_for(np.prod, "a")
def _prod(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.prod(a, axis=axis, keepdims=keepdims)


def _others(a: Any, axis: Any) -> Any:
    """Return for each entry the product of all others, without a division, so that zeros do no harm."""
    axes = axes_of(axis, a.ndim)
    last = tuple(range(a.ndim - len(axes), a.ndim))
    moved = np.moveaxis(a, axes, last)
    rows = np.reshape(moved, (*moved.shape[: a.ndim - len(axes)], math.prod(a.shape[i] for i in axes)))
    products = np.reshape(_before(rows) * np.flip(_before(np.flip(rows, -1)), -1), moved.shape)
    return np.moveaxis(products, last, axes)


def _before(rows: Any) -> Any:
    """Return for each entry the product of those before it, doubling in each step how many are taken in."""
    n = rows.shape[-1]
    products = np.concatenate([np.ones_like(rows[..., :1]), rows[..., : n - 1]], -1)[..., :n]
    reach = 1
    while reach < n:
        products = np.concatenate([products[..., :reach], products[..., reach:] * products[..., :-reach]], -1)
        reach *= 2
    return products


rule(
    np.prod,
    "a",
    jvp=lambda v, y, a, axis, keepdims: np.sum(v * _others(a, axis), axis=axis, keepdims=keepdims),
    vjp=lambda g, y, a, axis, keepdims: kept(g, a, axis) * _others(a, axis),
)


@composed(np.cumprod)
def _cumprod(a: Any, axis: int | None = None) -> Any:
    """One product for each entry along the axis."""
    rows = np.reshape(a, -1) if axis is None else np.moveaxis(a, axis, 0)
    products = [*rows[:1]]
    for row in rows[1:]:
        products.append(products[-1] * row)
    return np.moveaxis(np.stack(products), 0, axis or 0) if products else rows


# Of arrays


@composed(np.tensordot)
def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    a, b = as_array(a), as_array(b)
    if isinstance(axes, (list, tuple)):
        first, second = ([*part] if isinstance(part, (list, tuple)) else [part] for part in axes)
    else:
        first, second = list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes))
    first, second = list(axes_of(tuple(first), np.ndim(a))), list(axes_of(tuple(second), np.ndim(b)))
    lengths = [a.shape[i] for i in first], [b.shape[i] for i in second]
    if lengths[0] != lengths[1]:
        raise ValueError(f"np.tensordot sums over axes of lengths {lengths[0]} and {lengths[1]}; they must be equal")
    free_a, free_b = ([i for i in range(x.ndim) if i not in used] for x, used in ((a, first), (b, second)))
    n = math.prod(lengths[0])
    left = np.reshape(np.transpose(a, free_a + first), (math.prod(a.shape[i] for i in free_a), n))
    right = np.reshape(np.transpose(b, second + free_b), (n, math.prod(b.shape[i] for i in free_b)))
    return np.reshape(np.matmul(left, right), (*(a.shape[i] for i in free_a), *(b.shape[i] for i in free_b)))


@composed(np.inner)
def _inner(a: Any, b: Any) -> Any:
    a, b = as_array(a), as_array(b)
    return a * b if np.ndim(a) == 0 or np.ndim(b) == 0 else np.tensordot(a, b, (-1, -1))


@composed(np.vdot)
def _vdot(a: Any, b: Any) -> Any:
    return np.matmul(np.reshape(a, -1), np.reshape(b, -1))


@composed(np.kron)
def _kron(a: Any, b: Any) -> Any:
    a, b = as_array(a), as_array(b)
    ndim = max(np.ndim(a), np.ndim(b))
    sizes = [(1,) * (ndim - np.ndim(x)) + np.shape(x) for x in (a, b)]
    wide, narrow = (
        [n for pair in pairs for n in pair] for pairs in (((m, 1) for m in sizes[0]), ((1, m) for m in sizes[1]))
    )
    return np.reshape(np.reshape(a, wide) * np.reshape(b, narrow), tuple(map(math.prod, zip(*sizes, strict=True))))


@composed(np.cross)
def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Of vectors with three entries."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = np.moveaxis(as_array(a), axisa, -1), np.moveaxis(as_array(b), axisb, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError(
            f"np.cross of traced arrays needs vectors of three entries, got {a.shape[-1]} and {b.shape[-1]}"
        )
    i, j = [1, 2, 0], [2, 0, 1]
    return np.moveaxis(a[..., i] * b[..., j] - a[..., j] * b[..., i], -1, axisc)


@composed(np.trace)
def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)
