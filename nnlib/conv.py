"""Convolution layers with PyTorch's meaning: the kernel is not flipped, and batches are stored as NCL and NCHW.

Three functions are the three faces of one sum, Σ g · conv2d(x, w). Each is linear in both of its arguments, and each is
a derivative of the other two, so their rules need nothing else, however often one differentiates:

- `conv2d` gives the output from x and w,
- `conv2d_input_gradient` gives the gradient in x from g and w; it is also the transposed convolution,
- `conv2d_weight_gradient` gives the gradient in w from g and x.

How all three compute is in `nnlib.numerics.im2col`; what they compute is written as plain loops in
``tests/nnlib/naive.py``.
"""

# mypy: disable-error-code="has-type"
# (the rules of each of the three name the other two, one of which stands below)

import math
from functools import lru_cache
from typing import Any

import numpy as np

from nnlib.numerics.arrays import Array, float_arrays, pair, whole_number
from nnlib.numerics.im2col import by_group, correlate, correlate_with, scatter
from nnlib.numerics.windows import IntOrPair, Padding, Sliding, layer, opposite
from nnlib.rules import differentiable, rule

FEW = 10_000  # entries: copying so many takes less time than NumPy's calls for adding them back, weight by weight


@differentiable("x", "w", "b")
def conv2d(
    x: Any,
    w: Any,
    b: Any = None,
    stride: IntOrPair = 1,
    padding: Padding = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
) -> Array:
    """Slide kernels over images: y[n, o, i, j] = b[o] + Σ w[o, c, p, q] · x[n, c, i·s + p·d, j·s + q·d], s the stride.

    The sum runs over channels c, kernel rows p and kernel columns q; d is the dilation, and x is read with its padding.

    Parameters
    ----------
    x : array_like, shape (N, C, H, W)
        N images with C channels.
    w : array_like, shape (O, C / groups, K1, K2)
        A kernel for each output channel.
    b : array_like, shape (O,), optional
        A bias for each output channel.
    stride : int or (int, int)
        Distance between neighboring windows; a pair gives the vertical and the horizontal one.
    padding : int, (int, int), "same" or "valid"
        Zeros added on every side. "same" adds as many as keep the size, an odd one at the bottom or on the right, as
        PyTorch does, and needs stride 1. (Where the kernel spans an even number of entries, the mode "same" of
        `nnlib.signal` and `nnlib.toeplitz` is NumPy's and keeps one entry further to the left.) "valid" adds none.
    dilation : int or (int, int)
        Distance between neighboring entries of a window.
    groups : int
        Channels and outputs are split into that many groups, each of which sees only itself.

    Returns
    -------
    ndarray, shape (N, O, H', W')
        H' = ⌊(H + 2·padding − dilation·(K1 − 1) − 1) / stride⌋ + 1, and W' likewise. The dtype is the one that NumPy's
        promotion gives the arguments; float16 is summed in float32.

    Raises
    ------
    ValueError
        If shapes, channels or groups do not fit together, a size is out of range, or the kernel is larger than the
        padded input.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    Besides the result it needs a buffer of 262,144 entries and, with padding, a padded copy of the images at work.
    Derived in :section:`cnn-arithmetic-channels`.

    Examples
    --------
    >>> x, w = np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2))
    >>> conv2d(x, w).tolist()
    [[[[8.0, 12.0], [20.0, 24.0]]]]
    """
    if b is None:
        x, w = float_arrays(x=x, w=w)
    else:
        x, w, b = float_arrays(x=x, w=w, b=b)
        if b.shape != w.shape[:1]:
            raise ValueError(f"b must hold one bias for each kernel; got shape {b.shape} for w of shape {w.shape}")
    s = layer(x.shape, w.shape, stride, padding, dilation, groups)
    y = correlate(x, by_group(w, groups), s)
    if b is not None:
        y += b[:, None, None]
    return y


rule(
    conv2d,
    "x",
    jvp=lambda dx, y, x, w, b, **options: conv2d(dx, w, **options),
    vjp=lambda g, y, x, w, b, **options: conv2d_input_gradient(g, w, x.shape[2:], **options),
)
rule(
    conv2d,
    "w",
    jvp=lambda dw, y, x, w, b, **options: conv2d(x, dw, **options),
    vjp=lambda g, y, x, w, b, **options: conv2d_weight_gradient(g, x, w.shape[2:], **options),
)
rule(
    conv2d,
    "b",
    jvp=lambda db, y, x, w, b, **options: np.broadcast_to(db[:, None, None], y.shape),
    vjp=lambda g, y, x, w, b, **options: g.sum(axis=(0, 2, 3)),
)


