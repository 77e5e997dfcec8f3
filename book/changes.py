"""A change in nnlib, or in these extensions, makes the pages that depend on it out of date.

Sphinx compares the text of chapters only: after an edit in nnlib alone it would find nothing to do, and stay green.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parents[1]


def digest(*folders: Path) -> str:
    """Return a hash of all sources in the folders."""
    sources = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".js", ".html"})
    parts = [str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() for path in sources]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Return every page if nnlib or this package changed."""
    before, env.book_digest = getattr(env, "book_digest", None), digest(ROOT / "nnlib", ROOT / "book")
    return [] if before == env.book_digest else sorted(env.found_docs)
