"""The loops of a convolution layer: copy windows into columns ("im2col"), and multiply.

A column is one window, all its channels one below the other; an output channel is then one row of weights times the
columns. Columns are laid out as (groups, weights, images, places). Only a piece of them exists at a time, one that fits
into a core's cache, and every piece reuses the same buffer. float16 is summed in float32.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from nnlib._arrays import Array
from nnlib._windows import Sliding, interior, windows

BUFFER = 1 << 20  # bytes


def correlate(x: Array, w: Array, s: Sliding, groups: int) -> Array:
    """Return the output of the layer: the kernels times the columns of x."""
    kernels = _by_group(w, groups)
    y = np.empty((len(x), groups, len(w) // groups, s.places), kernels.dtype)
    for images, places, columns in _columns(x, s, groups, y.dtype):
        np.matmul(kernels, columns.transpose(2, 0, 1, 3), out=y[images, :, :, places])
    return _in(x.dtype, y.reshape(len(x), len(w), *s.output))


def correlate_with(g: Array, x: Array, s: Sliding, groups: int) -> Array:
    """Return the gradient of the kernels: the columns of x times the gradient g of the output, summed over places."""
    inputs, outputs = x.shape[1] // groups, g.shape[1] // groups
    gradient = np.zeros((groups, inputs * s.weights, outputs), _summed_in(x))
    g = _in(gradient.dtype, g.reshape(len(g), groups, outputs, s.places))
    for images, places, columns in _columns(x, s, groups, gradient.dtype):
        part = g[images, :, :, places].transpose(1, 0, 3, 2).reshape(groups, -1, outputs)
        gradient += columns.reshape(groups, inputs * s.weights, -1) @ part
    return _in(x.dtype, gradient.swapaxes(1, 2).reshape(-1, inputs, *s.kernel))


def scatter(g: Array, w: Array, s: Sliding, groups: int) -> Array:
    """Return the gradient of the input: the columns are the kernels times g, and are added back to their windows."""
    kernels = _by_group(w, groups).swapaxes(1, 2)
    g = _in(kernels.dtype, g.reshape(len(g), groups, len(w) // groups, s.places))
    channels = w.shape[1] * groups
    x = np.empty((len(g), channels, *s.image), w.dtype)
    plan = _plan(len(g), channels, s, kernels.itemsize)
    buffer, padded = np.empty(plan.buffer, kernels.dtype), np.empty(plan.padded, kernels.dtype)
    for images, m in plan.images:
        padded[...] = 0
        view = windows(padded[:m], s).swapaxes(0, 1)
        for rows, places in plan.rows:
            columns = _part(buffer, (channels, *s.kernel, m, rows.stop - rows.start, s.output[1]))
            by_group = columns.reshape(*kernels.shape[:2], m, -1)
            np.matmul(kernels, g[images, :, :, places], out=by_group.transpose(2, 0, 1, 3))
            for p, q in product(range(s.kernel[0]), range(s.kernel[1])):
                windows_at = view[:, :, p, q, rows]
                windows_at += columns[:, p, q]
        x[images] = interior(padded[:m], s)
    return x


def _columns(x: Array, s: Sliding, groups: int, dtype: Any) -> Iterator[tuple[slice, slice, Array]]:
    """Yield, piece by piece, which images and places the columns belong to, and the columns."""
    n, channels = x.shape[:2]
    plan = _plan(n, channels, s, dtype.itemsize)
    buffer = np.empty(plan.buffer, dtype)
    padded = np.zeros(plan.padded, dtype) if s.padded != s.image else None
    for images, m in plan.images:
        part = x[images]
        if padded is not None:
            interior(padded[:m], s)[...] = part
            part = padded[:m]
        view = windows(part, s).transpose(1, 2, 3, 0, 4, 5)
        for rows, places in plan.rows:
            some = view[:, :, :, :, rows]
            columns = _part(buffer, some.shape)
            columns[...] = some
            yield images, places, columns.reshape(groups, -1, m, places.stop - places.start)


class _Plan(NamedTuple):
    """The work cut into pieces that fit into the buffer: whole images, or else some output rows of one image."""

    images: list[tuple[slice, int]]  # which images, and how many
    rows: list[tuple[slice, slice]]  # which rows of the output, and which places these are
    buffer: int
    padded: tuple[int, ...]


@lru_cache(maxsize=1024)
def _plan(n: int, channels: int, s: Sliding, itemsize: int) -> _Plan:
    height, width = s.output
    fit = BUFFER // max(1, channels * s.weights * itemsize)  # columns
    images, rows = _even_slices(n, fit // s.places), _even_slices(height, fit // width)
    largest = images[0].stop if images else 0
    return _Plan(
        [(part, part.stop - part.start) for part in images],
        [(part, slice(part.start * width, part.stop * width)) for part in rows],
        channels * s.weights * largest * rows[0].stop * width,
        (largest, channels, *s.padded),
    )


def _even_slices(total: int, most: int) -> list[slice]:
    """Split `total` into as few slices as possible of at most `most` each, all equal but the last."""
    parts = -(-total // max(1, most))
    size = -(-total // max(1, parts)) or 1
    return [slice(start, min(start + size, total)) for start in range(0, total, size)]


def _part(buffer: Array, shape: tuple[int, ...]) -> Array:
    return buffer[: math.prod(shape)].reshape(shape)


def _by_group(w: Array, groups: int) -> Array:
    """Return one row of weights for each output channel: shape (groups, outputs of a group, weights)."""
    return _in(_summed_in(w), w.reshape(groups, len(w) // groups, -1))


def _summed_in(x: Array) -> Any:
    """Return the dtype to sum in: float16 has no matrix product of its own, and too few digits."""
    return np.dtype(np.float32) if x.itemsize == 2 else x.dtype


def _in(dtype: Any, x: Array) -> Array:
    return x if x.dtype is dtype else x.astype(dtype)
