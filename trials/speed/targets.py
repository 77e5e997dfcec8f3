"""What nnlib aims at, and whether the measurements meet it."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from trials.speed.report import geometric_mean
from trials.speed.rounds import Result

Groups = Mapping[str, Sequence[Result]]


class Target(NamedTuple):
    """An aim: the number that is measured, and its bound."""

    aim: str
    bound: float
    measured: Callable[[Groups], Sequence[float]]  # no number where a peer is missing
    of: Callable[[Sequence[float]], float] = max
    at_least: bool = False

    def value(self, groups: Groups) -> float | None:
        """Return the number, or None where nothing was measured."""
        numbers = [number for number in self.measured(groups) if not math.isnan(number)]
        return self.of(numbers) if numbers else None

    def met(self, value: float) -> bool:
        """Tell whether the number, as the page prints it, is within its bound."""
        shown = round(value, 2)
        return shown >= self.bound if self.at_least else shown <= self.bound


def ratios(group: str, *peers: str, only: str = "") -> Callable[[Groups], Sequence[float]]:
    """Choose the ratios of a group to some peers, for cases whose name contains `only`."""
    return lambda groups: [r.ratio(p) for r in groups.get(group, ()) for p in peers if only in r.case.name]


def peak(*cases: str) -> Callable[[Groups], Sequence[float]]:
    """Choose the fractions of the speed of a large matrix product."""
    return lambda groups: [r.of_peak for r in groups.get("conv2d-float32", ()) if r.case.name in cases]


def both(*parts: Callable[[Groups], Sequence[float]]) -> Callable[[Groups], Sequence[float]]:
    """Join choices."""
    return lambda groups: [number for part in parts for number in part(groups)]


def softmax(size: str) -> Callable[[Groups], Sequence[float]]:
    """Choose the ratios of softmax to its plain formula, in both precisions and along both axes."""
    names = f"softmax {size}, axis -1", f"softmax {size}, axis 0"
    groups = "formulas-float32", "formulas-float64"
    return lambda known: [r.ratio("plain") for name in groups for r in known.get(name, ()) if r.case.name in names]


F32, F64, THREADED = "conv2d-float32", "conv2d-float64", "conv2d-float32, all cores"
MADE_FOR = "nnlib.softmax", "nnlib.conv", "nnlib.autodiff"

TARGETS = [
    Target("conv2d float32: PyTorch, geometric mean", 1.0, ratios(F32, "torch"), geometric_mean),
    Target("conv2d float64: PyTorch, geometric mean", 0.6, ratios(F64, "torch"), geometric_mean),
    Target("conv2d: PyTorch, slowest case", 2.0, both(ratios(F32, "torch"), ratios(F64, "torch"))),
    Target("conv2d float32 with all cores: PyTorch, geometric mean", 1.5, ratios(THREADED, "torch"), geometric_mean),
    Target("conv2d: einsum and tensordot, slowest case", 0.5, ratios(F32, "einsum", "tensordot")),
    Target(
        "conv2d float32: share of the speed of a matrix product, least of cls, mid and large forward",
        0.75,
        peak("cls, forward", "mid, forward", "large, forward"),
        min,
        at_least=True,
    ),
    Target(
        "1,000,000 numbers convolved with 1,000: SciPy", 1.0, ratios("convolve", "scipy", only="1,000,000 with 1,000")
    ),
    Target(
        "elementwise functions of 4096×1000: SciPy, slowest case",
        1.0,
        both(*(ratios(f"elementwise-{dtype}", "scipy", only="4096×1000") for dtype in ("float32", "float64"))),
    ),
    Target("softmax of 3 numbers: its plain formula", 2.0, softmax("3")),
    Target("softmax of 64×10: its plain formula, slowest case", 1.5, softmax("64×10")),
    Target("softmax of 4096×1000: its plain formula, slowest case", 1.0, softmax("4096×1000")),
    Target("1000 scalar operations, gradient: micrograd", 2.5, ratios("scalars", "micrograd")),
    Target("network 784-128-10 float32, gradient: PyTorch", 0.7, ratios("network-float32", "torch")),
    Target("network 784-128-10 float64, gradient: PyTorch", 0.7, ratios("network-float64", "torch")),
    Target("network 784-128-10 float32, gradient: by hand", 1.3, ratios("network-float32", "by hand")),
    Target("network 784-128-10 float64, gradient: by hand", 1.3, ratios("network-float64", "by hand")),
    Target("forward mode: the function itself", 2.5, ratios("forward", "the function")),
    Target(
        "import: NumPy, slowest module",
        1.1,
        both(*(ratios("imports", "import numpy", only=module) for module in MADE_FOR)),
    ),
]


def rows(groups: Groups, measured: bool = False) -> list[list[str]]:
    """Return the table of the targets, or of those measured: the aim, its bound, the measurement, and the verdict."""
    cells = [["nnlib next to", "target", "measured", "verdict"]]
    for target in TARGETS:
        value = target.value(groups)
        bound = f"{'≥' if target.at_least else '≤'} {target.bound:.2f}"
        if value is None and measured:
            continue
        if value is None:
            cells.append([target.aim, bound, "", "not measured"])
        else:
            cells.append([target.aim, bound, f"{value:.2f}", "met" if target.met(value) else "not met"])
    return cells
