r"""The book's macros written out, so that formulas can be read where nobody declared them: in Jupyter, for example.

``\htmlClass``, which marks the roles of symbols, is known to KaTeX alone; its second argument stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

COMMAND = re.compile(r"\\(?:[a-zA-Z]+|.)", re.S)
PARAMETER = re.compile(r"#(\d)")


def expand(tex: str, macros: Mapping[str, str]) -> str:
    """Return ``tex`` without macros."""
    parts, at = [], 0
    while found := COMMAND.search(tex, at):
        parts.append(tex[at : found.start()])
        name, at = found[0], found.end()
        if name == r"\htmlClass":
            _, at = _argument(tex, at)
            kept, at = _argument(tex, at)
            parts.append(f"{{{expand(kept, macros)}}}")
        elif name in macros:
            body, given = macros[name], []
            for _ in range(max(map(int, PARAMETER.findall(body)), default=0)):
                value, at = _argument(tex, at)
                given.append(value)
            # Arguments are put in first and what results is expanded again: macros may use macros.
            filled = PARAMETER.sub(lambda place, given=given: given[int(place[1]) - 1], body)  # type: ignore[misc]
            separate = " " if filled[-1:].isalpha() and tex[at : at + 1].isalpha() else ""
            parts.append(expand(filled, {key: text for key, text in macros.items() if key != name}) + separate)
        else:
            parts.append(name)
    return "".join([*parts, tex[at:]])


def _argument(tex: str, at: int) -> tuple[str, int]:
    """Return the argument that begins at ``at``, without its braces, and where it ends."""
    while tex[at : at + 1].isspace():
        at += 1
    if tex[at : at + 1] != "{":
        single = COMMAND.match(tex, at)
        end = single.end() if single else at + 1
        return tex[at:end], end
    depth, end = 0, at
    while end < len(tex):
        if tex[end] == "\\":
            end += 2
            continue
        depth += {"{": 1, "}": -1}.get(tex[end], 0)
        end += 1
        if not depth:
            return tex[at + 1 : end - 1], end
    raise ValueError(f"a brace is not closed: {tex[at:]}")
