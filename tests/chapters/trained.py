"""Training takes minutes: what a chapter's function `train` returned is remembered, for the same arguments."""

from __future__ import annotations

import copy
import functools
import hashlib
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.chapters.parts import Makers

TRAIN = "train"
REMEMBERED: dict[Any, list[Any]] = {}


def remember_training(namespace: dict[str, Any]) -> None:
    """Replace the function by one that remembers; call it after each cell."""
    function = namespace.get(TRAIN)
    if isinstance(function, types.FunctionType) and not hasattr(function, "__wrapped__"):
        namespace[TRAIN] = _remembering(function)


def untrained(sources: list[str]) -> list[str]:
    """Return the cells that need no trained network."""
    makers = Makers(sources)
    costly = {number for number, needed in enumerate(makers.needed) if TRAIN in needed}
    return [source for number, source in enumerate(sources) if not costly & makers.of(number)]


def _remembering(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def train(*arguments: Any, **options: Any) -> Iterator[Any]:
        key = fingerprint((function, arguments, options))
        if key not in REMEMBERED:
            REMEMBERED[key] = list(function(*arguments, **options))
        return iter(copy.deepcopy(REMEMBERED[key]))

    return train


def fingerprint(value: Any, inside: frozenset[Any] = frozenset()) -> Any:
    """Return something hashable that is equal for equal values; of a function, with all that it looks up."""
    if isinstance(value, tuple | list):
        return tuple(fingerprint(item, inside) for item in value)
    if isinstance(value, dict):
        return tuple((key, fingerprint(item, inside)) for key, item in value.items())
    if isinstance(value, types.FunctionType):
        return _of_function(value, inside)
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, hashlib.blake2b(value.tobytes()).digest()
    return repr(value)


def _of_function(function: types.FunctionType, inside: frozenset[Any]) -> Any:
    code, around = function.__code__, function.__globals__
    if around.get("__name__") != "__main__":  # of a package, not of the chapter
        return function.__module__, function.__qualname__
    if code in inside:
        return code
    looked_up = {name: around[name] for name in globals_of(code) if name in around}
    return code, fingerprint([function.__defaults__, looked_up], inside | {code})


def globals_of(code: types.CodeType) -> list[str]:
    within = [name for const in code.co_consts if isinstance(const, types.CodeType) for name in globals_of(const)]
    return sorted({*code.co_names, *within})
