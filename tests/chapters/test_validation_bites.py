"""The validation notices a planted fault, and its message says what to do.

Each test plants one fault into a copy, runs the smallest real thing that should see it, and reads what it says.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from book.edition import PROMISE
from tests.copies import build, compare, copy_chapter
from tools import chapters, recordings
from tools.paths import ROOT

pytestmark = pytest.mark.whole_book  # the faults are planted in the chapter on softmax


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of the book that has one chapter, on softmax, and its recording."""
    return copy_chapter(tmp_path, ROOT / "chapters" / "softmax.md")


def edit_recording(folder: Path, change: Any, stem: str = "softmax") -> None:
    """Apply ``change`` to the recorded notebook and write it back."""
    path = folder / "tests" / "recorded" / f"{stem}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def test_the_copy_is_in_order(copy: Path) -> None:
    assert recordings.faults(copy) == []


@pytest.mark.slow
def test_the_copy_passes_nbval_with_its_own_nnlib(copy: Path) -> None:
    with (copy / "nnlib" / "softmax.py").open("a") as file:
        file.write("\nimport pathlib\npathlib.Path(__file__).with_name('was-imported').touch()\n")
    code, said = compare(copy)
    assert code == 0, said
    assert (copy / "nnlib" / "was-imported").exists()


@pytest.mark.slow
def test_one_digit_changed_in_a_recorded_output(copy: Path) -> None:
    def change(notebook: Any) -> None:
        output = next(
            o for cell in notebook.cells for o in cell.get("outputs", []) if re.search(r"0\.\d\d", o.get("text", ""))
        )
        where = re.search(r"0\.\d(\d)", output.text)
        assert where is not None
        output.text = output.text[: where.start(1)] + str((int(where[1]) + 1) % 10) + output.text[where.end(1) :]

    edit_recording(copy, change)
    code, said = compare(copy)
    assert code == 1
    assert "1 failed" in said
    assert "run make record" in said


@pytest.mark.slow
def test_one_curve_moved_by_a_millionth_of_its_range(copy: Path) -> None:
    with (copy / "nnlib" / "plots.py").open("a") as file:
        file.write("""

_straight, _moved = curve, []


def curve(axes, x, y, **style):
    y = np.asarray(y, dtype=float)
    if not _moved and np.ptp(y) > 0:
        _moved.append(True)
        y = y + 1e-6 * np.ptp(y)
    return _straight(axes, x, y, **style)
""")
    code, said = compare(copy)
    assert code == 1
    assert "1 failed" in said
    assert "image/svg+xml" in said
    assert "run make record" in said


@pytest.mark.slow
def test_a_function_off_by_a_millionth(copy: Path) -> None:
    with (copy / "nnlib" / "softmax.py").open("a") as file:
        file.write("""

_right = softmax


def softmax(x, axis=-1, temperature=1.0):
    return _right(x, axis, temperature) * (1 + 1e-6)
""")
    code, said = compare(copy)
    assert code == 1
    assert re.search(r"ClaimFailed: eq-softmax-by-hand does not hold: .* against .*tolerance", said)
    assert "what the cell calls is wrong" in said


def test_a_cell_edited_after_recording(copy: Path) -> None:
    chapter = copy / "chapters" / "softmax.md"
    text = chapter.read_text(encoding="utf-8")
    assert "rng = np.random.default_rng(1)" in text
    chapter.write_text(
        text.replace("rng = np.random.default_rng(1)", "rng = np.random.default_rng(2)"), encoding="utf-8"
    )
    (fault,) = recordings.faults(copy)
    assert re.fullmatch(
        r"softmax\.md, cell \d+ \(import [^)]*\) was edited after it was recorded: run make record", fault
    )


def test_a_cell_added_after_recording(copy: Path) -> None:
    chapter = copy / "chapters" / "softmax.md"
    chapter.write_text(
        chapter.read_text(encoding="utf-8") + "\n```{code-cell} ipython3\n1 + 1\n```\n", encoding="utf-8"
    )
    (fault,) = recordings.faults(copy)
    assert re.fullmatch(r"softmax\.md has \d+ cells, its recording \d+: run make record", fault)


