"""Reverse mode: each value remembers where it came from, and cotangents are pulled back along that way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from nnlib.engine.traced import Traced, counter, running_level
from nnlib.engine.tree import leaves, like, number, tree_map
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
                rule = op.rule(i)
                if rule.partial is None:
                    pull = _pull(op, rule, a.value, y, *values, **options)
                else:
                    pull = rule.partial(y, *values, **options)
                    if type(y) is not np.float64 or type(a.value) is not np.float64:
                        pull = _fitted(pull, y, a.value)
                edges.append((i, a, pull))
        return type(self)(y, self.level, edges)


def _fitted(partial: Any, y: Any, x: Any) -> Any:
    """Make a partial derivative map a cotangent like `y` to one like `x`, in shape and dtype."""
    if isinstance(partial, (float, int)):
        times = _same if partial == 1 else None
    else:
        times, partial = None, partial if partial.dtype == y.dtype else partial.astype(y.dtype)
    if y.shape == x.shape and y.dtype == x.dtype:
        return times or partial

    def pull(g: Any) -> Any:
        g = unbroadcast(g if times else g * partial, x)
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
    inputs. Derived in :section:`autodiff-reverse`.

    Examples
    --------
    >>> y, pullback = vjp(lambda x, y: x @ y, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> [cotangent.tolist() for cotangent in pullback(1.0)]
    [[3.0, 4.0], [1.0, 2.0]]
    """
    with running_level() as level:
        inputs = tree_map(lambda x: Node(number(x), level), primals)
        outputs = f(*inputs)

    def followed(out: Any) -> bool:
        return isinstance(out, Node) and out.level == level

    value = tree_map(lambda out: out.value if followed(out) else number(out), outputs)
    ends = leaves(outputs)
    order = ancestors([out for out in ends if followed(out)])

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        fitting = tree_map(lambda y, g: like(y, g, "the cotangent", "the result"), value, cotangent)
        adjoints: dict[int, Any] = {}
        for out, g in zip(ends, leaves(fitting), strict=True):
            if followed(out):
                adjoints[out.index] = adjoints[out.index] + g if out.index in adjoints else g
        for _ in contributions(order, adjoints):
            pass
        given: set[int] = set()
        return tree_map(lambda x: _owned(adjoints.get(x.index), x.value, given), inputs)  # type: ignore[no-any-return]

    return value, pullback


def _owned(adjoint: Any, x: Any, given: set[int]) -> Any:
    """Return a gradient that the caller may change: no view, and no array that was given out before."""
    if adjoint is None:
        return np.zeros_like(x)
    if isinstance(adjoint, np.ndarray) and (not adjoint.flags.owndata or id(adjoint) in given):
        adjoint = adjoint.copy()
    given.add(id(adjoint))
    return adjoint
