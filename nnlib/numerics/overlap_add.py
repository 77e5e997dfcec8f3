"""Convolution of long sequences by the fast Fourier transform, block by block: the overlap-add method.

`nnlib.signal` turns to it where it is faster than the direct sum.
"""

import math

import numpy as np

from nnlib.numerics.arrays import Array

# Below these lengths the direct sum is faster than any transform (measured with float64 on one core).
KERNEL = 100
SIGNAL = 5_000
BATCH = 1 << 16  # entries transformed at once: few enough to stay in cache


def transform_pays(x: Array, w: Array) -> bool:
    """Tell whether the transform is faster than the direct sum, and as good."""
    short, long = sorted((len(x), len(w)))
    if short < KERNEL or long < SIGNAL:
        return False
    # The last transform adds up `length` products. By Cauchy's inequality and Parseval's theorem their sum is at most
    # length · ‖block of x‖ · ‖w‖, and with a length of at most 10 · short at most this. Where it overflows, or is nan,
    # only the direct sum gets each entry right.
    return math.isfinite(float(np.abs(x).max()) * float(np.abs(w).max()) * 32 * short**2)


def overlap_add(x: Array, w: Array) -> Array:
    """Convolve fully, block by block: each block of x gives a piece, and neighboring pieces overlap by len(w) − 1."""
    if len(w) > len(x):
        x, w = w, x
    n, k = len(x), len(w)
    length = _fast_length(min(8 * k, n + k - 1))
    step = length - (k - 1)
    spectrum = np.fft.rfft(w.astype(np.float64), length)
    blocks = -(-n // step)
    y = np.zeros((blocks + 1, step))
    batch = max(1, BATCH // length)
    for first in range(0, blocks, batch):
        last = min(first + batch, blocks)
        piece = np.zeros((last - first, step))
        part = x[first * step : last * step]
        piece.reshape(-1)[: len(part)] = part
        piece = np.fft.irfft(np.fft.rfft(piece, length) * spectrum, length)
        y[first:last] += piece[:, :step]
        y[first + 1 : last + 1, : k - 1] += piece[:, step:]
    return y.reshape(-1)[: n + k - 1].astype(x.dtype, copy=False)


def _fast_length(least: int) -> int:
    """Return the smallest length of at least `least` with no prime factor but 2, 3 and 5 to low powers."""
    return min(m << (-(-least // m) - 1).bit_length() for m in (1, 3, 5, 9, 15))