def test_a_figure_s_description_edited_after_recording(copy: Path) -> None:
    chapter = copy / "chapters" / "softmax.md"
    text = chapter.read_text(encoding="utf-8")
    chapter.write_text(re.sub(r"name: fig-softmax-\w+", "name: fig-softmax-other", text, count=1), encoding="utf-8")
    (fault,) = recordings.faults(copy)
    assert fault.endswith("was edited after it was recorded: run make record")


def test_a_cell_without_execution_count(copy: Path) -> None:
    def change(notebook: Any) -> None:
        [cell for cell in notebook.cells if cell.cell_type == "code"][2].execution_count = None

    edit_recording(copy, change)
    (fault,) = recordings.faults(copy)
    assert re.search(
        r"^softmax\.md, cell \d+ .* has no execution count .* nbval would skip it: run make record$", fault
    )


def test_a_chapter_that_is_not_recorded(copy: Path) -> None:
    (copy / "tests" / "recorded" / "softmax.ipynb").unlink()
    assert recordings.faults(copy) == ["softmax.md is not recorded: run make record"]


def test_a_recording_without_a_chapter(copy: Path) -> None:
    shutil.copy(copy / "tests" / "recorded" / "softmax.ipynb", copy / "tests" / "recorded" / "gone.ipynb")
    assert recordings.faults(copy) == ["gone.ipynb records a chapter that does not exist: run make record"]


def test_a_chapter_missing_from_the_table_of_contents(copy: Path) -> None:
    table = copy / "_toc.yml"
    table.write_text(re.sub(r"\n *- file: chapters/softmax(?=\n)", "", table.read_text()))
    assert recordings.faults(copy) == [
        "chapters/softmax.md is not in _toc.yml: add `- file: chapters/softmax` where it belongs, or, in an edition of "
        f"your own, delete the line `{PROMISE}`"
    ]


def test_an_entry_without_a_page(copy: Path) -> None:
    (copy / "chapters" / "softmax.md").rename(copy / "chapters" / "renamed.md")
    said = "\n".join(recordings.faults(copy))
    assert "_toc.yml names chapters/softmax, which is not a page" in said
    assert "chapters/renamed.md is not in _toc.yml" in said


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("plot();", "ends in a semicolon, which nbval does not heed: end with plt.show()"),
        ("object()", "prints an address in memory, which changes: print a value instead"),
    ],
)
def test_an_output_that_cannot_be_compared(source: str, advice: str) -> None:
    output = nbformat.v4.new_output("execute_result", {"text/plain": "<object object at 0x7f2b8c0d5a60>"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, outputs=[output])])
    assert any(advice in problem for problem in chapters.problems(notebook))


@pytest.mark.parametrize("tag", ["nbval-skip", "nbval-ignore-output", "skip-execution"])
def test_a_tag_that_would_evade_the_comparison(tag: str) -> None:
    cell = nbformat.v4.new_code_cell("1 + 1", metadata={"tags": [tag]})
    (problem,) = chapters.problems(nbformat.v4.new_notebook(cells=[cell]))
    assert "every output is compared, so remove the tag" in problem


@pytest.mark.slow
def test_a_role_inside_mathematics_and_an_equation_without_a_claim(copy: Path) -> None:
    index = copy / "index.md"
    index.write_text(
        index.read_text(encoding="utf-8")
        + """
The value $v = {glue:text}`value`$ stands inside a formula.

```{math}
:label: eq-nobody-checks-this
1 = 2
```
""",
        encoding="utf-8",
    )
    code, said = build(copy)
    assert code != 0
    assert re.search(r"index\.md:\d+.*role .*not resolved inside mathematics", said), said
    assert re.search(r"The equation eq-nobody-checks-this has no claim\. Add claim\(", said), said
