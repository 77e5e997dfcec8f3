"""``{section}`label``` names sections as "Chapter: Section", each with a link; several labels are separated by commas.

The glossary and the docstrings of nnlib say with it where something is derived. They name labels, so that a heading may
be renamed; and a section whose chapter is left out of an edition is left out here, too (``book.left_out``).
"""

from __future__ import annotations

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import make_refnode

from book import edition
from book.problems import report


class Sections(nodes.Inline, nodes.Element):
    """Stands for the sections until those that are left out are taken away."""


class Section(SphinxRole):
    """``{section}`label, label```."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a placeholder."""
        node = Sections(labels=edition.split(self.text))
        self.set_source_info(node)
        return [node], []


def links(app: Sphinx, placeholder: Sections, labels: list[str]) -> list[nodes.Node]:
    """Return links to these sections, joined as words are; the words are final when all pages have been read."""
    found: list[nodes.Node] = []
    for number, label in enumerate(labels):
        if number:
            found.append(nodes.Text(" and " if number == len(labels) - 1 else ", "))
        words = str(app.config.book_edition.inside.get(label, label)).replace("$", "")
        link = addnodes.pending_xref("", nodes.inline("", words), reftype="section", reftarget=label, refwarn=False)
        link["refdoc"] = app.env.docname
        link.source, link.line = placeholder.source, placeholder.line
        found.append(link)
    return found


def resolve(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Node) -> nodes.Node | None:
    """Link to a section, in the words of its headings; report one that is nowhere."""
    if node["reftype"] != "section":
        return None
    place = env.get_domain("std").labels.get(node["reftarget"])  # type: ignore[attr-defined]
    if place is None:
        how = "Correct the label, or take the mention out."
        report(app, f"No section of the book has the label {node['reftarget']}. {how}", node)
        return content
    docname, anchor, section = place
    chapter = env.titles[docname].astext()
    words = chapter if section == chapter else f"{chapter}: {section}"
    content = nodes.inline("", words, classes=["std", "std-ref"])
    return make_refnode(app.builder, node["refdoc"], docname, anchor, content)


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_node(Sections)
    app.add_role("section", Section())
