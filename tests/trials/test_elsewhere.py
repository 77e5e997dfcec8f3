"""The comparison for other packages sees a planted difference, in a word and in a curve, and no other."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import numpy as np
import pytest

from tests.copies import HEADER
from tools import chapters
from trials import elsewhere, figure_data

CELLS = """```{code-cell}
print(f"a third is {1 / 3:.4f}")
```

```{code-cell}
import matplotlib.pyplot as plt
from nnlib import notebook
notebook.setup()
plt.plot([0, 1, 2], [0, 1, 4], label="squares")
plt.legend()
plt.show()
```
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any], list[Any]]:
    """Execute the small chapter, and record it; return it with its cells and the numbers of its figures."""
    chapter = tmp_path_factory.mktemp("book") / "chapters" / "small.md"
    chapter.parent.mkdir()
    chapter.write_text(HEADER + CELLS)
    chapters.recording(chapter).parent.mkdir(parents=True)
    cells = elsewhere.execute(chapter)
    notebook = chapters.read(chapter)
    notebook.cells = copy.deepcopy(cells)
    for cell in notebook.cells:
        for output in cell.outputs:
            output.get("data", {}).pop(figure_data.MIME, None)
    nbformat.write(notebook, chapters.recording(chapter))
    return chapter, cells, elsewhere.figures(cells)


def test_the_same_is_the_same(executed: tuple[Path, list[Any], list[Any]]) -> None:
    chapter, cells, figures = executed
    assert len(figures) == 1
    assert figures[0]["axes"][0]["lines"][0]["points"] == [[0, 0], [1, 1], [2, 4]]
    assert figures[0]["axes"][0]["legend"] == ["squares"]
    assert elsewhere.compare(chapter, cells, figures) == []


def test_one_digit_of_a_text_is_seen(executed: tuple[Path, list[Any], list[Any]]) -> None:
    chapter, cells, figures = executed
    other = copy.deepcopy(cells)
    other[0].outputs[0].text = "a third is 0.3334\n"
    (fault,) = elsewhere.compare(chapter, other, figures)
    assert "small.md, code cell 1" in fault
    assert "0.3333" in fault
    assert "0.3334" in fault


def test_a_figure_that_is_missing_is_seen(executed: tuple[Path, list[Any], list[Any]]) -> None:
    chapter, cells, figures = executed
    other = copy.deepcopy(cells)
    other[1].outputs = []
    assert len(elsewhere.compare(chapter, other, figures)) == 2


def test_a_chapter_edited_after_recording_is_seen(executed: tuple[Path, list[Any], list[Any]]) -> None:
    chapter, cells, figures = executed
    other = copy.deepcopy(cells)
    other[0].source += "  # edited"
    assert elsewhere.compare(chapter, other, figures) == ["small.md was edited after it was recorded: run make record"]


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
