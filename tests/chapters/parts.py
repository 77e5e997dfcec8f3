"""A chapter in parts: what stands under each heading, and which cells make the names that a cell needs."""

from __future__ import annotations

import builtins
import re
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools import chapters


@dataclass
class Part:
    """What stands under a heading, down to the next heading of its level or above: its text, and its cells' numbers."""

    level: int
    title: str
    text: list[str] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)


def parts(chapter: Path) -> tuple[list[str], list[Part], dict[str, Part]]:
    """Return the sources of the code cells, the parts, and the parts by label."""
    sources: list[str] = []
    found: list[Part] = []
    labeled: dict[str, Part] = {}
    open_parts: list[Part] = []
    for cell in chapters.read(chapter).cells:
        if cell.cell_type == "code":
            for part in open_parts:
                part.cells.append(len(sources))
            sources.append(cell.source)
            continue
        label = None
        for line in cell.source.splitlines():
            if heading := re.match(r"(#+) (.*)", line):
                open_parts = [part for part in open_parts if part.level < len(heading[1])]
                open_parts.append(Part(len(heading[1]), heading[2]))
                found.append(open_parts[-1])
                if label:
                    labeled[label] = open_parts[-1]
            target = re.fullmatch(r"\(([\w-]+)\)=", line)
            label = target[1] if target else None
            for part in open_parts:
                part.text.append(line)
    return sources, found, labeled


def names(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds, and those that it needs from elsewhere."""
    bound, needed = set(), set()

    def look(table: symtable.SymbolTable, top: bool) -> None:
        for symbol in table.get_symbols():
            if top and (symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()):
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
        self.bound, self.needed = zip(*map(names, sources), strict=True)

    def maker(self, name: str, among: Sequence[int]) -> int | None:
        """Return the last of these cells that binds the name."""
        return next((cell for cell in reversed(among) if name in self.bound[cell]), None)

    def of(self, cell: int) -> set[int]:
        """Return the cell with all that make what it needs."""
        makers = {self.maker(name, range(cell)) for name in self.needed[cell]} - {None}
        return {cell}.union(*(self.of(maker) for maker in makers if maker is not None))


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
