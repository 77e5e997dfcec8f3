"""Reverse mode: each value remembers where it came from, and cotangents are pulled back along that way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from nnlib.engine.traced import Traced, counter, released, running_level, without_rule
from nnlib.engine.tree import called, filled, leaves_like, like, number, numbers, results
from nnlib.rules import Operation, Rule, unbroadcast


class Node(Traced):
    """A value and its edges to the nodes it came from: argument position, node, and the map of cotangents to it.

    For elementwise operations the map is a factor, the local partial derivative, otherwise it is a function.
    """

    __slots__ = ("edges", "index")

    def __init__(self, value: Any, level: int, edges: Sequence[tuple[int, Any, Any]] = ()) -> None:
        self.value, self.level, self.edges = value, level, edges
        self.index = next(counter)

    def follow(self, op: Operation, arrays: Sequence[Any], values: list[Any], options: dict[str, Any], y: Any) -> Any:
        """Store, for each argument at this level, how to pull a cotangent of the result back to it."""
        edges = []
        for i, a in enumerate(arrays):
            if isinstance(a, Node) and a.level == self.level:
                rule = op.rules[i]
                if rule.partial is None:
                    if rule.vjp is None:
                        without_rule(op, i)
                    pull = _pull(op, rule, a.value, y, *values, **options)
                else:
                    pull = rule.partial(y, *values, **options)
                    if type(y) is not np.float64 or type(a.value) is not np.float64:
                        pull = _fitted(pull, y, a.value)
                edges.append((i, a, pull))
        return type(self)(y, self.level, edges)


def _fitted(partial: Any, y: Any, x: Any) -> Any:
    """Return a partial derivative as what takes a cotangent like `y` to one like `x`: a factor if these are alike."""
    is_number = isinstance(partial, (float, int))
    if not is_number and partial.dtype != y.dtype:
        partial = partial.astype(y.dtype)
    is_one = is_number and partial == 1
    if y.shape == x.shape and y.dtype == x.dtype:
        return _same if is_one else partial

    def pull(g: Any) -> Any:
        g = unbroadcast(g if is_one else g * partial, x)
        return g if g.dtype == x.dtype else g.astype(x.dtype)

    return pull


def _same(g: Any) -> Any:
    return g


def _pull(op: Operation, rule: Rule, x: Any, /, *arguments: Any, **options: Any) -> Callable[[Any], Any]:
    """Make the map of cotangents by a vjp rule, for the argument whose value is `x`."""

    def pull(g: Any) -> Any:
        cotangent: Any = rule.vjp(g, *arguments, **options) if rule.vjp else None
        if cotangent is None or cotangent.shape != x.shape:
            raise ValueError(f"the vjp of {op.name} must return shape {x.shape}, got {np.shape(cotangent)}")
        return cotangent if cotangent.dtype == x.dtype else np.astype(cotangent, x.dtype)

    return pull


def ancestors(outputs: Sequence[Node]) -> list[Node]:
    """List the outputs and all nodes that they depend on, each before those that it came from."""
    found = {node.index: node for node in outputs}
    waiting = list(found.values())
    while waiting:
        for _, parent, _ in waiting.pop().edges:
            if parent.index not in found:
                found[parent.index] = parent
                waiting.append(parent)
    return [found[index] for index in sorted(found, reverse=True)]


def contributions(order: Iterable[Any], adjoints: dict[int, Any]) -> Iterator[tuple[Any, Any, int, Any]]:
    """Pull the outputs' adjoints back through the nodes in `order`, edge by edge, until those of the inputs are left.

    Yields a node, its adjoint, and the argument, with its position, to whose adjoint in `adjoints` it has just added.
    """
    for node in order:
        if node.edges:
            g = adjoints.pop(node.index)
            for i, parent, pull in node.edges:
                contribution = pull(g) if callable(pull) else g * pull
                known = adjoints.get(parent.index)
                adjoints[parent.index] = contribution if known is None else known + contribution
                yield node, g, i, parent


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """Evaluate `f` and return the function that pulls cotangents back: the transposed Jacobian times a cotangent.

    Parameters
    ----------
    f : callable
        A function of arrays, returning arrays.
    *primals
        The arguments of f.
    has_aux : bool
        Whether f returns a pair: the result, and whatever else is to be looked at.

    Returns
    -------
    tuple
        ``f(*primals)``, and ``pullback(cotangent)``, which returns a tuple with one cotangent for each argument. The
        pullback may be called any number of times. With `has_aux` also the second of what f returned.

    Raises
    ------
    TypeError
        If an argument or the result is not real, or f does not return a pair although `has_aux` says so.
    ValueError
        From the pullback, if the cotangent does not have the shape of the result.

    Notes
    -----
    One pass forward, which stores all intermediate values, and one backward for each cotangent, for any number of
    inputs. Derived in :section:`autodiff-reverse`.

    Examples
    --------
    >>> y, pullback = vjp(lambda x, y: x @ y, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> [cotangent.tolist() for cotangent in pullback(1.0)]
    [[3.0, 4.0], [1.0, 2.0]]
    """
    given = numbers(primals, f)
    with running_level() as level:
        inputs = [Node(x, level) for x in given]
        outputs = f(*filled(primals, iter(inputs)))
    outputs, aux = released(outputs, level, called(f)) if has_aux else (outputs, [])
    ends = results(outputs, f)
    followed = [isinstance(out, Node) and out.level == level for out in ends]
    constant = "" if all(followed) else f"what {called(f)} returned"
    values = [out.value if known else number(out, constant) for out, known in zip(ends, followed, strict=True)]
    order = ancestors([out for out, known in zip(ends, followed, strict=True) if known])

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        adjoints: dict[int, Any] = {}
        for out, known, y, g in zip(ends, followed, values, leaves_like(outputs, cotangent), strict=True):
            fitting = like(y, g, "the cotangent", "the result")
            if known:
                adjoints[out.index] = adjoints[out.index] + fitting if out.index in adjoints else fitting
        for _ in contributions(order, adjoints):
            pass
        shared: set[int] = set()
        gradients = [_owned(adjoints.get(x.index), x.value, shared) for x in inputs]
        return filled(primals, iter(gradients))  # type: ignore[no-any-return]

    return filled(outputs, iter(values)), pullback, *aux


def _owned(adjoint: Any, x: Any, shared: set[int]) -> Any:
    """Return a gradient that the caller may change: no view, and no array that was given out before."""
    if adjoint is None:
        return np.zeros_like(x)
    if isinstance(adjoint, np.ndarray) and (not adjoint.flags.owndata or id(adjoint) in shared):
        adjoint = adjoint.copy()
    shared.add(id(adjoint))
    return adjoint
