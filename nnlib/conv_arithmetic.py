"""The arithmetic of convolution layers: output sizes, and which settings give a wanted size.

Sizes are those of one direction: i entries in, o entries out, a kernel of k entries, stride s, padding p on both sides,
dilation d. `nnlib.network_table` follows an input through a whole network.
"""

import math
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from nnlib.numerics.arrays import whole_number

Windows = Literal["any", "disjoint", "tiling"]


def conv_output_size(i: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
    """Return how many places a kernel has: o = ⌊(i + 2p − k′)/s⌋ + 1, where k′ = d(k − 1) + 1 is what it spans.

    Parameters
    ----------
    i : int
        Size of the input.
    k : int
        Size of the kernel, or of a pooling window.
    s : int
        Stride.
    p : int
        Padding on each of the two sides.
    d : int
        Dilation.

    Returns
    -------
    int
        Size of the output.

    Raises
    ------
    ValueError
        If p is negative, another argument is not positive, or the kernel spans more than the padded input.

    Notes
    -----
    Derived in :section:`cnn-arithmetic-size`.

    Examples
    --------
    >>> conv_output_size(28, 5, s=2, p=2)
    14
    """
    i, k, s = whole_number(i, "i"), whole_number(k, "k"), whole_number(s, "s")
    p, d = whole_number(p, "p", 0), whole_number(d, "d")
    span = d * (k - 1) + 1
    if span > i + 2 * p:
        raise ValueError(f"the kernel spans {span} entries; the padded input has only {i + 2 * p}")
    return (i + 2 * p - span) // s + 1


class Setting(NamedTuple):
    """A kernel size, stride, padding and dilation.

    Examples
    --------
    >>> Setting(3, 1, p=1, d=2)
    Setting(k=3, s=1, p=1, d=2)
    """

    k: int
    s: int
    p: int
    d: int


def solve_conv(
    i: int,
    o: int,
    *,
    k: int | None = None,
    s: int | None = None,
    p: int | None = None,
    d: int | None = None,
    sensible: bool = False,
    windows: Windows = "any",
    max_k: int | None = None,
    max_s: int | None = None,
    max_p: int | None = None,
) -> list[Setting]:
    """Find every setting with which a layer takes i entries to o: all solutions of s(o − 1) ≤ i + 2p − k′ < s·o.

    Parameters
    ----------
    i, o : int
        Sizes of input and output.
    k, s, p, d : int, optional
        What is given. The others are searched for.
    sensible : bool
        Only settings with p ≤ k′ − 1, where the span of every window meets the input and not just its padding. (With
        dilation the entries of a window may still stand on both sides of a short input.)
    windows : {"any", "disjoint", "tiling"}
        "disjoint" windows do not overlap: s ≥ k′. "tiling" ones also leave no gaps, as pooling does by default: s = k′.
    max_k, max_s, max_p : int, optional
        Bounds of the search, inclusive. By default the kernel may span all of the padded input, and stride and padding
        go up to i.

    Returns
    -------
    list of Setting
        In ascending order of (k, s, p, d). Complete, except for what the bounds leave out: with both k and p open there
        are infinitely many solutions, since a larger kernel may take more padding; with s open and o = 1 any large
        stride will do. A kernel of one entry is listed with dilation 1 only, unless d is given.

    Raises
    ------
    ValueError
        If p is negative, another number is not positive, or `windows` is unknown.

    Notes
    -----
    Derived in :section:`cnn-arithmetic-inverse`.

    Examples
    --------
    >>> solve_conv(28, 14, k=4, d=1, sensible=True)
    [Setting(k=4, s=2, p=1, d=1)]
    """
    i, o = whole_number(i, "i"), whole_number(o, "o")
    k, s, d, max_k, max_s = _given(k=k, s=s, d=d, max_k=max_k, max_s=max_s)
    p, max_p = _given(0, p=p, max_p=max_p)
    if windows not in ("any", "disjoint", "tiling"):
        raise ValueError(f'windows must be "any", "disjoint" or "tiling"; got {windows!r}')
    found = []
    for pad in _choices(p, 0, i if max_p is None else max_p):
        room = i + 2 * pad
        for size in _choices(k, 1, room if max_k is None else min(room, max_k)):
            for spread in _choices(d, 1, (room - 1) // (size - 1) if size > 1 else 1):
                span = spread * (size - 1) + 1
                if span > room or (sensible and pad >= span):
                    continue
                least = (room - span) // o + 1  # s(o − 1) ≤ room − span < s·o
                most = (room - span) // (o - 1) if o > 1 else math.inf
                if windows != "any":
                    least = max(least, span)
                if windows == "tiling":
                    most = min(most, span)
                strides = _choices(s, least, int(min(most, i if max_s is None else max_s)))
                found += [Setting(size, stride, pad, spread) for stride in strides if least <= stride <= most]
    return sorted(found)


def _choices(given: int | None, least: int, most: int) -> Iterable[int]:
    return range(least, most + 1) if given is None else [given]


def _given(at_least: int = 1, **sizes: Any) -> list[Any]:
    """Check the sizes that are given; None stays."""
    return [None if size is None else whole_number(size, name, at_least) for name, size in sizes.items()]
