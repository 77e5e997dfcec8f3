"""Which problems this edition has, in which order, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from book.edition import PRACTICE, listed

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from practice.problem import Entry


def page(chapter: str) -> str:
    """Return the page of a chapter's problems."""
    return PRACTICE + chapter


@cache
def _mixed(chapter: str) -> list[Entry]:
    from practice.draw import Draw
    from practice.problem import all_problems

    return Draw("order", chapter).shuffled([entry for entry in all_problems() if entry.chapter == chapter])


def ordered(app: Sphinx, chapter: str) -> list[Entry]:
    """Return the problems of a chapter in the order of their page: mixed, since on an exam nothing says which it is.

    A problem goes with its section: where an edition has dropped that, it is left out.
    """
    return [entry for entry in _mixed(chapter) if entry.section in app.config.book_edition.inside]


def number(app: Sphinx, entry: Entry) -> int:
    """Return the number of a problem on its page."""
    return ordered(app, entry.chapter).index(entry) + 1


def chapters(app: Sphinx) -> list[str]:
    """Return the chapters of this edition that have a page of problems, in their order."""
    return [name.removeprefix(PRACTICE) for name in listed(Path(app.srcdir)) if name.startswith(PRACTICE)]


def within(app: Sphinx, labels: Iterable[str], chapter: str) -> list[Entry]:
    """Return the problems of a chapter on the sections with these labels."""
    wanted = set(labels)
    return [entry for entry in ordered(app, chapter) if entry.section in wanted]


def covering(app: Sphinx) -> dict[str, list[Entry]]:
    """Return the problems of this edition by what they cover: an item of the assignments, a mistake such as ``M11``."""
    from practice.problem import mistake

    found: dict[str, list[Entry]] = {}
    for chapter in chapters(app):
        for entry in ordered(app, chapter):
            slips = {mistake(name).upper() for name in entry.variant(0).slips}
            for name in (*entry.items, *sorted(slips - {""})):
                found.setdefault(name, []).append(entry)
    return found
