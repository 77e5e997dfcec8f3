"""The trial of HIPS autograd's tests: what failed is told apart by its words, and a step back is a failure."""

from __future__ import annotations

import sys

import pytest

from trials import autograd_tests

SAID = """\
PASSED test_numpy.py::test_dot
FAILED test_complex.py::test_real - TypeError: x must hold real numbers; got dtype complex128
FAILED test_linalg.py::test_svd - NotImplementedError: np.linalg.svd has no derivative rule
FAILED test_logic.py::test_nograd - Failed: DID NOT RAISE TypeError
"""


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("FAILED test_numpy.py::test_std - AssertionError: Value mismatch", "to be looked at"),
        ("FAILED test_numpy.py::test_x - TypeError: 'NoneType' object is not callable", "to be looked at"),
        (SAID.splitlines()[1], "complex numbers"),
        (SAID.splitlines()[2], "refused clearly"),
        (SAID.splitlines()[3], "the inside of their engine"),
    ],
)
def test_failures_are_told_apart(line: str, kind: str) -> None:
    assert autograd_tests.kind(line) == kind


@pytest.mark.parametrize(
    ("said", "least", "ends"),
    [
        (SAID, 1, ""),
        (SAID, 2, "at least 2 tests"),
        (SAID + "FAILED test_numpy.py::test_std - AssertionError: Value mismatch\n", 1, "none may fail"),
    ],
)
def test_a_step_back_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: str, least: int, ends: str
) -> None:
    monkeypatch.setattr(autograd_tests, "run", lambda folder, version: said)
    monkeypatch.setattr(autograd_tests, "LEAST", least)
    monkeypatch.setattr(sys, "argv", ["autograd_tests"])
    if ends:
        with pytest.raises(SystemExit, match=ends):
            autograd_tests.main()
    else:
        autograd_tests.main()
    out = capsys.readouterr().out
    assert out.startswith("passed: 1\nthe inside of their engine: 1\ncomplex numbers: 1\nrefused clearly: 1\n")
    assert ("test_std" in out) == ("none may" in ends)


def test_the_version_is_the_one_that_the_project_is_tested_with() -> None:
    assert autograd_tests.pinned()[0].isdigit()
