"""Run a chapter with a fault in it, and say what noticed.

The sound chapter is run cell by cell. Before a cell with faults, one process is forked for each: it goes on from there
with the fault, so that nothing is computed twice and nothing that a fault does reaches the next one.
"""

from __future__ import annotations

import contextlib
import functools
import io
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trials.faults.apart import apart
from trials.faults.plant import Fault, code

PATIENCE = 20.0  # seconds that a fault may take, and five times as long as the sound chapter


class Session:
    """A chapter being executed: what it has shown so far, and its variables."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.text = io.StringIO()
        self.quoted: list[tuple[str, str]] = []
        self.figures: list[str] = []

    def execute(self, source: str, name: str) -> None:
        """Execute one cell; keep its figures as text."""
        import matplotlib.pyplot as plt

        from nnlib import notebook

        genuine = notebook.glue
        notebook.glue = self._quote
        try:
            with contextlib.redirect_stdout(self.text), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(source, name, "exec"), self.namespace)
            for figure in map(plt.figure, plt.get_fignums()):
                picture = io.StringIO()
                figure.savefig(picture, format="svg", metadata={"Date": None})
                self.figures.append(picture.getvalue())
        finally:
            notebook.glue = genuine
            plt.close("all")

    def _quote(self, name: str, value: Any, *, decimals: int = 4, significant: int | None = None) -> None:
        """Keep a quoted number as the page shows it."""
        from nnlib import notebook

        self.quoted.append((name, notebook._text(value, decimals, significant, inline=True)))

    @property
    def shown(self) -> tuple[str, list[tuple[str, str]], list[str]]:
        """What a reader sees, and what nbval compares."""
        return self.text.getvalue(), self.quoted, self.figures

    @property
    def variables(self) -> dict[str, str]:
        """The values of the variables, as texts."""
        return {name: _digest(value) for name, value in self.namespace.items() if not name.startswith("_")}


def _digest(value: Any) -> str:
    """Return a text that tells two values apart; functions and modules are told apart by what they do, not here."""
    with contextlib.suppress(TypeError, ValueError), np.printoptions(threshold=sys.maxsize, precision=9):
        array = np.asarray(value)
        if array.dtype.kind in "biufc":
            return repr(array)
    return type(value).__name__


def run(chapter: Path, faults: Sequence[Fault]) -> list[tuple[Fault, str]]:
    """Run a chapter once for each fault; return each with its verdict."""
    cells, found = code(chapter), []
    with np.printoptions():
        start = time.process_time()
        sound = _whole(cells)
        limit = PATIENCE + 5 * (time.process_time() - start)
        session = Session()
        for number, source in enumerate(cells):
            for fault in (fault for fault in faults if fault.cell == number):
                rest = [fault.source, *cells[number + 1 :]]
                answer = apart(functools.partial(_verdict, session, rest, sound), limit)
                found.append((fault, "error" if answer == "time" or answer.startswith("crash") else answer))
            session.execute(source, f"<code cell {number}>")
    return found


def _whole(cells: Sequence[str]) -> Session:
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "faults"  # otherwise the names in a figure differ from run to run
    session = Session()
    for number, source in enumerate(cells):
        session.execute(source, f"<code cell {number}>")
    return session


def _verdict(session: Session, rest: Sequence[str], sound: Session) -> str:
    """Go on with a chapter that has a fault; say what notices it."""
    from nnlib.claims import ClaimFailed

    try:
        for number, source in enumerate(rest):
            session.execute(source, f"<code cell {number} from the fault>")
    except (ClaimFailed, AssertionError):
        return "claim"
    except Exception:
        return "error"
    if session.shown != sound.shown:
        return "comparison"
    return "survived" if session.variables != sound.variables else "no effect"
