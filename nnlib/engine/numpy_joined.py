"""NumPy's functions that join arrays, mask them, and take differences of neighbors, made of those that have rules."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnlib.engine.numpy_composed import composed
from nnlib.numerics.arrays import axes_of

# Joining


def _at_least(ndim: int, arrays: Sequence[Any]) -> list[Any]:
    return [{1: np.atleast_1d, 2: np.atleast_2d, 3: np.atleast_3d}[ndim](a) for a in arrays]


@composed(np.hstack)
def _hstack(tup: Sequence[Any], *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    arrays = _at_least(1, tup)
    return _cast(np.concatenate(arrays, 0 if arrays[0].ndim == 1 else 1), dtype, casting)


@composed(np.vstack)
def _vstack(tup: Sequence[Any], *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    return _cast(np.concatenate(_at_least(2, tup), 0), dtype, casting)


def _cast(a: Any, dtype: Any, casting: Any) -> Any:
    if dtype is None:
        return a
    if not np.can_cast(a.dtype, dtype, casting):
        raise TypeError(f"cannot cast from {a.dtype} to {np.dtype(dtype)} with casting={casting!r}")
    return np.astype(a, dtype)


@composed(np.dstack)
def _dstack(tup: Sequence[Any]) -> Any:
    return np.concatenate(_at_least(3, tup), 2)


@composed(np.column_stack)
def _column_stack(tup: Sequence[Any]) -> Any:
    return np.concatenate([a if np.ndim(a) > 1 else np.reshape(a, (-1, 1)) for a in tup], 1)


@composed(np.append)
def _append(arr: Any, values: Any, axis: int | None = None) -> Any:
    return np.concatenate((arr, values), axis)


@composed(np.copy)
def _copy(a: Any) -> Any:
    return a.copy()


@composed(np.select)
def _select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """In the choices and the default; the conditions are constants."""
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(f"np.select needs a condition for each choice, got {len(condlist)} and {len(choicelist)}")
    chosen = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        chosen = np.where(condition, choice, chosen)
    return chosen


# Parts that are set to zero


def _lower(m: Any, k: int) -> Any:
    rows, columns = m.shape[-2:] if m.ndim > 1 else m.shape * 2
    return np.tri(rows, columns, k, bool)


@composed(np.tril)
def _tril(m: Any, k: int = 0) -> Any:
    return np.where(_lower(m, k), m, np.zeros((), m.dtype))


@composed(np.triu)
def _triu(m: Any, k: int = 0) -> Any:
    return np.where(_lower(m, k - 1), np.zeros((), m.dtype), m)


@composed(np.diagflat)
def _diagflat(v: Any, k: int = 0) -> Any:
    return np.diag(np.reshape(v, -1), k)


# Differences of neighbors


def _at(a: Any, axis: int, part: slice) -> Any:
    return a[(slice(None),) * axis + (part,)]


@composed(np.diff)
def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    if operator.index(n) < 0:
        raise ValueError(f"np.diff takes the difference n times, n at least 0; got {n}")
    if n == 0:
        return a
    if np.ndim(a) == 0:
        raise ValueError("np.diff needs an array of at least one axis, got a number")
    (axis,) = axes_of(axis, np.ndim(a))
    edge = (*np.shape(a)[:axis], 1, *np.shape(a)[axis + 1 :])
    ends = [None if end is None else end if np.ndim(end) else np.broadcast_to(end, edge) for end in (prepend, append)]
    a = np.concatenate([part for part in (ends[0], a, ends[1]) if part is not None], axis)
    for _ in range(n):
        a = _at(a, axis, slice(1, None)) - _at(a, axis, slice(None, -1))
    return a


@composed(np.ediff1d)
def _ediff1d(ary: Any) -> Any:
    return np.diff(np.reshape(ary, -1))


@composed(np.gradient)
def _gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """In the values; the spacing is a constant."""
    options: Any = {"axis": axis, "edge_order": edge_order}
    np.gradient(np.zeros(f.shape), *varargs, **options)  # NumPy refuses what does not fit
    axes = axes_of(axis, f.ndim)
    spacings = varargs if len(varargs) == len(axes) else (varargs or (1.0,)) * len(axes)
    slopes = tuple(_slope(f, np.asarray(h), i, edge_order) for i, h in zip(axes, spacings, strict=True))
    return slopes[0] if len(axes) == 1 else slopes


def _slope(f: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """Return the slope of the parabola through three neighbors, at both ends that of a line or of a parabola."""
    steps = np.full(f.shape[axis] - 1, spacing) if spacing.ndim == 0 else np.diff(spacing)
    h = np.reshape(steps, (-1,) + (1,) * (f.ndim - 1 - axis)).astype(f.dtype)
    if (steps == steps[0]).all():
        middle = (_at(f, axis, slice(2, None)) - _at(f, axis, slice(None, -2))) / (2 * h[:1])
    else:
        before, after = h[:-1], h[1:]
        middle = (
            _at(f, axis, slice(2, None)) * (before / (after * (before + after)))
            + _at(f, axis, slice(1, -1)) * ((after - before) / (before * after))
            - _at(f, axis, slice(None, -2)) * (after / (before * (before + after)))
        )
    rise = np.diff(f, axis=axis) / h
    left, right = _at(rise, axis, slice(1)), _at(rise, axis, slice(-1, None))
    if edge_order == 2:
        bend = np.diff(rise, axis=axis) / (h[:-1] + h[1:])
        left, right = left - h[:1] * _at(bend, axis, slice(1)), right + h[-1:] * _at(bend, axis, slice(-1, None))
    return np.concatenate([left, middle, right], axis)
