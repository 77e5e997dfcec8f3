"""List the license of every package, font and data set that the book uses: LICENSES-THIRD-PARTY.md.

The list is made from what is installed: the metadata of the Python packages that requirements.lock names, the Node
packages of package-lock.json, and the names inside the fonts.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import re
import sys
from typing import Any, NamedTuple

from book.live import files
from tools import markdown
from tools.paths import LOCK, ROOT

TARGET = ROOT / "LICENSES-THIRD-PARTY.md"
MODULES = ROOT / "book" / "node_modules"

# What may be combined with this book's BSD code and CC BY text, and given away with it.
PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD",  # two or three clauses, where the package does not say which
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "Matplotlib",  # the license of Python with another name in it
    "PSF-2.0",
    "Zlib",
}
FOR_FONTS = {"OFL-1.1"}
# What may be used unchanged as a package of its own: the license asks for the source of that package's files only.
BY_FILE = {"MPL-2.0"}
# Programs that check the book and leave nothing in it.
PROGRAMS = {"codespell": "GPL-2.0-only"}

# What packages write in words.
WORDS = [
    (r"apache", "Apache-2.0"),
    (r"mozilla public license 2\.0|^mpl-2\.0", "MPL-2.0"),
    (r"^isc", "ISC"),
    (r"python software foundation|^psf", "PSF-2.0"),
    (r"bsd.3|3.clause", "BSD-3-Clause"),
    (r"bsd.2|2.clause", "BSD-2-Clause"),
    (r"^bsd( license)?$", "BSD"),
    (r"^(the )?mit( license)?$|permission is hereby granted, free of charge", "MIT"),
]
# Packages that name several licenses, one for each part; the file in the package says which part.
SEVERAL = {
    "docutils": "CC0-1.0 AND BSD-2-Clause AND PSF-2.0",  # its one GPL file, an Emacs mode, is not in the wheel
    "matplotlib": "Matplotlib",
}
# Packages for other systems or other versions of Python, not installed everywhere.
ELSEWHERE = {
    "appnope": "BSD-2-Clause",
    "colorama": "BSD-3-Clause",
    "lazy-importer": "Apache-2.0",
    "librt": "MIT",
    "overrides": "Apache-2.0",
    "pexpect": "ISC",
    "psutil": "BSD-3-Clause",
    "ptyprocess": "ISC",
    "pycparser": "BSD-3-Clause",
    "pywinpty": "MIT",
}

# What runs cells in the pages, besides the Node package that it comes from: the licenses that the projects name.
IN_THE_PAGES = {
    "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "kiwisolver": "BSD-3-Clause",
    "matplotlib": "Matplotlib",
    "mpmath": "BSD",
    "numpy": "BSD-3-Clause",
    "openblas": "BSD-3-Clause",
    "packaging": "Apache-2.0 OR BSD-2-Clause",
    "pillow": "MIT-CMU",
    "pyparsing": "MIT",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "six": "MIT",
    "sympy": "BSD-3-Clause",
}

SHORT = 100  # what is longer is the text of a license, not its name


class Entry(NamedTuple):
    """One line of the list."""

    name: str
    version: str
    license: str


def spdx(words: str) -> str | None:
    """Return the identifier of a license that a package describes in words, or None."""
    text = re.sub(r"\s+", " ", words).strip().lower()
    return next((name for pattern, name in WORDS if re.search(pattern, text)), None)


def license_of(package: str) -> str:
    """Return the license of an installed package, by its own metadata."""
    distribution = importlib.metadata.distribution(package)
    metadata: Any = distribution.metadata
    if package in SEVERAL:
        return SEVERAL[package]
    if metadata.get("License-Expression"):
        return str(metadata["License-Expression"])
    classified = [line.split(" :: ")[-1] for line in metadata.get_all("Classifier") or [] if line.startswith("License")]
    stated = (metadata.get("License") or "").strip()
    words = [*classified, *([stated] if not classified or len(stated) < SHORT else [])]
    found = {name for text in words if (name := spdx(text))}
    exact = found - {"BSD"} if found & {"BSD-2-Clause", "BSD-3-Clause"} else found
    if exact == {"BSD"}:
        return clauses(distribution)
    if len(exact) != 1:
        raise LookupError(f"{package} says its license in no way known here: {classified}, {stated[:SHORT]!r}")
    return exact.pop()


def clauses(distribution: importlib.metadata.Distribution) -> str:
    """Tell the BSD licenses apart by the text in the package: the third clause is about the use of names."""
    for path in distribution.files or []:
        if re.search(r"licen[cs]e|copying", path.name, re.I) and "dist-info" in str(path):
            text = path.read_text()
            if "Redistributions" in text:
                return "BSD-3-Clause" if re.search(r"neither\s+the\s+names?", text, re.I) else "BSD-2-Clause"
    return "BSD"


def python_packages() -> list[Entry]:
    """Return the packages of the lock, those for other systems included."""
    entries = []
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", LOCK.read_text(), re.M):
        # The same on every system: an entry that may be missing is listed from the table, and compared where it is not.
        license = ELSEWHERE.get(name) or license_of(name)
        entries.append(Entry(name, version, license))
    return entries


def node_packages() -> list[Entry]:
    """Return the packages of package-lock.json; installed or not, it says their licenses."""
    packages = json.loads((ROOT / "book" / "package-lock.json").read_text())["packages"]
    return [
        Entry(path.rpartition("node_modules/")[2], package["version"], package["license"])
        for path, package in sorted(packages.items())
        if path
    ]


def fonts() -> list[Entry]:
    """Return the font families whose glyphs are in the pages, with what the files say of themselves."""
    from fontTools.ttLib import TTFont

    files = [
        *sorted((MODULES / "katex" / "dist" / "fonts").glob("*.woff2")),
        *sorted((MODULES / "@fontsource" / "source-serif-4" / "files").glob("*latin-400-*.woff2")),
    ]
    found = {}
    for path in files:
        names = TTFont(path)["name"]
        address = str(names.getDebugName(14))
        license = "OFL-1.1" if address.rstrip("/").endswith("scripts.sil.org/OFL") else address
        version = re.search(r"[\d.]+", str(names.getDebugName(5)))
        family = str(names.getDebugName(16) or names.getDebugName(1))
        found[family] = Entry(family, version[0] if version else "", license)
    return [found[family] for family in sorted(found)]


def data() -> list[Entry]:
    """Return the data sets that nnlib carries."""
    text = (ROOT / "nnlib" / "data" / "README.md").read_text(encoding="utf-8")
    named = re.search(r"licensed under \[(CC BY 4\.0)\]", text)
    given = re.search(r"under \[(CC0 1\.0)\]", text)
    return [
        Entry("camera, a photograph by Lav Varshney", "scikit-image 0.26.0", "CC0-1.0" if given else "unknown"),
        Entry("Optical Recognition of Handwritten Digits", "1998", "CC-BY-4.0" if named else "unknown"),
    ]


def allowed(expression: str, licenses: set[str]) -> bool:
    """Tell whether an SPDX expression is satisfied by these licenses: all of an AND, one of an OR."""
    tokens = re.findall(r"[()]|[\w.+-]+", expression)

    def choice() -> bool:
        good = every()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            good = every() or good
        return good

    def every() -> bool:
        good = single()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            good = single() and good
        return good

    def single() -> bool:
        token = tokens.pop(0)
        if token != "(":
            return token in licenses
        good = choice()
        tokens.pop(0)
        return good

    return choice() and not tokens


def in_the_pages() -> list[Entry]:
    """Return what the pages load when a reader runs a cell."""
    names = [name for group in files.GROUPS.values() for name in group]
    entries = [Entry(name, files.package_version(name), IN_THE_PAGES[name]) for name in sorted(names)]
    python = str(files.lock()["info"]["python"])
    return [Entry("CPython", python, "PSF-2.0"), Entry("Emscripten, musl", "with it", "MIT"), *entries]


def faults() -> list[str]:
    """Return what may not be used as it is used here."""
    tools = PERMISSIVE | BY_FILE
    wrong = [
        entry
        for entry in [*python_packages(), *node_packages()]
        if not allowed(entry.license, tools | FOR_FONTS) and PROGRAMS.get(entry.name) != entry.license
    ]
    wrong += [entry for entry in fonts() if not allowed(entry.license, FOR_FONTS)]
    wrong += [entry for entry in data() if not allowed(entry.license, {"CC-BY-4.0", "CC0-1.0"})]
    wrong += [entry for entry in in_the_pages() if not allowed(entry.license, PERMISSIVE)]
    return [f"{entry.name} {entry.version} is under {entry.license}, which is not allowed" for entry in wrong]


def table(entries: list[Entry]) -> str:
    """Return entries as a Markdown table."""
    return markdown.table([Entry._fields, *entries])


@functools.cache
def text() -> str:
    """Return the whole list."""
    programs = " and ".join(f"{name} ({license})" for name, license in PROGRAMS.items())
    paragraphs = [
        "# Licenses of what the book is made with",
        "Made by `make licenses` from what is installed; edit `tools/licenses.py` instead.",
        "nnlib needs NumPy, and Matplotlib for figures. The pages carry glyphs of the fonts below and KaTeX's style "
        "sheet, and `_static/licenses.txt` beside them repeats the notices. A page that runs its cells loads Pyodide "
        "(https://github.com/pyodide/pyodide, unchanged) and the packages of the table *In the pages*, and, to edit, "
        "CodeMirror; `_static/live/licenses.txt` repeats theirs. Everything else is a tool: it builds or checks the "
        "book and is not part of it.",
        f"{', '.join(sorted(PERMISSIVE - {'BSD', 'Matplotlib'}))} and Matplotlib's license allow any use with notice; "
        '"BSD" alone means two or three clauses. MPL-2.0 covers the package\'s own files, which are used unchanged. '
        f"{programs} is a program that is run over the text and leaves nothing in it.",
    ]
    tables = {
        "Fonts": fonts(),
        "Data": data(),
        "In the pages": in_the_pages(),
        "Node packages": node_packages(),
        "Python packages": python_packages(),
    }
    return "\n\n".join(paragraphs + [f"## {name}\n\n{table(found)}" for name, found in tables.items()]) + "\n"


def main() -> None:
    """Write the list, or say what may not be used."""
    wrong = faults()
    TARGET.write_text(text(), encoding="utf-8")
    sys.exit("\n".join(wrong) or None)


if __name__ == "__main__":
    main()
