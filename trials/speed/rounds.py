"""Time several ways of computing one thing, in rounds: each runs them all, so that they share the machine's moods.

Absolute times mean little on a machine that does other work, too. A ratio within a round means more, and the median of
the rounds' ratios is what the tables show. Differences under 10 % are ties. With one thread, processor time leaves out
the moments in which another program runs.
"""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Run = Callable[[], Any]
Clock = Callable[[], float]
SAMPLE = 2e-3  # seconds: shorter calls are repeated until they fill one sample
ROUNDS = 3, 31


@dataclass
class Case:
    """One thing to compute, and the ways to: nnlib's first, each returning an array or a tuple of arrays."""

    name: str
    runs: dict[str, Run]
    tolerance: float | None = 1e-3  # relative to the largest entry; None where the results are not comparable
    multiply_adds: int = 0  # where given, the speed is also compared to that of a large matrix product
    product: Run | None = None
    product_multiply_adds: int = 0


@dataclass
class Result:
    """The times of a case: seconds for one call, one number a round."""

    case: Case
    times: dict[str, list[float]] = field(default_factory=dict)
    product: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The median time of nnlib."""
        return statistics.median(self.times["nnlib"])

    def saved(self) -> dict[str, Any]:
        """Return what `restored` needs, ready for JSON."""
        case = self.case
        work = {"multiply_adds": case.multiply_adds, "product_multiply_adds": case.product_multiply_adds}
        return {"case": {"name": case.name, **work}, "times": self.times, "product": self.product}

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> "Result":
        """Make a result of what was saved; its case can no longer be run."""
        return cls(Case(runs={}, **saved["case"]), saved["times"], saved["product"])

    def ratio(self, peer: str) -> float:
        """Return nnlib's time as a multiple of the peer's: below 1, nnlib is faster."""
        if peer not in self.times:
            return math.nan
        return statistics.median(a / b for a, b in zip(self.times["nnlib"], self.times[peer], strict=True))

    @property
    def of_peak(self) -> float:
        """The multiply-adds a second, as a fraction of what a large matrix product reaches."""
        if not self.product:
            return math.nan
        case = self.case
        seconds = statistics.median(a / b for a, b in zip(self.times["nnlib"], self.product, strict=True))
        return case.multiply_adds / case.product_multiply_adds / seconds


def measure(case: Case, seconds: float, clock: Clock = time.perf_counter) -> Result:
    """Check that all ways give the same, then time them for about so many seconds, by a clock of the `time` module."""
    _compare(case)
    repeats = {}
    for name, run in case.runs.items():
        once = _time(run, 1, clock)
        repeats[name] = max(1, math.ceil(SAMPLE / max(once, 1e-7)))
    result = Result(case, {name: [] for name in case.runs})
    stop = time.perf_counter() + seconds
    for done in range(ROUNDS[1]):
        if done >= ROUNDS[0] and time.perf_counter() > stop:
            break
        for name, run in case.runs.items():
            result.times[name].append(_time(run, repeats[name], clock))
        if case.product:
            result.product.append(_time(case.product, 1, clock))
    return result


def _time(run: Run, repeats: int, clock: Clock) -> float:
    start = clock()
    for _ in range(repeats):
        run()
    return (clock() - start) / repeats


def _compare(case: Case) -> None:
    """Run everything once; ways that compute different things must not be compared in speed."""
    results = {name: run() for name, run in case.runs.items()}
    if case.tolerance is None:
        return
    ours = _arrays(results["nnlib"])
    for name, result in results.items():
        for one, other in zip(ours, _arrays(result), strict=True):
            scale = float(np.abs(one).max()) * case.tolerance
            if one.shape != other.shape or not np.allclose(one, other, rtol=0, atol=scale):
                raise AssertionError(f"{case.name}: {name} computes something else than nnlib")


def _arrays(result: Any) -> list[Any]:
    parts = result if isinstance(result, tuple | list) else [result]
    return [np.asarray(part.detach() if hasattr(part, "detach") else part) for part in parts]
