"""Widths for the columns of tables, so that a table stands still while its rows arrive.

A browser that has to find the widths itself lays the whole table out anew with every row that it receives. So they are
estimated here from what the cells hold: the longest part that may not break, and the longest line. One set of shares is
for a page of full width, one for a phone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from docutils import nodes

FULL, PHONE = 74.0, 40.0  # characters in a line
GAP = 2.5  # the space between columns, in characters
SHORT = 12  # a cell of so few characters is not broken
COMMAND = re.compile(r"\\(?:operatorname|math[a-z]+|text|boldsymbol|t?frac|left|right|[,;!])\*?")  # take no room


class Column(NamedTuple):
    """The narrowest and the widest that a column has use for, in characters."""

    least: float
    most: float


def _parts(cell: nodes.Element) -> list[tuple[str, float]]:
    """Return the texts of a cell, each with the width of its characters."""
    found: list[tuple[str, float]] = []
    for text in cell.findall(nodes.Text):
        if isinstance(text.parent, nodes.math):
            found.append((re.sub(r"[{}^_ ]", "", re.sub(r"\\[a-zA-Z]+", "m", COMMAND.sub("", str(text)))), 1.0))
        else:
            found.append((str(text), 1.2 if isinstance(text.parent, nodes.literal) else 1.0))
    return found


def measure(cells: Sequence[nodes.Element]) -> Column:
    """Return how narrow and how wide the column of these cells may be."""
    least = most = 1.0
    for cell in cells:
        parts = _parts(cell)
        whole = sum(len(text) * width for text, width in parts)
        words = [len(word) * width for text, width in parts for word in text.split()]
        most = max(most, whole)
        least = max(least, whole if whole <= SHORT else max(words, default=1.0))
    return Column(min(least, 30.0) + GAP, most + GAP)


def shares(columns: Sequence[Column], room: float) -> list[float]:
    """Return the share of each column, in percent, of a table in so much room."""
    least, most = sum(c.least for c in columns), sum(c.most for c in columns)
    spare = min(1.0, max(0.0, room - least) / max(most - least, 1e-9))
    wanted = [c.least + spare * (c.most - c.least) for c in columns]
    return [round(100 * width / sum(wanted), 1) for width in wanted]


def columns(table: nodes.table) -> list[Column]:
    """Return the columns of a table; a cell that spans several says nothing about any of them."""
    rows = [list(row.findall(nodes.entry)) for row in table.findall(nodes.row)]
    count = max((len(row) for row in rows), default=0)
    return [measure([row[i] for row in rows if len(row) == count]) for i in range(count)]


def style(found: Sequence[Column]) -> str:
    """Return the widths of a table with these columns, as variables for the style sheet."""
    return f"--least:{sum(c.least for c in found):.0f}ch;--most:{sum(c.most for c in found):.0f}ch"


def group(found: Sequence[Column]) -> str:
    """Return the columns as HTML."""
    pairs = zip(shares(found, FULL), shares(found, PHONE), strict=True)
    cols = "".join(f'<col style="--full:{full}%;--phone:{phone}%">' for full, phone in pairs)
    return f"<colgroup>{cols}</colgroup>\n"
