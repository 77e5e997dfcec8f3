"""A wrong version that a claim rejects is a mistake of its own, which somebody could make, and is named for what it is.

What a program can tell: that no two versions under a claim are the same, that a version has the shape and the size of
what it is mistaken for, that it is a number somewhere, and that a version that differs in sign alone says so. That a
name fits its expression otherwise has been read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.chapters.claimed import CLAIMING, Stated, stated

FAR = 1e4  # nobody mistakes a number for one that is so much larger or smaller, at every place
ZERO = 1e-6  # what is claimed to be zero comes out as something like 1e-17
OF_SIGN = re.compile(r"sign|minus|hill|exchanged|turned|sin\b|negative")


def faults(claim: Stated) -> Iterator[str]:
    """Yield what is wrong with the wrong versions of a claim."""
    versions = list(claim.rejects.items())
    for (name, value), (other, same) in combinations(versions, 2):
        if not differ(value, same, claim):
            yield f"{claim.label}: {name!r} and {other!r} are the same"
    if claim.kind == "claim":
        side = max(map(numbers, claim.sides), key=np.size)
        for name, value in versions:
            yield from (f"{claim.label}: {name!r} {fault}" for fault in _faults(name, numbers(value), side))


def _faults(name: str, wrong: Any, side: Any) -> Iterator[str]:
    if object in (wrong.dtype, side.dtype):  # symbols
        return
    if wrong.ndim and (wrong.ndim != side.ndim or wrong.shape[1:] != side.shape[1:]):  # a list may be longer
        yield f"has the shape {wrong.shape}, and what it is mistaken for {side.shape}"
    elif not np.isfinite(wrong).any():
        yield "is nowhere a number"
    elif wrong.ndim == 0 or wrong.shape == side.shape:
        both = np.isfinite(wrong) & np.isfinite(side) & (wrong != 0) & (np.abs(side) > ZERO)
        ratio = np.broadcast_to(wrong, side.shape)[both] / side[both]
        if ratio.size and (np.abs(np.log(np.abs(ratio))) > np.log(FAR)).all():
            yield "is of another order of magnitude everywhere"
        if ratio.size and ratio.size == np.size(side) and np.allclose(ratio, -1) and not OF_SIGN.search(name):
            yield "differs in sign alone"


def numbers(value: Any) -> Any:
    """Return numbers as floats, and symbols as they are."""
    array = np.asarray(value)
    try:
        return array.astype(float)
    except (TypeError, ValueError):
        return np.asarray(None)


def differ(one: Any, other: Any, claim: Stated) -> bool:
    """Tell whether two wrong versions would be told apart by their claim."""
    if claim.kind == "claim":
        return not Stated("claim", claim.label, (one, other), {}, claim.options).holds
    return len(one) != len(other) or not all(map(np.array_equal, one, other))


@pytest.mark.parametrize("chapter", CLAIMING, ids=lambda path: path.stem)
def test_each_wrong_version_is_a_mistake_of_its_own(chapter: Path) -> None:
    found = [fault for claim in stated(chapter) for fault in faults(claim)]
    assert not found, f"{chapter.name}: choose another, or name it for what it is\n" + "\n".join(found)


def test_the_wrong_versions_of_the_book_were_seen() -> None:
    assert sum(len(claim.rejects) for chapter in CLAIMING for claim in stated(chapter)) > len(CLAIMING)


SIDE = np.array([1.0, 2, 4])


@pytest.mark.parametrize(
    ("rejects", "expected"),
    [
        ({"the square": SIDE**2, "not divided": SIDE * SIDE}, "'the square' and 'not divided' are the same"),
        ({"the square": SIDE**2, "halved": SIDE / 2}, ""),
        ({"a column": SIDE[:, None]}, "has the shape (3, 1), and what it is mistaken for (3,)"),
        ({"one left out": SIDE[:2]}, ""),
        ({"the logarithm of nothing": SIDE * np.nan}, "is nowhere a number"),
        ({"overflow": SIDE * [1, 1, np.inf]}, ""),
        ({"a large factor": SIDE * 1e5}, "is of another order of magnitude everywhere"),
        ({"the exponential": SIDE * [2, 1e3, 1e9]}, ""),
        ({"the mean": -SIDE}, "'the mean' differs in sign alone"),
        ({"the minus lost": -SIDE}, ""),
        ({"nothing": 0.0}, ""),
    ],
)
def test_a_wrong_version_that_nobody_would_make_is_named(rejects: dict[str, Any], expected: str) -> None:
    found = list(faults(Stated("claim", "eq-a", (SIDE, SIDE), rejects, {})))
    assert len(found) == bool(expected), found
    assert expected in "".join(found)


def test_two_equal_chains_are_named() -> None:
    chains = {"steeper": (SIDE, 1), "too steep": (SIDE, 1), "turned round": (3, SIDE)}
    claim = Stated("claim_order", "eq-a", (0, SIDE), chains, {})
    assert list(faults(claim)) == ["eq-a: 'steeper' and 'too steep' are the same"]
