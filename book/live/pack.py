"""The pack: everything that runs in a page, as classic scripts, which load from a file as they do from a server.

A part is one script that hands base64 to the page; what gets smaller is compressed first, and the page's worker undoes
both. Of Python's own library and of what every chapter imports it holds compiled files, because compiling takes a page
longer than everything else together. Names carry a digest, so that a browser may keep a part for ever. The same inputs
give the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from book.live import fontlist
from book.live.files import CORE, GROUPS, file_name, keep, lock, version
from book.live.files import cache as kept
from book.pages import node

KERNEL = Path(__file__).with_name("kernel.py")
COMPILE = Path(__file__).with_name("compile.mjs")
COMPILED = ("numpy", "matplotlib")  # SymPy and SciPy would become much larger, and few cells need them
STDLIB = "python_stdlib.zip"
FORMAT = "1"  # of a part; another number makes all of them anew
WORTH = 0.95  # a file that compression leaves larger than this stays as it is
FIRST = ("core", "wasm", "stdlib", "numpy", "nnlib")  # what the first cell waits for

Files = Mapping[str, bytes]


class Part:
    """One script of the pack."""

    def __init__(self, name: str, seed: bytes, files: Callable[[], Files]) -> None:
        self.name, self.files = name, files
        self.digest = hashlib.sha256(FORMAT.encode() + seed).hexdigest()[:10]

    @property
    def file(self) -> str:
        """Return the name of the script."""
        return f"{self.name}.{self.digest}.js"

    def path(self) -> Path:
        """Return the script, made before or now."""
        path = kept() / version() / "parts" / self.file
        if not path.exists():
            keep(path, script(self.name, self.files()))
        return path


def script(name: str, files: Files) -> bytes:
    """Return the script of a part."""
    coded = {}
    for file, content in files.items():
        small = gzip.compress(content, 9, mtime=0)
        coded[file] = base64.b64encode(small if len(small) < WORTH * len(content) else content).decode()
    return f"Live.take({json.dumps(name)}, {json.dumps(coded, separators=(',', ':'))});\n".encode()


@cache
def trimmed(packages: tuple[Path, ...]) -> bytes:
    """Return Pyodide's lock with the packages of the pack alone."""
    whole, names = lock(), [name for group in GROUPS.values() for name in group]
    by_name = {path.name: path for path in packages}
    entries: dict[str, Any] = {}
    for name in names:
        entry = dict(whole["packages"][name])
        entry["depends"] = [other for other in entry["depends"] if other in names]
        entry["file_name"] = file_name(name)
        entry["version"] = entry["file_name"].removesuffix(".zip").split("-")[1]
        entry["sha256"] = hashlib.sha256(by_name[entry["file_name"]].read_bytes()).hexdigest()
        entries[name] = entry
    return json.dumps({"info": whole["info"], "packages": entries}).encode()


def compiled(sources: list[Path]) -> dict[Path, Path]:
    """Return the packages with their Python files compiled, by the interpreter of the pages; made before or now."""
    places = {}
    for source in sources:
        digest = hashlib.sha256(COMPILE.read_bytes() + source.read_bytes()).hexdigest()[:10]
        places[source] = kept() / version() / "compiled" / f"{source.name}.{digest}"
    missing = [source for source, place in places.items() if not place.exists()]
    if missing:
        with tempfile.TemporaryDirectory() as folder:
            made = [Path(folder, source.name) for source in missing]
            pairs = [str(path) for pair in zip(missing, made, strict=True) for path in pair]
            subprocess.run([node.NODE, COMPILE, CORE, *pairs], check=True, capture_output=True)
            for source, path in zip(missing, made, strict=True):
                keep(places[source], path.read_bytes())
    return places


def parts(packages: Mapping[str, Path], wheel: Path) -> list[Part]:
    """Return the parts of the pack; ``wheel`` is that of nnlib."""
    locked, nnlib = trimmed(tuple(packages.values())), wheel.read_bytes()
    better = compiled([CORE / STDLIB, *(packages[file_name(name)] for name in COMPILED)])
    core = {name: (CORE / name).read_bytes() for name in ("pyodide.js", "pyodide.asm.js")}
    core |= {"pyodide-lock.json": locked, "kernel.py": KERNEL.read_bytes()}
    single = {"wasm": {"pyodide.asm.wasm": CORE / "pyodide.asm.wasm"}, "stdlib": {STDLIB: better[CORE / STDLIB]}}
    groups = {
        group: {
            packages[file_name(name)].name: better.get(packages[file_name(name)], packages[file_name(name)])
            for name in names
        }
        for group, names in GROUPS.items()
    }
    found = [
        Part("core", b"\0".join(core.values()), lambda: core),
        Part("nnlib", nnlib, lambda: {"nnlib.whl": nnlib}),
    ]
    for name, paths in (single | groups).items():
        seed = "\n".join([version(), *map(str, paths), *(path.name for path in paths.values())])
        fonts = packages[file_name("matplotlib")] if name == "matplotlib" else None
        found.append(Part(name, seed.encode(), lambda paths=paths, fonts=fonts: contents(paths, fonts)))  # type: ignore[misc]
    return found


def contents(paths: Mapping[str, Path], fonts: Path | None) -> dict[str, bytes]:
    """Return files by name, with its list of fonts beside Matplotlib."""
    found = {name: path.read_bytes() for name, path in paths.items()}
    return found | ({fontlist.NAME: fontlist.make(fonts).encode()} if fonts else {})


def write(folder: Path, made: list[Part]) -> str:
    """Put the parts into a folder; return what the page has to know of them: group, file, bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = {}
    for part in made:
        path = part.path()
        shutil.copyfile(path, folder / part.file)
        sizes[part.name] = [part.file, path.stat().st_size]
    return json.dumps({"first": FIRST, "files": sizes}, separators=(",", ":"))


def notices(packages: Mapping[str, Path], editor: Iterable[tuple[str, str]] = ()) -> str:
    """Return the licenses of all that runs: those that the packages hold, those of the core, those of the editor."""
    texts = []
    for path in sorted(Path(__file__).with_name("licenses").glob("*.txt")):
        texts += [f"{path.stem}", path.read_text(encoding="utf-8")]
    for name, path in packages.items():
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as archive:
                for entry in sorted(archive.namelist()):
                    if ".dist-info/" in entry and ("LICENSE" in entry or "COPYING" in entry):
                        texts += [f"{name}: {entry.rsplit('/', 1)[-1]}", archive.read(entry).decode()]
    texts += [text for pair in editor for text in pair]
    return "\n\n".join(text.strip() for text in texts) + "\n"
