"""Plain numbers from nnlib, whose functions take and return arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def at(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Return the value of a function as a number, or as tuples of numbers."""
    return tuples(function(*(np.asarray(argument) for argument in arguments), **options))


def tuples(values: Any) -> Any:
    """Return an array as tuples of plain numbers, whole ones if all of them are."""
    if isinstance(values, np.ndarray) and values.ndim and (values == np.round(values)).all():
        values = values.astype(int)
    values = values.tolist() if hasattr(values, "tolist") else values
    return tuple(map(tuples, values)) if isinstance(values, Sequence) else values


def mean(values: Sequence[Any], weights: Sequence[Any]) -> Any:
    """Return the mean of numbers with weights that sum to one, exact for fractions."""
    return sum(value * weight for value, weight in zip(values, weights, strict=True))
