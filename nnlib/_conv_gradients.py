"""The gradients of a convolution layer: functions of their own, since each is linear in its arguments, too.

Their rules stand in `nnlib.conv`, which offers them: each is written with the other two of the three.
"""

import math
from typing import Any

import numpy as np

from nnlib._arrays import Array, float_arrays
from nnlib._im2col import by_group, correlate, correlate_with, scatter
from nnlib._windows import IntOrPair, Padding, Sliding, group_count, layer, opposite, pair, remembered
from nnlib.rules import differentiable

FEW = 10_000  # entries: copying so many takes less time than NumPy's calls for adding them back, weight by weight


@differentiable("g", "w")
def conv2d_input_gradient(
    g: Any,
    w: Any,
    image_size: tuple[int, int],
    stride: IntOrPair = 1,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> Array:
    """Return the gradient of Σ g · conv2d(x, w) in x: each input takes back its share of every window it is in.

    Parameters
    ----------
    g : array_like, shape (N, O, H', W')
        The gradient of the loss in the layer's output.
    w : array_like, shape (O, C / groups, K1, K2)
        The layer's kernels.
    image_size : (int, int)
        Height and width of the layer's input: with a stride, several sizes give the same output.
    stride, padding, dilation, groups
        Those of the layer, see `conv2d`.

    Returns
    -------
    ndarray, shape (N, C, H, W)

    Raises
    ------
    ValueError
        If g does not have the shape of the layer's output, and where `conv2d` does.

    Notes
    -----
    It is itself a convolution layer of stride 1, with flipped kernels, inputs and outputs exchanged, stride − 1 zeros
    between neighbors in g, and the padding that the layer lacks of "full". That is the faster way for small images and
    at stride 1, unless there are many more outputs than inputs; otherwise the kernels are added up where they stood.
    Derived in :section:`conv-backprop-input`.

    Examples
    --------
    >>> g = w = np.ones((1, 1, 2, 2))
    >>> conv2d_input_gradient(g, w, (3, 3)).tolist()
    [[[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]]]
    """
    g, w = float_arrays(g=g, w=w)
    s, back = _layer_and_back(g.shape, w.shape, image_size, stride, padding, dilation, groups)
    if back is None or not math.isfinite(np.vdot(w, w)):  # ∞ · 0 where g is padded would be nan
        return scatter(g, by_group(w, groups), s)
    flipped = w.reshape(groups, len(w) // groups, w.shape[1], -1)[..., ::-1]
    return correlate(g, flipped.swapaxes(1, 2).reshape(groups, w.shape[1], -1), back)


@differentiable("g", "x")
def conv2d_weight_gradient(
    g: Any,
    x: Any,
    kernel_size: tuple[int, int],
    stride: IntOrPair = 1,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> Array:
    """Return the gradient of Σ g · conv2d(x, w) in w: each weight adds up the inputs it met, times their gradients.

    Parameters
    ----------
    g : array_like, shape (N, O, H', W')
        The gradient of the loss in the layer's output.
    x : array_like, shape (N, C, H, W)
        The layer's input.
    kernel_size : (int, int)
        Height and width of the kernels.
    stride, padding, dilation, groups
        Those of the layer, see `conv2d`.

    Returns
    -------
    ndarray, shape (O, C / groups, K1, K2)

    Raises
    ------
    ValueError
        If g does not have the shape of the layer's output, and where `conv2d` does.

    Notes
    -----
    Derived in :section:`conv-backprop-weights`.

    Examples
    --------
    >>> g, x = np.ones((1, 1, 2, 2)), np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d_weight_gradient(g, x, (2, 2)).tolist()
    [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    g, x = float_arrays(g=g, x=x)
    s = _layer_of(g.shape, x.shape, kernel_size, stride, padding, dilation, groups)
    return correlate_with(g, x, s, groups)


@remembered
def _layer_and_back(
    g_shape: Any, w_shape: Any, image_size: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> tuple[Sliding, Sliding | None]:
    """Return how the kernel slides over the input and, where that is the faster way, how back over the output."""
    need_axes(g_shape, "g")
    need_axes(w_shape, "w")
    channels = w_shape[1] * group_count(groups)
    x_shape = (g_shape[0], channels, *pair(image_size, "image_size", 0))
    s = layer(x_shape, w_shape, stride, padding, dilation, groups)
    _need_output(g_shape, (g_shape[0], w_shape[0], *s.output))
    gathered, added = (math.prod(shape) for shape in ((w_shape[0], *s.image), (channels, *s.output)))
    pays = gathered <= 2 * added or gathered * g_shape[0] * s.weights <= FEW
    return s, opposite(s) if pays else None


@remembered
def _layer_of(
    g_shape: Any, x_shape: Any, kernel_size: Any, stride: Any, padding: Any, dilation: Any, groups: Any
) -> Sliding:
    """Return how the kernel slides over the input."""
    need_axes(g_shape, "g")
    need_axes(x_shape, "x")
    w_shape = (g_shape[1], x_shape[1] // group_count(groups), *pair(kernel_size, "kernel_size", 1))
    s = layer(x_shape, w_shape, stride, padding, dilation, groups)
    _need_output(g_shape, (x_shape[0], w_shape[0], *s.output))
    return s


def need_axes(shape: tuple[int, ...], name: str, axes: int = 4) -> None:
    """Raise unless an array of this shape has so many axes."""
    if len(shape) != axes:
        raise ValueError(f"{name} must have {axes} axes; got shape {shape}")


def _need_output(g_shape: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if g_shape != shape:
        raise ValueError(f"g must have the shape of the layer's output, {shape}; got {g_shape}")
