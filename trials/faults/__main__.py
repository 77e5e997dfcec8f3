"""Plant faults in the code cells of the chapters, one at a time, and see what notices them.

A fault is a slip that people make: a sign flipped, a term dropped, two indices swapped, a digit changed, a matrix
transposed. It is *caught by a claim* when a claim or an assertion does not hold, *by an error* when the cell cannot
run, and *by the comparison* when printed text, a quoted number or a figure differs from what the sound chapter gives.
A fault that changes nothing that the page shows must change no variable either; otherwise it survived.

    python -m trials.faults              a sample of 20 faults a chapter
    python -m trials.faults --all        every fault there is
    python -m trials.faults softmax      one chapter
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from tools import chapters, markdown
from tools.paths import BUILD, ROOT
from tools.progress import say
from trials.faults.plant import Fault, faults
from trials.faults.run import run

SAMPLE = 20
BUDGET = 0.97  # the share of faults with an effect that have to be caught
PAGE = ROOT / "trials" / "reports" / "faults.md"
LAST = BUILD / "faults.json"
NOTICED = ("claim", "error", "comparison")


def judge(stem: str, found: list[tuple[Fault, str]]) -> Counter[str]:
    """Count the verdicts on a chapter; say which faults survived."""
    for fault, verdict in found:
        if verdict == "survived":
            say(f"  survived: {stem}, code cell {fault.cell + 1}, {fault.what}: {fault.was}  →  {fault.now}")
    return Counter(verdict for _, verdict in found)


def state() -> str:
    """Return the day and the state of the sources."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return date.today().isoformat() + (f", commit `{commit}`" if commit else "")


def page(counts: Mapping[str, Mapping[str, int]], when: str) -> str:
    """Return the table for the book."""
    whole = sum((Counter(dict(one)) for one in counts.values()), Counter[str]())
    planted, noticed = sum(whole.values()), sum(whole[name] for name in NOTICED)
    lines = [
        f"Last run: {when}. Of {planted} faults, {whole['no effect']} had no effect. Of the other "
        f"{planted - whole['no effect']}, **{noticed}** were caught: {whole['claim']} by a claim, {whole['error']} by "
        f"an error, {whole['comparison']} by the comparison alone. "
        + (f"{whole['survived']} survived." if whole["survived"] else "None survived."),
        "",
    ]
    head = "chapter", "planted", "by a claim", "by an error", "by the comparison", "survived", "no effect"
    rows: list[Sequence[object]] = [head]
    for stem, one in counts.items():
        name = "{doc}`/index`" if stem == "index" else f"{{doc}}`/chapters/{stem}`"
        columns = [sum(one.values()), *(one.get(k, 0) for k in (*NOTICED, "survived", "no effect"))]
        rows.append([name, *columns])
    return "\n".join([*lines, markdown.table(rows, right=range(1, len(head)))]) + "\n"


def main() -> None:
    """Examine the chapters and print a line for each; fail where too many survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chapters", nargs="*", help="such as softmax; all of them by default")
    parser.add_argument("--all", action="store_true", help="every fault, not a sample")
    options = parser.parse_args()
    every = chapters.named(options.chapters) or chapters.notebooks()
    known: dict[str, dict[str, int]] = json.loads(LAST.read_text()) if LAST.exists() else {}
    judged = Counter[str]()
    for chapter in every:
        planted = list(faults(chapter))
        chosen = planted if options.all else random.Random(0).sample(planted, min(SAMPLE, len(planted)))
        counts = judge(chapter.stem, run(chapter, chosen))
        judged += counts
        known[chapter.stem] = dict(counts)
        say(f"{chapter.stem}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
        LAST.parent.mkdir(exist_ok=True)
        LAST.write_text(json.dumps(known, indent=2) + "\n")
    order = [path.stem for path in chapters.notebooks()]
    if all(stem in known for stem in order):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page({stem: known[stem] for stem in order}, state()), encoding="utf-8")
    with_effect = sum(judged[name] for name in (*NOTICED, "survived"))
    sys.exit(0 if judged["survived"] <= (1 - BUDGET) * with_effect else 1)


if __name__ == "__main__":
    main()
