"""NumPy functions that need no derivative rule of their own.

Those in `COMPOSED` are made of functions that have rules (`nnlib.engine.numpy_rules`, `nnlib.engine.numpy_shapes`).
Those in `LOCALLY_CONSTANT` do not change when their input changes a little: their derivative is zero wherever it
exists, and they return plain values.
"""

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from nnlib.engine.numpy_shapes import concatenate, put_back
from nnlib.numerics.arrays import as_array, axes_of
from nnlib.rules import Function

COMPOSED: dict[Function, Function] = {}

_MIN = inspect.signature(np.clip).parameters.get("min")  # NumPy 2.0 knows none
LEFT_OUT: Any = object() if _MIN is None else _MIN.default  # None is a bound that is no bound

LOCALLY_CONSTANT: set[Function] = {
    *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
    *(np.isclose, np.allclose, np.array_equal, np.isnan, np.isinf, np.isfinite, np.signbit),
    *(np.logical_and, np.logical_or, np.logical_not, np.logical_xor, np.any, np.all, np.count_nonzero),
    *(np.sign, np.heaviside, np.floor, np.ceil, np.trunc, np.rint, np.round, np.floor_divide),
    *(np.isposinf, np.isneginf, np.isreal, np.iscomplex, np.isrealobj, np.iscomplexobj, np.array_equiv, np.isin),
    *(np.around, np.fix, np.angle, np.imag, np.linalg.matrix_rank),
    *(np.argmax, np.argmin, np.argsort, np.nonzero, np.searchsorted, np.flatnonzero, np.argwhere, np.digitize),
    *(np.nanargmax, np.nanargmin, np.argpartition, np.lexsort),
    *(np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.result_type),
}


def composed(function: Function) -> Callable[[Function], Function]:
    """Enter the decorated function as what `function` is made of."""

    def decorate(composition: Function) -> Function:
        composition.__qualname__ = f"np.{function.__name__}"  # for errors about its arguments
        COMPOSED[function] = composition
        return composition

    return decorate


@composed(np.mean)
def _mean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    wide = np.astype(a, np.float32) if a.dtype == np.float16 else a  # as NumPy does, in the mean alone
    return _divided(wide.sum(axis=axis, keepdims=keepdims), a, axis)


