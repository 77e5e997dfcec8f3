"""Docstrings name the sections that derive what they document: those sections exist."""

import re

import pytest

from tools.paths import ROOT

REFERENCE = re.compile(r"chapters/([\w-]+)\.md, ([A-Z].*?)(?=[.;]|, (?:and|from) chapters)")
REFERENCES = [
    (path.name, chapter, section)
    for path in sorted((ROOT / "nnlib").rglob("*.py"))
    for chapter, section in REFERENCE.findall(" ".join(path.read_text(encoding="utf-8").split()))
]


@pytest.mark.parametrize(("module", "chapter", "section"), REFERENCES)
def test_the_section_exists(module, chapter, section):
    path = ROOT / "chapters" / f"{chapter}.md"
    if not path.exists():
        pytest.skip(f"{path.name} is not written yet")
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert section in headings


def test_references_are_found():
    assert ("chain.py", "chain-rule", "Forward accumulation") in REFERENCES
