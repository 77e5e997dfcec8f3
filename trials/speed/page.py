"""The report that the page of the book includes: targets, accuracy, and all tables, every number from a measurement."""

from collections.abc import Mapping, Sequence

from tools import markdown
from trials.speed import report, targets
from trials.speed.accuracy import Error
from trials.speed.rounds import Result

HEAD = """\
{machine}

Each entry is nnlib's time as a multiple of a peer's, so below 1 nnlib is faster. All ways compute the same, which is
checked first. They run in interleaved rounds, and the entry is the median over the rounds. Differences under 10 % are
ties.
"""

PRICE = """\
Where a target is not met, this is what the rest would cost. A layer on a tiny image is a dozen calls of NumPy, half a
microsecond each; a compiled way needs one. A large layer spends most of its time in NumPy's matrix product, and so does
einsum: neither can be twice as fast as the other there, and where PyTorch's own loops beat that product, only other
loops would keep up. The gradient of the network is set beside the same gradient written by hand: the difference is the
price of following any NumPy code, and only a compiler would take it away.

Next to a formula in plain NumPy, a function of nnlib pays for its checks: of dtypes, sizes, axes and labels, and of
whether an argument is being differentiated. That is one to ten microseconds a call, as much as a formula takes on three
numbers, and nothing on large arrays. The logarithm of softmax, logsumexp and the cross-entropy also leave the largest
exponential out of their sum, which takes four more calls, and keeps the tiny loss of a confident prediction. A layer
without channels is set beside `np.convolve`, which knows neither batches nor strides.
"""

ACCURACY = """\
The largest error against 60 digits of mpmath, over points of every magnitude. An ulp is a unit in the last place of
the exact value; an eps is a relative error as large as the distance from 1 to the next number. `logsumexp` has a root,
where no relative accuracy can be had: its unit is the last place of the largest number involved.
"""


def page(
    machine: Sequence[str], groups: Mapping[str, Sequence[Result]], accuracy: Sequence[Error], title: str = ""
) -> str:
    """Write the page from the results of each group, by name; with a title, a part with the targets of some groups."""
    head = HEAD.format(machine="\n".join(f"- {line}" for line in machine))
    parts = [f"## {title}\n", head] if title else [head, "## Targets\n"]
    parts.append(_table(targets.rows(groups, measured=bool(title))) + "\n")
    parts += [] if title else [PRICE]
    parts += ["## Accuracy\n", ACCURACY, _table(accuracy_rows(accuracy)) + "\n"] if accuracy else []
    parts += [] if title else ["## Times\n"]
    for name, results in groups.items():
        parts += [f"### {name}\n", _table(report.table("case", results)) + "\n"]
    return "\n".join(parts)


def _table(rows: Sequence[Sequence[str]]) -> str:
    return markdown.table(rows, right=range(1, len(rows[0])))


def accuracy_rows(errors: Sequence[Error]) -> list[list[str]]:
    """Return the table of the largest errors; softmax is held to SciPy, the others to a number."""
    cells = [["function", "dtype", "unit", "SciPy", "nnlib", "target", "verdict"]]
    for e in errors:
        verdict = "met" if round(e.nnlib, 1) <= round(e.allowed, 1) else "not met"
        scipy = "" if e.scipy is None else f"{e.scipy:.2g}" if e.scipy >= 1000 else f"{e.scipy:.1f}"
        cells.append([e.function, e.dtype, e.unit, scipy, f"{e.nnlib:.1f}", f"≤ {e.allowed:.1f}", verdict])
    return cells
