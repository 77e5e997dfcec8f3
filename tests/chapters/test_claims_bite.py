"""The claims see an error in nnlib by themselves, without the recorded outputs.

A claim whose sides all come from the code under test stays green when that code is wrong. So every function of nnlib
that a chapter calls is scaled, by 1.001 and by 1.000001, and one of the chapter's claims must say that its equation
does not hold. That each of them holds as things are, the comparison of outputs says.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from nnlib.claims import ClaimFailed
from tests.chapters.in_process import code, execute, imported, scaled
from tests.chapters.trained import untrained
from tools import chapters


def slow_if(condition: bool) -> list[pytest.MarkDecorator]:
    return [pytest.mark.slow] if condition else []


CLAIMING = [path for path in chapters.notebooks() if "\nclaim" in "\n".join(code(path))]
LONG = {"digits"}  # trains networks: its claims must see the error in what was not trained, and one factor is enough
# Compared with what the chapter trains, in a cell of its own; and a picture, which no equation is about.
APART = {"load_digit_network", "load_photograph"}
CALLS = [(path, module, name) for path in CLAIMING for module, name in imported(path) if name not in APART]

CASES = [pytest.param(*call, 1.001, marks=slow_if(call[0].stem in LONG)) for call in CALLS]
CASES += [pytest.param(*call, 1.000001, marks=slow_if(True)) for call in CALLS if call[0].stem not in LONG]


def names(value: object) -> str:
    return value.stem if isinstance(value, Path) else str(value)


def is_broken_claim(error: Exception) -> bool:
    return isinstance(error, ClaimFailed) and "does not hold" in str(error)


def a_claim_breaks(chapter: Path) -> bool:
    """Tell whether an equation of the chapter is said not to hold, as things are now."""
    sources = untrained(code(chapter)) if chapter.stem in LONG else code(chapter)
    return any(map(is_broken_claim, execute(sources, enough=is_broken_claim)))


@pytest.mark.parametrize(("chapter", "module", "name", "factor"), CASES, ids=names)
def test_a_scaled_function_breaks_a_claim(
    chapter: Path, module: str, name: str, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = getattr(importlib.import_module(module), name)
    monkeypatch.setattr(f"{module}.{name}", scaled(function, factor))
    assert a_claim_breaks(chapter), (
        f"{chapter.name} stays green with {module}.{name} scaled by {factor}: give one of its claims a side that does "
        "not come from nnlib (a finite difference, the definition in plain NumPy, a closed form)"
    )
