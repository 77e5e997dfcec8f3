"""Run the tests and compare every output under other circumstances: none may make a difference.

The files come in another order each time, the cells of a notebook never: they follow from each other.
"""

from __future__ import annotations

import argparse
import json
import locale
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tools import markdown
from tools.paths import BUILD, RECORDED, ROOT, VENV, environment
from tools.progress import elapsed, say

RESULTS = BUILD / "matrix.json"
TABLE = ROOT / "trials" / "reports" / "runs.md"
LOCALES = VENV / "var" / "locales"
X86 = platform.machine().lower() in {"x86_64", "amd64"}


@dataclass(frozen=True)
class Setting:
    """One set of circumstances."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    workers: int = 2


SETTINGS = [
    Setting("as make test does"),
    Setting("one process", workers=0),
    Setting("two BLAS threads", {"BOOK_BLAS_THREADS": "2"}),
    Setting("one process, two BLAS threads", {"BOOK_BLAS_THREADS": "2"}, workers=0),
    Setting("hash seed 0", {"PYTHONHASHSEED": "0"}),
    Setting("hash seed 12345", {"PYTHONHASHSEED": "12345"}),
    Setting("locale C", {"LC_ALL": "C", "LANG": "C"}),
    Setting("German locale", {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}),
    Setting("time zone of Kathmandu", {"TZ": "Asia/Kathmandu"}),
    Setting("time zone of Honolulu", {"TZ": "Pacific/Honolulu"}),
    Setting("terminal of 40 columns", {"COLUMNS": "40", "LINES": "10"}),
    Setting("terminal of 300 columns, no color", {"COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"}),
    Setting("NumPy without AVX-512", {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}),
    Setting("NumPy without AVX", {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"}),
    Setting("OpenBLAS for Nehalem", {"OPENBLAS_CORETYPE": "Nehalem"}),
    Setting("OpenBLAS for Haswell", {"OPENBLAS_CORETYPE": "Haswell"}),
    Setting("OpenBLAS for SkylakeX", {"OPENBLAS_CORETYPE": "SkylakeX"}),
    Setting("OpenBLAS for Zen", {"OPENBLAS_CORETYPE": "Zen"}),
    Setting(
        "the oldest processor",
        {
            "OPENBLAS_CORETYPE": "Prescott",
            "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
            "BOOK_BLAS_THREADS": "1",
        },
    ),
    Setting(
        "all of it at once",
        {
            "BOOK_BLAS_THREADS": "2",
            "PYTHONHASHSEED": "7",
            "LC_ALL": "C",
            "TZ": "Asia/Kathmandu",
            "COLUMNS": "40",
            "OPENBLAS_CORETYPE": "Nehalem",
            "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
        },
        workers=0,
    ),
]


def impossible(setting: Setting) -> str | None:
    """Return why a setting cannot be had on this machine, or None."""
    if not X86 and {"NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE"} & setting.variables.keys():
        return "another processor family"
    name = setting.variables.get("LC_ALL")
    if name and not (installed(name) or compiled(name)):
        return f"locale {name} is not installed"
    missing = setting.variables.get("OPENBLAS_CORETYPE") == "SkylakeX" and "X86_V4" not in features()
    return "this processor has no AVX-512" if missing else None


def installed(name: str) -> bool:
    """Tell whether the system has a locale."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return True


def compiled(name: str) -> bool:
    """Compile a locale that the system describes and did not install, beside the environment; tell whether it did."""
    language, _, charmap = name.partition(".")
    if not charmap or shutil.which("localedef") is None:
        return False
    LOCALES.mkdir(parents=True, exist_ok=True)
    subprocess.run(["localedef", "-i", language, "-f", charmap, LOCALES / name], capture_output=True, check=False)
    return (LOCALES / name / "LC_NUMERIC").exists()


def features() -> set[str]:
    """Return the features of this processor that NumPy found."""
    configuration: Any = np.show_config(mode="dicts")
    return set(configuration["SIMD Extensions"]["found"])


def files(seed: int, *, notebooks_only: bool) -> list[str]:
    """Return the test files and the recordings in an order of their own."""
    found = sorted(RECORDED.glob("*.ipynb"))
    if not notebooks_only:
        found += sorted((ROOT / "tests").glob("test_*.py"))
    random.Random(seed).shuffle(found)
    return [str(path.relative_to(ROOT)) for path in found]


