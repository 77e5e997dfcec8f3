"""Two networks for the digits, with their gradients written out by hand.

See :doc:`/chapters/digits`.

A network is two plain functions of a dictionary of parameters. The forward pass returns the scores and what it
computed on the way; the backward pass takes these and the gradient in the scores, and returns the gradient in every
parameter, under the same names. Nothing here calls `nnlib.autodiff`, and the tests compare with it.
"""

import math
from typing import Any, Literal, TypeAlias

import numpy as np

from nnlib.activations import heaviside, relu, sigmoid, softplus
from nnlib.conv import conv2d, conv2d_input_gradient, conv2d_weight_gradient
from nnlib.numerics.arrays import Array, float_array, whole_numbers

Parameters: TypeAlias = dict[str, Any]
Activation: TypeAlias = Literal["softplus", "relu"]

ACTIVATIONS = {"softplus": (softplus, sigmoid), "relu": (relu, heaviside)}  # each with its derivative


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
    inputs, hidden, classes = whole_numbers(sizes, "sizes", 3)
    return {
        "W1": _weights(rng, (hidden, inputs)),
        "b1": np.zeros(hidden),
        "W2": _weights(rng, (classes, hidden)),
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
    act, _ = _activation_and_slope(activation)
    x = float_array(x)
    h, d, k = (*_axes(params, "W1", 2), _axes(params, "W2", 2)[0])
    params = _checked(params, W1=(h, d), b1=(h,), W2=(k, h), b2=(k,))
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
    _, slope = _activation_and_slope(kept["activation"])
    g = _upstream(g, (len(kept["x"]), len(params["W2"])))
    g1 = (g @ params["W2"]) * slope(kept["a1"])
    return {"W1": g1.T @ kept["x"], "b1": g1.sum(axis=0), "W2": g.T @ kept["h1"], "b2": g.sum(axis=0)}


def cnn_init(rng: np.random.Generator, channels: tuple[int, int] = (8, 16), classes: int = 10) -> Parameters:
    """Return random parameters for a network of two convolution layers and one dense layer on 8 × 8 images.

    Parameters
    ----------
    rng : numpy.random.Generator
        The source of chance.
    channels : (int, int)
        Output channels c1 and c2 of the convolution layers.
    classes : int
        Classes K.

    Returns
    -------
    dict
        K1 (c1, 1, 3, 3), b1 (c1,), K2 (c2, c1, 3, 3), b2 (c2,), W3 (K, 16 c2), b3 (K,) in float64: weights normal with
        variance 2 / inputs of a unit, biases 0.

    Raises
    ------
    ValueError
        If a size is not positive.

    Notes
    -----
    See :section:`digits-init`.

    Examples
    --------
    >>> params = cnn_init(np.random.default_rng(0), channels=(2, 4))
    >>> {name: array.shape for name, array in params.items() if array.ndim > 1}
    {'K1': (2, 1, 3, 3), 'K2': (4, 2, 3, 3), 'W3': (10, 64)}
    """
    both = tuple(channels) if isinstance(channels, tuple | list) else (channels,)
    first, second, classes = whole_numbers((*both, classes), "channels and classes", 3)
    return {
        "K1": _weights(rng, (first, 1, 3, 3)),
        "b1": np.zeros(first),
        "K2": _weights(rng, (second, first, 3, 3)),
        "b2": np.zeros(second),
        "W3": _weights(rng, (classes, 16 * second)),
        "b3": np.zeros(classes),
    }


def cnn_forward(params: Parameters, x: Any, activation: Activation = "softplus") -> tuple[Array, Parameters]:
    """Return the scores of two convolution layers and a dense one, and the intermediates that `cnn_backward` needs.

    The first layer keeps the size, 8 × 8; the second has stride 2 and leaves 4 × 4. Both pad with a frame of zeros.

    Parameters
    ----------
    params : dict
        As from `cnn_init`.
    x : array_like, shape (n, 1, 8, 8)
        The images.
    activation : {"softplus", "relu"}
        Of both convolution layers.

    Returns
    -------
    scores : ndarray, shape (n, K)
        The scores of the classes, before softmax.
    kept : dict
        x, a1, h1, a2, h2 and the activation.

    Raises
    ------
    ValueError
        If the activation has another name, or the shapes do not fit.

    Notes
    -----
    Derived in :section:`digits-cnn`.

    Examples
    --------
    >>> params = cnn_init(np.random.default_rng(0))
    >>> scores, kept = cnn_forward(params, np.zeros((5, 1, 8, 8)), "relu")
    >>> kept["h1"].shape, kept["h2"].shape, scores.shape
    ((5, 8, 8, 8), (5, 16, 4, 4), (5, 10))
    >>> float(scores.max())  # a dark image: without biases there is nothing to add up
    0.0
    """
    act, _ = _activation_and_slope(activation)
    x = float_array(x)
    c1, c2, k = _axes(params, "K1", 4)[0], _axes(params, "K2", 4)[0], _axes(params, "W3", 2)[0]
    params = _checked(params, K1=(c1, 1, 3, 3), b1=(c1,), K2=(c2, c1, 3, 3), b2=(c2,), W3=(k, 16 * c2), b3=(k,))
    if x.shape[1:] != (1, 8, 8):
        raise ValueError(f"x must have shape (n, 1, 8, 8); got {x.shape}")
    a1 = conv2d(x, params["K1"], params["b1"], padding=1)
    h1 = act(a1)
    a2 = conv2d(h1, params["K2"], params["b2"], stride=2, padding=1)
    h2 = act(a2)
    scores = h2.reshape(len(x), 16 * c2) @ params["W3"].T + params["b3"]
    return scores, {"x": x, "a1": a1, "h1": h1, "a2": a2, "h2": h2, "activation": activation}


def cnn_backward(params: Parameters, kept: Parameters, g: Array) -> Parameters:
    """Return the gradient in every parameter, given the gradient g in the scores.

    Parameters
    ----------
    params, kept : dict
        As given to and returned by `cnn_forward`.
    g : ndarray, shape (n, K)
        The gradient of the loss in the scores.

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
    Derived in :section:`digits-cnn-backward, conv-backprop-channels`.

    Examples
    --------
    >>> params = cnn_init(np.random.default_rng(0), channels=(1, 1), classes=2)
    >>> scores, kept = cnn_forward(params, np.ones((3, 1, 8, 8)))
    >>> gradient = cnn_backward(params, kept, np.ones((3, 2)))  # of the sum of all scores
    >>> gradient["b3"].tolist(), gradient["K2"].shape
    ([3.0, 3.0], (1, 1, 3, 3))
    """
    _, slope = _activation_and_slope(kept["activation"])
    g = _upstream(g, (len(kept["x"]), len(params["W3"])))
    h1, h2, size = kept["h1"], kept["h2"], np.shape(params["K1"])[2:]
    g2 = (g @ params["W3"]).reshape(h2.shape) * slope(kept["a2"])
    g1 = conv2d_input_gradient(g2, params["K2"], h1.shape[2:], stride=2, padding=1) * slope(kept["a1"])
    return {
        "K1": conv2d_weight_gradient(g1, kept["x"], size, padding=1),
        "b1": g1.sum(axis=(0, 2, 3)),
        "K2": conv2d_weight_gradient(g2, h1, np.shape(params["K2"])[2:], stride=2, padding=1),
        "b2": g2.sum(axis=(0, 2, 3)),
        "W3": g.T @ h2.reshape(len(h2), 16 * h2.shape[1]),
        "b3": g.sum(axis=0),
    }


def _axes(params: Parameters, name: str, count: int) -> tuple[int, ...]:
    """Return the shape of a parameter, or say that there is none with so many axes."""
    shape: tuple[int, ...] = np.shape(params.get(name, 0.0))
    if len(shape) != count:
        raise ValueError(f"params must hold {name} with {count} axes; got shape {shape} among {sorted(params)}")
    return shape


def _checked(params: Parameters, **shapes: tuple[int, ...]) -> Parameters:
    """Return the parameters as arrays, all of the given shapes: broadcasting would hide a wrong one."""
    arrays = {name: float_array(params.get(name, 0.0), name) for name in shapes}
    found = {name: array.shape for name, array in arrays.items()}
    if found != shapes:
        raise ValueError(f"the parameters must have the shapes {shapes}; got {found}")
    return arrays


def _upstream(g: Any, shape: tuple[int, ...]) -> Array:
    """Check the gradient in the scores."""
    gradient = float_array(g, "g")
    if gradient.shape != shape:
        raise ValueError(f"g must have the shape of the scores, {shape}; got {gradient.shape}")
    return gradient


def _activation_and_slope(name: str) -> tuple[Any, Any]:
    """Return an activation and its derivative by name."""
    if name not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(map(repr, ACTIVATIONS))}; got {name!r}")
    return ACTIVATIONS[name]


def _weights(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw normal weights with variance 2 / inputs, where all axes but the first count inputs."""
    return rng.normal(scale=np.sqrt(2 / math.prod(shape[1:])), size=shape)
