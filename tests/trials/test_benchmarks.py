"""The benchmarks: that they compare like with like, and what their numbers mean. No test looks at a time."""

import json
import sys

import numpy as np
import pytest

from tools import markdown
from tools.paths import ROOT
from trials.speed import __main__ as command
from trials.speed import accuracy, convolution, differentiation, elementwise, page, report, rounds, targets
from trials.speed.rounds import Case, Result


def test_ways_that_differ_are_not_compared():
    x = np.ones(3)
    with pytest.raises(AssertionError, match="sum: other computes something else than nnlib"):
        rounds.measure(Case("sum", {"nnlib": x.sum, "other": x.mean}), 0)
    with pytest.raises(AssertionError, match="shape: other computes"):
        rounds.measure(Case("shape", {"nnlib": lambda: x, "other": lambda: x[:2]}), 0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_small_layers_are_the_same_in_all_ways(dtype):
    cases = list(convolution.layers(dtype, ["tiny", "digits"]))
    assert len(cases) == 12
    for case in cases:
        rounds._compare(case)
        assert {"nnlib", "einsum", "tensordot"} <= set(case.runs)


@pytest.mark.parametrize("cases", [differentiation.scalars(), differentiation.network("float64")])
def test_derivatives_are_the_same_in_all_ways(cases):
    for case in cases:
        rounds._compare(case)
        assert "autograd" in case.runs


def test_small_batches_of_elementwise_functions_are_the_same_in_all_ways():
    for case in elementwise.functions("float64"):
        if case.name.endswith("64×10"):
            rounds._compare(case)


def test_ratios_are_taken_within_a_round():
    result = Result(Case("any", {}), {"nnlib": [1.0, 20, 3], "peer": [2.0, 40, 2]})
    assert result.seconds == 3
    assert result.ratio("peer") == 0.5
    assert np.isnan(result.ratio("absent"))
    assert report.geometric_mean([0.5, 2, float("nan")]) == 1
    result = Result(Case("any", {}, multiply_adds=10, product_multiply_adds=100), {"nnlib": [1.0, 1]}, [5.0, 5])
    assert result.of_peak == 0.5


def test_tables():
    results = [
        Result(Case("one", {}), {"nnlib": [2e-3], "torch": [1e-3], "scipy": [8e-3]}),
        Result(Case("two", {}), {"nnlib": [5e-6], "torch": [1e-5]}),
    ]
    rows = report.table("speed", results)
    assert report.plain(rows).splitlines() == [
        "speed           nnlib  × torch  × scipy",
        "one              2 ms     2.00     0.25",
        "two              5 µs     0.50",
        "geometric mean            1.00     0.25",
    ]
    assert markdown.table(rows, right=[1, 2, 3]).splitlines()[:3] == [
        "| speed | nnlib | × torch | × scipy |",
        "| --- | --: | --: | --: |",
        "| one | 2 ms | 2.00 | 0.25 |",
    ]


def test_the_command_prints_and_writes_a_table(monkeypatch, capsys, tmp_path):
    for name in command.THREADS:
        monkeypatch.setenv(name, "1")
    page = tmp_path / "benchmarks.md"
    arguments = ["convolve", "--only", "8 with 3", "--seconds", "0", "--processor-time", "--write", str(page)]
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    command.main()
    printed, written = capsys.readouterr().out, page.read_text(encoding="utf-8")
    assert "1 thread(s) for every library" in printed
    assert "processor time, not elapsed time" in printed
    assert "convolve" in printed
    assert "### convolve" in written
    assert "| 8 with 3 |" in written
    assert f"numpy {np.__version__}" in written
    monkeypatch.setattr(sys, "argv", ["benchmarks", "speed"])
    with pytest.raises(SystemExit, match="unknown: speed; the groups are conv2d-float32"):
        command.main()
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--threads", "2", "--processor-time"])
    with pytest.raises(SystemExit):
        command.main()
    assert "processor time adds up over threads" in capsys.readouterr().err


def result(name, **times):
    return Result(Case(name, {}), {peer.replace("_", " "): [time] for peer, time in times.items()})


def table_after(heading, text):
    """Return the cells of the first table below a heading."""
    lines = text.partition(f"{heading}\n")[2].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return [rows[0], *rows[2:]]


def test_the_verdict_on_a_target_is_computed():
    groups = {
        "conv2d-float32": [result("a", nnlib=3.0, torch=1.0), result("b", nnlib=1.0, torch=3.0)],
        "conv2d-float64": [result("a", nnlib=61.0, torch=100.0)],
        "network-float32": [result("a", nnlib=70.4, torch=100.0)],
        "imports": [
            result("nnlib.conv", nnlib=1.2, import_numpy=1.0),
            result("nnlib.plots", nnlib=9.0, import_numpy=1.0),
        ],
    }
    verdicts = {aim: rest for aim, *rest in targets.rows(groups)}
    assert verdicts["conv2d float32: PyTorch, geometric mean"] == ["≤ 1.00", "1.00", "met"]
    assert verdicts["conv2d float64: PyTorch, geometric mean"] == ["≤ 0.60", "0.61", "not met"]
    assert verdicts["conv2d: PyTorch, slowest case"] == ["≤ 2.00", "3.00", "not met"]
    assert verdicts["network 784-128-10 float32, gradient: PyTorch"] == ["≤ 0.70", "0.70", "met"]
    assert verdicts["network 784-128-10 float64, gradient: PyTorch"] == ["≤ 0.70", "", "not measured"]
    assert verdicts["import: NumPy, slowest module"] == ["≤ 1.10", "1.20", "not met"]
    peak = Result(Case("cls, forward", {}, multiply_adds=8, product_multiply_adds=10), {"nnlib": [1.0]}, [1.0])
    (share,) = [row for row in targets.rows({"conv2d-float32": [peak]}) if row[1].startswith("≥")]
    assert share[1:] == ["≥ 0.75", "0.80", "met"]


def test_results_survive_being_saved():
    before = Result(Case("a", {}, multiply_adds=3, product_multiply_adds=4), {"nnlib": [1.0, 2.0]}, [0.5, 0.5])
    after = Result.restored(json.loads(json.dumps(before.saved())))
    assert (after.case.name, after.times, after.of_peak) == ("a", before.times, before.of_peak)


def test_the_errors_that_the_page_lists_are_within_their_targets():
    errors = list(accuracy.errors(points=40))
    assert len(errors) == 14
    assert {e.dtype for e in errors} == {"float32", "float64"}
    verdicts = [row[-1] for row in page.accuracy_rows(errors)[1:]]
    assert verdicts == ["met"] * 14
    worse = [e._replace(nnlib=e.allowed + 1) for e in errors]
    assert [row[-1] for row in page.accuracy_rows(worse)[1:]] == ["not met"] * 14
    scipy = {(e.function, e.dtype): e.scipy for e in errors}
    assert scipy["log_softmax", "float64"] > 1e6  # the measure sees a winning entry that is lost


def test_the_page_of_the_book_has_each_target_beside_what_was_measured():
    reports = ROOT / "trials" / "reports"
    text, small = ((reports / f"{name}.md").read_text(encoding="utf-8") for name in ("speed", "formulas"))
    listed, more = table_after("## Targets", text), table_after("## Next to plain formulas", small)
    assert listed[0] == more[0] == ["nnlib next to", "target", "measured", "verdict"]
    known = {target.aim: target for target in targets.TARGETS}
    assert {row[0] for row in [*listed[1:], *more[1:]]} == set(known)
    for aim, bound, measured, verdict in [*listed[1:], *more[1:]]:
        target = known[aim]
        assert bound == f"{'≥' if target.at_least else '≤'} {target.bound:.2f}"
        assert verdict == ("met" if target.met(float(measured)) else "not met")
    precise = table_after("## Accuracy", text)
    assert len(precise) == 15
    for *_, error, allowed, verdict in precise[1:]:
        assert verdict == ("met" if float(error) <= float(allowed.removeprefix("≤ ")) else "not met")
    for group in (*command.groups(), "conv2d-float32, all cores"):
        assert len(table_after(f"### {group}", small if f"### {group}" in small else text)) > 1
    assert "thread(s) for every library" in text
