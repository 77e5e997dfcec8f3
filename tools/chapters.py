"""The chapters as notebooks: which there are, their cells, their normal form, and what their outputs depend on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml
from jupytext.config import load_jupytext_configuration_file
from nbclient import NotebookClient

from book import edition
from book.sources import dependencies, digest
from tools.paths import CHAPTERS, LOCK, RECORDED, ROOT

FORMAT = "md:myst"
EVASIONS = {
    "nbval-skip",
    "nbval-ignore-output",
    "nbval-raises-exception",
    "skip-execution",
    "NBVAL_SKIP",
    "NBVAL_IGNORE_OUTPUT",
}
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")
TIMEOUT = 300  # seconds a cell; a chapter's cells take milliseconds
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def is_notebook(path: Path) -> bool:
    """Tell whether a page has code cells to execute, by the header that MyST-NB looks for."""
    header = re.match(r"---\n(.*?\n)---\n", path.read_text(encoding="utf-8"), re.S)
    if header is None:
        return False
    front = yaml.safe_load(header[1]) or {}
    return "jupytext" in front or front.get("file_format") == "mystnb"


def pages(root: Path = ROOT) -> list[Path]:
    """Return every page of this edition: the root page, and the files in chapters/ that _toc.yml names."""
    named = edition.listed(root)
    return [root / f"{name}.md" for name in edition.on_disk(root) if name in named]


def notebooks(root: Path = ROOT) -> list[Path]:
    """Return the pages that are executed and recorded."""
    return [page for page in pages(root) if is_notebook(page)]


def named(names: Iterable[str]) -> list[Path]:
    """Return the pages with code that are meant: ``softmax``, ``softmax.md``, or the path of the page or its recording.

    Raises
    ------
    SystemExit
        For a name that is none, with all that there are.
    """
    known = notebooks()
    calls = {name: page for page in known for name in (page.stem, page.name, str(page), str(recording(page)))}
    pages = {name: calls.get(name) or calls.get(str(Path(name).resolve())) for name in names}
    unknown = [name for name, page in pages.items() if page is None]
    if unknown:
        raise SystemExit(
            f"Not a chapter with code: {', '.join(unknown)}. These are: {', '.join(page.stem for page in known)}"
        )
    return [page for page in pages.values() if page is not None]


def recording(chapter: Path) -> Path:
    """Return where the reference outputs of a chapter are kept."""
    root = chapter.parent.parent if chapter.parent.name == CHAPTERS.name else chapter.parent
    return root / RECORDED.relative_to(ROOT) / f"{chapter.stem}.ipynb"


def client(chapter: Path, notebook: Any) -> NotebookClient:
    """Return what executes a chapter's notebook as nbval will: in the folder of the recordings."""
    return NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(recording(chapter).parent)}},
    )


def read(chapter: Path) -> Any:
    """Return a chapter as a notebook whose cell ids depend on the cells alone, so that recordings can be compared."""
    notebook = jupytext.reads(chapter.read_text(encoding="utf-8"), FORMAT)
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        count = seen[name] = seen.get(name, 0) + 1
        cell["id"] = name if count == 1 else f"{name}-{count}"
    notebook.metadata = nbformat.from_dict({"kernelspec": dict(KERNEL)})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def normal_form(text: str) -> str:
    """Return the text of a chapter as jupytext writes it; a notebook saved in JupyterLab looks the same."""
    settings = load_jupytext_configuration_file(str(ROOT / "pyproject.toml"))
    return str(jupytext.writes(jupytext.reads(text, FORMAT), FORMAT, config=settings))


def problems(notebook: Any) -> list[str]:
    """Return what keeps a chapter's outputs from being recorded and compared, each with what to do."""
    found = []
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
        if cell.source.rstrip().endswith(";"):
            found.append(
                f"code cell {number} ends in a semicolon, which nbval does not heed: end with plt.show() or `_ = …`"
            )
        evading = [tag for tag in cell.metadata.get("tags", []) if tag in EVASIONS]
        if evading:
            found.append(f"code cell {number} has the tag {evading[0]}: every output is compared, so remove the tag")
        for output in cell.get("outputs", []):
            if ADDRESS.search(str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))):
                found.append(f"code cell {number} prints an address in memory, which changes: print a value instead")
    return found


def fingerprint(chapter: Path, root: Path = ROOT) -> str:
    """Return a digest of all that decides a chapter's outputs, and of the recorded outputs themselves."""
    return digest(chapter, recording(chapter), LOCK, *dependencies(chapter, root))
