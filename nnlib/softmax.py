"""Softmax, its logarithm, the logarithm of its denominator, and its Jacobian.

See :doc:`/chapters/softmax`.

All start in the same way, in `nnlib.numerics.shifted`: subtract the largest entry, so that no exponential overflows.
"""

import numpy as np

from nnlib.numerics.arrays import Array, Axis, axes_of, float_array, kept, real_number
from nnlib.numerics.shifted import as_given, log_total, shift, total
from nnlib.rules import differentiable, rule


@differentiable("x")
@np.errstate(all="ignore")  # limits are meant
def softmax(x: Array, axis: Axis = -1, temperature: float = 1.0) -> Array:
    """Return softmax, exp(xᵢ/T) / Σⱼ exp(xⱼ/T): probabilities from logits.

    Parameters
    ----------
    x : array_like
        Logits of any shape.
    axis : int, tuple of int or None
        The axis or axes along which the probabilities sum to one; None means all entries.
    temperature : float
        T > 0. A high temperature evens the probabilities out; at ``inf`` they are equal.

    Returns
    -------
    ndarray
        Same shape and dtype.

    Raises
    ------
    TypeError
        For complex, object or string input.
    ValueError
        If the temperature is not positive, or an axis is out of range.

    Notes
    -----
    A single infinite logit takes all the probability, which is the limit. Several of +∞, or only −∞, have no limit and
    give nan, as does a nan. Derived in :section:`softmax-scaling`.

    Examples
    --------
    >>> softmax([1, 2, 3]).round(4).tolist()
    [0.09, 0.2447, 0.6652]
    >>> softmax([1001, 1002, 1003], temperature=2).round(4).tolist()
    [0.1863, 0.3072, 0.5065]
    """
    temperature, x = _positive(temperature), float_array(x)
    axes = axes_of(axis, x.ndim)
    z, _ = shift(x, axes, temperature)
    e = np.exp(z, out=z)
    e /= total(e, axes)
    return as_given(e, x)


def _centered(v: Array, p: Array, axis: Axis) -> Array:
    """Return v minus its mean under the probabilities p, as tangents of softmax need it.

    The mean is subtracted twice. Where one probability is close to 1, v − mean has lost its digits there; what it lost
    is the mean of what is left.
    """
    difference = v - (v * p).sum(axis=axis, keepdims=True)
    centered: Array = difference - (difference * p).sum(axis=axis, keepdims=True)
    return centered


def _softmax_rule(v: Array, p: Array, x: Array, axis: Axis, temperature: float) -> Array:
    """(Diag(p) − p pᵀ) v / T, for tangents and cotangents alike: the Jacobian is symmetric."""
    return _over(p * _centered(v, p, axis), temperature)


def _over(values: Array, temperature: float) -> Array:
    """Divide by the temperature in float64, where it does not become zero."""
    if temperature == 1:
        return values
    quotient = values / np.float64(real_number(temperature, "the temperature"))
    return quotient.astype(values.dtype, copy=False)


rule(softmax, "x", jvp=_softmax_rule, vjp=_softmax_rule)


@differentiable("x")
@np.errstate(all="ignore")  # limits are meant
def log_softmax(x: Array, axis: Axis = -1, temperature: float = 1.0) -> Array:
    """Return ln softmax(x), that is xᵢ/T − ln Σⱼ exp(xⱼ/T), with the precision that a later logarithm would lose.

    Parameters, result, errors and the treatment of infinite logits are those of `softmax`.

    Notes
    -----
    Every entry is accurate to 16 units of rounding, the tiny one of a score that dominates, too. (Dividing float64
    scores by a temperature rounds them once more, which such an entry feels.)
    Derived in :section:`softmax-numerics`.

    Examples
    --------
    >>> log_softmax([1, 2, 3]).round(4).tolist()
    [-2.4076, -1.4076, -0.4076]
    """
    temperature, x = _positive(temperature), float_array(x)
    axes = axes_of(axis, x.ndim)
    z, maximum = shift(x, axes, temperature)
    z -= log_total(z, x, maximum, axes, temperature)
    return as_given(z, x)


