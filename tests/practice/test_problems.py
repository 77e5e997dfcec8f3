"""No problem can land whose wrong answer is sometimes right: every variant of 20 seeds, or of as many as SEEDS says."""

import os
from importlib import import_module

import pytest

from practice.problem import CHAPTERS, all_problems
from tests.practice.stress import complaints

SEEDS = range(int(os.environ.get("SEEDS", "20")))
PROBLEMS = {entry.name: entry for entry in all_problems()}
SECOND = {
    name: second
    for chapter in CHAPTERS
    for name, second in import_module(f"tests.practice.second.{chapter}").SECOND.items()
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_every_variant_is_sound(name):
    assert not complaints(PROBLEMS[name], SEEDS, SECOND[name])


def test_every_problem_is_computed_twice():
    assert set(SECOND) == set(PROBLEMS)
