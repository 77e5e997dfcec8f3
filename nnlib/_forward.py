"""Forward mode: a tangent travels along with each value."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnlib._traced import Traced
from nnlib.rules import Operation, Rule


class Dual(Traced):
    """A value and its tangent."""

    __slots__ = ("tangent",)

    def __init__(self, value: Any, tangent: Any, level: int) -> None:
        self.value, self.tangent, self.level = value, tangent, level

    def follow(self, op: Operation, arrays: Sequence[Any], values: list[Any], options: dict[str, Any], y: Any) -> Any:
        """Add up what each argument's tangent contributes to that of the result."""
        total: Any = None
        for i, a in enumerate(arrays):
            if isinstance(a, Dual) and a.level == self.level:
                contribution = push(op.rule(i), a.tangent, y, values, options)
                total = contribution if total is None else total + contribution
        if type(y) is not np.float64 and (total.shape != y.shape or total.dtype != y.dtype):
            total = np.astype(np.broadcast_to(total, y.shape), y.dtype)
        return Dual(y, total, self.level)


def push(rule: Rule, tangent: Any, y: Any, values: list[Any], options: dict[str, Any]) -> Any:
    """Push one argument's tangent through an operation."""
    if rule.partial is not None:
        return tangent * rule.partial(y, *values, **options)
    assert rule.jvp is not None
    return rule.jvp(tangent, y, *values, **options)
