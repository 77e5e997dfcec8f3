"""Ridders's method: a derivative from central differences with ever smaller steps, extrapolated to step zero.

`nnlib.gradcheck.directional_derivative` describes it and names the paper.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib._arrays import Array

HALVINGS = 45
COLUMNS = 7
EPS = float(np.finfo(np.float64).eps)


def ridders(f: Callable[[float], Array], h: float) -> Array:
    """Extrapolate (f(h) − f(−h)) / 2h to h = 0; nan where no two steps agree."""
    best = np.asarray(np.nan)
    error = np.asarray(np.inf)
    previous: list[Any] = []
    last_changes: list[Any] = []
    for _ in range(HALVINGS):
        above, below = f(h), f(-h)
        rounding = EPS * np.maximum(np.abs(above), np.abs(below)) / h
        if np.all(np.isfinite(error) & (error <= rounding)):  # a smaller step can only add rounding error
            break
        row: list[Any] = [(above - below) / (2 * h)]
        changes: list[Any] = []
        for order, older in enumerate(previous[:COLUMNS], start=1):
            row.append(row[-1] + (row[-1] - older) / (4.0**order - 1))
            changes.append(np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - older)))
        for value, change, last in zip(row[1:], changes, last_changes, strict=False):
            estimate = np.maximum(change, last) + rounding  # one small change may be chance, two in a row are not
            better = estimate < error  # False for nan
            best, error = np.where(better, value, best), np.where(better, estimate, error)
        previous, last_changes = row, changes
        h /= 2
    return np.broadcast_to(best, np.shape(above)).copy()
