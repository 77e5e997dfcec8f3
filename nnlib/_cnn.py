"""A network with two convolution layers, and its gradient by hand."""

from typing import Any

import numpy as np

from nnlib._arrays import Array, float_array
from nnlib._parameters import Activation, Parameters, activation_and_slope, axes, checked, positive, upstream, weights
from nnlib.conv import conv2d, conv2d_input_gradient, conv2d_weight_gradient


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
    first, second, classes = positive("channels and classes", (*both, classes), 3)
    return {
        "K1": weights(rng, (first, 1, 3, 3)),
        "b1": np.zeros(first),
        "K2": weights(rng, (second, first, 3, 3)),
        "b2": np.zeros(second),
        "W3": weights(rng, (classes, 16 * second)),
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
    act, _ = activation_and_slope(activation)
    x = float_array(x)
    c1, c2, k = axes(params, "K1", 4)[0], axes(params, "K2", 4)[0], axes(params, "W3", 2)[0]
    params = checked(params, K1=(c1, 1, 3, 3), b1=(c1,), K2=(c2, c1, 3, 3), b2=(c2,), W3=(k, 16 * c2), b3=(k,))
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
    _, slope = activation_and_slope(kept["activation"])
    g = upstream(g, (len(kept["x"]), len(params["W3"])))
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
