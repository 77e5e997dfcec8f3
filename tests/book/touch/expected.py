"""What each component has to show, by nnlib: a function of the values of its controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib.softmax import softmax, softmax_jacobian

State = dict[str, float]


def shares(state: State) -> dict[str, Any]:
    temperature = state["T"]
    scores = np.array([state["a"], state["b"], state["c"]]) / temperature
    p = softmax(scores)
    return {"p": p, "jacobian": softmax_jacobian(scores) / temperature, "entropy": -(p @ np.log(p))}


EXPECTED: dict[str, Callable[[State], dict[str, Any]]] = {"shares": shares}
