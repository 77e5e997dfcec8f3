"""Scripts as the pages load them: several files as one, without the comments that stand on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

# Up to the first end of a comment, and only where nothing follows it: code after one stays.
COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/) *\n", re.M | re.S)


def joined(paths: Iterable[Path]) -> str:
    """Return the text of these files, one after the other."""
    return "".join(path.read_text(encoding="utf-8") for path in paths)


def bare(paths: Iterable[Path]) -> str:
    """Return them without comments."""
    return COMMENT.sub("", joined(paths))
