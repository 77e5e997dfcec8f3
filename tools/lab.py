"""Start JupyterLab on the chapters; its settings and its memory live in .venv, not in the home."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path

from book.solutions import wanted
from tools.paths import ROOT, VENV, environment
from tools.progress import stop


def main() -> None:
    """Replace this process by JupyterLab; options that are not ours are JupyterLab's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT, help="the book to open (default: this one)")
    own, others = parser.parse_known_args()
    try:
        wanted()
    except ValueError as error:
        raise stop(str(error)) from None
    with contextlib.suppress(OSError):  # where a reader may not write, there are no copies
        (own.folder / "work").mkdir(exist_ok=True)
    program = str(VENV / "bin" / "jupyter-lab")
    options = [f"--ServerApp.root_dir={own.folder}", "--LabApp.default_url=/lab/tree/chapters"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # in a container there is often nobody else
    os.chdir(own.folder)
    os.execve(program, [program, *options, *others], environment())


if __name__ == "__main__":
    main()
