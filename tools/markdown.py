"""Tables as the pages have them."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def table(rows: Sequence[Sequence[object]], right: Collection[int] = ()) -> str:
    """Return rows as a Markdown table, the first as its head; the columns numbered in ``right`` are set flush right."""
    rule = ["--:" if number in right else "---" for number in range(len(rows[0]))]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (rows[0], rule, *rows[1:]))
