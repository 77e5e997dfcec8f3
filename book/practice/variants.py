"""The variants of the problems, a script for each chapter, which the pages load when a reader tries one.

KaTeX comes with them, as their formulas are not set before: the book's build sets one of each form, with zeros for all
digits, to learn which rules and glyphs they need.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from sphinx.application import Sphinx

from book.pages import node, scripts
from book.pages.math import render
from book.practice import listing
from practice.problem import Entry, mistake

COUNT = 24
HOME = Path(__file__).parents[1] / "pages" / "static" / "practice"
PARTS = [HOME / f"{part}.js" for part in ("reading", "judging", "card")]
KATEX = node.MODULES / "katex" / "dist" / "katex.min.js"
DROPPED = {"id", "chapter", "section", "items", "seed"}
FORMULA = re.compile(r"\$\$(?P<display>.*?)\$\$|\$(?P<inline>[^$]*)\$", re.S)
DIGIT = re.compile(r"(?<!\\mathbf )\d")  # any digit may stand in its place, but not that of the vector of ones


@cache
def _drawn(entry: Entry) -> list[dict[str, Any]]:
    """Return the variants, for their script and for the sample of their formulas."""
    return [entry.data(seed) for seed in range(COUNT)]


def _variants(app: Sphinx, entry: Entry) -> list[dict[str, Any]]:
    left = DROPPED if app.config.book_solutions else DROPPED | {"solution"}
    return [{name: value for name, value in variant.items() if name not in left} for variant in _drawn(entry)]


def _places(app: Sphinx, labels: set[str]) -> dict[str, tuple[str, str]]:
    """Return address and words for each label that this edition has."""
    std = cast(Any, app.env.get_domain("std"))
    found = {}
    for label in sorted(labels & std.anonlabels.keys()):
        docname, anchor = std.anonlabels[label]
        words = f"mistake {label.upper()}" if mistake(label) else std.labels[label][2].replace("$", "")
        found[label] = (f"{docname}.html#{anchor}", words)
    return found


def script(app: Sphinx, chapter: str) -> str:
    """Return the script with a chapter's variants."""
    problems = {entry.name: _variants(app, entry) for entry in listing.ordered(app, chapter)}
    sections = {entry.name: entry.section for entry in listing.ordered(app, chapter)}
    labels = {slip["link"] for variants in problems.values() for one in variants for slip in one["slips"]}
    data = {
        "page": f"{listing.page(chapter)}.html",
        "title": app.env.titles[f"chapters/{chapter}"].astext(),
        "places": _places(app, labels | set(sections.values())),
        "sections": sections,
        "problems": problems,
    }
    said = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"(window.practice ??= {{}})[{json.dumps(chapter)}] = {said};\n"


def formulas(text: str) -> set[tuple[str, bool]]:
    """Return the forms of the formulas in a text, and whether each stands on a line of its own."""
    found = set()
    for part in FORMULA.finditer(text):
        tex = part["display"] or part["inline"]
        found.add((DIGIT.sub("0", tex), bool(part["display"])))
    return found


def texts(value: Any) -> list[str]:
    """Return all strings in data."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [value] if isinstance(value, str) else []


def sample(app: Sphinx) -> str:
    """Return a page, which nobody reads, with a formula of each form: for its characters and classes."""
    found: set[tuple[str, bool]] = set()
    words = set(scripts.joined(PARTS))
    for chapter in listing.chapters(app):
        for entry in listing.ordered(app, chapter):
            for text in texts(_variants(app, entry)):
                found |= formulas(text)
                words |= set(FORMULA.sub("", text))
    set_in = [f'<span class="math">{render(tex, display, ())}</span>' for tex, display in sorted(found)]
    return f"<p>{''.join(sorted(words - set('<>&')))}</p>{''.join(set_in)}"


def write(app: Sphinx, target: Path) -> None:
    """Write the scripts of practice into the folder of static files."""
    target.mkdir()
    (target / "practice.js").write_text(scripts.bare(PARTS), encoding="utf-8")
    (target / "katex.js").write_text(KATEX.read_text(encoding="utf-8"), encoding="utf-8")
    for chapter in listing.chapters(app):
        (target / f"{chapter}.js").write_text(script(app, chapter), encoding="utf-8")