@composed(np.var)
def _var(a: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    deviation = a - _divided(a.sum(axis=axis, keepdims=True), a, axis)
    return _divided(np.sum(deviation * deviation, axis=axis, keepdims=keepdims), a, axis, ddof)


@composed(np.std)
def _std(a: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    """At equal entries, where it has a kink, with the symmetric derivative 0."""
    variance = np.var(a, axis=axis, ddof=ddof, keepdims=keepdims)
    flat = variance == 0
    if not np.any(flat):
        return np.sqrt(variance)
    return np.where(flat, variance, np.sqrt(np.where(flat, 1, variance))) if np.ndim(variance) else variance


def _divided(total: Any, a: Any, axis: Any, ddof: float = 0) -> Any:
    """Divide by the number of entries that a reduction along `axis` combines, and return to the dtype of `a`."""
    entries = a.size if axis is None else math.prod(a.shape[i] for i in normalize_axis_tuple(axis, a.ndim))
    count = max(entries - ddof, 0)
    if not 0 < count < 2 ** {2: 11, 4: 24, 8: 53}[total.dtype.itemsize]:
        count = np.float64(count)  # in which NumPy divides; a number that its type holds gives the same
    result = total / count
    return result if result.dtype == a.dtype else np.astype(result, a.dtype)


@composed(np.clip)
def _clip(a: Any, a_min: Any = LEFT_OUT, a_max: Any = LEFT_OUT, *, min: Any = LEFT_OUT, max: Any = LEFT_OUT) -> Any:
    if (a_min is LEFT_OUT) is not (a_max is LEFT_OUT):
        raise TypeError("np.clip needs both a_min and a_max (None for no bound), or min and max by name")
    if a_min is not LEFT_OUT and not min is max is LEFT_OUT:
        raise ValueError("np.clip takes a_min and a_max, or min and max, not both")
    bounds = (min, max) if a_min is LEFT_OUT else (a_min, a_max)
    lowest, highest = (None if bound is LEFT_OUT else bound for bound in bounds)
    a = np.positive(a) if lowest is None else np.maximum(a, lowest)
    return a if highest is None else np.minimum(a, highest)


@composed(np.ravel)
def _ravel(a: Any) -> Any:
    return np.reshape(a, -1)


@composed(np.expand_dims)
def _expand_dims(a: Any, axis: Any) -> Any:
    sizes = iter(a.shape)
    ndim = a.ndim + (len(axis) if isinstance(axis, (tuple, list)) else 1)
    axes = normalize_axis_tuple(axis, ndim)
    return np.reshape(a, tuple(1 if i in axes else next(sizes) for i in range(ndim)))


@composed(np.squeeze)
def _squeeze(a: Any, axis: Any = None) -> Any:
    if axis is None:
        return np.reshape(a, tuple(n for n in a.shape if n != 1))
    axes = normalize_axis_tuple(axis, a.ndim)
    if any(a.shape[i] != 1 for i in axes):
        raise ValueError(f"only axes of length one can be squeezed; the shape is {a.shape}, the axes are {axes}")
    return np.reshape(a, tuple(n for i, n in enumerate(a.shape) if i not in axes))


@composed(np.swapaxes)
def _swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    order = list(range(a.ndim))
    axis1, axis2 = (normalize_axis_index(axis, a.ndim) for axis in (axis1, axis2))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return np.transpose(a, order)


@composed(np.moveaxis)
def _moveaxis(a: Any, source: Any, destination: Any) -> Any:
    source, destination = (normalize_axis_tuple(axes, a.ndim) for axes in (source, destination))
    order = [i for i in range(a.ndim) if i not in source]
    for to, i in sorted(zip(destination, source, strict=True)):
        order.insert(to, i)
    return np.transpose(a, order)


@composed(np.flip)
def _flip(m: Any, axis: Any = None) -> Any:
    axes = axes_of(axis, m.ndim)
    return m[tuple(slice(None, None, -1) if i in axes else slice(None) for i in range(m.ndim))]


@composed(np.concatenate)
def _concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Any:
    if axis is None:
        arrays, axis = [np.reshape(a, -1) for a in arrays], 0
    return concatenate(*arrays, axis=axis)


@composed(np.stack)
def _stack(arrays: Sequence[Any], axis: int = 0) -> Any:
    shapes = {np.shape(a) for a in arrays}
    if len(shapes) > 1:
        raise ValueError(f"np.stack needs arrays of one shape, got {sorted(shapes)}")
    return concatenate(*(np.expand_dims(a, axis) for a in arrays), axis=axis)


@composed(np.pad)
def _pad(array: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Any:
    """With zeros alone."""
    if mode != "constant" or np.any(np.asarray(constant_values) != 0):
        raise NotImplementedError("np.pad of a traced array pads with zeros only")
    if isinstance(pad_width, dict):
        pad_width = [pad_width.get(i, pad_width.get(i - array.ndim, 0)) for i in range(array.ndim)]
        pad_width = [(width, width) if np.ndim(width) == 0 else width for width in pad_width]
    if np.asarray(pad_width).dtype.kind != "i":
        raise TypeError(f"np.pad needs integers as widths, got {pad_width!r}")
    widths = np.broadcast_to(pad_width, (array.ndim, 2)).tolist()
    if min(map(min, widths), default=0) < 0:
        raise ValueError(f"np.pad needs widths of at least 0, got {pad_width}")
    inside = tuple(slice(before, before + n) for (before, _), n in zip(widths, array.shape, strict=True))
    return put_back(array, inside, tuple(b + n + a for (b, a), n in zip(widths, array.shape, strict=True)))


@composed(np.full_like)
def _full_like(a: Any, fill_value: Any, dtype: Any = None) -> Any:
    """In the fill value; `a` gives its shape alone."""
    return np.broadcast_to(fill_value, a.shape).astype(a.dtype if dtype is None else dtype)


@composed(np.diag)
def _diag(v: Any, k: int = 0) -> Any:
    if v.ndim not in (1, 2):
        raise ValueError(f"np.diag needs an array of one or two axes, got shape {v.shape}")
    n = v.shape[0] + abs(k) if v.ndim == 1 else v.shape[0]
    rows, columns = np.nonzero(np.eye(n, n if v.ndim == 1 else v.shape[1], k))
    return put_back(v, (rows, columns), (n, n)) if v.ndim == 1 else v[rows, columns]


@composed(np.divmod)
def _divmod(x1: Any, x2: Any) -> Any:
    return np.floor_divide(x1, x2), np.remainder(x1, x2)


@composed(np.outer)
def _outer(a: Any, b: Any) -> Any:
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


@composed(np.dot)
def _dot(a: Any, b: Any) -> Any:
    """With a second array of at most two axes."""
    a, b = as_array(a), as_array(b)  # a number counts as float64 here, as in NumPy
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    if np.ndim(b) > 2:
        raise NotImplementedError("np.dot of traced arrays needs a second array of at most two axes; use @")
    return np.matmul(a, b)
