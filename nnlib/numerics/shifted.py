"""Scores minus the largest of their row, and the sum of their exponentials: where softmax and its relatives start.

No exponential overflows then. The largest score becomes exactly 0, and its exponential exactly 1. Leaving that 1 out of
the sum, and taking log1p instead of log, keeps full precision when one score dominates.
"""

from typing import Any

import numpy as np

from nnlib.numerics.arrays import Array

SMALL = 1e-6  # a sum of the others to which the rounding errors of the scores matter


def shift(block: Array, out: Array, temperature: float = 1.0) -> tuple[Array, tuple[Any, Any]]:
    """Write (block − maximum) / T to `out`, row by row; return the maxima and the index of each."""
    largest = np.arange(len(block)), block.argmax(axis=1)
    maximum = block[largest]
    np.subtract(block, maximum[:, None], out=out)
    if not np.isfinite(maximum).all():
        out[largest] = np.where(np.isnan(maximum), maximum, 0)  # 0 also where it is infinite, and the difference nan
    if temperature != 1:  # in float64, where no T becomes zero
        np.divide(out, temperature, out=out, dtype=np.float64, casting="same_kind")
    return maximum, largest


def sum_of_others(z: Array, largest: tuple[Any, Any], block: Array, temperature: float = 1.0) -> Array:
    """Sum exp(z) over each row but its largest entry, whose exponential is 1; z is the shifted block.

    A score far below the largest is a large number, rounded. Its exponential has a relative error as large as the
    absolute error of the score. Where such terms are all there is, that error e is taken along: exp(z + e) is
    (1 + e) exp(z), but for a square of e.
    """
    e = np.exp(z)
    e[largest] = 0
    total: Array = np.add.reduce(e, axis=1)
    if np.fmin.reduce(total) < SMALL:
        far = (total < SMALL) & (total > 0)
        lost = _lost(z[far], block[far], block[largest][far, None], temperature)
        total[far] += np.where(e[far] > 0, e[far] * lost, 0).sum(axis=1)
    return total


def _lost(z: Array, x: Array, maximum: Array, temperature: float) -> Array:
    """Return what (x − maximum) / T lost when it was rounded to z, by D. Knuth's error-free difference."""
    x, maximum = x.astype(np.float64), maximum.astype(np.float64)
    difference = x - maximum
    back = difference - x
    error = (x - (difference - back)) - (maximum + back)
    return np.asarray((difference / temperature - z) + error / temperature)
