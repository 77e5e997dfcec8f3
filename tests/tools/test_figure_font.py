"""The typeface of the figures is that of the pages, under a name of its own, and small."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from nnlib.plots import TYPEFACE
from tools import figure_font

needs_node_modules = pytest.mark.skipif(not figure_font.SOURCE.exists(), reason="make setup fetches the font")


@needs_node_modules
def test_it_has_the_outlines_of_the_pages_font() -> None:
    assert figure_font.FONT.read_bytes() == figure_font.made(), "run python -m tools.figure_font"
    own, source = TTFont(figure_font.FONT), TTFont(figure_font.SOURCE)
    assert own.getBestCmap().keys() == source.getBestCmap().keys()


def test_its_name_is_its_own_and_it_is_small() -> None:
    names = {str(entry) for entry in TTFont(figure_font.FONT)["name"].names if entry.nameID in (1, 4, 6)}
    assert names == {TYPEFACE, TYPEFACE.replace(" ", "")}
    assert "Source" not in TYPEFACE, "the license reserves this name"
    assert figure_font.FONT.stat().st_size < 60_000
    assert "SIL OPEN FONT LICENSE" in (figure_font.FONT.parent / "figures-OFL.txt").read_text(encoding="utf-8")
