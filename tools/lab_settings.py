"""Settings of an environment in which JupyterLab opens a chapter as a notebook, as book.lab shows it.

No home is touched.
`make` applies them to .venv; `.binder/postBuild` to the image of a Jupyter service.
"""

from __future__ import annotations

import json
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


if __name__ == "__main__":
    apply(Path(sys.prefix))
