"""The registry of derivative rules: for each operation, how it pushes tangents forward and pulls cotangents back.

An operation is written as plain NumPy code and marked with the names of the arguments that it can be differentiated
in. Its rules stand right below it, one for each of those arguments::

    @differentiable("x", "w", "b")
    def conv2d(x, w, b=None, stride=1, padding=0, dilation=1):
        ...

    rule(conv2d, "x",
         jvp=lambda dx, y, x, w, b, **options: conv2d(dx, w, **options),
         vjp=lambda g, y, x, w, b, **options: conv2d_input_gradient(g, w, x.shape, **options))
    rule(conv2d, "w",
         jvp=lambda dw, y, x, w, b, **options: conv2d(x, dw, **options),
         vjp=lambda g, y, x, w, b, **options: conv2d_weight_gradient(g, x, w.shape, **options))
    rule(conv2d, "b",
         jvp=lambda db, y, x, w, b, **options: np.broadcast_to(db[:, None, None], y.shape),
         vjp=lambda g, y, x, w, b, **options: g.sum(axis=(0, 2, 3)))

Every rule is called the same way, however the reader called the operation:

1. the tangent (jvp) or the cotangent (vjp), shaped like the argument (jvp) or like the result (vjp);
2. the result ``y``, so that it need not be computed again;
3. the differentiable arguments, in the order of the signature, always positionally (``None`` where one was left out);
4. every other argument of the signature by keyword, defaults filled in: here ``stride``, ``padding``, ``dilation``.

A jvp returns the tangent of the result, a vjp the cotangent of its own argument, with that argument's shape. Both are
linear in their first argument. The engine calls a rule only for arguments that are followed, and adds up.

An elementwise operation needs only its derivative; both modes are then a product with it, and broadcasting between
arguments is taken care of::

    @differentiable("x")
    def softplus(x): ...

    rule(softplus, "x", partial=lambda y, x: sigmoid(x))

An operation whose Jacobian is symmetric passes the same function twice. One that takes any number of arrays
(``def join(*arrays, axis)``) is marked ``@differentiable("*arrays")``; its one rule then gets the keyword ``position``,
the index of the array it is asked about.

A vjp whose argument was broadcast sums the cotangent back with `unbroadcast`.

Write rules with NumPy functions, operators and other operations only: then they work on traced values too, and second
derivatives need nothing more. Inside an operation itself, values are plain arrays.

Operations never import the engine. A traced argument is recognized by NumPy's own ``__array_function__`` protocol, and
the call is handed to it, exactly as NumPy does for its own functions. Rules for those stand in
`nnlib.engine.numpy_rules` and its neighbors.
"""

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import numpy as np

from nnlib.numerics.arrays import is_traced

__all__ = ["differentiable", "register", "rule"]  # for readers; the engine uses the rest

