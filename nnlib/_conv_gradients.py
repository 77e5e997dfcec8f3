"""The gradients of a convolution layer: functions of their own, since each is linear in its arguments, too.

Their rules stand in `nnlib.conv`, which offers them: each is written with the other two of the three.
"""

import math
from typing import Any

from nnlib._arrays import Array, float_arrays
from nnlib._im2col import correlate, correlate_with, scatter
from nnlib._windows import IntOrPair, Padding, group_count, layer, opposite, pair
from nnlib.rules import differentiable


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
    At stride 1 it is itself a convolution layer, with flipped kernels, inputs and outputs exchanged, and the padding
    that the layer lacks of "full". That is the faster way unless there are many more outputs than inputs.
    Derived in chapters/conv-backprop.md, The gradient in the input.

    Examples
    --------
    >>> g = w = np.ones((1, 1, 2, 2))
    >>> conv2d_input_gradient(g, w, (3, 3)).tolist()
    [[[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]]]
    """
    g, w = float_arrays(g=g, w=w)
    need_axes(g, "g")
    need_axes(w, "w")
    groups = group_count(groups)
    x_shape = (len(g), w.shape[1] * groups, *pair(image_size, "image_size", 0))
    s = layer(x_shape, w.shape, stride, padding, dilation, groups)
    _need_output(g, (len(g), len(w), *s.output))
    back = opposite(s)
    if back is None or len(w) > 2 * x_shape[1] or not math.isfinite(w.sum()):  # ∞ · 0 where g is padded would be nan
        return scatter(g, w, s, groups)
    kernels = w.reshape(groups, -1, *w.shape[1:]).swapaxes(1, 2)[..., ::-1, ::-1]
    return correlate(g, kernels.reshape(x_shape[1], -1, *s.kernel), back, groups)


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
    Derived in chapters/conv-backprop.md, The weight gradient.

    Examples
    --------
    >>> g, x = np.ones((1, 1, 2, 2)), np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d_weight_gradient(g, x, (2, 2)).tolist()
    [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    g, x = float_arrays(g=g, x=x)
    need_axes(g, "g")
    need_axes(x, "x")
    w_shape = (g.shape[1], x.shape[1] // group_count(groups), *pair(kernel_size, "kernel_size", 1))
    s = layer(x.shape, w_shape, stride, padding, dilation, groups)
    _need_output(g, (len(x), w_shape[0], *s.output))
    return correlate_with(g, x, s, groups)


def need_axes(array: Array, name: str, axes: int = 4) -> None:
    """Raise unless an array has so many axes."""
    if array.ndim != axes:
        raise ValueError(f"{name} must have {axes} axes; got shape {array.shape}")


def _need_output(g: Array, shape: tuple[int, ...]) -> None:
    if g.shape != shape:
        raise ValueError(f"g must have the shape of the layer's output, {shape}; got {g.shape}")
