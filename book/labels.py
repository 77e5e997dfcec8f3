"""Rules for mathematics: a displayed equation has a label, which says whether it is claimed; nothing is astray."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

from book.problems import report

FENCE = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*(\{?[\w-]*\}?)")
CODE_SPAN = re.compile(r"(`+).+?\1")
HOW = "Write a {math} directive with `:label: eq-...` (a claim checks it) or `:label: def-...` (a definition)."
IN_DOLLARS = f"Displayed mathematics between $$ has no label. {HOW}"
DOLLAR = re.compile(r"(?<!\\)\$")
INLINE = re.compile(r"(?<!\\)\$[^$]*(?<!\\)\$|\$\$.*?(?:\$\$|$)")
RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-*:?\s*)+$")
BAR = re.compile(r"(?<!\\)\|")
TEX = re.compile(r"\\(?:[a-zA-Z]+\*?(?:\{[^}]*\})?|[(\[])")
OUTSIDE = f"stands outside mathematics and would be read as typed. Put $ around it, or: {HOW}"
ONE_DOLLAR = r"A $ here opens mathematics that nothing closes. Close it, or write \$ for the sign."
BAR_IN_TABLE = r"A bar in a formula ends the cell of the table: write \vert, \lvert \rvert, or \lVert \rVert."


def fault(label: str | None) -> str | None:
    """Say what is wrong with the label of a displayed equation; None where nothing is."""
    if not label:
        return f"A displayed equation has no label. {HOW}"
    if not label.startswith(("eq-", "def-")):
        return f"The label {label} starts neither with eq- nor with def-. {HOW}"
    return None


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines outside code, numbered from 1, without the code in them."""
    code_fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.match(line)
        if code_fence:
            if fence and fence[1].startswith(code_fence) and not fence[2]:
                code_fence = ""
        elif fence and fence[1][0] in "`~" and holds_code(fence[2]):
            code_fence = fence[1]
        else:
            yield number, CODE_SPAN.sub("", line)


def dollar_displays(text: str) -> list[int]:
    """Return the lines on which mathematics between ``$$`` begins."""
    found, inside = [], False
    for number, line in prose(text):
        inside = inside and bool(line.strip())  # what is not closed in its paragraph is not closed at all
        for _ in range(line.count("$$")):
            inside = not inside
            if inside and number not in found:
                found.append(number)
    return found


def astray(text: str) -> list[tuple[int, str]]:
    """Return what else of mathematics would reach the page as typed, or swallow its neighbors: lines and messages."""
    found: list[tuple[int, str]] = []
    lines = [*prose(text), (0, "")]
    rules = {number for number, line in lines if RULE.match(line)}
    table, first, dollars = False, 0, 0  # the last two of the paragraph
    for number, line in lines:
        table = bool(line.strip()) and (table or number + 1 in rules)
        count = len(DOLLAR.findall(line.replace("$$", "")))
        if table:
            found += [(number, BAR_IN_TABLE)] if any(len(DOLLAR.findall(c)) % 2 for c in BAR.split(line)) else []
            continue
        if not line.strip():
            found += [(first, ONE_DOLLAR)] if dollars % 2 else []
            first, dollars = 0, 0
        first, dollars = first or (number if count % 2 else 0), dollars + count
        if dollars % 2 == 0 and count % 2 == 0 and (command := TEX.search(INLINE.sub("", line))):
            found.append((number, f"{command[0]} {OUTSIDE}"))
    return found


def holds_code(name: str) -> bool:
    """Say whether a fence of this name holds code; other directives hold text, in which ``$$`` would be mathematics."""
    return not name.startswith("{") or name in {"{code-cell}", "{code-block}", "{code}", "{math}", "{literalinclude}"}


def check_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Refuse displayed mathematics between dollar signs, and what would reach the page as typed."""
    app.env.temp_data["book_dollars"] = lines = set(dollar_displays(source[0]))
    for line, message in sorted([*((line, IN_DOLLARS) for line in lines), *astray(source[0])]):
        report(app, message, (docname, line))


def check_labels(app: Sphinx, doctree: nodes.document) -> None:
    """Refuse a displayed equation whose label says neither claim nor definition; a worked solution needs none."""
    for node in doctree.findall(nodes.math_block):
        said_already = node.line in app.env.temp_data["book_dollars"]
        if not said_already and not node.get("worked") and (message := fault(node.get("label"))):
            report(app, message, node)
