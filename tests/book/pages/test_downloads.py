"""The notebooks for download: one a chapter, readable and valid, the same twice, and running where nnlib is a wheel."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from book import execution, folding, solutions
from book.downloads import notebook, wheel
from book.downloads.tex import expand
from book.lab import view
from tests.book.pages import notebooks
from tools.paths import ROOT

Check = Callable[[Path], list[str]]


def test_every_chapter_has_its_downloads(book: Path) -> None:
    assert notebooks.missing(book) == []


@pytest.mark.parametrize("check", [notebooks.malformed, notebooks.unresolved, notebooks.unset])
def test_notebooks_are_in_order(book: Path, check: Check) -> None:
    complaints = [complaint for path in notebooks.notebooks(book) for complaint in check(path)]
    assert not complaints, "\n".join(complaints)


def test_no_two_cells_share_an_id_and_ids_depend_on_the_cells_alone(book: Path) -> None:
    for path in notebooks.notebooks(book):
        cells = nbformat.read(path, 4).cells
        ids = [cell.id for cell in cells]
        assert len(set(ids)) == len(ids)
        assert ids == [cell.id for cell in notebook._with_ids(nbformat.read(path, 4).cells)]


def test_every_code_cell_of_a_chapter_is_there_with_its_outputs(book: Path) -> None:
    for path in notebooks.notebooks(book):
        recorded = nbformat.read(ROOT / "tests" / "recorded" / path.name, 4)
        offered = nbformat.read(path, 4)
        code = [cell for cell in offered.cells if cell.cell_type == "code"]
        assert "%pip install --quiet " in code[0].source
        sources = [folding.ADDED.sub("", cell.source) for cell in code[1:]]
        if not solutions.wanted():
            recorded.cells = notebooks.outside_solutions(recorded.cells)
        assert sources == [cell.source for cell in recorded.cells if cell.cell_type == "code"]
        assert notebooks.outputs(offered)[1:] == notebooks.outputs(recorded)


@pytest.mark.skipif(not solutions.wanted(), reason="an edition without solutions")
def test_solutions_are_folded_text_and_code(book: Path) -> None:
    for path in notebooks.notebooks(book):
        assert notebooks.in_sight(path) == []
        chapter = ROOT / "chapters" / f"{path.stem}.md"
        solved = [found[0] for found in view.SOLUTION.finditer(chapter.read_text(encoding="utf-8"))]
        cells = nbformat.read(path, 4).cells
        summaries = re.findall(
            r"<summary>Solution to Exercise [\d.]+</summary>", "\n".join(cell.source for cell in cells)
        )
        assert len(set(summaries)) == len(summaries) == len(solved)
        folded = [folding.ADDED.sub("", cell.source) for cell in cells if folding.ADDED.match(cell.source)]
        assert len(folded) == sum(text.count("```{code-cell}") for text in solved)
        assert all(any(code in text for text in solved) for code in folded)


def test_a_notebook_says_what_it_needs_and_installs_that(book: Path) -> None:
    for path in notebooks.notebooks(book):
        _, note, install, *cells = nbformat.read(path, 4).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        imported = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.M))
        needed = imported - {"nnlib", "numpy", "matplotlib"} - set(sys.stdlib_module_names)
        assert needed <= set(notebook.EXTRA)
        line = next(line for line in install.source.splitlines() if "%pip" in line)
        assert set(line.split('"')[2].split()) == needed
        assert {name for name, title in notebook.EXTRA.items() if title in note.source} == needed


def test_without_the_wheel_a_notebook_says_where_to_get_it(book: Path, tmp_path: Path) -> None:
    path = notebooks.notebooks(book)[0]
    install = nbformat.read(path, 4).cells[2].source
    file = next((book / "downloads").glob("*.whl"))
    asked: list[str] = []
    script = install.replace("    %pip ", "    asked.append(1) #")
    for there, known in [(True, False), (False, True), (False, False)]:
        folder = tmp_path / f"{there}{known}"
        folder.mkdir()
        if there:
            shutil.copy2(file, folder)
        with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
            patch.setattr(importlib.util, "find_spec", lambda name, known=known: known or None)
            if there or known:
                exec(script, {"asked": asked})
            else:
                with pytest.raises(
                    FileNotFoundError, match=rf"Put {re.escape(file.name)} beside .* (?:'nnlib alone' is|It is at)"
                ):
                    exec(script, {"asked": asked})
    assert len(asked) == 1
    names = [
        link.get_text()
        for link in notebooks.files.parsed(book / "chapters" / f"{path.stem}.html").select(".downloads a")
    ]
    assert {notebook.BOTH, notebook.ALONE} <= set(names), "the links are called as the message says"


def test_a_zip_file_holds_the_notebook_and_the_wheel(book: Path) -> None:
    folder = book / "downloads"
    wheel = next(folder.glob("*.whl"))
    for path in notebooks.notebooks(book):
        with zipfile.ZipFile(path.with_suffix(".zip")) as archive:
            assert archive.namelist() == [f"{path.stem}/{path.name}", f"{path.stem}/{wheel.name}"]
            assert archive.read(f"{path.stem}/{path.name}") == path.read_bytes()
    with zipfile.ZipFile(next(folder.glob("*-notebooks.zip"))) as archive:
        assert len(archive.namelist()) == len(notebooks.notebooks(book)) + 1


def test_the_wheel_is_the_same_twice_whatever_the_permissions(tmp_path: Path) -> None:
    first = wheel.build(tmp_path / "one").read_bytes()
    before = os.umask(0o077)
    try:
        second = wheel.build(tmp_path / "two").read_bytes()
    finally:
        os.umask(before)
    assert first == second


# In an environment of its own

KERNEL = ("numpy", "matplotlib", "ipykernel", "pip")  # what the reader is said to need, and a kernel


def needed(names: tuple[str, ...]) -> set[str]:
    """Return the packages that these packages need, by their metadata."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        try:
            requirements = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # for another system
        if name not in found:
            found.add(name)
            waiting += [re.split(r"[\s;<>=!~\[(]", text)[0] for text in requirements if "extra ==" not in text]
    return found


