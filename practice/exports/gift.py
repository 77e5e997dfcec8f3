"""GIFT, the plain text that Moodle and others import."""

from __future__ import annotations

import re
from collections.abc import Sequence

from practice.exports.common import Option, Question, html


def gift(questions: Sequence[Question]) -> bytes:
    """Return a file in GIFT."""
    return "\n\n".join(map(_question, questions)).encode() + b"\n"


def _question(one: Question) -> str:
    answers = "\n".join(_answer(option, one.tolerance) for option in one.options)
    mark = "#" if one.tolerance else ""
    return f"::{_escaped(one.title)}::[html]{_markup(one.text)}{{{mark}\n{answers}\n####{_markup(one.solution)}\n}}"


def _answer(option: Option, tolerance: float) -> str:
    if not tolerance:
        return f"{'=' if option.right else '~'}{_markup(option.value)}#{_markup(option.feedback)}"
    credit = "" if option.right else "%0%"
    return f"={credit}{option.value:.10g}:{tolerance:.10g}#{_markup(option.feedback)}"


def _markup(text: str) -> str:
    return _escaped(html(text).replace("\n", " "))


def _escaped(text: str) -> str:
    return re.sub(r"([~=#{}:\\])", r"\\\1", text)
