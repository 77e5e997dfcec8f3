"""The rules by which pages are made, each on a small example: verdict lines, labels, cells, fonts, figures."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from book import claims, failures, labels
from book.pages import figures, fonts
from book.pages import html as book_html
from book.pages import math as book_math
from nnlib.claims import claim, claim_order
from tools.paths import ROOT


@pytest.mark.parametrize(
    ("left", "right", "kind", "cases"),
    [
        ([1.5, 2.5], [1.5, 2.5], "numerical", "2 entries"),
        ([1, 2, 3], [1, 2, 3], "exact", "3 entries"),
        (0.5, 0.5, "numerical", "1 entry"),
    ],
)
def test_what_a_claim_prints_is_read(
    capsys: pytest.CaptureFixture[str], left: Any, right: Any, kind: str, cases: str
) -> None:
    claim("eq-a-label", left, right, rejects={"one wrong thing": 7, "another": 8})
    found = claims.parse(capsys.readouterr().out)
    assert (found.label, found.kind, found.cases) == ("eq-a-label", kind, cases)
    assert found.rejects == ("one wrong thing", "another")


def test_what_an_inequality_and_a_proof_print_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    sympy = pytest.importorskip("sympy")
    x = sympy.Symbol("x")
    claim_order("eq-order", [1, 2], [3, 4], rejects={"reversed": ([3, 4], [1, 2])})
    claim("eq-proof", (x + 1) ** 2, x**2 + 2 * x + 1, rejects={"the middle term lost": x**2 + 1})
    order, proof = map(claims.parse, capsys.readouterr().out.splitlines())
    assert (order.kind, order.cases) == ("inequality", "2 inequalities")
    assert (proof.kind, proof.cases) == ("proof", "all")


@pytest.mark.parametrize("line", ["", "a plain line", "✓ eq-a 5 entries agree", "✓ def-a 5 entries agree; rejects: b"])
def test_other_lines_are_no_verdicts(line: str) -> None:
    assert claims.parse(line) is None


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Text\n\n$$ a = b $$\n", [3]),
        ("$$\na = b\n$$", [1]),
        (":::{admonition} A\n$$\na\n$$\n:::", [2]),
        ("In code, `$$` is `` $$ ``.", []),
        ("```python\ncost = '$$'\n```", []),
        ("```{code-cell}\ncost = '$$'\n```\n\n$$ x $$", [5]),
        ("````{note}\n```python\n'$$'\n```\n$$\n````", [5]),
        ("Between $a$ and $b$.", []),
        ("A $$x$$ line\nand $$y$$ another\n\n- $$z$$ item", [1, 2, 4]),
    ],
)
def test_double_dollars_are_found_outside_code(text: str, lines: list[int]) -> None:
    assert labels.dollar_displays(text) == lines


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("| norm | meaning |\n| --- | --- |\n| $|x|$ | its length |", {3: "A bar"}),
        ("| a |\n| --- |\n| $P(a|b)$ |\n| $x$ |\n| $\\lVert x \\rVert$ |", {3: "A bar"}),
        ("Then\n\n\\begin{align}\na &= b\n\\end{align}\n", {3: r"\begin{align} stands", 5: r"\end{align} stands"}),
        (r"So \[ a = b \] and \(c\).", {1: r"\[ stands"}),
        ("The angle \\alpha of $\\beta$.", {1: r"\alpha stands"}),
        ("It costs $5.\n\nAnd $x$.", {1: "A $ here"}),
        ("It costs \\$5, and $x$.", {}),
        ("Of $a\n+ b$ the sum; `\\alpha` and `$`.", {}),
        ("```{math}\n:label: def-a\n\\begin{aligned} a \\end{aligned}\n```\n", {}),
        ("In a $$x$$ and\na $$y$$ line", {}),
    ],
)
def test_mathematics_that_would_reach_the_page_as_typed_is_found(text: str, found: dict[int, str]) -> None:
    told = dict(labels.astray(text))
    assert told.keys() == found.keys()
    assert all(told[line].startswith(start) for line, start in found.items())


CELL = 'x = 1\nclaim("eq-first", x, 1,\n      rejects={"two": 2})\nclaim("eq-second", x, 2, rejects={})\nshow(x / 0)'


@pytest.mark.parametrize(
    ("line", "message", "label"),
    [
        (3, "shapes differ", "eq-first"),
        (4, "shapes differ", "eq-second"),
        (5, "division by zero", None),
        (5, "eq-named does not hold", "eq-named"),
        (None, "nothing known", None),
    ],
)
def test_the_claim_that_failed_is_found(line: int | None, message: str, label: str | None) -> None:
    assert failures.claim_at(CELL, line, message) == label


def test_a_failing_cell_is_described() -> None:
    def cell(source: str, *outputs: Any) -> Any:
        return SimpleNamespace(cell_type="code", source=source, outputs=outputs, execution_count=1)

    error = SimpleNamespace(
        output_type="error",
        ename="ClaimFailed",
        evalue="eq-b does not hold",
        traceback=["\x1b[0;31mCell In[2], line 1\x1b[0m"],
    )
    notebook = SimpleNamespace(cells=[cell("1"), SimpleNamespace(cell_type="markdown"), cell("2", error)])
    index, message = failures.describe(notebook, RuntimeError())
    assert index == 2
    assert message == "Code cell 2, claim eq-b, raised ClaimFailed.\nCell In[2], line 1"
    notebook.cells[2].outputs = []
    index, message = failures.describe(notebook, OSError("no kernel"))
    assert index == 2
    assert message.startswith("Code cell 2 did not finish: no kernel")


def test_the_fonts_of_all_of_katex_s_classes_are_known() -> None:
    sheet = (ROOT / "book" / "node_modules" / "katex" / "dist" / "katex.css").read_text(encoding="utf-8")
    rules = re.findall(r"([^{}]+)\{[^}]*font-family:\s*[\"']?KaTeX_(?!Main;)", sheet)
    named = {name for rule in rules for name in re.findall(r"\.([a-z][\w-]*)(?=[ ,>]*(?:>|span|,|\s*$))", rule)}
    assert named - {"katex", "delimsizing", "mult", "op-symbol"} <= set(fonts.CLASSES)
    assert len(named) > 15


def test_characters_are_counted_by_font(tmp_path: Any) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<p>plain <em>slanted</em> <b>heavy</b></p><span class="katex"><math><mi>q</mi></math>'
        '<span class="katex-html"><span class="mord mathnormal">y</span><span class="mopen">(</span>'
        '<span class="mord mathbb">R</span><span class="sizing size1"><span class="mord">7</span></span>'
        '<span class="delimsizing size1">[</span></span></span>'
    )
    found = fonts.characters([page])
    assert found["italic"] == set("slanted")
    assert found["heavy"] == set("heavy")
    assert set("plain slanted heavy") <= found["text"]
    assert "q" not in found["Main-Regular"]
    assert found["Math-Italic"] == {"y"}
    assert found["AMS-Regular"] == {"R"}
    assert {"(", "7"} <= found["Main-Regular"]
    assert found["Size1-Regular"] == {"["}


SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="10pt" height="5pt"><metadata> a date </metadata>
 <path d="M 1.23456 2.5
L 3.98765 4" style="stroke: #1a1b1c"/><path d="M 0 0" style="stroke: #0072b2"/>
<use x="12.34567" transform="scale(0.015625)"/></svg>"""


