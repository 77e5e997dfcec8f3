"""Chapters can be taken apart: a cell runs again, a section runs alone, and a line of prose is one sentence.

Whoever teaches from one section, or tries a cell twice, meets no name that another cell has taken for something else.
A section may use functions of another one, and what took long to train, if one line of its text says so:
"uses `forward`, `loss` from {ref}`label`". The cells that define these names then run first.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import functools
import hashlib
import io
import re
import symtable
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from tools import chapters

TRAIN = "train"  # the one function that takes minutes: what it returned is remembered, for the same arguments
LONG = {"digits"}
LENGTH = 320
USES = re.compile(r"((?:`\w+`(?:,? and |, )?)+) from \{ref\}`(?:[^`<]*<)?([\w-]+)>?`")
TWO_SENTENCES = re.compile(r"[.?!][\"”)*_]*\s+[\"“(*_]*[A-Z$`{\\]")
WRITTEN_BY_A_PROGRAM = {"benchmarks"}

PAGES = [page for page in chapters.pages() if page.stem not in WRITTEN_BY_A_PROGRAM]
CHAPTERS = [
    pytest.param(page, id=page.stem, marks=[pytest.mark.slow] if page.stem in LONG else [])
    for page in chapters.notebooks()
]


# A chapter in parts -------------------------------------------------------------------------------------------


@dataclass
class Part:
    """What stands under a heading, down to the next heading of its level or above."""

    level: int
    title: str
    text: list[str] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)


def parts(chapter: Path) -> tuple[list[str], list[Part], dict[str, Part]]:
    """Return the sources of the code cells, the parts, and the parts by label."""
    sources: list[str] = []
    found: list[Part] = []
    labeled: dict[str, Part] = {}
    current: list[Part] = []
    for cell in chapters.read(chapter).cells:
        if cell.cell_type == "code":
            for part in current:
                part.cells.append(len(sources))
            sources.append(cell.source)
            continue
        label = None
        for line in cell.source.splitlines():
            if heading := re.match(r"(#+) (.*)", line):
                current = [part for part in current if part.level < len(heading[1])]
                current.append(Part(len(heading[1]), heading[2]))
                found.append(current[-1])
                if label:
                    labeled[label] = current[-1]
            target = re.fullmatch(r"\(([\w-]+)\)=", line)
            label = target[1] if target else None
            for part in current:
                part.text.append(line)
    return sources, found, labeled


def names(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds, and those that it needs from elsewhere."""
    bound, needed = set(), set()

    def look(table: symtable.SymbolTable, top: bool) -> None:
        for symbol in table.get_symbols():
            if top and symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace() and top:
                bound.add(symbol.get_name())
            if symbol.is_referenced() and (top or symbol.is_global()):
                needed.add(symbol.get_name())
        for child in table.get_children():
            look(child, False)

    look(symtable.symtable(source, "cell", "exec"), True)
    return bound, needed - bound - set(dir(builtins))


class Makers:
    """Which cells must have run for a name to have its value."""

    def __init__(self, sources: list[str]) -> None:
        self.names = [names(source) for source in sources]

    def maker(self, name: str, among: range | list[int]) -> int | None:
        """Return the last of these cells that binds the name."""
        return next((cell for cell in reversed(among) if name in self.names[cell][0]), None)

    def of(self, cell: int) -> set[int]:
        """Return the cell with all that make what it needs."""
        makers = {self.maker(name, range(cell)) for name in self.names[cell][1]} - {None}
        return {cell}.union(*(self.of(maker) for maker in makers if maker is not None))


# Running them -------------------------------------------------------------------------------------------------


@functools.cache
def trained() -> dict[Any, Any]:
    """Return where the results of trainings are kept, for all tests of this file."""
    return {}


