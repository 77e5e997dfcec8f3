"""What every operation does with its input first: one rule for dtypes, for sizes, for axes, for traced values.

float16, float32 and float64 keep their dtype, integers and booleans become float64, anything else is a TypeError.
A traced value (one that an automatic-differentiation transformation follows) passes through unchanged.
"""

import math
import operator
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

Array: TypeAlias = np.ndarray[Any, np.dtype[np.floating[Any]]]  # numpy.typing would take time to import

Axis: TypeAlias = int | tuple[int, ...] | None

KEPT = {np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64)}
ALLOWED = "float16, float32, float64, integers or booleans"


def is_traced(value: object) -> bool:
    """Tell whether `value` is followed by automatic differentiation.

    Recognized by protocol, so that operations need not import the engine: such a value takes part in NumPy's
    ``__array_function__`` dispatch without being an array.
    """
    kind = type(value)
    return kind is not np.ndarray and hasattr(kind, "__array_function__") and not isinstance(value, np.ndarray)


def as_array(value: Any) -> Any:
    """Return what NumPy takes for an array as one, whatever its dtype; a traced value as it is."""
    return value if is_traced(value) else np.asarray(value)


def float_array(x: Any, name: str = "x") -> Array:
    """Return `x` as an array of float16, float32 or float64, without a copy where none is needed.

    Parameters
    ----------
    x : array_like
        Real numbers of any shape. A traced value is returned as it is.
    name : str
        The argument's name, for the error message.

    Raises
    ------
    TypeError
        For complex, object, string and extended-precision input, and for masked arrays.
    ValueError
        For nested lists of unequal lengths.
    """
    if (type(x) is np.ndarray and x.dtype in KEPT) or is_traced(x):
        return x  # type: ignore[no-any-return]
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array, whose masked entries would be used; fill or drop them first")
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name} must be an array or nested lists of equal lengths: {error}") from None
    kind = array.dtype.kind
    if kind == "f" and array.dtype.itemsize <= 8:
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    if kind in "biu":
        return array.astype(np.float64)
    raise TypeError(f"{name} must hold real numbers ({ALLOWED}); got dtype {array.dtype}")


def float_arrays(**named: Any) -> list[Array]:
    """Return several arguments as arrays of one dtype, the one that NumPy's promotion gives.

    A Python number adapts to the arrays beside it, as it does in NumPy, so ``squared_error(x, 1.0)`` keeps float32.

    Parameters
    ----------
    **named : array_like
        The arguments by name: ``x, w = float_arrays(x=x, w=w)``. Traced values are returned as they are.
    """
    dtype = None
    for x in named.values():  # the usual case, in a seventh of the time: arrays of one dtype
        if type(x) is not np.ndarray or (dtype is not None and x.dtype is not dtype):
            break
        dtype = x.dtype
    else:
        if dtype in KEPT:
            return [*named.values()]
    arrays = [float_array(x, name) for name, x in named.items()]
    strong = [a.dtype for a, x in zip(arrays, named.values(), strict=True) if type(x) not in (int, float, bool)]
    dtype = np.result_type(*strong) if strong else np.dtype(np.float64)
    return [a if is_traced(a) or a.dtype == dtype else a.astype(dtype) for a in arrays]


def real_number(value: Any, name: str) -> float:
    """Return one real number, such as a slope or a temperature, as a float; anything else is a TypeError."""
    if type(value) is float:
        return value
    try:
        if isinstance(value, str | bytes) or np.ndim(value):
            raise TypeError
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a single real number; got {value!r}") from None


def whole_number(value: Any, name: str, least: int = 1) -> int:
    """Return a size as a Python integer, which cannot overflow, or raise a ValueError that says what is allowed."""
    try:
        size = operator.index(value)
    except TypeError:
        size = least - 1
    if size < least:
        raise ValueError(f"{name} must be an integer of at least {least}; got {value!r}")
    return size


def whole_numbers(values: Any, name: str, count: int | None = None) -> tuple[int, ...]:
    """Return sizes as Python integers, as many as are needed, or raise a ValueError that says what is allowed."""
    try:
        sizes = tuple(map(operator.index, values))
    except TypeError:
        sizes = ()
    if len(sizes) != (count or len(sizes)) or min(sizes, default=0) < 1:
        raise ValueError(f"{name} must be {count or 'one or more'} integers of at least 1; got {values!r}")
    return sizes


def pair(value: Any, name: str, least: int = 1) -> tuple[int, int]:
    """Return one integer twice, or a pair of integers, each at least `least`."""
    if type(value) is int and value >= least:  # the usual case
        return value, value
    try:
        a, b = value if isinstance(value, tuple | list) else (value, value)
        two = operator.index(a), operator.index(b)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an integer or a pair of integers; got {value!r}") from None
    if min(two) < least:
        raise ValueError(f"{name} must be at least {least}; got {value!r}")
    return two


def summed_in(x: Array) -> Any:
    """Return the dtype to sum in: float16 has no matrix product of its own, and too few digits."""
    return np.dtype(np.float32) if x.itemsize == 2 else x.dtype


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Name the axes by their positions; a number counts as a vector of one entry, as in NumPy's own reductions."""
    if type(axis) is int and -ndim <= axis < ndim:  # the usual case
        return (axis % ndim,)
    if axis is None:
        return tuple(range(ndim))
    try:
        axes: tuple[int, ...] = normalize_axis_tuple(axis, max(ndim, 1))
    except TypeError:
        raise TypeError(f"axis must be an integer, a tuple of integers or None; got {axis!r}") from None
    return axes if ndim else ()


def kept(reduced: Any, x: Any, axis: Axis) -> Any:
    """Give what was reduced from `x` the shape that keepdims=True would have left."""
    axes = axes_of(axis, x.ndim)
    return np.reshape(reduced, tuple(1 if i in axes else n for i, n in enumerate(x.shape)))
