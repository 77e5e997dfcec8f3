"""Start JupyterLab on the chapters; its settings and its memory live in .venv, not in the home."""

from __future__ import annotations

import os
import sys

from tools.paths import ROOT, VENV, environment


def main() -> None:
    """Replace this process by JupyterLab."""
    program = str(VENV / "bin" / "jupyter-lab")
    os.chdir(ROOT)
    options = [f"--ServerApp.root_dir={ROOT}", "--LabApp.default_url=/lab/tree/chapters"]
    os.execve(program, [program, *options, *sys.argv[1:]], environment())


if __name__ == "__main__":
    main()
