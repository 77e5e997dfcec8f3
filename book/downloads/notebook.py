"""Every chapter to take along: the executed notebook, with nnlib as a wheel beside it.

The notebook of a page is written when the page is, from what MyST-NB executed and from the resolved text; at the end of
the build each goes into a zip file with the wheel. The same sources give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book.downloads import wheel
from book.downloads.markdown import Writer

FOLDER = "downloads"
ALL = "every-gradient-checked.zip"
EXTRA = ("scipy", "sympy", "mpmath")  # what a chapter may import besides NumPy and Matplotlib
NOTE = """*From {title}, executed. The text is under CC BY 4.0, the code under the BSD 3-Clause license.*

The cells call `nnlib`, a package that needs NumPy and Matplotlib alone. The next cell installs it from the file \
`{wheel}` beside this notebook; if you have the notebook without that file, download the wheel from the book's page."""
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def _executed(env: BuildEnvironment, docname: str) -> Path:
    return Path(env.mystnb_config.output_folder, f"{docname}.ipynb")


def runnable(env: BuildEnvironment, docname: str) -> bool:
    """Tell whether a page is a chapter that one can run; the cover, with one cell, is not."""
    return docname != env.config.root_doc and "kernelspec" in env.metadata.get(docname, {})


def _output(output: Any) -> Any:
    """Return an output without what changes from run to run."""
    output = nbformat.from_dict(output)
    if "execution_count" in output:
        output["execution_count"] = None
    output.pop("transient", None)
    return output


def _code(cell: Any) -> Any:
    metadata = {"jupyter": {"source_hidden": True}} if "hide-input" in cell.metadata.get("tags", []) else {}
    outputs = [_output(output) for output in cell.outputs]
    return nbformat.from_dict(
        {"cell_type": "code", "source": cell.source, "metadata": metadata, "outputs": outputs, "execution_count": None}
    )


def _install(cells: list[Any], wheel: str) -> Any:
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    needed = "".join(f" {name}" for name in EXTRA if re.search(rf"^\s*(?:from|import) {name}\b", code, re.M))
    source = f'%pip install --quiet "./{wheel}[plots]"{needed}'
    return nbformat.from_dict(
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
    )


def _text(source: str) -> Any:
    return nbformat.from_dict({"cell_type": "markdown", "source": source, "metadata": {}})


def _with_ids(cells: list[Any]) -> list[Any]:
    """Give each cell an id that depends on the cells alone."""
    seen: dict[str, int] = {}
    for cell in cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        count = seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if count == 1 else f"{name}-{count}"
    return cells


def notebook(env: BuildEnvironment, doctree: nodes.document, docname: str, wheel: str) -> Any:
    """Return a page as a notebook."""
    executed = nbformat.read(_executed(env, docname), 4)
    writer = Writer(env, docname, env.config.katex_macros)
    title, *blocks = writer.blocks(doctree) + writer.cited()
    cells, texts = [_text(str(title))], []
    for block in [*blocks, None]:
        if isinstance(block, str):
            texts.append(block)
            continue
        if texts:
            cells.append(_text("\n\n".join(texts)))
            texts = []
        if block is not None:
            cells.append(_code(executed.cells[block]))
    cells[1:1] = [_text(NOTE.format(title=env.config.html_title, wheel=wheel)), _install(cells, wheel)]
    metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    document = {"cells": _with_ids(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict(document)


def write_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the notebook of a page."""
    if app.builder.name != "html" or not runnable(app.env, docname) or not _executed(app.env, docname).exists():
        return
    path = Path(app.outdir, FOLDER, f"{docname.rsplit('/', 1)[-1]}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    document = notebook(app.env, doctree, docname, app.book_wheel.name)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def pack(target: Path, files: list[Path], folder: str) -> None:
    """Write files into a zip file, in one folder, without the time of day or the owner's rights."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(f"{folder}/{file.name}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def build_wheel(app: Sphinx) -> None:
    """Build the wheel of nnlib, which the pages name."""
    folder = Path(app.outdir, FOLDER)
    for old in folder.glob("*.whl"):
        old.unlink()
    app.book_wheel = wheel.build(folder)


def pack_all(app: Sphinx, exception: Exception | None) -> None:
    """Put each notebook, and all of them, into a zip file with the wheel."""
    if exception or app.builder.name != "html":
        return
    folder, current = Path(app.outdir, FOLDER), {name.rsplit("/", 1)[-1] for name in app.env.found_docs}
    for old in folder.glob("*.zip"):
        old.unlink()
    notebooks = []
    for path in sorted(folder.glob("*.ipynb")):
        if path.stem in current:
            notebooks.append(path)
            pack(path.with_suffix(".zip"), [path, app.book_wheel], path.stem)
        else:
            path.unlink()
    pack(folder / ALL, [*notebooks, app.book_wheel], Path(ALL).stem)


def fill(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Tell the template what can be downloaded: name, words, file."""
    here = "../" * pagename.count("/") + FOLDER
    wheel = ("nnlib alone", "wheel", f"{here}/{app.book_wheel.name}")
    downloads = []
    if doctree and runnable(app.env, pagename):
        stem = pagename.rsplit("/", 1)[-1]
        downloads = [
            ("Notebook with nnlib", "zip", f"{here}/{stem}.zip"),
            ("notebook alone", "ipynb", f"{here}/{stem}.ipynb"),
            wheel,
        ]
    elif pagename == app.config.root_doc:
        downloads = [("All chapters with nnlib", "zip", f"{here}/{ALL}"), wheel]
    context["downloads"] = downloads
