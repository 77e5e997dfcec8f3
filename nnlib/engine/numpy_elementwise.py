"""Derivative rules for NumPy's elementwise functions: the partial derivative in each argument."""

import math
from typing import Any

import numpy as np

from nnlib.activations import sigmoid
from nnlib.numerics.arrays import is_traced
from nnlib.rules import Function, register, rule

# Elementwise functions of one input


def _unary(function: np.ufunc, partial: Function) -> None:
    register(function, "x")
    rule(function, "x", partial=partial)


_unary(np.positive, lambda y, x: 1.0)
_unary(np.negative, lambda y, x: -1.0)
_unary(np.absolute, lambda y, x: np.sign(x))
_unary(np.square, lambda y, x: 2 * x)
_unary(np.sqrt, lambda y, x: 0.5 / y)
_unary(np.reciprocal, lambda y, x: -y * y)
_unary(np.exp, lambda y, x: y)
_unary(np.exp2, lambda y, x: y * math.log(2))
_unary(np.expm1, lambda y, x: y + 1)
_unary(np.log, lambda y, x: 1 / x)
_unary(np.log2, lambda y, x: 1 / (x * math.log(2)))
_unary(np.log10, lambda y, x: 1 / (x * math.log(10)))
_unary(np.log1p, lambda y, x: 1 / (1 + x))
_unary(np.sin, lambda y, x: np.cos(x))
_unary(np.cos, lambda y, x: -np.sin(x))
_unary(np.tan, lambda y, x: 1 + y * y)
_unary(np.arcsin, lambda y, x: 1 / np.sqrt(1 - x * x))
_unary(np.arccos, lambda y, x: -1 / np.sqrt(1 - x * x))
_unary(np.arctan, lambda y, x: 1 / (1 + x * x))
_unary(np.sinh, lambda y, x: np.cosh(x))
_unary(np.cosh, lambda y, x: np.sinh(x))
_unary(np.tanh, lambda y, x: 4 * sigmoid(x, 2) * sigmoid(-x, 2))  # 1 − y², with its tails

# Elementwise functions of two inputs


def _binary(function: np.ufunc, first: Function, second: Function) -> None:
    register(function, "x1", "x2")
    rule(function, "x1", partial=first)
    rule(function, "x2", partial=second)


def _power_base(y: Any, x1: Any, x2: Any) -> Any:
    if is_traced(x2):
        return x2 * x1 ** np.where((x1 == 0) & (x2 == 0), 1, x2 - 1)
    if np.ndim(x2) == 0:
        return x2 * x1 ** (x2 - 1) if x2 != 0 else 0.0
    return x2 * x1 ** np.where(x2 == 0, 0, x2 - 1)  # 0 · x ** −1 would be nan where 1/x overflows


def _power_exponent(y: Any, x1: Any, x2: Any) -> Any:
    return y * np.log(np.where((x1 == 0) & (x2 > 0), 1, x1))  # x ** n ln x tends to 0 with x, for n > 0


_binary(np.add, lambda y, x1, x2: 1.0, lambda y, x1, x2: 1.0)
_binary(np.subtract, lambda y, x1, x2: 1.0, lambda y, x1, x2: -1.0)
_binary(np.multiply, lambda y, x1, x2: x2, lambda y, x1, x2: x1)
_binary(np.divide, lambda y, x1, x2: 1 / x2, lambda y, x1, x2: -y / x2)
_binary(np.power, _power_base, _power_exponent)
_binary(np.maximum, lambda y, x1, x2: _share(x1 > x2, x1 == x2), lambda y, x1, x2: _share(x2 > x1, x1 == x2))
_binary(np.minimum, lambda y, x1, x2: _share(x1 < x2, x1 == x2), lambda y, x1, x2: _share(x2 < x1, x1 == x2))
_binary(np.logaddexp, lambda y, x1, x2: sigmoid(x1 - x2), lambda y, x1, x2: sigmoid(x2 - x1))
_binary(np.arctan2, lambda y, x1, x2: x2 / (x1 * x1 + x2 * x2), lambda y, x1, x2: -x1 / (x1 * x1 + x2 * x2))
_binary(np.remainder, lambda y, x1, x2: 1.0, lambda y, x1, x2: -np.floor_divide(x1, x2))
_binary(np.hypot, lambda y, x1, x2: x1 / y, lambda y, x1, x2: x2 / y)


def _share(wins: Any, ties: Any) -> Any:
    """1 for the winner, ½ for each of two equals, as in the symmetric derivative."""
    return np.where(ties, 0.5, np.where(wins, 1.0, 0.0))
