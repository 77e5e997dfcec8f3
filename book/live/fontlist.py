"""Matplotlib's list of its own fonts, which it would need seconds to make in a page.

The Matplotlib of Pyodide looks for the list in its own folder. The one that it brings is of another version, and not
read.
"""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

NAME = "fontlist.json"
FOLDER = "matplotlib/mpl-data/"
FIELDS = ("fname", "name", "style", "variant", "weight", "stretch", "size")
FAMILY = {"ttf": "DejaVu Sans", "afm": "Helvetica"}


def make(wheel: Path) -> str:
    """Return the list, in the form that the Matplotlib in this wheel reads."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(wheel) as archive:
        script = archive.read("matplotlib/font_manager.py").decode()
        names = sorted(name for name in archive.namelist() if re.match(FOLDER + r"fonts/ttf/.*\.ttf$", name))
        archive.extractall(place, names)
        entries = [_entry(font_manager.ttfFontProperty(FT2Font(str(Path(place, name)))), name) for name in names]
    number = re.search(r"__version__ = (\d+)", script)
    if number is None:
        raise LookupError(f"{wheel.name} does not say the version of its list of fonts")
    content = {
        "__class__": "FontManager",
        "_version": int(number[1]),
        "_FontManager__default_weight": "normal",
        "default_size": None,
        "defaultFamily": FAMILY,
        "afmlist": [],
        "ttflist": entries,
    }
    return json.dumps(content)


def _entry(font: Any, name: str) -> dict[str, Any]:
    found = {field: getattr(font, field) for field in FIELDS}
    return found | {"fname": name.removeprefix(FOLDER), "__class__": "FontEntry"}
