"""Scores minus the largest of them, and the sum of their exponentials: where softmax and its relatives start.

No exponential overflows then. The largest score becomes exactly 0, and its exponential exactly 1. Leaving that 1 out of
the sum, and taking log1p instead of log, keeps full precision when one score dominates.
"""

import numpy as np

from nnlib.numerics.arrays import Array

SMALL = 1e-6  # a sum of the others to which the rounding errors of the scores matter
FEW = 16  # so many terms are added one by one


def shift(x: Array, axes: tuple[int, ...], temperature: float = 1.0) -> tuple[Array, Array]:
    """Return (x − maximum) / T and the maximum along the axes, which stay with length 1; float16 becomes float32."""
    if x.itemsize == 2:
        x = x.astype(np.float32)
    maximum = np.maximum.reduce(x, axis=axes, keepdims=True, initial=-np.inf)
    z = (x - maximum)[...]  # an array, also without axes
    if np.count_nonzero(np.isfinite(maximum)) < maximum.size:
        # ∞ − ∞ is nan. A single infinite score takes everything, which is the limit; several have none.
        top = x == maximum
        z[top & (np.add.reduce(top, axis=axes, keepdims=True) == 1)] = 0
    if temperature != 1:
        far = np.isinf(z)
        np.divide(z, temperature, out=z, dtype=np.float64, casting="same_kind")  # in float64 no T becomes zero
        if temperature > 1 and far.any():  # the difference may have overflowed where its quotient does not
            wide = np.float64(temperature)
            np.copyto(z, x / wide - maximum / wide, where=far, casting="same_kind")
    return z, maximum


def total(e: Array, axes: tuple[int, ...]) -> Array:
    """Add up along the axes, which stay with length 1.

    NumPy adds neighbors in memory in pairs, so that the rounding error grows with the logarithm of their number. Along
    another axis it adds one entry after the other: there, parts are added to each other until few entries are left.
    """
    for axis in axes:
        if e.strides[axis] != e.itemsize:
            while e.shape[axis] > FEW:
                e = _folded(e, axis, 8 if e.shape[axis] >= 64 else 4)
        e = np.add.reduce(e, axis=axis, keepdims=True)
    return e


def _folded(e: Array, axis: int, parts: int) -> Array:
    """Cut an axis into equal parts, and add them to each other; what is left over is added to the first entries."""
    before, (length, *after) = e.shape[:axis], e.shape[axis:]
    n, rest = divmod(length, parts)
    if not rest:
        return np.asarray(np.add.reduce(e.reshape(*before, parts, n, *after), axis=axis))
    every = (slice(None),) * axis
    added = _folded(e[(*every, slice(length - rest))], axis, parts)
    added[(*every, slice(rest))] += e[(*every, slice(length - rest, None))]
    return added


def log_total(z: Array, x: Array, maximum: Array, axes: tuple[int, ...], temperature: float = 1.0) -> Array:
    """Return ln Σ exp(z) along the axes, which stay; z and the maximum are what `shift` made of x.

    The exponential of the largest score is left out of the sum: ln(1 + others).
    """
    e = np.exp(z, out=np.empty_like(z))
    top = ~(z < 0)
    np.copyto(e, 0, where=top)
    others = total(e, axes)
    if np.count_nonzero(top) > others.size:  # several share the largest score, or there are nans
        together = np.add.reduce(top, axis=axes, keepdims=True) > 1
        others = np.where(together, total(np.exp(z), axes) - 1, others)
    small = others < SMALL
    if np.count_nonzero(small):
        rows, last = np.squeeze(small, axes), tuple(range(-len(axes), 0))
        z, x, maximum = (np.moveaxis(a, axes, last)[rows] for a in (z, x, maximum))
        others[small] += _lost(z, x, maximum, last, temperature)
    return np.log1p(others)


def _lost(z: Array, x: Array, maximum: Array, axes: tuple[int, ...], temperature: float) -> Array:
    """Return what the sum of exp(z) lost as (x − maximum) / T was rounded to z.

    A score far below the largest is a large number, rounded. Its exponential has a relative error as large as the
    absolute error of the score. Where such terms are all there is, that error e is taken along: exp(z + e) is
    (1 + e) exp(z), but for a square of e. It comes from D. Knuth's error-free difference.
    """
    x, maximum = x.astype(np.float64), maximum.astype(np.float64)
    difference = x - maximum
    back = difference - x
    error = (x - (difference - back)) - (maximum + back)
    lost = np.exp(z) * ((difference / temperature - z) + error / temperature)
    return np.asarray(np.where((z < 0) & np.isfinite(lost), lost, 0).sum(axis=axes))


def as_given(values: Array, x: Array) -> Array:
    """Return what was computed from `x` in its dtype; without axes it is a NumPy number."""
    return values.astype(x.dtype, copy=False)[()]
