"""A page as plain Markdown: what a reference leads to is named, formulas are TeX with their numbers.

It is written from the resolved page, not from its source, so that numbers and quoted values are those of the book.
Code cells are handed out by their index, for whoever has the executed notebook.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import indent
from typing import Any, cast

from docutils import nodes
from pybtex_docutils import Backend
from sphinx.environment import BuildEnvironment
from sphinx_exercise.nodes import is_exercise_node

from book.downloads.tex import expand
from book.pages.html import DetailsNode

SPACE = re.compile(r"\s+")
SPECIAL = re.compile(r"[\\`*$]|(?<![^\W_])_|_(?![^\W_])")
NAMED = {"std-ref", "std-doc"}
BAR = re.compile(r"\\\||\|")


class Writer:
    """Writes one page as a list of blocks: text, or the index of a code cell."""

    def __init__(self, env: BuildEnvironment, docname: str, macros: Mapping[str, str]) -> None:
        self.env, self.docname, self.macros = env, docname, macros
        self.solved: dict[int, str] = {}  # the code cells of solutions, and of which one

    def cited(self) -> list[str | int]:
        """Return the works that the page cites, as a section of its own."""
        domain: Any = self.env.get_domain("cite")
        here = (reference for reference in domain.citation_refs if reference.docname == self.docname)
        keys = {target.key for reference in here for target in reference.targets}
        works = sorted(
            (work.formatted_entry for work in domain.citations if work.key in keys), key=lambda work: work.label
        )
        items = [f"- [{work.label}] {self.inline(Backend().paragraph(work))}" for work in works]
        return ["## Works cited\n\n" + "\n".join(items)] if items else []

    # Blocks

    def blocks(self, node: nodes.Element, level: int = 0) -> list[str | int]:
        """Return the blocks inside a node; ``level`` is that of the heading above."""
        found: list[str | int] = []
        for child in node.children:
            found += self._block(child, level)
        return found

    def _block(self, node: nodes.Node, level: int) -> list[str | int]:
        for kinds, write in self._writers():
            if isinstance(node, kinds):
                return write(node, level)
        return []  # targets, comments, metadata: nothing that one reads

    def _writers(self) -> list[tuple[type | tuple[type, ...], Callable[..., list[str | int]]]]:
        return [
            (nodes.section, self._section),
            (nodes.title, self._title),
            (nodes.math_block, lambda node, level: [self._equation(node)]),
            (nodes.paragraph, lambda node, level: [self.inline(node)]),
            ((nodes.bullet_list, nodes.enumerated_list), lambda node, level: [self._list(node)]),
            (nodes.definition_list, lambda node, level: [self._definitions(node)]),
            (nodes.table, lambda node, level: [self._table(node)]),
            (nodes.literal_block, lambda node, level: [f"```\n{node.astext()}\n```"]),
            (nodes.block_quote, lambda node, level: [_quoted(self._texts(node))]),
            (DetailsNode, self._box),
            (nodes.Admonition, self._admonition),
            (nodes.container, self._container),
            ((nodes.compound, nodes.figure), self.blocks),
        ]

    def _section(self, node: nodes.section, level: int) -> list[str | int]:
        titled = isinstance(node[0], nodes.title) if node.children else False
        return self.blocks(node, level + 1 if titled else level)

    def _title(self, node: nodes.title, level: int) -> list[str | int]:
        numbers = self.env.toc_secnumbers.get(self.docname, {})
        anchor = "" if level == 1 else f"#{node.parent['ids'][0]}"
        number = ".".join(map(str, numbers.get(anchor) or ()))
        return [f"{'#' * level} {number + '. ' if number else ''}{self.inline(node)}"]

    def _equation(self, node: nodes.math_block) -> str:
        tex = expand(node.astext().strip(), self.macros)
        numbers = self.env.toc_fignumbers.get(self.docname, {}).get("displaymath", {})
        parts = next((numbers[name] for name in node["ids"] if name in numbers), None)  # none where a label is missing
        number = ".".join(map(str, parts)) if parts else node.get("number")
        return f"$$\n{tex}\n" + (f"\\tag{{{number}}}\n" if number else "") + "$$"

    def _list(self, node: nodes.Element) -> str:
        numbered = isinstance(node, nodes.enumerated_list)
        items = []
        for count, item in enumerate(node.children, start=int(node.get("start", 1))):
            mark = f"{count}. " if numbered else "- "
            text = "\n\n".join(self._texts(item)) if isinstance(item, nodes.Element) else ""
            items.append(mark + indent(text, " " * len(mark)).lstrip())
        return "\n".join(items)

    def _definitions(self, node: nodes.Element) -> str:
        terms = []
        for item in node.findall(nodes.definition_list_item):
            term, definition = cast(Sequence[nodes.Element], (item[0], item[-1]))
            terms.append(f"**{self.inline(term)}**: " + " ".join(self._texts(definition)))
        return "\n\n".join(terms)

    def _table(self, node: nodes.table) -> str:
        rows = [[self._cell(entry) for entry in row.findall(nodes.entry)] for row in node.findall(nodes.row)]
        rule = ["---"] * len(rows[0])
        return "\n".join(f"| {' | '.join(cells)} |" for cells in [rows[0], rule, *rows[1:]])

    def _cell(self, entry: nodes.Element) -> str:
        text = "; ".join(
            SPACE.sub(" ", re.sub(r"(?m)^- ", "", part).replace("\n", "; ")) for part in self._texts(entry)
        )
        parts = re.split(r"(?<!\\)(\$[^$]+\$)", text)  # a bar would end the cell, also inside a formula
        inside = (BAR.sub(lambda bar: r"\Vert " if len(bar[0]) > 1 else r"\vert ", part) for part in parts[1::2])
        parts[1::2] = inside
        parts[::2] = [part.replace("|", r"\|") for part in parts[::2]]
        return "".join(parts)

    def _box(self, node: DetailsNode, level: int) -> list[str | int]:
        """Fold what is folded on the page; between the cells of a solution, which are to be run, its text is."""
        found: list[str | int] = []
        summary, texts = str(node["summary"]), []
        for block in [*self.blocks(node, level), None]:
            if isinstance(block, str):
                texts.append(block)
                continue
            if texts:
                found.append(_closed(summary, texts))
                summary, texts = f"{node['summary']}, continued", []
            if block is not None:
                self.solved[block] = str(node["summary"])
                found.append(block)
        return found

    def _admonition(self, node: nodes.Element, level: int) -> list[str | int]:
        head: Any = node[0]
        title = self.inline(head)
        inner = nodes.container("", *(part.deepcopy() for part in node.children[1:]))
        if is_exercise_node(node):
            numbers = self.env.toc_fignumbers.get(self.docname, {}).get(node["type"], {})
            number = ".".join(map(str, numbers.get(node["ids"][0], ())))
            wording = str(head.get("title") or f"{node['title']} %s").replace("%s", number)
            return [f"**{wording.strip()}**", *self.blocks(inner, level)]
        return [_quoted([f"**{title}**", *self._texts(inner)])]

    def _container(self, node: nodes.container, level: int) -> list[str | int]:
        if not _is_cell(node):
            return self.blocks(node, level)
        found: list[str | int] = [int(node["cell_index"])]
        for figure in node.findall(nodes.figure):
            numbers = self.env.toc_fignumbers.get(self.docname, {}).get("figure", {})
            number = ".".join(map(str, numbers.get((figure["ids"] or [""])[0], ())))
            captions = [self.inline(part) for part in figure.findall(nodes.caption)]
            words = [str(image["alt"]) for image in figure.findall(nodes.image) if image.get("alt")]
            found.append(f"**{f'Fig. {number}'.strip()}** " + " ".join(captions))
            found += [_closed("The figure in words", [_plain(text)]) for text in words]
        return found

    def _texts(self, node: nodes.Element) -> list[str]:
        return [block for block in self.blocks(node) if isinstance(block, str)]

    # Text

    def inline(self, node: nodes.Node) -> str:
        """Return what stands in a paragraph, a title or a caption, as Markdown."""
        return "".join(self._span(child) for child in node.children).strip()

    def _span(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Text):
            return _plain(SPACE.sub(" ", str(node)))
        if isinstance(node, nodes.math):
            return f"${SPACE.sub(' ', expand(node.astext().strip(), self.macros))}$"
        if isinstance(node, nodes.literal):
            text = node.astext()
            marks = "``" if "`" in text else "`"
            return f"{marks}{text}{marks}"
        before, after = self._marks(node)
        return before + "".join(self._span(child) for child in node.children) + after

    def _marks(self, node: nodes.Node) -> tuple[str, str]:
        """Return what Markdown writes before and after such a text."""
        if isinstance(node, nodes.strong):
            return "**", "**"
        if isinstance(node, nodes.reference) and str(node.get("refuri", "")).startswith(("https:", "http:", "mailto:")):
            return "[", f"]({node['refuri']})"
        named = isinstance(node, nodes.inline) and NAMED & set(node["classes"])  # a section or a page, by its title
        return ("*", "*") if named or isinstance(node, nodes.emphasis) else ("", "")


def _is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _plain(text: str) -> str:
    """Return text in which nothing is taken for Markdown."""
    return SPECIAL.sub(lambda mark: "\\" + mark[0], text).replace("<", "&lt;").replace("](", "]\\(")


def _closed(summary: str, texts: Iterable[str]) -> str:
    return "\n\n".join([f"<details><summary>{summary}</summary>", *texts, "</details>"])


def _quoted(texts: Iterable[str]) -> str:
    return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(texts).splitlines())
