"""Where the windows of max pooling have their largest entry, and what flows through that place.

The derivative of `nnlib.pooling.max_pool2d` follows the first maximum of each window. Forward mode picks the entry of
the tangent that stands there, reverse mode adds the cotangent at that place; the two are transposes of each other.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from nnlib._arrays import Array
from nnlib._windows import Sliding, interior, windows
from nnlib.rules import differentiable, rule


@differentiable("v", "x")
def at_maximum(v: Array, x: Array, s: Sliding) -> Array:
    """Pick, for every window, the entry of v that stands where the window of x has its first maximum."""
    picked = np.zeros((*x.shape[:2], *s.output), v.dtype)
    for tap, first in zip(taps(v, s), _first_maximum(x, s), strict=True):
        np.copyto(picked, tap, where=first)
    return picked


@differentiable("g", "x")
def to_maximum(g: Array, x: Array, s: Sliding) -> Array:
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


rule(at_maximum, "x", jvp=_zeros, vjp=_zeros_like_x)
rule(to_maximum, "x", jvp=_zeros, vjp=_zeros_like_x)
rule(
    at_maximum,
    "v",
    jvp=lambda dv, y, v, x, s: at_maximum(dv, x, s),
    vjp=lambda g, y, v, x, s: to_maximum(g, x, s),
)
rule(
    to_maximum,
    "g",
    jvp=lambda dg, y, g, x, s: to_maximum(dg, x, s),
    vjp=lambda v, y, g, x, s: at_maximum(v, x, s),
)


def _first_maximum(x: Array, s: Sliding) -> Iterator[npt.NDArray[np.bool]]:
    """Yield, for each place in the window, a mask: True where that place holds the window's first maximum."""
    entries = taps(x, s)
    top = largest(entries)
    image = np.zeros((1, 1, *s.padded), bool)
    interior(image, s)[...] = True
    undecided = np.ones(top.shape, bool)
    for tap, inside in zip(entries, _split(image, s), strict=True):
        first = undecided & inside & ((tap == top) | np.isnan(tap))
        undecided &= ~first
        yield first


def largest(entries: list[Array]) -> Array:
    """Return the largest entry of every window, nan where there is one, from what `taps` gives."""
    y = entries[0].copy()
    for tap in entries[1:]:
        np.maximum(y, tap, out=y)
    return y


def taps(x: Array, s: Sliding) -> list[Array]:
    """Return, for each place in the window, the entries of all windows there; the padding is −∞."""
    if s.padded != s.image:
        padded = np.full((*x.shape[:2], *s.padded), -np.inf, x.dtype)
        interior(padded, s)[...] = x
        x = padded
    return _split(x, s)


def _split(padded: Array, s: Sliding) -> list[Array]:
    view = windows(padded, s).swapaxes(0, 3)
    return [view[:, p, q] for p, q in np.ndindex(s.kernel)]
