"""What the names in the text stand for: titles, numbers, terms, cited works, and values that cells have computed.

On a page, Sphinx and MyST-NB look these up. JupyterLab sees one chapter at a time, so they are read from the sources
and from the recorded outputs; nothing has to be built.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from book.edition import Edition
from nnlib.claims import VERDICT

TITLE = re.compile(r"^# +(.+)$", re.M)
SECTION = re.compile(r"^\(([\w-]+)\)=\n(?:\s*\n|\([\w-]+\)=\n)*#+ +(.+)$", re.M)
NUMBERED = {
    "({})": re.compile(r"^\s*`{3,}\{math\}\n\s*:label: (\S+)$", re.M),
    "Fig. {}": re.compile(r"^mystnb:\n(?:[ ].*\n)*?    name: (\S+)$", re.M),
    "Exercise {}": re.compile(r"^:{3,}\{exercise-start\}\n:label: (\S+)$", re.M),
}
GLOSSARY = re.compile(r"^`{3,}\{glossary\}\n(.*?)^`{3,}$", re.M | re.S)
ROW = re.compile(r"^[SM]\d\S* \|.*\{ref\}`(?:[^`<]*<)?([\w-]+)>?`", re.M)
WORK = re.compile(r"^@\w+\{(\S+),\n(.*?)^\}", re.M | re.S)
FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*)\},?$", re.M)
GLUED = "application/papermill.record/text/plain"
ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "c": "\u0327", "v": "\u030c"}


@dataclass(frozen=True)
class Place:
    """Where a name leads: a page, by its path in the book, and what to write there."""

    page: str
    text: str


@dataclass
class Names:
    """The names of the book in a folder."""

    root: Path

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The book's configuration."""
        return dict(yaml.safe_load((self.root / "_config.yml").read_text(encoding="utf-8")))

    @cached_property
    def numbers(self) -> dict[str, int | None]:
        """The pages in the order of the table of contents, with the numbers of those that have one."""
        contents = yaml.safe_load((self.root / "_toc.yml").read_text(encoding="utf-8"))
        pages: dict[str, int | None] = {f"{contents['root']}.md": None}
        count = 0
        for part in contents.get("parts", [contents]):
            for entry in part["chapters"]:
                numbered = part.get("numbered", True)
                count += bool(numbered)
                pages[f"{entry['file']}.md"] = count if numbered else None
        return pages

    def number(self, page: str) -> int | None:
        """Return the number of a chapter, or of the chapter that a copy was made of."""
        return {Path(known).name: number for known, number in self.numbers.items()}.get(Path(page).name)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The sources of the pages."""
        paths = {page: self.root / page for page in self.numbers}
        return {page: path.read_text(encoding="utf-8") for page, path in paths.items() if path.exists()}

    @cached_property
    def elsewhere(self) -> Edition:
        """What the table of contents leaves out; JupyterLab can open those pages, too."""
        return Edition.of(self.root)

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of each page."""
        found = {page: title[1] for page, text in self.texts.items() if (title := TITLE.search(text))}
        return {f"{page}.md": title for page, title in self.elsewhere.pages.items()} | found

    @cached_property
    def places(self) -> dict[str, Place]:
        """Where each label of the book leads; one that is left out has no number, but a section."""
        pages = {title: page for page, title in self.titles.items()}
        out = {
            label: Place(pages[place.chapter], place.section if place.own else f"({place})")
            for label, place in self.elsewhere.labels.items()
        }
        return out | {label: place for page, text in self.texts.items() for label, place in self.labels(page, text)}

    def labels(self, page: str, text: str) -> Iterator[tuple[str, Place]]:
        """Yield the labels of one page; a copy has the number of its chapter."""
        for label, title in SECTION.findall(text):
            yield label, Place(page, title)
        chapter = self.number(page)
        for form, pattern in NUMBERED.items():
            for count, label in enumerate(pattern.findall(text), start=1):
                yield label, Place(page, form.format(f"{chapter}.{count}" if chapter else count))

    @cached_property
    def terms(self) -> dict[str, Place]:
        """The terms of the glossary, in lower case."""
        return {
            line.lower(): Place(page, line)
            for page, text in self.texts.items()
            for block in GLOSSARY.findall(text)
            for line in block.splitlines()
            if line and not line.startswith(" ")
        }

    @cached_property
    def works(self) -> dict[str, dict[str, str]]:
        """The fields of the works in the bibliography."""
        files = (self.root / name for name in self.settings.get("bibtex_bibfiles", []))
        entries = (entry for path in files for entry in WORK.findall(path.read_text(encoding="utf-8")))
        return {key: {name.lower(): _plain(text) for name, text in FIELD.findall(body)} for key, body in entries}

    def work(self, key: str) -> str:
        """Return how the text names a work: ``Bridle (1990)``."""
        work = self.works[key]
        names = [name.split(",")[0] for name in work.get("author", work.get("editor", key)).split(" and ")]
        who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        return f"{who} ({work.get('year', 'n.d.')})"

    @cached_property
    def recorded(self) -> list[Any]:
        """What the code cells of all chapters put out when they were recorded, as in a notebook."""
        outputs: list[Any] = []
        for page in self.numbers:
            path = self.root / "tests" / "recorded" / f"{Path(page).stem}.ipynb"
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"] if path.exists() else []
            outputs += [output for cell in cells for output in cell.get("outputs", [])]
        return outputs

    @cached_property
    def glued(self) -> dict[str, str]:
        """The values that cells have given a name."""
        shown = [output for output in self.recorded if GLUED in output.get("data", {})]
        return {output["metadata"]["scrapbook"]["name"]: "".join(output["data"][GLUED]) for output in shown}

    @cached_property
    def totals(self) -> dict[str, int]:
        """How much the book claims."""
        printed = "\n".join("".join(output.get("text", "")) for output in self.recorded)
        rejects = [found["rejects"] for found in VERDICT.finditer(printed)]
        labels = [label for text in self.texts.values() for label in NUMBERED["({})"].findall(text)]
        return {
            "claims": len(rejects),
            "rejected": sum(len(names.split(";")) for names in rejects),
            "equations": sum(label.startswith("eq-") for label in labels),
            "definitions": sum(label.startswith("def-") for label in labels),
            "cells": sum(text.count("\n```{code-cell}") for text in self.texts.values()),
            "questions": self._rows("chapters/assignments.md"),
            "mistakes": self._rows("chapters/mistakes.md"),
        }

    def _rows(self, page: str) -> int:
        return sum(label not in self.elsewhere.labels for label in ROW.findall(self.texts.get(page, "")))


def _plain(text: str) -> str:
    """Return a field of BibTeX without TeX: accents become letters, braces go."""
    accent = re.compile(r"\{?\\(['`^\"~cv])\s*\{?(\\?[A-Za-z])\}?\}?")
    text = accent.sub(lambda found: found[2].lstrip("\\") + ACCENTS[found[1]], text)
    text = text.replace(r"\o", "ø").replace(r"\i", "ı").replace(r"\&", "&").replace("--", "–")
    return unicodedata.normalize("NFC", re.sub(r"[{}]", "", text))
