"""Claims on the page: verdict lines become lists, claimed equations get marks, and a rule holds the two together.

A cell that runs claims prints one line for each; nnlib/claims.py says what it looks like. Each page's equations, claims
and code cells are kept in the environment as ``env.book_claims``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book.cells import cells
from book.memory import build
from book.problems import report
from nnlib.claims import KINDS, TICK, VERDICT

NO_EQUATION = (
    "The claim {0} names no equation. Give the equation that it checks `:label: {0}`, or correct the label in the cell."
)
NO_CLAIM = (
    'The equation {0} has no claim. Add claim("{0}", ...) to a code cell, or label it def-... if it is a definition.'
)


@dataclass(frozen=True)
class Claim:
    """One verdict line, and where on the page it stands."""

    label: str
    verdict: str
    rejects: tuple[str, ...]
    anchor: str = ""
    line: int = 0

    @property
    def kind(self) -> str:
        """What kind of check it was: proof, exact, inequality or numerical."""
        return next((kind for word, kind in KINDS.items() if word in self.verdict), "check")

    @property
    def cases(self) -> str:
        """How many cases were compared, as in ``25 entries``; a proof covers them all."""
        count = re.match(r"\d+ \w+", self.verdict)
        return count[0] if count else "all"


@dataclass
class Page:
    """What one page asserts and checks."""

    equations: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # label: section anchor and title, line
    claims: list[Claim] = field(default_factory=list)
    cells: int = 0
    rows: int = 0  # in the bodies of its tables


def pages(env: BuildEnvironment) -> dict[str, Page]:
    """Return what each page asserts and checks."""
    found: dict[str, Page] = env.__dict__.setdefault("book_claims", {})
    return found


def parse(line: str) -> Claim | None:
    """Read one line of output; return None if it is not a verdict."""
    found = VERDICT.fullmatch(line.rstrip())
    if not found:
        return None
    return Claim(found["label"], found["verdict"].strip(), tuple(name.strip() for name in found["rejects"].split(";")))


def claims(env: BuildEnvironment) -> Iterator[tuple[str, Claim]]:
    """Yield every claim of the book with the page it stands on, in the order of the pages' names."""
    for docname, page in sorted(pages(env).items()):
        for claim in page.claims:
            yield docname, claim


def checks(env: BuildEnvironment) -> dict[str, list[tuple[str, Claim]]]:
    """Return the claims of each label."""
    found: dict[str, list[tuple[str, Claim]]] = {}
    for docname, claim in claims(env):
        found.setdefault(claim.label, []).append((docname, claim))
    return found


def _equation(node: nodes.math_block) -> tuple[str, str, int]:
    walker: nodes.Element = node
    while walker.parent is not None:
        walker = walker.parent
        if isinstance(walker, nodes.section) and isinstance(walker[0], nodes.title):
            return walker["ids"][0], walker[0].astext(), node.line or 0
    return "", "", node.line or 0


def collect_equations(app: Sphinx, doctree: nodes.document) -> None:
    """Note the equations, and the numbers of code cells and of rows, of a page that was just read."""
    page = pages(app.env).setdefault(app.env.docname, Page())
    page.equations = {node["label"]: _equation(node) for node in doctree.findall(nodes.math_block) if node.get("label")}
    page.rows = sum(len(body.children) for body in doctree.findall(nodes.tbody))
    page.cells = len(cells(doctree))


def hold_together(app: Sphinx, env: BuildEnvironment) -> None:
    """Refuse a claim without its equation, and an equation without a claim."""
    by_label, failed = checks(env), build(app).failed
    known = {label for page in pages(env).values() for label in page.equations}
    for docname, claim in claims(env):
        if claim.label not in known:
            report(app, NO_EQUATION.format(claim.label), (docname, claim.line))
    for docname, page in pages(env).items():
        for label, (_, _, line) in page.equations.items():
            if label.startswith("eq-") and label not in by_label and docname not in failed:
                report(app, NO_CLAIM.format(label), (docname, line))


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that is read anew."""
    pages(env).pop(docname, None)


def _item(claim: Claim, docname: str) -> nodes.list_item:
    number = addnodes.pending_xref(
        "",
        nodes.literal("", claim.label),
        refdomain="math",
        reftype="eq",
        reftarget=claim.label,
        refdoc=docname,
        refwarn=False,
        from_verdict=True,
    )
    rejected: list[nodes.Node] = []
    for name in claim.rejects:
        rejected += [nodes.Text("; "), nodes.inline("", name, classes=["rejected"])]
    text = nodes.paragraph()
    text += [nodes.inline("", "", classes=["tick"]), number, nodes.Text(" " + claim.verdict)]
    text += [nodes.Text("; "), nodes.inline("", "", nodes.Text("rejects: "), *rejected[1:], classes=["rejects"])]
    return nodes.list_item("", text, ids=[claim.anchor])


def render(app: Sphinx, doctree: nodes.document) -> None:
    """Replace verdict lines by a list; other lines of the same output stay as they are."""
    env, seen = app.env, dict[str, int]()
    page = pages(env).setdefault(env.docname, Page())
    page.claims = []
    for block in [node for node in doctree.findall(nodes.literal_block) if "output" in node["classes"]]:
        lines = block.astext().splitlines()
        if not any(line.startswith(TICK) for line in lines):
            continue
        parts: list[nodes.Element] = []
        for is_verdict, group in groupby(lines, key=lambda line: line.startswith(TICK)):
            if not is_verdict:
                copy = block.copy()
                copy += nodes.Text("\n".join(group))
                copy.rawsource = copy.astext()
                parts.append(copy)
                continue
            verdicts = nodes.bullet_list(classes=["verdicts"])
            for line in group:
                claim = parse(line)
                if claim is None:
                    report(
                        app,
                        f"The line {line!r} looks like a verdict but has not its form (see nnlib/claims.py).",
                        block,
                    )
                    continue
                seen[claim.label] = seen.get(claim.label, 0) + 1
                suffix = f"-{seen[claim.label]}" if seen[claim.label] > 1 else ""
                claim = replace(claim, anchor=f"check-{claim.label[3:]}{suffix}", line=block.line or 0)
                page.claims.append(claim)
                verdicts += _item(claim, env.docname)
            parts.append(verdicts)
        block.replace_self(parts)


def unknown(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Node) -> nodes.Node | None:
    """Leave the name of an equation that does not exist as it is: ``hold_together`` says what to do."""
    return content if node.get("from_verdict") else None


def mark(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Tell each claimed equation where its first check is; pages.math writes the mark."""
    by_label = checks(app.env)
    for node in doctree.findall(nodes.math_block):
        for where, claim in by_label.get(node.get("label") or "", [])[:1]:
            page = "" if where == docname else app.builder.get_relative_uri(docname, where)
            node["check"] = f"{page}#{claim.anchor}"
