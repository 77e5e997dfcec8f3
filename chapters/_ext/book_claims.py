"""Verdict lines in the executed output, the equations they speak of, and the rule that holds the two together.

A cell that runs claims prints one line for each, and this is the grammar (see nnlib/claims.py)::

    ✓ eq-softmax-jacobian  25 entries agree, three ways; rejects: the cases swapped; a factor forgotten

Each page's equations, claims and code cells are kept in the environment as ``env.book_claims[docname]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from book_problems import report
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

VERDICT = re.compile(r"✓ (?P<label>eq-[\w-]+) +(?P<verdict>[^;]+); rejects: (?P<rejects>.+)")
KINDS = {"proved": "proof", "exactly": "exact", "inequal": "inequality", "agree": "numerical"}


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


def parse(line: str) -> Claim | None:
    """Read one line of output; return None if it is not a verdict."""
    found = VERDICT.fullmatch(line.rstrip())
    if not found:
        return None
    return Claim(found["label"], found["verdict"].strip(), tuple(name.strip() for name in found["rejects"].split(";")))


def claims(env: BuildEnvironment) -> Iterator[tuple[str, Claim]]:
    """Yield every claim of the book with the page it stands on, in the order of the pages' names."""
    for docname, page in sorted(env.book_claims.items()):
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
    """Note the equations and the number of code cells of a page that was just read."""
    page = app.env.book_claims.setdefault(app.env.docname, Page())
    page.equations = {node["label"]: _equation(node) for node in doctree.findall(nodes.math_block) if node.get("label")}
    page.cells = sum(node.get("nb_element") == "cell_code" for node in doctree.findall(nodes.container))


def _hold_together(app: Sphinx, env: BuildEnvironment) -> None:
    by_label, failed = checks(env), getattr(app, "book_failed_pages", set())
    known = {label for page in env.book_claims.values() for label in page.equations}
    for docname, claim in claims(env):
        if claim.label not in known:
            how = f"Give the equation that it checks `:label: {claim.label}`, or correct the label in the cell."
            report(app, f"The claim {claim.label} names no equation. {how}", (docname, claim.line))
    for docname, page in env.book_claims.items():
        for label, (_, _, line) in page.equations.items():
            if label.startswith("eq-") and label not in by_label and docname not in failed:
                how = f'Add claim("{label}", ...) to a code cell, or label it def-... if it is a definition.'
                report(app, f"The equation {label} has no claim. {how}", (docname, line))


def _start(app: Sphinx) -> None:
    if not hasattr(app.env, "book_claims"):
        app.env.book_claims = {}


def setup(app: Sphinx) -> dict[str, object]:
    """Collect while pages are read; compare when all are."""
    app.connect("builder-inited", _start)
    app.connect("env-purge-doc", lambda app, env, docname: env.book_claims.pop(docname, None))
    app.connect("doctree-read", collect_equations, priority=600)
    app.connect("env-updated", _hold_together, priority=600)
    return {"parallel_read_safe": False, "parallel_write_safe": True, "env_version": 1}
