"""Verdicts on the page: the output of claims becomes a list, and each claimed equation a mark that leads to it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from book_claims import Claim, Page, checks, parse
from book_problems import report
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


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
    text += [nodes.inline("", "✓", classes=["tick"]), nodes.Text(" "), number, nodes.Text(" " + claim.verdict)]
    text += [nodes.Text("; "), nodes.inline("", "", nodes.Text("rejects: "), *rejected[1:], classes=["rejects"])]
    return nodes.list_item("", text, ids=[claim.anchor])


def _render(app: Sphinx, doctree: nodes.document) -> None:
    """Replace verdict lines by a list; other lines of the same output stay as they are."""
    env, seen = app.env, dict[str, int]()
    page = env.book_claims.setdefault(env.docname, Page())
    page.claims = []
    for block in [node for node in doctree.findall(nodes.literal_block) if "output" in node["classes"]]:
        lines = block.astext().splitlines()
        if not any(line.startswith("✓ ") for line in lines):
            continue
        parts: list[nodes.Element] = []
        for is_verdict, group in groupby(lines, key=lambda line: line.startswith("✓ ")):
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
                    report(app, f"The line {line!r} looks like a verdict but is not of the form in book_claims.", block)
                    continue
                seen[claim.label] = seen.get(claim.label, 0) + 1
                suffix = f"-{seen[claim.label]}" if seen[claim.label] > 1 else ""
                claim = replace(claim, anchor=f"check-{claim.label[3:]}{suffix}", line=block.line or 0)
                page.claims.append(claim)
                verdicts += _item(claim, env.docname)
            parts.append(verdicts)
        block.replace_self(parts)


def _unknown(app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Node) -> nodes.Node | None:
    return content if node.get("from_verdict") else None  # reported by book_claims, with what to do


def _mark(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Tell each claimed equation where its first check is; book_math writes the mark."""
    by_label = checks(app.env)
    for node in doctree.findall(nodes.math_block):
        for where, claim in by_label.get(node.get("label") or "", [])[:1]:
            page = "" if where == docname else app.builder.get_relative_uri(docname, where)
            node["check"] = f"{page}#{claim.anchor}"


def _pages_to_rewrite(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages whose marks changed because a claim on another page did."""
    marks = {label: (found[0][0], found[0][1].anchor) for label, found in checks(env).items()}
    before, env.book_marks = getattr(env, "book_marks", {}), marks
    changed = {label for label in marks.keys() | before.keys() if marks.get(label) != before.get(label)}
    return [docname for docname, page in env.book_claims.items() if changed & page.equations.keys()]


def setup(app: Sphinx) -> dict[str, bool]:
    """Render verdicts as pages are read, and marks as they are written."""
    app.connect("doctree-read", _render, priority=650)
    app.connect("env-get-updated", _pages_to_rewrite, priority=650)
    app.connect("doctree-resolved", _mark)
    app.connect("missing-reference", _unknown)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
