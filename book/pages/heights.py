"""How tall a section will be, roughly: the browser lays it out when it comes near, and the scroll bar should not lie.

A section says how much text it has and how tall the rest is; the style sheet knows how wide a line is
(``content-visibility`` in 3-text.css).
"""

from __future__ import annotations

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode

# In rem, with the space around each.
EQUATION, FIGURE, TOUCH, HEADING, BLOCK, LINE, ROW, FOLDED = 4.6, 21.0, 36.0, 3.4, 1.3, 1.33, 0.9, 3.4


def measure(node: nodes.Element) -> tuple[int, float]:
    """Return the letters of running text in a node, and the height of everything else in it, in rem."""
    letters, rest = 0, 0.0
    for part in node.children:
        if isinstance(part, nodes.raw):
            continue  # markup, not text
        if isinstance(part, nodes.math_block):
            rest += EQUATION + 2.2 * part.astext().count(r"\\")
        elif isinstance(part, nodes.literal_block):
            rest += BLOCK + LINE * (part.astext().count("\n") + 1)
        elif isinstance(part, HideCodeCellNode) or "summary" in getattr(part, "attributes", {}):
            rest += FOLDED
        elif isinstance(part, nodes.figure | nodes.image):
            rest += TOUCH if "touch" in part["classes"] else FIGURE
        elif isinstance(part, nodes.title):
            rest += HEADING
        elif isinstance(part, nodes.row):
            rest += ROW
            letters += round(0.7 * len(part.children) * max(len(entry.astext()) for entry in part.children))
        elif isinstance(part, nodes.TextElement):
            rest += BLOCK
            letters += len(part.astext())
        elif isinstance(part, nodes.Element):
            more = measure(part)
            letters, rest = letters + more[0], rest + more[1]
    return letters, rest


def style(node: nodes.Element) -> str:
    """Return what a section says of itself."""
    letters, rest = measure(node)
    return f"--letters:{round(letters, -2)};--rest:{rest:.0f}rem"
