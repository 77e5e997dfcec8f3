"""Derivative rules for NumPy's functions that add up and multiply, in the form of `nnlib.rules`.

The elementwise ones stand in `nnlib.engine.numpy_elementwise`, those that move and select entries in
`nnlib.engine.numpy_shapes`.
Functions that are made of these, such as ``np.mean``, need no rule: they stand in `nnlib.engine.numpy_composed`.
"""

from typing import Any

import numpy as np

import nnlib.engine.numpy_elementwise  # registers its rules, as does the next
import nnlib.engine.numpy_shapes  # noqa: F401
from nnlib.numerics.arrays import kept
from nnlib.rules import register, rule, rules_for, unbroadcast

# Reductions


@rules_for(np.sum, "a")
def _sum(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return a.sum(axis=axis, keepdims=keepdims)


rule(
    np.sum,
    "a",
    jvp=lambda v, y, a, axis, keepdims: np.sum(v, axis=axis, keepdims=keepdims),
    vjp=lambda g, y, a, axis, keepdims: _spread(g if axis is None else kept(g, a, axis), a.shape),
    linear=True,
)


def _spread(g: Any, shape: tuple[int, ...]) -> Any:
    """Give every entry of a sum its cotangent; a number fills an array faster than it is broadcast."""
    return np.full(shape, g) if isinstance(g, np.floating) else np.broadcast_to(g, shape)


def _chosen(y: Any, a: Any, axis: Any) -> Any:
    """How much of the derivative of an extremum each entry gets: equals share."""
    equal = np.where(a == kept(y, a, axis), 1.0, 0.0)
    return np.astype(equal / np.sum(equal, axis=axis, keepdims=True), a.dtype)


@rules_for(np.max, "a")
def _max(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims)


@rules_for(np.min, "a")
def _min(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.min(a, axis=axis, keepdims=keepdims)


for extremum in (np.max, np.min):
    rule(
        extremum,
        "a",
        jvp=lambda v, y, a, axis, keepdims: np.sum(v * _chosen(y, a, axis), axis=axis, keepdims=keepdims),
        vjp=lambda g, y, a, axis, keepdims: kept(g, a, axis) * _chosen(y, a, axis),
    )


@rules_for(np.cumsum, "a")
def _cumsum(a: Any, axis: int | None = None) -> Any:
    return np.cumsum(a, axis)


def _cumsum_vjp(g: Any, y: Any, a: Any, axis: int | None) -> Any:
    along = -1 if axis is None else axis
    return np.reshape(np.flip(np.cumsum(np.flip(g, along), along), along), a.shape)


rule(np.cumsum, "a", jvp=lambda v, y, a, axis: np.cumsum(v, axis), vjp=_cumsum_vjp, linear=True)

# Products

register(np.matmul, "x1", "x2")


def _matmul_first(g: Any, y: Any, a: Any, b: Any) -> Any:
    if np.ndim(b) == 1:
        return unbroadcast(g[..., None] * b, a)
    if np.ndim(a) == 1:
        return unbroadcast(np.matmul(g[..., None, :], b.swapaxes(-1, -2))[..., 0, :], a)
    return unbroadcast(np.matmul(g, b.swapaxes(-1, -2)), a)


def _matmul_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    if np.ndim(a) == 1:
        return unbroadcast(a * g if np.ndim(b) == 1 else a[:, None] * g[..., None, :], b)
    if np.ndim(b) == 1:
        return unbroadcast(np.matmul(a.swapaxes(-1, -2), g[..., None])[..., 0], b)
    return unbroadcast(np.matmul(a.swapaxes(-1, -2), g), b)


rule(np.matmul, "x1", jvp=lambda v, y, a, b: np.matmul(v, b), vjp=_matmul_first, linear=True)
rule(np.matmul, "x2", jvp=lambda v, y, a, b: np.matmul(a, v), vjp=_matmul_second, linear=True)
