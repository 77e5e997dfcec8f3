"""The claims of a chapter as they run, with the values of their sides and of their wrong versions."""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from book.checks import CLAIMS
from nnlib import claims
from tests.chapters.in_process import code, run, session
from tests.chapters.trained import untrained
from tools import chapters

CLAIMING = [path for path in chapters.notebooks() if "\nclaim" in "\n".join(code(path))]
LONG = {"digits"}  # trains networks: the cells that need them are left out
GENUINE = {kind: getattr(claims, kind) for kind in CLAIMS}
NEVER = {"claim": {"nothing": np.nan}, "claim_order": {"nothing": (1, 0)}}  # wrong versions that are always rejected


@dataclass(frozen=True)
class Stated:
    """One claim that was executed."""

    kind: str
    label: str
    sides: tuple[Any, ...]
    rejects: dict[str, Any]
    options: dict[str, Any]

    @property
    def holds(self) -> bool:
        """Tell whether its sides agree."""
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                GENUINE[self.kind](self.label, *self.sides, rejects=NEVER[self.kind], **self.options)
        except Exception:
            return False
        return True


@contextlib.contextmanager
def listening() -> Iterator[list[Stated]]:
    """Yield a list that receives every claim of the chapters; nothing is checked."""
    heard: list[Stated] = []

    def hear(kind: str, label: str, *sides: Any, rejects: Any = (), **options: Any) -> None:
        heard.append(Stated(kind, label, sides, dict(rejects), options))

    with contextlib.ExitStack() as stack:
        for kind in CLAIMS:
            stack.enter_context(mock.patch.object(claims, kind, functools.partial(hear, kind)))
        yield heard


def sources(chapter: Path) -> list[str]:
    """Return the code cells; of a long chapter, those that need no trained network."""
    return untrained(code(chapter)) if chapter.stem in LONG else code(chapter)


@functools.cache
def stated(chapter: Path) -> list[Stated]:
    """Execute a chapter and return its claims."""
    with session() as namespace, listening() as heard:
        for number, source in enumerate(sources(chapter), start=1):
            if error := run(source, number, namespace):
                raise error
        return heard
