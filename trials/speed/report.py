"""Results as tables, in plain text and in Markdown."""

import math
from collections.abc import Sequence

from nnlib.numerics.text import as_text
from trials.speed.rounds import Result


def table(title: str, results: Sequence[Result]) -> list[list[str]]:
    """Return the cells: one row a case, one column a peer, and the geometric means.

    Parameters
    ----------
    title : str
        The heading of the first column.
    results : sequence of Result
        One for each case.
    """
    peers = list(dict.fromkeys(name for result in results for name in result.times if name != "nnlib"))
    peak = any(result.product for result in results)
    rows = [[title, "nnlib", *(f"× {peer}" for peer in peers), *(["of peak"] if peak else [])]]
    for result in results:
        row = [result.case.name, _seconds(result.seconds), *(_ratio(result.ratio(peer)) for peer in peers)]
        if peak:
            row.append(f"{result.of_peak:.0%}" if result.product else "")
        rows.append(row)
    if len(results) > 1:
        means = [_ratio(geometric_mean([result.ratio(peer) for result in results])) for peer in peers]
        rows.append(["geometric mean", "", *means, *([""] if peak else [])])
    return rows


def geometric_mean(ratios: Sequence[float]) -> float:
    """Return the geometric mean of the ratios that exist."""
    logarithms = [math.log(ratio) for ratio in ratios if not math.isnan(ratio)]
    return math.exp(sum(logarithms) / len(logarithms)) if logarithms else math.nan


def plain(rows: Sequence[Sequence[str]]) -> str:
    """Align the cells."""
    return as_text(rows, numbers=True)


def _seconds(seconds: float) -> str:
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def _ratio(ratio: float) -> str:
    return "" if math.isnan(ratio) else f"{ratio:.2f}"
