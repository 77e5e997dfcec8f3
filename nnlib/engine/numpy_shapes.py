"""Derivative rules for NumPy's functions that move and select entries: they are linear, and mostly permutations."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from nnlib.numerics.arrays import axes_of, is_traced
from nnlib.rules import differentiable, rule, rules_for, unbroadcast


@rules_for(np.astype, "x")
def _astype(x: Any, dtype: Any, *, copy: bool = True) -> Any:
    if is_traced(x) or isinstance(x, np.ndarray):
        return np.astype(x, dtype, copy=copy)
    return np.astype(np.asarray(x), dtype)[()]


rule(
    np.astype,
    "x",
    jvp=lambda v, y, x, dtype, copy: np.astype(v, dtype),
    vjp=lambda g, y, x, dtype, copy: np.astype(g, x.dtype),
    linear=True,
)


@rules_for(np.reshape, "a")
def _reshape(a: Any, shape: Any) -> Any:
    return np.reshape(a, shape)


rule(
    np.reshape,
    "a",
    jvp=lambda v, y, a, shape: np.reshape(v, y.shape),
    vjp=lambda g, y, a, shape: np.reshape(g, a.shape),
    linear=True,
)


@rules_for(np.transpose, "a")
def _transpose(a: Any, axes: Any = None) -> Any:
    return np.transpose(a, axes)


rule(
    np.transpose,
    "a",
    jvp=lambda v, y, a, axes: np.transpose(v, axes),
    vjp=lambda g, y, a, axes: np.transpose(g, None if axes is None else np.argsort(axes_of(axes, a.ndim)).tolist()),
    linear=True,
)


@rules_for(np.broadcast_to, "array")
def _broadcast_to(array: Any, shape: Any) -> Any:
    return np.broadcast_to(array, shape)


rule(
    np.broadcast_to,
    "array",
    jvp=lambda v, y, array, shape: np.broadcast_to(v, shape),
    vjp=lambda g, y, array, shape: unbroadcast(g, array),
    linear=True,
)


@rules_for(np.where, "x", "y")
def _where(condition: Any, x: Any, y: Any) -> Any:
    """In both values; the condition is a constant."""
    return np.where(condition, x, y)


rule(
    np.where,
    "x",
    jvp=lambda v, out, x, y, condition: np.where(condition, v, np.zeros_like(out)),
    vjp=lambda g, out, x, y, condition: unbroadcast(np.where(condition, g, np.zeros_like(out)), x),
    linear=True,
)
rule(
    np.where,
    "y",
    jvp=lambda v, out, x, y, condition: np.where(condition, np.zeros_like(out), v),
    vjp=lambda g, out, x, y, condition: unbroadcast(np.where(condition, np.zeros_like(out), g), y),
    linear=True,
)


@differentiable("x")
def getitem(x: Any, index: Any) -> Any:
    """Return ``x[index]``."""
    return np.asarray(x)[index]


@differentiable("g")
def put_back(g: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Return zeros of the given shape with `g` added at `index`: the transpose of `getitem`."""
    g = np.asarray(g)
    out = np.zeros(shape, g.dtype)
    place = out[index]
    if np.shape(place) != g.shape:
        raise ValueError(f"g of shape {g.shape} does not fit the place of shape {np.shape(place)}")
    if np.ndim(place) == 0 or place.base is out:  # one entry or a view, in which no entry of out stands twice
        out[index] = g
    else:
        np.add.at(out, index, g)
    return out


rule(
    getitem,
    "x",
    jvp=lambda v, y, x, index: getitem(v, index),
    vjp=lambda g, y, x, index: put_back(g, index, x.shape),
    linear=True,
)
rule(
    put_back,
    "g",
    jvp=lambda v, y, g, index, shape: put_back(v, index, shape),
    vjp=lambda c, y, g, index, shape: getitem(c, index),
    linear=True,
)


@differentiable("*arrays")
def concatenate(*arrays: Any, axis: int | None = 0) -> Any:
    """Return the arrays joined along an existing axis, as ``np.concatenate(arrays, axis)`` does."""
    return np.concatenate(arrays, axis)


def _concatenate_jvp(v: Any, y: Any, *arrays: Any, axis: int, position: int) -> Any:
    others = [np.zeros(np.shape(a), y.dtype) for a in arrays]
    return concatenate(*others[:position], v, *others[position + 1 :], axis=axis)


def _concatenate_vjp(g: Any, y: Any, *arrays: Any, axis: int, position: int) -> Any:
    start, stop = (sum(np.shape(a)[axis] for a in arrays[:n]) for n in (position, position + 1))
    return g[(slice(None),) * normalize_axis_index(axis, y.ndim) + (slice(start, stop),)]


rule(concatenate, "*arrays", jvp=_concatenate_jvp, vjp=_concatenate_vjp, linear=True)
