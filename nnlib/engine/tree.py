"""What the transformations take and give: arrays, and nested lists, tuples and dicts of arrays as one argument."""

from collections.abc import Callable
from typing import Any

from nnlib.numerics.arrays import float_array, is_traced


def number(x: Any) -> Any:
    """Return `x` as an array, or as a NumPy scalar if it has no axes; a traced value as it is.

    The array is a view, so that a gradient that is an argument itself can be told from one that the caller may change.
    """
    return x if is_traced(x) else float_array(x)[()]


def like(x: Any, v: Any, what: str, whose: str) -> Any:
    """Check a tangent or cotangent against the array it belongs to, and give it that array's dtype."""
    v = number(v)
    if v.shape != x.shape:
        raise ValueError(f"{what} has shape {v.shape}, {whose} has shape {x.shape}; they must be equal")
    return v if v.dtype == x.dtype else v.astype(x.dtype)


def tree_map(f: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """Apply `f` to each array in a nested container, and to the arrays at the same place in the others.

    Raises
    ------
    ValueError
        If the containers differ in type, length or keys.
    """
    if not isinstance(tree, (list, tuple, dict)):
        for other in others:
            if isinstance(other, (tuple, dict)):
                raise ValueError(f"the containers differ: an array at the place of {_describe(other)}")
        return f(tree, *others)
    for other in others:
        if _describe(other) != _describe(tree):
            raise ValueError(f"the containers differ: {_describe(tree)} at the place of {_describe(other)}")
    if isinstance(tree, dict):
        return {key: tree_map(f, value, *(other[key] for other in others)) for key, value in tree.items()}
    return type(tree)([tree_map(f, *parts) for parts in zip(tree, *others, strict=True)])


def leaves(tree: Any) -> list[Any]:
    """List the arrays in a nested container, in order."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, (list, tuple)) else [tree]


def _describe(tree: Any) -> str:
    if isinstance(tree, dict):
        return f"a dict with keys {sorted(map(str, tree))}"
    return f"a {type(tree).__name__} of {len(tree)}" if isinstance(tree, (list, tuple)) else "an array"
