"""What must hold for each variant of a problem. Each check yields complaints, so that planted faults are seen, too."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice, product
from typing import Any

import numpy as np

from practice import reading
from practice.answers import Answer, Choice, Formula, Matrix, Number, Settings, Shape, Vector
from practice.judging import judge
from practice.problem import Entry, Problem

Second = Callable[[dict[str, Any]], Any]
UNSAID = re.compile(
    r"\d\.\d{7,}|\d{9,}|(?<![\w.}])-0(?![.\d])|\bnan\b|\binf\b|Fraction|array\(|np\.|None|<\(?[A-Za-z][\w.]*(:\d)?\)?>"
)
TEXTS = ("question", "hint", "solution", "check")


def texts(problem: Problem) -> Iterator[tuple[str, str]]:
    yield from ((name, getattr(problem, name)) for name in TEXTS)
    yield from ((f"slip {name}", why) for name, (_, why) in problem.slips.items())
    if isinstance(problem.answer, Choice):
        yield from (("option", option) for option in problem.answer.options)


def apart(problem: Problem) -> Iterator[str]:
    """Demand that the answer and the slips differ by more than twice the tolerance, each seen from the other."""
    answer = problem.answer
    values = {"the answer": answer.value} | {name: value for name, (value, _) in problem.slips.items()}
    for (name, one), (other_name, other) in combinations(values.items(), 2):
        if isinstance(answer, Settings):
            same = answer.typed(one) == answer.typed(other)
        else:
            same = answer.same(one, other, 2.0) or answer.same(other, one, 2.0)
        if same:
            yield f"{name} and {other_name} are the same"


def sayable(problem: Problem) -> Iterator[str]:
    """Demand that no text shows a number nobody would say, a place without its number, or open mathematics."""
    for name, text in texts(problem):
        if found := UNSAID.search(text):
            yield f"{name} says {found[0]!r}"
        if text.count("$") % 2 or text.count("{") != text.count("}"):
            yield f"{name} leaves mathematics open"
        if "  " in text or text != text.strip():
            yield f"{name} has spaces to spare"


def ends(problem: Problem) -> Iterator[str]:
    """Demand that the last line of the solution holds the answer, and that nothing before it does."""
    shown = problem.answer.tex()
    last = problem.solution.splitlines()[-1]
    if shown not in re.sub(r"\\operatorname\{(\w+)\}", r"\\\1", last) and shown not in last:
        yield f"the last line of the solution is {last!r}, without {shown!r}"
    if isinstance(problem.answer, Number) and len(shown) > 3:
        for name, text in texts(problem):
            if name not in ("question", "solution") and re.search(rf"(?<![\d.\\]){re.escape(shown)}(?![\d.])", text):
                yield f"{name} gives the answer away"


def ways(answer: Answer, typed: str) -> Iterator[str]:
    """Yield the ways in which people type the same thing."""
    yield typed
    yield f"  {typed} "
    yield typed.replace("-", "−")
    if isinstance(answer, Vector | Shape):
        yield f"({typed})"
        yield f"[{re.sub(r', | × ', '; ', typed)}]"
        yield re.sub(r", | × ", " ", typed)
        yield ", ".join(f"y_{place} = {part}" for place, part in enumerate(re.split(", | × ", typed), 1))
    elif isinstance(answer, Matrix):
        yield f"[[{typed.replace('; ', '], [')}]]"
        yield typed.replace("; ", "\n")
    elif isinstance(answer, Number):
        yield f"x = {typed}"
        yield f"{typed} units"
        yield f"${typed}$" if "/" not in typed else re.sub(r"(\d+)/(\d+)", r"\\frac{\1}{\2}", typed)
        if "/" not in typed:
            yield f"{float(typed):.12e}"
        if re.fullmatch(r"-?\d+\.\d+", typed) and not re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", typed):
            yield typed.replace(".", ",")
    elif isinstance(answer, Formula):
        yield typed.replace("*", "·").replace("_", "")
        yield typed.replace("^", "**").replace(" ", "")
        yield f"y = {typed}"
    elif isinstance(answer, Choice):
        yield typed.upper()
        yield f"({typed})"
    elif isinstance(answer, Settings):
        yield re.sub(r"\w+ = ", "", typed)
        yield ", ".join(reversed(typed.split(", ")))


def recognized(problem: Problem, every: bool = True) -> Iterator[str]:
    """Demand that what people type, in one way or in every way, is recognized: the answer, and each slip by name."""
    answer, most = problem.answer, None if every else 1
    for text in islice(ways(answer, answer.typed(answer.value)), most):
        if judge(problem, text).kind != "right":
            yield f"the answer typed as {text!r} is {judge(problem, text)}"
    for name, (value, why) in problem.slips.items():
        for text in islice(ways(answer, answer.typed(value)), most):
            verdict = judge(problem, text)
            if verdict.slip != name or verdict.words != why:
                yield f"the slip {name!r} typed as {text!r} is {verdict}"


def computed_twice(problem: Problem, second: Second) -> Iterator[str]:
    """Demand that the answer comes out again without nnlib."""
    answer, again = problem.answer, second(dict(problem.given))
    if isinstance(answer, Choice):
        yield from _chosen_twice(problem, answer, again)
    elif isinstance(answer, Formula):
        tree = reading.parsed(answer.value, tuple(answer.letters))
        for point in answer.points:
            one = reading.value_of(tree, point)
            other = again(**{name.replace("_", ""): value for name, value in point.items()})
            if not np.isclose(one, other, rtol=1e-5, atol=1e-8):
                yield f"the second computation gives {other}, not {one}, at {point}"
    elif isinstance(answer, Settings):
        sizes = [range(low, 14) for low in answer.least.values()]
        for typed in product(*sizes):
            if answer.same(typed, answer.value) != again(**dict(zip(answer.least, typed, strict=True))):
                yield f"the second computation differs at {typed}"
    else:
        one, other = np.array(answer.value, float), np.array(again, float)
        tolerance = answer.tolerance or 10.0**-answer.digits
        if one.shape != other.shape or not np.allclose(one, other, rtol=0, atol=tolerance / 2):
            yield f"the second computation gives {again}, not {answer.value}"


def _chosen_twice(problem: Problem, answer: Choice, again: Any) -> Iterator[str]:
    """Compare with a part of the right option, or with the truth and what each option takes for it."""
    if isinstance(again, str):
        if [again in option for option in answer.options] != [option == answer.value for option in answer.options]:
            yield f"the second computation gives {again!r}, not {answer.value!r}"
        return
    truth, claims = again
    if set(claims) != {"the answer", *problem.slips}:
        yield f"the second computation knows {sorted(claims)}"
    agreeing = [name for name, value in claims.items() if _equal(value, truth)]
    if agreeing != ["the answer"]:
        yield f"the truth {truth} is that of {agreeing}"


def _equal(one: Any, other: Any) -> bool:
    return np.shape(one) == np.shape(other) and np.allclose(one, other, rtol=1e-4, atol=1e-7)


def varied(problems: list[Problem]) -> Iterator[str]:
    """Demand that variants differ, and that the right choice stands in every place."""
    questions = {problem.question for problem in problems}
    if len(questions) < min(8, len(problems) / 2):
        yield f"only {len(questions)} questions in {len(problems)} variants"
    choices = [problem.answer for problem in problems if isinstance(problem.answer, Choice)]
    places = Counter(choice.options.index(choice.value) for choice in choices)
    if choices:
        share = len(choices) / len(choices[0].options)
        if len(choices) >= 20 and (
            len(places) < len(choices[0].options) or max(places.values()) > share + 3.5 * share**0.5
        ):
            yield f"the right choice is placed {dict(places)}"


def small(entry: Entry, seed: int) -> Iterator[str]:
    """Demand that the data of a variant are small, and the same each time."""
    data = json.dumps(entry.data(seed), ensure_ascii=False)
    if len(data) > 6000 or data != json.dumps(entry.data(seed), ensure_ascii=False):
        yield f"the data have {len(data)} characters"
    if long := re.search(r"\d\.\d{13,}", data):
        yield f"the data say {long[0]}"


def complaints(entry: Entry, seeds: Iterable[int], second: Second) -> list[str]:
    """Return what is wrong with the variants of some seeds."""
    found, problems = list[str](), list[Problem]()
    for seed in seeds:
        problem = entry.variant(seed)
        problems.append(problem)
        checks = [
            apart(problem),
            sayable(problem),
            ends(problem),
            recognized(problem, seed < 5),
            computed_twice(problem, second),
        ]
        found += [f"{entry.name}, seed {seed}: {complaint}" for check in checks for complaint in check]
        if len(problem.slips) < 2:
            found.append(f"{entry.name} knows fewer than two slips")
    found += [f"{entry.name}: {complaint}" for complaint in varied(problems)]
    return found + [f"{entry.name}: {complaint}" for complaint in small(entry, 0)]
