"""What the component of the three traces has to show, by nnlib."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from nnlib.autodiff import jvp
from nnlib.trace import trace

State = dict[str, Any]


def program(x1: Any, x2: Any) -> Any:
    v1 = x1 + x2
    v2 = 1 / v1
    v3 = x2**2
    v4 = np.cos(x1)
    v5 = v2 + v3
    return v5 + v4


@cache
def traces(x1: float, x2: float, seed: float) -> tuple[Any, Any, Any]:
    traced = trace(program, x1=x1, x2=x2)
    return traced.evaluation, traced.tangent(x1=float(seed == 1), x2=float(seed == 2)), traced.adjoint()


def autodiff_steps(state: State) -> dict[str, Any]:
    x1, x2, done, order = state["x1"], state["x2"], int(state["done"]), range(-1, 7)
    values, tangents, adjoints = traces(x1, x2, state["trace"])
    partials = [(6, 5, 1.0), (6, 4, 1.0), (5, 2, 1.0), (5, 3, 1.0), (4, -1, -np.sin(x1)), (3, 0, 2 * x2)]
    partials += [(2, 1, -1 / values[1] ** 2), (1, -1, 1.0), (1, 0, 1.0)]
    some = dict.fromkeys(order, 0.0) | {6: 1.0}
    for i, read, partial in partials:
        some[read] += adjoints[i] * partial * (i > 6 - done)  # what the last steps have sent back
    nudge = np.array([state["a"], state["b"]])
    return {
        "values": [values[i] for i in order],
        "tangents": [tangents[i] for i in order],
        "gradient": [adjoints[i] for i in order],
        "adjoints": list(some.values()),
        "predicted": jvp(program, (x1, x2), tuple(nudge))[1],
        "change": program(x1 + nudge[0], x2 + nudge[1]) - program(x1, x2),
    }
