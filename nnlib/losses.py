"""Loss functions: one value an example, without averaging, each with its gradient below it.

See :doc:`/chapters/losses`.
"""

from typing import Any

import numpy as np

from nnlib.activations import sigmoid
from nnlib.numerics.arrays import Array, float_array, float_arrays
from nnlib.numerics.blocks import by_blocks
from nnlib.numerics.shifted import as_given, log_total, shift, total
from nnlib.rules import differentiable, rule
from nnlib.softmax import _centered, softmax


@differentiable("logits", "targets")
def binary_cross_entropy(logits: Array, targets: Array) -> Array:
    """Return the cross-entropy of targets y and predictions f = sigmoid(a), −y ln f − (1 − y) ln(1 − f).

    Parameters
    ----------
    logits : array_like
        The logits a, before the sigmoid, of any shape.
    targets : array_like
        The targets y in [0, 1]: the same shape, or a single number for all.

    Returns
    -------
    ndarray
        One value an entry, in the common dtype.

    Raises
    ------
    TypeError
        For complex, object or string input.
    ValueError
        If the shapes differ, or a target lies outside [0, 1].

    Notes
    -----
    It is y softplus(−a) + (1 − y) softplus(a), since −ln sigmoid(a) = softplus(−a). The two share the term
    ln(1 + exp(−abs(a))); what is left is abs(a) times the weight of the wrong class. Nothing overflows or cancels.
    The derivative in a is f − y. Derived in :section:`losses-cross-entropy`.

    Examples
    --------
    >>> binary_cross_entropy([0.0, 100.0], [1, 1]).round(4).tolist()
    [0.6931, 0.0]
    """
    a, y = float_arrays(logits=logits, targets=targets)
    _check_shapes("logits", a, "targets", y)
    if np.count_nonzero((y >= 0) & (y <= 1)) < y.size:
        raise ValueError(f"targets must lie in [0, 1], got values from {np.min(y)} to {np.max(y)}")
    with np.errstate(invalid="ignore"):
        return by_blocks(_binary_cross_entropy, a, y)


def _binary_cross_entropy(a: Array, y: Array) -> Array:
    distance, wrong = np.abs(a), np.abs((a >= 0) - y)
    lost = np.fmax(distance * wrong, 0)  # where ∞ · 0 is nan, it means 0
    return np.log1p(np.exp(-distance)) + lost  # type: ignore[no-any-return]


rule(binary_cross_entropy, "logits", partial=lambda loss, a, y: (1 - y) * sigmoid(a) - y * sigmoid(-a))
rule(binary_cross_entropy, "targets", partial=lambda loss, a, y: -a)


@differentiable("prediction", "target")
def squared_error(prediction: Array, target: Array) -> Array:
    """Return the squared error (f − y)², entry by entry.

    Parameters
    ----------
    prediction, target : array_like
        Real numbers of the same shape; either may be a single number for all.

    Returns
    -------
    ndarray
        One value an entry, in the common dtype.

    Raises
    ------
    TypeError
        For complex, object or string input.
    ValueError
        If the shapes differ.

    Notes
    -----
    The derivative in f is 2 (f − y). Derived in :section:`losses-squared-error`.

    Examples
    --------
    >>> squared_error([1.0, 2.0], [1.0, 4.0]).tolist()
    [0.0, 4.0]
    """
    f, y = float_arrays(prediction=prediction, target=target)
    _check_shapes("prediction", f, "target", y)
    return (f - y) ** 2


rule(squared_error, "prediction", partial=lambda loss, f, y: 2 * (f - y))
rule(squared_error, "target", partial=lambda loss, f, y: 2 * (y - f))


