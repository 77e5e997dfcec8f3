"""What leads to the problems: a line where a section ends, and a column beside the items and the mistakes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.application import Sphinx

from book.practice import listing

if TYPE_CHECKING:
    from practice.problem import Entry

LISTS = ("chapters/assignments", "chapters/mistakes")


def lead(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put them onto a page."""
    chapter = docname.removeprefix("chapters/")
    if app.builder.format != "html":
        return
    if docname in LISTS:
        _fill_columns(app, doctree, docname)
    elif chapter in listing.chapters(app):
        for section in doctree.findall(nodes.section):
            if section.parent.parent is doctree:
                _end(app, section, docname, chapter)


def _address(app: Sphinx, docname: str, entry: Entry) -> str:
    return f"{app.builder.get_relative_uri(docname, listing.page(entry.chapter))}#{entry.name}"


def _end(app: Sphinx, section: nodes.section, docname: str, chapter: str) -> None:
    """End a section with its problems, if it has any."""
    labels = [name for part in section.findall(nodes.section) for name in part["ids"]]
    entries = listing.within(app, labels, chapter)
    if not entries:
        return
    count = "a problem on this section" if len(entries) == 1 else f"{len(entries)} problems on this section"
    names = " ".join(entry.name for entry in entries)
    section += nodes.raw(
        "",
        f'<p class="try-one"><a href="{escape(_address(app, docname, entries[0]))}" '
        f'data-chapter="{chapter}" data-problems="{names}">Try one</a><span>: {count}</span></p>\n',
        format="html",
    )


def _fill_columns(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add a column to each table whose first column names what problems cover."""
    covering = listing.covering(app)
    for group in list(doctree.findall(nodes.tgroup)):
        rows = list(group.findall(nodes.row))
        if not any(row[0].astext() in covering for row in rows):
            continue
        group["cols"] += 1
        last = [part for part in group.children if isinstance(part, nodes.colspec)][-1]
        group.insert(group.index(last) + 1, last.deepcopy())
        for row in rows:
            head = isinstance(row.parent, nodes.thead)
            entries = covering.get(row[0].astext(), [])
            row.append(nodes.entry("", nodes.paragraph("", "practice") if head else _links(app, docname, entries)))


def _links(app: Sphinx, docname: str, entries: list[Entry]) -> nodes.paragraph:
    paragraph = nodes.paragraph()
    for place, entry in enumerate(entries):
        paragraph += nodes.Text(", " if place else "")
        paragraph += nodes.reference(
            "", f"problem\u00a0{listing.number(app, entry)}", internal=True, refuri=_address(app, docname, entry)
        )
    return paragraph
