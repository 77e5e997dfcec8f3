"""Rules for displayed equations: each has a label that says whether it is claimed (eq-) or defined (def-)."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

from book.problems import report

FENCE = re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*(\{?[\w-]*\}?)")
CODE_SPAN = re.compile(r"(`+).+?\1")
HOW = "Write a {math} directive with `:label: eq-...` (a claim checks it) or `:label: def-...` (a definition)."
IN_DOLLARS = f"Displayed mathematics between $$ has no label. {HOW}"


def fault(label: str | None) -> str | None:
    """Say what is wrong with the label of a displayed equation; None where nothing is."""
    if not label:
        return f"A displayed equation has no label. {HOW}"
    if not label.startswith(("eq-", "def-")):
        return f"The label {label} starts neither with eq- nor with def-. {HOW}"
    return None


def dollar_displays(text: str) -> list[int]:
    """Return the line numbers (from 1) on which ``$$`` stands outside code."""
    found, code_fence = [], ""
    for number, line in enumerate(text.splitlines(), start=1):
        fence = FENCE.match(line)
        if code_fence:
            if fence and fence[1].startswith(code_fence) and not fence[2]:
                code_fence = ""
        elif fence and fence[1][0] in "`~" and holds_code(fence[2]):
            code_fence = fence[1]
        elif "$$" in CODE_SPAN.sub("", line):
            found.append(number)
    return found


def holds_code(name: str) -> bool:
    """Say whether a fence of this name holds code; other directives hold text, in which ``$$`` would be mathematics."""
    return not name.startswith("{") or name in {"{code-cell}", "{code-block}", "{code}", "{math}", "{literalinclude}"}


def check_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Refuse displayed mathematics between dollar signs."""
    app.env.temp_data["book_dollars"] = lines = set(dollar_displays(source[0])[::2])
    for line in sorted(lines):
        report(app, IN_DOLLARS, (docname, line))


def check_labels(app: Sphinx, doctree: nodes.document) -> None:
    """Refuse a displayed equation whose label says neither claim nor definition."""
    for node in doctree.findall(nodes.math_block):
        said_already = node.line in app.env.temp_data["book_dollars"]
        if not said_already and (message := fault(node.get("label"))):
            report(app, message, node)
