"""A variant as other systems hold it: a question with a number as its answer, or with choices."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from practice.answers import Answer, Choice, Integer, Number, Settings
from practice.draw import Draw
from practice.problem import Entry
from practice.text import plain

RIGHT = "Right."
_MATH = re.compile(r"(\$\$.+?\$\$|\$.+?\$)", re.S)


@dataclass(frozen=True)
class Option:
    """What may be answered, whether it is right, and what a reader is told then."""

    value: Any
    right: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """One variant. Where ``tolerance`` is zero, its options are texts to choose from, and otherwise numbers."""

    name: str
    title: str
    text: str
    options: list[Option]
    tolerance: float
    hint: str
    solution: str


def question(entry: Entry, seed: int) -> Question:
    """Return a variant; what is neither a number nor a choice becomes a choice among the answer and the slips."""
    problem = entry.variant(seed)
    answer, text = problem.answer, problem.question
    values = [(answer.value, True, RIGHT), *((value, False, why) for value, why in problem.slips.values())]
    within = 0.0
    if isinstance(answer, Number) and type(answer) in (Number, Integer):
        within = answer.within
        options = [Option(plain(value), right, why) for value, right, why in values]
        form = "a whole number" if isinstance(answer, Integer) else f"a number, to {answer.digits} decimals"
        text += f"\n\n*Answer with {form}.*"
    elif isinstance(answer, Choice):
        by_text = {value: Option(value, right, why) for value, right, why in values}
        options = [by_text[option] for option in answer.options]
    else:
        options = [Option(f"${shown(answer, value)}$", right, why) for value, right, why in values]
        options = Draw(entry.name, seed, "options").shuffled(options)
        text += "\n\n*Which of these is it?*"
    name = f"{entry.name}-{seed}"
    return Question(name, f"{entry.name} ({seed})", text, options, within, problem.hint, problem.solution)


def shown(answer: Answer, value: Any) -> str:
    """Return any value of a kind of answer as mathematics."""
    return answer.typed(value) if isinstance(answer, Settings) else replace(answer, value=value).tex()


def html(text: str) -> str:
    r"""Return a text as HTML, with mathematics between ``\(`` and ``\)`` as MathJax expects it."""

    def part(piece: str) -> str:
        if piece.startswith("$$"):
            return rf"\[{escape(piece[2:-2], quote=False)}\]"
        if piece.startswith("$"):
            return rf"\({escape(piece[1:-1], quote=False)}\)"
        piece = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", escape(piece, quote=False))
        return re.sub(r"`([^`]+)`", r"<code>\1</code>", piece)

    paragraphs = "".join(map(part, _MATH.split(text))).split("\n\n")
    return "".join(f"<p>{paragraph.strip()}</p>" for paragraph in paragraphs)
