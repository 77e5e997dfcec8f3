"""The benchmarks: that they compare like with like, and what their numbers mean. No test looks at a time."""

import sys

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import convolution, differentiation, elementwise, report, rounds
from benchmarks.rounds import Case, Result


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
    assert report.markdown(rows).splitlines()[:3] == [
        "| speed | nnlib | × torch | × scipy |",
        "|---|---:|---:|---:|",
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
    assert "| 8 with 3 |" in written
    assert f"numpy {np.__version__}" in written
    monkeypatch.setattr(sys, "argv", ["benchmarks", "speed"])
    with pytest.raises(SystemExit, match="unknown: speed; the groups are conv2d-float32"):
        command.main()
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--threads", "2", "--processor-time"])
    with pytest.raises(SystemExit):
        command.main()
    assert "processor time adds up over threads" in capsys.readouterr().err
