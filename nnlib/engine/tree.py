"""What the transformations take and give: arrays, and nested lists, tuples and dicts of arrays as one argument."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnlib.engine.snapshots import ARGUMENT
from nnlib.numerics.arrays import float_array


def number(x: Any) -> Any:
    """Return `x` as an array, or as a NumPy scalar if it has no axes; a traced value as it is.

    The array is a view, so that a gradient that is an argument itself can be told from one that the caller may change.
    """
    if type(x) is float:
        return np.float64(x)
    array = float_array(x)
    return array[()] if type(array) is np.ndarray else array


def like(x: Any, v: Any, what: str, whose: str) -> Any:
    """Check a tangent or cotangent against the array it belongs to, and give it that array's dtype."""
    v = number(v)
    if v.shape != x.shape:
        raise ValueError(f"{what} has shape {v.shape}, {whose} has shape {x.shape}; they must be equal")
    return v if v.dtype == x.dtype else v.astype(x.dtype)


def leaves(tree: Any) -> list[Any]:
    """List what stands in a nested container, in order."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, (list, tuple)) else [tree]


def arguments(tree: Any) -> list[tuple[Any, Any]]:
    """List the arrays in a nested container, in order, each with its family; traced ones by names of their own."""
    found = []
    for leaf in leaves(tree):
        x = number(leaf)
        if hasattr(x, "twin"):
            x = x.copy()
        found.append((x, ARGUMENT if x.ndim or isinstance(leaf, np.ndarray) else None))
    return found


def skeleton(tree: Any) -> Any:
    """Return the containers alone, copied: they can be written to."""
    if isinstance(tree, dict):
        return {key: skeleton(part) for key, part in tree.items()}
    return type(tree)([skeleton(part) for part in tree]) if isinstance(tree, (list, tuple)) else None


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


def filled(tree: Any, values: Iterator[Any]) -> Any:
    """Return a container like `tree` that holds these values, in order."""
    if isinstance(tree, dict):
        return {key: filled(part, values) for key, part in tree.items()}
    return type(tree)([filled(part, values) for part in tree]) if isinstance(tree, (list, tuple)) else next(values)


def leaves_like(tree: Any, other: Any) -> list[Any]:
    """List what stands in `other` where `tree` has an array.

    Raises
    ------
    ValueError
        If the containers differ in type, length or keys.
    """
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
    return f"a {type(tree).__name__} of {len(tree)}" if isinstance(tree, (list, tuple)) else "an array"
