"""What the registry of `nnlib.rules` holds: an operation, and the rules for its arguments."""

import functools
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one argument's change moves the result (`jvp`), and back (`vjp`); or, elementwise, the `partial`."""

    jvp: Function | None = None
    vjp: Function | None = None
    partial: Function | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """A function that can be differentiated, the names of its differentiable arguments, and their rules."""

    function: Function
    implementation: Function
    arrays: tuple[str, ...]
    signature: inspect.Signature | None
    variadic: bool  # takes any number of arrays
    _leading: bool  # the arrays come first, and may be given without their names
    _positional: int  # how many arguments may be
    _defaults: dict[str, Any]
    _rules: list[Rule | None]

    @property
    def name(self) -> str:
        """The function's name, for messages and traces."""
        return str(getattr(self.function, "__name__", self.function))

    def bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """Split a call into the differentiable arguments, in order, and all others by keyword."""
        if self.signature is None:
            return list(args), kwargs
        if self.variadic:
            return list(args), {**self._defaults, **kwargs}
        parameters = self.signature.parameters
        given = {**dict(zip(parameters, args, strict=False)), **kwargs}
        options = {**self._defaults, **given}
        once = len(given) == len(args) + len(kwargs)
        if len(options) != len(parameters) or len(args) > self._positional or not once:
            self.signature.bind(*args, **kwargs)  # says what is wrong
        return [options.pop(name) for name in self.arrays], options

    def call(self, arrays: Sequence[Any], options: dict[str, Any]) -> Any:
        """Run the operation on what `bind` returned."""
        if self._leading:
            return self.implementation(*arrays, **options)
        return self.implementation(**dict(zip(self.arrays, arrays, strict=True)), **options)

    def rule(self, position: int) -> Rule:
        """Return the rule for the differentiable argument at `position`."""
        if self.variadic:
            rule = self._rules[0] or Rule()
            return Rule(*(f and functools.partial(f, position=position) for f in (rule.jvp, rule.vjp, rule.partial)))
        return self._rules[position] or Rule()

    def missing(self) -> list[str]:
        """Name the differentiable arguments that have no rule yet."""
        return [name for name, rule in zip(self.arrays, self._rules, strict=True) if rule is None]
