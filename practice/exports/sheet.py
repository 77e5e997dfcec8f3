"""Sheets: for each student the same problems with other numbers, as notebooks or as one document to print."""

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


def document(names: Sequence[str], entries: Sequence[Entry], seeds: Sequence[int], solutions: bool) -> str:
    """Return the sheets of all students as one page of HTML, each of them on paper of its own."""
    sheets = []
    for name, seed in zip(names, seeds, strict=True):
        problems = [entry.variant(seed) for entry in entries]
        parts = "".join(
            f"<section><h2>Problem {number}</h2>{html(asked(one))}"
            + (
                f"<h3>Solution</h3>{html(one.solution)}"
                if solutions
                else f'<p class="room">{one.answer.expects()}:</p>'
            )
            + "</section>"
            for number, one in enumerate(problems, 1)
        )
        sheets.append(f"<article><h1>{name}</h1>{parts}</article>")
    return "".join(sheets)


def _cell(name: str, source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source.splitlines(keepends=True)}
