"""Convolution layers with PyTorch's meaning: the kernel is not flipped, and batches are stored as NCL and NCHW.

Three functions are the three faces of one sum, Σ g · conv2d(x, w). Each is linear in both of its arguments, and each is
a derivative of the other two, so their rules need nothing else, however often one differentiates:

- `conv2d` gives the output from x and w,
- `conv2d_input_gradient` gives the gradient in x from g and w; it is also the transposed convolution,
- `conv2d_weight_gradient` gives the gradient in w from g and x.

The gradients stand in `nnlib._conv_gradients`. How all three compute is in `nnlib._im2col`; what they compute is
written as plain loops in `nnlib.conv_naive`.
"""

from typing import Any

import numpy as np

from nnlib._arrays import Array, float_arrays
from nnlib._conv_gradients import conv2d_input_gradient, conv2d_weight_gradient, need_axes
from nnlib._im2col import by_group, correlate
from nnlib._windows import IntOrPair, Padding, layer
from nnlib.rules import differentiable, rule

__all__ = ["conv1d", "conv2d", "conv2d_input_gradient", "conv2d_weight_gradient"]


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
        Zeros added on every side. "same" adds as many as keep the size, an odd one at the bottom or on the right, and
        needs stride 1. "valid" adds none.
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
    need_axes(x.shape, "x", 3)
    need_axes(w.shape, "w", 3)
    pads = padding if isinstance(padding, str) else (padding, 0)
    return conv2d(x[..., None], w[..., None], b, (stride, 1), pads, (dilation, 1), groups)[..., 0]


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
