"""Derivative rules for more of NumPy's elementwise functions: inverse hyperbolic ones, angles, roots, selections."""

import math
from typing import Any

import numpy as np

from nnlib.engine.numpy_composed import composed
from nnlib.engine.numpy_elementwise import binary, unary
from nnlib.numerics.arrays import as_array

unary(np.arcsinh, lambda y, x: 1 / np.hypot(1, x))  # without a square, which would overflow
unary(np.arccosh, lambda y, x: 1 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
unary(np.arctanh, lambda y, x: 1 / ((1 - x) * (1 + x)))
unary(np.cbrt, lambda y, x: 1 / (3 * np.square(y)))
unary(np.fabs, lambda y, x: np.sign(x))
unary(np.conjugate, lambda y, x: 1.0)  # of real numbers
for to_radians in (np.deg2rad, np.radians):
    unary(to_radians, lambda y, x: math.pi / 180)
for to_degrees in (np.rad2deg, np.degrees):
    unary(to_degrees, lambda y, x: 180 / math.pi)

binary(np.fmod, lambda y, x1, x2: 1.0, lambda y, x1, x2: -np.trunc(x1 / x2))
binary(
    np.logaddexp2,
    lambda y, x1, x2: np.exp2(x1 - y),
    lambda y, x1, x2: np.exp2(x2 - y),
)

# Made of others


@composed(np.amax)
def _amax(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims)


@composed(np.amin)
def _amin(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.min(a, axis=axis, keepdims=keepdims)


@composed(np.ptp)
def _ptp(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@composed(np.average)
def _average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> Any:
    """With weights of the shape of `a`, or of its one axis."""
    if weights is None:
        return np.mean(a, axis=axis, keepdims=keepdims)
    if np.shape(weights) != np.shape(a):
        if np.ndim(weights) != 1 or not isinstance(axis, int):
            raise TypeError(
                f"np.average needs weights of shape {np.shape(a)}, or along one axis; got {np.shape(weights)}"
            )
        weights = np.reshape(weights, [-1 if i == axis % np.ndim(a) else 1 for i in range(np.ndim(a))])
        if np.size(weights) != np.shape(a)[axis]:
            raise ValueError(f"np.average needs {np.shape(a)[axis]} weights along axis {axis}, got {np.size(weights)}")
        weights = np.broadcast_to(weights, np.shape(a))
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    if not np.all(total):
        raise ZeroDivisionError("np.average needs weights whose sum is not zero")
    return np.sum(a * weights, axis=axis, keepdims=keepdims) / total


@composed(np.real)
def _real(val: Any) -> Any:
    return +val


@composed(np.real_if_close)
def _real_if_close(a: Any, tol: float = 100) -> Any:
    return +a


@composed(np.fmax)
def _fmax(x1: Any, x2: Any) -> Any:
    return np.maximum(*_without_nan(x1, x2))


@composed(np.fmin)
def _fmin(x1: Any, x2: Any) -> Any:
    return np.minimum(*_without_nan(x1, x2))


def _without_nan(x1: Any, x2: Any) -> tuple[Any, Any]:
    """Put the other argument where one is nan."""
    return np.where(np.isnan(x1), x2, x1), np.where(np.isnan(x2), x1, x2)


@composed(np.float_power)
def _float_power(x1: Any, x2: Any) -> Any:
    return np.power(*(np.astype(as_array(x), np.float64) for x in (x1, x2)))


@composed(np.nan_to_num)
def _nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Any:
    """Whatever is replaced is a constant."""
    limits = np.finfo(x.dtype)
    for where, value in (
        (np.isnan(x), nan),
        (np.isposinf(x), limits.max if posinf is None else posinf),
        (np.isneginf(x), limits.min if neginf is None else neginf),
    ):
        x = np.where(where, np.asarray(value, x.dtype), x)
    return x
