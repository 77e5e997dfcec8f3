"""What the parts of this package tell each other during one build. It is kept with Sphinx's application."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sphinx.application import Sphinx


@dataclass
class Build:
    """One build."""

    problems: list[str] = field(default_factory=list)  # a page for each problem
    failed: set[str] = field(default_factory=set)  # the pages of which a cell failed
    wheel: Path = Path()  # nnlib, to be downloaded
    packages: dict[str, Path] = field(default_factory=dict)  # what runs cells in the pages, by the name of the file
    numbered: set[str] = field(default_factory=set)  # the pages whose cells can be run
    made_from: dict[str, str] = field(default_factory=dict)  # a digest for each page, now
    made_before: dict[str, str] = field(default_factory=dict)  # and when it was made the last time


def build(app: Sphinx) -> Build:
    """Return what is known of this build."""
    found: Build = app.__dict__.setdefault("book_build", Build())
    return found
