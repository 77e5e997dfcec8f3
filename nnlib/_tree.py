"""Parameters in containers: nested lists, tuples and dicts of arrays, taken as one argument."""

from collections.abc import Callable
from typing import Any


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