def command(setting: Setting, seed: int, marker: str, *, notebooks_only: bool) -> list[str]:
    """Return the pytest command of one run."""
    options = ["-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "--nbval-kernel-startup-timeout=180"]
    options += ["-n", str(setting.workers), "--dist", "loadfile", "-m", marker]
    return [str(VENV / "bin" / "pytest"), *options, *files(seed, notebooks_only=notebooks_only)]


def counts(said: str) -> dict[str, int]:
    """Return what the last line of pytest counts, by outcome, without what depends on the machine's time."""
    lines = [line for line in said.splitlines() if re.search(r"\d+ \w+.* in [\d.]+s", line)]
    pairs = re.findall(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)", lines[-1]) if lines else []
    return {outcome.rstrip("s") if outcome == "errors" else outcome: int(count) for count, outcome in pairs}


def run(setting: Setting, seed: int, marker: str, *, notebooks_only: bool) -> dict[str, object]:
    """Run once; return the outcome, and keep what pytest said when it is not good."""
    os.environ["BOOK_HTML"] = ""
    variables = environment() | setting.variables
    if (LOCALES / variables.get("LC_ALL", "C")).is_dir():
        variables["LOCPATH"] = str(LOCALES)
    threads = variables.get("BOOK_BLAS_THREADS", "1")
    variables |= {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    answer = subprocess.run(
        command(setting, seed, marker, notebooks_only=notebooks_only),
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if answer.returncode:
        log = BUILD / "logs" / f"matrix-{setting.name.replace(' ', '-')}-{seed}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(answer.stdout)
        say(f"    see {log}")
    return {"name": setting.name, "seed": seed, "workers": setting.workers, "counts": counts(answer.stdout)} | {
        "variables": setting.variables,
        "good": answer.returncode == 0,
    }


def verdict(results: list[dict[str, object]]) -> list[str]:
    """Return the names of the runs that failed, or that counted otherwise than most."""
    tallies = [json.dumps(result["counts"], sort_keys=True) for result in results]
    usual = max(set(tallies), key=tallies.count) if tallies else ""
    pairs = zip(results, tallies, strict=True)
    return [str(result["name"]) for result, tally in pairs if not result["good"] or tally != usual]


def table(results: list[dict[str, object]], left_out: dict[str, str]) -> str:
    """Return the runs as Markdown."""
    rows: list[list[object]] = [["circumstances", "variables", "processes", "order", "outcome"]]
    for result in results:
        variables = result["variables"]
        assert isinstance(variables, dict)
        shown = "<br>".join(f"`{name}={value}`" for name, value in variables.items())
        tally = result["counts"]
        assert isinstance(tally, dict)
        outcome = ", ".join(f"{count} {name}" for name, count in tally.items()) or "no summary"
        outcome = outcome if result["good"] else f"**{outcome}**"
        rows.append([result["name"], shown, result["workers"] or 1, result["seed"], outcome])
    different = verdict(results)
    total = f"{len(results)} runs; " + (f"different: {', '.join(different)}." if different else "no difference.")
    without = "".join(f" Not run: {name} ({why})." for name, why in left_out.items())
    return f"{markdown.table(rows)}\n\n{total}{without}\n"


def main() -> None:
    """Run the settings one after the other; write the table after each, so that a stopped run leaves what it did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="PART", help="the settings whose name contains this")
    parser.add_argument("--notebooks", action="store_true", help="compare the outputs of the chapters alone")
    parser.add_argument("--all", action="store_true", help="also the slow tests; the built pages are never included")
    parser.add_argument("--seed", type=int, default=1, help="of the first order of files (default: 1)")
    parser.add_argument("--table", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    chosen = [setting for setting in SETTINGS if not arguments.only or arguments.only in setting.name]
    left_out = {setting.name: why for setting in chosen if (why := impossible(setting))}
    marker = "not pages" if arguments.all else "not pages and not slow"
    results: list[dict[str, object]] = []
    BUILD.mkdir(exist_ok=True)
    for number, setting in enumerate(chosen):
        if setting.name in left_out:
            say(f"{setting.name}: not run, {left_out[setting.name]}")
            continue
        start = time.monotonic()
        result = run(setting, arguments.seed + number, marker, notebooks_only=arguments.notebooks)
        results.append(result)
        say(f"{setting.name}: {result['counts']} ({elapsed(start)})")
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        arguments.table.parent.mkdir(parents=True, exist_ok=True)
        arguments.table.write_text(table(results, left_out), encoding="utf-8")
    different = verdict(results)
    sys.exit(f"different: {', '.join(different)}" if different or not results else None)


if __name__ == "__main__":
    main()
