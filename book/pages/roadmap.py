"""The road map: beside the list of chapters on the cover, lines that show which chapter needs which.

What a chapter needs is what its paragraph "You need" links to. A chapter is a dot in a lane; a lane goes on as long as
a later chapter needs it, and bends into the dot of one that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import docname_join

YOU_NEED = "You need"
LANE, DOT, TOP = 15, 5, 17  # pixels: between lanes, of a dot, from the top of an item to the middle of its dot


@dataclass
class Stop:
    """A chapter in the drawing: the lane of its dot, the lanes that bend into it, and those that go past it or on."""

    lane: int
    from_lanes: list[int]
    past: list[int]
    goes_on: bool


def needs(app: Sphinx, docname: str) -> set[str]:
    """Return the pages to which the paragraph "You need" of a chapter leads."""
    for paragraph in app.env.get_doctree(docname).findall(nodes.paragraph):
        if paragraph.astext().startswith(YOU_NEED):
            return {
                page for link in paragraph.findall(addnodes.pending_xref) if (page := _page(app, docname, link))
            } - {docname}
    return set()


def _page(app: Sphinx, docname: str, link: addnodes.pending_xref) -> str:
    """Return the page of a link to a page, a section or an equation."""
    target = link["reftarget"]
    if link["reftype"] == "doc":
        return docname_join(docname, target)
    place = cast(Any, app.env.get_domain("std")).anonlabels.get(target.lower())
    return str(place[0]) if place else ""


def reduced(needed: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out what is needed by something that is needed."""
    below: dict[str, set[str]] = {}
    for name, parents in needed.items():  # in the order of reading, so parents come first
        below[name] = parents.union(*(below.get(parent, set()) for parent in parents))
    return {
        name: {one for one in parents if not any(one in below.get(other, ()) for other in parents)}
        for name, parents in needed.items()
    }


def stops(needed: dict[str, set[str]]) -> dict[str, Stop]:
    """Give each chapter, in the order of reading, its place."""
    left = {name: sum(name in parents for parents in needed.values()) for name in needed}
    lanes: list[str | None] = []
    found = {}
    for name, parents in needed.items():
        came = [lane for lane, owner in enumerate(lanes) if owner in parents]
        for parent in parents:
            left[parent] = left.get(parent, 1) - 1
        over = [lane for lane in came if not left[cast(str, lanes[lane])]]
        for lane in over:
            lanes[lane] = None
        own = over[-1] if over else next((lane for lane, owner in enumerate(lanes) if owner is None), len(lanes))
        if own == len(lanes):
            lanes.append(None)
        past = [lane for lane, owner in enumerate(lanes) if owner is not None]
        if left[name]:
            lanes[own] = name
        found[name] = Stop(own, came, past, bool(left[name]))
    return found


def drawing(stop: Stop, width: int) -> str:
    """Return the part of the drawing beside one chapter; its lines reach from the top of the item to its end."""
    x = [DOT + 2 + LANE * lane for lane in range(width)]
    here = x[stop.lane]
    lines = [f'<path d="M{x[lane]} 0V{TOP}"/>' for lane in {*stop.past} - {stop.lane}]
    lines += [f'<line x1="{x[lane]}" x2="{x[lane]}" y1="{TOP}" y2="100%"/>' for lane in {*stop.past} - {stop.lane}]
    if stop.goes_on:
        lines.append(f'<line x1="{here}" x2="{here}" y1="{TOP}" y2="100%"/>')
    for lane in stop.from_lanes:
        lines.append(f'<path d="M{x[lane]} 0C{x[lane]} {TOP} {here} 0 {here} {TOP}"/>')
    dot = f'<circle cx="{here}" cy="{TOP}" r="{DOT}"/>'
    return f'<svg class="lanes" aria-hidden="true" width="{x[-1] + DOT + 2}" height="100%">{"".join(lines)}{dot}</svg>'


def draw(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Draw the lanes beside the list of chapters on the cover."""
    if docname != app.config.root_doc or app.builder.format != "html":
        return
    pages = {app.builder.get_relative_uri(docname, page): page for page in app.env.found_docs}
    for listing in doctree.findall(nodes.bullet_list):
        links = [next(item.findall(nodes.reference), None) for item in listing.children]
        names = [pages.get(str(link.get("refuri")), "") if link else "" for link in links]
        if len(names) > 1 and all(name.startswith("chapters/") for name in names):
            needed = {name: needs(app, name) & {*names} for name in names}
            places = stops(reduced(needed))
            width = 1 + max(stop.lane for stop in places.values())
            listing["classes"].append("roadmap")
            for name, item in zip(names, listing.children, strict=True):
                cast(nodes.list_item, item).insert(0, nodes.raw("", drawing(places[name], width), format="html"))
                if needed[name]:
                    said = " and ".join(sorted(app.env.titles[page].astext() for page in needed[name]))
                    first = next(item.findall(nodes.paragraph))
                    first += nodes.inline("", f" It needs {said}.", classes=["visually-hidden"])
            return
