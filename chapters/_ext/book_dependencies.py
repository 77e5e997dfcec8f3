"""Tell Sphinx which modules of nnlib a chapter imports, so that an edit there executes the chapter again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def note(app: Any, docname: str, source: list[str]) -> None:
    """Note the modules as dependencies of the page that is about to be read."""
    from tools.chapters import dependencies, is_notebook  # noqa: PLC0415 - importable once setup() has run

    page = Path(app.env.doc2path(docname))
    if page.suffix == ".md" and is_notebook(page):
        for module in dependencies(page, Path(app.srcdir)):
            app.env.note_dependency(str(module))


def setup(app: Any) -> dict[str, bool]:
    """Connect."""
    sys.path.insert(0, str(app.srcdir))
    app.connect("source-read", note)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