def fingerprint(value: Any, inside: frozenset[Any] = frozenset()) -> Any:
    """Return something hashable that is equal for equal values; of a function, with all that it looks up."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, hashlib.blake2b(np.ascontiguousarray(value)).digest()
    if isinstance(value, tuple | list):
        return tuple(fingerprint(item, inside) for item in value)
    if isinstance(value, dict):
        return tuple((key, fingerprint(item, inside)) for key, item in value.items())
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    if isinstance(value, types.FunctionType):
        if value.__globals__.get("__name__") != "__main__":
            return value.__module__, value.__qualname__
        if value.__code__ in inside:
            return value.__code__
        inside |= {value.__code__}
        looked_up = {name: value.__globals__[name] for name in _globals(value.__code__) if name in value.__globals__}
        return value.__code__, fingerprint(value.__defaults__, inside), fingerprint(looked_up, inside)
    return repr(value)


def _globals(code: types.CodeType) -> list[str]:
    within = [name for const in code.co_consts if isinstance(const, types.CodeType) for name in _globals(const)]
    return sorted({*code.co_names, *within})


def remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def train(*arguments: Any, **options: Any) -> Iterator[Any]:
        key = fingerprint((function, arguments, options))
        if key not in trained():
            trained()[key] = list(function(*arguments, **options))
        return iter(copy.deepcopy(trained()[key]))

    return train


def run(source: str, number: int, namespace: dict[str, Any]) -> str | None:
    """Execute one cell; return what it raised."""
    import matplotlib.pyplot as plt

    before = namespace.get(TRAIN)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, f"<code cell {number + 1}>", "exec"), namespace)
    except Exception as error:
        first = source.lstrip().splitlines()[0]
        return f"code cell {number + 1} ({first}): {type(error).__name__}: {error}"
    finally:
        plt.close("all")
    if namespace.get(TRAIN) is not before:
        namespace[TRAIN] = remembering(namespace[TRAIN])
    return None


@contextlib.contextmanager
def fresh() -> Iterator[dict[str, Any]]:
    """Yield a namespace like that of a kernel that was just started."""
    mpl.use("Agg")
    with np.printoptions(), mpl.rc_context():
        yield {"__name__": "__main__"}


def faults_again(chapter: Path) -> list[str]:
    """Run all cells, then each one once more in the state that the last one left."""
    sources, _, _ = parts(chapter)
    with fresh() as namespace:
        found = [said for number, source in enumerate(sources) if (said := run(source, number, namespace))]
        final = dict(namespace)
        for number, source in enumerate(sources):
            if said := run(source, number, namespace):
                found.append(said)
            namespace.clear()
            namespace.update(final)
    return found


def faults_alone(chapter: Path) -> list[str]:
    """Run each section after the first cell alone, and after the cells that make what its text says it uses."""
    sources, found_parts, labeled = parts(chapter)
    makers, found = Makers(sources), []
    for section in [part for part in found_parts if part.level == 2 and part.cells]:
        first, allowed = {0}, set()
        for line in [line for line in section.text if re.search(r"\b[Uu]ses\b", line)]:
            for listed, label in USES.findall(line):
                for name in re.findall(r"\w+", listed):
                    cells = labeled[label].cells if label in labeled else []
                    maker = makers.maker(name, cells)
                    if maker is None:
                        found.append(f"{section.title}: uses {name} from {label}, which does not define it")
                    else:
                        first |= makers.of(maker)
                        allowed.add((name, maker))
        with fresh() as namespace:
            for number in sorted(first):
                if said := run(sources[number], number, namespace):
                    found.append(f"{section.title}, before it: {said}")
            for name, maker in allowed:
                if not _is_code(namespace.get(name)) and TRAIN not in _all_names(makers, maker):
                    found.append(f"{section.title}: uses {name}, which is no function: build the value in the section")
            for number in section.cells:
                if number not in first and (said := run(sources[number], number, namespace)):
                    found.append(f"{section.title}: {said}")
    return found


def _is_code(value: Any) -> bool:
    return callable(value) or (isinstance(value, tuple | list) and bool(value) and all(map(_is_code, value)))


def _all_names(makers: Makers, cell: int) -> set[str]:
    return set().union(*(makers.names[number][1] for number in makers.of(cell)))


# The prose ----------------------------------------------------------------------------------------------------


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of a page that are neither header, code, mathematics nor table."""
    fence, header = "", text.startswith("---\n")
    for number, line in enumerate(text.splitlines(), start=1):
        if header:
            header = number == 1 or line != "---"
        elif fence:
            fence = "" if line.strip() == fence else fence
        elif opening := re.match(r"\s*(`{3,})(?:\{(?:code-cell|math|code-block|bibliography)\}|\w+\s*$|$)", line):
            fence = opening[1]
        elif " | " not in line:
            yield number, line


def faults_of_prose(text: str) -> list[str]:
    """Return the lines of a page that hold two sentences or are too long."""
    long = [f"line {number} has {len(line)} characters" for number, line in prose(text) if len(line) > LENGTH]
    return long + [f"line {number}: {line}" for number, line in prose(text) if TWO_SENTENCES.search(line)]


# The tests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_cell_runs_again_after_the_last_one(chapter: Path) -> None:
    found = faults_again(chapter)
    assert not found, f"{chapter.name}: give what changes a name of its own\n" + "\n".join(found)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_section_runs_after_the_first_cell_alone(chapter: Path) -> None:
    found = faults_alone(chapter)
    assert not found, (
        f"{chapter.name}: build the value in the section; for a function, write into its text: "
        "uses `name` from {ref}`label`\n" + "\n".join(found)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_line_of_prose_is_one_sentence(page: Path) -> None:
    found = faults_of_prose(page.read_text(encoding="utf-8"))
    assert not found, f"{page.name}: one sentence a line, of at most {LENGTH} characters\n" + "\n".join(found)
