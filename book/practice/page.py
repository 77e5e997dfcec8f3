"""``{practice}``: the problems of a chapter on a page, each in one variant with its solution, and a place to answer.

``{practice-chapters}`` is the list of all such pages.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import practice
from book.pages.html import DetailsNode
from book.practice import listing
from book.sections import Sections

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator

    from practice.problem import Entry

STATIC = 0  # the seed of the variant that stands on the page


class Place(nodes.General, nodes.Element):
    """Where the script puts a form; it keeps its room, and nothing is there without scripts."""


class Problems(SphinxDirective):
    """The problems of a chapter, mixed."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a section for each."""
        chapter = self.arguments[0]
        for path in Path(practice.__file__).parent.glob("*.py"):
            self.env.note_dependency(str(path))
        entries = listing.ordered(self.env.app, chapter)
        if not entries:
            raise self.error(f"There are no problems on {chapter!r}.")
        before = listing.chapters(self.env.app)
        bar = Place("", name="practice-bar", data={"earlier": " ".join(before[: before.index(chapter)])})
        return [bar, *(self._problem(entry, place) for place, entry in enumerate(entries, start=1))]

    def _problem(self, entry: Entry, place: int) -> nodes.section:
        problem = entry.variant(STATIC)
        section = nodes.section(ids=[entry.name], names=[entry.name], classes=["problem"])
        section["problem"] = f"{entry.chapter}/{entry.name}"
        question = nodes.container("", *self._parsed(problem.question), classes=["question"])
        if options := getattr(problem.answer, "options", ()):
            items = [nodes.list_item("", *self._parsed(option)) for option in options]
            question += nodes.enumerated_list("", *items, enumtype="loweralpha", classes=["options"])
        expects = nodes.paragraph("", f"The answer is {problem.answer.expects()}.", classes=["expects"])
        section += [
            nodes.title("", f"Problem {place}"),
            question,
            expects,
            Place("", name=f"try {problem.answer.kind}", data={}),
        ]
        if self.config.book_solutions:
            solution = DetailsNode("", summary=f"Solution of problem {place}", classes=["solution"])
            solution += [*self._parsed(problem.solution), self._source(entry.section)]
            section += solution
        return section

    def _parsed(self, text: str) -> list[nodes.Node]:
        """Return Markdown as nodes. Displayed steps of a problem are checked by its tests, and have no label."""
        holder = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), self.env.docname), self.content_offset, holder)
        for equation in holder.findall(nodes.math_block):
            equation["worked"] = True
        return list(holder.children)

    def _source(self, label: str) -> nodes.paragraph:
        place = Sections(labels=[label])
        self.set_source_info(place)
        return nodes.paragraph("", "See ", place, nodes.Text("."), classes=["source"])


class Chapters(SphinxDirective):
    """The pages of problems, with how many each has."""

    def run(self) -> list[nodes.Node]:
        """Return a list of links."""
        items = []
        for chapter in listing.chapters(self.env.app):
            link = addnodes.pending_xref("", nodes.inline(), reftype="doc", refdomain="std", refexplicit=False)
            link["reftarget"], link["refdoc"] = f"/{listing.page(chapter)}", self.env.docname
            count = f"{len(listing.ordered(self.env.app, chapter))} problems"
            words = nodes.inline("", count, classes=["count"])
            items.append(nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(": "), words)))
        return [nodes.bullet_list("", *items, classes=["practice-chapters"])]


def visit_place(self: HTML5Translator, node: Place) -> None:
    """Write an empty box with what the script has to know."""
    data: dict[str, Any] = {f"data-{name}": value for name, value in node["data"].items()}
    self.body.append(self.starttag(node, "div", "", CLASS=node["name"], **data) + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the directives and the place."""
    app.add_directive("practice", Problems)
    app.add_directive("practice-chapters", Chapters)
    app.add_node(Place, html=(visit_place, None))