def _log_softmax_jvp(v: Array, y: Array, x: Array, axis: Axis, temperature: float) -> Array:
    return _over(_centered(v, softmax(x, axis, temperature), axis), temperature)


def _log_softmax_vjp(g: Array, y: Array, x: Array, axis: Axis, temperature: float) -> Array:
    """Return the transpose, g − p Σ g, which sums to 0: p times the sum is subtracted twice, for the same reason."""
    p = softmax(x, axis, temperature)
    difference = g - p * g.sum(axis=axis, keepdims=True)
    return _over(difference - p * difference.sum(axis=axis, keepdims=True), temperature)


rule(log_softmax, "x", jvp=_log_softmax_jvp, vjp=_log_softmax_vjp)


@differentiable("x")
@np.errstate(all="ignore")  # limits are meant
def logsumexp(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Return ln Σᵢ exp(xᵢ), the smooth maximum, whose gradient is `softmax`.

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.
    axis : int, tuple of int or None
        The axis or axes to sum over; None, as in SciPy, means all entries.
    keepdims : bool
        Keep the summed axes with length one.

    Returns
    -------
    ndarray
        Same dtype. A sum over nothing is 0, its logarithm −∞.

    Raises
    ------
    TypeError
        For complex, object or string input.
    ValueError
        If an axis is out of range.

    Notes
    -----
    Derived in :section:`softmax-numerics`.

    Examples
    --------
    >>> float(logsumexp([1000, 1000]).round(4))
    1000.6931
    """
    x = float_array(x)
    axes = axes_of(axis, x.ndim)
    z, maximum = shift(x, axes)
    value = np.fmax(maximum + log_total(z, x, maximum, axes), maximum)  # where ∞ − ∞ made a nan, it is ±∞
    return as_given(value if keepdims else value.squeeze(axes), x)


rule(
    logsumexp,
    "x",
    jvp=lambda v, y, x, axis, keepdims: (v * softmax(x, axis)).sum(axis=axis, keepdims=keepdims),
    vjp=lambda g, y, x, axis, keepdims: kept(g, x, axis) * softmax(x, axis),
)


def softmax_jacobian(x: Array, temperature: float = 1.0) -> Array:
    """Return the Jacobian of softmax along the last axis, (Diag(p) − p pᵀ) / T.

    Parameters
    ----------
    x : array_like
        Logits of shape (..., K).
    temperature : float
        As in `softmax`.

    Returns
    -------
    ndarray
        Shape (..., K, K), same dtype: entry (i, j) is ∂pᵢ/∂xⱼ.

    Raises
    ------
    TypeError
        For complex, object or string input.
    ValueError
        If the temperature is not positive, or x has no axis.

    Notes
    -----
    The diagonal pᵢ(1 − pᵢ) is computed as pᵢ times the sum of the other probabilities, so that it keeps its precision
    when pᵢ is close to 1. Derived in :section:`softmax-jacobian`.

    Examples
    --------
    >>> softmax_jacobian([0.0, 0.0]).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    x = float_array(x)
    if x.ndim == 0:
        raise ValueError("softmax_jacobian needs logits of shape (..., K), got shape ()")
    p = softmax(x, -1, temperature)
    products = p[..., :, None] * p[..., None, :]
    diagonal = np.eye(x.shape[-1], dtype=bool)
    others = np.where(diagonal, 0, products)
    return _over(np.where(diagonal, others.sum(axis=-1, keepdims=True), -products), temperature)


def _positive(temperature: float) -> float:
    number = real_number(temperature, "the temperature")
    if not number > 0:
        raise ValueError(
            f"the temperature must be positive (inf is allowed), got {temperature}; for T → 0 softmax tends to "
            "the largest entry's one-hot vector, with ties sharing equally"
        )
    return number
