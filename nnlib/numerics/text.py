"""How tables are written: as lines of text, and as HTML with headers that a screen reader announces."""

import html
import unicodedata
from collections.abc import Sequence

SUBSCRIPTS = str.maketrans("-0123456789", "₋₀₁₂₃₄₅₆₇₈₉")


def as_text(rows: Sequence[Sequence[str]], numbers: bool = False) -> str:
    """Align the cells of each column on the left; in a table of numbers, all columns but the first on the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        gaps = [" " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        first, *rest = [cell + gap for cell, gap in zip(row, gaps, strict=True)]
        if numbers:
            rest = [gap + cell for cell, gap in zip(row[1:], gaps[1:], strict=True)]
        lines.append("  ".join([first, *rest]).rstrip())
    return "\n".join(lines)


def as_html(headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", kind: str = "") -> str:
    """Make the headings headers of their columns; without a caption, the first cell of a row is the row's header."""
    head = "".join(f'<th scope="col">{html.escape(heading)}</th>' for heading in headings)
    body = []
    for row in rows:
        first, *rest = (f"<td>{html.escape(cell)}</td>" for cell in row)
        if not caption:
            first = f'<th scope="row">{html.escape(row[0])}</th>'
        body.append(f"<tr>{first}{''.join(rest)}</tr>\n")
    top = f'<table class="{kind}">\n' if kind else "<table>\n"
    top += f"<caption>{html.escape(caption)}</caption>\n" if caption else ""
    return f"{top}<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(body)}</tbody>\n</table>"


def _width(text: str) -> int:
    return sum(not unicodedata.combining(c) for c in text)