def conv1d(
    x: Any,
    w: Any,
    b: Any = None,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Array:
    """Slide kernels over sequences: `conv2d` with images of width 1.

    Parameters
    ----------
    x : array_like, shape (N, C, L)
        N sequences with C channels.
    w : array_like, shape (O, C / groups, K)
        A kernel for each output channel.
    b : array_like, shape (O,), optional
        A bias for each output channel.
    stride, padding, dilation, groups
        As in `conv2d`, each one integer, or "same" or "valid" for the padding.

    Returns
    -------
    ndarray, shape (N, O, L')
        L' = ⌊(L + 2·padding − dilation·(K − 1) − 1) / stride⌋ + 1.

    Raises
    ------
    ValueError, TypeError
        As `conv2d`.

    Notes
    -----
    `nnlib.signal.correlate` is the case of one sequence, one channel and one kernel.

    Examples
    --------
    >>> conv1d([[[1, 2, 3, 4]]], [[[1, 10]]], stride=2).tolist()
    [[[21.0, 43.0]]]
    """
    x, w = float_arrays(x=x, w=w)
    _need_axes(x.shape, "x", 3)
    _need_axes(w.shape, "w", 3)
    pads = padding if isinstance(padding, str) else (padding, 0)
    return conv2d(x[..., None], w[..., None], b, (stride, 1), pads, (dilation, 1), groups)[..., 0]


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
    _need_axes(g.shape, "g")
    _need_axes(w.shape, "w")
    x_shape = (len(g), w.shape[1] * whole_number(groups, "groups"), *pair(image_size, "image_size", 0))
    s = _layer_of(g, x_shape, w.shape, stride, padding, dilation, groups)
    back = _back(s, len(g), len(w), x_shape[1])
    if back is None or not math.isfinite(np.vdot(w, w)):  # ∞ · 0 where g is padded would be nan
        return scatter(g, by_group(w, groups), s)
    flipped = w.reshape(groups, len(w) // groups, w.shape[1], -1)[..., ::-1]
    return correlate(g, flipped.swapaxes(1, 2).reshape(groups, w.shape[1], -1), back)


rule(
    conv2d_input_gradient,
    "g",
    jvp=lambda dg, x, g, w, image_size, **options: conv2d_input_gradient(dg, w, image_size, **options),
    vjp=lambda v, x, g, w, image_size, **options: conv2d(v, w, **options),
)
rule(
    conv2d_input_gradient,
    "w",
    jvp=lambda dw, x, g, w, image_size, **options: conv2d_input_gradient(g, dw, image_size, **options),
    vjp=lambda v, x, g, w, image_size, **options: conv2d_weight_gradient(g, v, w.shape[2:], **options),
)


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
    _need_axes(g.shape, "g")
    _need_axes(x.shape, "x")
    w_shape = (g.shape[1], x.shape[1] // whole_number(groups, "groups"), *pair(kernel_size, "kernel_size"))
    s = _layer_of(g, x.shape, w_shape, stride, padding, dilation, groups)
    return correlate_with(g, x, s, groups)


rule(
    conv2d_weight_gradient,
    "g",
    jvp=lambda dg, w, g, x, kernel_size, **options: conv2d_weight_gradient(dg, x, kernel_size, **options),
    vjp=lambda v, w, g, x, kernel_size, **options: conv2d(x, v, **options),
)
rule(
    conv2d_weight_gradient,
    "x",
    jvp=lambda dx, w, g, x, kernel_size, **options: conv2d_weight_gradient(g, dx, kernel_size, **options),
    vjp=lambda v, w, g, x, kernel_size, **options: conv2d_input_gradient(g, v, x.shape[2:], **options),
)


def _layer_of(g: Array, x_shape: Any, w_shape: Any, *options: Any) -> Sliding:
    """Return how the kernel slides over the input, if g has the shape of the layer's output."""
    s = layer(x_shape, w_shape, *options)
    shape = (x_shape[0], w_shape[0], *s.output)
    if g.shape != shape:
        raise ValueError(f"g must have the shape of the layer's output, {shape}; got {g.shape}")
    return s


@lru_cache(maxsize=1024)
def _back(s: Sliding, images: int, outputs: int, channels: int) -> Sliding | None:
    """Return how the kernel slides back over the output, where that is the faster way to the gradient in the input."""
    gathered, added = outputs * math.prod(s.image), channels * math.prod(s.output)
    pays = gathered <= 2 * added or gathered * images * s.weights <= FEW
    return opposite(s) if pays else None


def _need_axes(shape: tuple[int, ...], name: str, axes: int = 4) -> None:
    """Raise unless an array of this shape has so many axes."""
    if len(shape) != axes:
        raise ValueError(f"{name} must have {axes} axes; got shape {shape}")
