"""What JupyterLab shows of a page, and that saving gives it back: byte for byte, or with the reader's edit alone."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from jupytext.config import load_jupytext_configuration_file

from book import folding
from book.lab import blocks, roles, view
from book.lab.names import Names
from tests.copies import HEADER, copy_book
from tools import chapters
from tools.paths import ROOT

CONFIG = load_jupytext_configuration_file(str(ROOT / "pyproject.toml"))
PAGES = [*chapters.pages(), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
NOTEBOOKS = [page for page in chapters.notebooks() if page.stem != "index"]
NAMES = Names(ROOT)


def shown(page: Path, **options: Any) -> Any:
    return view.show(page.read_text(encoding="utf-8"), page.relative_to(ROOT).as_posix(), NAMES, **options)


def through_jupyterlab(notebook: Any) -> Any:
    """Return a notebook as JupyterLab sends it back: JSON, with what a kernel and a click add."""
    notebook = nbformat.from_dict(copy.deepcopy(notebook))
    notebook.metadata["language_info"] = {"name": "python", "version": "3.13.0"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            cell["execution_count"] = number
            cell["outputs"] = [nbformat.from_dict({"output_type": "stream", "name": "stdout", "text": "1"})]
            if "jupyter" in cell.metadata:
                cell.metadata["collapsed"] = cell.metadata["jupyter"].get("outputs_hidden", False)
    return notebook


@pytest.mark.parametrize("solutions", [True, False])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_saving_what_was_opened_changes_no_byte(page: Path, solutions: bool) -> None:
    text = page.read_text(encoding="utf-8")
    assert view.is_page(text)
    notebook = through_jupyterlab(shown(page, solutions=solutions))
    assert view.of_page(notebook)
    assert view.restore(notebook, text, CONFIG) == text
    if solutions:  # not because the old text was at hand
        assert view.restore(notebook, "", CONFIG) == text


def test_a_page_that_jupytext_would_write_differently_is_kept_as_its_author_wrote_it() -> None:
    text = HEADER.replace("  name: python3\n", "  name: python3   # ours\n") + "One.\n\n\n\n* two\n"
    assert view.restore(view.show(text, "chapters/new.md", NAMES), text, CONFIG) == text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_edit_is_saved_and_nothing_else(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    notebook = through_jupyterlab(shown(page))
    cell = next(cell for cell in notebook.cells[1:] if cell.cell_type == "markdown")
    cell.source = cell.source.replace("\n\n", "\n\nA new sentence.\n\n", 1)
    title = re.search(r"^# .+\n\n", text, re.M)
    assert title is not None
    assert view.restore(notebook, text, CONFIG) == text.replace(title[0], f"{title[0]}A new sentence.\n\n", 1)


@pytest.mark.whole_book
def test_an_edit_of_code_in_a_solution_is_saved() -> None:
    page = ROOT / "chapters" / "softmax.md"
    text, notebook = page.read_text(encoding="utf-8"), through_jupyterlab(shown(page))
    cell = next(cell for cell in notebook.cells if "%%capture solution_2_3\n" in cell.source)
    cell.source = cell.source.replace("np.log(99)", "np.log(98)")
    cell.metadata["jupyter"]["source_hidden"] = False  # the reader has opened it
    assert view.restore(notebook, text, CONFIG) == text.replace("T = 1 / np.log(99)", "T = 1 / np.log(98)")


@pytest.mark.whole_book
def test_with_solutions_left_out_an_edit_keeps_them() -> None:
    page = ROOT / "chapters" / "digits.md"
    text, notebook = page.read_text(encoding="utf-8"), through_jupyterlab(shown(page, solutions=False))
    everything = "\n".join(cell.source for cell in notebook.cells)
    assert "solution-start" not in everything
    assert "def multiplications" not in everything, "the code of a solution"
    assert "Twice the channels cost" not in everything, "its text below the code"
    assert "Double the channels" in everything, "the question"
    cell = next(cell for cell in notebook.cells if "Double the channels" in cell.source)
    cell.source = cell.source.replace("Double the channels", "Triple the channels")
    assert view.restore(notebook, text, CONFIG) == text.replace("Double the channels", "Triple the channels")


def test_a_page_becomes_a_notebook_with_its_first_code_cell() -> None:
    page = ROOT / "chapters" / "errata.md"
    text, notebook = page.read_text(encoding="utf-8"), shown(page)
    notebook.cells.append(nbformat.v4.new_code_cell("1 + 1"))
    saved = view.restore(notebook, text, CONFIG)
    assert chapters.normal_form(saved) == saved
    assert saved.endswith("```{code-cell}\n1 + 1\n```\n")
    said = view.header(saved)
    assert said["kernelspec"]["name"] == "python3"
    assert said["myst"] == view.header(text)["myst"]


def test_a_notebook_that_is_paired_with_another_file_is_left_to_jupytext() -> None:
    paired = HEADER.replace("jupytext:\n", "jupytext:\n  formats: ipynb,md:myst\n")
    assert view.is_page(HEADER)
    assert not view.is_page(paired)
    assert not view.is_page(HEADER.replace("format_name: myst", "format_name: markdown"))


# What stands where


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_macros_come_first_and_once(page: Path) -> None:
    first, *others = shown(page).cells
    front = yaml.safe_load(first.source.split("---\n")[1])
    macros = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]["katex_macros"]
    assert macros.items() <= front["math"].items()
    assert set(front["math"]) - set(macros) == {r"\htmlClass"}
    assert not any(cell.source.startswith("---\n") for cell in others)


@pytest.mark.whole_book
def test_the_note_says_what_saving_does_and_where_a_copy_may_go() -> None:
    note = shown(ROOT / "chapters" / "softmax.md").cells[0].source
    assert "`chapters/softmax.md`, a file of the book: saving changes it" in note
    assert "`work/softmax.md`" in note
    text = (ROOT / "chapters" / "softmax.md").read_text(encoding="utf-8")
    copied = view.show(text, "work/softmax.md", NAMES)
    assert "saving changes" not in copied.cells[0].source
    assert "enumerator: 2.%s" in copied.cells[0].source, "a copy has the numbers of its chapter"


@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)
def test_all_code_of_solutions_is_folded_and_nothing_else_is(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    inside = "\n".join(found[0] for found in view.SOLUTION.finditer(text))
    cells = [cell for cell in shown(page).cells if cell.cell_type == "code"]
    folded = [cell for cell in cells if folding.ADDED.match(cell.source)]
    assert len(folded) == inside.count("```{code-cell}")
    for cell in folded:
        assert cell.metadata["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
        first, _, answer = cell.source.split("\n", 2)
        assert re.fullmatch(r"%%capture solution(_\d+)+", first), "all that one sees of it"
        assert answer in inside
    assert all(cell.metadata["jupyter"] == {"source_hidden": True} for cell in cells if "hide-input" in tags(cell))
    assert not any(
        "jupyter" in cell.metadata for cell in cells if cell not in folded and "hide-input" not in tags(cell)
    )


def tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


@pytest.mark.parametrize("page", NOTEBOOKS, ids=lambda page: page.stem)
def test_all_text_of_solutions_is_folded(page: Path) -> None:
    inside = ""
    for cell in (cell for cell in shown(page).cells if cell.cell_type == "markdown"):
        head = cell.source.split(":::{solution-end}")[0]
        if inside and ":::{solution-end}" in cell.source and head.strip():
            assert head.startswith(blocks.MORE)
            assert head.rstrip().endswith("\n::::::")
        for boundary in view.BOUNDARY.findall(cell.source):
            inside = boundary
    starts = view.BOUNDARY.findall(page.read_text(encoding="utf-8"))[::2]
    solutions = [found[0] for found in view.SOLUTION.finditer(page.read_text(encoding="utf-8"))]
    assert len(starts) == len(solutions)
    assert all(solution.split("\n")[1] == ":class: dropdown" for solution in solutions)


@pytest.mark.whole_book
def test_figures_have_their_captions_and_numbers() -> None:
    cells = shown(ROOT / "chapters" / "softmax.md").cells
    captions = [cell.source for cell in cells if cell.metadata.get(view.SHOWN) and "**Fig." in cell.source]
    count = (ROOT / "chapters" / "softmax.md").read_text(encoding="utf-8").count("    name: fig-")
    numbers = [f"Fig. 2.{number + 1}" for number in range(count)]
    assert count
    assert [re.search(r"\*\*(.+?)\*\*", caption)[1] for caption in captions] == numbers  # type: ignore[index]
    assert captions[1].startswith("(fig-softmax-simplex)=\n**Fig. 2.2** Each curve shows")
    assert ":class: dropdown\nA triangle whose corners" in captions[1]


# Roles

TRIAL = roles.Page("chapters/softmax.md", (ROOT / "chapters" / "softmax.md").read_text(encoding="utf-8"), NAMES)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("{term}`losses <loss>`", '[losses](glossary.md "{term}`losses <loss>`")'),
        ("{term}`Jacobian`", '[Jacobian](glossary.md "{term}`Jacobian`")'),
        ("{ref}`softmax-shift`", '[Adding the same number to every score](#softmax-shift "{ref}`softmax-shift`")'),
        ("{ref}`there <mlp-bend>`", '[there](mlp.md#mlp-bend "{ref}`there <mlp-bend>`")'),
        (
            "{section}`softmax-shift, mlp-bend`",
            "[Softmax: Adding the same number to every score and The multilayer perceptron: Why bend at all?]"
            '(#softmax-shift "{section}`softmax-shift, mlp-bend`")',
        ),
        ("{eq}`def-softmax`", '[(2.1)](#def-softmax "{eq}`def-softmax`")'),
        ("{eq}`eq-cover`", '[(1)](../index.md#eq-cover "{eq}`eq-cover`")'),
        ("{numref}`fig-softmax-simplex`", '[Fig. 2.2](#fig-softmax-simplex "{numref}`fig-softmax-simplex`")'),
        ("{ref}`ex-softmax-odds`", '[Exercise 2.2](#ex-softmax-odds "{ref}`ex-softmax-odds`")'),
        ("{doc}`mlp`", '[The multilayer perceptron](mlp.md "{doc}`mlp`")'),
        ("{doc}`this <mlp>`", '[this](mlp.md "{doc}`this <mlp>`")'),
        ("{cite:t}`bridle1990`", '[Bridle (1990)](bibliography.md "{cite:t}`bridle1990`")'),
        ("{cite:p}`naumann2008`", '[(Naumann (2008))](bibliography.md "{cite:p}`naumann2008`")'),
        ("{glue:text}`tie-at-five`", "{abbr}`(0.000023, 0.499989, 0.499989) (glue:text tie-at-five)`"),
        ("{py:func}`rule <nnlib.rules.rule>`", "{abbr}`rule (py:func rule <nnlib.rules.rule>)`"),
        ("{py:func}`nnlib.rules.rule`", "{abbr}`rule (py:func nnlib.rules.rule)`"),
        ("[data]{.role-data}", "{abbr}`data (class role-data)`"),
    ],
)
@pytest.mark.whole_book
def test_a_role_is_shown_and_comes_back(role: str, expected: str) -> None:
    text = f"See {role}, and `{{eq}}` or ``{{glue:text}}`name` `` as they are."
    assert TRIAL.show(text) == f"See {expected}, and `{{eq}}` or ``{{glue:text}}`name` `` as they are."
    assert roles.restore(TRIAL.show(text)) == text


@pytest.mark.parametrize(
    "role", ["{eq}`eq-unknown`", "{term}`unknown`", "{glue:text}`unknown`", "{sub}`2`", "{cite:t}`x`"]
)
def test_an_unknown_role_or_name_stays(role: str) -> None:
    assert TRIAL.show(role) == role


def test_brackets_in_a_title_do_not_end_the_link() -> None:
    names = Names(ROOT)
    text = "(a-b)=\n## Shapes [K] | and $x_{[1]}$\n\nSee {ref}`a-b`."
    page = roles.Page("chapters/a.md", text, names)
    assert page.show("{ref}`a-b`") == r'[Shapes \[K\] \| and $x_{\[1\]}$](#a-b "{ref}`a-b`")'
    assert roles.restore(page.show(text)) == text


def test_the_words_of_a_shown_role_may_be_edited_and_the_role_is_kept() -> None:
    assert roles.restore('[other [words]](mlp.md#x "{ref}`mlp-bend`") and more') == "{ref}`mlp-bend` and more"


@pytest.mark.whole_book
def test_numbers_are_those_of_the_book() -> None:
    assert NAMES.places["eq-softmax-sum"].text == "(2.4)"
    assert NAMES.number("chapters/softmax.md") == 2
    assert NAMES.number("chapters/glossary.md") is None


@pytest.mark.whole_book
def test_what_an_edition_leaves_out_is_named_without_numbers(tmp_path: Path) -> None:
    copy_book(tmp_path)
    contents = tmp_path / "_toc.yml"
    contents.write_text(contents.read_text(encoding="utf-8").replace("  - file: chapters/mlp\n", ""), encoding="utf-8")
    page = roles.Page("chapters/softmax.md", "", Names(tmp_path))
    assert page.show("{ref}`mlp-bend`") == '[Why bend at all?](mlp.md#mlp-bend "{ref}`mlp-bend`")'
    assert page.show("{eq}`def-mlp-l2`").startswith("[(The multilayer perceptron: ")
    assert page.show("{doc}`mlp`") == '[The multilayer perceptron](mlp.md "{doc}`mlp`")'
    assert page.names.totals["questions"] < NAMES.totals["questions"] == 103
    assert page.names.totals["mistakes"] < NAMES.totals["mistakes"] == 37


def test_names_of_authors_are_written_without_tex() -> None:
    assert NAMES.work("machler2012") == "Mächler (2012)"
    assert NAMES.works["baydin2018"]["author"].startswith("Baydin, Atılım Güneş")


# Blocks


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("chapters/teaching.md", "| --- |"),
        ("chapters/api.md", "`softmax`, `log_softmax`, `logsumexp`, `softmax_jacobian`.\n`help(nnlib.softmax)`"),
        ("chapters/bibliography.md", "- Bridle, John S. (1990). *Probabilistic"),
        ("chapters/ledger.md", "`make book`"),
        ("chapters/differentiable.md", '`autodiff.supported()["elementwise"]` in a code cell'),
    ],
)
@pytest.mark.whole_book
def test_a_block_that_the_build_makes_has_something_in_its_place(page: str, expected: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    changed = blocks.show(text, page, NAMES)
    assert expected in changed
    assert blocks.restore(changed) == text


def test_an_included_file_that_is_missing_is_left_as_it_stands() -> None:
    text = "```{include} nowhere.md\n```\n"
    assert blocks.show(text, "chapters/a.md", NAMES) == text


def test_text_between_the_cells_of_a_solution_is_folded() -> None:
    for text in (
        "Between.",
        "Below.\n\n:::{solution-end}\n:::\n\nAfter.",
        ":::{note}\nx\n:::\n\n:::{solution-end}\n:::",
    ):
        folded = blocks.fold(text)
        assert folded.startswith(blocks.MORE)
        assert blocks.restore(folded) == text
    assert blocks.fold(":::{solution-end}\n:::\n\nAfter.") == ":::{solution-end}\n:::\n\nAfter."
