"""Derivative rules for NumPy's functions that move, select, add up and multiply, in the form of `nnlib.rules`.

The elementwise ones stand in `nnlib.numpy_elementwise`. Functions that are made of these, such as ``np.mean``, need no
rule: they stand in `nnlib.numpy_composed`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

import nnlib.numpy_elementwise  # noqa: F401  registers its rules
from nnlib._arrays import is_traced
from nnlib._blocks import axes_of
from nnlib.rules import Function, differentiable, register, rule, unbroadcast

# Shape and selection


def _rules_for(function: Function, *arrays: str) -> Callable[[Function], Function]:
    """Register the decorated function as what `function` does, with the arguments that are supported."""

    def decorate(implementation: Function) -> Function:
        register(function, *arrays, implementation=implementation)
        return implementation

    return decorate


@_rules_for(np.astype, "x")
def _astype(x: Any, dtype: Any, *, copy: bool = True) -> Any:
    return np.astype(np.asarray(x) if not is_traced(x) else x, dtype, copy=copy)


rule(
    np.astype,
    "x",
    jvp=lambda v, y, x, dtype, copy: np.astype(v, dtype),
    vjp=lambda g, y, x, dtype, copy: np.astype(g, x.dtype),
)


@_rules_for(np.reshape, "a")
def _reshape(a: Any, shape: Any) -> Any:
    return np.reshape(a, shape)


rule(
    np.reshape,
    "a",
    jvp=lambda v, y, a, shape: np.reshape(v, y.shape),
    vjp=lambda g, y, a, shape: np.reshape(g, a.shape),
)


@_rules_for(np.transpose, "a")
def _transpose(a: Any, axes: Any = None) -> Any:
    return np.transpose(a, axes)


rule(
    np.transpose,
    "a",
    jvp=lambda v, y, a, axes: np.transpose(v, axes),
    vjp=lambda g, y, a, axes: np.transpose(g, None if axes is None else np.argsort(axes_of(axes, a.ndim)).tolist()),
)


@_rules_for(np.broadcast_to, "array")
def _broadcast_to(array: Any, shape: Any) -> Any:
    return np.broadcast_to(array, shape)


rule(
    np.broadcast_to,
    "array",
    jvp=lambda v, y, array, shape: np.broadcast_to(v, shape),
    vjp=lambda g, y, array, shape: unbroadcast(g, array),
)


@_rules_for(np.where, "x", "y")
def _where(condition: Any, x: Any, y: Any) -> Any:
    return np.where(condition, x, y)


rule(
    np.where,
    "x",
    jvp=lambda v, out, x, y, condition: np.where(condition, v, np.zeros_like(out)),
    vjp=lambda g, out, x, y, condition: unbroadcast(np.where(condition, g, np.zeros_like(out)), x),
)
rule(
    np.where,
    "y",
    jvp=lambda v, out, x, y, condition: np.where(condition, np.zeros_like(out), v),
    vjp=lambda g, out, x, y, condition: unbroadcast(np.where(condition, np.zeros_like(out), g), y),
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
    parts = index if isinstance(index, tuple) else (index,)
    if any(isinstance(part, (list, np.ndarray)) for part in parts):
        np.add.at(out, index, g)  # an entry may be taken more than once
    else:
        if out[index].shape != g.shape:
            raise ValueError(f"g of shape {g.shape} does not fit the place of shape {out[index].shape}")
        out[index] = g
    return out


rule(
    getitem,
    "x",
    jvp=lambda v, y, x, index: getitem(v, index),
    vjp=lambda g, y, x, index: put_back(g, index, x.shape),
)
rule(
    put_back,
    "g",
    jvp=lambda v, y, g, index, shape: put_back(v, index, shape),
    vjp=lambda c, y, g, index, shape: getitem(c, index),
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


rule(concatenate, "*arrays", jvp=_concatenate_jvp, vjp=_concatenate_vjp)

# Reductions


def _kept(reduced: Any, a: Any, axis: Any) -> Any:
    """Give a reduced array the shape that keepdims=True would have left."""
    axes = axes_of(axis, a.ndim)
    return np.reshape(reduced, [1 if i in axes else n for i, n in enumerate(a.shape)])


@_rules_for(np.sum, "a")
def _sum(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return a.sum(axis=axis, keepdims=keepdims)


rule(
    np.sum,
    "a",
    jvp=lambda v, y, a, axis, keepdims: np.sum(v, axis=axis, keepdims=keepdims),
    vjp=lambda g, y, a, axis, keepdims: np.broadcast_to(_kept(g, a, axis), a.shape),
)


def _chosen(y: Any, a: Any, axis: Any) -> Any:
    """How much of the derivative of an extremum each entry gets: equals share."""
    equal = np.where(a == _kept(y, a, axis), 1.0, 0.0)
    return np.astype(equal / np.sum(equal, axis=axis, keepdims=True), a.dtype)


@_rules_for(np.max, "a")
def _max(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims)


@_rules_for(np.min, "a")
def _min(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.min(a, axis=axis, keepdims=keepdims)


for extremum in (np.max, np.min):
    rule(
        extremum,
        "a",
        jvp=lambda v, y, a, axis, keepdims: np.sum(v * _chosen(y, a, axis), axis=axis, keepdims=keepdims),
        vjp=lambda g, y, a, axis, keepdims: _kept(g, a, axis) * _chosen(y, a, axis),
    )


@_rules_for(np.cumsum, "a")
def _cumsum(a: Any, axis: int | None = None) -> Any:
    return np.cumsum(a, axis)


def _cumsum_vjp(g: Any, y: Any, a: Any, axis: int | None) -> Any:
    along = -1 if axis is None else axis
    return np.reshape(np.flip(np.cumsum(np.flip(g, along), along), along), a.shape)


rule(np.cumsum, "a", jvp=lambda v, y, a, axis: np.cumsum(v, axis), vjp=_cumsum_vjp)

# Products

register(np.matmul, "x1", "x2")


def _matmul_first(g: Any, y: Any, a: Any, b: Any) -> Any:
    if np.ndim(b) == 1:
        return unbroadcast(g[..., None] * b, a)
    if np.ndim(a) == 1:
        return unbroadcast(np.matmul(g[..., None, :], np.swapaxes(b, -1, -2))[..., 0, :], a)
    return unbroadcast(np.matmul(g, np.swapaxes(b, -1, -2)), a)


def _matmul_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 1:
        return unbroadcast(a * g if np.ndim(b) == 1 else a[:, None] * g[..., None, :], b)
    if np.ndim(b) == 1:
        return unbroadcast(np.matmul(np.swapaxes(a, -1, -2), g[..., None])[..., 0], b)
    return unbroadcast(np.matmul(np.swapaxes(a, -1, -2), g), b)


rule(np.matmul, "x1", jvp=lambda v, y, a, b: np.matmul(v, b), vjp=_matmul_first)
rule(np.matmul, "x2", jvp=lambda v, y, a, b: np.matmul(a, v), vjp=_matmul_second)


@differentiable("*operands")
def einsum(*operands: Any, subscripts: str) -> Any:
    """Return ``np.einsum(subscripts, *operands)``, for subscripts with an arrow and no repeated or lone index."""
    return np.einsum(subscripts, *operands, optimize=len(operands) > 2)


def _einsum_jvp(v: Any, y: Any, *operands: Any, subscripts: str, position: int) -> Any:
    return einsum(*operands[:position], v, *operands[position + 1 :], subscripts=subscripts)


def _einsum_vjp(g: Any, y: Any, *operands: Any, subscripts: str, position: int) -> Any:
    """Swap the operand's subscripts with the result's."""
    inputs, output = subscripts.split("->")
    parts = inputs.split(",")
    own = parts[position]
    parts[position] = output
    others = (*operands[:position], g, *operands[position + 1 :])
    return einsum(*others, subscripts=f"{','.join(parts)}->{own}")


rule(einsum, "*operands", jvp=_einsum_jvp, vjp=_einsum_vjp)
