"""Long pages that one looks things up on: a list of names to type into, and what stands under each name is folded.

A function keeps its signature and its first sentence in view; a chapter of the ledger its heading.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from book.ledger import COUNTED
from book.pages.html import DetailsNode


def fold(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put names first, and details behind one press each."""
    if app.builder.format != "html":
        return
    shelves = [
        (section, _functions(section)) for section in doctree.findall(nodes.section) if section.parent is not doctree
    ]
    for _, functions in shelves:
        for function in functions:
            _fold_function(function)
    if names := [_shelf(section, functions) for section, functions in shelves if functions]:
        first = next(section for section, functions in shelves if functions)
        first.parent.insert(first.parent.index(first), nodes.raw("", _names(names), format="html"))
    for table in list(doctree.findall(nodes.table)):
        if COUNTED in table:
            box = DetailsNode("", summary=table[COUNTED], classes=["shelf"])
            table.replace_self(box)
            box += table


def _functions(section: nodes.section) -> list[addnodes.desc]:
    """Return what a section defines, without methods."""
    return [part for part in section.children if isinstance(part, addnodes.desc)]


def _fold_function(function: addnodes.desc) -> None:
    content = next(part for part in function.children if isinstance(part, addnodes.desc_content))
    if len(content) > 1:
        box = DetailsNode("", *content[1:], summary="Arguments, errors, sources, examples", classes=["shelf"])
        content[1:] = [box]


def _shelf(section: nodes.section, functions: list[addnodes.desc]) -> str:
    links = []
    for function in functions:
        signature = next(part for part in function.children if isinstance(part, addnodes.desc_signature))
        name = next(signature.findall(addnodes.desc_name)).astext()
        links.append(f'<li><a href="#{escape(signature["ids"][0])}">{escape(name)}</a></li>')
    heading = escape(section[0].astext())
    return f"<li><span>{heading}</span><ul>{''.join(links)}</ul></li>"


def _names(shelves: list[str]) -> str:
    return f'<nav class="names" aria-label="All functions"><ul>{"".join(shelves)}</ul></nav>\n'
