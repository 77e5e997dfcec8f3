"""What a reader is told about what was typed: right, which slip, or what would decide. Never the answer."""

from __future__ import annotations

from typing import NamedTuple

from practice.problem import Problem
from practice.reading import Refused

NEAR = "Very near. Carry more digits, and round once, at the end."
OTHER = "Not this, and not a slip that we know."


class Verdict(NamedTuple):
    """What kind of verdict it is (right, slip, form, near or other), the name of the slip, and the words."""

    kind: str
    slip: str = ""
    words: str = ""


def judge(problem: Problem, text: str) -> Verdict:
    """Return the verdict on what was typed for a variant."""
    answer = problem.answer
    try:
        typed = answer.read(text)
    except Refused as refusal:
        return Verdict("form", words=f"{refusal}. The answer is {answer.expects()}.")
    if answer.same(typed, answer.value):
        return Verdict("right")
    for name, (value, why) in problem.slips.items():
        if answer.same(typed, value):
            return Verdict("slip", name, why)
    if words := answer.form(typed):
        return Verdict("form", words=f"{words}.")
    if answer.near(typed):
        return Verdict("near", words=NEAR)
    return Verdict("other", words=f"{OTHER} {problem.check}".strip())
