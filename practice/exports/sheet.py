"""Sheets: for each student the same problems with other numbers, as notebooks or as pages to print."""

from __future__ import annotations

import json
from collections.abc import Sequence

from practice.answers import Choice
from practice.exports.common import html
from practice.problem import Entry, Problem

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(name: str, entries: Sequence[Entry], seed: int, solutions: bool) -> bytes:
    """Return the notebook of one student."""
    cells = [_cell("title", f"# {name}")]
    for number, entry in enumerate(entries, 1):
        problem = entry.variant(seed)
        cells.append(_cell(f"question-{number}", f"## Problem {number}\n\n{asked(problem)}"))
        worked = f"**Solution.** {problem.solution}" if solutions else f"*Your answer, {problem.answer.expects()}:*"
        cells.append(_cell(f"answer-{number}", worked))
    document = {"cells": cells, "metadata": {"kernelspec": KERNEL}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def asked(problem: Problem) -> str:
    """Return a question with its choices."""
    options = problem.answer.options if isinstance(problem.answer, Choice) else ()
    return "\n\n".join(
        [problem.question, *(f"{letter}) {option}" for letter, option in zip("abcdefgh", options, strict=False))]
    )


def page(name: str, entries: Sequence[Entry], seed: int, solutions: bool) -> str:
    """Return the sheet of one student as HTML: questions with room for answers, or with solutions."""
    parts = [f"<h1>{name}</h1>"]
    for number, entry in enumerate(entries, 1):
        problem = entry.variant(seed)
        worked = (
            f"<h3>Solution</h3>{html(problem.solution)}"
            if solutions
            else f'<p class="room">{problem.answer.expects()}:</p>'
        )
        parts.append(f"<section><h2>Problem {number}</h2>{html(asked(problem))}{worked}</section>")
    return "".join(parts)


def _cell(name: str, source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
