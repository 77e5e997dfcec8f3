"""Run every cell of every chapter in WebAssembly and compare: ``make live-check``, or ``python -m trials.live mlp``.

Text and numbers for the text have to be the recorded ones; figures are compared by their numbers with a run of the same
kernel here. A difference that has a cause stands in ``KNOWN`` with it; any other one is a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from book.downloads import wheel
from book.live import files, pack
from book.pages import node
from tools import chapters, markdown
from tools.paths import ROOT
from tools.progress import say

HERE = Path(__file__).parent
REPORT = ROOT / "trials" / "reports" / "live.md"
# What differs and why: chapter, number of the code cell, cause.
KNOWN: dict[tuple[str, int], str] = {}
NEAR = 1e-6  # of the largest number of an array: what a reader could see is a thousand times larger


@dataclass
class Outcome:
    """What became of a chapter."""

    name: str
    cells: int = 0
    good: int = 0
    figures: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    differences: dict[int, str] = field(default_factory=dict)


def prepare(folder: Path) -> None:
    """Put into a folder what a run needs."""
    packages = files.get()
    for name, path in packages.items():
        shutil.copyfile(path, folder / name)
    (folder / "pyodide-lock.json").write_bytes(pack.trimmed(tuple(packages.values())))
    wheel.build(folder).rename(folder / "nnlib.whl")
    shutil.copyfile(pack.KERNEL, folder / "kernel.py")
    shutil.copyfile(ROOT / "trials" / "figure_data.py", folder / "figure_data.py")
    shutil.copyfile(HERE / "observed.py", folder / "observed.py")


def there(sources: list[str], folder: Path) -> list[dict[str, Any]]:
    """Run cells in WebAssembly."""
    command = [str(node.NODE), str(HERE / "run.mjs"), str(files.CORE), str(folder)]
    answer = subprocess.run(command, input=json.dumps(sources), capture_output=True, text=True, check=False)
    results = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]
    if len(results) < len(sources):
        raise RuntimeError(f"only {len(results)} of {len(sources)} cells ended: {answer.stderr[-2000:]}")
    return results


def here(sources: list[str], folder: Path) -> list[dict[str, Any]]:
    """Run cells with the same kernel in this Python."""
    program = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); from observed import Observed; kernel = Observed()\n"
        "for number, source in enumerate(json.load(sys.stdin), 1):\n"
        "    for group in kernel.needs(source): kernel.arrived(group)\n"
        "    print(kernel.result(number, source), flush=True)"
    )
    command = [sys.executable, "-c", program, str(folder)]
    answer = subprocess.run(command, input=json.dumps(sources), capture_output=True, text=True, check=True, cwd=ROOT)
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def recorded(cell: Any) -> tuple[str, dict[str, str]]:
    """Return the text that a cell is recorded with, and the numbers for the text by name."""
    text, glued = "", {}
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            text += output.text
        elif name := output.get("metadata", {}).get("scrapbook", {}).get("name"):
            glued[name] = next(value for kind, value in data.items() if kind.endswith("text/plain"))
        elif "image/svg+xml" not in data and "text/plain" in data:
            text += data["text/plain"] + "\n"
    return text, glued


def differ(left: Any, right: Any) -> bool:
    """Tell whether two descriptions of figures differ in more than the last digits."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() != right.keys() or any(differ(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) != len(right) or any(map(differ, left, right))
    if isinstance(left, float | int) and isinstance(right, float | int):
        return abs(left - right) > NEAR * max(1.0, abs(left), abs(right))
    return bool(left != right)


def compare(cell: Any, run: dict[str, Any], native: dict[str, Any]) -> str:
    """Return in which way a cell's outputs differ; nothing where they do not."""
    text, glued = recorded(cell)
    if not run["good"]:
        return f"fails: {run['error'].strip().splitlines()[-1]}"
    if run["text"] != text:
        pairs = zip([*run["text"].splitlines(), "(nothing)"], [*text.splitlines(), "(nothing)"], strict=False)
        mine, theirs = next(((a, b) for a, b in pairs if a != b), ("", ""))
        return f"prints `{mine}` for `{theirs}`"
    if run["glued"] != glued:
        return f"has the numbers {run['glued']} for {glued}"
    return "draws other numbers" if differ(run["figures"], native["figures"]) else ""


def check(path: Path, folder: Path) -> Outcome:
    """Run and compare a chapter."""
    outcome, start = Outcome(path.stem), time.monotonic()
    cells = [cell for cell in nbformat.read(chapters.recording(path), 4).cells if cell.cell_type == "code"]
    sources = [cell.source for cell in cells]
    runs = there(sources, folder)
    outcome.seconds = time.monotonic() - start
    natives = here(sources, folder)
    for number, (cell, run, native) in enumerate(zip(cells, runs, natives, strict=True), start=1):
        outcome.cells += 1
        outcome.good += run["good"]
        outcome.figures += len(run["figures"])
        outcome.slowest = max(outcome.slowest, run["seconds"])
        if found := compare(cell, run, native):
            outcome.differences[number] = found
    return outcome


def report(outcomes: list[Outcome]) -> str:
    """Return the report."""
    head = ["chapter", "cells", "run well", "figures", "seconds in all", "slowest cell", "differences"]
    rows = [
        [
            one.name,
            *map(str, (one.cells, one.good, one.figures)),
            f"{one.seconds:.0f}",
            f"{one.slowest:.1f}",
            str(len(one.differences)),
        ]
        for one in outcomes
    ]
    found = [
        f"- {one.name}, code cell {number}: {what}. {KNOWN.get((one.name, number), '**No known cause.**')}"
        for one in outcomes
        for number, what in one.differences.items()
    ]
    return "\n\n".join(
        [
            "# Every cell in WebAssembly",
            "Made by `make live-check`: the cells of each chapter, run by the kernel of the pages in the interpreter "
            f"of the pages (Pyodide {files.version()}, under Node), from a new interpreter on. Text and numbers are "
            "compared with the recorded ones, figures by what they are drawn from.",
            markdown.table([head, *rows]),
            "\n".join(found) or "Nothing differs.",
        ]
    )


def main() -> None:
    """Check the named chapters, or all; write the report after all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapters", nargs="*")
    named = parser.parse_args().chapters
    paths = chapters.named(named) if named else [path for path in chapters.notebooks() if path.stem != "notation"]
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(os.cpu_count()) as pool:
        folder = Path(place)
        prepare(folder)
        outcomes = []
        for outcome in pool.map(lambda path: check(path, folder), paths):
            outcomes.append(outcome)
            say(f"{outcome.name}: {outcome.good} of {outcome.cells} cells in {outcome.seconds:.0f} s")
            for number, what in outcome.differences.items():
                say(f"  cell {number} {what} {KNOWN.get((outcome.name, number), '')}")
    if not named:
        REPORT.write_text(report(outcomes) + "\n", encoding="utf-8")
    unknown = [one.name for one in outcomes for number in one.differences if (one.name, number) not in KNOWN]
    sys.exit(f"differences without a known cause: {', '.join(unknown)}" if unknown else None)


if __name__ == "__main__":
    main()
