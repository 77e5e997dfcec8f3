"""Bring code and chapters into their normal form."""

from __future__ import annotations

import subprocess
import sys

from tools import chapters
from tools.paths import ROOT, VENV
from tools.progress import say


def normalize() -> None:
    """Rewrite the chapters that jupytext would write differently."""
    for chapter in chapters.notebooks():
        text = chapter.read_text(encoding="utf-8")
        normal = chapters.normal_form(text)
        if normal != text:
            chapter.write_text(normal, encoding="utf-8")
            say(f"{chapter.relative_to(ROOT)}: brought into jupytext's normal form")


def main() -> None:
    """Format; what ruff cannot repair by itself it shows."""
    ruff = VENV / "bin" / "ruff"
    subprocess.run([ruff, "format", "-q", "."], cwd=ROOT, check=False)
    code = subprocess.run(
        [ruff, "check", "--fix", "--extend-exclude", "*.ipynb", "."], cwd=ROOT, check=False
    ).returncode
    normalize()
    sys.exit(code)


if __name__ == "__main__":
    main()
