"""Automatic differentiation of ordinary NumPy code, forward and reverse (chapters/autodiff.md).

The transformations have JAX's names and signatures. An argument may be an array, a number, or a nested list, tuple or
dict of them. Functions may branch on values, call each other, and contain transformations themselves.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nnlib._arrays import float_array, is_traced
from nnlib._forward import Dual
from nnlib._reverse import Node, accumulate, ancestors
from nnlib._traced import running_level
from nnlib._tree import leaves, tree_map
from nnlib.trace import trace

__all__ = ["grad", "jacfwd", "jacrev", "jvp", "trace", "value_and_grad", "vjp"]


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """Evaluate `f` and its directional derivative: the Jacobian times the tangents.

    Parameters
    ----------
    f : callable
        A function of arrays, returning arrays.
    primals : tuple
        The arguments of f.
    tangents : tuple
        The direction: one tangent for each argument, of the same shape.

    Returns
    -------
    tuple
        ``f(*primals)``, and its tangent, of the same shape.

    Raises
    ------
    TypeError
        If an argument is not real, or primals and tangents are not tuples or lists.
    ValueError
        If a tangent does not have the shape of its argument.

    Notes
    -----
    One pass, at a small multiple of the cost of f, for any number of outputs. Derived in chapters/autodiff.md,
    Forward mode.

    Examples
    --------
    >>> y, tangent = jvp(lambda x: x * x, (3.0,), (1.0,))
    >>> float(y), float(tangent)
    (9.0, 6.0)
    """
    if not (isinstance(primals, (tuple, list)) and isinstance(tangents, (tuple, list))):
        raise TypeError("jvp needs a tuple of arguments and a tuple of tangents: jvp(f, (x,), (v,))")
    with running_level() as level:
        y = f(*tree_map(lambda x, v: _dual(x, v, level), tuple(primals), tuple(tangents)))
    follows = tree_map(lambda out: isinstance(out, Dual) and out.level == level, y)
    value = tree_map(lambda out, followed: out.value if followed else _number(out), y, follows)
    return value, tree_map(lambda out, followed: out.tangent if followed else np.zeros_like(out), y, follows)


def _dual(x: Any, v: Any, level: int) -> Dual:
    x = _number(x)
    return Dual(x, _like(x, v, "the tangent", "its argument"), level)


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Evaluate `f` and return the function that pulls cotangents back: the transposed Jacobian times a cotangent.

    Parameters
    ----------
    f : callable
        A function of arrays, returning arrays.
    *primals
        The arguments of f.

    Returns
    -------
    tuple
        ``f(*primals)``, and ``pullback(cotangent)``, which returns a tuple with one cotangent for each argument. The
        pullback may be called any number of times.

    Raises
    ------
    TypeError
        If an argument is not real.
    ValueError
        From the pullback, if the cotangent does not have the shape of the result.

    Notes
    -----
    One pass forward, which stores all intermediate values, and one backward for each cotangent, for any number of
    inputs. Derived in chapters/autodiff.md, Reverse mode.

    Examples
    --------
    >>> y, pullback = vjp(lambda x, y: x @ y, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> [cotangent.tolist() for cotangent in pullback(1.0)]
    [[3.0, 4.0], [1.0, 2.0]]
    """
    with running_level() as level:
        inputs = tree_map(lambda x: Node(_number(x), level), primals)
        outputs = f(*inputs)
    follows = tree_map(lambda out: isinstance(out, Node) and out.level == level, outputs)
    value = tree_map(lambda out, followed: out.value if followed else _number(out), outputs, follows)
    ends = [out for out, followed in zip(leaves(outputs), leaves(follows), strict=True) if followed]
    order = ancestors(ends)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        fitting = tree_map(lambda y, g: _like(y, g, "the cotangent", "the result"), value, cotangent)
        adjoints: dict[int, Any] = {}
        for out, g, followed in zip(leaves(outputs), leaves(fitting), leaves(follows), strict=True):
            if followed:
                adjoints[out.index] = adjoints[out.index] + g if out.index in adjoints else g
        accumulate(order, adjoints)
        given: set[int] = set()
        return tree_map(lambda x: _owned(adjoints.get(x.index), x.value, given), inputs)  # type: ignore[no-any-return]

    return value, pullback


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
    Derived in chapters/autodiff.md, Reverse mode.

    Examples
    --------
    >>> grad(lambda x: x @ x)(np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """
    with_value = value_and_grad(f)
    return functools.wraps(f)(lambda *args, **kwargs: with_value(*args, **kwargs)[1])


def value_and_grad(f: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """Return the function that computes both `f` and its gradient with respect to the first argument.

    Parameters, errors and notes are those of `grad`.

    Examples
    --------
    >>> value, gradient = value_and_grad(lambda x: x**3)(2.0)
    >>> float(value), float(gradient)
    (8.0, 12.0)
    """

    @functools.wraps(f)
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
    One pass for each entry of x. Derived in chapters/autodiff.md, Whole Jacobians.

    Examples
    --------
    >>> jacfwd(lambda x: x * x)([1.0, 2.0]).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """

    def jacobian(x: Any) -> Any:
        x = _number(x)
        columns = [_one_array(jvp(f, (x,), (unit,))[1]) for unit in _units(x)]
        if not columns:
            return np.zeros((*_number(f(x)).shape, *x.shape), x.dtype)
        return np.reshape(np.stack(columns, axis=-1), columns[0].shape + x.shape)

    return functools.wraps(f)(jacobian)


def jacrev(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function that computes the Jacobian of `f` row by row, in reverse mode.

    Parameters, result and errors are those of `jacfwd`.

    Notes
    -----
    One pass forward, and one backward for each entry of f(x). Derived in chapters/autodiff.md, Whole Jacobians.

    Examples
    --------
    >>> jacrev(np.cumsum)([1.0, 2.0]).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """

    def jacobian(x: Any) -> Any:
        x = _number(x)
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


def _number(x: Any) -> Any:
    """Return `x` as an array, or as a NumPy scalar if it has no axes; a traced value as it is.

    The array is a view, which `_owned` does not give back to the caller as it is.
    """
    return x if is_traced(x) else float_array(x)[()]


def _like(x: Any, v: Any, what: str, whose: str) -> Any:
    """Check a tangent or cotangent against the array it belongs to, and give it that array's dtype."""
    v = _number(v)
    if v.shape != x.shape:
        raise ValueError(f"{what} has shape {v.shape}, {whose} has shape {x.shape}; they must be equal")
    return v if v.dtype == x.dtype else v.astype(x.dtype)


def _owned(adjoint: Any, x: Any, given: set[int]) -> Any:
    """Return a gradient that the caller may change: no view, and no array that was given out before."""
    if adjoint is None:
        return np.zeros_like(x)
    if isinstance(adjoint, np.ndarray) and (not adjoint.flags.owndata or id(adjoint) in given):
        adjoint = adjoint.copy()
    given.add(id(adjoint))
    return adjoint
