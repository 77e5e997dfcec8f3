"""Style sheets, fonts and scripts: all of them the book's own files."""

from __future__ import annotations

import shutil
from pathlib import Path

import book_node
from sphinx.application import Sphinx


def _add_files(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.add_css_file("katex/katex.min.css", priority=600)
        app.add_css_file("book.css", priority=700)


def _copy_katex(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    source, target = book_node.MODULES / "katex" / "dist", Path(app.outdir) / "_static" / "katex"
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "katex.min.css", target)
    for font in sorted((source / "fonts").glob("*.woff2")):
        shutil.copy(font, target / "fonts")


def setup(app: Sphinx) -> dict[str, bool]:
    """Name the files in each page and put them in place."""
    app.add_config_value("comments_config", {}, "html")  # Jupyter Book sets it for sphinx-comments, not used here
    app.connect("builder-inited", _add_files, priority=600)
    app.connect("build-finished", _copy_katex)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
