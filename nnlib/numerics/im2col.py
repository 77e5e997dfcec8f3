"""The loops of a convolution layer: copy windows into columns ("im2col"), and multiply.

A column is one window, all its channels one below the other; an output channel is then one row of weights times the
columns. Columns are laid out as (groups, weights, images, places). Only a piece of them exists at a time, one that fits
into a core's cache, and every piece reuses the same buffer. float16 is summed in float32.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from nnlib.numerics.arrays import Array, summed_in
from nnlib.numerics.windows import Sliding, interior, windows

BUFFER = 1 << 18  # entries
SMALL = 1_000_000  # multiply-adds


def correlate(x: Array, kernels: Array, s: Sliding) -> Array:
    """Return the output of the layer: the kernels times the columns of x."""
    groups, outputs, _ = kernels.shape
    plan = _plan(len(x), kernels.shape, s)
    y = np.empty((len(x), groups, outputs, s.places), summed_in(x))
    kernels = _in(y.dtype, kernels)
    for at, columns in _columns(x, s, plan, y.dtype):
        part = y[at]
        if plan.apart:
            np.matmul(kernels, columns.transpose(2, 0, 1, 3), out=part)
        else:
            wide = kernels @ columns.reshape(groups, columns.shape[1], -1)
            part[...] = wide.reshape(groups, outputs, *columns.shape[2:]).transpose(2, 0, 1, 3)
    return _in(x.dtype, y.reshape(len(x), groups * outputs, *s.output))


def correlate_with(g: Array, x: Array, s: Sliding, groups: int) -> Array:
    """Return the gradient of the kernels: the columns of x times the gradient g of the output, summed over places."""
    inputs, outputs = x.shape[1] // groups, g.shape[1] // groups
    gradient = np.zeros((groups, inputs * s.weights, outputs), summed_in(x))
    g = _in(gradient.dtype, g.reshape(len(g), groups, outputs, s.places))
    plan = _plan(len(x), (groups, outputs, inputs * s.weights), s)
    for at, columns in _columns(x, s, plan, gradient.dtype):
        part = g[at]
        if len(part) > 1 and 8 * outputs <= s.places:  # long thin products are slow, and these take little memory
            gradient += (columns.transpose(2, 0, 1, 3) @ part.swapaxes(2, 3)).sum(axis=0)
        else:
            gradient += columns.reshape(groups, columns.shape[1], -1) @ _side_by_side(part).swapaxes(1, 2)
    return _in(x.dtype, gradient.swapaxes(1, 2).reshape(groups * outputs, inputs, *s.kernel))


def scatter(g: Array, kernels: Array, s: Sliding) -> Array:
    """Return the gradient of the input: the columns are the kernels times g, and are added back to their windows."""
    groups, outputs, weights = kernels.shape
    plan = _plan(len(g), kernels.shape, s)
    x = np.empty((len(g), groups * weights // s.weights, *s.image), g.dtype)
    buffer, padded = np.empty(plan.buffer, summed_in(g)), np.empty(plan.padded, summed_in(g))
    kernels = _in(buffer.dtype, kernels).swapaxes(1, 2)
    g = _in(buffer.dtype, g.reshape(len(g), groups, outputs, s.places))
    for images, m, pieces in plan.parts:
        padded[...] = 0
        view = windows(padded[:m], s)
        for rows, at in pieces:
            some = view[rows]
            columns = np.ndarray(some.shape, buffer.dtype, buffer)
            if plan.apart:
                np.matmul(kernels, g[at], out=columns.reshape(groups, weights, m, -1).transpose(2, 0, 1, 3))
            else:
                np.matmul(kernels, _side_by_side(g[at]), out=columns.reshape(groups, weights, -1))
            for p, q in product(range(s.kernel[0]), range(s.kernel[1])):
                some[:, p, q] += columns[:, p, q]
        x[images] = interior(padded[:m], s)
    return x


class _Part(NamedTuple):
    """Images that are worked on together, and the pieces of their work."""

    images: slice
    size: int  # how many
    pieces: list[tuple[Any, Any]]  # which windows, and which places of the output: indices


class _Plan(NamedTuple):
    """The work cut into pieces that fit into the buffer: whole images, or else some output rows of one image."""

    parts: list[_Part]
    layout: tuple[int, int]  # groups, and weights of an output channel
    buffer: int
    padded: tuple[int, ...]
    apart: bool  # whether the images of a piece are multiplied one by one


@lru_cache(maxsize=1024)
def _plan(n: int, kernels: tuple[int, ...], s: Sliding) -> _Plan:
    groups, outputs, weights = kernels
    height, width = s.output
    fit = BUFFER // (groups * weights)  # columns
    images, rows = _even_slices(n, fit // s.places), _even_slices(height, fit // width)
    largest = images[0].stop if images else 0
    parts = []
    for some in images:
        pieces = [(np.s_[..., r, :], np.s_[some, :, :, r.start * width : r.stop * width]) for r in rows]
        parts.append(_Part(some, some.stop - some.start, pieces))
    # BLAS has a fast way with small products, and is slow with narrow ones. The results of a wide one must be put in
    # order afterwards: they must not take more memory than the columns.
    apart = largest == 1 or outputs > weights or outputs * weights * s.places <= SMALL
    buffer = groups * weights * largest * rows[0].stop * width
    return _Plan(parts, (groups, weights), buffer, (largest, groups * weights // s.weights, *s.padded), apart)


def _columns(x: Array, s: Sliding, plan: _Plan, dtype: Any) -> Iterator[tuple[Any, Array]]:
    """Yield, piece by piece, where in the output the columns belong, and the columns."""
    groups, weights = plan.layout
    buffer = np.empty(plan.buffer, dtype)
    padded = np.zeros(plan.padded, dtype) if s.padded != s.image else None
    for images, m, pieces in plan.parts:
        part = x[images]
        if padded is not None:
            interior(padded[:m], s)[...] = part
            part = padded[:m]
        view = windows(part, s)
        for rows, at in pieces:
            some = view[rows]
            columns = np.ndarray(some.shape, dtype, buffer)
            columns[...] = some
            yield at, columns.reshape(groups, weights, m, -1)


def _even_slices(total: int, most: int) -> list[slice]:
    """Split `total` into as few slices as possible of at most `most` each, all equal but the last."""
    parts = -(-total // max(1, most))
    size = -(-total // max(1, parts)) or 1
    return [slice(start, min(start + size, total)) for start in range(0, total, size)]


def by_group(w: Array, groups: int) -> Array:
    """Return one row of weights for each output channel: shape (groups, outputs of a group, weights)."""
    return w.reshape(groups, len(w) // groups, -1)


def _side_by_side(part: Array) -> Array:
    """Return images side by side: from (images, groups, rows, places) to (groups, rows, images · places)."""
    return part.transpose(1, 2, 0, 3).reshape(*part.shape[1:3], -1)


def _in(dtype: Any, x: Array) -> Array:
    return x if x.dtype is dtype else x.astype(dtype)
