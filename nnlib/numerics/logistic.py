"""The sigmoid, softplus and the logarithm of the sigmoid, computed in place without overflow.

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


def sigmoid(x: Array, out: Array) -> None:
    """Write 1 / (1 + e) for x ≥ 0 and e / (1 + e) for x < 0, with e = exp(−abs(x))."""
    _exp_minus_abs(x, out)
    denominator = out + 1
    np.maximum(out, x >= 0, out=out)
    np.divide(out, denominator, out=out)


def softplus(x: Array, out: Array) -> None:
    """Write max(x, 0) + ln(1 + exp(−abs(x)))."""
    _exp_minus_abs(x, out)
    np.log1p(out, out=out)
    np.add(out, np.maximum(x, 0), out=out)


def log_sigmoid(x: Array, out: Array) -> None:
    """Write min(x, 0) − ln(1 + exp(−abs(x)))."""
    _exp_minus_abs(x, out)
    np.log1p(out, out=out)
    np.subtract(np.minimum(x, 0), out, out=out)


def _exp_minus_abs(x: Array, out: Array) -> None:
    np.abs(x, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
