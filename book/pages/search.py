"""The search index, loaded by the search page alone: an entry for each section and for each term of the glossary."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

SPACE = re.compile(r"\s+")
NAME = re.compile(r"[^\W\d]\w{2,}")


def _words(node: nodes.Node) -> str:
    return SPACE.sub(" ", node.astext()).strip()


def _own(section: nodes.Element) -> tuple[str, str]:
    """Return a section's text without its subsections, and the names: in its code, and of its equations."""
    text: list[str] = []
    names: dict[str, None] = {}
    for part in section:
        if isinstance(part, nodes.section | nodes.title):
            continue
        for block in part.findall(nodes.literal_block):
            names.update(dict.fromkeys(NAME.findall(block.astext())))
        for equation in part.findall(nodes.math_block):
            names.update(dict.fromkeys([equation.get("label") or ""]))
        if isinstance(part, addnodes.glossary):
            continue  # each of its terms is an entry
        for paragraph in part.findall(lambda node: isinstance(node, nodes.paragraph | nodes.caption)):
            text.append(_words(paragraph))
    return " ".join(text), " ".join(filter(None, names))


def entries(doctree: nodes.document, docname: str, title: str) -> list[dict[str, str]]:
    """Return what can be found on one page."""
    found = []
    for section in doctree.findall(nodes.section):
        if not isinstance(section[0], nodes.title):
            continue
        text, names = _own(section)
        is_page = section.parent is doctree
        found.append(
            {
                "url": f"{docname}.html" + ("" if is_page else f"#{section['ids'][0]}"),
                "page": title,
                "title": _words(section[0]),
                "text": text,
                "names": names,
            }
        )
    for item in doctree.findall(nodes.definition_list_item):
        if isinstance(item.parent.parent, addnodes.glossary):
            head: Any = item[0]
            term, url = _words(head), f"{docname}.html#{head['ids'][0]}"
            text = f"{term}: {_words(item[-1])}"  # the term first, so that an excerpt begins where the sentence does
            found.append({"url": url, "page": title, "title": term, "text": text, "names": ""})
    return found


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the index into the folder that assets has made."""
    if exception or app.builder.name != "html":
        return
    found: list[dict[str, str]] = []
    for docname in sorted(app.env.found_docs):
        found += entries(app.env.get_doctree(docname), docname, app.env.titles[docname].astext())
    index = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "_static", "search-index.js").write_text(f"window.bookIndex = {index};\n", encoding="utf-8")
