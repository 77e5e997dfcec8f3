"""Pooling layers with PyTorch's meaning: one number from each window of each channel."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from nnlib.conv import conv2d
from nnlib.numerics.arrays import Array, float_array, pair
from nnlib.numerics.windows import IntOrPair, Sliding, interior, sliding, windows
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
    return _largest(_taps(x, _sliding(x.shape, kernel_size, stride, padding, dilation)))


def _max_pool_jvp(dx: Array, y: Array, x: Array, **options: Any) -> Array:
    return _at_maximum(dx, x, _sliding(x.shape, **options))


def _max_pool_vjp(g: Array, y: Array, x: Array, **options: Any) -> Array:
    return _to_maximum(g, x, _sliding(x.shape, **options))


rule(max_pool2d, "x", jvp=_max_pool_jvp, vjp=_max_pool_vjp)


@differentiable("v", "x")
def _at_maximum(v: Array, x: Array, s: Sliding) -> Array:
    """Pick, for every window, the entry of v that stands where the window of x has its first maximum."""
    picked = np.zeros((*x.shape[:2], *s.output), v.dtype)
    for tap, first in zip(_taps(v, s), _first_maximum(x, s), strict=True):
        np.copyto(picked, tap, where=first)
    return picked


@differentiable("g", "x")
def _to_maximum(g: Array, x: Array, s: Sliding) -> Array:
    """Add, for every window, its entry of g to the place where the window of x has its first maximum."""
    padded = np.zeros((*x.shape[:2], *s.padded), g.dtype)
    for tap, first in zip(_split(padded, s), _first_maximum(x, s), strict=True):
        np.add(tap, g, out=tap, where=first)
    return interior(padded, s).copy()


def _zeros(v: Array, y: Array, *arrays: Array, s: Sliding) -> Array:
    """Return no change: where x moves, the same entry stays the largest, except at a kink."""
    return np.zeros(y.shape, y.dtype)


def _zeros_like_x(g: Array, y: Array, first: Array, x: Array, s: Sliding) -> Array:
    return np.zeros(x.shape, g.dtype)


rule(_at_maximum, "x", jvp=_zeros, vjp=_zeros_like_x)
rule(_to_maximum, "x", jvp=_zeros, vjp=_zeros_like_x)
rule(
    _at_maximum,
    "v",
    jvp=lambda dv, y, v, x, s: _at_maximum(dv, x, s),
    vjp=lambda g, y, v, x, s: _to_maximum(g, x, s),
)
rule(
    _to_maximum,
    "g",
    jvp=lambda dg, y, g, x, s: _to_maximum(dg, x, s),
    vjp=lambda v, y, g, x, s: _at_maximum(v, x, s),
)


def _first_maximum(x: Array, s: Sliding) -> Iterator[npt.NDArray[np.bool]]:
    """Yield, for each place in the window, a mask: True where that place holds the window's first maximum."""
    entries = _taps(x, s)
    top = _largest(entries)
    image = np.zeros((1, 1, *s.padded), bool)
    interior(image, s)[...] = True
    undecided = np.ones(top.shape, bool)
    for tap, inside in zip(entries, _split(image, s), strict=True):
        first = undecided & inside & ((tap == top) | np.isnan(tap))
        undecided &= ~first
        yield first


def _largest(entries: list[Array]) -> Array:
    """Return the largest entry of every window, nan where there is one, from what `_taps` gives."""
    y = entries[0].copy()
    for tap in entries[1:]:
        np.maximum(y, tap, out=y)
    return y


def _taps(x: Array, s: Sliding) -> list[Array]:
    """Return, for each place in the window, the entries of all windows there; the padding is −∞."""
    if s.padded != s.image:
        padded = np.full((*x.shape[:2], *s.padded), -np.inf, x.dtype)
        interior(padded, s)[...] = x
        x = padded
    return _split(x, s)


def _split(padded: Array, s: Sliding) -> list[Array]:
    view = windows(padded, s).swapaxes(0, 3)
    return [view[:, p, q] for p, q in np.ndindex(s.kernel)]


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
    kernel, pads, spread = pair(kernel_size, "kernel_size"), pair(padding, "padding", 0), pair(dilation, "dilation")
    if any(2 * p > d * (k - 1) + 1 for p, d, k in zip(pads, spread, kernel, strict=True)):
        raise ValueError(f"padding must be at most half a window; got padding {padding} for kernel size {kernel_size}")
    steps = kernel if stride is None else pair(stride, "stride")
    return sliding((shape[2], shape[3]), kernel, steps, pads, spread)