P = ParamSpec("P")
R = TypeVar("R")

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one argument's change moves the result (`jvp`), and back (`vjp`); or, elementwise, the `partial`.

    The vjp of an operation that is linear in the argument needs no more of it than its shape and dtype.
    """

    jvp: Function | None = None
    vjp: Function | None = None
    partial: Function | None = None
    linear: bool = False


class EveryPosition(list[Rule]):
    """The rules of an operation that takes any number of arrays: all are the one rule, told the position."""

    def __getitem__(self, position: Any) -> Any:
        rule = super().__getitem__(0)
        jvp = functools.partial(rule.jvp, position=position) if rule.jvp else None
        vjp = functools.partial(rule.vjp, position=position) if rule.vjp else None
        return Rule(jvp, vjp, linear=rule.linear)


@dataclass(frozen=True, eq=False)
class Operation:
    """A function that can be differentiated, the names of its differentiable arguments, and their rules."""

    function: Function
    implementation: Function
    arrays: tuple[str, ...]
    signature: inspect.Signature | None  # None: every argument is a differentiable array, given by position
    rules: list[Rule]  # one for each differentiable argument, empty until it is registered

    @functools.cached_property
    def name(self) -> str:
        """The function's name, for messages and traces."""
        return str(getattr(self.function, "__name__", self.function))

    @functools.cached_property
    def variadic(self) -> bool:
        """Whether it takes any number of arrays."""
        return self.arrays[0].startswith("*")

    @functools.cached_property
    def unnamed(self) -> list[str]:
        """The arguments that may be given without their names."""
        parameters = self.signature.parameters if self.signature else {}
        return [name for name, p in parameters.items() if p.kind is not p.KEYWORD_ONLY]

    @functools.cached_property
    def defaults(self) -> dict[str, Any]:
        """The arguments that may be left out."""
        parameters = self.signature.parameters if self.signature else {}
        return {name: p.default for name, p in parameters.items() if p.default is not p.empty}

    @functools.cached_property
    def leading(self) -> bool:
        """Whether the arrays come first, and may be given without their names."""
        return self.variadic or self.signature is None or self.unnamed[: len(self.arrays)] == [*self.arrays]

    def bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Split a call into the differentiable arguments, in order, and all others by keyword."""
        if self.signature is None:
            return list(args), kwargs
        if self.variadic:
            return list(args), {**self.defaults, **kwargs}
        parameters = self.signature.parameters
        given = {**dict(zip(parameters, args, strict=False)), **kwargs}
        options = {**self.defaults, **given}
        once = len(given) == len(args) + len(kwargs)
        if len(options) != len(parameters) or len(args) > len(self.unnamed) or not once:
            self.signature.bind(*args, **kwargs)  # says what is wrong
        return [options.pop(name) for name in self.arrays], options

    def call(self, arrays: Sequence[Any], options: dict[str, Any]) -> Any:
        """Run the operation on what `bind` returned."""
        if self.leading:
            return self.implementation(*arrays, **options)
        return self.implementation(**dict(zip(self.arrays, arrays, strict=True)), **options)

    def missing(self) -> list[str]:
        """Name the differentiable arguments that have no rule yet."""
        return [name for name, rule in zip(self.arrays, self.rules, strict=True) if rule == Rule()]


_OPERATIONS: dict[Function, Operation] = {}
_PLAIN = {np.ndarray, float, int, bool, str, tuple, type(None)}  # never traced: most calls are told apart in one step


def operation(function: Function) -> Operation | None:
    """Return what is registered for `function`, or None."""
    return _OPERATIONS.get(function)


def operations() -> Iterator[Operation]:
    """Every registered operation, in the order of registration."""
    return iter(_OPERATIONS.values())


def register(function: Function, *arrays: str, implementation: Function | None = None) -> None:
    """Register a function that already dispatches on traced arguments, as NumPy's do.

    Parameters
    ----------
    function : callable
        For example ``np.sum``.
    *arrays : str
        The names of the arguments that it can be differentiated in.
    implementation : callable, optional
        A function that does the same, and whose signature lists the supported arguments by name. Without it every
        argument is a differentiable array and is passed by position, as with NumPy's ufuncs.

    Raises
    ------
    ValueError
        If no argument is named, one that the signature does not have, or one with a star among others.
    """
    signature = inspect.signature(implementation) if implementation else None
    parameters = signature.parameters.values() if signature else ()
    known = [str(p.replace(annotation=p.empty, default=p.empty)) for p in parameters]
    variadic = any(name.startswith("*") for name in arrays)
    if not arrays or (variadic and len(arrays) > 1) or (signature and any(name not in known for name in arrays)):
        allowed = f"; its arguments are {', '.join(known)}; one with a star stands alone" if signature else ""
        raise ValueError(f"{function} needs the names of its differentiable arguments, got {arrays}{allowed}")
    rules = EveryPosition([Rule()]) if variadic else [Rule()] * len(arrays)
    _OPERATIONS[function] = Operation(function, implementation or function, arrays, signature, rules)


def differentiable(*arrays: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as an operation that can be differentiated in the named arguments.

    A call with a traced argument goes to that argument's ``__array_function__``; every other call runs the function.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def dispatching(*args: P.args, **kwargs: P.kwargs) -> R:
            if not _PLAIN.issuperset(map(type, args)) or (kwargs and not _PLAIN.issuperset(map(type, kwargs.values()))):
                for value in (*args, *kwargs.values()):
                    if is_traced(value):
                        return value.__array_function__(dispatching, (type(value),), args, kwargs)  # type: ignore
            return function(*args, **kwargs)

        register(dispatching, *arrays, implementation=dispatching)
        return dispatching

    return decorate


def rules_for(function: Function, *arrays: str) -> Callable[[Function], Function]:
    """Register the decorated function as what `function` does, with the arguments that are supported."""

    def decorate(implementation: Function) -> Function:
        register(function, *arrays, implementation=implementation)
        return implementation

    return decorate


def rule(
    function: Function,
    array: str,
    *,
    jvp: Function | None = None,
    vjp: Function | None = None,
    partial: Function | None = None,
    linear: bool = False,
) -> None:
    """Register how `function` is differentiated in its argument `array`: `jvp` and `vjp`, or `partial` alone.

    Where the function is `linear` in the argument, its vjp gets the argument's ``shape``, ``ndim`` and ``dtype`` only,
    and the values need not be kept.

    Raises
    ------
    ValueError
        If the function or the argument is not registered, or if one of the two modes is missing.
    """
    known = operation(function)
    if known is None or array not in known.arrays:
        allowed = known.arrays if known else "none: mark the function with @differentiable first"
        raise ValueError(f"{function} is not differentiable in {array!r}; registered arguments: {allowed}")
    given = jvp is not None, vjp is not None, partial is not None
    if given not in {(True, True, False), (False, False, True)}:
        raise ValueError(f"a rule of {known.name} needs both jvp and vjp, or partial alone")
    known.rules[known.arrays.index(array)] = Rule(jvp, vjp, partial, linear)


def unbroadcast(cotangent: Any, like: Any) -> Any:
    """Sum a cotangent over the axes along which an argument was broadcast, back to the shape of `like`.

    Broadcasting copies an entry; the adjoint of copying is adding up.
    """
    shape = np.shape(like)
    if cotangent.shape == shape:
        return cotangent
    extra = cotangent.ndim - len(shape)
    if extra >= 0:
        total = cotangent.sum(axis=(*range(extra), *(extra + i for i, n in enumerate(shape) if n == 1)))
        if total.shape == shape:
            return total
        if total.shape == tuple(n for n in shape if n != 1):
            return total.reshape(shape)
    raise ValueError(f"shape {shape} does not broadcast to {cotangent.shape}, so nothing can be summed back")
