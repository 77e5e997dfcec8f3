"""What the transformations take and give: arrays, and nested lists, tuples and dicts of arrays as one argument.

A named tuple stays one, and ``None`` inside a container stands for nothing, as for a bias that is left out.
"""

import copy
import inspect
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nnlib.engine.snapshots import ARGUMENT
from nnlib.numerics.arrays import float_array


def number(x: Any, name: str = "x") -> Any:
    """Return `x` as an array, or as a NumPy scalar if it has no axes; a traced value as it is.

    The array is a view, so that a gradient that is an argument itself can be told from one that the caller may change.
    """
    if type(x) is float:
        return np.float64(x)
    try:
        array = float_array(x, name)
    except TypeError:
        if np.asarray(x).shape or np.asarray(x).dtype != object:
            raise
        kind = "None" if x is None else f"an object of type {type(x).__name__}"
        message = f"{name} must hold real numbers, alone or in lists, tuples and dicts; got {kind}"
        raise TypeError(message) from None
    return array[()] if type(array) is np.ndarray else array


def like(x: Any, v: Any, what: str, whose: str) -> Any:
    """Check a tangent or cotangent against the array it belongs to, and give it that array's dtype."""
    v = number(v, what)
    if v.shape != x.shape:
        raise ValueError(f"{what} has shape {v.shape}, {whose} has shape {x.shape}; they must be equal")
    return v if v.dtype == x.dtype else v.astype(x.dtype)


def leaves(tree: Any) -> list[Any]:
    """List what stands in a nested container, in order."""
    if tree is None:
        return []
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, (list, tuple)) else [tree]


def arguments(primals: Sequence[Any], f: Callable[..., Any]) -> list[tuple[Any, Any]]:
    """List the arrays in a function's arguments, in order, each with its family; traced ones by names of their own."""
    found = []
    for x, leaf in zip(numbers(primals, f), leaves(primals), strict=True):
        own = x.copy() if hasattr(x, "twin") else x
        found.append((own, ARGUMENT if own.ndim or isinstance(leaf, np.ndarray) else None))
    return found


def skeleton(tree: Any) -> Any:
    """Return the containers alone, copied: they can be written to."""
    return filled(tree, itertools.repeat(...))


def returned(tree: Any, results: list[Any], kept: bool = False) -> Any:
    """Return a container like `tree` that holds these results, as arrays that the caller may change."""
    shared = set(map(id, results)) if kept else set()
    return filled(tree, iter([owned(result, shared) for result in results]))


def owned(result: Any, shared: set[int]) -> Any:
    """Return a result that the caller may change: no view, and no array that is kept or was given out before."""
    if isinstance(result, np.ndarray):
        if not result.flags.owndata or id(result) in shared:
            result = result.copy()
        shared.add(id(result))
    return result.copy() if hasattr(result, "twin") else result


def numbers(arguments: Sequence[Any], f: Callable[..., Any]) -> list[Any]:
    """List the arrays in the arguments of a function, in order; an error tells which of them is none."""
    if all(x is not None for x in arguments):
        try:
            return [number(leaf) for leaf in leaves(arguments)]
        except (TypeError, ValueError):
            pass  # said again below, with its name
    found = []
    for x, name in zip(arguments, names_of(f, len(arguments)), strict=True):
        found += [number(x, name)] if x is None else [number(leaf, path) for path, leaf in _paths(x, name)]
    return found


def results(y: Any, f: Callable[..., Any]) -> list[Any]:
    """List what a function has returned, in order; nothing at all is a mistake."""
    if y is None:
        raise TypeError(f"{called(f)} returned None; a function that is differentiated ends with return and its result")
    return leaves(y)


def called(f: Callable[..., Any]) -> str:
    """Name a function for a message."""
    f = getattr(f, "__wrapped__", f)
    name = getattr(f, "__name__", type(f).__name__)
    return "the function" if name == "<lambda>" else str(name)


def names_of(f: Callable[..., Any], count: int) -> list[str]:
    """Name the first arguments, or those that are chosen, as the signature does, or by their positions."""
    chosen = getattr(f, "chosen", range(count))
    try:
        names = [p.name for p in inspect.signature(f).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        names = ["x"] if getattr(f, "nin", None) == 1 else []  # an older NumPy does not tell of its ufuncs
    return [names[i] if i < len(names) else f"argument {i}" for i in chosen]


def _paths(tree: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield what stands in a nested container, each with the way to it."""
    if isinstance(tree, dict):
        parts = [(f"{name}[{key!r}]", part) for key, part in tree.items()]
    elif isinstance(tree, (list, tuple)):
        fields = getattr(tree, "_fields", None)
        parts = [(f"{name}.{fields[i]}" if fields else f"{name}[{i}]", part) for i, part in enumerate(tree)]
    else:
        yield from [] if tree is None else [(name, tree)]
        return
    for path, part in parts:
        yield from _paths(part, path)


def rebuilt(tree: Any, parts: list[Any]) -> Any:
    """Return a list or tuple of the same type, named or not, that holds these parts."""
    return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)


def filled(tree: Any, values: Iterator[Any]) -> Any:
    """Return a container like `tree` that holds these values, in order."""
    if tree is None:
        return None
    if isinstance(tree, dict):
        parts = {key: filled(part, values) for key, part in tree.items()}
        if type(tree) is dict:
            return parts
        other = copy.copy(tree)  # such as an OrderedDict
        other.update(parts)
        return other
    if isinstance(tree, (list, tuple)):
        return rebuilt(tree, [filled(part, values) for part in tree])
    return next(values)


def leaves_like(tree: Any, other: Any) -> list[Any]:
    """List what stands in `other` where `tree` has an array.

    Raises
    ------
    ValueError
        If the containers differ in type, length or keys.
    """
    if tree is None:
        if other is not None:
            raise ValueError(f"the containers differ: None at the place of {_describe(other)}")
        return []
    if not isinstance(tree, (list, tuple, dict)):
        if isinstance(other, (tuple, dict)):  # a list may stand for an array
            raise ValueError(f"the containers differ: an array at the place of {_describe(other)}")
        return [other]
    if _describe(other) != _describe(tree):
        raise ValueError(f"the containers differ: {_describe(tree)} at the place of {_describe(other)}")
    places = tree if isinstance(tree, dict) else range(len(tree))
    return [leaf for place in places for leaf in leaves_like(tree[place], other[place])]


def _describe(tree: Any) -> str:
    if isinstance(tree, dict):
        return f"a dict with keys {sorted(map(str, tree))}"
    if tree is None:
        return "None"
    return f"a {type(tree).__name__} of {len(tree)}" if isinstance(tree, (list, tuple)) else "an array"