def own_environment(folder: Path) -> Path:
    """Make a virtual environment with nothing but what a reader needs; the files are links to this environment's."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    place = Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
    for name in needed(KERNEL):
        distribution = importlib.metadata.distribution(name)
        tops = {path.parts[0] for path in distribution.files or [] if path.parts[0] not in {"..", "__pycache__"}}
        tops |= {path.name for path in [Path(str(distribution.locate_file(f"{name}.libs")))] if path.exists()}
        for top in tops:
            target = place / top
            if not target.exists():
                target.symlink_to(Path(str(distribution.locate_file(top))))
    return python


@pytest.mark.slow
@pytest.mark.whole_book
@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_notebook_runs_with_the_wheel_alone_and_prints_the_same(book: Path, tmp_path: Path) -> None:
    python = own_environment(tmp_path / "env")
    without = subprocess.run([python, "-c", "import nnlib"], cwd=tmp_path, env={}, capture_output=True, check=False)
    assert without.returncode != 0, "nnlib is there without the wheel: this test would prove nothing"
    with zipfile.ZipFile(book / "downloads" / "softmax.zip") as archive:
        archive.extractall(tmp_path)
    document = nbformat.read(tmp_path / "softmax" / "softmax.ipynb", 4)
    spec = tmp_path / "share" / "kernels" / "own" / "kernel.json"
    spec.parent.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": command, "display_name": "Own", "language": "python"}))
    script = (
        "import nbformat, sys; from nbclient import NotebookClient; notebook = nbformat.read(sys.argv[1], 4)\n"
        "NotebookClient(notebook, kernel_name='own', timeout=180, resources={'metadata': {'path': '.'}}).execute()\n"
        "nbformat.write(notebook, 'executed.ipynb')"
    )
    env = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    env |= {"JUPYTER_PATH": str(tmp_path / "share"), "PIP_NO_INDEX": "1", "HOME": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-c", script, "softmax.ipynb"],
        cwd=tmp_path / "softmax",
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    executed = nbformat.read(tmp_path / "softmax" / "executed.ipynb", 4)
    folded = [cell.source.startswith("%%capture") for cell in document.cells if cell.cell_type == "code"]
    pairs = list(zip(folded, notebooks.outputs(executed), notebooks.outputs(document), strict=True))[1:]
    assert all(now == (("", []) if hidden else then) for hidden, now, then in pairs), (
        "answers in sight, or other outputs"
    )
    errors = [output for cell in executed.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert errors == []
    assert shutil.which("python", path=str(python.parent)), "the environment is the one made above"


def test_pieces_of_what_a_cell_prints_are_joined_as_they_came() -> None:
    def stream(name: str, text: str) -> dict[str, str]:
        return {"output_type": "stream", "name": name, "text": text}

    shown = {"output_type": "display_data", "data": {}}
    outputs = [stream("stdout", "one"), shown, stream("stderr", "no"), stream("stdout", "\ntwo\n")]
    outputs = execution.join_streams(outputs)
    assert outputs == [stream("stdout", "one\ntwo\n"), shown, stream("stderr", "no")]


# Macros


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"x \in \R^n", r"x \in \mathbb{R}^n"),
        (r"\pd{\norm{a}}{b_{1}}", r"\frac{\partial \left\lVert a \right\rVert}{\partial b_{1}}"),
        (r"\data{x}", r"{x}"),
        (r"\norm x", r"\left\lVert x \right\rVert"),
        (r"\T\softmax a", r"{\mathsf{T}}\operatorname{softmax} a"),
        (r"\Rightarrow \{\R\}", r"\Rightarrow \{\mathbb{R}\}"),
        (r"\loop a", r"\loop a"),
    ],
)
def test_macros_are_written_out(tex: str, expected: str) -> None:
    macros = {
        r"\R": r"\mathbb{R}",
        r"\pd": r"\frac{\partial #1}{\partial #2}",
        r"\norm": r"\left\lVert #1 \right\rVert",
        r"\data": r"\htmlClass{role-data}{#1}",
        r"\T": r"{\mathsf{T}}",
        r"\softmax": r"\operatorname{softmax}",
        r"\loop": r"\loop",
    }
    assert expand(tex, macros) == expected


# Each check finds what was planted


def small_notebook(folder: Path, text: str, **more: object) -> Path:
    """Write a notebook with one text cell."""
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": text}
    path = folder / "a.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}))
    return path


GOOD = "By (2.1), `{eq}` and $x^2$:\n\n$$\nx = 1\n\\tag{2.2}\n$$"


@pytest.mark.parametrize("check", [notebooks.malformed, notebooks.unresolved, notebooks.unset])
def test_a_notebook_in_order_passes(tmp_path: Path, check: Check) -> None:
    assert check(small_notebook(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [
        (notebooks.unresolved, "By (2.1)", "By {eq}`eq-a`"),
        (notebooks.unresolved, "By (2.1)", "{glue:text}`a`"),
        (notebooks.unresolved, "By (2.1)", ":::{note}"),
        (notebooks.unresolved, "By (2.1)", "```{math}"),
        (notebooks.unresolved, "By (2.1)", r"By \frac{1}{2}"),
        (notebooks.unset, "x^2", r"\softmax(x)"),
        (notebooks.unset, "x = 1", r"\lse(x)"),
        (notebooks.unset, "\\tag{2.2}\n", ""),
    ],
)
def test_a_planted_defect_is_found(tmp_path: Path, check: Check, old: str, new: str) -> None:
    assert check(small_notebook(tmp_path, GOOD.replace(old, new))) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<details><summary>Solution to Exercise 1.1</summary>", "**Solution to Exercise 1.1**"),
        ('"outputs_hidden": true', '"outputs_hidden": false'),
        ('"source_hidden": true, ', ""),
    ],
)
def test_an_answer_in_sight_is_found(tmp_path: Path, old: str, new: str) -> None:
    text = "<details><summary>Solution to Exercise 1.1</summary>\n\nOne.\n\n</details>"
    code = nbformat.v4.new_code_cell("show(1)", id="b")
    folding.fold(code, "Exercise 1.1")
    path = small_notebook(tmp_path, text)
    good = path.read_text().replace('}], "metadata"', f'}}, {json.dumps(code)}], "metadata"')
    path.write_text(good)
    assert notebooks.in_sight(path) == []
    assert old in good
    path.write_text(good.replace(old, new))
    assert len(notebooks.in_sight(path)) == 1


def test_an_invalid_notebook_is_found(tmp_path: Path) -> None:
    assert notebooks.malformed(small_notebook(tmp_path, GOOD, metadata="none")) != []


def test_a_chapter_without_downloads_is_found(book: Path, tmp_path: Path) -> None:
    shutil.copytree(book / "chapters", tmp_path / "chapters")
    shutil.copytree(book / "downloads", tmp_path / "downloads")
    assert notebooks.missing(tmp_path) == []
    first, second = (path.stem for path in notebooks.notebooks(book)[:2])
    (tmp_path / "downloads" / f"{first}.zip").unlink()
    assert notebooks.missing(tmp_path) == [f"there is no {first}.zip"]
    page = tmp_path / "chapters" / f"{second}.html"
    page.write_text(page.read_text(encoding="utf-8").replace('class="downloads"', ""), encoding="utf-8")
    assert any(complaint.startswith(f"{second}.html does not offer") for complaint in notebooks.missing(tmp_path))