@differentiable("logits")
@np.errstate(all="ignore")  # limits are meant
def cross_entropy(logits: Array, labels: Any) -> Array:
    """Return the cross-entropy of class labels and softmax predictions, −ln softmax(a)_y, one value a row.

    Parameters
    ----------
    logits : array_like
        The logits a, shape (..., K).
    labels : array_like of int
        The classes y, shape (...), counted from 0 to K − 1.

    Returns
    -------
    ndarray
        Shape (...), the dtype of the logits.

    Raises
    ------
    TypeError
        For complex, object or string logits, or labels that are not integers.
    ValueError
        If the shapes do not fit, or a label is not the index of a class.

    Notes
    -----
    Computed as `log_softmax` is, so that a confident, right prediction keeps its tiny loss. The gradient is
    `cross_entropy_gradient`. Derived in :section:`losses-several`.

    Examples
    --------
    >>> cross_entropy([[1, 2, 3], [0, 0, 0]], [2, 0]).round(4).tolist()
    [0.4076, 1.0986]
    """
    a = float_array(logits, "logits")
    right, last = _labeled(a, labels), (a.ndim - 1,)
    z, maximum = shift(a, last)
    return as_given(log_total(z, a, maximum, last)[..., 0] - z[right], a)


@differentiable("logits")
@np.errstate(all="ignore")  # limits are meant
def cross_entropy_gradient(logits: Array, labels: Any) -> Array:
    """Return the gradient of `cross_entropy` in the logits, softmax(a) − e_y, row by row.

    Parameters and errors are those of `cross_entropy`; the result has the shape of the logits.

    Notes
    -----
    The entry of the label, p_y − 1, is computed as minus the sum of the others, which keeps its precision when p_y is
    close to 1. Derived in :section:`losses-several`.

    Examples
    --------
    >>> cross_entropy_gradient([1, 2, 3], 2).round(4).tolist()
    [0.09, 0.2447, -0.3348]
    """
    a = float_array(logits, "logits")
    right, last = _labeled(a, labels), (a.ndim - 1,)
    z, _ = shift(a, last)
    e = np.exp(z, out=z)
    e /= total(e, last)
    e[right] *= 0  # not = 0: a nan stays
    e[right] = -total(e, last)[..., 0]
    return as_given(e, a)


def _softmax_rule(v: Array, d: Array, a: Array, labels: Any) -> Array:
    """(Diag(p) − p pᵀ) v: the label's one-hot vector does not depend on the logits."""
    p = softmax(a)
    tangent: Array = p * _centered(v, p, -1)
    return tangent


rule(
    cross_entropy,
    "logits",
    jvp=lambda v, loss, a, labels: (v * cross_entropy_gradient(a, labels)).sum(axis=-1),
    vjp=lambda g, loss, a, labels: g[..., None] * cross_entropy_gradient(a, labels),
)
rule(cross_entropy_gradient, "logits", jvp=_softmax_rule, vjp=_softmax_rule)


def _check_shapes(name: str, x: Array, other: str, y: Array) -> None:
    if x.shape != y.shape and x.ndim and y.ndim:
        raise ValueError(
            f"{name} has shape {x.shape}, {other} has shape {y.shape}; they must be equal, or one a single number"
        )


def _labeled(logits: Array, labels: Any) -> tuple[Any, ...]:
    """Check the labels, and return the index of the logits that they name, one in each row."""
    y = np.asarray(labels)
    if y.size and y.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, the indices of classes; got dtype {y.dtype}")
    if logits.ndim == 0 or y.shape != logits.shape[:-1]:
        raise ValueError(f"logits of shape (..., K) need labels of shape (...); got {logits.shape} and {y.shape}")
    classes = logits.shape[-1]
    if y.size and not classes:
        raise ValueError(f"logits of shape {logits.shape} have no class for a label to name")
    if y.size and y.astype(np.uint64).max() >= classes:  # a negative label becomes a huge one
        raise ValueError(f"labels must be from 0 to {classes - 1}, got values from {y.min()} to {y.max()}")
    rows = (np.arange(n).reshape(-1, *(1,) * (y.ndim - i)) for i, n in enumerate(y.shape, start=1))
    return (*rows, y.astype(np.intp, copy=False))  # an empty list has no integers in it
