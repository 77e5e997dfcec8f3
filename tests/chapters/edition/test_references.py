"""Docstrings name the sections that derive what they document, by label, and the chapters: those exist."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from book import edition
from tools.paths import ROOT

SECTIONS = re.compile(r":section:`([^`]+)`")
PAGES = re.compile(r":doc:`/([^`]+)`")
FILES = re.compile(r"\bchapters/[\w-]+\.md")  # a file and a heading would have to be repeated when it is renamed


@cache
def known(root: Path) -> tuple[list[str], set[str]]:
    """Return the pages of a book, and the labels of their sections."""
    pages = edition.on_disk(root)
    found = [edition.places((root / f"{name}.md").read_text(encoding="utf-8")) for name in pages]
    return pages, {label for labels in found for label, place in labels.items() if place.own}


def complaints(path: Path, root: Path = ROOT) -> list[str]:
    """Return what is wrong with the references of a module, with file and line."""
    pages, labels = known(root)
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        where = f"{path.relative_to(root)}:{number}"
        named = [label for group in SECTIONS.findall(line) for label in edition.split(group)]
        found += [
            f"{where}: no section has the label {name}: correct it, or take it out"
            for name in named
            if name not in labels
        ]
        found += [f"{where}: there is no page {name}" for name in PAGES.findall(line) if name not in pages]
        found += [f"{where}: write :section:`label` or :doc:`/page`, not {name}" for name in FILES.findall(line)]
    return found


def test_all_references_lead_somewhere() -> None:
    found = [complaint for path in sorted((ROOT / "nnlib").rglob("*.py")) for complaint in complaints(path)]
    assert not found, "\n".join(found)


def test_a_reference_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "one.md").write_text("# One\n\n(one-first)=\n## First\n\n:::{note}\n:name: one-box\n:::\n")
    module = tmp_path / "module.py"
    module.write_text('"""See :doc:`/chapters/one` and :section:`one-first`."""\n')
    assert complaints(module, tmp_path) == []
    module.write_text("See :doc:`/chapters/two`, :section:`one-box, one-first`\nand chapters/one.md, First\n")
    assert [complaint.partition(":")[2] for complaint in complaints(module, tmp_path)] == [
        "1: no section has the label one-box: correct it, or take it out",
        "1: there is no page chapters/two",
        "2: write :section:`label` or :doc:`/page`, not chapters/one.md",
    ]


def test_references_are_found() -> None:
    assert SECTIONS.findall((ROOT / "nnlib" / "chain.py").read_text(encoding="utf-8"))[0] == "chain-forward"
