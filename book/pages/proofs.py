"""The check of an equation opens in its mark: the verdict, the rejected versions with their expressions, the code.

A cell that only checks leaves the flow of the page: each of its claims goes to its equation, with the lines that it
needs. A cell with the tag ``open`` stays, because its wrong versions are worth reading; the marks of its equations lead
to it. A cell that prints anything else, or defines a function for other cells, has to be split.
"""

from __future__ import annotations

from collections import Counter

from docutils import nodes
from sphinx.application import Sphinx

from book import checks
from book.cells import cells, outputs, source, tags
from book.claims import Claim, pages
from book.ledger import link
from book.problems import report

OPEN = "open"
HOW = "{} on this page {} checked where {} derived: the mark beside one opens its check. A definition carries no mark. "
MORE = (
    "This cell checks, and it also prints something or defines a function for other cells. Put the checks into a cell "
    "of their own, which then opens from the marks of its equations; or keep the cell as it is by the tag `open`."
)
SWITCH = '<button type="button" class="all-code" hidden>Show all checks and sources</button>'


def fold(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Move the checks of a page into the marks of their equations."""
    if app.builder.format != "html" or docname not in pages(app.env):
        return
    claims = {claim.anchor: claim for claim in pages(app.env)[docname].claims}
    equations = {node["label"]: node for node in doctree.findall(nodes.math_block) if node.get("label")}
    proofs: dict[str, nodes.container] = {}
    used = Counter(name for cell in cells(doctree) for name in checks.used(source(cell)))
    for cell in cells(doctree):
        verdicts = [claims[name] for name in _verdicts(cell)]
        if not verdicts or OPEN in tags(cell) or not all(claim.label in equations for claim in verdicts):
            continue
        made, own = checks.read(source(cell)), checks.used(source(cell))
        for_others = any(used[name] > (name in own) for name in checks.defined(source(cell)))
        only_checks = all("verdicts" in output["classes"] for output in outputs(cell))
        if for_others or not only_checks or [claim.label for claim in verdicts] != [check.label for check in made]:
            report(app, MORE, (docname, verdicts[0].line))
            continue
        for claim, check in zip(verdicts, made, strict=True):
            proofs.setdefault(claim.label, nodes.container(classes=["proof"])).append(
                _panel(claim, check, next(cell.findall(nodes.literal_block)).get("cell"))
            )
        cell.parent.remove(cell)
    for label, proof in proofs.items():
        proof.extend(_ledger_link(app, docname, label))
        equations[label]["proof"] = proof
    if proofs:
        _say_how(doctree, len(proofs))


def _verdicts(cell: nodes.Element) -> list[str]:
    """Return the names of the checks whose verdicts stand below a cell."""
    lists = [output for output in outputs(cell) if "verdicts" in output["classes"]]
    return [item["ids"][0] for found in lists for item in found.findall(nodes.list_item)]


def _panel(claim: Claim, check: checks.Check, cell: int | None) -> nodes.container:
    verdict = nodes.paragraph("", "", nodes.inline("", "", classes=["tick"]), nodes.strong("", claim.verdict + "."))
    verdict += nodes.Text(" The same check rejects:")
    rejected = nodes.bullet_list(classes=["rejects"])
    for name in claim.rejects:
        item = nodes.paragraph("", "", nodes.inline("", name, classes=["rejected"]))
        if name in check.rejected:
            item += [nodes.Text(" "), nodes.literal("", check.rejected[name])]
        rejected += nodes.list_item("", item)
    panel = nodes.container("", verdict, rejected, ids=[claim.anchor])
    for code, kind in ((check.setup, "setup"), (check.statement, "statement")):
        if code:
            block = nodes.literal_block(code, code, language="ipython3")
            if cell and kind == "statement":
                block["cell"] = cell
            panel += nodes.container("", block, classes=[kind])
    return panel


def _ledger_link(app: Sphinx, docname: str, label: str) -> list[nodes.Node]:
    ledger = next((name for name in app.env.found_docs if name.rsplit("/", 1)[-1] == "ledger"), None)
    if ledger is None:
        return []
    return [link(app, docname, ledger, f"ledger-{label.removeprefix('eq-')}", "In the ledger of all checks")]


def _say_how(doctree: nodes.document, count: int) -> None:
    """Say under the title what the marks are, beside the switch."""
    words = HOW.format(*(("One equation", "is", "it is") if count == 1 else (f"{count} equations", "are", "they are")))
    line = nodes.paragraph("", words, nodes.raw("", SWITCH, format="html"), classes=["how"])
    title = next(doctree.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, line)
