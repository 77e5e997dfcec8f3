"""The search index, loaded by the search page alone: an entry for each section and for each term of the glossary."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from book.claims import pages
from book.ledger import equation_number
from book.pages.math import KaTeXError, render

Macros = tuple[tuple[str, str], ...]
NONE: Mapping[str, str] = MappingProxyType({})
MATHML = re.compile(r"<math\b.*?</math>", re.S)
SUPERSCRIPTS = str.maketrans("0123456789+−-=()niT⊤′*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀᵀ′*")
SUBSCRIPTS = str.maketrans("0123456789+−-=()aeijkmnopx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑᵢⱼₖₘₙₒₚₓ")
SPACE = re.compile(r"\s+")
NAME = re.compile(r"[^\W\d]\w{2,}")


def _words(node: nodes.Node, macros: Macros = (), names: Mapping[str, str] = NONE) -> str:
    """Return the text of a node; formulas as one would type them, not as TeX; equations and pages by their names."""
    node = node.deepcopy()
    for link in list(node.findall(addnodes.pending_xref)):
        target = link["reftarget"].strip("/")
        if target in names:
            link.replace_self(nodes.Text(names[target]))
    for formula in list(node.findall(nodes.math)):
        formula.replace_self(nodes.Text(spoken(formula.astext(), macros)))
    return SPACE.sub(" ", node.astext()).strip()


def spoken(tex: str, macros: Macros) -> str:
    """Return a formula in Unicode, from the MathML that KaTeX makes; as it is where KaTeX knows no way."""
    try:
        found = MATHML.search(render(tex, False, macros))
    except KaTeXError:
        return tex
    return _unicode(ElementTree.fromstring(found[0])[0][0]) if found else tex


def _unicode(node: ElementTree.Element) -> str:
    kind = node.tag.rpartition("}")[2]
    parts = [_unicode(child) for child in node]
    if kind in ("msub", "munder", "msup", "mover"):
        return parts[0] + _raised(parts[1], SUBSCRIPTS if kind in ("msub", "munder") else SUPERSCRIPTS)
    if kind in ("msubsup", "munderover"):
        return parts[0] + _raised(parts[1], SUBSCRIPTS) + _raised(parts[2], SUPERSCRIPTS)
    if kind == "mfrac":
        return "/".join(part if len(part) == 1 else f"({part})" for part in parts)
    if kind == "msqrt":
        return f"√({''.join(parts)})"
    return (node.text or "").strip("\u2061\u200b") + "".join(parts)


def _raised(text: str, table: dict[int, int]) -> str:
    return text.translate(table) if all(ord(letter) in table for letter in text) else f"({text})"


def _own(section: nodes.Element, macros: Macros, names_of: Mapping[str, str]) -> tuple[str, str]:
    """Return a section's text without its subsections, and the names: in its code, and of its equations."""
    text: list[str] = []
    names: dict[str, None] = {}
    for part in section:
        if isinstance(part, nodes.section | nodes.title):
            continue
        if isinstance(part, nodes.Element) and ("summary" in part or "expects" in part["classes"]):
            continue  # the solution of a problem, and the form of its answer
        for block in part.findall(nodes.literal_block):
            names.update(dict.fromkeys(NAME.findall(block.astext())))
        for equation in part.findall(nodes.math_block):
            names.update(dict.fromkeys([equation.get("label") or ""]))
        if isinstance(part, addnodes.glossary):
            continue  # each of its terms is an entry
        if isinstance(part, nodes.container) and "cell" in part["classes"] and not list(part.findall(nodes.caption)):
            continue  # what a cell prints is no text
        for paragraph in part.findall(lambda node: isinstance(node, nodes.paragraph | nodes.caption)):
            text.append(_words(paragraph, macros, names_of))
    return " ".join(text), " ".join(filter(None, names))


def entries(
    doctree: nodes.document, docname: str, title: str, macros: Macros = (), names_of: Mapping[str, str] = NONE
) -> list[dict[str, str]]:
    """Return what can be found on one page."""
    found = []
    for section in doctree.findall(nodes.section):
        if not isinstance(section[0], nodes.title):
            continue
        text, names = _own(section, macros, names_of)
        is_page = section.parent is doctree
        found.append(
            {
                "url": f"{docname}.html" + ("" if is_page else f"#{section['ids'][0]}"),
                "page": title,
                "title": _words(section[0], macros),
                "text": text,
                "names": names,
            }
        )
    for item in doctree.findall(nodes.definition_list_item):
        if isinstance(item.parent.parent, addnodes.glossary):
            head: Any = item[0]
            term, url = _words(head, macros), f"{docname}.html#{head['ids'][0]}"
            # The term first, so that an excerpt begins where the sentence does.
            text = f"{term}: {_words(item[-1], macros)}"
            found.append({"url": url, "page": title, "title": term, "text": text, "names": ""})
    return found


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the index into the folder that assets has made."""
    if exception or app.builder.name != "html":
        return
    found: list[dict[str, str]] = []
    macros = tuple(app.config.katex_macros.items())
    names_of = {docname: title.astext() for docname, title in app.env.titles.items()}
    places: dict[str, tuple[str, str]] = app.env.get_domain("std").anonlabels  # type: ignore[attr-defined]
    for label, (page, anchor) in places.items():
        if figure := app.env.toc_fignumbers.get(page, {}).get("figure", {}).get(anchor):
            names_of[label] = f"Fig. {'.'.join(map(str, figure))}"
    for page in pages(app.env):
        names_of |= {label: equation_number(app.env, page, label) for label in pages(app.env)[page].equations}
    for docname in sorted(app.env.found_docs):
        found += entries(app.env.get_doctree(docname), docname, app.env.titles[docname].astext(), macros, names_of)
    index = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "_static", "search-index.js").write_text(f"window.bookIndex = {index};\n", encoding="utf-8")
