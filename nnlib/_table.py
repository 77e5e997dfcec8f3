"""How a table of cells is written: as lines of text, and as HTML with headers that a screen reader announces."""

from collections.abc import Sequence


def as_text(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align the first column on the left, the others on the right."""
    table = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = []
    for first, *rest in table:
        numbers = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        lines.append("  ".join([first.ljust(widths[0]), *numbers]).rstrip())
    return "\n".join(lines)


def as_html(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Make the headings headers of their columns, and the first cell of a row the header of the row."""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>\n'
        for first, *rest in rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def sizes_text(sizes: tuple[int, ...]) -> str:
    """Write sizes that are equal in all directions as one number."""
    return "×".join(map(str, sizes[:1] if len(set(sizes)) == 1 else sizes)) or "–"
