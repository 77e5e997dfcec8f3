"""Activation functions, each with its derivative below it.

See :doc:`/chapters/activations`.

All act elementwise, keep float16, float32 and float64, and turn integers and booleans into float64.
"""

import math

import numpy as np

from nnlib.numerics import logistic
from nnlib.numerics.arrays import Array, float_array, real_number
from nnlib.numerics.blocks import by_blocks
from nnlib.rules import differentiable, rule


@differentiable("x")
def heaviside(x: Array) -> Array:
    """Return the Heaviside step: 0 for x < 0, ½ at x = 0, 1 for x > 0.

    The value ½ makes it the symmetric derivative of `relu` everywhere and the limit of ``sigmoid(x, k)`` for k → ∞.
    Its own derivative is 0 wherever it exists.

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.

    Returns
    -------
    ndarray
        Same shape and dtype.

    Raises
    ------
    TypeError
        For complex, object or string input.

    Notes
    -----
    Derived in :section:`activations-step`.

    Examples
    --------
    >>> heaviside([-2, 0, 3]).tolist()
    [0.0, 0.5, 1.0]
    """
    y = np.sign(float_array(x))
    y *= 0.5
    y += 0.5  # the same as np.heaviside(x, 0.5), in a third of the time
    return y


rule(heaviside, "x", partial=lambda y, x: y - y)  # 0, and nan for nan


@differentiable("x")
def sign(x: Array) -> Array:
    """Return −1, 0 or 1, the sign of x, which is ``2 * heaviside(x) - 1``.

    Its derivative is 0 wherever it exists. Parameters, result and errors are those of `heaviside`.

    Notes
    -----
    Derived in :section:`activations-sign`.

    Examples
    --------
    >>> sign([-2, 0, 3]).tolist()
    [-1.0, 0.0, 1.0]
    """
    return np.sign(float_array(x))


rule(sign, "x", partial=lambda y, x: y - y)


@differentiable("x")
def relu(x: Array) -> Array:
    """Return the rectified linear unit, max(0, x).

    Its derivative is `heaviside`. At 0, where it has none, that is ½, the symmetric derivative; PyTorch and JAX choose
    0 there. Any number from 0 to 1 is a subgradient. Parameters, result and errors are those of `heaviside`.

    Notes
    -----
    Derived in :section:`activations-step`.

    Examples
    --------
    >>> relu([-2, 0, 3]).tolist()
    [0.0, 0.0, 3.0]
    """
    x = float_array(x)
    y = np.empty_like(x)
    y.fill(0)
    return np.maximum(x, y, out=y)[()]  # of two arrays, where NumPy is several times as fast as with the number 0


rule(relu, "x", partial=lambda y, x: heaviside(x))


@differentiable("x")
def sigmoid(x: Array, k: float = 1.0) -> Array:
    """Return the logistic sigmoid of steepness k, 1 / (1 + exp(−k x)).

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.
    k : float
        The steepness, four times the slope at 0: a finite number. For k → ∞ the sigmoid tends to `heaviside`, point by
        point.

    Returns
    -------
    ndarray
        Same shape and dtype.

    Raises
    ------
    TypeError
        For complex, object or string input, or a k that is not a single number.
    ValueError
        If k is not finite.

    Notes
    -----
    The exponential is taken of minus the absolute value of k x, which cannot overflow, and neither tail is lost: the
    result is accurate to two units in the last place in float64, subnormal results included.
    Derived in :section:`activations-sigmoid`.

    Examples
    --------
    >>> sigmoid([-1, 0, 1]).round(4).tolist()
    [0.2689, 0.5, 0.7311]
    """
    steepness = real_number(k, "k")
    if not math.isfinite(steepness):
        raise ValueError(f"k must be finite, got {k}; the limit for k → ∞ is heaviside(x)")
    x = float_array(x)
    if steepness != 1:
        x = logistic.times(x, steepness)
    return by_blocks(logistic.sigmoid, x)


@differentiable("x")
def _sigmoid_slope(x: Array, k: float) -> Array:
    """Return k sigmoid(k x) sigmoid(−k x), the derivative of the sigmoid."""
    return k * by_blocks(logistic.slope, logistic.times(x, k))


rule(sigmoid, "x", partial=lambda y, x, k: _sigmoid_slope(x, k))


@differentiable("x")
def softplus(x: Array) -> Array:
    """Return softplus, ln(1 + exp(x)), the smooth ramp whose derivative is `sigmoid`.

    Parameters, result and errors are those of `heaviside`.

    Notes
    -----
    Computed as max(x, 0) + ln(1 + exp(−abs(x))), since softplus(x) − softplus(−x) = x.
    Derived in :section:`activations-softplus`.

    Examples
    --------
    >>> softplus([-100, 0, 100]).round(4).tolist()
    [0.0, 0.6931, 100.0]
    """
    return by_blocks(logistic.softplus, float_array(x))


rule(softplus, "x", partial=lambda y, x: sigmoid(x))


@differentiable("x")
def log_sigmoid(x: Array) -> Array:
    """Return ln sigmoid(x), which is −softplus(−x).

    Parameters, result and errors are those of `heaviside`.

    Notes
    -----
    Computed as min(x, 0) − ln(1 + exp(−abs(x))). Derived in :section:`activations-softplus`.

    Examples
    --------
    >>> log_sigmoid([-100, 0]).round(4).tolist()
    [-100.0, -0.6931]
    """
    return by_blocks(logistic.log_sigmoid, float_array(x))


rule(log_sigmoid, "x", partial=lambda y, x: sigmoid(-x))


@differentiable("x")
def tanh(x: Array) -> Array:
    """Return the hyperbolic tangent, 2 sigmoid(2x) − 1.

    Parameters, result and errors are those of `heaviside`.

    Notes
    -----
    Its derivative, 1 − tanh², is computed as 4 sigmoid(2x) sigmoid(−2x), which keeps its tails.
    Derived in :section:`activations-tanh`.

    Examples
    --------
    >>> tanh([-1, 0, 1]).round(4).tolist()
    [-0.7616, 0.0, 0.7616]
    """
    return np.tanh(float_array(x))


rule(tanh, "x", partial=lambda y, x: 2 * _sigmoid_slope(x, 2.0))
rule(_sigmoid_slope, "x", partial=lambda y, x, k: -k * y * tanh(x * (k / 2)))  # σ(−k x) − σ(k x) cancels near 0
