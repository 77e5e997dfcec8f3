"""The edition without solutions, and what it says to a wrong wish."""

import subprocess
import sys

import pytest

from tools.paths import ROOT

SCRIPT = "from book import solutions; print(solutions.wanted())"


@pytest.mark.parametrize(("wish", "answer"), [("yes", "True"), ("no", "False"), ("", "True")])
def test_the_wish_is_read(wish, answer):
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, env={"SOLUTIONS": wish}, capture_output=True, text=True, check=False
    )
    assert run.stdout.strip() == answer


def test_another_wish_is_refused():
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={"SOLUTIONS": "maybe"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "SOLUTIONS is 'maybe'; it must be yes or no" in run.stderr
