"""Change nnlib in one small place at a time, and see whether the unit tests or the claims of the chapters notice.

python -m trials.mutants                   every mutant
python -m trials.mutants --sample 1000     as many, drawn from all modules with a fixed seed
python -m trials.mutants softmax losses    those of some modules; writes no page
python -m trials.mutants --again           only new ones, and survivors that are not on the reviewed list
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import random
import sys
import time

from tools.paths import BUILD, ROOT
from tools.progress import elapsed, say
from trials.mutants import cover, judge, plant, report, reviewed
from trials.mutants.get import get

SEED = 0
ENOUGH = 0.95  # of the mutants that are not on the reviewed list
FOLDER = BUILD / "mutants"
LAST = FOLDER / "last.jsonl"


def plan(modules: list[str]) -> list[plant.Mutant]:
    """Return every mutant of nnlib in an order drawn once, so that any beginning of it is a fair sample."""
    paths = [path for path in sorted((ROOT / "nnlib").glob("*.py")) if not modules or path.stem in modules]
    found = [mutant for path in paths for mutant in plant.mutants(path)]
    random.Random(SEED).shuffle(found)
    return found


def ask(case: tuple[plant.Mutant, list[str], float]) -> tuple[plant.Mutant, str]:
    """Judge one mutant."""
    mutant, tests, limit = case
    return mutant, judge.judge(f"nnlib.{mutant.module}", mutant.source, tests, limit)


def examine(mutants: list[plant.Mutant], workers: int) -> list[report.Result]:
    """Judge the mutants, several at once; say how far it is."""
    judge.prepare()
    say("Running the tests once, to see which lines each of them runs …")
    covered = cover.measure(FOLDER / "cover.json")
    trees = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "nnlib").glob("*.py")}
    cases = []
    for mutant in mutants:
        tests = covered.tests(mutant.module, trees[mutant.module], mutant.line)
        cases.append((mutant, tests, 20 + 5 * sum(covered.seconds[test] for test in tests)))
    results, spoken, start = [], time.monotonic(), time.monotonic()
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        for mutant, verdict in pool.imap_unordered(ask, cases):
            results.append(report.Result(mutant.module, mutant.function, mutant.line, mutant.was, mutant.now, verdict))
            if time.monotonic() - spoken > 30:
                spoken = time.monotonic()
                survived = sum(result.verdict == judge.SURVIVED for result in results)
                say(f"  … {len(results)} of {len(cases)}, {survived} survived ({elapsed(start)})")
    return results


def main() -> None:
    """Plan, judge, report; fail where too many survived."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", help="modules of nnlib, without .py; all of them by default")
    parser.add_argument("--sample", type=int, help="judge so many mutants only")
    parser.add_argument("--again", action="store_true", help="judge only new ones and the last survivors")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="how many at once")
    options = parser.parse_args()
    get()
    FOLDER.mkdir(parents=True, exist_ok=True)
    every = plan(options.modules)
    chosen = every[: options.sample]
    before = report.read(LAST) if options.again else []
    if options.again:
        explained = reviewed.entries()
        open_ones = (result for result in before if not any(entry.speaks_of(result) for entry in explained))
        judged = {result.name for result in before}
        survived = {result.name for result in open_ones if result.verdict == judge.SURVIVED}
        chosen = [mutant for mutant in every if mutant.name in survived or mutant.name not in judged]
    say(f"{len(chosen)} of {len(every)} mutants")
    results = examine(chosen, options.workers)
    asked = {result.name for result in results}
    known = {mutant.name for mutant in every}
    results += [old for old in before if old.name not in asked and old.name in known]
    report.write(LAST, results)
    explained = reviewed.entries()
    say(report.summary(results, explained))
    if not options.modules:
        report.page(results, len(every), explained, sampled=options.sample is not None)
    sys.exit(0 if report.sums(results, explained).rate >= ENOUGH else 1)


if __name__ == "__main__":
    main()
