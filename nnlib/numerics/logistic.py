"""The sigmoid, its slope, softplus and the logarithm of the sigmoid, without overflow.

Each starts from exp(−abs(x)), which is at most 1. `nnlib.activations` runs them block by block.
"""

import numpy as np

from nnlib.numerics.arrays import Array


def times(x: Array, steepness: float) -> Array:
    """Return the steepness times x, where 0 · ∞ means 0: a flat sigmoid is ½ everywhere."""
    with np.errstate(over="ignore", invalid="ignore"):  # far out the sigmoid has its limit
        exact = float(x.dtype.type(steepness)) == steepness
        product = np.multiply(x, steepness, dtype=x.dtype if exact else np.float64)
        if steepness == 0:
            product = np.where(np.isinf(x), 0, product)
        return np.asarray(product, x.dtype)


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + e) for x ≥ 0 and e / (1 + e) for x < 0, with e = exp(−abs(x))."""
    e = np.exp(-np.abs(x))
    return np.maximum(e, x >= 0) / (1 + e)  # type: ignore[no-any-return]


def slope(x: Array) -> Array:
    """Return e / (1 + e)², the product of the sigmoids of x and of −x."""
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2  # type: ignore[no-any-return]


def softplus(x: Array) -> Array:
    """Return max(x, 0) + ln(1 + exp(−abs(x)))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def log_sigmoid(x: Array) -> Array:
    """Return min(x, 0) − ln(1 + exp(−abs(x)))."""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))
