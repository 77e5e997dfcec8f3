"""An inequality is claimed on a sample that comes near its bound, so that a much smaller bound would fail."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.chapters.claimed import CLAIMING, Stated, stated

NEAR = 1 / 2  # of the larger side; near zero, both may be tiny
TINY = 1e-6


def faults(claim: Stated) -> Iterator[str]:
    """Yield the steps of a chain of inequalities that no sample comes near."""
    for number, (left, right) in enumerate(pairwise(claim.sides), start=1):
        below, above = np.broadcast_arrays(np.asarray(left, float), np.asarray(right, float))
        size = np.maximum(np.abs(below), np.abs(above))
        if not ((above - below <= NEAR * size) | (size <= TINY)).any():
            yield f"{claim.label}: side {number} stays far below side {number + 1}"


@pytest.mark.parametrize("chapter", CLAIMING, ids=lambda path: path.stem)
def test_each_bound_is_nearly_reached(chapter: Path) -> None:
    chains = [claim for claim in stated(chapter) if claim.kind == "claim_order"]
    found = [fault for claim in chains for fault in faults(claim)]
    assert not found, f"{chapter.name}: add a case that comes near the bound\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("sides", "number"),
    [
        ((0.2, 1.0), 1),
        (([0.2, 0.6], 1.0), 0),
        ((-4.0, [-3.0, -1.0]), 0),
        ((-4.0, [-1.0, -0.5]), 1),
        ((0, [1e-7, 3.0], 5), 0),
        ((0, [1e-3, 3.0], 5), 1),
        ((0, [1e-3, 1.0], 5), 2),
    ],
)
def test_a_bound_that_never_binds_is_named(sides: Any, number: int) -> None:
    assert len(list(faults(Stated("claim_order", "eq-a", sides, {}, {})))) == number
