"""``python -m practice``: list the problems, print sheets of them, and export them to other systems."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from practice.exports.common import question
from practice.exports.gift import gift
from practice.exports.moodle import moodle
from practice.exports.prairielearn import prairielearn
from practice.exports.qti import qti
from practice.exports.sheet import notebook, page
from practice.problem import Entry, all_problems

FILES = {"moodle": moodle, "gift": gift, "qti": qti}


def stop(message: str) -> NoReturn:
    """End with one line."""
    sys.exit(f"practice: {message}")


def chosen(names: Sequence[str]) -> list[Entry]:
    """Return the problems of some chapters, or with some names, in the book's order; all of them without names."""
    problems = all_problems()
    known = {entry.chapter for entry in problems} | {entry.name for entry in problems}
    for name in names:
        if name not in known:
            stop(f"there is no chapter or problem {name!r}; `python -m practice list` names them")
    return [entry for entry in problems if not names or entry.chapter in names or entry.name in names]


def described(entry: Entry) -> dict[str, Any]:
    """Return what the list says about a problem."""
    problem = entry.variant(0)
    items, slips = list(entry.items), list(problem.slips)
    return {"id": entry.name, "chapter": entry.chapter, "items": items, "slips": slips, "kind": problem.answer.kind}


def listing(options: argparse.Namespace) -> None:
    """Print the problems."""
    problems = [described(entry) for entry in chosen(options.names)]
    if options.json:
        print(json.dumps(problems, indent=1, ensure_ascii=False))
        return
    width = max(len(one["id"]) for one in problems)
    lines = [f"{one['id']:{width}}  {one['kind']:8}  {' '.join(one['items'])}".rstrip() for one in problems]
    print("\n".join([*lines, f"{len(problems)} problems"]))


def exporting(options: argparse.Namespace) -> None:
    """Write the variants of some problems for another system."""
    entries, seeds = chosen(options.names), _seeds(options.variants, options.seed)
    files: dict[Path, bytes] = {}
    questions = [question(entry, seed) for entry in entries for seed in seeds]
    for kind, export in FILES.items():
        if path := getattr(options, kind):
            files[path] = export(questions)
    if folder := options.prairielearn:
        _empty(folder)
        for entry in entries:
            own = prairielearn(entry.name, entry.chapter, [question(entry, seed) for seed in seeds])
            files |= {folder / entry.name / name: content for name, content in own.items()}
    if not files:
        stop("name at least one of --moodle, --qti, --gift and --prairielearn")
    _write(files)


def sheets(options: argparse.Namespace) -> None:
    """Write a sheet for each student, and all of them with solutions."""
    if not options.names:
        stop("name an empty folder, or a new one, at the end")
    folder = Path(options.names.pop())
    entries, seeds = chosen(options.names), _seeds(options.students, options.seed)
    if not (options.notebook or options.pdf):
        stop("name at least one of --notebook and --pdf")
    _empty(folder)
    asked = [(number, seed, solved) for solved in (False, True) for number, seed in enumerate(seeds, 1)]
    paths = [folder / ("solutions" if solved else "questions") / f"sheet-{number:03}" for number, _, solved in asked]
    files: dict[Path, bytes] = {}
    if options.notebook:
        for path, (number, seed, solved) in zip(paths, asked, strict=True):
            files[path.with_suffix(".ipynb")] = notebook(f"Sheet {number}", entries, seed, solved)
    if options.pdf:
        try:
            from practice.exports.pdf import pdfs

            printed = pdfs([page(f"Sheet {number}", entries, seed, solved) for number, seed, solved in asked])
        except (FileNotFoundError, ImportError) as missing:
            stop(f"no PDF can be printed: {missing}")
        files |= {path.with_suffix(".pdf"): content for path, content in zip(paths, printed, strict=True)}
    _write(files)


def _seeds(count: int, seed: int) -> range:
    if count < 1:
        stop("ask for at least one variant")
    return range(1000 * seed, 1000 * seed + count)


def _empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        stop(f"{folder} is not an empty folder")


def _write(files: dict[Path, bytes]) -> None:
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"Wrote {len(files)} {'file' if len(files) == 1 else 'files'}.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="python -m practice", description="The practice problems of the book.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("list", help="name the problems, their kinds of answers, and the items that they cover")
    one.add_argument("--json", action="store_true", help="as a list of objects")
    one.set_defaults(run=listing)
    two = commands.add_parser(
        "sheet", help="a sheet for each student, without and with solutions, in the folder that is named last"
    )
    two.add_argument("--students", type=int, default=1, help="how many sheets")
    two.add_argument("--notebook", action="store_true", help="as notebooks")
    two.add_argument("--pdf", action="store_true", help="as PDF (needs Chromium)")
    two.set_defaults(run=sheets)
    three = commands.add_parser("export", help="variants for another system")
    three.add_argument("--variants", type=int, default=1, help="how many of each problem")
    for kind, what in (
        ("moodle", "Moodle XML"),
        ("qti", "QTI 1.2, a zip file"),
        ("gift", "GIFT"),
        ("prairielearn", "a folder"),
    ):
        three.add_argument(f"--{kind}", type=Path, metavar="PATH", help=what)
    three.set_defaults(run=exporting)
    for command in (one, two, three):
        command.add_argument("names", nargs="*", metavar="NAME", help="a chapter or a problem; without names, all")
    for command in (two, three):
        command.add_argument("--seed", type=int, default=0, help="another number, other variants")
    options, more = parser.parse_known_args(arguments)
    if unknown := [one for one in more if one.startswith("-")]:
        parser.error(f"unknown option {unknown[0]}")
    options.names += more  # what follows an option
    options.run(options)


if __name__ == "__main__":
    main()
