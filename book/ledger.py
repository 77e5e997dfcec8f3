"""The ledger: every claim of the book in one table per chapter; and its totals, for use in the text.

``{ledger}`` stands on the ledger page. ``{total}`claims``` writes a number; the names are in ``TOTALS``.
"""

from __future__ import annotations

from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective, SphinxRole

from book import claims as claimed
from book.claims import checks, claims

COUNTED = "counted"  # on a table: in how many words it may be folded
HEADERS = ("Equation", "Section", "Check", "Cases", "Rejected")


def _equations(env: BuildEnvironment, prefix: str) -> int:
    return sum(label.startswith(prefix) for page in claimed.pages(env).values() for label in page.equations)


def _rows_of(env: BuildEnvironment, docname: str) -> int:
    return int(claimed.pages(env)[docname].rows) if docname in claimed.pages(env) else 0


TOTALS: dict[str, Callable[[BuildEnvironment], int]] = {
    "claims": lambda env: sum(1 for _ in claims(env)),
    "rejected": lambda env: sum(len(claim.rejects) for _, claim in claims(env)),
    "equations": lambda env: _equations(env, "eq-"),
    "definitions": lambda env: _equations(env, "def-"),
    "cells": lambda env: sum(page.cells for page in claimed.pages(env).values()),
    "chapters": lambda env: sum(bool(page.claims) for page in claimed.pages(env).values()),
    "questions": lambda env: _rows_of(env, "chapters/assignments"),
    "mistakes": lambda env: _rows_of(env, "chapters/mistakes"),
}


class LedgerNode(nodes.General, nodes.Element):
    """Stands for the ledger until all claims are known."""


class TotalNode(nodes.Inline, nodes.Element):
    """Stands for one total until all claims are known."""


class Ledger(SphinxDirective):
    """``{ledger}``, without arguments."""

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder."""
        return [LedgerNode()]


class Total(SphinxRole):
    """``{total}`claims```."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a placeholder."""
        if self.text not in TOTALS:
            message = f"There is no total named {self.text!r}; choose one of {', '.join(TOTALS)}."
            return [], [self.inliner.reporter.error(message, line=self.lineno)]
        return [TotalNode(name=self.text)], []


def link(app: Sphinx, docname: str, target: str, anchor: str, text: str) -> nodes.paragraph:
    """Return a paragraph that is a link from one page to a place on another, or on itself."""
    page = "" if target == docname else app.builder.get_relative_uri(docname, target)
    uri = f"{page}#{anchor}" if anchor else page
    return nodes.paragraph("", "", nodes.reference("", text, refuri=uri, internal=True))


def equation_number(env: BuildEnvironment, docname: str, label: str) -> str:
    """Return the number of an equation, in parentheses."""
    parts = env.toc_fignumbers.get(docname, {}).get("displaymath", {}).get(f"equation-{label}")
    return "({})".format(".".join(map(str, parts))) if parts else label


def _rows(app: Sphinx, docname: str, chapter: str) -> list[nodes.row]:
    by_label, rows = checks(app.env), []
    for label, (anchor, title, _) in claimed.pages(app.env)[chapter].equations.items():
        for number, (where, claim) in enumerate(by_label.get(label, [])):
            rejected = nodes.bullet_list(classes=["rejects"])
            rejected += [nodes.list_item("", nodes.paragraph("", name)) for name in claim.rejects]
            equation = link(app, docname, chapter, f"equation-{label}", equation_number(app.env, chapter, label))
            cells: list[nodes.Node] = [
                equation,
                link(app, docname, chapter, anchor, title),
                link(app, docname, where, claim.anchor, claim.kind),
                nodes.paragraph("", claim.cases),
                rejected,
            ]
            row = nodes.row("", *[nodes.entry("", cell) for cell in cells])
            if not number:
                equation["ids"] = [f"ledger-{label[3:]}"]
            rows.append(row)
    return rows


def _table(rows: list[nodes.row]) -> nodes.table:
    group = nodes.tgroup(cols=len(HEADERS))
    group += [nodes.colspec(colwidth=1) for _ in HEADERS]
    group += nodes.thead("", nodes.row("", *[nodes.entry("", nodes.paragraph("", name)) for name in HEADERS]))
    group += nodes.tbody("", *rows)
    many = "1 check" if len(rows) == 1 else f"{len(rows)} checks"
    return nodes.table("", group, classes=["ledger"], **{COUNTED: many})


def resolve(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put totals and the ledger into their places."""
    for total in list(doctree.findall(TotalNode)):
        total.replace_self(nodes.Text(str(TOTALS[total["name"]](app.env))))
    for ledger in list(doctree.findall(LedgerNode)):
        parts: list[nodes.Node] = []
        for chapter in [name for name in reading_order(app.env) if name in claimed.pages(app.env)]:
            if rows := _rows(app, docname, chapter):
                heading = link(app, docname, chapter, "", app.env.titles[chapter].astext())
                title = nodes.title("", "", *heading, secnumber=app.env.toc_secnumbers.get(chapter, {}).get(""))
                anchor = "ledger-of-" + chapter.rsplit("/", 1)[-1]
                parts.append(nodes.section("", title, _table(rows), ids=[anchor]))
        ledger.replace_self(parts)


def reading_order(env: BuildEnvironment) -> list[str]:
    """Return the pages in the order of _toc.yml."""
    ordered, stack = [], [env.config.root_doc]
    while stack:
        docname = stack.pop()
        ordered.append(docname)
        stack += reversed(env.toctree_includes.get(docname, []))
    return ordered


def setup(app: Sphinx) -> None:
    """Register directive and role."""
    app.add_node(LedgerNode)
    app.add_node(TotalNode)
    app.add_directive("ledger", Ledger)
    app.add_role("total", Total())
