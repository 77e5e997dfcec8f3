"""A stage of a composed function, as `nnlib.chain` multiplies them: the pair of a function and its Jacobian."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nnlib._arrays import Array, float_array

Stage = tuple[Callable[[Array], Any], Callable[[Array], Any]]


def as_matrix(jacobian: Any, i: int, value: tuple[int, ...], argument: tuple[int, ...]) -> Array:
    """Check a stage's Jacobian and flatten it to a matrix."""
    factor = float_array(jacobian, "the Jacobian")
    if factor.shape != value + argument:
        raise ValueError(f"the Jacobian of stage {i} must have shape {value + argument}, got {factor.shape}")
    return factor.reshape(int(np.prod(value)), int(np.prod(argument)))


def checked(stages: Sequence[Stage]) -> Sequence[Stage]:
    """Return the stages as a list of pairs, or raise a ValueError that says what is allowed."""
    try:
        pairs = [(function, jacobian) for function, jacobian in stages]
    except (TypeError, ValueError):
        raise ValueError(f"stages must be pairs (function, jacobian); got {stages!r}") from None
    if not pairs:
        raise ValueError("there must be at least one stage, a pair (function, jacobian)")
    return pairs
