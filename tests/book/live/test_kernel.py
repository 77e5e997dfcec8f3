"""The kernel of the pages, outside of one: it shows what a notebook shows, and loads what takes long when needed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import pytest

from book.live.kernel import LONGEST, Event, Kernel
from nnlib import plots


class Tried:
    """A kernel and what it tells."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.kernel = Kernel(self.events.append)

    def run(self, *cells: str) -> list[Event]:
        """Run cells, as a page does; return what the last one tells."""
        for number, source in enumerate(cells, start=1):
            self.events.clear()
            for group in self.kernel.needs(source):
                self.kernel.arrived(group)
            self.kernel.run(number, source)
        return self.events

    def text(self, *cells: str) -> str:
        """Return what the last of these cells prints."""
        return "".join(event["text"] for event in self.run(*cells) if event["kind"] == "stream")


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tried]:
    plt.switch_backend("agg")  # before the kernel changes what Matplotlib asks
    monkeypatch.setenv("MPLBACKEND", "agg")  # and what the programs after this test are told
    for name in ("IPython", "IPython.display"):
        monkeypatch.setitem(sys.modules, name, importlib.import_module(name))
    monkeypatch.setattr(plots, "use_style", plots.use_style)
    monkeypatch.setattr(plt, "show", plt.show)
    yield Tried()
    monkeypatch.undo()
    plt.switch_backend("agg")


def test_cells_share_their_names_and_show_their_last_value(tried: Tried) -> None:
    assert tried.text("a = 2", "print(a + 1)") == "3\n"
    assert tried.run("a * 21", "_ + 1") == [{"kind": "value", "text": "43"}]
    assert tried.run("None") == []


def test_a_claim_prints_its_verdict_and_a_failing_one_says_which(tried: Tried) -> None:
    begin = "from nnlib.claims import claim"
    assert tried.text(begin, 'claim("eq-a", 1, 1, rejects={"two": 2})').startswith("✓ eq-a ")
    (event,) = tried.run(begin, 'claim("eq-a", 1, 2, rejects={"three": 3})')
    assert (event["kind"], event["name"]) == ("error", "ClaimFailed")
    assert event["text"].startswith("eq-a does not hold: ")


def test_an_error_is_told_as_python_does_with_the_lines_of_the_cells_alone(tried: Tried) -> None:
    cells = "import numpy as np\ndef f(x):\n    return np.linalg.inv(x)", "y = 1\nf([[0.0]])"
    (event,) = tried.run(*cells)
    assert event["trace"] == (
        "Traceback (most recent call last):\n  cell 2, line 2\n    f([[0.0]])\n"
        "  cell 1, line 3, in f\n    return np.linalg.inv(x)\nnumpy.linalg.LinAlgError: Singular matrix\n"
    )


def test_an_unknown_name_is_told_by_itself(tried: Tried) -> None:
    assert tried.run("print(early)")[0]["unknown"] == "early"
    assert tried.run("1 / 0")[0]["unknown"] is None


def test_a_syntax_error_has_its_line(tried: Tried) -> None:
    (event,) = tried.run("x = 1\nx = = 2")
    assert event["trace"].startswith("  cell 1, line 2\n    x = = 2\n")
    assert event["trace"].endswith("SyntaxError: invalid syntax\n")


def test_what_was_printed_before_an_error_is_kept(tried: Tried) -> None:
    kinds = [event["kind"] for event in tried.run("print('so far')\n1 / 0")]
    assert kinds == ["stream", "error"]


def test_a_cell_that_prints_for_ever_is_cut(tried: Tried) -> None:
    text = tried.text(f"for i in range({LONGEST}): print('abc')")
    assert len(text) < LONGEST + 100
    assert text.endswith("left out)\n")


def test_numbers_for_the_text_are_told_by_name(tried: Tried) -> None:
    events = tried.run("from nnlib.notebook import glue", 'glue("half", 0.5)')
    assert events == [{"kind": "glue", "name": "half", "text": "0.5"}]


FIRST = """import matplotlib.pyplot as plt
from scipy import special as functions, integrate
from nnlib.notebook import setup
from nnlib.plots import DATA, figure
setup()"""


@pytest.mark.parametrize(
    ("cells", "needed"),
    [
        ([FIRST], []),
        ([FIRST, "DATA"], []),
        ([FIRST, "figure()"], ["matplotlib"]),
        ([FIRST, "plt.plot([1])"], ["matplotlib"]),
        (
            [FIRST, "def draw():\n    def inner():\n        return plt\n    return inner", "def f(): draw()", "f()"],
            ["matplotlib"],
        ),
        ([FIRST, "class A:\n    def f(self):\n        return integrate", "A()"], ["scipy"]),
        ([FIRST, "[functions.ndtr(x) for x in (1, 2)]"], ["scipy"]),
        (["import matplotlib.pyplot as plt\nplt.plot([1])"], ["matplotlib"]),
        (["from nnlib.plots import figure\nfigure()"], ["matplotlib"]),
        (["from nnlib.plots import DATA, figure\nDATA"], []),
        (["def f():\n    import sympy"], ["sympy"]),
        (["from mpmath import *"], ["sympy"]),
        (["import numpy as np, sympy"], []),
        (["x = = 1"], []),
    ],
)
def test_what_takes_long_is_loaded_when_a_cell_uses_it(tried: Tried, cells: list[str], needed: list[str]) -> None:
    *before, last = cells
    tried.run(*before)
    tried.kernel.loaded.clear()
    assert tried.kernel.needs(last) == needed


def test_a_name_of_a_package_that_came_later_is_the_packages_own(tried: Tried) -> None:
    tried.run(FIRST, "import math as m, sympy, mpmath as mp", "assert m.pi > 3")
    assert tried.run(FIRST, "import sympy\nx = 1", "print(sympy.pi.n(3), functions.ndtr(0))")[0]["text"] == "3.14 0.5\n"


def test_a_placeholder_that_was_not_foreseen_says_what_to_do(tried: Tried) -> None:
    (event,) = tried.run("import sympy", 'globals()["sympy"].pi')
    assert "Name it in the cell itself" in event["text"]


def test_figures_come_in_the_style_of_the_book(tried: Tried) -> None:
    events = tried.run(FIRST, "fig, axes = figure(width=2)\naxes.plot([1, 2])\nplt.show()\nfigure(width=3)")
    figures = [event["svg"] for event in events if event["kind"] == "figure"]
    assert len(figures) == 2
    assert "#1a1b1c" in figures[0]
    assert "<dc:date>" not in figures[0]


def test_a_table_comes_as_html(tried: Tried) -> None:
    cell: Any = "class T:\n    def _repr_html_(self): return '<b>t</b>'\nT()"
    assert tried.run(cell)[0]["html"] == "<b>t</b>"
