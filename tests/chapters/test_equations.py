"""Every equation is claimed or a definition, and every claim has its equation: seen at once, without a build."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from tests.copies import HEADER
from tools import chapters, equations

CELL = "```{code-cell} ipython3\nprint(verdicts)\n```\n"
CLAIMED = "✓ eq-claimed  3 entries agree; rejects: another"


def equation(label: str, fence: str = "```") -> str:
    return f"{fence}{{math}}\n:label: {label}\na = b\n{fence}\n"


SOUND = equation("eq-claimed") + "\n" + equation("def-something")


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "tests" / "recorded").mkdir(parents=True)
    (tmp_path / "_toc.yml").write_text("root: index\nchapters:\n- file: chapters/small\n")
    return tmp_path / "chapters" / "small.md"


def record(chapter: Path, printed: str) -> None:
    """Write the recording that a chapter's last cell would have, if it printed this."""
    notebook = chapters.read(chapter)
    notebook.cells[-1].execution_count = 1
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text=printed)]
    nbformat.write(notebook, chapters.recording(chapter))


def faults(chapter: Path, text: str, printed: str = CLAIMED) -> list[str]:
    chapter.write_text(HEADER + text + "\n" + CELL, encoding="utf-8")
    record(chapter, printed + "\nanother line\n")
    return equations.faults(chapter.parent.parent)


def test_the_equations_of_the_book_and_their_claims_belong_together() -> None:
    assert equations.faults() == []


def test_a_sound_chapter_has_no_faults(chapter: Path) -> None:
    assert faults(chapter, SOUND) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (equation("eq-alone"), r'The equation eq-alone has no claim\. Add claim\("eq-alone", \.\.\.\) to a code cell'),
        (equation("eq-alone", ":::"), "The equation eq-alone has no claim"),
        (":::{note}\n" + equation("eq-alone") + ":::\n", "The equation eq-alone has no claim"),
        ("````{note}\n:class: tip\n\n" + equation("eq-alone") + "````\n", "The equation eq-alone has no claim"),
        ("- an item\n\n  " + equation("eq-alone").replace("\n", "\n  "), "The equation eq-alone has no claim"),
        ("```{math}\n---\nlabel: eq-alone\n---\na = b\n```\n", "The equation eq-alone has no claim"),
        ("```{math}\n:name: eq-alone\na = b\n```\n", "The equation eq-alone has no claim"),
        (equation("eq-claimed"), r"The label eq-claimed stands at chapters/small\.md:\d+ already: rename one"),
        (equation("def-something"), r"The label def-something stands at chapters/small\.md:\d+ already: rename one"),
        (equation("softmax"), "The label softmax starts neither with eq- nor with def-"),
        ("```{math}\na = b\n```\n", "A displayed equation has no label"),
        ("$$\na = b\n$$\n", "Displayed mathematics between [$][$] has no label"),
    ],
)
def test_a_fault_is_named_with_its_line(chapter: Path, text: str, expected: str) -> None:
    found = faults(chapter, SOUND + "\n" + text)
    assert len(found) == 1
    line = re.match(r"chapters/small\.md:(\d+): " + expected, found[0])
    assert line, found[0]
    start = chapter.read_text(encoding="utf-8").splitlines()[int(line[1]) - 1]
    assert re.match(r"\s*(```|:::)\{math\}|[$][$]", start)


def test_a_claim_without_its_equation_is_named(chapter: Path) -> None:
    found = faults(chapter, SOUND, f"{CLAIMED}\n✓ eq-nowhere  25 entries agree; rejects: another")
    assert found == [
        "chapters/small.md: The claim eq-nowhere names no equation. Give the equation that it checks "
        "`:label: eq-nowhere`, or correct the label in the cell."
    ]


@pytest.mark.parametrize("fence", ["```\n", "```markdown\n", "```{code-block} markdown\n"])
def test_an_equation_that_is_shown_as_code_is_none(chapter: Path, fence: str) -> None:
    shown = fence.replace("```", "````") + equation("eq-alone") + "````\n"
    assert faults(chapter, SOUND + "\n" + shown) == []


def test_a_claim_in_an_edited_cell_counts_before_it_is_recorded(chapter: Path) -> None:
    added = equation("eq-new")
    assert len(faults(chapter, SOUND + "\n" + added)) == 1
    text = chapter.read_text(encoding="utf-8").replace("print(verdicts)", 'claim("eq-new", 1, 1, rejects={"two": 2})')
    chapter.write_text(text, encoding="utf-8")
    assert equations.faults(chapter.parent.parent) == []
    chapters.recording(chapter).unlink()
    assert [line.rpartition(": ")[2][:27] for line in equations.faults(chapter.parent.parent)] == [
        "The equation eq-claimed has"
    ]
