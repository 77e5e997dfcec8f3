"""What training needs besides a network: the mean loss of a batch, its gradient, and the step.

See :doc:`/chapters/digits`.
"""

import math
from typing import Any

import numpy as np

from nnlib.losses import cross_entropy, cross_entropy_gradient, squared_error
from nnlib.numerics.arrays import Array, float_array, real_number
from nnlib.softmax import softmax

__all__ = ["mean_cross_entropy", "mean_squared_error", "sgd_step"]


def mean_cross_entropy(scores: Array, labels: Any) -> tuple[Array, Array]:
    """Return the mean cross-entropy of n examples, and its gradient in the scores, (softmax − e_y) / n.

    Parameters
    ----------
    scores : array_like, shape (n, K)
        Before softmax.
    labels : array_like of int, shape (n,)
        The classes, counted from 0.

    Returns
    -------
    loss : float
    gradient : ndarray, shape (n, K)

    Raises
    ------
    ValueError, TypeError
        As `nnlib.losses.cross_entropy`, and for no examples.

    Notes
    -----
    Derived in :section:`mlp-output-gradient`.

    Examples
    --------
    >>> loss, gradient = mean_cross_entropy([[0.0, 0.0]], [1])
    >>> float(loss.round(4)), gradient.tolist()
    (0.6931, [[0.5, -0.5]])
    """
    n = _examples(scores)
    return cross_entropy(scores, labels).sum() / n, cross_entropy_gradient(scores, labels) / n


def mean_squared_error(scores: Array, labels: Any) -> tuple[Array, Array]:
    """Return the mean of ‖softmax − e_y‖² over n examples, and its gradient in the scores.

    Parameters, result and errors are those of `mean_cross_entropy`.

    Notes
    -----
    The gradient is J v / n with v = 2 (p − e_y) and the Jacobian J = Diag(p) − p pᵀ of softmax.
    Derived in :section:`digits-losses`.

    Examples
    --------
    >>> loss, gradient = mean_squared_error([[0.0, 0.0]], [1])
    >>> float(loss), gradient.tolist()
    (0.5, [[0.5, -0.5]])
    """
    n = _examples(scores)
    cross_entropy(scores, labels)  # the same demands on the labels
    p = softmax(scores)
    target = np.eye(p.shape[-1], dtype=p.dtype)[np.asarray(labels)]
    v = 2 * (p - target)
    return squared_error(p, target).sum() / n, p * (v - (p * v).sum(axis=-1, keepdims=True)) / n


def sgd_step(
    params: dict[str, Any], gradients: dict[str, Any], learning_rate: float, penalty: float = 0.0
) -> dict[str, Any]:
    """Return the parameters after one step of gradient descent, θ − α (∇L + 2 λ θ).

    Parameters
    ----------
    params, gradients : dict
        Arrays of real numbers under the same names; they are left as they are.
    learning_rate : float
        α > 0, finite.
    penalty : float
        λ ≥ 0, finite: the price on the squared length of all parameters (L2 regularization).

    Returns
    -------
    dict
        New arrays under the same names, in the dtype that NumPy's promotion gives parameter and gradient.

    Raises
    ------
    ValueError
        If the names or the shapes differ, or a number is out of range.
    TypeError
        If an array does not hold real numbers, or the learning rate or the penalty is not a single real number.

    Notes
    -----
    Derived in :section:`mlp-l2`.

    Examples
    --------
    >>> after = sgd_step({"w": [1.0, 2.0]}, {"w": [4.0, 0.0]}, 0.25, penalty=1.0)
    >>> after["w"].tolist()
    [-0.5, 1.0]
    """
    rate, price = real_number(learning_rate, "learning_rate"), real_number(penalty, "penalty")
    if not 0 < rate < math.inf or not 0 <= price < math.inf:
        raise ValueError(f"learning_rate must be > 0 and penalty >= 0, both finite; got {learning_rate} and {penalty}")
    params, gradients = _real(params, "params"), _real(gradients, "gradients")
    shapes, others = ({name: part.shape for name, part in parts.items()} for parts in (params, gradients))
    if shapes != others:
        raise ValueError(f"params and gradients must have the same names and shapes; got {shapes} and {others}")
    return {name: p - rate * (gradients[name] + 2 * price * p) for name, p in params.items()}


def _real(parts: dict[str, Any], what: str) -> dict[str, Array]:
    return {name: float_array(part, f"{what}[{name!r}]") for name, part in parts.items()}


def _examples(scores: Any) -> int:
    if np.ndim(scores) != 2 or len(scores) == 0:
        raise ValueError(f"scores must have shape (n, K) with n > 0; got {np.shape(scores)}")
    return len(scores)
