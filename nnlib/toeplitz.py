"""Convolution and correlation written as matrices.

A sliding product is linear in the signal and linear in the kernel, so it is a matrix times either of them::

    correlate(x, w, "valid")  ==  toeplitz_matrix(w, len(x)) @ x  ==  hankel_matrix(x, len(w)) @ w

The first matrix holds the kernel, shifted by one from row to row; the second holds the windows of the signal. They are
what the chapters reason with. To compute, use the sliding product itself: a valid Toeplitz matrix with 1024 columns has
a million entries and says no more than its three weights.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib.numerics.arrays import Array, float_array, pair, whole_number
from nnlib.rules import differentiable, rule
from nnlib.signal import Mode, kept_entries


@differentiable("w")
def toeplitz_matrix(
    w: Any, n: int, mode: Mode = "valid", *, flip: bool = False, stride: int = 1, dilation: int = 1
) -> Array:
    """Return the matrix A with ``A @ x == correlate(x, w, mode)`` for every signal x of length n.

    With the defaults it is the matrix of a convolution layer, in which row i is w starting at column i: Aᵢⱼ = wⱼ₋ᵢ₊₁
    where 1 ≤ j − i + 1 ≤ K, and 0 elsewhere.

    With ``flip=True`` it is the matrix of ``convolve(x, w, mode)``. In mode "full" its column j is w starting at
    row j.

    Parameters
    ----------
    w : array_like, shape (K,)
        The kernel.
    n : int
        The length of the signal, that is, the number of columns.
    mode : {"full", "valid", "same"}
        Which rows of the full matrix to keep, with the meaning of `nnlib.signal.kept_entries`. Where the kernel spans
        an even number of entries, "same" is NumPy's choice, and a layer with the padding "same" keeps one row further
        down.
    flip : bool
        False for correlation, True for convolution.
    stride : int
        Keep every stride-th of these rows, beginning with the first.
    dilation : int
        Distance between neighboring weights along the signal. The kernel then spans dilation · (K − 1) + 1 entries.

    Returns
    -------
    ndarray, shape (M, n)
        A new array in the dtype of w.

    Raises
    ------
    ValueError
        If w is empty or not one-dimensional, if n, stride or dilation is not a positive integer, or if the mode is
        unknown.

    Notes
    -----
    Derived in :section:`convolution-matrix, conv-backprop-toeplitz`.
    ``A.T`` is the backward pass: the transpose of the valid matrix is the full matrix of the flipped
    kernel, ``toeplitz_matrix(w[::-1], m, "full")``, at stride 1.

    Examples
    --------
    >>> toeplitz_matrix([1, 2], 3).tolist()
    [[1.0, 2.0, 0.0], [0.0, 1.0, 2.0]]
    """
    w = _nonempty(w, "w", 1)
    n, stride, dilation = whole_number(n, "n"), whole_number(stride, "stride"), whole_number(dilation, "dilation")
    k = dilation * (len(w) - 1) + 1
    full = np.zeros((n + k - 1, n), w.dtype)
    for i, weight in enumerate(w if flip else w[::-1]):
        full.reshape(-1)[dilation * i * n :: n + 1][:n] = weight  # a diagonal
    return full[kept_entries(mode, n, k, flip)][::stride].copy()


@differentiable("y")
def hankel_matrix(y: Any, k: int, *, stride: int = 1, dilation: int = 1) -> Array:
    """Return the windows of y, one a row: the matrix H with ``H @ w == correlate(y, w, "valid")`` for every w.

    Hᵢⱼ = yᵢ₊ⱼ₋₁ for i = 1 … N − K + 1 and j = 1 … K. It is the Jacobian of the sliding product in its kernel.

    Parameters
    ----------
    y : array_like, shape (N,)
        The signal.
    k : int
        The number of weights, that is, the number of columns.
    stride : int
        Distance between the starts of neighboring windows.
    dilation : int
        Distance between neighboring entries of a window.

    Returns
    -------
    ndarray, shape (M, k)
        A new array in the dtype of y, with M = ⌊(N − dilation · (k − 1) − 1) / stride⌋ + 1.

    Raises
    ------
    ValueError
        If y is empty or not one-dimensional, if k, stride or dilation is not a positive integer, or if the window is
        longer than y.

    Notes
    -----
    Derived in :section:`conv-backprop-weights`.

    Examples
    --------
    >>> hankel_matrix([1, 2, 3, 4], 2).tolist()
    [[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]
    """
    y = _nonempty(y, "y", 1)
    k, stride, dilation = whole_number(k, "k"), whole_number(stride, "stride"), whole_number(dilation, "dilation")
    span = dilation * (k - 1) + 1
    if span > len(y):
        raise ValueError(f"a window of {k} entries at dilation {dilation} spans {span}; y has only {len(y)}")
    starts = np.arange(0, len(y) - span + 1, stride)
    windows: Array = y[starts[:, None] + dilation * np.arange(k)]
    return windows


@differentiable("w")
def conv2d_matrix(
    w: Any,
    shape: tuple[int, int],
    mode: Mode = "valid",
    *,
    flip: bool = False,
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
) -> Array:
    """Return the matrix M with ``M @ x.ravel() == y.ravel()``, where y is the image x under the sliding kernel w.

    M is doubly blocked: a Toeplitz arrangement of blocks, each of them the Toeplitz matrix of one row of the kernel.
    With Sₐ the matrix that shifts the rows of the image by a, it is Σₐ Sₐ ⊗ A(wₐ).

    Parameters
    ----------
    w : array_like, shape (K1, K2)
        The kernel.
    shape : (int, int)
        Height and width of the image.
    mode, flip
        As in `toeplitz_matrix`, in both directions. The layers of `nnlib.conv` do not flip, and their padding "same" is
        this mode only where the kernel spans an odd number of entries.
    stride, dilation : int or (int, int)
        As in `toeplitz_matrix`; a pair gives the vertical and the horizontal one.

    Returns
    -------
    ndarray, shape (output height · output width, height · width)
        A new array in the dtype of w.

    Raises
    ------
    ValueError
        If w is empty or not two-dimensional, if it does not fit into the image (except in mode "full"), if a size is
        not a positive integer, or if the mode is unknown.

    Notes
    -----
    Derived in :section:`conv-backprop-2d`.

    Examples
    --------
    >>> conv2d_matrix([[1, 2]], (1, 3)).tolist()
    [[1.0, 2.0, 0.0], [0.0, 1.0, 2.0]]
    """
    w = _nonempty(w, "w", 2)
    (height, width), (s1, s2), (d1, d2) = pair(shape, "shape"), pair(stride, "stride"), pair(dilation, "dilation")
    if mode != "full" and (d1 * (len(w) - 1) >= height or d2 * (w.shape[1] - 1) >= width):
        raise ValueError(
            f"a kernel of shape {w.shape} at dilation {(d1, d2)} does not fit into an image of shape {shape}"
        )
    # Which row and which column of the kernel stands where, counted from 1: its row and column 0 hold zeros.
    rows = toeplitz_matrix(1 + np.arange(len(w)), height, mode, flip=flip, stride=s1, dilation=d1).astype(np.intp)
    columns = toeplitz_matrix(1 + np.arange(w.shape[1]), width, mode, flip=flip, stride=s2, dilation=d2).astype(np.intp)
    framed = np.zeros((len(w) + 1, w.shape[1] + 1), w.dtype)
    framed[1:, 1:] = w
    places = framed.shape[1] * rows[:, None, :, None] + columns[:, None, :]
    matrix: Array = framed.reshape(-1)[places.reshape(len(rows) * len(columns), height * width)]
    return matrix


def _linear(matrix: Callable[..., Array], argument: str) -> None:
    """Register the rules of a matrix that is linear in w or y: its tangent is the matrix of the tangent."""
    rule(
        matrix,
        argument,
        jvp=lambda tangent, a, values, **options: matrix(tangent, **options),
        vjp=lambda g, a, values, **options: _pull_back(matrix, g, values, **options),
    )


def _pull_back(matrix: Callable[..., Array], g: Array, like: Array, **options: Any) -> Array:
    """Pull a cotangent back through such a matrix: one inner product for each entry of w or y."""
    units = np.eye(math.prod(like.shape)).astype(g.dtype).reshape(-1, *like.shape)
    basis = np.stack([matrix(unit, **options) for unit in units])
    return (basis.reshape(len(units), -1) @ g.reshape(-1)).reshape(like.shape)


_linear(toeplitz_matrix, "w")
_linear(hankel_matrix, "y")
_linear(conv2d_matrix, "w")


def _nonempty(values: Any, name: str, ndim: int) -> Array:
    array = float_array(values, name)
    if array.ndim != ndim or not array.size:
        raise ValueError(f"{name} must have {ndim} dimension(s) and at least one entry; got shape {array.shape}")
    return array
