"""What tells two values of a claim apart: the comparison behind `nnlib.claims`.

Exact values are compared exactly, symbolic ones by proof, all others as floating-point arrays within a tolerance.
"""

import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

# What is wrong with a comparison, or None where nothing is.
Complaint = str | None


def is_symbolic(value: Any) -> bool:
    return hasattr(value, "free_symbols")


def is_exact(value: Any) -> bool:
    """Tell whether a value has no rounding: its entries are compared with ``==``."""
    array = np.asarray(value)
    return array.dtype.kind in "biuUO" and array.dtype != np.float16


def difference(left: Any, right: Any, tolerance: float, relative_to: str) -> Complaint:
    if is_symbolic(left) or is_symbolic(right):
        return _symbolic_difference(left, right)
    a, b = np.asarray(left), np.asarray(right)
    if a.shape != b.shape and a.ndim and b.ndim:
        return f"have different shapes: {a.shape} and {b.shape}"
    if is_exact(left) and is_exact(right):
        return _worst(a, b, np.asarray(a != b, dtype=float), "equality")
    a, b = _real(a), _real(b)
    with np.errstate(invalid="ignore"):
        gap = np.where(a == b, 0.0, np.abs(a - b))  # inf == inf, though their difference is nan
        size = np.maximum(np.abs(a), np.abs(b))
        if relative_to == "largest":
            size = np.full_like(size, max(1.0, size[np.isfinite(size)].max(initial=0.0)))
        gap = np.where(gap <= tolerance * size, 0.0, np.where(np.isnan(gap), np.inf, gap))
    return _worst(a, b, gap, f"{tolerance:g}")


def _real(array: Any) -> Any:
    """Refuse what float64 cannot hold: a cast would drop the imaginary part of a complex number without a word."""
    if array.dtype.kind not in "biufO":
        raise TypeError(f"a claim compares real numbers; got dtype {array.dtype}; compare real and imaginary parts")
    return array.astype(float)


def _worst(a: Any, b: Any, gap: Any, allowed: str) -> Complaint:
    if not gap.any():
        return None
    a, b = np.broadcast_arrays(a, b)
    index = np.unravel_index(np.argmax(gap), gap.shape)
    where = f" at index {tuple(map(int, index))}" if index else ""
    return f"differ most{where}: {a[index]!s} against {b[index]!s} (tolerance: {allowed})"


def _symbolic_difference(left: Any, right: Any) -> Complaint:
    sympy = sys.modules["sympy"]  # one side is a SymPy object, so SymPy is there; nnlib itself does not need it
    if getattr(left, "shape", None) != getattr(right, "shape", None):
        return f"have different shapes: {getattr(left, 'shape', ())} and {getattr(right, 'shape', ())}"
    rest = sympy.simplify(left - right)
    if rest == 0 or getattr(rest, "is_zero_matrix", False):
        return None
    return f"differ by {rest}"


def disorder(sides: Sequence[Any], tolerance: float) -> Complaint:
    for number, (left, right) in enumerate(pairwise(sides), start=1):
        a, b = np.broadcast_arrays(_real(np.asarray(left)), _real(np.asarray(right)))
        slack = tolerance * max(1.0, np.abs(np.stack([a, b])[..., np.isfinite(a) & np.isfinite(b)]).max(initial=0.0))
        with np.errstate(invalid="ignore"):  # infinities that are equal have no difference
            holds = (a <= b) | (a - b <= slack)
        if not holds.all():
            index = np.unravel_index(np.argmin(holds), holds.shape)
            return f"side {number} is above side {number + 1}: {a[index]!s} against {b[index]!s}"
    return None
