r"""Mathematics set by KaTeX while the book is built: no script and no network when it is read.

The rendering server is sphinxcontrib-katex's; the markup around it and the errors are ours, because the stock ones
name neither the page nor the equation. Macros are declared once, as ``katex_macros`` in _config.yml.
"""

from __future__ import annotations

import re
import socket
import subprocess
import time
from functools import cache
from html import escape
from pathlib import Path

import book_node
from book_problems import report
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator
from sphinxcontrib import katex

OWN_NUMBERS = re.compile(r"\\begin\{(align|alignat|gather|equation|eqnarray|multline|flalign)\*?\}")
WHERE_TO_LOOK = (
    "Use what KaTeX supports (https://katex.org/docs/supported), or declare a macro under katex_macros in _config.yml"
)


@cache
def render(tex: str, display: bool, macros: tuple[tuple[str, str], ...]) -> str:
    """Return the HTML and MathML of one formula; raise ``KaTeXError`` for anything that KaTeX doubts."""
    if "`" in tex:
        raise katex.KaTeXError(
            "a role such as {glue} or {eq} is not resolved inside mathematics; put it beside the formula"
        )
    if own := OWN_NUMBERS.search(tex):
        raise katex.KaTeXError(
            f"{own[0]} numbers its own lines; use \\begin{{aligned}} inside a labelled {{math}} directive"
        )
    return str(katex.render_latex(tex, {"displayMode": display, "macros": dict(macros)}))


def _set(self: HTML5Translator, node: nodes.Element, *, display: bool) -> str:
    app = self.builder.app
    try:
        return render(node.astext(), display, tuple(app.config.katex_macros.items()))
    except katex.KaTeXError as error:
        name = f" {node['label']}" if display and node.get("label") else ""
        reason, from_katex = re.subn(r"^KaTeX parse error: ", "", str(error).replace("\u0332", ""))
        report(app, f"Mathematics{name} cannot be set: {reason}. {WHERE_TO_LOOK if from_katex else ''}", node)
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
    if node["number"]:
        number, anchor = get_node_equation_number(self, node), node["ids"][0]
        self.body.append(f'<a class="eqno" href="#{anchor}" title="Link to this equation">({number})</a>')
    if node.get("check"):
        self.body.append(
            f'<a class="checked" href="{node["check"]}"><span aria-hidden="true">✓</span>'
            '<span class="visually-hidden">Checked: go to the check</span></a>'
        )
    self.body.append("</div></div>\n")
    raise nodes.SkipNode


def connect(
    cls: type[katex.KaTeXServer], folder: Path, timeout: float
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the rendering server and connect to it.

    The stock method connects once, as soon as the socket's file exists. On a busy machine nobody listens there yet.
    """
    address = folder / "katex.sock"
    command = cls.build_command(socket=address)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            client.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            client.close()
            time.sleep(0.005)
        else:
            return process, client
    process.kill()
    raise cls.timeout_error(timeout)


def _start(app: Sphinx) -> None:
    katex.NODEJS_BINARY = str(book_node.NODE)
    katex.STARTUP_TIMEOUT, katex.RENDER_TIMEOUT = 60.0, 60.0
    katex.KaTeXServer.start_server_process = classmethod(connect)
    katex.KaTeXServer.katex_path = str(Path(__file__).with_name("katex.js"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name that _config.yml selects."""
    app.add_config_value("katex_macros", {}, "html")
    app.add_html_math_renderer("katex-checked", (visit_inline, None), (visit_display, None))
    app.connect("builder-inited", _start)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