def test_a_figure_takes_the_ink_of_the_page() -> None:
    once = figures.slim(figures.recolor(SVG))
    assert "#1a1b1c" not in once.replace(figures.STYLE, "")
    assert "stroke: currentColor" in once
    assert "stroke: var(--data)" in once
    assert "prefers-color-scheme:dark" in once
    assert 'd="M1.2 2.5L3.9 4"' in once
    assert "date" not in once
    assert '<use x="12.34" transform="scale(0.015625)"/>' in once, "letters keep their size"
    assert figures.slim(figures.recolor(once)) == once


def test_a_figure_is_made_smaller_and_looks_the_same() -> None:
    box = '<svg><path d="M 1.09 2 L 5 2 L 5 4.5 L 1.01 4.5 z M 7 7 Q 8 8 9 9 L 9 10.123 L 9 9 "/></svg>'
    small = '<svg><path d="M1.0 2H5V4.5H1.0zM7 7Q8 8 9 9V10.1V9"/></svg>'
    assert figures.slim(box) == figures.slim(small) == small
    letter = '<defs><path id="A" d="M 538 0 L 538 -320 Q 1530 397 1939 397 z" transform="scale(0.015625)"/></defs>'
    coarse = '<defs><path id="A" d="M34 0V-20Q96 25 121 25z" transform="scale(0.25)"/></defs>'
    assert figures.slim(letter) == figures.slim(coarse) == coarse, "sixteen times the scale, a sixteenth of the numbers"


def test_a_figure_in_other_colors_stays(tmp_path: Any) -> None:
    assert figures.recolor("<svg><path style='stroke: #123456'/></svg>") == "<svg><path style='stroke: #123456'/></svg>"
    (tmp_path / "a.svg").write_text(SVG)
    assert book_html.svg_size(tmp_path / "a.svg") == (13, 7)


MACROS = (("\\R", "\\mathbb{R}"),)


def test_a_formula_is_set_for_eyes_and_for_screen_readers() -> None:
    html = book_math.render(r"x \in \R", False, MACROS)
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML">' in html
    assert 'class="katex-html"' in html


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\unknown", "Undefined control sequence"),
        ("{glue:text}`a`", "not resolved inside mathematics"),
        (r"\begin{align} a \end{align}", "aligned"),
        (r"\frac{1}", "expected '}'"),
        ("漢", "Unicode text character"),
        (r"\href{http://example.org}{x}", "not allowed"),
    ],
)
def test_a_doubtful_formula_is_refused(tex: str, reason: str) -> None:
    with pytest.raises(book_math.KaTeXError, match=reason):
        book_math.render(tex, True, MACROS)
