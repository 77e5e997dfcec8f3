"""Make the typeface of the figures, nnlib/data/figures.ttf, from the one of the pages.

The license reserves the name of the original, so this selection of its glyphs has a name of its own.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from nnlib.plots import TYPEFACE
from tools.paths import ROOT

SOURCE = ROOT / "book/node_modules/@fontsource/source-serif-4/files/source-serif-4-latin-400-normal.woff2"
FONT = ROOT / "nnlib/data/figures.ttf"
REGULAR = {1: TYPEFACE, 2: "Regular", 4: TYPEFACE, 6: TYPEFACE.replace(" ", "")}


def made(source: Path = SOURCE) -> bytes:
    """Return the font: every glyph of the source, without hints and without features that Matplotlib does not know."""
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 14], glyph_names=False)
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    for number, name in REGULAR.items():
        font["name"].setName(name, number, 3, 1, 0x409)
    font.flavor = None
    written = BytesIO()
    font.save(written, reorderTables=True)
    return written.getvalue()


if __name__ == "__main__":
    FONT.write_bytes(made())
