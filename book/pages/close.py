"""What stands close to a formula, a comma or an opening parenthesis, is not torn from it at the end of a line."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

SHORT = 22  # signs: about 200 pixels
SIGN = re.compile(r"\\[a-zA-Z]+|[^{}^_ ]")
BEFORE = re.compile(r"[(\[“‘—]+$")
AFTER = re.compile(r"^(?:[)\],.;:?!”’%—]|-\w+|th\b|s\b)+")


def keep(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put each formula of a page's text, with what stands close to it, into a span that does not break around it."""
    if app.builder.format != "html":
        return
    for formula in list(doctree.findall(nodes.math)):
        if isinstance(formula.parent, nodes.TextElement) and not _in_table(formula):
            _join(formula, len(SIGN.findall(formula.astext())) <= SHORT)


def _in_table(node: nodes.Node | None) -> bool:
    """Tell whether a node stands in a cell of a table, which may be narrower than it."""
    while node is not None and not isinstance(node, nodes.entry):
        node = node.parent
    return node is not None


def _join(formula: nodes.math, short: bool) -> None:
    parent = formula.parent
    place = parent.index(formula)
    whole = nodes.inline("", "", formula.deepcopy(), classes=["whole"] if short else ["whole", "long"])
    following = parent[place + 1] if place + 1 < len(parent) else None
    if isinstance(following, nodes.Text) and (found := AFTER.match(following)):
        whole.append(nodes.Text(found[0]))
        parent[place + 1] = nodes.Text(following[found.end() :])
    preceding = parent[place - 1] if place else None
    if isinstance(preceding, nodes.Text) and (found := BEFORE.search(preceding)):
        whole.insert(0, nodes.Text(found[0]))
        parent[place - 1] = nodes.Text(preceding[: found.start()])
    if short or len(whole) > 1:
        parent[place] = whole
