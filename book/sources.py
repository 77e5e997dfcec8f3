"""The files that the book is made from, and those of nnlib that one page needs.

Needs neither Sphinx nor anything else that builds pages: `make record` and `make check` ask, too.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CELL = re.compile(
    r"^(?P<fence>`{3,})\{code-cell\}.*?\n(?:---\n.*?^---\n|(?::.*?\n)*)(?P<code>.*?)^(?P=fence)", re.M | re.S
)
STATIC = ROOT / "book" / "pages" / "static"  # every build copies it: no page needs to be made again
TOOLS = ("book", "pyproject.toml", "requirements.lock")  # what makes each page, and runs its cells
PAGES = ("_config.yml", "_toc.yml", "index.md", "chapters", "trials/reports", "nnlib")
SKIPPED = {"node_modules", "__pycache__", ".ipynb_checkpoints"}


def files(*names: str, root: Path = ROOT) -> Iterator[Path]:
    """Yield the files of these names, and those in the folders of these names, in order."""
    for name in names:
        if (root / name).is_file():
            yield root / name
        for folder, inner, found in os.walk(root / name):
            inner[:] = sorted(set(inner) - SKIPPED)
            yield from (Path(folder, file) for file in sorted(found))


def digest(*paths: Path) -> str:
    """Return a hash of the contents of files; one that is absent counts, too."""
    contents = [path.read_bytes() if path.exists() else b"absent" for path in paths]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def dependencies(page: Path, root: Path = ROOT) -> list[Path]:
    """Return the files of nnlib that a page needs: the modules that it imports, directly or through another, and data.

    Which module reads which data is not asked: data change once in years.
    """
    waiting, found = list(_imports(_code(page.read_text(encoding="utf-8")))), set[Path]()
    while waiting:
        path = root / waiting.pop()
        if path in found or not path.exists():
            continue
        found.add(path)
        waiting.extend(_imports(path.read_text(encoding="utf-8")))
    data = [path for path in files("nnlib", root=root) if path.suffix != ".py"]
    return sorted(found.union(data)) if found else []


@cache
def _code(text: str) -> str:
    """Return the code of a page, without the lines that only IPython understands."""
    return re.sub(r"(?m)^\s*[%!].*$", "", "\n".join(cell["code"] for cell in CELL.finditer(text)))


@cache
def _imports(code: str) -> frozenset[Path]:
    """Return the files of nnlib that Python source imports, whichever way it is written."""
    names: set[str] = set()
    try:
        tree = ast.parse(code)
    except SyntaxError:  # the cell itself will say so when it is executed
        return frozenset()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):  # nnlib.softmax, after import nnlib
            names.add(f"{node.value.id}.{node.attr}")
    inside = [name.split(".") for name in names if name.split(".")[0] == "nnlib"]
    return frozenset(
        path
        for parts in inside
        for path in (Path(*parts, "__init__.py"), Path(*parts).with_suffix(".py"), Path("nnlib/__init__.py"))
    )
