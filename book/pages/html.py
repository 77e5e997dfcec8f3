"""HTML of the text itself, where the stock markup is not accessible, needs a script, or moves while it loads."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import cast

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from book.pages import heights, tables

# Pygments marks every name, bracket and space; book.css gives these no color, so the page does without the marks.
PLAIN = re.compile(r'<span class="(?:n|p|o|w|nn|nv|na)">([^<]*)</span>')
PIXELS = {"pt": 4 / 3, "px": 1.0, "": 1.0, "in": 96.0}


class DetailsNode(nodes.General, nodes.Element):
    """A box that opens: a hint, a solution."""


class Repairs(SphinxPostTransform):
    """Repair what would not be valid HTML."""

    default_priority = 890
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Remove ids that sphinx-exercise gives to all exercises alike, and take lists out of paragraphs."""
        for section in self.document.findall(nodes.section):
            section["ids"] = [name for name in section["ids"] if name not in {"exercise-content", "solution-content"}]
        for paragraph in list(self.document.findall(nodes.paragraph)):
            if paragraph.children and isinstance(paragraph[0], nodes.bullet_list):
                paragraph.replace_self(paragraph.children)


class Dropdowns(SphinxPostTransform):
    """Turn admonitions, exercises and solutions of class ``dropdown`` into boxes that open without a script."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Replace them; a link in the title becomes plain text, because the title itself is what one presses."""
        for node in list(self.document.findall(nodes.Element)):
            if isinstance(node, nodes.Admonition) and "dropdown" in node.get("classes", []):
                title = node[0].astext() if isinstance(node[0], nodes.title) else "Details"
                classes = [name for name in node["classes"] if name != "dropdown"]
                details = DetailsNode("", *node[1:], summary=title, ids=node["ids"], classes=classes)
                node.replace_self(details)


def visit_details(self: HTML5Translator, node: DetailsNode) -> None:
    """Open the box."""
    self.body.append(self.starttag(node, "details", CLASS="box"))
    self.body.append(f"<summary>{escape(node['summary'])}</summary>\n")


def depart_details(self: HTML5Translator, node: nodes.Element) -> None:
    """Close the box."""
    self.body.append("</details>\n")


def visit_hidden_cell(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open a hidden cell; the stock markup labels the summary with other words than it shows."""
    self.body.append(self.starttag(node, "details", CLASS="hidden-cell"))
    self.body.append(f"<summary>{escape(node['prompt_show'])}</summary>\n")


def svg_size(path: Path) -> tuple[int, int] | None:
    """Return the width and height of an SVG in pixels."""
    head = path.read_text(encoding="utf-8")[:2000]
    found = [re.search(rf'<svg[^>]*\s{name}="([\d.]+)(pt|px|in|)"', head) for name in ("width", "height")]
    if not all(found):
        return None
    width, height = (round(float(match[1]) * PIXELS[match[2]]) for match in found if match)
    return width, height


class BookTranslator(HTML5Translator):
    """Sphinx's translator with a few elements written differently."""

    def add_permalink_ref(self, node: nodes.Element, title: str) -> None:
        """Write the link of a heading or caption to itself, with words for screen readers."""
        if node["ids"] and self.builder.add_permalinks:
            self.body.append(f'<a class="headerlink" href="#{node["ids"][0]}" aria-label="{title}">#</a>')

    def visit_section(self, node: nodes.section) -> None:
        """Let a section say how tall it is, roughly: the browser lays it out when it comes near."""
        super().visit_section(node)
        if self.section_level == 2:
            self.body[-1] = self.body[-1].replace("<section ", f'<section style="{heights.style(node)}" ', 1)
        if "problem" in node:  # its chapter and its name, for the script
            self.body[-1] = self.body[-1].replace("<section ", f'<section data-problem="{node["problem"]}" ', 1)

    def visit_table(self, node: nodes.Element) -> None:
        """Put the table into a box of its own, which scrolls when the table is too wide, and say its width."""
        self.body.append('<div class="table-box">')
        self.book_columns = tables.columns(cast(nodes.table, node))
        mark = len(self.body)
        super().visit_table(node)
        style = f'<table style="{tables.style(self.book_columns)}" '
        self.body[mark:] = ["".join(self.body[mark:]).replace("<table ", style, 1)]

    def depart_table(self, node: nodes.Element) -> None:
        """Close the box."""
        super().depart_table(node)
        self.body.append("</div>\n")

    def depart_colspec(self, node: nodes.Element) -> None:
        """Write the widths of the columns, after the last."""
        if not isinstance(node.next_node(descend=False, siblings=True), nodes.colspec):
            self.body.append(tables.group(self.book_columns))

    def visit_literal_block(self, node: nodes.Element) -> None:
        """Write code with marks only where there is a color."""
        mark = len(self.body)
        try:
            super().visit_literal_block(node)
        except nodes.SkipNode:
            written = PLAIN.sub(r"\1", "".join(self.body[mark:])).replace("<span></span>", "")
            cell = f'<div data-cell="{node["cell"]}" ' if "cell" in node else "<div "
            self.body[mark:] = [written.replace("<div ", cell, 1)]
            raise

    def visit_image(self, node: nodes.Element) -> None:
        """Write the size of a figure, so that nothing moves when it arrives; it does when one comes near."""
        path = Path(self.builder.srcdir, node["uri"])
        if path.suffix == ".svg" and path.exists() and (size := svg_size(path)):
            node["width"], node["height"] = map(str, size)
        mark = len(self.body)
        super().visit_image(node)
        tag = "".join(self.body[mark:]).replace("<img ", '<img loading="lazy" ', 1)
        size_as_style = re.compile(r'style="width: ([\d.]+)(?:px)?; height: ([\d.]+)(?:px)?;"')
        self.body[mark:] = [
            size_as_style.sub(r'width="\1" height="\2"', tag),
        ]
        if "touch" in node:  # after the picture, in its stead where scripts run
            self.body.append(f'<div class="stage" data-touch="{node["touch"]}"></div>')

    def visit_citation(self, node: nodes.citation) -> None:
        """Write an entry of the bibliography as an item of its list."""
        mark = len(self.body)
        super().visit_citation(node)
        self.body[mark:] = ["".join(self.body[mark:]).replace('role="doc-biblioentry"', 'role="listitem"')]


def setup(app: Sphinx) -> None:
    """Register translator, nodes and the transforms."""
    app.set_translator("html", BookTranslator)
    app.add_node(DetailsNode, html=(visit_details, depart_details))
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_cell, depart_details))
    app.add_post_transform(Repairs)
    app.add_post_transform(Dropdowns)
