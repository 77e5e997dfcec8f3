"""What is folded: the check of an equation into its mark, the code of a figure under its caption, an answer.

A cell that only checks leaves the flow of the page: each of its claims goes to its equation, with the lines that it
needs. A cell with the tag ``open`` stays, because its wrong versions are worth reading, and so does one that prints
anything else or defines a function for other cells; the marks of its equations lead to it. A cell with the tag
``answer`` answers a question that the text asks before it: the cell and the paragraph after it are behind one press.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import cast

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx

from book import checks
from book.claims import Claim, pages
from book.pages.html import DetailsNode
from book.problems import report

OPEN, ANSWER = "open", "answer"  # tags of cells
HOW = "{} on this page {} checked where {} derived: press the mark beside one to see how."
MORE = (
    "This cell checks, and it also prints something or defines a function for other cells. Put the checks into a cell "
    "of their own, which then opens from the marks of its equations; or keep the cell as it is by the tag `open`."
)
SWITCH = '<button type="button" class="all-code" hidden>Show all code</button>'


def fold(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Move the checks of a page into the marks of their equations, and code of figures under the captions."""
    if app.builder.format != "html":
        return
    cells = [node for node in doctree.findall(nodes.container) if node.get("nb_element") == "cell_code"]
    claims = {claim.anchor: claim for claim in pages(app.env)[docname].claims} if docname in pages(app.env) else {}
    equations = {node["label"]: node for node in doctree.findall(nodes.math_block) if node.get("label")}
    proofs: dict[str, nodes.container] = {}
    sources = [_source(cell) for cell in cells]
    used = Counter(name for source in sources for name in checks.used(source))
    for cell, source in zip(cells, sources, strict=True):
        if ANSWER in _tags(cell):
            _hide_answer(cell)
        found = _folded(cell, claims)
        for_others = any(used[name] > (name in checks.used(source)) for name in checks.defined(source))
        if found and not for_others and all(claim.label in equations for claim, _ in found):
            for claim, check in found:
                proofs.setdefault(claim.label, nodes.container(classes=["proof"])).append(_panel(claim, check))
            cell.parent.remove(cell)
        elif OPEN not in _tags(cell) and (kept := [claims[name] for name in _verdicts(cell)]):
            report(app, MORE, (docname, kept[0].line))
    for label, proof in proofs.items():
        proof.extend(_ledger_link(app, docname, label))
        equations[label]["proof"] = proof
    if proofs:
        _say_how(doctree, len(proofs))
    _put_code_under_captions(doctree)


def _folded(cell: nodes.Element, claims: dict[str, Claim]) -> list[tuple[Claim, checks.Check]]:
    """Return the claims of a cell that only checks, each with what it is made of; nothing for other cells."""
    outputs = _outputs(cell)
    if not outputs or not all("verdicts" in output.get("classes", []) for output in outputs):
        return []
    if OPEN in _tags(cell):
        return []
    verdicts = [claims[name] for name in _verdicts(cell)]
    # A label may be claimed twice in a cell: both lists are in the order of the cell.
    ordered = sorted(verdicts, key=lambda claim: claim.label)
    made = sorted(checks.read(_source(cell)), key=lambda check: check.label)
    if [claim.label for claim in ordered] != [check.label for check in made]:
        return []  # a loop makes several claims of one statement
    return list(zip(ordered, made, strict=True))


def _outputs(cell: nodes.Element) -> list[nodes.Element]:
    shown = [part for part in cell.findall(nodes.container) if "cell_output" in part["classes"]]
    return [output for part in shown for output in part.children if isinstance(output, nodes.Element)]


def _verdicts(cell: nodes.Element) -> list[str]:
    """Return the names of the checks whose verdicts stand below a cell."""
    return [
        item["ids"][0]
        for found in _outputs(cell)
        if "verdicts" in found["classes"]
        for item in found.findall(nodes.list_item)
    ]


def _source(cell: nodes.Element) -> str:
    """Return the code of a cell; nothing where it is not Python alone, as with a magic."""
    source = next(cell.findall(nodes.literal_block)).astext()
    try:
        compile(source, "cell", "exec")
    except SyntaxError:
        return ""
    return source


def _tags(cell: nodes.Element) -> list[str]:
    return list(cell["cell_metadata"].get("tags", []))


def _hide_answer(cell: nodes.Element) -> None:
    place = cell.parent.index(cell)
    parts = cell.parent[place : place + 2]
    box = DetailsNode("", summary="Answer", classes=["answer"])
    cell.parent[place : place + 2] = [box]
    box += parts


def _panel(claim: Claim, check: checks.Check) -> nodes.container:
    verdict = nodes.paragraph("", "", nodes.inline("", "", classes=["tick"]), nodes.strong("", claim.verdict + "."))
    verdict += nodes.Text(" Rejected:")
    rejected = nodes.bullet_list(classes=["rejects"])
    for name in claim.rejects:
        item = nodes.paragraph("", "", nodes.inline("", name, classes=["rejected"]))
        if name in check.rejected:
            item += [nodes.Text(" "), nodes.literal("", check.rejected[name])]
        rejected += nodes.list_item("", item)
    panel = nodes.container("", verdict, rejected, ids=[claim.anchor])
    for code, kind in ((check.setup, "setup"), (check.statement, "statement")):
        if code:
            panel += nodes.container("", nodes.literal_block(code, code, language="ipython3"), classes=[kind])
    return panel


def _ledger_link(app: Sphinx, docname: str, label: str) -> list[nodes.Node]:
    ledger = next((name for name in app.env.found_docs if name.rsplit("/", 1)[-1] == "ledger"), None)
    if ledger is None:
        return []
    address = f"{app.builder.get_relative_uri(docname, ledger)}#ledger-{label.removeprefix('eq-')}"
    return [nodes.paragraph("", "", nodes.reference("", "In the ledger", refuri=address, internal=True))]


def _say_how(doctree: nodes.document, count: int) -> None:
    """Say under the title what the marks are, beside the switch for all code."""
    words = HOW.format(*(("One equation", "is", "it is") if count == 1 else (f"{count} equations", "are", "they are")))
    line = nodes.paragraph("", words + " ", nodes.raw("", SWITCH, format="html"), classes=["how"])
    title = next(doctree.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, line)


def _put_code_under_captions(doctree: nodes.document) -> None:
    """Put the hidden code of each figure, and of the hidden cells before it, under its caption."""
    for parent, group in groupby(list(doctree.findall(HideCodeCellNode)), key=lambda hidden: hidden.parent.parent):
        waiting: list[HideCodeCellNode] = []
        for hidden in group:
            cell = cast(nodes.Element, hidden.parent)
            if waiting and parent.index(cell) != parent.index(waiting[-1].parent) + 1:
                waiting = []
            waiting.append(hidden)
            figure = next(cell.findall(nodes.figure), None)
            if figure is not None:
                for earlier in waiting:
                    home = earlier.parent
                    home.remove(earlier)
                    if earlier is not waiting[0]:
                        waiting[0] += list(earlier.children)
                    if not home.children:
                        home.parent.remove(home)
                figure += nodes.legend("", waiting[0])
                waiting = []
