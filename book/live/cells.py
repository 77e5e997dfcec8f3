"""The code of a page's cells, as its notebook has it, in a script that the page loads when a reader asks to run one.

On the page a block of code carries the number of its cell (``data-cell``); ``proofs`` hands it on to the checks that it
folds. What an edition leaves out is in neither.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from book import live
from book.cells import cells
from book.downloads import notebook
from book.live import editor, files, pack
from book.memory import build
from book.pages import scripts

logger = logging.getLogger(__name__)

FOLDER = "_cells"
STATIC = Path(__file__).parents[1] / "pages" / "static" / "live"
WITHOUT = "Without Run: the pages cannot run their cells, as no source has {}. LIVE_FILES=FOLDER names one."
LEFT_OUT = "Without Run: LIVE=no."


def begin(app: Sphinx, config: Any) -> None:
    """Get the files; where they cannot be had, say so in one line."""
    if live.wanted() and files.CORE.exists():
        try:
            build(app).packages = files.get()
        except (files.Missing, OSError, LookupError) as missing:
            logger.info(WITHOUT.format(missing))
    else:
        logger.info(LEFT_OUT)
    config.book_live = bool(build(app).packages)


def number(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each block of code the number of its cell, and write the code of all cells of the page."""
    if app.builder.name != "html" or not app.config.book_live:
        return
    found = cells(doctree)
    path = notebook.executed(app.env, docname)
    if not found or not path.exists():
        return
    sources = nbformat.read(path, 4).cells
    listed = []
    for place, cell in enumerate(found, start=1):
        next(cell.findall(nodes.literal_block))["cell"] = place
        listed.append(sources[cell["cell_index"]].source)
    target = Path(app.outdir, FOLDER, f"{docname}.js")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(f"Live.page({json.dumps(listed, ensure_ascii=False)});\n", encoding="utf-8")
    build(app).numbered.add(docname)


def fill(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Tell the template where the code of the page's cells is."""
    runs = pagename in build(app).numbered
    context["cells"] = f"{'../' * pagename.count('/')}{FOLDER}/{pagename}.js" if runs else ""


def names() -> list[str]:
    """Return the scripts of the page, in order."""
    return sorted(path.name for path in STATIC.glob("*.js"))


def script() -> str:
    """Return what a page loads when Run is pressed for the first time, without what the build knows."""
    return scripts.bare(STATIC / name for name in names())


def characters() -> set[str]:
    """Return the characters that the scripts may show."""
    return set(script())


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write scripts and pack into the folder that assets has made."""
    if exception or app.builder.name != "html" or not build(app).packages:
        return
    folder = Path(app.outdir, "_static", "live")
    folder.mkdir()
    try:
        made = pack.parts(build(app).packages, build(app).wheel)
        known = pack.write(folder / "pack", made)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ExtensionError(f"The pack that runs cells in the pages could not be made: {error}") from None
    (folder / "live.js").write_text(f"{script()}Live.pack = {known};\n", encoding="utf-8")
    shutil.copyfile(STATIC / "live.css", folder / "live.css")
    (folder / "editor.js").write_bytes(editor.script())
    (folder / "licenses.txt").write_text(pack.notices(build(app).packages, editor.notices()), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register what the pages depend on: whether they run their cells."""
    app.add_config_value("book_live", False, "html", bool)
