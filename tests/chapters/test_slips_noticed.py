"""A slip in what a claim compares is noticed: no sample hides a factor, a sign or a transposition.

All slips take minutes; `make mutants` plants them, with SLIPS=all. Otherwise one in eight is planted.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chapters.claimed import CLAIMING
from tests.chapters.slipped import Slip, slips
from tests.copies import HEADER

SHARE = 1 if os.environ.get("SLIPS") == "all" else 8
QUICK = {"index", "activations", "autodiff", "convolution"}
CHAPTERS = [pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem not in QUICK)) for path in CLAIMING]

SMALL = """
```{{code-cell}} ipython3
import numpy as np
from nnlib.claims import claim, claim_order
rng = np.random.default_rng(1)
A, v, w, one = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3), 1
B = A + A.T
```

```{{code-cell}} ipython3
{}
```
"""


def said(slip: Slip) -> str:
    return f"cell {slip.cell}, {', '.join(slip.labels)}, {slip.what}:\n    {slip.was}\n    {slip.now}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_claims_of_a_chapter_notice_every_slip(chapter: Path) -> None:
    hidden = [said(slip) for slip in slips(chapter, SHARE) if slip.verdict == "unnoticed"]
    assert not hidden, f"{chapter.name}: choose a sample on which it shows\n" + "\n".join(hidden)


@pytest.mark.parametrize(
    ("cell", "verdict", "what"),
    [
        ("claim('eq-a', B @ v, [B[i] @ v for i in range(3)], rejects={'x': v})", "unnoticed", "matrix transposed"),
        ("claim('eq-a', A @ v, [A[i] @ v for i in range(3)], rejects={'x': v})", "noticed", "matrix transposed"),
        ("claim('eq-a', one * v, v.copy(), rejects={'x': -v})", "unnoticed", "factor dropped"),
        ("z = np.zeros(3)\nclaim('eq-a', v + z, v.copy(), rejects={'x': -v})", "unnoticed", "term dropped"),
        (
            "z = np.array([2.0, 3])\nclaim('eq-a', np.maximum(z, 0), z.copy(), rejects={'x': -z})",
            "unnoticed",
            "bound dropped",
        ),
        (
            "z = np.array([1.0, 4, 1])\nclaim('eq-a', z[::-1], [1, 4, 1], rejects={'x': -z})",
            "unnoticed",
            "end of a slice dropped",
        ),
        ("k = m = 2\nclaim('eq-a', 5 * k + m, 12, rejects={'x': 1})", "unnoticed", "name exchanged"),
        ("u = v @ w\nclaim('eq-a', u, sum(v * w), rejects={'x': 9})", "equivalent", "operands exchanged"),
        ("claim('eq-a', w @ v.T, sum(v * w), rejects={'x': 9})", "equivalent", "transposition dropped"),
        ("claim_order('eq-a', 0, v**2, rejects={'x': (v, 0 * v)})", "looser", "off by one"),
        ("z = np.array([2.0, 3])\nclaim_order('eq-a', 0, z**2, rejects={'x': (z, 0)})", "unnoticed", "power dropped"),
    ],
)
def test_a_sample_that_hides_a_slip_is_told_from_one_that_shows_it(
    tmp_path: Path, cell: str, verdict: str, what: str
) -> None:
    chapter = tmp_path / "small.md"
    chapter.write_text(HEADER + SMALL.format(cell), encoding="utf-8")
    assert verdict in [slip.verdict for slip in slips(chapter) if slip.what == what]
