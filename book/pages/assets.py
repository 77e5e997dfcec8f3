"""One style sheet, one script, an icon: the book's own files, put together when all pages are written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

from book.live import cells
from book.pages import node, scripts, touch
from book.pages.fonts import characters, katex_faces, text_faces
from book.practice import variants

STATIC = Path(__file__).with_name("static")
KATEX = node.MODULES / "katex" / "dist"
MINISEARCH = node.MODULES / "minisearch"
SOURCE_MAP = re.compile(r"(?m)^//# sourceMappingURL=.*\n?")
COMMENT = re.compile(r"/\*.*?\*/\s*", re.S)
NOTICE = "/*! KaTeX (MIT) and fonts (OFL 1.1): see licenses.txt */\n"
CLASSES, CLASS = re.compile(r'class="([^"]+)"'), re.compile(r"\.([a-zA-Z][\w-]*)")
RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}\s*")


def style_sheet(pages: list[Path], cache: Path) -> str:
    """Return fonts, KaTeX's rules and the book's own, as one style sheet."""
    found = characters(pages)
    for font, more in touch.characters().items():
        found.setdefault(font, set()).update(more)
    for signs in found.values():  # a variant of a problem may have any digits
        signs.update("0123456789" if "0" in signs else "")
    found.setdefault("text", set()).update(cells.characters())
    katex = used(FONT_FACE.sub("", (KATEX / "katex.min.css").read_text(encoding="utf-8")), pages)
    own = "".join(path.read_text(encoding="utf-8") for path in sorted((STATIC / "css").glob("*.css")))
    return NOTICE + text_faces(found, cache) + katex_faces(found, cache) + katex + COMMENT.sub("", own)


def used(sheet: str, pages: list[Path]) -> str:
    """Return the rules of a style sheet without those for classes that no page has."""
    lists = {found for page in pages for found in CLASSES.findall(page.read_text(encoding="utf-8"))}
    known = {name for found in lists for name in found.split()}

    def rule(found: re.Match[str]) -> str:
        selectors = [one for one in found[1].split(",") if known.issuperset(CLASS.findall(one))]
        return f"{','.join(selectors)}{{{found[2]}}}" if selectors else ""

    return RULE.sub(rule, sheet)


def script() -> str:
    """Return the book's script, without its comments, and KaTeX's, by which a copied formula is its TeX."""
    copy_tex = (KATEX / "contrib" / "copy-tex.min.js").read_text(encoding="utf-8")
    return scripts.bare([STATIC / "book.js"]) + copy_tex


def search_script() -> str:
    """Return MiniSearch, which ranks the sections, and the script of the search page."""
    library = (MINISEARCH / "dist" / "umd" / "index.js").read_text(encoding="utf-8")
    return SOURCE_MAP.sub("", library) + (STATIC / "search.js").read_text(encoding="utf-8")


def notices() -> str:
    """Return the licenses of what the pages carry: KaTeX, MiniSearch, and the fonts, as these licenses ask."""
    serif = node.MODULES / "@fontsource" / "source-serif-4"
    fonts = [KATEX / "fonts" / "KaTeX_Main-Regular.woff2", serif / "files" / "source-serif-4-latin-400-normal.woff2"]
    parts = [
        "KaTeX: style sheet, markup and script",
        (KATEX.parent / "LICENSE").read_text(encoding="utf-8"),
        "MiniSearch: the search page's index",
        (MINISEARCH / "LICENSE.txt").read_text(encoding="utf-8"),
        "The fonts of KaTeX, and Source Serif 4, both cut down to the glyphs that the pages use",
        *(str(TTFont(path)["name"].getDebugName(0)) for path in fonts),
        (serif / "LICENSE").read_text(encoding="utf-8"),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the files, when every page says which characters it needs."""
    if exception or app.builder.name != "html":
        return
    out = Path(app.outdir)
    target = out / "_static"
    shutil.rmtree(target, ignore_errors=True)  # what Sphinx and extensions put there is not used by the pages
    target.mkdir()
    sample = Path(app.doctreedir, "practice.html")
    sample.write_text(variants.sample(app), encoding="utf-8")
    pages = [*sorted(path for path in out.rglob("*.html")), sample]
    (target / "book.css").write_text(style_sheet(pages, Path(app.doctreedir) / "fonts"), encoding="utf-8")
    (target / "book.js").write_text(script(), encoding="utf-8")
    (target / "licenses.txt").write_text(notices(), encoding="utf-8")
    (out / ".nojekyll").touch()  # GitHub would leave out the folders whose names begin with an underscore
    (target / "search.js").write_text(search_script(), encoding="utf-8")
    shutil.copyfile(STATIC / "favicon.svg", target / "favicon.svg")
    variants.write(app, target / "practice")
    (target / touch.HOME.name).mkdir()
    for name in (touch.SHARED, *touch.names()):
        (target / touch.HOME.name / f"{name}.js").write_text(touch.script(name), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Accept a setting of Jupyter Book's for sphinx-comments, which is not used here."""
    app.add_config_value("comments_config", {}, "html")
