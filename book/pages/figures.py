"""Figures: words for those who do not see them, a caption, and one ink that follows the page's theme.

Figures are drawn in the ink of nnlib.plots on a transparent ground. In the built copy that ink becomes
``currentColor`` and the role colors become variables, both with a second value for dark pages; the SVG that the
kernel made, and that the recorded outputs are compared with, stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from book.problems import report

INK = "#1a1b1c"
ROLES = {"#0072b2": "data", "#d55e00": "param", "#009e73": "grad"}
STYLE = (
    "<style>:root{color:#1a1b1c;--data:#0072b2;--param:#d55e00;--grad:#009e73}"
    "@media (prefers-color-scheme:dark){:root{color:#e4e2dd;--data:#5aaae0;--param:#f0883e;--grad:#36b98d}}</style>"
)
FILE_NAME = re.compile(r"\S+\.(svg|png|jpe?g|gif|webp)", re.I)
LETTER = re.compile(r'<path (id="[^"]+") d="([^"]*)" transform="scale\(0\.015625\)"/>')
COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
DIGITS, LONG = re.compile(r"(\.\d)\d+"), re.compile(r"scale\([^)]*\)|(\d\.\d\d)\d{3,}")
SHORTEST = 20


def check(app: Sphinx, doctree: nodes.document) -> None:
    """Refuse a figure without words or caption."""
    for image in doctree.findall(nodes.image):
        alt = (image.get("alt") or "").strip()
        if not alt or FILE_NAME.fullmatch(alt) or alt == Path(image["uri"]).name:
            how = "Say in a sentence or two what it shows: `image: {alt: ...}` under `mystnb:` in the cell's header."
            report(app, f"A figure has no text for readers who do not see it. {how}", image)
        elif len(alt) < SHORTEST:
            report(app, f"The text {alt!r} does not say what the figure shows. Write a sentence or two.", image)
        figure = image.parent
        while figure is not None and not isinstance(figure, nodes.figure):
            figure = figure.parent
        if figure is None or not any(isinstance(part, nodes.caption) for part in figure):
            how = "Add `figure: {caption: ..., name: fig-...}` under `mystnb:` in the cell's header."
            report(app, f"A figure has no caption. {how}", image)


def slim(svg: str) -> str:
    """Return the SVG without its metadata, with tenths of a point in its paths and hundredths elsewhere.

    Letters are drawn on a grid of 256 to the em, and steps along one axis name the other coordinate alone.
    """
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.S)
    svg = LETTER.sub(_coarser, svg)
    svg = re.sub(r'(?<=\s)d="([^"]*)"', lambda path: f'd="{_shorter(path[1])}"', svg)
    return re.sub(r">\s+<", "><", LONG.sub(lambda number: number[1] or number[0], svg))


def _coarser(letter: re.Match[str]) -> str:
    """Return the outline of a letter on a grid of 256 to the em, where Matplotlib has 4,096."""
    outline = re.sub(r"-?\d+(\.\d+)?", lambda number: str(round(float(number[0]) / 16)), letter[2])
    return f'<path {letter[1]} d="{outline}" transform="scale(0.25)"/>'


def _shorter(path: str) -> str:
    """Return the data of a path in tenths, with H and V for lines along one axis and no spaces around its letters."""
    parts, pen, start = [], ("", ""), ("", "")
    for command, rest in COMMAND.findall(DIGITS.sub(r"\1", path)):
        numbers, short = rest.split(), command
        if command == "L":
            x, y = numbers
            short, numbers = ("V", [y]) if x == pen[0] else ("H", [x]) if y == pen[1] else ("L", numbers)
            pen = (x, y)
        elif command == "H":
            pen = (numbers[0], pen[1])
        elif command == "V":
            pen = (pen[0], numbers[0])
        elif numbers:
            pen = (numbers[-2], numbers[-1])
        start = pen if command == "M" else start
        pen = start if command in "zZ" else pen
        parts.append(short + " ".join(numbers))
    return "".join(parts)


def recolor(svg: str) -> str:
    """Return the SVG with its ink and its role colors replaced by what follows the theme."""
    if INK not in svg or STYLE in svg:
        return svg
    svg = svg.replace(INK, "currentColor")
    for color, role in ROLES.items():
        svg = svg.replace(color, f"var(--{role})")
    return re.sub(r"(<svg\b[^>]*>)", lambda tag: tag[0] + STYLE, svg, count=1)


def recolor_all(app: Sphinx, exception: Exception | None) -> None:
    """Rewrite the figures of the built pages."""
    if exception is None and app.builder.format == "html":
        for path in sorted(Path(app.outdir, "_images").glob("*.svg")):
            drawn = path.read_text(encoding="utf-8")
            path.write_text(slim(recolor(drawn)), encoding="utf-8")
