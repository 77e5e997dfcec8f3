"""Automatic differentiation of ordinary NumPy code, forward and reverse.

See :doc:`/chapters/autodiff`.

The transformations have JAX's names and signatures. An argument may be an array, a number, or a nested list, tuple or
dict of them. Functions may branch on values, call each other, and contain transformations themselves.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnlib.engine.forward import jvp
from nnlib.engine.reverse import vjp
from nnlib.engine.supported import supported
from nnlib.engine.tree import number
from nnlib.trace import trace

__all__ = ["grad", "jacfwd", "jacrev", "jvp", "supported", "trace", "value_and_grad", "vjp"]


def grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that computes the gradient of `f` with respect to its first argument.

    Parameters
    ----------
    f : callable
        A function that returns one number.

    Returns
    -------
    callable
        Takes the arguments of f; returns an array (or container) like the first of them.

    Raises
    ------
    ValueError
        When called, if f does not return one number; `jacrev` handles that.

    Notes
    -----
    Derived in :section:`autodiff-reverse`.

    Examples
    --------
    >>> grad(lambda x: x @ x)(np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """
    both = _value_and_gradient(f)
    return functools.wraps(f)(lambda *args, **kwargs: both(*args, **kwargs)[1])


def value_and_grad(f: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """Return the function that computes both `f` and its gradient with respect to the first argument.

    Parameters, errors and notes are those of `grad`.

    Examples
    --------
    >>> value, gradient = value_and_grad(lambda x: x**3)(2.0)
    >>> float(value), float(gradient)
    (8.0, 12.0)
    """
    return functools.wraps(f)(_value_and_gradient(f))


def _value_and_gradient(f: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    def both(x: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        y, pullback = vjp(lambda x: f(x, *args, **kwargs), x)
        if isinstance(y, (list, tuple, dict)) or y.shape != ():
            shape = getattr(y, "shape", f"a {type(y).__name__}")
            raise ValueError(f"grad needs a function that returns one number, got shape {shape}; use jacrev or vjp")
        return y, pullback(1.0)[0]

    return both


def jacfwd(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function that computes the Jacobian of `f` column by column, in forward mode.

    Parameters
    ----------
    f : callable
        Takes an array, returns an array.

    Returns
    -------
    callable
        Takes x, returns an array of shape ``f(x).shape + x.shape``.

    Raises
    ------
    ValueError
        When called, if f does not return one array.

    Notes
    -----
    One pass for each entry of x. Derived in :section:`autodiff-jacobians`.

    Examples
    --------
    >>> jacfwd(lambda x: x * x)([1.0, 2.0]).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """

    def jacobian(x: Any) -> Any:
        x = number(x)
        columns = [_one_array(jvp(f, (x,), (unit,))[1]) for unit in _units(x)]
        if not columns:
            return np.zeros((*number(f(x)).shape, *x.shape), x.dtype)
        return np.reshape(np.stack(columns, axis=-1), columns[0].shape + x.shape)

    return functools.wraps(f)(jacobian)


def jacrev(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function that computes the Jacobian of `f` row by row, in reverse mode.

    Parameters, result and errors are those of `jacfwd`.

    Notes
    -----
    One pass forward, and one backward for each entry of f(x). Derived in :section:`autodiff-jacobians`.

    Examples
    --------
    >>> jacrev(np.cumsum)([1.0, 2.0]).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """

    def jacobian(x: Any) -> Any:
        x = number(x)
        y, pullback = vjp(f, x)
        rows = [pullback(unit)[0] for unit in _units(_one_array(y))]
        return np.reshape(np.stack(rows), y.shape + x.shape) if rows else np.zeros(y.shape + x.shape, x.dtype)

    return functools.wraps(f)(jacobian)


def _one_array(y: Any) -> Any:
    if isinstance(y, (list, tuple, dict)):
        raise ValueError(
            f"a Jacobian needs a function that returns one array, got a {type(y).__name__}; use jvp or vjp"
        )
    return y


def _units(x: Any) -> Iterator[Any]:
    """Yield the arrays like `x` that are 1 at one place and 0 elsewhere."""
    for i in np.ndindex(x.shape):
        unit = np.zeros(x.shape, x.dtype)
        unit[i] = 1
        yield unit
