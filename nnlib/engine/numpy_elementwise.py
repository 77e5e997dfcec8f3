"""Derivative rules for NumPy's elementwise functions: the partial derivative in each argument."""

import math
from typing import Any

import numpy as np

from nnlib.activations import _sigmoid_slope, sigmoid
from nnlib.numerics.arrays import is_traced
from nnlib.rules import Function, differentiable, register, rule

# Elementwise functions of one input. Where a function has no real value, neither has its derivative: both are nan.


def unary(function: np.ufunc, partial: Function) -> None:
    """Register a function of one array with its derivative, ``partial(y, x)``."""
    register(function, "x")
    rule(function, "x", partial=partial)


def _inverse(x: Any) -> Any:
    """1 / x where a logarithm of x exists: not below 0, and at −0 as at 0."""
    return 1 / np.where(x < 0, np.nan, x + 0.0)


@differentiable("x")
def _one_minus_square(x: Any) -> Any:
    return (1 - x) * (1 + x)  # which keeps its digits near ±1


rule(_one_minus_square, "x", partial=lambda y, x: -2 * x)

unary(np.positive, lambda y, x: 1.0)
unary(np.negative, lambda y, x: -1.0)
unary(np.absolute, lambda y, x: np.sign(x))
unary(np.square, lambda y, x: 2 * x)
unary(np.sqrt, lambda y, x: 0.5 / (y + 0.0))  # with the sign of the slope, for −0 as well
unary(np.reciprocal, lambda y, x: -y * y)
unary(np.exp, lambda y, x: y)
unary(np.exp2, lambda y, x: y * math.log(2))
unary(np.expm1, lambda y, x: np.exp(x))
unary(np.log, lambda y, x: _inverse(x))
unary(np.log2, lambda y, x: _inverse(x) / math.log(2))
unary(np.log10, lambda y, x: _inverse(x) / math.log(10))
unary(np.log1p, lambda y, x: _inverse(1 + x))
unary(np.sin, lambda y, x: np.cos(x))
unary(np.cos, lambda y, x: -np.sin(x))
unary(np.tan, lambda y, x: 1 + y * y)
unary(np.arcsin, lambda y, x: 1 / np.sqrt(_one_minus_square(x)))
unary(np.arccos, lambda y, x: -1 / np.sqrt(_one_minus_square(x)))
unary(np.arctan, lambda y, x: 1 / np.hypot(1, x) / np.hypot(1, x))  # 1 / (1 + x²) without a square
unary(np.sinh, lambda y, x: np.cosh(x))
unary(np.cosh, lambda y, x: np.sinh(x))
unary(np.tanh, lambda y, x: 2 * _sigmoid_slope(x, 2.0))  # 1 − y², with its tails

# Elementwise functions of two inputs


def binary(function: np.ufunc, first: Function, second: Function) -> None:
    """Register a function of two arrays with its derivatives in the first and in the second."""
    register(function, "x1", "x2")
    rule(function, "x1", partial=first)
    rule(function, "x2", partial=second)


def _power_base(y: Any, x1: Any, x2: Any) -> Any:
    if np.ndim(x2) == 0 and not is_traced(x2):
        if x2 >= 1 or x2 == 0:
            return x2 * x1 ** (x2 - 1) if x2 else 0.0
        slope = x2 * x1 ** (x2 - 1)
    elif is_traced(x2):
        slope = x2 * x1 ** np.where((x1 == 0) & (x2 == 0), 1, x2 - 1)
    else:
        slope = x2 * x1 ** np.where(x2 == 0, 0, x2 - 1)  # 0 · x ** −1 would be nan where 1/x overflows
    far = np.isinf(slope) & (x1 != 0) & np.isfinite(x1)  # x ** (n − 1) overflows where n x ** (n − 1) may not
    return np.where(far, y * (x2 / x1), slope) if np.any(far) else slope


def _power_exponent(y: Any, x1: Any, x2: Any) -> Any:
    flat = ((x1 == 0) & (x2 > 0)) | ((x1 == np.inf) & (x2 < 0))  # x ** n ln x tends to 0 with x ** n
    return y * np.log(np.where(flat, 1, x1))


def _share(x: Any, other: Any) -> Any:
    """1 for the larger, ½ for each of two equals, as in the symmetric derivative, nan for what is not comparable."""
    return np.where(x > other, 1.0, np.where(x < other, 0.0, np.where(x == other, 0.5, np.nan)))


@np.errstate(over="ignore", invalid="ignore")
def _cosine(x: Any, other: Any) -> Any:
    """Return x / hypot(x, other) at every scale, its limit where one of them is infinite, and 0 at the kink."""
    scale, length = _scaled_hypot(x, other)
    cosine = scale * x / np.where(length == 0, 1.0, length)
    limit = np.where(np.isfinite(other), np.sign(x), np.nan)
    limit = np.where(np.isinf(x), limit, np.where(np.isnan(x), np.nan, 0.0))
    return np.where(np.isinf(x) | np.isinf(other), limit, cosine)


@np.errstate(over="ignore", invalid="ignore")
def _angle(x: Any, other: Any) -> Any:
    """Return other / hypot(x, other)², the derivative of arctan2 in its first argument, at every scale."""
    scale, length = _scaled_hypot(x, other)
    return np.where((x == 0) & (other == 0), np.nan, _cosine(other, x)) * (scale / length)


def _scaled_hypot(x: Any, other: Any) -> tuple[Any, Any]:
    """Return a power of 2, and hypot of two numbers times it, which neither overflows nor loses digits."""
    length = np.hypot(x, other)
    scale = np.where(np.isinf(length), 0.25, np.where(length < 1e-290, 2.0**100, 1.0))
    return scale, np.hypot(scale * x, scale * other)


binary(np.add, lambda y, x1, x2: 1.0, lambda y, x1, x2: 1.0)
binary(np.subtract, lambda y, x1, x2: 1.0, lambda y, x1, x2: -1.0)
binary(np.multiply, lambda y, x1, x2: x2, lambda y, x1, x2: x1)
binary(np.divide, lambda y, x1, x2: 1 / x2, lambda y, x1, x2: -y / x2)
binary(np.power, _power_base, _power_exponent)
binary(np.maximum, lambda y, x1, x2: _share(x1, x2), lambda y, x1, x2: _share(x2, x1))
binary(np.minimum, lambda y, x1, x2: _share(x2, x1), lambda y, x1, x2: _share(x1, x2))
binary(np.logaddexp, lambda y, x1, x2: sigmoid(x1 - x2), lambda y, x1, x2: sigmoid(x2 - x1))
binary(np.arctan2, lambda y, x1, x2: _angle(x1, x2), lambda y, x1, x2: -_angle(x2, x1))
binary(
    np.remainder,
    lambda y, x1, x2: np.where(np.isnan(y), np.nan, 1.0),
    lambda y, x1, x2: np.where(np.isnan(y), np.nan, -np.floor_divide(x1, x2)),
)
binary(np.hypot, lambda y, x1, x2: _cosine(x1, x2), lambda y, x1, x2: _cosine(x2, x1))
