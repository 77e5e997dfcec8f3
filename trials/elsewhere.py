"""Compare the chapters' outputs under other packages or another Python with the recorded ones.

Text must be the same to the letter. Figures are compared by their numbers (trials/figure_data.py) with those of the
pinned environment, since another Matplotlib draws the same curve with other pixels; there, nbval compares the SVG.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from tools import chapters, markdown
from tools.paths import BUILD, ROOT
from tools.progress import say
from trials import figure_data

WORLDS = BUILD / "worlds"
REFERENCE = WORLDS / "pinned-figures.json"
PACKAGES = ["numpy", "matplotlib", "scipy", "ipython", "ipykernel", "nbclient", "jupytext"]
TABLE = ROOT / "trials" / "reports" / "versions.md"


def execute(chapter: Path) -> list[Any]:
    """Return the executed code cells of a chapter; each figure comes with its numbers."""
    notebook = chapters.read(chapter)
    first = nbformat.v4.new_code_cell("from trials import figure_data\nfigure_data.publish()")
    notebook.cells.insert(0, first)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    chapters.client(chapter, notebook).execute(env=os.environ | {"PYTHONPATH": path})
    return [cell for cell in notebook.cells[1:] if cell.cell_type == "code"]


def words(outputs: list[Any]) -> list[Any]:
    """Return a cell's outputs without the pictures: their place is kept, their content is compared elsewhere."""
    found: list[Any] = []
    for output in outputs:
        if output.output_type == "stream":
            found.append([output.name, output.text])
        else:
            data = {kind: value for kind, value in output.get("data", {}).items() if kind != figure_data.MIME}
            found.append({kind: "a figure" if kind == "image/svg+xml" else value for kind, value in data.items()})
    return found


def figures(cells: list[Any]) -> list[Any]:
    """Return the numbers of the figures of a chapter, in order."""
    outputs = [output for cell in cells for output in cell.outputs]
    return [json.loads(o.data[figure_data.MIME]) for o in outputs if figure_data.MIME in o.get("data", {})]


def compare(chapter: Path, cells: list[Any], reference: list[Any]) -> list[str]:
    """Return how executed cells differ from the recording in their words, and from the reference in their figures."""
    recorded = nbformat.read(chapters.recording(chapter), as_version=4)
    expected = [cell for cell in recorded.cells if cell.cell_type == "code"]
    if [cell.source for cell in cells] != [cell.source for cell in expected]:
        return [f"{chapter.name} was edited after it was recorded: run make record"]
    found = []
    for number, (cell, old) in enumerate(zip(cells, expected, strict=True), start=1):
        here, there = words(cell.outputs), words(old.outputs)
        if here != there:
            found.append(f"{chapter.name}, code cell {number}: recorded {there}, here {here}")
    return found + figure_data.differences(figures(cells), reference, f"{chapter.name}, figure")


def versions() -> dict[str, str]:
    """Return what runs here."""
    return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES}


def table() -> str:
    """Return the worlds that were compared so far, as Markdown."""
    results = [json.loads(path.read_text()) for path in sorted(WORLDS.glob("world-*.json"))]
    results.sort(key=lambda result: [int(part) for part in result["versions"]["numpy"].split(".")])
    head = [
        "packages",
        "Python",
        "NumPy",
        "Matplotlib",
        "SciPy",
        "IPython",
        "ipykernel",
        "nbclient",
        "Jupytext",
        "outputs",
    ]
    rows = [head]
    for result in results:
        same = f"{result['outputs']} the same, {result['figures']} figures"
        rows.append([result["name"], *result["versions"].values(), same if not result["faults"] else "**different**"])
    return markdown.table(rows) + "\n"


def main() -> None:
    """Write the numbers of the pinned environment, compare another one with them, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--reference", action="store_true", help="keep the numbers of this environment's figures")
    what.add_argument("--compare", metavar="NAME", help="compare this environment, and keep the result by this name")
    what.add_argument("--table", action="store_true", help=f"write {TABLE.relative_to(ROOT)}")
    parser.add_argument("chapters", nargs="*", help="only these, by stem")
    arguments = parser.parse_args()
    if arguments.table:
        TABLE.parent.mkdir(exist_ok=True)
        TABLE.write_text(table(), encoding="utf-8")
        return
    WORLDS.mkdir(parents=True, exist_ok=True)
    kept = {} if arguments.reference else json.loads(REFERENCE.read_text())
    faults: list[str] = []
    outputs = drawn = 0
    with tempfile.TemporaryDirectory() as home:
        for name in ("IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
            os.environ[name] = str(Path(home) / name.lower())
        os.environ |= {
            "OPENBLAS_NUM_THREADS": "1",
            "JUPYTER_PREFER_ENV_PATH": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }
        os.environ.pop("MPLBACKEND", None)
        for chapter in chapters.notebooks():
            if arguments.chapters and chapter.stem not in arguments.chapters:
                continue
            cells = execute(chapter)
            if arguments.reference:
                kept[chapter.stem] = figures(cells)
                continue
            new = compare(chapter, cells, kept[chapter.stem])
            say(f"  {chapter.stem}: " + ("the same" if not new else f"{len(new)} differences"))
            faults += new
            outputs += sum(len(cell.outputs) for cell in cells)
            drawn += len(figures(cells))
    if arguments.reference:
        REFERENCE.write_text(json.dumps(kept))
        say(f"{sum(map(len, kept.values()))} figures kept")
        return
    result = {"name": arguments.compare, "versions": versions(), "outputs": outputs, "figures": drawn, "faults": faults}
    (WORLDS / f"world-{arguments.compare}.json").write_text(json.dumps(result, indent=1))
    say(f"{outputs} outputs, {drawn} figures among them, compared with Python {platform.python_version()}")
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()
