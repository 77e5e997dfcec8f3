"""What this edition holds, by _toc.yml, and what its links into other chapters are about.

An edition of one's own is made by deleting lines of _toc.yml. The files of the chapters that it leaves out stay where
they are: they tell which links lead out of the edition, and which words such a link becomes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

WHOLE = "whole"
PROMISE = "meta: {edition: whole}"
PRACTICE = "chapters/practice/"  # a page of problems for each chapter, under the chapter's name
INSIDE = ("parts", "chapters", "sections", "subtrees", "entries")
FENCED = r"^(?P<fence>`{3,}).*?^(?P=fence)`*[ ]*$"  # code, or a directive: nothing in it is a heading
PART = re.compile(
    rf"{FENCED}|^\((?P<target>[\w-]+)\)=[ ]*$|^#+ (?P<heading>[^\n]+)$|^:(?:label|name): (?P<name>\S+)", re.M | re.S
)
NAMES = re.compile(r"^\s*:?(?:label|name): *([\w-]+)\s*$", re.M)
GLOSSARY = re.compile(r"^```\{glossary\}\n(.*?)^```$", re.M | re.S)
ENTRY = re.compile(r"^(?P<term>\S.*)\n(?:(?:[ ]+.*)?\n)+", re.M)
SOURCES = re.compile(r"\{section\}`([^`]+)`")


class Place(NamedTuple):
    """Where a label stands: its chapter and section, by their titles, and whether it is the section's own."""

    chapter: str
    section: str
    own: bool = False

    def __str__(self) -> str:
        return self.chapter if self.section in ("", self.chapter) else f"{self.chapter}: {self.section}"


def contents(root: Path) -> Any:
    """Return the table of contents as it was written."""
    return yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))


def listed(root: Path) -> list[str]:
    """Return the pages that the table of contents names, as paths without suffix, in reading order.

    The problems of a chapter go with the chapter.
    """

    def files(entry: Any) -> Iterator[str]:
        if isinstance(entry, list):
            for part in entry:
                yield from files(part)
        elif isinstance(entry, dict):
            yield from (str(entry[key]) for key in ("root", "file") if key in entry)
            for key in INSIDE:
                yield from files(entry.get(key))

    named = [name.removesuffix(".md") for name in files(contents(root))]
    return [name for name in named if not name.startswith(PRACTICE) or f"chapters/{Path(name).name}" in named]


def is_whole(root: Path) -> bool:
    """Tell whether _toc.yml promises the whole book: every chapter, question and mistake."""
    said = (contents(root).get("meta") or {}).get("edition")
    if said not in (None, WHOLE):
        raise ValueError(f"_toc.yml says edition: {said}; it must be {WHOLE}, or be left out in an edition of your own")
    return said == WHOLE


def on_disk(root: Path) -> list[str]:
    """Return every page that there is, listed or not."""
    found = [path for path in [root / "index.md", *sorted((root / "chapters").rglob("*.md"))] if path.exists()]
    return [path.relative_to(root).with_suffix("").as_posix() for path in found]


def left_out(root: Path) -> list[str]:
    """Return the pages that there are, and that the table of contents does not name; problems go with their chapter."""
    named = listed(root)
    return [name for name in on_disk(root) if name not in named and not name.startswith(PRACTICE)]


def places(text: str) -> dict[str, Place]:
    """Return every label of a page with its place."""
    found: dict[str, Place] = {}
    waiting: list[str] = []
    chapter = section = ""
    for part in PART.finditer(text):
        if part["heading"]:
            section = part["heading"].strip()
            chapter = chapter or section
            found |= {label: Place(chapter, section, own=True) for label in waiting}
            waiting = []
        elif part["target"]:
            waiting.append(part["target"].lower())
        else:
            names = [part["name"]] if part["name"] else NAMES.findall(part[0])
            found |= {name.lower(): Place(chapter, section) for name in names}
    return found | {label: Place(chapter, section) for label in waiting}


def entries(text: str) -> dict[str, tuple[str, list[str]]]:
    """Return the terms of a page's glossary, each with the text of its entry and the labels of its sections."""
    found = {}
    for block in GLOSSARY.finditer(text):
        for entry in ENTRY.finditer(block[1]):
            labels = [label for group in SOURCES.findall(entry[0]) for label in split(group)]
            found[entry["term"].strip().lower()] = (entry[0], labels)
    return found


def split(labels: str) -> list[str]:
    """Return the labels of a {section} role."""
    return [label.strip().lower() for label in labels.split(",")]


def title(text: str) -> str:
    """Return the title of a page."""
    return next((part["heading"].strip() for part in PART.finditer(text) if part["heading"]), "")


@dataclass
class Edition:
    """What leads out of an edition."""

    pages: dict[str, str] = field(default_factory=dict)  # the pages that are left out, with their titles
    labels: dict[str, Place] = field(default_factory=dict)  # labels that stand on those pages alone
    terms: set[str] = field(default_factory=set)  # terms that no glossary of this edition defines
    cites: bool = True  # whether there is a bibliography to cite
    inside: dict[str, Place] = field(default_factory=dict, compare=False)  # the labels of this edition

    @classmethod
    def of(cls, root: Path) -> Edition:
        """Read the pages of a book."""
        left = left_out(root)
        texts = {name: (root / f"{name}.md").read_text(encoding="utf-8") for name in on_disk(root)}
        inside: dict[str, Place] = {}
        labels: dict[str, Place] = {}
        for name, text in texts.items():
            (labels if name in left else inside).update(places(text))
        labels = {label: place for label, place in labels.items() if label not in inside}
        defined = {name: entries(text) for name, text in texts.items()}
        kept = {
            term for name in texts if name not in left for term, (_, to) in defined[name].items() if not out(to, labels)
        }
        terms = {term for found in defined.values() for term in found} - kept
        cites = not left or any("```{bibliography}" in text for name, text in texts.items() if name not in left)
        return cls({name: title(texts[name]) for name in left}, labels, terms, cites, inside)


def out(sections: list[str], labels: dict[str, Place]) -> bool:
    """Tell whether all of these sections, if there are any, are among those that are left out."""
    return bool(sections) and all(label in labels for label in sections)
