"""Every chapter to take along: the executed notebook, with nnlib as a wheel beside it.

The notebook of a page is written when the page is, from what MyST-NB executed and from the resolved text; at the end of
the build each goes into a zip file with the wheel. The same sources give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book import attribution
from book.downloads import wheel
from book.downloads.markdown import Writer
from book.folding import fold
from book.memory import build

FOLDER = "downloads"
EXTRA = {"scipy": "SciPy", "sympy": "SymPy", "mpmath": "mpmath"}  # what a chapter may import besides what nnlib needs
BOTH, ALONE = "Notebook with nnlib", "nnlib alone"  # two of the links under Download
NOTE = """*From {title}, executed. {adapted}The text is under CC BY 4.0, the code under the BSD 3-Clause license.*

The cells call `nnlib`, which needs NumPy, and Matplotlib for figures.{others} The next cell installs it from the file \
`{wheel}` beside this notebook.{folded}"""
FOLDED = " Solutions are folded, text and code: a click opens one."
INSTALL = """\
from importlib.util import find_spec
from pathlib import Path

if Path("{wheel}").is_file():
    %pip install --quiet "./{wheel}[plots]"{others}
elif find_spec("nnlib") is None:
    raise FileNotFoundError("Put {wheel} beside this notebook. {where}")"""
WHERE = "The chapter's page offers it under Download: '{both}' holds the two, '{wheel}' is the file."
HIDDEN = {"hide-input": "source_hidden", "answer": "outputs_hidden"}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def executed(env: BuildEnvironment, docname: str) -> Path:
    """Return where the executed notebook of a page is."""
    settings: Any = vars(env)["mystnb_config"]
    return Path(settings.output_folder, f"{docname}.ipynb")


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


def _cell(source: str, outputs: Iterable[Any] = (), metadata: dict[str, Any] | None = None) -> Any:
    code = {"cell_type": "code", "source": source, "metadata": metadata or {}, "outputs": list(outputs)}
    return nbformat.from_dict(code | {"execution_count": None})


def _code(cell: Any, solution: str | None) -> Any:
    hidden = [HIDDEN[tag] for tag in cell.metadata.get("tags", []) if tag in HIDDEN]
    code = _cell(cell.source, map(_output, cell.outputs), {"jupyter": dict.fromkeys(hidden, True)} if hidden else {})
    if solution:
        fold(code, solution)
    return code


def _others(cells: list[Any]) -> list[str]:
    """Return what else the cells import."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return [name for name in EXTRA if re.search(rf"^\s*(?:from|import) {name}\b", code, re.M)]


def _opening(env: BuildEnvironment, cells: list[Any], wheel: str, folded: str) -> list[Any]:
    """Return what stands below the title: what the cells need, and the cell that installs it."""
    others = _others(cells)
    *first, last = [EXTRA[name] for name in others] or [""]
    names = f"{', '.join(first)} and {last}" if first else last
    sentence = f" This chapter compares with {names}, too." if names else ""
    base = str(env.config.html_baseurl or "").rstrip("/")
    where = f"It is at {base}/{FOLDER}/{wheel}." if base else WHERE.format(both=BOTH, wheel=ALONE)
    install = INSTALL.format(wheel=wheel, others="".join(f" {name}" for name in others), where=where)
    adapted = attribution.sentence(env.config, "[{}]({})".format)
    adapted = f"{adapted} " if adapted else ""
    note = NOTE.format(title=env.config.html_title, adapted=adapted, wheel=wheel, others=sentence, folded=folded)
    return [_text(note), _cell(install)]


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
    done = nbformat.read(executed(env, docname), 4)
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
            cells.append(_code(done.cells[block], writer.solved.get(block)))
    cells[1:1] = _opening(env, cells, wheel, FOLDED if writer.solved else "")
    metadata = {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    document = {"cells": _with_ids(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.from_dict(document)


def write_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the notebook of a page."""
    if app.builder.name != "html" or not runnable(app.env, docname) or not executed(app.env, docname).exists():
        return
    path = Path(app.outdir, FOLDER, f"{docname.rsplit('/', 1)[-1]}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    document = notebook(app.env, doctree, docname, build(app).wheel.name)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def all_name(title: str) -> str:
    """Return the name of the file with all chapters; none of them has it."""
    return f"{attribution.file_name(title)}-notebooks.zip"


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
    build(app).wheel = wheel.build(folder)


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
            pack(path.with_suffix(".zip"), [path, build(app).wheel], path.stem)
        else:
            path.unlink()
    together = all_name(app.config.html_title)
    pack(folder / together, [*notebooks, build(app).wheel], Path(together).stem)


def fill(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Tell the template what can be downloaded: name, words, file."""
    here = "../" * pagename.count("/") + FOLDER
    wheel = (ALONE, "wheel", f"{here}/{build(app).wheel.name}")
    downloads = []
    if doctree and runnable(app.env, pagename):
        stem = pagename.rsplit("/", 1)[-1]
        downloads = [
            (BOTH, "zip", f"{here}/{stem}.zip"),
            ("notebook alone", "ipynb", f"{here}/{stem}.ipynb"),
            wheel,
        ]
    elif pagename == app.config.root_doc:
        downloads = [("All chapters with nnlib", "zip", f"{here}/{all_name(app.config.html_title)}"), wheel]
    context["downloads"] = downloads
