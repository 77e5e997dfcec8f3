"""Claims: equations that the page executes next to where it derives them.

A claim compares two or more sides of an equation and shows that plausible wrong versions are rejected.
It prints one line, which never depends on the machine, or raises :class:`ClaimFailed`.

At least one side must not come from the code under test: a finite difference, the definition in plain NumPy,
a closed form, an exact fraction. A claim that compares softmax with softmax stays green when softmax is wrong.
"""

import contextlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np

LABEL = re.compile(r"eq-[a-z0-9]+(-[a-z0-9]+)*")
# The line of a claim that holds, and the words in it that tell what kind of check it was: the pages read both.
TICK = "✓"
VERDICT = re.compile(rf"(?m)^{TICK} (?P<label>eq-[\w-]+) +(?P<verdict>[^;\n]+); rejects: (?P<rejects>.+)$")
KINDS = {"proved": "proof", "exactly": "exact", "inequal": "inequality", "agree": "numerical"}
TURN = "your turn:"  # begins the line of a claim with a side that is left to the reader; it counts nowhere
WAYS = {2: "", 3: ", three ways", 4: ", four ways", 5: ", five ways", 6: ", six ways"}

# What is wrong with a comparison, or None where nothing is.
Complaint = str | None


class ClaimFailed(AssertionError):
    """An equation does not hold, or a wrong version of it was not rejected.

    Examples
    --------
    >>> claim("eq-sum", 2 + 2, 5, rejects={"the product": 6})
    Traceback (most recent call last):
    nnlib.claims.ClaimFailed: eq-sum does not hold: side 1 and side 2 differ most: 4 against 5 (tolerance: equality)
    """


def claim(
    label: str,
    *sides: Any,
    rejects: Mapping[str, Any],
    tolerance: float = 1e-8,
    relative_to: Literal["largest", "each"] = "largest",
) -> None:
    """Check that all sides of an equation agree and that each wrong version of it does not.

    Integers, booleans, fractions, shapes and strings are compared exactly. SymPy expressions are proved equal.
    Anything else is compared as float arrays of one shape (a single number may stand against an array):
    the difference of two entries may be ``tolerance`` times the scale.

    Parameters
    ----------
    label : str
        The label of the equation in the chapter, ``eq-…``.
    *sides : array_like, Fraction, tuple, str or SymPy expression
        Two to six values that the equation says are equal. An ellipsis, ``...``, leaves a side to the reader: the claim
        then says whose turn it is, and compares nothing.
    rejects : mapping of str to value
        At least one tempting wrong value, each under a name of a few words. All must differ from the first side.
    tolerance : float, default 1e-8
        Allowed difference, relative to the scale.
    relative_to : {"largest", "each"}, default "largest"
        The scale: the largest magnitude among the compared entries, at least 1; or the entries themselves.

    Raises
    ------
    ClaimFailed
        If two sides differ (with the worst case, both values and the tolerance; or with the name of the wrong version
        that one of them is, and no value), or a wrong version passes.
    ValueError
        If the label, the number of sides or the wrong versions are not as described, or the sides are empty.
    TypeError
        If sides are complex, or of another kind that is not listed above.

    Examples
    --------
    >>> x = np.array([0.5, 1.0, 3.0])
    >>> claim("eq-square", (1 + x) ** 2, 1 + 2 * x + x**2, rejects={"no mixed term": 1 + x**2})
    ✓ eq-square                      3 entries agree; rejects: no mixed term
    >>> claim("eq-square", (1 + x) ** 2, ..., rejects={"no mixed term": 1 + x**2})
    your turn: eq-square
    """

    def complaint(value: Any) -> Complaint:
        return _difference(sides[0], value, tolerance, relative_to)

    _check_arguments(label, sides, rejects)
    if relative_to not in ("largest", "each"):
        raise ValueError(f"relative_to is {relative_to!r}; it must be 'largest' or 'each'")
    if _is_left_open(label, sides):
        return
    for number, side in enumerate(sides[1:], start=2):
        if found := complaint(side):
            for place, value in ((number, side), (1, sides[0])):
                if name := _wrong_version(value, rejects, lambda a, b: _difference(a, b, tolerance, relative_to)):
                    raise ClaimFailed(f"{label} does not hold: side {place} is a wrong version, {name!r}")
            raise ClaimFailed(f"{label} does not hold: side 1 and side {number} {found}")
    _check_rejected(label, rejects, complaint)
    _print_verdict(label, _agreement(sides) + WAYS[len(sides)], rejects)


def claim_order(label: str, *sides: Any, rejects: Mapping[str, Sequence[Any]], tolerance: float = 1e-12) -> None:
    """Check a chain of inequalities: each side is at most the next one, entry by entry.

    Parameters
    ----------
    label : str
        The label of the inequality in the chapter, ``eq-…``.
    *sides : array_like
        Two or more numbers or arrays; they broadcast. An ellipsis, ``...``, leaves a side to the reader.
    rejects : mapping of str to sequence of array_like
        At least one wrong chain, each under a name of a few words; in each some inequality must fail.
    tolerance : float, default 1e-12
        Rounding that is forgiven, relative to the largest magnitude, at least 1.

    Raises
    ------
    ClaimFailed
        If an inequality fails (with the worst case), or a wrong chain passes.
    ValueError
        If the label, the number of sides or the wrong chains are not as described, or the sides are empty.

    Examples
    --------
    >>> x = np.array([0.5, 1.0, 3.0])
    >>> claim_order("eq-tangent", 1 + x, np.exp(x), rejects={"steeper": (1 + 2 * x, np.exp(x))})
    ✓ eq-tangent                     3 inequalities hold; rejects: steeper
    """
    _check_arguments(label, sides, rejects)
    if _is_left_open(label, sides):
        return
    if found := _disorder(sides, tolerance):
        raise ClaimFailed(f"{label} does not hold: {found}")
    _check_rejected(label, rejects, lambda chain: _disorder(chain, tolerance))
    cases = np.broadcast(*map(np.asarray, sides)).size * (len(sides) - 1)
    _print_verdict(label, f"{cases} inequalities hold" if cases > 1 else "1 inequality holds", rejects)


