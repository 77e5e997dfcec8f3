"""The numbers of a figure tell a planted difference from rounding."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from trials import figure_data


def drawn(height: float = 4.0, **style: Any) -> dict[str, Any]:
    """Return the numbers of a figure with one of everything."""
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.plot([0, 1, 2], [0, 1, height], **style)
    axes.fill_between([0, 1], [0, 1])
    axes.scatter([0, 1], [1, 0])
    axes.bar([0, 1], [0.5, 0.25])
    axes.imshow(np.eye(2), extent=(0, 1, 0, 1), aspect="auto")
    axes.text(0.5, 0.5, "words")
    axes.set(xlim=(0, 2), ylim=(0, 5), title="a title")
    return figure_data.describe(figure)


def test_a_curve_may_move_by_rounding_and_no_more() -> None:
    assert figure_data.differences(drawn(), drawn(4 + 1e-9)) == []
    (fault,) = figure_data.differences(drawn(), drawn(4 + 1e-4))
    assert "lines 1 points: up to 0.0001 apart" in fault


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["title"], "another title"),
        (["limits"], [0, 2, 0, 6]),
        (["lines", 0, "color"], mpl.colors.to_rgba("red")),
        (["lines", 0, "style"], "--"),
        (["lines", 0, "points"], [[0, 0], [1, 1]]),
        (["lines", 0, "points", 1, 1], float("nan")),
        (["collections", 1, "offsets", 0, 0], 0.01),
        (["collections", 0, "outlines", 0, 0, 1], 0.01),
        (["patches", 1, "outline", 2, 1], 0.2501),
        (["images", 0, "values", 0, 1], 0.001),
        (["texts", 0, "text"], "other words"),
        (["texts", 0, "at"], [0.5, 0.6]),
        (["texts"], []),
    ],
)
def test_a_difference_in_any_part_of_a_figure_is_seen(path: list[Any], value: Any) -> None:
    here, there = drawn(), drawn()
    part: Any = there["axes"][0]
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = list(value) if isinstance(value, tuple) else value
    assert len(figure_data.differences(here, there)) == 1
