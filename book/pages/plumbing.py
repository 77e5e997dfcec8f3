"""What a reader of the page need not see at once: imports, sources of figures and of numbers, answers.

The code of a figure opens under its caption, that of the numbers of a box at its end. Of the remarks "(The code uses
``f`` from …)", those stay where code that does is seen. A cell with the tag ``answer`` answers a question that the text
asks before it: the cell, and a paragraph right after it, are behind one press.
"""

from __future__ import annotations

import ast
import re
from itertools import groupby
from typing import cast

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx

from book import checks
from book.cells import cells, outputs, source, tags
from book.pages.html import DetailsNode

ANSWER = "answer"
NAME = re.compile(r"\w+")
USES = re.compile(r"(?:\(The code|This section|The check) uses\s$")
END = re.compile(r"\.\)?(?=\s|$)")


def tidy(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put it behind boxes that open."""
    if app.builder.format != "html":
        return
    for cell in cells(doctree):
        if ANSWER in tags(cell):
            _hide_answer(cell)
        elif not outputs(cell) and _only_numbers(source(cell)):
            _hide_numbers(cell)
        elif not outputs(cell) and "setup" in checks.used(source(cell)):
            cell[:] = [HideCodeCellNode("", *cell.children, prompt_show="Show the imports and the data")]
    _put_code_under_captions(doctree)
    _drop_remarks(doctree)


def _hide_answer(cell: nodes.Element) -> None:
    place = cell.parent.index(cell)
    parts = [part for part in cell.parent[place : place + 2] if part is cell or isinstance(part, nodes.paragraph)]
    box = DetailsNode("", summary="Answer", classes=["answer"])
    cell.parent[place : place + len(parts)] = [box]
    box += parts


def _imports(code: str) -> bool:
    return any(isinstance(statement, ast.Import | ast.ImportFrom) for statement in ast.parse(code).body)


def _only_numbers(code: str) -> bool:
    """Tell whether a cell only computes numbers that the text shows."""
    return "glue" in checks.used(code) and not checks.defined(code) and not _imports(code)


def _hide_numbers(cell: nodes.Element) -> None:
    hidden = HideCodeCellNode("", *cell.children, prompt_show="Show how these numbers come about")
    following = cell.parent[cell.parent.index(cell) + 1 :][:1]
    if following and isinstance(following[0], nodes.Admonition):
        cell.parent.remove(cell)
        cast(nodes.Element, following[0]).append(hidden)
    else:
        cell[:] = [hidden]


def _put_code_under_captions(doctree: nodes.document) -> None:
    """Put the hidden code of each figure, and of the hidden cells before it, under its caption."""
    for parent, group in groupby(list(doctree.findall(HideCodeCellNode)), key=lambda hidden: hidden.parent.parent):
        waiting: list[HideCodeCellNode] = []
        for hidden in group:
            cell = cast(nodes.Element, hidden.parent)
            if waiting and parent.index(cell) != parent.index(waiting[-1].parent) + 1:
                waiting = []
            waiting.append(hidden)
            figure = next(cell.findall(nodes.figure), None)
            if figure is not None:
                for earlier in waiting:
                    home = earlier.parent
                    home.remove(earlier)
                    if earlier is not waiting[0]:
                        waiting[0] += list(earlier.children)
                    if not home.children:
                        home.parent.remove(home)
                figure += nodes.legend("", waiting[0])
                waiting = []


def _drop_remarks(doctree: nodes.document) -> None:
    """Drop remarks about functions that no code uses which is seen in their section."""
    for paragraph in list(doctree.findall(nodes.paragraph)):
        begin, end, last = -1, -1, ""
        for place, part in enumerate(paragraph.children):
            if isinstance(part, nodes.Text) and begin >= 0 and (found := END.match(part)):
                end, last = place, part[found.end() :]
                break
            if isinstance(part, nodes.Text) and (found := USES.search(part)):
                begin, first = place, part[: found.start()]
        if end < 0:
            continue
        names = {part.astext() for part in paragraph.children[begin:end] if isinstance(part, nodes.literal)}
        if not names & _used_in_section(paragraph):
            paragraph[begin : end + 1] = [nodes.Text(f"{first.rstrip()} {last.lstrip()}".strip())]
            if not paragraph.astext():
                paragraph.parent.remove(paragraph)


def _used_in_section(node: nodes.Node) -> set[str]:
    """Return the names in the code that is seen in the section of second level around a node."""
    sections = [node]
    while sections[-1].parent is not None:
        sections.append(sections[-1].parent)
    section = [part for part in sections if isinstance(part, nodes.section)][-2:][0]
    hidden = {id(block) for box in section.findall(HideCodeCellNode) for block in box.findall(nodes.literal_block)}
    seen = [block.astext() for block in section.findall(nodes.literal_block) if id(block) not in hidden]
    return set(NAME.findall("\n".join(seen)))