def _check_arguments(label: str, sides: Sequence[Any], rejects: Mapping[str, Any]) -> None:
    if not LABEL.fullmatch(label):
        raise ValueError(f"the label {label!r} must look like 'eq-softmax-shift': eq, then words joined by hyphens")
    if not 2 <= len(sides) <= max(WAYS):
        raise ValueError(f"{label}: a claim takes two to {max(WAYS)} sides, not {len(sides)}")
    if not rejects:
        raise ValueError(f"{label}: a claim needs at least one wrong version in rejects={{name: value}}")
    if not isinstance(rejects, Mapping):
        raise ValueError(f"{label}: rejects must map names to wrong values; got {rejects!r}")
    if not any(map(_is_symbolic, sides)) and not min(np.asarray(side).size for side in sides):
        raise ValueError(f"{label}: the sides are empty; a claim about nothing holds always")
    for name in rejects:
        if ";" in name or not name.strip():
            raise ValueError(f"{label}: the name {name!r} of a wrong version must be words without ';'")


def _is_left_open(label: str, sides: Sequence[Any]) -> bool:
    """Tell whether a side is left to the reader, and say so."""
    if open_ := any(side is ... for side in sides):
        print(TURN, label)
    return open_


def _wrong_version(value: Any, rejects: Mapping[str, Any], difference: Callable[[Any, Any], Complaint]) -> str | None:
    """Return the name of the wrong version that a side is."""
    for name, wrong in rejects.items():
        with contextlib.suppress(TypeError):  # of another kind
            if difference(wrong, value) is None:
                return name
    return None


def _check_rejected(label: str, rejects: Mapping[str, Any], complaint: Callable[[Any], Complaint]) -> None:
    for name, value in rejects.items():
        if complaint(value) is None:
            raise ClaimFailed(
                f"{label} has no bite: the wrong version {name!r} passes as well. "
                "Choose inputs on which it differs, or remove it if it is not wrong."
            )


def _print_verdict(label: str, verdict: str, rejects: Mapping[str, Any]) -> None:
    print(f"{TICK} {label:<30} {verdict}; rejects: {'; '.join(rejects)}")


def _agreement(sides: Sequence[Any]) -> str:
    if any(map(_is_symbolic, sides)):
        return "proved"
    entries = max(np.asarray(side).size for side in sides)
    manner = "equal exactly" if all(map(_is_exact, sides)) else "agree"
    if entries == 1:
        manner = "equals exactly" if manner == "equal exactly" else "agrees"
    return f"{entries} {'entry' if entries == 1 else 'entries'} {manner}"


# What tells two values apart: exact ones exactly, symbolic ones by proof, all others as floats within a tolerance


def _is_symbolic(value: Any) -> bool:
    return hasattr(value, "free_symbols")


def _is_exact(value: Any) -> bool:
    """Tell whether a value has no rounding: its entries are compared with ``==``."""
    array = np.asarray(value)
    return array.dtype.kind in "biuUO" and array.dtype != np.float16


def _difference(left: Any, right: Any, tolerance: float, relative_to: str) -> Complaint:
    if _is_symbolic(left) or _is_symbolic(right):
        return _symbolic_difference(left, right)
    a, b = np.asarray(left), np.asarray(right)
    if a.shape != b.shape and a.ndim and b.ndim:
        return f"have different shapes: {a.shape} and {b.shape}"
    if _is_exact(left) and _is_exact(right):
        return _worst(a, b, np.asarray(a != b, dtype=float), "equality")
    a, b = _real(a), _real(b)
    with np.errstate(invalid="ignore"):
        gap = np.where(a == b, 0.0, np.abs(a - b))  # inf == inf, though their difference is nan
        size = np.maximum(np.abs(a), np.abs(b))
        if relative_to == "largest":
            size = np.full_like(size, max(1.0, size[np.isfinite(size)].max(initial=0.0)))
        near = (gap <= tolerance * size) & np.isfinite(gap)  # an infinite entry would allow an infinite distance
        gap = np.where(near, 0.0, np.where(np.isnan(gap), np.inf, gap))
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


def _disorder(sides: Sequence[Any], tolerance: float) -> Complaint:
    for number, (left, right) in enumerate(pairwise(sides), start=1):
        a, b = np.broadcast_arrays(_real(np.asarray(left)), _real(np.asarray(right)))
        slack = tolerance * max(1.0, np.abs(np.stack([a, b])[..., np.isfinite(a) & np.isfinite(b)]).max(initial=0.0))
        with np.errstate(invalid="ignore"):  # infinities that are equal have no difference
            holds = (a <= b) | (a - b <= slack)
        if not holds.all():
            index = np.unravel_index(np.argmin(holds), holds.shape)
            return f"side {number} is above side {number + 1}: {a[index]!s} against {b[index]!s}"
    return None
