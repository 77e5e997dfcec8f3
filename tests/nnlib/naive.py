"""The layers of `nnlib.conv`, `nnlib.conv_transpose` and `nnlib.pooling` as plain loops, one product at a time.

This is their specification: slow, and short enough to be checked by eye. The tests hold the fast versions to it.
Sizes are pairs, height and width; inputs are float arrays in NCHW order, and are not checked.
"""

import numpy as np

from nnlib.numerics.arrays import Array

Pair = tuple[int, int]


def conv2d(x: Array, w: Array, stride: Pair, padding: Pair, dilation: Pair, groups: int = 1) -> Array:
    """Every output is the sum of the products of one kernel with one window."""
    x = _pad(x, padding, 0)
    inputs, outputs = w.shape[1], len(w) // groups
    y = np.zeros((len(x), len(w), *_places(x, w.shape[2:], stride, dilation)), x.dtype)
    for n, o, i, j in np.ndindex(y.shape):
        for c, p, q in np.ndindex(w.shape[1:]):
            channel = o // outputs * inputs + c
            y[n, o, i, j] += (
                w[o, c, p, q] * x[n, channel, i * stride[0] + p * dilation[0], j * stride[1] + q * dilation[1]]
            )
    return y


def conv_transpose2d(
    x: Array, w: Array, stride: Pair, padding: Pair, output_padding: Pair, dilation: Pair, groups: int = 1
) -> Array:
    """Every input paints its value times one kernel into the output; the padding is cut off afterwards."""
    inputs, outputs = len(w) // groups, w.shape[1]
    spans = [(x.shape[a + 2] - 1) * stride[a] + dilation[a] * (w.shape[a + 2] - 1) + 1 for a in (0, 1)]
    y = np.zeros((len(x), outputs * groups, spans[0] + output_padding[0], spans[1] + output_padding[1]), x.dtype)
    for n, c, i, j in np.ndindex(x.shape):
        for o, p, q in np.ndindex(w.shape[1:]):
            output = c // inputs * outputs + o
            y[n, output, i * stride[0] + p * dilation[0], j * stride[1] + q * dilation[1]] += (
                x[n, c, i, j] * w[c, o, p, q]
            )
    return y[:, :, padding[0] : y.shape[2] - padding[0], padding[1] : y.shape[3] - padding[1]]


def max_pool2d(x: Array, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair) -> Array:
    """Every output is the largest entry of one window; the padding never is."""
    x = _pad(x, padding, -np.inf)
    y = np.zeros((*x.shape[:2], *_places(x, kernel_size, stride, dilation)), x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        window = x[n, c, i * stride[0] :: dilation[0], j * stride[1] :: dilation[1]]
        y[n, c, i, j] = np.max(window[: kernel_size[0], : kernel_size[1]])
    return y


def avg_pool2d(x: Array, kernel_size: Pair, stride: Pair, padding: Pair, count_include_pad: bool) -> Array:
    """Every output is the mean of one window, with or without the zeros of the padding."""
    ones = _pad(np.ones_like(x), padding, 1 if count_include_pad else 0)
    x = _pad(x, padding, 0)
    y = np.zeros((*x.shape[:2], *_places(x, kernel_size, stride, (1, 1))), x.dtype)
    for n, c, i, j in np.ndindex(y.shape):
        window = np.s_[n, c, i * stride[0] :, j * stride[1] :]
        part, counted = (array[window][: kernel_size[0], : kernel_size[1]] for array in (x, ones))
        y[n, c, i, j] = part.sum() / counted.sum()
    return y


def _pad(x: Array, padding: Pair, value: float) -> Array:
    return np.pad(x, ((0, 0), (0, 0), (padding[0], padding[0]), (padding[1], padding[1])), constant_values=value)


def _places(padded: Array, kernel: tuple[int, ...], stride: Pair, dilation: Pair) -> list[int]:
    return [(padded.shape[a + 2] - dilation[a] * (kernel[a] - 1) - 1) // stride[a] + 1 for a in (0, 1)]
