"""Pooling layers with PyTorch's meaning: one number from each window of each channel."""

from typing import Any

import numpy as np

from nnlib._arrays import Array, float_array
from nnlib._maximum import at_maximum, largest, taps, to_maximum
from nnlib._windows import IntOrPair, Sliding, pair, sliding
from nnlib.conv import conv2d
from nnlib.rules import differentiable, rule


@differentiable("x")
def max_pool2d(
    x: Any, kernel_size: IntOrPair, stride: IntOrPair | None = None, padding: IntOrPair = 0, dilation: IntOrPair = 1
) -> Array:
    """Return the largest entry of every window.

    Parameters
    ----------
    x : array_like, shape (N, C, H, W)
        N images with C channels.
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        Distance between neighboring windows; by default the kernel size, so that they do not overlap.
    padding : int or (int, int)
        Rows and columns of −∞ on every side, at most half a window.
    dilation : int or (int, int)
        Distance between neighboring entries of a window.

    Returns
    -------
    ndarray, shape (N, C, H', W')
        H' = ⌊(H + 2·padding − dilation·(K1 − 1) − 1) / stride⌋ + 1, and W' likewise. A window with a nan gives nan.

    Raises
    ------
    ValueError
        If x does not have four axes, a size is out of range, or a window is larger than the padded input.
    TypeError
        If x does not hold real numbers.

    Notes
    -----
    Where several entries of a window are the largest, the function has a kink. The derivative follows the first of
    them, row by row, as PyTorch's does. A nan counts as larger than every number.
    Derived in :section:`cnn-arithmetic-pooling`.

    Examples
    --------
    >>> max_pool2d([[[[1, 2], [3, 4]]]], 2).tolist()
    [[[[4.0]]]]
    """
    x = float_array(x)
    return largest(taps(x, _sliding(x.shape, kernel_size, stride, padding, dilation)))


def avg_pool2d(
    x: Any,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    count_include_pad: bool = True,
) -> Array:
    """Return the mean of every window: a convolution with equal weights, one channel at a time.

    Parameters
    ----------
    x, kernel_size, stride
        As in `max_pool2d`.
    padding : int or (int, int)
        Zeros on every side, at most half a window.
    count_include_pad : bool
        Whether the zeros of the padding count as entries when the mean is taken.

    Returns
    -------
    ndarray, shape (N, C, H', W')
        H' = ⌊(H + 2·padding − K1) / stride⌋ + 1, and W' likewise.

    Raises
    ------
    ValueError, TypeError
        As `max_pool2d`.

    Notes
    -----
    Derived in :section:`cnn-arithmetic-pooling`.

    Examples
    --------
    >>> avg_pool2d([[[[1, 2], [3, 4]]]], 2).tolist()
    [[[[2.5]]]]
    """
    x = float_array(x)
    s = _sliding(x.shape, kernel_size, stride, padding, 1)
    wide = np.astype(x, np.float32) if x.dtype == np.float16 else x  # a sum of float16 overflows soon
    images = wide.reshape(x.shape[0] * x.shape[1], 1, *s.image)
    ones = np.ones((1, 1, *s.kernel), wide.dtype)
    counted: Any = s.weights
    if not count_include_pad:
        counted = conv2d(np.ones((1, 1, *s.image), wide.dtype), ones, None, s.stride, s.before)
    with np.errstate(over="ignore"):
        mean = conv2d(images, ones, None, s.stride, s.before) / np.asarray(counted, wide.dtype)
    if np.isinf(mean).any():  # the sum overflowed; the mean of finite entries does not
        shares = conv2d(images, ones / s.weights, None, s.stride, s.before) * (s.weights / counted)
        mean = np.where(np.isinf(mean), shares, mean)
    mean = mean.reshape(*x.shape[:2], *s.output)
    return mean if mean.dtype == x.dtype else np.astype(mean, x.dtype)


def _max_pool_jvp(dx: Array, y: Array, x: Array, **options: Any) -> Array:
    return at_maximum(dx, x, _sliding(x.shape, **options))


def _max_pool_vjp(g: Array, y: Array, x: Array, **options: Any) -> Array:
    return to_maximum(g, x, _sliding(x.shape, **options))


rule(max_pool2d, "x", jvp=_max_pool_jvp, vjp=_max_pool_vjp)


def _sliding(
    shape: tuple[int, ...],
    kernel_size: IntOrPair,
    stride: IntOrPair | None,
    padding: IntOrPair,
    dilation: IntOrPair,
) -> Sliding:
    if len(shape) != 4:
        raise ValueError(f"x must have four axes, NCHW; got shape {shape}")
    if not all(shape[2:]):
        raise ValueError(f"x must have at least one row and one column; got shape {shape}")
    kernel, pads, spread = (
        pair(kernel_size, "kernel_size", 1),
        pair(padding, "padding", 0),
        pair(dilation, "dilation", 1),
    )
    if any(2 * p > d * (k - 1) + 1 for p, d, k in zip(pads, spread, kernel, strict=True)):
        raise ValueError(f"padding must be at most half a window; got padding {padding} for kernel size {kernel_size}")
    steps = kernel if stride is None else pair(stride, "stride", 1)
    return sliding((shape[2], shape[3]), kernel, steps, pads, spread)
