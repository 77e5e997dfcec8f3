"""NumPy's functions whose entries are those of their arguments, at other places or more than once.

Each runs on the positions of the entries instead of the entries, so that it does what NumPy does and refuses what NumPy
refuses; then the entries are taken from there.
"""

import functools
import inspect
from typing import Any

import numpy as np

from nnlib.engine.numpy_composed import COMPOSED
from nnlib.numerics.arrays import is_traced
from nnlib.rules import Function


def _name(function: Function) -> str:
    return f"{function.__module__}.{function.__name__}".replace("numpy", "np", 1)


def plain_options(function: Function, options: dict[str, Any]) -> None:
    """Refuse a traced value, and an array to write to, among what only steers a function."""
    if options.get("out") is not None:
        raise TypeError(f"{_name(function)} cannot write to 'out' under differentiation; use what it returns")
    for name, value in options.items():
        if any(map(is_traced, value)) if isinstance(value, (list, tuple)) else is_traced(value):
            raise TypeError(f"{_name(function)} cannot be differentiated in {name!r}; pass a plain value there")


def _positions(a: Any) -> Any:
    return np.arange(np.size(a)).reshape(np.shape(a))


def _taken(a: Any, positions: Any) -> Any:
    """Take entries from where a function has put their positions; several results stay a list or tuple."""
    if isinstance(positions, (list, tuple)):
        return type(positions)([_taken(a, part) for part in positions])
    return np.reshape(a, -1)[positions]


def _moved(function: Function) -> None:
    """Enter a function that moves the entries of its first argument."""
    signature = inspect.signature(function)
    first = next(iter(signature.parameters))

    @functools.wraps(function)
    def composition(*args: Any, **kwargs: Any) -> Any:
        try:
            options = dict(signature.bind(*args, **kwargs).arguments)
        except TypeError as error:
            raise TypeError(f"{_name(function)}() {error}") from None
        a = options.pop(first)
        plain_options(function, options)
        return _taken(a, function(_positions(a), *args[1:], **(kwargs if args else options)))

    shown = [p for p in signature.parameters.values() if p.name != "out"]
    _enter(function, composition, signature.replace(parameters=shown))


def _each_moved(function: Function) -> None:
    """Enter a function of any number of arrays that gives one result for each."""

    @functools.wraps(function)
    def composition(*arrays: Any, **options: Any) -> Any:
        positions = function(*map(_positions, arrays), **options)
        if len(arrays) == 1 and not isinstance(positions, (list, tuple)):
            return _taken(arrays[0], positions)
        return type(positions)([_taken(a, part) for a, part in zip(arrays, positions, strict=True)])

    _enter(function, composition, inspect.signature(function))


def _enter(function: Function, composition: Any, signature: inspect.Signature) -> None:
    """Enter a composition with NumPy's arguments, and without NumPy's description."""
    composition.__signature__, composition.__doc__ = signature, None
    COMPOSED[function] = composition


for moving in (
    *(np.repeat, np.tile, np.roll, np.rot90, np.fliplr, np.flipud, np.rollaxis, np.resize),
    *(np.diagonal, np.linalg.diagonal, np.matrix_transpose, np.linalg.matrix_transpose),
    *(np.take, np.take_along_axis, np.delete, np.fft.fftshift, np.fft.ifftshift),
    *(np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit),
):
    _moved(moving)
if hasattr(np, "unstack"):  # since NumPy 2.1
    _moved(np.unstack)

for each in (np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_arrays, np.meshgrid):
    _each_moved(each)
