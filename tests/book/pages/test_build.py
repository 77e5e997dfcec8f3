"""Faults planted in the sources of a book: the build fails and says where, and what to do. Two builds are the same."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.copies import HEADER, build, copy_book

pytestmark = pytest.mark.slow

CELL = "```{{code-cell}} ipython3\n{}\n```\n"
IMPORT = "from nnlib.claims import claim\n"
FIGURE = """```{{code-cell}} ipython3
---
mystnb:
{}
---
import matplotlib.pyplot as plt
from nnlib.notebook import setup
setup()
plt.plot([1, 2])
plt.show()
```
"""

# name: the text of a chapter, and what the build has to say of it
FAULTS = {
    "macro": ("```{math}\n:label: def-a\n\\nosuchmacro x\n```\n", r"macro\.md:\d+.*def-a cannot be set: Undefined"),
    "inline": ("A formula $\\frobnicate$.\n", r"inline\.md:14.*cannot be set: Undefined control sequence"),
    "dollars": ("$$ a = b $$\n", r"dollars\.md:14.*between \$\$ has no label\. Write a"),
    "bar": ("| a | b |\n| - | - |\n| $|x|$ | its length |\n", r"bar\.md:16.*A bar in a formula ends the cell"),
    "align": ("\\begin{align}\na &= b\n", r"align\.md:14.*\\begin\{align\} stands outside mathematics"),
    "unlabeled": ("```{math}\na = b\n```\n", r"unlabeled\.md:\d+.*has no label\. Write a"),
    "mislabeled": ("```{math}\n:label: thm-a\na = b\n```\n", r"mislabeled\.md:\d+.*thm-a starts neither"),
    "unclaimed": ("```{math}\n:label: eq-alone\na = b\n```\n", r"unclaimed\.md:\d+.*eq-alone has no claim\. Add"),
    "unknown": (
        CELL.format(IMPORT + 'claim("eq-nowhere", 1, 1, rejects={"two": 2})'),
        r"unknown\.md:\d+.*eq-nowhere names no equation\. Give",
    ),
    "failing": (
        "```{math}\n:label: eq-false\n1 = 2\n```\n" + CELL.format(IMPORT + 'claim("eq-false", 1, 2, rejects={"a": 3})'),
        r"failing\.md:\d+.*Code cell 1, claim eq-false, raised ClaimFailed\.[\s\S]*1 against 2",
    ),
    "both": (
        "```{math}\n:label: eq-both\n1 = 1\n```\n"
        + CELL.format(IMPORT + 'claim("eq-both", 1, 1, rejects={"two": 2})\nprint("and more")'),
        r"both\.md:\d+.*This cell checks, and it also prints something",
    ),
    "wordless": (
        FIGURE.format("  figure: {caption: A line., name: fig-a}"),
        r"wordless\.md:\d+.*has no text for readers",
    ),
    "named": (
        FIGURE.format("  figure: {caption: A line., name: fig-b}\n  image: {alt: line.svg}"),
        r"named\.md:\d+.*has no text for readers",
    ),
    "bare": (
        FIGURE.format("  image: {alt: A straight line that rises from one to two.}"),
        r"bare\.md:\d+.*has no caption\. Add",
    ),
    "total": ("There are {total}`frogs`.\n", r"total\.md:\d+.*no total named 'frogs'; choose one of claims"),
}


def small_book(folder: Path, chapters: dict[str, str]) -> Path:
    copy_book(folder)
    for page in (folder / "chapters").glob("*.md"):
        if page.stem != "ledger":
            page.unlink()
    for name, text in chapters.items():
        (folder / "chapters" / f"{name}.md").write_text(HEADER + text, encoding="utf-8")
    (folder / "index.md").write_text("# A small book\n\nWith a few chapters.\n")
    files = "".join(f"- file: chapters/{name}\n" for name in [*chapters, "ledger"])
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{files}")
    return folder


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Build one book in which each chapter has a fault, and return what the build says."""
    folder = small_book(tmp_path_factory.mktemp("faults"), {name: text for name, (text, _) in FAULTS.items()})
    status, text = build(folder)
    assert status == 1
    return text


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named_with_its_place_and_its_cure(said: str, fault: str) -> None:
    assert re.search(FAULTS[fault][1], said), said


def test_each_fault_is_told_once_and_nothing_else_is(said: str) -> None:
    assert len(re.findall(r"^\S+\.md:\d+: ERROR: ", said, re.M)) == len(FAULTS)
    assert f"{len(FAULTS) - 1} problems, listed above" in said  # the unknown total is reported by its role


CLAIM = "```{math}\n:label: eq-sum\n1 + 1 = 2\n```\n\n" + CELL.format(
    IMPORT + 'claim("eq-sum", 1 + 1, 2, rejects={"eleven": 11})'
)
KEPT = CLAIM.replace("eq-sum", "eq-kept").replace("ipython3\n", "ipython3\n:tags: [open]\n\n")


def digests(folder: Path) -> dict[str, str]:
    pages = folder / "_build" / "html"
    files = [path for path in sorted(pages.rglob("*")) if path.is_file()]
    return {path.relative_to(pages).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_ledger_follows_a_change_and_two_builds_are_the_same(tmp_path: Path) -> None:
    figure = FIGURE.format(
        "  figure: {caption: A line., name: fig-a}\n  image: {alt: A straight line that rises from one to two.}"
    )
    first = small_book(tmp_path / "first", {"sums": CLAIM + KEPT + figure})
    assert build(first, live="yes") == (0, "")
    ledger = first / "_build" / "html" / "chapters" / "ledger.html"
    assert "eleven" in ledger.read_text(encoding="utf-8")
    page = (first / "_build" / "html" / "chapters" / "sums.html").read_text(encoding="utf-8")
    assert re.search(r'id="check-sum">[\s\S]*<strong>[^<]*exactly[\s\S]*eleven', page)
    assert page.index('id="check-sum"') < page.index('id="check-kept"')
    assert page.count("claim(") == 2, "the check is in its mark, or where it is kept, and nowhere else"

    second = small_book(tmp_path / "second", {"sums": CLAIM + KEPT + figure})
    assert build(second, live="yes") == (0, "")
    assert digests(first) == digests(second)

    chapter = first / "chapters" / "sums.md"
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("eleven", "three instead"), encoding="utf-8")
    assert build(first) == (0, "")
    assert "three instead" in ledger.read_text(encoding="utf-8")
    assert "eleven" not in ledger.read_text(encoding="utf-8")
