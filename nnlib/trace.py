"""The three traces of a computation: its values, its tangents and its adjoints, step by step.

See :doc:`/chapters/autodiff`.

Inputs are v₁₋ₙ, …, v₀; each operation makes the next of v₁, v₂, …; a dot marks a tangent, a bar an adjoint.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlib.engine.forward import push, push_all
from nnlib.engine.in_place import latest
from nnlib.engine.reverse import Node, ancestors, contributions
from nnlib.engine.snapshots import SETTLED, snapshot
from nnlib.engine.trace_text import Table, expression, number, product, variable
from nnlib.engine.traced import running_level
from nnlib.engine.tree import owned
from nnlib.numerics.arrays import float_array
from nnlib.rules import Operation

BAR, DOT = "\u0304", "\u0307"


class _Step(Node):
    """A node that also remembers its operation, to tell how it was computed."""

    __slots__ = ("arrays", "op", "options", "values")

    op: Operation
    arrays: Sequence[Any]
    values: list[Any]
    options: dict[str, Any]

    def follow(self, op: Operation, arrays: Sequence[Any], values: list[Any], options: dict[str, Any], y: Any) -> Any:
        node = super().follow(op, arrays, values, options, y)
        node.op, node.arrays, node.values, node.options = op, *map(snapshot, ([*arrays], values, options))
        return node

    def twin(self) -> Any:
        twin = super().twin()
        if self.edges:
            twin.op, twin.arrays, twin.values, twin.options = self.op, self.arrays, self.values, self.options
        return twin

    def partial(self, i: int) -> Any:
        """Return the local partial derivative in argument `i`, or the word for it where it is not a number or array."""
        rule = self.op.rules[i]
        if rule.partial is not None:
            return rule.partial(self.value, *self.values, **self.options)
        if np.ndim(self.value) == np.ndim(self.values[i]) == 0:
            return push(rule, np.ones_like(self.values[i]), self.value, self.values, self.options)
        return f"J[{self.op.name}]"


@dataclass(frozen=True)
class Trace:
    """What `trace` returns: the steps of a computation, and the tables made of them.

    Attributes
    ----------
    evaluation : Table
        One row a step: its name, what it was computed from, its value. ``evaluation[i]`` is the value of vᵢ.
    """

    _steps: tuple[_Step, ...]
    _inputs: dict[str, _Step]
    _numbers: dict[int, int]  # from a node's index to the i of vᵢ

    def _name(self, node: _Step, mark: str = "") -> str:
        return variable(self._numbers[node.index], mark)

    def _by_number(self, values: Mapping[int, Any]) -> dict[int, Any]:
        kept = set(map(id, values.values()))
        return {self._numbers[step.index]: owned(values[step.index], kept) for step in self._steps}

    @property
    def evaluation(self) -> Table:
        """The values, from the inputs to the result."""
        names = {id(node): name for name, node in self._inputs.items()}
        rows = []
        for step in self._steps:
            how = expression(step, self._name) if step.edges else names[id(step)]
            rows.append((self._name(step), "= " + how, "= " + number(step.value)))
        values = self._by_number({step.index: step.value for step in self._steps})
        return Table("Evaluation trace", ("node", "computed from", "value"), rows, values)

    def tangent(self, seed: Mapping[str, Any] | None = None, /, **seeds: Any) -> Table:
        """Return the tangents, from the inputs to the result.

        Parameters
        ----------
        seed, **seeds
            The tangent of each input by name, as a dict or as keywords; an input that is not named has tangent 0.

        Returns
        -------
        Table
            One row a step; ``table[i]`` is the tangent of vᵢ.

        Raises
        ------
        ValueError
            If a name is not that of an input, or no seed is given.
        """
        given = {**(seed or {}), **seeds}
        unknown = given.keys() - self._inputs.keys()
        if unknown or not given:
            raise ValueError(
                f"seed the inputs {', '.join(self._inputs)}, got {', '.join(sorted(unknown)) or 'nothing'}"
            )
        tangents: dict[int, Any] = {}
        for name, node in self._inputs.items():
            v = float_array(given.get(name, 0), name)
            tangents[node.index] = np.broadcast_to(v, node.value.shape).astype(node.value.dtype)[()]
        rows = []
        for step in self._steps:
            how, numbers = "seed", ""
            if step.edges:
                incoming = [(i, tangents[a.index]) for i, a, _ in step.edges]
                tangents[step.index] = push_all(step.op, incoming, step.value, step.values, step.options)
                how = " + ".join(f"{self._partial(step, a)} {self._name(a, DOT)}" for _, a, _ in step.edges)
                numbers = "= " + " + ".join(product(step.partial(i), tangent) for i, tangent in incoming)
            rows.append((self._name(step, DOT), "= " + how, numbers, "= " + number(tangents[step.index])))
        header = ("tangent", "chain rule", "numbers", "value")
        return Table("Tangent trace", header, rows, self._by_number(tangents))

    def adjoint(self, seed: Any = 1.0) -> Table:
        """Return the adjoints, from the result back to the inputs, one row a contribution.

        Parameters
        ----------
        seed : array_like
            The adjoint of the result, 1 for a gradient.

        Returns
        -------
        Table
            The rows show every contribution and the sum so far; ``table[i]`` is the final adjoint of vᵢ.
        """
        last = self._steps[-1]
        adjoints = {last.index: np.broadcast_to(float_array(seed, "seed"), last.value.shape)[()]}
        rows = [(self._name(last, BAR), "= seed", "", "= " + number(adjoints[last.index]))]
        final = {step.index: np.zeros_like(step.value) for step in self._steps}
        met = set()
        for step, g, i, a in contributions(reversed(self._steps), adjoints):
            final[step.index] = g
            sign = "+=" if a.index in met else "="
            met.add(a.index)
            how = f"{sign} {self._name(step, BAR)} {self._partial(step, a)}"
            numbers = f"{sign} {product(g, step.partial(i))}"
            rows.append((self._name(a, BAR), how, numbers, "→ " + number(adjoints[a.index])))
        header = ("adjoint", "contribution", "numbers", "so far")
        return Table("Adjoint trace", header, rows, self._by_number(final | adjoints))

    def _partial(self, step: _Step, parent: _Step) -> str:
        """Write the local derivative ∂φᵢ/∂vⱼ; ∂vᵢ/∂vⱼ would be along every way, as adjoints are."""
        return f"∂φ{self._name(step)[1:]}/∂{self._name(parent)}"

    def __str__(self) -> str:
        return str(self.evaluation)

    def _repr_html_(self) -> str:
        return self.evaluation._repr_html_()


def trace(f: Callable[..., Any], /, *args: Any, **inputs: Any) -> Trace:
    """Run `f` and record its steps, for the evaluation, tangent and adjoint traces.

    Parameters
    ----------
    f : callable
        A function of numbers or arrays, returning one of them.
    *args, **inputs
        Its arguments, for example ``trace(f, x1=3.0, x2=6.0)``.

    Returns
    -------
    Trace
        Its `evaluation` is a table, as are ``tangent(x1=1)`` and ``adjoint()``. Tables print as text and show as HTML,
        and ``table[i]`` is the entry of vᵢ.

    Raises
    ------
    ValueError
        If there is no argument, or the result does not depend on any.

    Notes
    -----
    Steps on which the result does not depend are left out. The notation is that of A. Griewank and A. Walther,
    Evaluating Derivatives, 2nd edition, 2008. Derived in :section:`autodiff-traces`.
    """
    given = _by_name(f, args, inputs)
    with running_level() as level:
        nodes = {}
        for name, x in given.items():
            value = snapshot(float_array(x, name)[()])
            nodes[name] = _Step(value, level, (), SETTLED if value.ndim or isinstance(x, np.ndarray) else None)
        result = f(*list(nodes.values())[: len(args)], **{name: nodes[name] for name in inputs})
    result = latest(result)
    if not (isinstance(result, _Step) and result.level == level):
        raise ValueError("nothing to trace: the result does not depend on an argument, or is not a single array")
    steps: list[Any] = [*nodes.values(), *(step for step in reversed(ancestors([result])) if step.edges)]
    numbers = {step.index: i for i, step in enumerate(steps, start=1 - len(nodes))}
    return Trace(tuple(steps), nodes, numbers)


def _by_name(f: Callable[..., Any], args: Sequence[Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """Name the positional arguments as the signature does, or x1, x2, … where it does not."""
    try:
        names = [p.name for p in inspect.signature(f).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except ValueError:
        names = []
    return {names[i] if i < len(names) else f"x{i + 1}": x for i, x in enumerate(args)} | inputs
