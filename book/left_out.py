"""An edition without some of the chapters: what points into them becomes words, or is left out.

Everywhere, a link into a chapter that _toc.yml leaves out becomes its plain words. On pages that say where things are,
a row, an item or a sentence whose every link leads there is left out altogether, and so is a term of the glossary that
only such chapters explain. A link to something that is nowhere stays a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import docname_join

from book.edition import PRACTICE, Edition, Place, entries, listed, out
from book.sections import Sections, links

Link = addnodes.pending_xref | Sections
POINTING = {"chapters/assignments", "chapters/mistakes", "chapters/api", "chapters/trust"}  # and the cover
MARKED = re.compile(r"\$([^$]+)\$|`([^`]+)`|\*([^*]+)\*")
SENTENCE = re.compile(r"(?<=[.!?])\s+")


def plain(text: str) -> list[nodes.Node]:
    """Return the words of a heading, its mathematics and code included."""
    found: list[nodes.Node] = []
    end = 0
    for part in MARKED.finditer(text):
        found.append(nodes.Text(text[end : part.start()]))
        kind = (nodes.math, nodes.literal, nodes.emphasis)[part.lastindex - 1]  # type: ignore[operator]
        found.append(kind("", part[part.lastindex]))  # type: ignore[index]
        end = part.end()
    return [node for node in [*found, nodes.Text(text[end:])] if node.astext()]


def words(app: Sphinx, link: Link) -> Sequence[nodes.Node] | None:
    """Return what stands in the place of a link that leads out of this edition; None for any other."""
    edition: Edition = app.config.book_edition
    if isinstance(link, Sections):
        return None if any(label not in edition.labels for label in link["labels"]) else plain(_named(edition, link))
    kind, target = link["reftype"], link["reftarget"]
    own = link.children[0].children if link.get("refexplicit") and link.children else []
    if kind == "term":
        return [nodes.Text(link.astext())] if target.lower() in edition.terms else None
    if link.get("refdomain") == "cite":
        return None if edition.cites else [nodes.Text(cited(app, kind, target))]
    if kind == "doc" or (kind == "myst" and link.get("refdomain") == "doc"):
        page = docname_join(link["refdoc"], target) if kind == "doc" else target
        return own or plain(edition.pages[page]) if page in edition.pages else None
    place = edition.labels.get(target.removeprefix("#").lower())
    if place is None or kind not in {"ref", "numref", "eq", "myst"}:
        return None
    return own or plain(_words_of(kind, place))


def _words_of(kind: str, place: Place) -> str:
    if kind == "eq":
        return f"({place})"  # where its number stood, between parentheses, too
    return place.section if kind == "ref" and place.own else str(place)


def _named(edition: Edition, link: Sections) -> str:
    return " and ".join(str(edition.labels[label]) for label in link["labels"])


def cited(app: Sphinx, kind: str, keys: str) -> str:
    """Return authors and year of the works that are cited, as a citation without a bibliography has them."""
    found = []
    for key in keys.split(","):
        entry = app.env.get_domain("cite").bibdata.data.entries[key.strip()]  # type: ignore[attr-defined]
        names = [" ".join(person.last_names) for person in entry.persons.get("author", [])]
        who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
        found.append(f"{who} ({entry.fields['year']})" if kind == "t" else f"{who}, {entry.fields['year']}")
    return "; ".join(found) if kind == "t" else f"({'; '.join(found)})"


def _links(node: nodes.Node) -> list[Link]:
    return [one for one in node.findall() if isinstance(one, addnodes.pending_xref | Sections)]


def _leads_out(app: Sphinx, parts: Iterable[nodes.Node]) -> bool:
    """Tell whether there are links to places, and all of them lead out. Terms and citations only explain."""
    found = [one for part in parts for one in part.findall() if isinstance(one, Link | nodes.reference)]
    places = [one for one in found if one.get("reftype") != "term" and one.get("refdomain") != "cite"]
    return bool(places) and all(isinstance(one, Link) and words(app, one) is not None for one in places)


def _drop_rows(app: Sphinx, doctree: nodes.document) -> None:
    for kind in (nodes.row, nodes.list_item):
        for node in list(doctree.findall(kind)):
            if _leads_out(app, [node]):
                _remove(node)


def _remove(node: nodes.Element) -> None:
    """Take a node away, and with it what would be left without content: a list, a table, a section."""
    parent, place = node.parent, node.parent.index(node)
    parent.remove(node)
    before, after = parent.children[place - 1 : place], parent.children[place : place + 1]
    if isinstance(before[0] if before else None, nodes.rubric) and not (
        after and not isinstance(after[0], nodes.rubric)
    ):
        parent.remove(before[0])  # the heading of a part of a docstring
    hollow = (nodes.Titular, nodes.Invisible, nodes.colspec, nodes.thead)
    if not isinstance(parent, nodes.document | nodes.entry) and all(
        isinstance(child, hollow) for child in parent.children
    ):
        _remove(parent)


def sentences(paragraph: nodes.paragraph) -> Iterator[list[nodes.Node]]:
    """Yield the parts of a paragraph, a list for each sentence, the space after it included."""
    current: list[nodes.Node] = []
    for child in paragraph.children:
        if not isinstance(child, nodes.Text):
            current.append(child)
            continue
        text, begin = child.astext(), 0
        for gap in SENTENCE.finditer(text):
            yield [*current, nodes.Text(text[begin : gap.end()])]
            current, begin = [], gap.end()
        if text[begin:]:
            current.append(nodes.Text(text[begin:]))
    if current:
        yield current


def _drop_sentences(app: Sphinx, doctree: nodes.document) -> None:
    for paragraph in list(doctree.findall(nodes.paragraph)):
        found = list(sentences(paragraph))
        kept = [sentence for sentence in found if not _leads_out(app, sentence)]
        if not kept:
            _remove(paragraph)
        elif len(kept) < len(found):
            children = [node for sentence in kept for node in sentence]
            if isinstance(children[-1], nodes.Text):
                children[-1] = nodes.Text(children[-1].rstrip())
            paragraph[:] = children


def leave_out(app: Sphinx, doctree: nodes.document) -> None:
    """Do so on a page that was just read, before anything is collected from it."""
    edition: Edition = app.config.book_edition
    if edition.pages and app.env.docname in POINTING | {app.config.root_doc}:
        _drop_rows(app, doctree)
        _drop_sentences(app, doctree)
    for link in _links(doctree):
        instead = words(app, link)
        if instead is None and isinstance(link, Sections):
            instead = links(app, link, [label for label in link["labels"] if label not in edition.labels])
        if instead is not None:
            link.parent.replace(link, instead)


def leave_out_practice(app: Sphinx, config: Config) -> None:
    """Take the problems of chapters that are left out from the pages that _toc.yml names, once it has been read."""
    named, site = listed(Path(app.srcdir)), config.external_site_map
    for page in [name for name in site if name.startswith(PRACTICE) and name not in named]:
        del site[page]
        for document in site.values():
            for tree in document.subtrees:
                tree.items = [item for item in tree.items if item != page]
        config.exclude_patterns = [*config.exclude_patterns, f"{page}.md"]


def leave_out_terms(app: Sphinx, docname: str, source: list[str]) -> None:
    """Blank the entries of a glossary that only such chapters explain; the lines keep their numbers."""
    edition: Edition = app.config.book_edition
    for entry, sections in entries(source[0]).values():
        if out(sections, edition.labels):
            source[0] = source[0].replace(entry, "\n" * entry.count("\n"))


def setup(app: Sphinx) -> None:
    """Register what is left out; it is part of the environment, so that another edition is read anew."""
    app.add_config_value("book_edition", Edition.of(Path(app.srcdir)), "env")
