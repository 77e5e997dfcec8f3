"""What can be wrong with the notebooks that the book offers for download. Each function returns complaints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from book import folding
from book.pages import math as book_math
from tests.book.pages import files
from tools import chapters

UNRESOLVED = re.compile(r"(?<!`)\{[a-z][\w:+-]*\}`|`{3,}\{|:::|\\htmlClass")
DISPLAY = re.compile(r"\$\$\n(.*?)\n\$\$", re.S)
INLINE = re.compile(r"(?<!\\)\$([^$\n]+)\$")
GLUED = "application/papermill.record/"
FOLDED = re.compile(r"<details><summary>.*?</details>", re.S)
SOLUTION = re.compile(r"Solution to .*")
CODE = re.compile(r"(`+).+?\1")


def notebooks(book: Path) -> list[Path]:
    """Return the notebooks of a built book."""
    return sorted((book / "downloads").glob("*.ipynb"))


def texts(path: Path) -> Iterator[str]:
    """Yield the text cells of a notebook."""
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            yield cell.source


def missing(book: Path) -> list[str]:
    """Complain of chapters whose page does not lead to notebook, zip file and wheel."""
    complaints = []
    wheels = list((book / "downloads").glob("nnlib-*.whl"))
    for chapter in chapters.notebooks():
        page = book / chapter.relative_to(chapters.ROOT).with_suffix(".html")
        if chapter.stem == "index":
            continue
        offered = {Path(str(link["href"])).name for link in files.parsed(page).select(".downloads a")}
        wanted = {f"{chapter.stem}.ipynb", f"{chapter.stem}.zip", *(path.name for path in wheels)}
        complaints += [f"{page.name} does not offer {name}" for name in sorted(wanted - offered)]
        complaints += [f"there is no {name}" for name in sorted(wanted) if not (book / "downloads" / name).is_file()]
    return complaints if wheels else [*complaints, "there is no wheel"]


def malformed(path: Path) -> list[str]:
    """Complain of what nbformat does not accept."""
    try:
        nbformat.validate(nbformat.read(path, 4))
    except nbformat.ValidationError as error:
        return [f"{path.name}: {error}"]
    return []


def unresolved(path: Path) -> list[str]:
    """Complain of roles, directives and TeX outside formulas, which Jupyter would show as they were typed."""
    complaints = []
    for text in texts(path):
        complaints += [
            f"{path.name}: {text[max(0, m.start() - 20) : m.end() + 40]!r}" for m in UNRESOLVED.finditer(text)
        ]
        rest = CODE.sub("", INLINE.sub("", DISPLAY.sub("", text)))
        complaints += [f"{path.name}: TeX outside a formula: {m[0]}" for m in re.finditer(r"\\[a-zA-Z]+|\$\$", rest)]
    return complaints


def unset(path: Path) -> list[str]:
    """Complain of formulas that need a macro, and of displayed ones without a number."""
    complaints = []
    for text in texts(path):
        displayed = DISPLAY.findall(text)
        complaints += [f"{path.name}: no number: {tex}" for tex in displayed if r"\tag{" not in tex]
        inline = INLINE.findall(DISPLAY.sub("", text))
        for tex, display in [*((tex, True) for tex in displayed), *((tex, False) for tex in inline)]:
            try:
                book_math.render(tex, display, ())
            except book_math.KaTeXError as error:
                complaints.append(f"{path.name}: {error}: {tex}")
    return complaints


def outputs(notebook: Any) -> list[Any]:
    """Return the outputs of the code cells, without counts and without how the printing was cut into pieces.

    A glued value shows nothing by itself, and MyST-NB takes it out of the notebook.
    """
    found = []
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
        bundles = [dict(output.data) for output in cell.outputs if output.output_type != "stream"]
        shown = [bundle for bundle in bundles if not all(kind.startswith(GLUED) for kind in bundle)]
        found.append((printed, shown))
    return found


def in_sight(path: Path) -> list[str]:
    """Complain of answers that one sees without a click."""
    complaints = []
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            complaints += [f"{path.name}: open: {found}" for found in SOLUTION.findall(FOLDED.sub("", cell.source))]
        elif folding.ADDED.match(cell.source):
            hidden = cell.metadata.get("jupyter", {})
            complaints += [f"{path.name}: not {name}: {cell.source}" for name in folding.HIDDEN if not hidden.get(name)]
    return complaints


def outside_solutions(cells: list[Any]) -> list[Any]:
    """Return the cells of a recorded notebook that belong to no solution."""
    kept, inside = [], False
    for cell in cells:
        if cell.cell_type == "markdown":
            for mark in re.findall(r"\{solution-(start|end)\}", cell.source):
                inside = mark == "start"
        elif not inside:
            kept.append(cell)
    return kept
