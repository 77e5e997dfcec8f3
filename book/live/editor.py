"""The editor of a cell: CodeMirror and the little that the book adds, as one classic script."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from pathlib import Path

from book.live.files import cache, keep
from book.pages import node

SOURCE = Path(__file__).with_name("editor.mjs")
ESBUILD = node.MODULES / "esbuild-wasm" / "bin" / "esbuild"  # the one form of esbuild that is the same on every system
OPTIONS = ["--bundle", "--minify", "--format=iife", "--target=es2022", "--legal-comments=none", "--log-level=error"]


def parts() -> list[str]:
    """Return the packages that are in the script: CodeMirror and what it needs."""
    names = json.loads((node.HOME / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    own = ("@codemirror/", "@lezer/", "@marijn/", "style-mod", "w3c-keyname", "crelt")
    return [name.removeprefix("node_modules/") for name in names if name.removeprefix("node_modules/").startswith(own)]


def script() -> bytes:
    """Return the script, made before or now."""
    lock = (node.HOME / "package-lock.json").read_bytes()
    digest = hashlib.sha256(b"\0".join([lock, SOURCE.read_bytes(), " ".join(OPTIONS).encode()])).hexdigest()[:10]
    path = cache() / f"editor.{digest}.js"
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=node.MODULES, prefix=".editor-") as folder:  # where imports are found
            source, made = Path(folder, SOURCE.name), Path(folder, "editor.js")
            source.write_bytes(SOURCE.read_bytes())
            command: list[str | Path] = [node.NODE, ESBUILD, source, *OPTIONS, f"--outfile={made}"]
            subprocess.run(command, check=True, capture_output=True, cwd=folder)
            keep(path, made.read_bytes())
    return path.read_bytes()


def notices() -> list[tuple[str, str]]:
    """Return the licenses of what is in the script."""
    found = [(name, node.MODULES / name / "LICENSE") for name in parts()]
    return [(f"{name}: in the editor", path.read_text(encoding="utf-8")) for name, path in found]
