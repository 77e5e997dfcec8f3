"""Fonts cut down to the glyphs that the pages show, and written into the style sheet, so that no text ever jumps."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from book.pages import node

SERIF = node.MODULES / "@fontsource" / "source-serif-4" / "files"
TEXT = {"text": (400, "normal"), "italic": (400, "italic"), "heavy": (600, "normal")}
KATEX = node.MODULES / "katex" / "dist" / "fonts"
# KaTeX's classes and the family and style that its style sheet gives them.
CLASSES = {
    "mathnormal": "Math-Italic",
    "mathit": "Main-Italic",
    "mathrm": "Main-Regular",
    "mathbf": "Main-Bold",
    "boldsymbol": "Math-BoldItalic",
    "amsrm": "AMS-Regular",
    "mathbb": "AMS-Regular",
    "textbb": "AMS-Regular",
    "mathcal": "Caligraphic-Regular",
    "mathfrak": "Fraktur-Regular",
    "textfrak": "Fraktur-Regular",
    "mathboldfrak": "Fraktur-Bold",
    "textboldfrak": "Fraktur-Bold",
    "mathtt": "Typewriter-Regular",
    "texttt": "Typewriter-Regular",
    "mathscr": "Script-Regular",
    "textscr": "Script-Regular",
    "mathsf": "SansSerif-Regular",
    "textsf": "SansSerif-Regular",
    "mathboldsf": "SansSerif-Bold",
    "textboldsf": "SansSerif-Bold",
    "mathsfit": "SansSerif-Italic",
    "mathitsf": "SansSerif-Italic",
    "textitsf": "SansSerif-Italic",
    "textrm": "Main-Regular",
    "mainrm": "Main-Regular",
    "textbf": "Main-Bold",
    "textit": "Main-Italic",
    "size1": "Size1-Regular",
    "size2": "Size2-Regular",
    "size3": "Size3-Regular",
    "size4": "Size4-Regular",
    "delim-size1": "Size1-Regular",
    "delim-size4": "Size4-Regular",
    "small-op": "Size1-Regular",
    "large-op": "Size2-Regular",
}
ONLY_WITH = {"size": "delimsizing", "small": "op-symbol", "large": "op-symbol"}
# Where text is set in italics or in the heavier weight; the lists beside the text are heavier where one reads.
ITALIC = {"em", "i", "cite"}
HEAVY = {"b", "strong", "h1", "h2", "h3", "h4", "th", "dt", "summary", ".admonition-title", ".caption-number"}
HEAVY |= {".part", ".title", ".tick", ".book-nav", ".page-nav"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
ALWAYS = "".join(map(chr, range(0x20, 0x7F))) + "’‘“”–—…·×−✓©"


class Characters(HTMLParser):
    """The characters of a page by font: KaTeX's under their file names, the text's as text, italic and heavy."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, set[str]] = {"text": set(ALWAYS)}
        self.fonts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note the font of what follows."""
        if tag in VOID:
            return
        classes = (dict(attributes).get("class") or "").split()
        font = self.fonts[-1] if self.fonts else "text"
        if tag in {"script", "style", "annotation", "math"}:
            font = ""
        elif "katex-html" in classes:
            font = "Main-Regular"
        elif font in {"text", "italic", "heavy"}:
            if tag in ITALIC:
                font = "italic"
            elif HEAVY & {tag, *(f".{name}" for name in classes)}:
                font = "heavy"
        elif font:
            for name in classes:
                needed = next((word for start, word in ONLY_WITH.items() if name.startswith(start)), name)
                if name in CLASSES and needed in classes:
                    font = CLASSES[name]
        self.fonts.append(font)

    def handle_endtag(self, tag: str) -> None:
        """Return to the font before."""
        if tag not in VOID and self.fonts:
            self.fonts.pop()

    def handle_data(self, data: str) -> None:
        """Count the characters."""
        font = self.fonts[-1] if self.fonts else "text"
        if font:
            self.found.setdefault(font, set()).update(data)
        if font in {"italic", "heavy"}:
            self.found["text"].update(data)


def characters(pages: Iterable[Path]) -> dict[str, set[str]]:
    """Return the characters that the pages show in each font."""
    found: dict[str, set[str]] = {}
    for page in pages:
        parser = Characters()
        parser.feed(page.read_text(encoding="utf-8"))
        for font, used in parser.found.items():
            found.setdefault(font, set()).update(used)
    return found


def cut(source: Path, wanted: set[str], cache: Path) -> str:
    """Return the font as WOFF2 in base64, with the wanted glyphs alone."""
    text = "".join(sorted(wanted))
    kept = cache / hashlib.sha256(source.read_bytes() + text.encode()).hexdigest()
    if not kept.exists():
        options = subset.Options(flavor="woff2", hinting=False, layout_features=["kern"], name_IDs=[])
        font = TTFont(source, recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(font)
        font.flavor = "woff2"
        buffer = io.BytesIO()
        font.save(buffer)
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(buffer.getvalue())
    return base64.b64encode(kept.read_bytes()).decode()


def face(family: str, source: Path, wanted: set[str], cache: Path, *, weight: int = 400, style: str = "normal") -> str:
    """Return one ``@font-face`` rule with the font in it."""
    data = cut(source, wanted, cache)
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}\n'
    )


def text_faces(found: dict[str, set[str]], cache: Path) -> str:
    """Return the rules for the fonts of the text."""
    rules = []
    for name, (weight, style) in TEXT.items():
        source = SERIF / f"source-serif-4-latin-{weight}-{style}.woff2"
        rules.append(face("Book", source, found.get(name, set()) | {" "}, cache, weight=weight, style=style))
    return "".join(rules)


def katex_faces(found: dict[str, set[str]], cache: Path) -> str:
    """Return the rules for those of KaTeX's fonts that the pages use."""
    rules = []
    for name in sorted(found.keys() - TEXT.keys()):
        family, cut_name = name.split("-")
        weight = 700 if "Bold" in cut_name else 400
        style = "italic" if "Italic" in cut_name else "normal"
        source = KATEX / f"KaTeX_{name}.woff2"
        rules.append(face(f"KaTeX_{family}", source, found[name], cache, weight=weight, style=style))
    return "".join(rules)
