"""What a problem is, and the list of all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import combinations
from typing import Any

from practice.answers import Answer, Choice, Settings
from practice.draw import Draw
from practice.text import filled

CHAPTERS = (
    "activations",
    "softmax",
    "losses",
    "mlp",
    "chain_rule",
    "autodiff",
    "convolution",
    "cnn_arithmetic",
    "conv_backprop",
    "digits",
)
_REDRAWS = 200


@dataclass(frozen=True)
class Problem:
    """One variant: its texts, its answer, and what else a reader may come to think.

    A slip has the name of a mistake of the book, as ``m11`` (or ``m11/rows`` for one half of it), or a few words, and
    stands for a value and a sentence that says why it is tempting. All texts are Markdown with TeX and name the numbers in `given`. ``check`` says what would
    decide whether a value is right. The solution ends in ``<answer>``.
    """

    question: str
    answer: Answer
    slips: Mapping[str, tuple[Any, str]]
    hint: str
    solution: str
    check: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)

    def clear(self) -> bool:
        """Say whether the answer and the slips are all apart."""
        values = [self.answer.value, *(value for value, _ in self.slips.values())]
        return all(self.answer.apart(one, other) for one, other in combinations(values, 2))

    def written(self, draw: Draw) -> Problem:
        """Return the problem with the numbers in its texts, and with its choices in an order."""
        given = dict(self.given)
        answer = self.answer
        slips = {name: (value, filled(why, given)) for name, (value, why) in self.slips.items()}
        if isinstance(answer, Choice):
            slips = {name: (filled(value, given), why) for name, (value, why) in slips.items()}
            right = filled(answer.value, given)
            answer = Choice(right, tuple(draw.shuffled([right, *(value for value, _ in slips.values())])))
        if isinstance(answer, Settings):
            answer = replace(answer, wrong=tuple(value for value, _ in slips.values()))
        given["answer"] = filled(answer.tex(), given)
        texts = {name: filled(getattr(self, name), given) for name in ("question", "hint", "solution", "check")}
        return Problem(answer=answer, slips=slips, given=self.given, **texts)


@dataclass(frozen=True)
class Entry:
    """A problem in the list: where it belongs, and the function that draws its variants."""

    name: str
    chapter: str
    section: str
    items: tuple[str, ...]
    draw: Callable[[Draw], Problem]

    def variant(self, seed: int) -> Problem:
        """Return the variant of a seed: the first draw in which the answer and all slips are apart."""
        for attempt in range(_REDRAWS):
            source = Draw(self.name, seed, attempt)
            problem = self.draw(source).written(source)
            if problem.clear():
                return problem
        raise ValueError(f"{self.name}: {_REDRAWS} draws with seed {seed}, and in each of them two values are the same")

    def data(self, seed: int) -> dict[str, Any]:
        """Return the variant of a seed as JSON holds it; practice/README.md describes the fields."""
        problem = self.variant(seed)
        slips = [
            {"name": name, "value": problem.answer.plain(value), "why": why, "link": self.link(name)}
            for name, (value, why) in problem.slips.items()
        ]
        texts = {name: getattr(problem, name) for name in ("question", "check", "hint", "solution")}
        return {
            "id": self.name,
            "chapter": self.chapter,
            "section": self.section,
            "items": list(self.items),
            "seed": seed,
            "answer": problem.answer.data(),
            "slips": slips,
            **texts,
        }

    def link(self, slip: str) -> str:
        """Return the label of the box of a mistake, or of the section."""
        return mistake(slip) or self.section


_ENTRIES: dict[str, Entry] = {}


def mistake(slip: str) -> str:
    """Return the label of the numbered mistake of the book that a slip is, or nothing."""
    found = re.fullmatch(r"(m\d+)(/.*)?", slip)
    return found[1] if found else ""


def problem(
    name: str, *, section: str, items: str = ""
) -> Callable[[Callable[[Draw], Problem]], Callable[[Draw], Problem]]:
    """Enter a function that draws a problem into the list."""

    def enter(function: Callable[[Draw], Problem]) -> Callable[[Draw], Problem]:
        if name in _ENTRIES:
            raise ValueError(f"There are two problems named {name}")
        chapter = function.__module__.rpartition(".")[2].replace("_", "-")
        _ENTRIES[name] = Entry(name, chapter, section, tuple(items.split()), function)
        return function

    return enter


def all_problems() -> list[Entry]:
    """Return the problems of all chapters, in the book's order."""
    for chapter in CHAPTERS:
        import_module(f"practice.{chapter}")
    return list(_ENTRIES.values())
