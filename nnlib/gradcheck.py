"""Derivatives from function values alone, to check all others against (chapters/chain-rule.md, Checking a gradient)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib._arrays import Array, float_array

HALVINGS = 45
COLUMNS = 7
EPS = float(np.finfo(np.float64).eps)


def directional_derivative(f: Callable[[Array], Any], x: Any, direction: Any) -> Array:
    """Return the derivative of `f` at `x` along `direction`, from central differences.

    Parameters
    ----------
    f : callable
        Takes an array like x, returns an array of any shape.
    x : array_like
        The point. It is converted to float64.
    direction : array_like
        Same shape as x.

    Returns
    -------
    ndarray
        float64, the shape of f(x). For smooth f the relative error is about 1e-11.

    Raises
    ------
    ValueError
        If the direction does not have the shape of x.

    Notes
    -----
    Ridders's method: halve the step repeatedly, extrapolate to step zero with Richardson's scheme, and keep, for each
    entry of the result, the value whose neighbors in the scheme differ least, rounding errors included. So each entry
    chooses its own step, and steps that leave the domain of f do no harm.
    C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4, 1982.
    """
    x = np.asarray(float_array(x), np.float64)
    direction = np.asarray(float_array(direction, "direction"), np.float64)
    if direction.shape != x.shape:
        raise ValueError(f"direction has shape {direction.shape}, x has shape {x.shape}; they must be equal")
    length = np.max(np.abs(direction), initial=0.0)
    if length == 0:
        return np.zeros_like(np.asarray(f(x.copy()), np.float64))
    moving = np.abs(x[direction != 0])
    h = 2.0 ** np.floor(np.log2(max(1.0, float(moving.max())) / length) - 1)  # a power of two, for x ± h to be exact
    with np.errstate(all="ignore"):
        return _ridders(lambda h: np.asarray(f(x + h * direction), np.float64), h)


def _ridders(f: Callable[[float], Array], h: float) -> Array:
    """Extrapolate (f(h) − f(−h)) / 2h to h = 0; nan where no two steps agree."""
    best = np.asarray(np.nan)
    error = np.asarray(np.inf)
    previous: list[Any] = []
    for _ in range(HALVINGS):
        above, below = f(h), f(-h)
        rounding = EPS * np.maximum(np.abs(above), np.abs(below)) / h
        if np.all(np.isfinite(error) & (error <= rounding)):  # a smaller step can only add rounding error
            break
        row: list[Any] = [(above - below) / (2 * h)]
        for order, older in enumerate(previous[:COLUMNS], start=1):
            row.append(row[-1] + (row[-1] - older) / (4.0**order - 1))
            estimate = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - older)) + rounding
            better = estimate < error  # False for nan
            best, error = np.where(better, row[-1], best), np.where(better, estimate, error)
        previous = row
        h /= 2
    return np.broadcast_to(best, np.shape(above)).copy()


def numerical_jacobian(f: Callable[[Array], Any], x: Any) -> Array:
    """Return the Jacobian of `f` at `x` from central differences, one column an entry of x.

    Parameters
    ----------
    f : callable
        Takes an array like x, returns an array of any shape.
    x : array_like
        The point. It is converted to float64.

    Returns
    -------
    ndarray
        float64, shape ``f(x).shape + x.shape``: entry [i..., j...] is ∂f(x)[i...]/∂x[j...].
        For smooth f the error is about 1e-11 of the largest entry, with a step chosen for each entry. Where no step
        agrees with the next, as beside a point at which f is not finite, it is nan.

    Notes
    -----
    See `directional_derivative` for the method.
    """
    x = np.asarray(float_array(x), np.float64)
    columns = []
    for j in np.ndindex(x.shape):
        unit = np.zeros_like(x)
        unit[j] = 1
        columns.append(directional_derivative(f, x, unit))
    if not columns:
        return np.zeros(np.shape(f(x.copy())) + x.shape)
    jacobian = np.stack(columns, axis=-1)
    return jacobian.reshape(jacobian.shape[:-1] + x.shape)


def numerical_gradient(f: Callable[[Array], Any], x: Any) -> Array:
    """Return the gradient of a scalar function `f` at `x` from central differences.

    Parameters
    ----------
    f : callable
        Takes an array like x, returns one number.
    x : array_like
        The point. It is converted to float64.

    Returns
    -------
    ndarray
        float64, shape of x.

    Raises
    ------
    ValueError
        If f returns more than one number; `numerical_jacobian` handles that.
    """
    shape = np.shape(f(np.array(float_array(x), np.float64)))
    if shape != ():
        raise ValueError(f"numerical_gradient needs a function that returns one number, got shape {shape}")
    return numerical_jacobian(f, x)
