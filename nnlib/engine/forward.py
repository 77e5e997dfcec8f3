"""Forward mode: a tangent travels along with each value."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from nnlib.engine.in_place import latest
from nnlib.engine.traced import Traced, released, running_level, without_rule
from nnlib.engine.tree import arguments, called, filled, leaves_like, like, number, numbers, results, returned
from nnlib.rules import Operation, Rule

NO_RULE = Rule()


class Dual(Traced):
    """A value and its tangent."""

    __slots__ = ("tangent",)

    def __init__(self, value: Any, tangent: Any, level: int, family: Any = None) -> None:
        self.value, self.tangent, self.level = value, tangent, level
        self.now, self.family = None, family

    def twin(self) -> Any:
        """Return the same value and tangent."""
        return Dual(self.value, self.tangent, self.level, self.family)

    def follow(self, op: Operation, arrays: Sequence[Any], values: list[Any], options: dict[str, Any], y: Any) -> Any:
        """Push the tangents of the arguments at this level through the operation."""
        tangents = [(i, a.tangent) for i, a in enumerate(arrays) if isinstance(a, Dual) and a.level == self.level]
        return Dual(y, push_all(op, tangents, y, values, options), self.level)


def push_all(op: Operation, tangents: Iterable[tuple[int, Any]], y: Any, values: list[Any], options: Any) -> Any:
    """Add up what each argument's tangent, given with its position, contributes to that of the result."""
    total: Any = None
    for i, tangent in tangents:
        if op.rules[i] == NO_RULE:
            without_rule(op, i)
        contribution = push(op.rules[i], tangent, y, values, options)
        total = contribution if total is None else total + contribution
    if not type(total) is type(y) is np.float64 and (total.shape != y.shape or total.dtype != y.dtype):
        total = np.astype(np.broadcast_to(total, y.shape), y.dtype)
    return total


def push(rule: Rule, tangent: Any, y: Any, values: list[Any], options: dict[str, Any]) -> Any:
    """Push one argument's tangent through an operation."""
    if rule.partial is not None:
        return tangent * rule.partial(y, *values, **options)
    assert rule.jvp is not None
    return rule.jvp(tangent, y, *values, **options)


def jvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> tuple[Any, ...]:
    """Evaluate `f` and its directional derivative: the Jacobian times the tangents.

    Parameters
    ----------
    f : callable
        A function of arrays, returning arrays.
    primals : tuple
        The arguments of f.
    tangents : tuple
        The direction: one tangent for each argument, of the same shape.
    has_aux : bool
        Whether f returns a pair: the result, and whatever else is to be looked at.

    Returns
    -------
    tuple
        ``f(*primals)``, and its tangent, of the same shape; with `has_aux` also the second of what f returned.

    Raises
    ------
    TypeError
        If an argument or the result is not real, primals and tangents are not tuples or lists, or f does not return a
        pair although `has_aux` says so.
    ValueError
        If a tangent does not have the shape of its argument.

    Notes
    -----
    One pass, at a small multiple of the cost of f, for any number of outputs. Derived in :section:`autodiff-forward`.

    Examples
    --------
    >>> y, tangent = jvp(lambda x: x * x, (3.0,), (1.0,))
    >>> float(y), float(tangent)
    (9.0, 6.0)
    """
    if not (isinstance(primals, (tuple, list)) and isinstance(tangents, (tuple, list))):
        raise TypeError("jvp needs a tuple of arguments and a tuple of tangents: jvp(f, (x,), (v,))")
    value, tangent, *aux = pushed(f, tuple(primals), tuple(tangents), has_aux)
    return value, tangent, *aux


def pushed(f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], has_aux: bool) -> list[Any]:
    """Do the work of `jvp`."""
    if any(x is None for x in primals):
        numbers(primals, f)  # says which
    directions = leaves_like(primals, tangents)
    given = [
        (x, like(x, v, "the tangent", "its argument"), family)
        for (x, family), v in zip(arguments(primals, f), directions, strict=True)
    ]
    with running_level() as level:
        y = f(*filled(primals, iter([Dual(x, v, level, family) for x, v, family in given])))
    y, aux = released(y, level, called(f)) if has_aux else (y, [])
    found = [latest(out) if isinstance(out, Traced) and out.now is not None else out for out in results(y, f)]
    ends = [out if isinstance(out, Dual) and out.level == level else _constant(out, f) for out in found]
    values, changes = [out.value for out in ends], [out.tangent for out in ends]
    return [returned(y, values), returned(y, changes), *aux]


def _constant(y: Any, f: Callable[..., Any]) -> Dual:
    value = number(y, f"what {called(f)} returned")
    return Dual(value, np.zeros_like(value), -1)
