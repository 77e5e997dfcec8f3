"""Roles that JupyterLab cannot resolve, as links and abbreviations that it can; and back again.

Each carries the role that it stands for: a link in its title, an abbreviation in its parentheses::

    {term}`losses <loss>`    [losses](glossary.md "{term}`losses <loss>`")
    {glue:text}`bet`         {abbr}`0.39 (glue:text bet)`
    [data]{.role-data}       {abbr}`data (class role-data)`

So a cell can be edited in JupyterLab, and what is saved is the role.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from book.edition import split
from book.lab.names import Names, Place

CODE = r"(?<![`}])(?P<ticks>`{1,2})(?!`)(?:(?!\n\n).)+?(?<!`)(?P=ticks)(?!`)"
ROLE = re.compile(CODE + r"|\{(?P<role>[a-z][\w:]*)\}`(?P<text>[^`\"]+)`", re.S)
NAMED = re.compile(r"(.+?)\s*<([^<>]+)>", re.S)  # words <target>
LINK = re.compile(r"\[(?:\\.|\[[^\[\]]*\]|[^\[\]\\])*\]\([^\s()]*\s\"(\{[a-z][\w:]*\}`[^`\"]+`)\"\)")
ABBREVIATION = re.compile(r"\{abbr\}`[^`]* \((glue:text|total|py:\w+) ([^`()]+)\)`")
CLASS = re.compile(r"\[([^\[\]]+)\]\{\.([\w-]+)\}")
CLASSED = re.compile(r"\{abbr\}`([^`]*) \(class ([\w-]+)\)`")
SPECIAL = re.compile(r"([\[\]|])")


def restore(text: str) -> str:
    """Return the text with its roles."""
    return CLASSED.sub(r"[\1]{.\2}", ABBREVIATION.sub(r"{\1}`\2`", LINK.sub(r"\1", text)))


@dataclass
class Page:
    """A page whose roles are shown: its path in the book, its text, and the names of the book."""

    path: str
    text: str
    names: Names

    def show(self, part: str) -> str:
        """Write what the roles in a part of the page stand for.

        JupyterLab could find the labels of the page itself, but only in cells that it has rendered.
        """
        part = CLASS.sub(r"{abbr}`\1 (class \2)`", part)
        return ROLE.sub(lambda found: (found["role"] and self._shown(found["role"], found["text"])) or found[0], part)

    @cached_property
    def own(self) -> dict[str, Place]:
        """The labels that the page itself gives."""
        return dict(self.names.labels(self.path, self.text))

    def _shown(self, role: str, text: str) -> str | None:
        if role in {"glue:text", "total"}:
            values = self.names.glued if role == "glue:text" else self.names.totals
            return f"{{abbr}}`{values[text]} ({role} {text})`" if text in values else None
        found = NAMED.fullmatch(text)
        words, target = (found[1], found[2]) if found else (None, text)
        if role.startswith("py:"):
            return f"{{abbr}}`{words or target.rpartition('.')[2]} ({role} {text})`"
        place = self._resolvers[role](target) if role in self._resolvers else None
        if place is None:
            return None
        words = words or (f"({place.text})" if role == "cite:p" else place.text)
        words = SPECIAL.sub(r"\\\1", words)
        return f'[{words}]({place.page} "{{{role}}}`{text}`")'

    @cached_property
    def _resolvers(self) -> dict[str, Callable[[str], Place | None]]:
        labels = dict.fromkeys(("ref", "eq", "numref"), self._label)
        works = dict.fromkeys(("cite:t", "cite:p"), self._work)
        return {"term": self._term, "doc": self._page, "section": self._sections} | labels | works

    def _at(self, place: Place | None, anchor: str = "") -> Place | None:
        """Return a place with its address as seen from this page."""
        if place is None:
            return None
        folder = posixpath.dirname(self.path) or "."
        page = "" if place.page == self.path else posixpath.relpath(place.page, folder)
        return Place(page + anchor, place.text)

    def _label(self, label: str) -> Place | None:
        return self._at(self.own.get(label) or self.names.places.get(label), f"#{label}")

    def _sections(self, labels: str) -> Place | None:
        found = [self.names.places.get(label) for label in split(labels)]
        places = [place for place in found if place]
        words = " and ".join(f"{self.names.titles[place.page]}: {place.text}" for place in places)
        return self._at(Place(places[0].page, words), f"#{split(labels)[0]}") if places == found else None

    def _term(self, term: str) -> Place | None:
        place = self.names.terms.get(term.lower())
        return None if place and place.page == self.path else self._at(place)

    def _page(self, name: str) -> Place | None:
        stem = PurePosixPath(name).name
        found = (Place(page, title) for page, title in self.names.titles.items() if PurePosixPath(page).stem == stem)
        return self._at(next(found, None))

    def _work(self, keys: str) -> Place | None:
        known = [self.names.work(key.strip()) for key in keys.split(",") if key.strip() in self.names.works]
        page = next((page for page, text in self.names.texts.items() if "{bibliography}" in text), None)
        return self._at(Place(page, "; ".join(known))) if known and page else None
