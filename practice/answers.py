"""The kinds of answers: how each is read, when two are the same, how one is typed, shown and handed on.

`same` compares what was typed with the answer or with the value of a slip. `slack` widens the tolerance: values that a
problem keeps apart differ by more than twice of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

from practice import reading
from practice.draw import Draw
from practice.reading import Refused
from practice.text import plain, tex

NEAR = 10


@dataclass(frozen=True)
class Answer:
    """The right value, and what a typed one has to look like."""

    value: Any
    kind: ClassVar[str] = "answer"

    def expects(self) -> str:
        """Say which form is expected, in a few words."""
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """Return the value of what was typed, or raise `Refused`."""
        raise NotImplementedError

    def same(self, typed: Any, value: Any, slack: float = 1.0) -> bool:
        """Say whether a typed value is this one."""
        raise NotImplementedError

    def apart(self, one: Any, other: Any) -> bool:
        """Say whether nothing that is typed can be taken for both."""
        return not self.same(one, other, slack=2.1)

    def near(self, typed: Any) -> bool:
        """Say whether only rounding separates a typed value from the answer."""
        return False

    def form(self, typed: Any) -> str | None:
        """Say what is wrong with the form of a value that could be read, if anything."""
        return None

    def typed(self, value: Any) -> str:
        """Return a value as a reader would type it."""
        raise NotImplementedError

    def tex(self) -> str:
        """Return the answer as mathematics."""
        return tex(self.value)

    def data(self) -> dict[str, Any]:
        """Return what another program needs to recognize an answer."""
        return {"kind": self.kind, "value": self.plain(self.value), "expects": self.expects()}

    def plain(self, value: Any) -> Any:
        """Return a value as JSON holds it."""
        return plain(value)


@dataclass(frozen=True)
class Number(Answer):
    """A number to so many decimals; a fraction or a root will do, too."""

    digits: int = 4
    tolerance: float = 0.0
    kind = "number"

    @property
    def within(self) -> float:
        """How far a typed number may be off: as a rule, one unit of the last decimal asked for."""
        return self.tolerance or 10.0**-self.digits

    def expects(self) -> str:
        exact = isinstance(self.value, int | Fraction)
        return f"a number, {'as a fraction or ' if exact else ''}to {self.digits} decimals"

    def read(self, text: str) -> Any:
        return reading.number(text)

    def same(self, typed: Any, value: Any, slack: float = 1.0) -> bool:
        return _close(typed, value, slack * self.within * (1 + 1e-9))

    def near(self, typed: Any) -> bool:
        return self.same(typed, self.value, slack=NEAR)

    def typed(self, value: Any) -> str:
        return shown(value, self.digits)

    def tex(self) -> str:
        return tex(self.value, self.digits)

    def data(self) -> dict[str, Any]:
        return super().data() | {"digits": self.digits, "tolerance": plain(self.within)}


@dataclass(frozen=True)
class Integer(Number):
    """A whole number. A slip may be a fraction."""

    digits: int = 0
    tolerance: float = 1e-6
    kind = "integer"

    def expects(self) -> str:
        return "a whole number"

    def read(self, text: str) -> Any:
        return reading.number(text, whole=True)

    def near(self, typed: Any) -> bool:
        return False

    def form(self, typed: Any) -> str | None:
        return None if float(typed).is_integer() else "A whole number is expected"

    def tex(self) -> str:
        return tex(self.value)


@dataclass(frozen=True)
class Vector(Number):
    """Numbers in a row."""

    kind = "vector"

    def expects(self) -> str:
        return f"{len(self.value)} numbers{_precision(self.value, self.digits)}, with commas between them"

    def read(self, text: str) -> Any:
        return reading.numbers(text)

    def form(self, typed: Any) -> str | None:
        return (
            None
            if len(typed) == len(self.value)
            else f"The answer has {len(self.value)} numbers, with commas between them"
        )


@dataclass(frozen=True)
class Shape(Vector):
    """The shape of an array. Its length is a part of the answer."""

    digits: int = 0
    tolerance: float = 1e-6
    kind = "shape"

    def expects(self) -> str:
        return "whole numbers with × or commas between them, such as 3 × 2"

    def read(self, text: str) -> Any:
        return reading.numbers(text, whole=True)

    def near(self, typed: Any) -> bool:
        return False

    def form(self, typed: Any) -> str | None:
        return None if all(float(size).is_integer() for size in typed) else "The sizes are whole numbers"

    def typed(self, value: Any) -> str:
        return " × ".join(map(str, value))

    def tex(self) -> str:
        return r" \times ".join(tex(size) for size in self.value) if len(self.value) > 1 else tex(self.value[0])


@dataclass(frozen=True)
class Matrix(Number):
    """Rows of numbers."""

    kind = "matrix"

    def expects(self) -> str:
        shape = f"{len(self.value)} × {len(self.value[0])}"
        entries = [entry for row in self.value for entry in row]
        between = "commas between the numbers of a row, and a semicolon or a new line between rows"
        return f"{shape} numbers{_precision(entries, self.digits)}: {between}"

    def read(self, text: str) -> Any:
        return reading.rows(text)

    def form(self, typed: Any) -> str | None:
        shape = (len(self.value), len(self.value[0]))
        fits = len(typed) == shape[0] and all(len(row) == shape[1] for row in typed)
        return None if fits else f"The answer has {shape[0]} rows of {shape[1]} numbers"


@dataclass(frozen=True)
class Choice(Answer):
    """One of several statements; the slips are the others. Their order is drawn after the problem."""

    options: tuple[str, ...] = ()
    kind = "choice"

    def expects(self) -> str:
        return f"a letter from a to {'abcdefgh'[len(self.options) - 1]}"

    def read(self, text: str) -> Any:
        letter = re.fullmatch(r"\W*([A-Za-z])\W*", text)
        if not letter or (place := ord(letter[1].lower()) - ord("a")) >= len(self.options):
            raise Refused("This is none of the letters")
        return self.options[place]

    def same(self, typed: Any, value: Any, slack: float = 1.0) -> bool:
        return bool(typed == value)

    def typed(self, value: Any) -> str:
        return "abcdefgh"[self.options.index(value)]

    def tex(self) -> str:
        return str(self.value)

    def plain(self, value: Any) -> Any:
        return self.options.index(value)

    def data(self) -> dict[str, Any]:
        return super().data() | {"options": list(self.options)}


@dataclass(frozen=True)
class Formula(Answer):
    """A formula in letters, compared with others at points. `letters` gives each letter its least and largest value."""

    letters: dict[str, tuple[float, float]] = field(default_factory=dict)
    shown: str = ""
    kind = "formula"

    @cached_property
    def points(self) -> list[dict[str, float]]:
        """Where formulas are compared: whole numbers between whole bounds, otherwise numbers with one decimal."""
        draw = Draw("points", *self.letters)
        return [
            {
                name: draw.integer(int(low), int(high)) if isinstance(low, int) else draw.tenths(low, high)
                for name, (low, high) in self.letters.items()
            }
            for _ in range(8)
        ]

    def expects(self) -> str:
        return f"a formula in {', '.join(self.letters)}"

    def read(self, text: str) -> Any:
        text = text.rsplit("=", maxsplit=1)[-1]
        tree = reading.parsed(text, tuple(self.letters))
        for point in self.points:
            reading.value_of(tree, point)
        return text

    def same(self, typed: Any, value: Any, slack: float = 1.0) -> bool:
        one, other = (reading.parsed(text, tuple(self.letters)) for text in (typed, value))
        pairs = [(reading.value_of(one, point), reading.value_of(other, point)) for point in self.points]
        return all(abs(a - b) <= slack * 1e-6 * (1 + abs(b)) for a, b in pairs)

    def typed(self, value: Any) -> str:
        return str(value)

    def tex(self) -> str:
        return self.shown or re.sub(r"([A-Za-z])(\d)", r"\1_\2", str(self.value)).replace("*", r"\,")

    def data(self) -> dict[str, Any]:
        return super().data() | {"points": self.points}


@dataclass(frozen=True)
class Settings(Answer):
    """Whole numbers that reach a goal by a rule, which is a formula; all that do are right. A slip is a wrong rule.

    ``least`` names the numbers asked for, each with its least value, and ``given`` the others in the rule.
    """

    goal: int = 0
    given: dict[str, int] = field(default_factory=dict)
    least: dict[str, int] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    kind = "settings"

    def expects(self) -> str:
        return "whole numbers, such as " + ", ".join(f"{name} = {number}" for name, number in self.least.items())

    def read(self, text: str) -> Any:
        return reading.named(text, list(self.least))

    def same(self, typed: Any, value: Any, slack: float = 1.0) -> bool:
        letters = self.given | dict(zip(self.least, typed, strict=True))
        return (
            self.form(typed) is None and reading.value_of(reading.parsed(value, tuple(letters)), letters) == self.goal
        )

    def apart(self, one: Any, other: Any) -> bool:
        return one in self.examples and other in self.examples

    def form(self, typed: Any) -> str | None:
        low = [name for name, value in zip(self.least, typed, strict=True) if value < self.least[name]]
        return f"{low[0]} is at least {self.least[low[0]]}" if low else None

    @cached_property
    def examples(self) -> dict[str, tuple[int, ...]]:
        """The smallest right numbers, and for each wrong rule the smallest that reach the goal by this rule alone."""
        rules, found = {self.value, *self.wrong}, dict[str, tuple[int, ...]]()
        ranges = [range(low, low + 24) for low in self.least.values()]
        for typed in sorted(product(*ranges), key=lambda numbers: (sum(numbers), numbers)):
            fitting = [rule for rule in rules if self.same(typed, rule)]
            if self.value in fitting or len(fitting) == 1:
                found.setdefault(self.value if self.value in fitting else fitting[0], typed)
            if len(found) == len(rules):
                break
        return found

    def typed(self, value: Any) -> str:
        return ", ".join(f"{name} = {number}" for name, number in zip(self.least, self.examples[value], strict=True))

    def tex(self) -> str:
        return self.typed(self.value).replace(", ", r",\; ") if self.value in self.examples else ""

    def data(self) -> dict[str, Any]:
        return super().data() | {"goal": self.goal, "given": self.given, "least": self.least}


def shown(value: Any, digits: int) -> str:
    """Return a number, a list or a matrix as a reader would type it: fractions, or so many decimals."""
    if isinstance(value, list | tuple):
        rows = value and isinstance(value[0], list | tuple)
        return ("; " if rows else ", ").join(shown(entry, digits) for entry in value)
    if isinstance(value, int | Fraction):
        return str(value)
    return f"{value:g}" if _short(value) else f"{float(value):.{digits}f}"


def _close(typed: Any, value: Any, within: float) -> bool:
    """Say whether numbers, or lists of them of the same shape, are that close."""
    if isinstance(typed, list | tuple) and isinstance(value, list | tuple):
        return len(typed) == len(value) and all(
            _close(one, other, within) for one, other in zip(typed, value, strict=True)
        )
    if isinstance(typed, list | tuple) or isinstance(value, list | tuple):
        return False
    return bool(abs(float(typed) - float(value)) <= within)


def _short(value: Any) -> bool:
    """Say whether a number ends after two decimals."""
    return bool(abs(value) < 1000 and value == round(float(value), 2))


def _precision(values: Sequence[Any], digits: int) -> str:
    if all(isinstance(value, int) for value in values):
        return ""
    return (
        f", as fractions or to {digits} decimals"
        if all(isinstance(v, int | Fraction) for v in values)
        else f" to {digits} decimals"
    )
