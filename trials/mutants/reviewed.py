"""The reviewed list: mutants that no test can or should notice, each with the reason.

An entry names a module, a function and the source of the line, never its number, so that it survives whatever moves
around it. It may name what the line becomes; otherwise it speaks of every mutant of that line. A pattern speaks of one
kind of change wherever it is made: of what a change brings in, not of what the line says anyway.
"""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tools.paths import ROOT
from trials.mutants.plant import Place, close, function_at

LIST = ROOT / "tests" / "mutants_reviewed.toml"


@dataclass(frozen=True)
class Entry:
    """One entry: about a line, or about a kind of change."""

    reason: str
    module: str = ""
    function: str = ""
    was: str = ""
    now: tuple[str, ...] = ()
    pattern: str = ""

    def speaks_of(self, mutant: Place) -> bool:
        """Tell whether the entry explains why this mutant survives."""
        if self.pattern:
            was, now = (len(re.findall(self.pattern, close(line))) for line in (mutant.was, mutant.now))
            return now > was
        line = (self.module, self.function, close(self.was))
        return line == mutant.name[:3] and (not self.now or close(mutant.now) in map(close, self.now))

    def problem(self, root: Path = ROOT) -> str:
        """Say what is wrong with the entry; empty when nothing is."""
        if len(self.reason.split()) < 4:
            return f"an entry without a reason: {self.was or self.pattern!r}"
        if self.pattern:
            return ""
        path = root / "nnlib" / f"{self.module}.py"
        if not path.exists():
            return f"there is no module {self.module}"
        source = path.read_text(encoding="utf-8")
        tree = ast.parse(source)
        for number, line in enumerate(source.splitlines(), start=1):
            if close(line) == close(self.was) and function_at(tree, number) == self.function:
                return ""
        return f"{self.module}, {self.function}: no line reads {self.was!r}"


def entries(kind: str = "mutant", path: Path = LIST) -> list[Entry]:
    """Return the list of mutants, or that of faults in chapters, whose `module` is a chapter."""
    listed = tomllib.loads(path.read_text(encoding="utf-8")).get(kind, [])
    return [Entry(**fields | {"now": tuple(fields.get("now", ()))}) for fields in listed]
