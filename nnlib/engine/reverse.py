"""Reverse mode: each value remembers where it came from, and cotangents are pulled back along that way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from nnlib.engine.in_place import latest
from nnlib.engine.snapshots import ARGUMENT, FIXED, is_callers, settle, snapshot
from nnlib.engine.traced import Traced, counter, released, running_level, without_rule
from nnlib.engine.tree import arguments, called, filled, leaves_like, like, number, results, returned, skeleton
from nnlib.rules import Operation, Rule, unbroadcast


class Node(Traced):
    """A value and its edges to the nodes it came from: argument position, node, and the map of cotangents to it.

    For elementwise operations the map is a factor, the local partial derivative, otherwise it is a function.
    """

    __slots__ = ("edges", "index")

    def __init__(self, value: Any, level: int, edges: Sequence[tuple[int, Any, Any]] = (), family: Any = None) -> None:
        self.value, self.level, self.edges = value, level, edges
        self.now, self.family = None, family
        self.index = next(counter)

    def twin(self) -> Any:
        """Return what stands for the same node."""
        twin = type(self)(self.value, self.level, self.edges, self.family)
        twin.index = self.index
        return twin

    def follow(self, op: Operation, arrays: Sequence[Any], values: list[Any], options: dict[str, Any], y: Any) -> Any:
        """Store, for each argument at this level, how to pull a cotangent of the result back to it."""
        edges: list[tuple[int, Any, Any]] = []
        kept: dict[int, Any] | None = None
        for i, a in enumerate(arrays):
            if isinstance(a, Node) and a.level == self.level:
                rule = op.rules[i]
                if rule.partial is None:
                    if rule.vjp is None:
                        without_rule(op, i)
                    kept = {} if kept is None else kept
                    pull = _pull(op, rule, i, arrays, y, options, kept)
                else:
                    pull = rule.partial(y, *values, **options)
                    if type(pull) not in FIXED:
                        pull = _factor(pull, y, arrays, options)
                    if type(y) is not np.float64 or type(a.value) is not np.float64:
                        pull = _fitted(pull, y, a.value)
                edges.append((i, a, pull))
        return type(self)(y, self.level, edges)


def _factor(partial: Any, y: Any, arrays: Sequence[Any], options: dict[str, Any]) -> Any:
    """Return a partial derivative as an array that nobody can write to."""
    for a in arrays:
        if partial is a:
            return snapshot(partial)
        if isinstance(a, Traced) and partial is a.value:
            settle(a)
            return a.value
    if getattr(partial, "base", None) is None and not any(partial is option for option in options.values()):
        return partial
    return y if partial is y else snapshot(partial)


def _fitted(partial: Any, y: Any, x: Any) -> Any:
    """Return a partial derivative as what takes a cotangent like `y` to one like `x`: a factor if these are alike."""
    is_number = type(partial) in (float, int)
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


def _pull(
    op: Operation, rule: Rule, i: int, arrays: Sequence[Any], y: Any, options: dict[str, Any], kept: dict[int, Any]
) -> Callable[[Any], Any]:
    """Make the map of cotangents by the vjp rule for argument `i`, of what was used: arrays may be written to later.

    What has been copied stands in `kept`, by its position.
    """
    x, level = arrays[i].value, arrays[i].level
    shape, dtype = x.shape, x.dtype
    arguments: list[Any] = []
    for j, a in enumerate(arrays):
        if isinstance(a, Traced) and a.level == level:
            if a.family is ARGUMENT:
                if j == i and rule.linear:
                    arguments.append(_Like(x))
                    continue
                settle(a)
            arguments.append(a.value)
        else:
            if j not in kept:
                kept[j] = snapshot(a)
            arguments.append(kept[j])
    for name, option in options.items():
        if type(option) not in FIXED:
            options = {**options, name: snapshot(option)}
    if not rule.linear and getattr(y, "base", None) is not None and is_callers(arrays[i]):
        y = snapshot(y)  # perhaps a view of the argument

    def pull(g: Any) -> Any:
        cotangent: Any = rule.vjp(g, y, *arguments, **options) if rule.vjp else None
        if cotangent is None or cotangent.shape != shape:
            raise ValueError(f"the vjp of {op.name} must return shape {shape}, got {np.shape(cotangent)}")
        return cotangent if cotangent.dtype == dtype else np.astype(cotangent, dtype)

    return pull


class _Like:
    """What is left of an argument whose values a rule does not need."""

    __slots__ = ("dtype", "ndim", "shape")

    def __init__(self, x: Any) -> None:
        self.shape, self.ndim, self.dtype = x.shape, x.ndim, x.dtype


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
    containers, given = skeleton(primals), arguments(primals, f)
    with running_level() as level:
        inputs = [Node(x, level, (), family) for x, family in given]
        outputs = f(*filled(primals, iter(inputs)))
    outputs, aux = released(outputs, level, called(f)) if has_aux else (outputs, [])
    found, outputs = results(outputs, f), skeleton(outputs)
    ends = [latest(out) if isinstance(out, Traced) and out.now is not None else out for out in found]
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
        gradients = [adjoints[x.index] if x.index in adjoints else np.zeros_like(x.value) for x in inputs]
        return returned(containers, gradients)  # type: ignore[no-any-return]

    return returned(outputs, values, kept=True), pullback, *aux
