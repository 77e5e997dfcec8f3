"""A network with one hidden layer, and its gradient by hand."""

from typing import Any

import numpy as np

from nnlib._arrays import Array, float_array
from nnlib._parameters import Activation, Parameters, activation_and_slope, axes, checked, positive, upstream, weights


def mlp_init(rng: np.random.Generator, sizes: tuple[int, int, int] = (64, 32, 10)) -> Parameters:
    """Return random parameters for a network with one hidden layer.

    Parameters
    ----------
    rng : numpy.random.Generator
        The source of chance.
    sizes : (int, int, int)
        Inputs d, hidden units h and classes K.

    Returns
    -------
    dict
        W1 (h, d), b1 (h,), W2 (K, h), b2 (K,) in float64: weights normal with variance 2 / inputs, biases 0.

    Raises
    ------
    ValueError
        If a size is not positive.

    Notes
    -----
    See :section:`digits-init`. K. He et al., "Delving deep into rectifiers", ICCV 2015.

    Examples
    --------
    >>> params = mlp_init(np.random.default_rng(0), (64, 1000, 10))
    >>> {name: array.shape for name, array in params.items()}
    {'W1': (1000, 64), 'b1': (1000,), 'W2': (10, 1000), 'b2': (10,)}
    >>> float((64 * params["W1"].var()).round(1)), float(params["b1"].max())
    (2.0, 0.0)
    """
    inputs, hidden, classes = positive("sizes", sizes, 3)
    return {
        "W1": weights(rng, (hidden, inputs)),
        "b1": np.zeros(hidden),
        "W2": weights(rng, (classes, hidden)),
        "b2": np.zeros(classes),
    }


def mlp_forward(params: Parameters, x: Any, activation: Activation = "softplus") -> tuple[Array, Parameters]:
    """Return the scores act(x W1ᵀ + b1) W2ᵀ + b2, and the intermediates that `mlp_backward` needs.

    Parameters
    ----------
    params : dict
        As from `mlp_init`.
    x : array_like, shape (n, d)
        One example a row.
    activation : {"softplus", "relu"}
        Of the hidden layer.

    Returns
    -------
    scores : ndarray, shape (n, K)
        The scores of the classes, before softmax.
    kept : dict
        x, a1, h1 and the activation.

    Raises
    ------
    ValueError
        If the activation has another name, or the shapes do not fit.

    Notes
    -----
    Derived in :section:`mlp-forward`.

    Examples
    --------
    >>> params = {"W1": [[1, -1], [-1, 1]], "b1": [0, 0], "W2": [[1, 1], [1, -1]], "b2": [0, 10]}
    >>> scores, kept = mlp_forward(params, [[5, 2], [2, 5]], "relu")
    >>> kept["h1"].tolist()
    [[3.0, 0.0], [0.0, 3.0]]
    >>> scores.tolist()
    [[3.0, 13.0], [3.0, 7.0]]
    """
    act, _ = activation_and_slope(activation)
    x = float_array(x)
    h, d, k = (*axes(params, "W1", 2), axes(params, "W2", 2)[0])
    params = checked(params, W1=(h, d), b1=(h,), W2=(k, h), b2=(k,))
    if x.ndim != 2 or x.shape[1] != params["W1"].shape[1]:
        raise ValueError(
            f"x must have shape (n, {params['W1'].shape[1]}) for W1 of {params['W1'].shape}; got {x.shape}"
        )
    a1 = x @ params["W1"].T + params["b1"]
    h1 = act(a1)
    scores = h1 @ params["W2"].T + params["b2"]
    return scores, {"x": x, "a1": a1, "h1": h1, "activation": activation}


def mlp_backward(params: Parameters, kept: Parameters, g: Array) -> Parameters:
    """Return the gradient in every parameter, given the gradient g in the scores.

    Parameters
    ----------
    params, kept : dict
        As given to and returned by `mlp_forward`.
    g : ndarray, shape (n, K)
        The gradient of the loss in the scores, as from `nnlib.training.mean_cross_entropy`.

    Returns
    -------
    dict
        One array a parameter, under its name and in its shape.

    Raises
    ------
    ValueError
        If g does not have the shape of the scores.

    Notes
    -----
    Derived in :section:`mlp-batch-backward`.

    Examples
    --------
    >>> params = {"W1": [[1, -1], [-1, 1]], "b1": [0, 0], "W2": [[1, 1], [1, -1]], "b2": [0, 10]}
    >>> scores, kept = mlp_forward(params, [[5, 2]], "relu")
    >>> gradient = mlp_backward(params, kept, [[1, 0]])  # of the first score; only the first unit is awake
    >>> gradient["W1"].tolist(), gradient["W2"].tolist()
    ([[5.0, 2.0], [0.0, 0.0]], [[3.0, 0.0], [0.0, 0.0]])
    """
    _, slope = activation_and_slope(kept["activation"])
    g = upstream(g, (len(kept["x"]), len(params["W2"])))
    g1 = (g @ params["W2"]) * slope(kept["a1"])
    return {"W1": g1.T @ kept["x"], "b1": g1.sum(axis=0), "W2": g.T @ kept["h1"], "b2": g.sum(axis=0)}
