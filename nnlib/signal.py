"""Convolution and correlation of two sequences, as textbooks and NumPy define them.

`convolve` flips the kernel, `correlate` does not. Both slide the kernel over the signal, and `mode` says which
positions count: ``"full"`` every overlap of at least one entry, ``"valid"`` complete overlaps only, ``"same"`` the
middle of full. The layers of a network, with channels, strides and padding, are in `nnlib.conv`.
"""

from typing import Any, Literal

import numpy as np

from nnlib.numerics.arrays import Array, float_arrays, whole_number
from nnlib.numerics.overlap_add import overlap_add, transform_pays
from nnlib.rules import differentiable, rule

Mode = Literal["full", "valid", "same"]


@differentiable("x", "w")
def convolve(x: Any, w: Any, mode: Mode = "full") -> Array:
    """Convolve a signal with a kernel, which is flipped: yₙ = Σⱼ xₙ₋ⱼ₊₁ wⱼ for n = 1 … N + K − 1.

    Entries of x outside 1 … N are read as zero. This is the product of two polynomials with coefficients x and w.

    Parameters
    ----------
    x : array_like, shape (N,)
        The signal.
    w : array_like, shape (K,)
        The kernel.
    mode : {"full", "valid", "same"}
        Which entries to return, see `kept_entries`. As in NumPy, "same" has max(N, K) entries.

    Returns
    -------
    ndarray, shape (N + K − 1,) for "full", (max − min + 1,) for "valid", (max(N, K),) for "same"
        In the dtype that NumPy's promotion gives x and w.

    Raises
    ------
    ValueError
        If x or w is empty or not one-dimensional, or if the mode is unknown.
    TypeError
        If x or w does not hold real numbers.

    See Also
    --------
    correlate : the same without the flip.

    Notes
    -----
    Long signals with long kernels go through the fast Fourier transform, block by block. The error of an entry is then
    relative to the largest entries of x and w rather than to its own size. Sequences with an infinity or a nan are
    always summed directly, because a transform would spread it.

    Derived in :section:`convolution-modes`.

    Examples
    --------
    >>> convolve([1, 2, 3], [1, 10]).tolist()
    [1.0, 12.0, 23.0, 30.0]
    """
    x, w = _sequences(x, w, mode)
    if transform_pays(x, w):
        return overlap_add(x, w)[kept_entries(mode, len(x), len(w))]
    return np.convolve(x, w, mode)


@differentiable("x", "w")
def correlate(x: Any, w: Any, mode: Mode = "valid") -> Array:
    """Slide a kernel over a signal without flipping it, and multiply and add: yₙ = Σⱼ xₙ₊ⱼ₋₁ wⱼ, n = 1 … N − K + 1.

    These are the entries of mode "valid". Mode "full" adds the K − 1 partial overlaps on either side, with entries of x
    outside 1 … N read as zero. It equals ``convolve(x, w[::-1], mode)`` for every kernel that is no longer than the
    signal.

    Parameters
    ----------
    x, w, mode
        As in `convolve`.

    Returns
    -------
    ndarray, shape (N + K − 1,) for "full", (max − min + 1,) for "valid", (max(N, K),) for "same"
        The entries that ``numpy.correlate`` returns, whichever of the two is longer.

    Raises
    ------
    ValueError, TypeError
        As `convolve`.

    See Also
    --------
    convolve : the same with the kernel flipped; its notes on long signals hold here too.

    Notes
    -----
    Where the kernel is the longer of the two, the positions are still read from left to right along x, so the result
    is ``correlate(w, x, mode)[::-1]``. In mode "same" that keeps one entry further to the right than
    ``convolve(x, w[::-1], mode)`` when x has an even length.

    Derived in :section:`convolution-modes`.

    Examples
    --------
    >>> correlate([1, 2, 3], [1, 10]).tolist()
    [21.0, 32.0]
    """
    x, w = _sequences(x, w, mode)
    if transform_pays(x, w):
        return overlap_add(x, w[::-1])[kept_entries(mode, len(x), len(w), flip=False)]
    return np.correlate(x, w, mode)


rule(
    convolve,
    "x",
    jvp=lambda dx, y, x, w, mode: convolve(dx, w, mode),
    vjp=lambda g, y, x, w, mode: correlate(_within_full(g, mode, len(x), len(w), flip=True), w),
)
rule(
    convolve,
    "w",
    jvp=lambda dw, y, x, w, mode: convolve(x, dw, mode),
    vjp=lambda g, y, x, w, mode: correlate(_within_full(g, mode, len(x), len(w), flip=True), x),
)
rule(
    correlate,
    "x",
    jvp=lambda dx, y, x, w, mode: correlate(dx, w, mode),
    vjp=lambda g, y, x, w, mode: convolve(_within_full(g, mode, len(x), len(w), flip=False), w, "valid"),
)
rule(
    correlate,
    "w",
    jvp=lambda dw, y, x, w, mode: correlate(x, dw, mode),
    vjp=lambda g, y, x, w, mode: correlate(_within_full(g, mode, len(x), len(w), flip=False), x)[::-1],
)


def kept_entries(mode: Mode, n: int, k: int, flip: bool = True) -> slice:
    """Say which of the n + k − 1 entries of "full" a mode keeps.

    Parameters
    ----------
    mode : {"full", "valid", "same"}
        "valid" leaves out the entries at both ends where the shorter sequence sticks out. "same" keeps as many entries
        as the longer one has, from entry ⌊(k − 1)/2⌋ on, counted from zero: NumPy's choice, where the padding "same" of
        the layers in `nnlib.conv` is PyTorch's. For k even they differ by one entry.
    n, k : int
        The lengths of signal and kernel.
    flip : bool
        True for `convolve`, False for `correlate`. It matters only to "same" with a kernel of the greater length.

    Returns
    -------
    slice
        Into the entries of mode "full", counted from zero.

    Raises
    ------
    ValueError
        If the mode is none of the three, or a length is not a positive integer.

    Examples
    --------
    >>> kept_entries("valid", 5, 3)
    slice(2, 5, None)
    """
    n, k = whole_number(n, "n"), whole_number(k, "k")
    short, long = sorted((n, k))
    if mode == "full":
        return slice(0, n + k - 1)
    if mode == "valid":
        return slice(short - 1, long)
    _check_mode(mode)
    start = (short - 1) // 2 if flip or k <= n else short // 2
    return slice(start, start + long)


def _check_mode(mode: Mode) -> None:
    if mode not in ("full", "valid", "same"):
        raise ValueError(f'mode must be "full", "valid" or "same"; got {mode!r}')


def _within_full(g: Array, mode: Mode, n: int, k: int, flip: bool) -> Array:
    """Put the cotangent of the kept entries where they stand in "full", with zeros for those that were left out."""
    kept = kept_entries(mode, n, k, flip)
    before, after = np.zeros(kept.start, g.dtype), np.zeros(n + k - 1 - kept.stop, g.dtype)
    return np.concatenate([before, g, after])


def _sequences(x: Any, w: Any, mode: Mode) -> list[Array]:
    """Check what both operations take."""
    arrays = float_arrays(x=x, w=w)
    x, w = arrays
    if x.ndim != 1 or w.ndim != 1 or not x.size or not w.size:
        raise ValueError(f"x and w must be one-dimensional and not empty; got shapes {x.shape} and {w.shape}")
    _check_mode(mode)
    return arrays
