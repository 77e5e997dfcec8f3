"""Automatic differentiation of ordinary NumPy code, forward and reverse.

See :doc:`/chapters/autodiff`.

The transformations have JAX's names, and the arguments ``argnums`` and ``has_aux`` as JAX has them. An argument and a
result may be an array, a number, or a nested list, tuple (named or not) or dict of them. Functions may branch on
values, call each other, and contain transformations themselves.

Inside a differentiated function an array is a traced array, not an ``np.ndarray``: ``isinstance(x, np.ndarray)``,
``isinstance(x, float)`` and ``np.isscalar(x)`` are False there, and a branch on them goes another way than without
differentiation. Ask ``np.ndim(x)`` or ``x.shape`` instead. `stop_gradient` gives the plain value, for logging and for
running means.
"""

import contextlib
import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nnlib.engine.forward import jvp, pushed
from nnlib.engine.reverse import vjp
from nnlib.engine.supported import supported
from nnlib.engine.traced import stop_gradient
from nnlib.engine.tree import called, filled, leaves, names_of, number, numbers
from nnlib.trace import trace

__all__ = ["grad", "jacfwd", "jacrev", "jvp", "stop_gradient", "supported", "trace", "value_and_grad", "vjp"]


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return the function that computes the gradient of `f` with respect to its first argument, or to others.

    Parameters
    ----------
    f : callable
        A function that returns one number; with `has_aux` a pair of it and of whatever else is to be looked at.
    argnums : int or sequence of int
        Which arguments, by position from 0. A negative one counts from the end of those that a call gives.
    has_aux : bool
        Whether f returns a pair.

    Returns
    -------
    callable
        Takes the arguments of f; returns an array (or container) like the argument, for a sequence `argnums` a tuple of
        them. With `has_aux` a pair of that and of the second of what f returned, without traces.

    Raises
    ------
    ValueError
        When called, if f does not return one number, which `jacrev` handles; or if `argnums` names no argument.
    TypeError
        If `argnums` is not made of integers; when called, if an argument is not real, f returns None, or f does not
        return a pair although `has_aux` says so.

    Notes
    -----
    Derived in :section:`autodiff-reverse`.

    Examples
    --------
    >>> grad(lambda x: x @ x)(np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    >>> [float(slope) for slope in grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)]
    [3.0, 2.0]
    """
    both = _value_and_gradient(f, argnums, has_aux)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return functools.wraps(f)(gradient)


def value_and_grad(
    f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., tuple[Any, Any]]:
    """Return the function that computes both `f` and its gradient.

    Parameters, errors and notes are those of `grad`. With `has_aux` the value is the pair that f returned.

    Examples
    --------
    >>> value, gradient = value_and_grad(lambda x: x**3)(2.0)
    >>> float(value), float(gradient)
    (8.0, 12.0)
    """
    return functools.wraps(f)(_value_and_gradient(f, argnums, has_aux))


def _value_and_gradient(
    f: Callable[..., Any], argnums: int | Sequence[int], has_aux: bool
) -> Callable[..., tuple[Any, Any]]:
    positions = _positions(argnums)

    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        along, chosen = _restricted(f, positions, args, kwargs)
        y, pullback, *aux = vjp(along, *chosen, has_aux=has_aux)
        if isinstance(y, (list, tuple, dict)) or y.shape != ():
            got = f"shape {y.shape}" if hasattr(y, "shape") else f"shape a {type(y).__name__}"
            hint = "; has_aux=True, if only the first is meant" if isinstance(y, tuple) and len(y) == 2 else ""
            raise ValueError(f"grad needs a function that returns one number, got {got}; use jacrev or vjp{hint}")
        gradients = pullback(1.0)
        return (y, *aux) if has_aux else y, gradients if isinstance(argnums, (list, tuple)) else gradients[0]

    return both


def jacfwd(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return the function that computes the Jacobian of `f` column by column, in forward mode.

    Parameters
    ----------
    f : callable
        Takes and returns arrays or containers; with `has_aux` it returns a pair, whose first part is meant. An argument
        that is a list of numbers, nested or not, counts as an array.
    argnums, has_aux
        As in `grad`.

    Returns
    -------
    callable
        Takes the arguments of f, returns an array of shape ``f(x).shape + x.shape``. If f returns a container, then one
        like it, and in each place one like the argument, if that is a container or `argnums` a sequence. With `has_aux`
        a pair of that and of the second of what f returned, without traces.

    Raises
    ------
    ValueError, TypeError
        As `grad`, but for any result.

    Notes
    -----
    One pass for each entry of x. Derived in :section:`autodiff-jacobians`.

    Examples
    --------
    >>> jacfwd(lambda x: x * x)([1.0, 2.0]).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    positions = _positions(argnums)

    def jacobian(*args: Any, **kwargs: Any) -> Any:
        along, chosen = _restricted(f, positions, args, kwargs, _array_like)
        given = numbers(chosen, along)
        columns: list[list[Any]] = [[] for _ in given]
        y: Any = None
        for k, unit in _all_units(given) if any(np.size(x) for x in given) else [(0, None)]:
            tangents = [
                unit if i == k and unit is not None else np.zeros(x.shape, x.dtype) for i, x in enumerate(given)
            ]
            y, tangent, *aux = pushed(along, chosen, filled(chosen, iter(tangents)), has_aux)
            if unit is not None:
                columns[k].append(leaves(tangent))
        blocks = []
        for j, out in enumerate(leaves(y)):
            for x, units in zip(given, columns, strict=True):
                shape = out.shape + x.shape
                whole = np.stack([column[j] for column in units], axis=-1) if units else np.zeros(shape, x.dtype)
                blocks.append(np.reshape(whole, shape))
        return _arranged(y, chosen, argnums, blocks, aux if has_aux else [])

    return functools.wraps(f)(jacobian)


def jacrev(f: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False) -> Callable[..., Any]:
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
    positions = _positions(argnums)

    def jacobian(*args: Any, **kwargs: Any) -> Any:
        along, chosen = _restricted(f, positions, args, kwargs, _array_like)
        y, pullback, *aux = vjp(along, *chosen, has_aux=has_aux)
        ends, given = leaves(y), numbers(chosen, along)
        rows: list[list[Any]] = [[] for _ in ends]
        for k, unit in _all_units(ends):
            cotangents = [unit if i == k else np.zeros(out.shape, out.dtype) for i, out in enumerate(ends)]
            rows[k].append(leaves(pullback(filled(y, iter(cotangents)))))
        blocks = []
        for out, units in zip(ends, rows, strict=True):
            for j, x in enumerate(given):
                shape = out.shape + x.shape
                blocks.append(
                    np.reshape(np.stack([row[j] for row in units]), shape) if units else np.zeros(shape, x.dtype)
                )
        return _arranged(y, chosen, argnums, blocks, aux)

    return functools.wraps(f)(jacobian)


def _positions(argnums: int | Sequence[int]) -> tuple[int, ...]:
    """Return the positions of the arguments to differentiate in, or refuse what is none."""
    try:
        several = isinstance(argnums, (list, tuple))
        found = tuple(map(operator.index, argnums if several else [argnums]))  # type: ignore[arg-type]
    except TypeError:
        found = ()
    if not found or len(set(found)) < len(found):
        raise TypeError(f"argnums must be the position of an argument, or different ones in a tuple; got {argnums!r}")
    return found


def _restricted(
    f: Callable[..., Any],
    positions: Sequence[int],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    taken: Callable[[Any], Any] = lambda x: x,
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Return `f` as a function of the chosen arguments alone, and these."""
    if positions == (0,) and len(args) == 1 and not kwargs:  # the usual case
        return f, (taken(args[0]),)
    if kwargs and max(positions) >= len(args):  # an argument that is given by its name
        names, args, kwargs = names_of(f, max(positions) + 1), list(args), dict(kwargs)
        while len(args) < len(names) and names[len(args)] in kwargs:
            args.append(kwargs.pop(names[len(args)]))
    for i in positions:
        if not -len(args) <= i < len(args):
            raise ValueError(
                f"there is no argument {i} of {called(f)} to differentiate in: "
                f"the call gives {len(args)} by position or by their names"
            )
    places = [i % len(args) for i in positions]

    def along(*chosen: Any) -> Any:
        every = list(args)
        for place, x in zip(places, chosen, strict=True):
            every[place] = x
        return f(*every, **kwargs)

    along.__wrapped__, along.chosen = f, places  # type: ignore[attr-defined] # so that errors name what is meant
    return along, tuple(taken(args[i]) for i in places)


def _array_like(x: Any) -> Any:
    """Return nested lists of numbers as an array, and anything else as it is."""
    if isinstance(x, list) and _all_numbers(x):
        with contextlib.suppress(ValueError):  # lists of unequal lengths are a container
            return number(x)
    return x


def _all_numbers(x: Any) -> bool:
    return all(map(_all_numbers, x)) if isinstance(x, list) else isinstance(x, (int, float, np.number))


def _all_units(arrays: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Yield, for each array, its position and the arrays like it that are 1 at one place and 0 elsewhere."""
    for k, x in enumerate(arrays):
        for i in np.ndindex(x.shape):
            unit = np.zeros(x.shape, x.dtype)
            unit[i] = 1
            yield k, unit


def _arranged(y: Any, chosen: tuple[Any, ...], argnums: Any, blocks: list[Any], aux: list[Any]) -> Any:
    """Put the blocks of a Jacobian where they belong: outside as in the result, inside as in the arguments."""
    of_arguments = chosen if isinstance(argnums, (list, tuple)) else chosen[0]
    found = iter(blocks)
    jacobian = filled(y, iter([filled(of_arguments, found) for _ in leaves(y)]))
    return (jacobian, *aux) if aux else jacobian
