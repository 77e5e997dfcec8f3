"""A page as the notebook that JupyterLab shows, and the page that such a notebook stands for."""

from __future__ import annotations

import copy
import re
from pathlib import PurePosixPath
from typing import Any

import jupytext
import yaml
from nbformat.v4 import new_markdown_cell, new_notebook

from book.folding import fold, unfold
from book.lab import blocks, roles
from book.lab.names import Names

FORMAT = "md:myst"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
HEADER = re.compile(r"\A---\n(.*?)^---\n", re.M | re.S)
SOLUTION = re.compile(r"^:{3,}\{solution-start\} (\S+)\n.*?^:{3,}\{solution-end\}\n:{3,}$", re.M | re.S)
LEFT_OUT = re.compile(r"^%solution (\S+)$", re.M)
BOUNDARY = re.compile(r"^:{3,}\{solution-(?:start|end)\} *(\S*)$", re.M)
SHOWN = "shown_by_the_book"  # in the metadata: of a cell that is no part of the page; of a notebook, the page's header

TRACKED = """\
Opened from `{path}`, a file of the book: saving changes it.
To try things out, first save a copy: File, Save Markdown File As, `work/{name}`.
"""
FOLDED = "A solution opens with a click on its title, its code with a click on the dots below it."
ABSENT = "Solutions are not shown here; saving keeps them in the file."
OWN = "This cell brings the book's macros to JupyterLab and is no part of the file."


def header(text: str) -> dict[str, Any]:
    """Return what the header of a page says."""
    found = HEADER.match(text)
    said = yaml.safe_load(found[1]) if found else None
    return said if isinstance(said, dict) else {}


def is_page(text: str) -> bool:
    """Tell whether a text is a page as those of the book: MyST, or Markdown without code cells."""
    said = header(text)
    about = said.get("jupytext", {})
    return "formats" not in about and (
        about.get("text_representation", {}).get("format_name") == "myst" or "kernelspec" not in said
    )


def show(text: str, path: str, names: Names, *, solutions: bool = True) -> Any:
    """Return a page as a notebook."""
    page = roles.Page(path, text, names)
    if not solutions:
        text = SOLUTION.sub(r"%solution \1", text)
    if "kernelspec" in header(text):
        notebook = jupytext.reads(text, FORMAT)
    else:
        found = HEADER.match(text)
        body = text[found.end() :] if found else text
        metadata = {"kernelspec": dict(KERNEL), SHOWN: found[0] if found else ""}
        notebook = new_notebook(cells=[new_markdown_cell(body.strip("\n"))], metadata=metadata)
    cells, exercise = [_note(page, solutions)], ""  # the label of the exercise whose solution we are in
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown":
            boundaries = BOUNDARY.findall(cell.source)
            source = blocks.fold(cell.source) if exercise else cell.source
            cell.source = page.show(blocks.show(source, path, names))
            exercise = boundaries[-1] if boundaries else exercise
        elif cell.cell_type == "code":
            if exercise:
                fold(cell, page.own[exercise].text if exercise in page.own else "")
            elif "hide-input" in cell.metadata.get("tags", []):
                cell.metadata["jupyter"] = {"source_hidden": True}
            cells += _caption(cell, page, in_solution=bool(exercise))
    notebook.cells = cells
    return notebook


def _ours(source: str) -> Any:
    return new_markdown_cell(source, metadata={SHOWN: True})


def _note(page: roles.Page, solutions: bool) -> Any:
    r"""Return the cell at the top: the front matter of the first cell is where jupyterlab-myst looks for macros.

    It refuses ``\htmlClass``, which marks the roles of symbols: the second argument stays.
    """
    macros = {"\\htmlClass": "\\@secondoftwo"} | page.names.settings["sphinx"]["config"]["katex_macros"]
    tracked = page.path in page.names.texts
    about = TRACKED.format(path=page.path, name=PurePosixPath(page.path).name) if tracked else ""
    hint = f"{FOLDED if solutions else ABSENT}\n" if SOLUTION.search(page.text) else ""
    number = page.names.number(page.path)
    numbering = {kind: {"enumerator": f"{number}.%s"} for kind in ("equation", "exercise")} if number else {}
    front = yaml.safe_dump({"math": macros, "numbering": numbering}, sort_keys=False)
    return _ours(f"---\n{front}---\n\n*{about}{hint}{OWN}*")


def _caption(cell: Any, page: roles.Page, *, in_solution: bool) -> list[Any]:
    """Return what stands below a figure on the page: JupyterLab knows neither captions nor their numbers."""
    settings = cell.metadata.get("mystnb", {})
    figure, image = settings.get("figure", {}), settings.get("image", {})
    label = figure.get("name", "")
    if label not in page.own:
        return []
    source = f"({label})=\n**{page.own[label].text}** {figure.get('caption', '')}"
    if "alt" in image:
        source += f"\n\n:::{{admonition}} The figure in words\n:class: dropdown\n{image['alt']}\n:::"
    return [_ours(page.show(blocks.fold(source) if in_solution else source))]


def undo(notebook: Any) -> Any:
    """Return a notebook without what was only shown, in its cells."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if SHOWN not in cell.metadata]
    for cell in notebook.cells:
        unfold(cell)
        if cell.cell_type == "markdown":
            cell.source = roles.restore(blocks.restore(cell.source))
    return notebook


def of_page(notebook: Any) -> bool:
    """Tell whether a notebook was made from a page, or from a copy of one."""
    about = notebook.metadata.get("jupytext", {})
    form = about.get("text_representation", {}).get("format_name")
    return "formats" not in about and (SHOWN in notebook.metadata or form == "myst")


def restore(notebook: Any, original: str, config: Any = None) -> str:
    """Return the page that a shown notebook stands for; ``original`` is the file, for what was not shown."""
    notebook = undo(notebook)
    head = notebook.metadata.pop(SHOWN, None)
    if head is None or any(cell.cell_type == "code" for cell in notebook.cells):
        notebook.metadata.update(header(head or ""))
        text = str(jupytext.writes(notebook, FORMAT, config=config))
        before = str(jupytext.writes(jupytext.reads(original, FORMAT), FORMAT, config=config))
    else:
        body = "\n\n".join(cell.source for cell in notebook.cells)
        text, before = f"{head}\n{body}\n" if head else f"{body}\n", original
    solutions = {found[1]: found[0] for found in SOLUTION.finditer(original)}
    text = LEFT_OUT.sub(lambda found: solutions.get(found[1], found[0]), text)
    return original if text.strip("\n") == before.strip("\n") else text
