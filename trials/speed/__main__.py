"""Run the benchmarks: ``python -m trials.speed --help``."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

THREADS = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"
# glibc gives large arrays back to the system and asks for them anew, which costs time at every call.
KEPT = {"MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_MMAP_THRESHOLD_": str(1 << 40)}


def main() -> None:
    """Read the command line, restart with the threads it asks for, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m trials.speed", description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help="which tables; all by default")
    parser.add_argument("--threads", type=int, default=1, help="threads for every library (default 1)")
    parser.add_argument("--seconds", type=float, default=0.5, help="time for each case (default 0.5)")
    parser.add_argument("--processor-time", action="store_true", help="for a busy machine; with one thread only")
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--peers", nargs="+", metavar="PEER", help="compare with these only, for example torch")
    parser.add_argument("--keep-memory", action="store_true", help="let the allocator keep what is freed")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write a Markdown page of the book")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the times of every round")
    parser.add_argument("--title", default="", help="of a page that holds the groups named here and no others")
    options = parser.parse_args()
    if options.processor_time and options.threads > 1:
        parser.error("processor time adds up over threads; it is compared with one thread only")
    wanted = {name: str(options.threads) for name in THREADS} | (KEPT if options.keep_memory else {})
    if any(os.environ.get(name) != value for name, value in wanted.items()):  # read when the libraries are loaded
        os.execve(sys.executable, [sys.executable, "-m", "trials.speed", *sys.argv[1:]], {**os.environ, **wanted})
    run(options)


def run(options: argparse.Namespace) -> None:
    """Measure group by group, print each table as soon as it is there, and write the page."""
    from trials.speed import accuracy, machine, page, peers, report, rounds, targets

    known = groups()
    unknown = [name for name in options.groups if name not in known]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; the groups are {', '.join(known)}")
    torch = peers.peer("torch")
    if torch:
        torch.set_num_threads(options.threads)
    description = machine.describe(options.threads)
    if options.processor_time:
        description.append("processor time, not elapsed time (except for imports)")
    if options.keep_memory:
        description.append("freed memory is kept by the allocator")
    print("\n".join(description), "\nnnlib's time, and that time as a multiple of each peer's\n", flush=True)
    measured = {}
    for name in options.groups or known:
        clock = time.process_time if options.processor_time and name != "imports" else time.perf_counter
        cases = (case for case in known[name]() if options.only in case.name)
        results = [rounds.measure(_among(case, options.peers), options.seconds, clock) for case in cases]
        if results:
            measured[name] = results
            print(report.plain(report.table(name, results)), flush=True, end="\n\n")
    if options.json:
        saved = {name: [result.saved() for result in results] for name, results in measured.items()}
        options.json.write_text(json.dumps(saved), encoding="utf-8")
    if options.write:
        errors = [] if options.title else list(accuracy.errors())
        print(report.plain(page.accuracy_rows(errors)), end="\n\n")
        if not options.title and "conv2d-float32" in measured and (os.cpu_count() or 1) > options.threads:
            measured["conv2d-float32, all cores"] = _with_all_cores(options)
        options.write.write_text(page.page(description, measured, errors, options.title), encoding="utf-8")
        print(report.plain(targets.rows(measured)))


def _among(case: Any, peers: list[str] | None) -> Any:
    if peers is not None:
        case.runs = {name: run for name, run in case.runs.items() if name in ("nnlib", *peers)}
    return case


def _with_all_cores(options: argparse.Namespace) -> list[Any]:
    """Measure the layers once more, in a process with one thread a core: what a reader gets who sets nothing."""
    from trials.speed import rounds

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "times.json"
        command = ["conv2d-float32", "--threads", str(os.cpu_count()), "--seconds", str(options.seconds)]
        command += ["--only", options.only, "--peers", "torch", "--json", str(file)]
        subprocess.run([sys.executable, "-m", "trials.speed", *command], check=True)
        return [rounds.Result.restored(saved) for saved in json.loads(file.read_text())["conv2d-float32"]]


def groups() -> Mapping[str, Callable[[], Iterator[Any]]]:
    """Return the tables by name."""
    from functools import partial

    from trials.speed import convolution, differentiation, elementwise, formulas, imports

    return {
        "conv2d-float32": partial(convolution.layers, "float32"),
        "conv2d-float64": partial(convolution.layers, "float64"),
        "conv1d": convolution.sequences,
        "convolve": convolution.signals,
        "elementwise-float32": partial(elementwise.functions, "float32"),
        "elementwise-float64": partial(elementwise.functions, "float64"),
        "formulas-float32": partial(formulas.formulas, "float32"),
        "formulas-float64": partial(formulas.formulas, "float64"),
        "cross-entropy": elementwise.cross_entropy,
        "scalars": differentiation.scalars,
        "network-float32": partial(differentiation.network, "float32"),
        "network-float64": partial(differentiation.network, "float64"),
        "forward": differentiation.forward,
        "imports": imports.imports,
    }


if __name__ == "__main__":
    main()
