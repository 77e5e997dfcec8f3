"""Settings of an environment in which JupyterLab opens a chapter as a notebook, as book.lab shows it.

No home is touched.
`make` applies them to .venv; `.binder/postBuild` to the image of a Jupyter service.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A chapter opens as a notebook, not as text.
LAB = {
    "@jupyterlab/docmanager-extension:plugin": {
        "defaultViewers": {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
    },
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}

# Kernels talk to the tests on this machine's loopback; a warning about that on every start says nothing new.
KERNEL = 'c.IPKernelApp.log_level = "ERROR"\n'

# The server opens and saves pages with the book's own code, which is no installed package.
SERVER = """import sys

sys.path.append({root!r})
c.ServerApp.contents_manager_class = "book.lab.contents.PageContentsManager"
"""


def write(path: Path, text: str) -> None:
    """Write a settings file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def apply(prefix: Path) -> None:
    """Write the settings into the environment at ``prefix``."""
    write(prefix / "share" / "jupyter" / "lab" / "settings" / "overrides.json", json.dumps(LAB, indent=2) + "\n")
    write(prefix / "etc" / "ipython" / "ipython_kernel_config.py", KERNEL)
    write(prefix / "etc" / "jupyter" / "jupyter_server_config.py", SERVER.format(root=str(ROOT)))
    # JupyterLab writes the kernel's name into a chapter that it saves: let it be the one that stands there.
    kernel = prefix / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    write(kernel, json.dumps(json.loads(kernel.read_text()) | {"display_name": "Python 3"}, indent=1) + "\n")


def leave_out_solutions(folder: Path) -> None:
    """Take the solutions out of the chapters in a folder for good: for an image in which no reader is to find them."""
    from book.lab.view import SOLUTION

    for chapter in sorted(folder.glob("*.md")):
        text = chapter.read_text(encoding="utf-8")
        without = re.sub(SOLUTION.pattern + r"\n*", "", text, flags=SOLUTION.flags)
        if without != text:
            chapter.write_text(without, encoding="utf-8")
            print(f"{chapter.name}: without its solutions")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-solutions", action="store_true", help=leave_out_solutions.__doc__)
    if parser.parse_args().without_solutions:
        leave_out_solutions(ROOT / "chapters")
    apply(Path(sys.prefix))
