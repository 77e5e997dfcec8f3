r"""Mathematics set by KaTeX while the book is built: no script and no network when it is read.

One Node process sets all formulas of a build. A formula that KaTeX doubts is an error that names the page, the line
and the equation. Macros are declared once, as ``katex_macros`` in _config.yml.
"""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

from book.pages import node
from book.problems import report

OWN_NUMBERS = re.compile(r"\\begin\{(align|alignat|gather|equation|eqnarray|multline|flalign)\*?\}")
# An equation that is too wide breaks first at a wide gap. KaTeX marks the gap; the TeX that is copied stays.
GAP = (r"\qquad", r"\hspace{2em}\allowbreak ")
SPACES = r"(?:<span class=\"mspace[^>]*></span>)*"
AFTER_GAP = re.compile(
    r'<span class="mspace" style="margin-right:2em;"></span><span class="mspace allowbreak"></span>'
    + SPACES
    + "</span>$"
)
AFTER_RELATION = re.compile(r'<span class="mrel">[^<]*</span>' + SPACES + "</span>$")
WHERE_TO_LOOK = (
    " Use what KaTeX supports (https://katex.org/docs/supported), or declare a macro under katex_macros in _config.yml."
)


class KaTeXError(Exception):
    """KaTeX does not know what to do with a formula, or doubts it."""


@cache
def _node() -> subprocess.Popen[str]:
    """Start the process that sets the formulas; it ends when this one does, because its input ends."""
    command = [node.NODE, Path(__file__).with_name("katex.js")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")


def _ask(request: dict[str, object]) -> dict[str, str]:
    process = _node()
    if process.stdin is None or process.stdout is None:
        raise ExtensionError("Node was started without pipes.")
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise ExtensionError("Node, which sets the mathematics, ended unexpectedly; its message is above.")
    return dict(json.loads(answer))


@cache
def render(tex: str, display: bool, macros: tuple[tuple[str, str], ...]) -> str:
    """Return the HTML and MathML of one formula; raise ``KaTeXError`` for anything that KaTeX doubts."""
    if "`" in tex:
        raise KaTeXError("a role such as {glue} or {eq} is not resolved inside mathematics; put it beside the formula")
    if own := OWN_NUMBERS.search(tex):
        raise KaTeXError(f"{own[0]} numbers its own lines; use \\begin{{aligned}} inside a labeled {{math}} directive")
    answer = _ask({"tex": tex, "display": display, "macros": dict(macros)})
    if "error" in answer:
        raise KaTeXError(answer["error"])
    return answer["html"]


def breakable(html: str) -> str:
    """Group the parts of a displayed formula: it breaks at a wide gap first, then at a relation, then elsewhere.

    KaTeX cuts a formula into ``base`` spans, between which a line may break; one that fits stays on one line.
    """
    head, *bases = html.split('<span class="base">')
    if not bases:
        return html
    closing = bases[-1][bases[-1].rindex("</span></span></span></span>") + len("</span>") :]
    bases[-1] = bases[-1].removesuffix(closing)
    clauses, parts = [""], list[list[str]]()
    for base in bases:
        whole, gap = AFTER_GAP.subn("</span>", base)
        clauses[-1] += f'<span class="base">{whole}'
        if gap:
            parts.append(clauses)
            clauses = [""]
        elif AFTER_RELATION.search(base):
            clauses.append("")
    parts.append(clauses)
    spans = ["".join(f'<span class="clause">{clause}</span>' for clause in part if clause) for part in parts]
    return head + "".join(f'<span class="part">{span}</span>' for span in spans if span) + closing


def _set(self: HTML5Translator, node: nodes.Element, *, display: bool) -> str:
    app = self.builder.app
    macros = tuple(app.config.katex_macros.items())
    try:
        return (
            breakable(render(node.astext(), True, (*macros, GAP))) if display else render(node.astext(), False, macros)
        )
    except KaTeXError as error:
        name = f" {node['label']}" if display and node.get("label") else ""
        reason, from_katex = re.subn(r"^KaTeX parse error: ", "", str(error).replace("\u0332", ""))
        report(app, f"Mathematics{name} cannot be set: {reason}." + (WHERE_TO_LOOK if from_katex else ""), node)
        return f"<code>{escape(node.astext())}</code>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write ``$...$``."""
    self.body.append(f'<span class="math notranslate">{_set(self, node, display=False)}</span>')
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a displayed equation with its number, which is a link to the equation itself."""
    self.body.append(self.starttag(node, "div", CLASS="equation math notranslate"))
    self.body.append(f'<div class="equation-body">{_set(self, node, display=True)}</div>')
    self.body.append('<div class="equation-tail">')
    number = ""
    if node["number"]:
        number, anchor = get_node_equation_number(self, node), node["ids"][0]
        self.body.append(f'<a class="eqno" href="#{anchor}" title="Link to this equation">({number})</a>')
    name = f'<span class="tick"></span><span class="visually-hidden">Equation {number} is checked: show how</span>'
    if node.get("check") and not node.get("proof"):
        self.body.append(f'<a class="checked" href="{node["check"]}">{name}</a>')
    self.body.append("</div>")
    if node.get("proof"):
        self.body.append(
            f'<details class="check"><summary class="checked" title="How this is checked">{name}</summary>\n'
        )
        node["proof"].walkabout(self)
        self.body.append("</details>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the renderer under the name that _config.yml selects."""
    app.add_config_value("katex_macros", {}, "html")
    app.add_html_math_renderer("katex-checked", (visit_inline, None), (visit_display, None))
