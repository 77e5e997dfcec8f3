"""Traced arrays: they look like NumPy arrays, and whatever is computed with them is differentiated along the way.

NumPy hands its calls on to them (``__array_ufunc__``, ``__array_function__``), and so do the operations of nnlib.
`apply` runs an operation on the values and gives the result to `Traced.follow`, which each mode of differentiation
defines in its own way (`nnlib.autodiff`).

Each running transformation has a level, a later one a higher level. An operation works at the highest level among its
arguments; arguments of lower levels are constants to it. Its value is computed with the same operation, one level down.
That is all that nested derivatives need.
"""

import contextlib
import itertools
import operator
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

import nnlib.engine.numpy_functions  # noqa: F401 - registers NumPy's functions
from nnlib.engine.numpy_composed import COMPOSED, LOCALLY_CONSTANT
from nnlib.engine.numpy_shapes import getitem
from nnlib.rules import Function, Operation, operation

counter = itertools.count()  # numbers levels and nodes in the order in which they begin
_running: set[int] = set()


@contextlib.contextmanager
def running_level() -> Iterator[int]:
    """Open a level while a function runs."""
    level = next(counter)
    _running.add(level)
    try:
        yield level
    finally:
        _running.discard(level)


def apply(op: Operation, arrays: Sequence[Any], options: dict[str, Any], compute: Function | None = None) -> Any:
    """Run an operation on arrays, some of them traced; `compute` may be a faster way to its value."""
    for name, option in options.items():
        if plain(option) is not option:
            raise TypeError(f"{name_of(op.function)} cannot be differentiated in {name!r}; pass a plain value there")
    level = -1
    for a in arrays:
        if isinstance(a, Traced) and a.level > level:
            level, top = a.level, a
    if level not in _running:
        raise RuntimeError(
            f"{name_of(op.function)} got a traced array whose function has returned; return values, do not store them"
        )
    values = [a.value if isinstance(a, Traced) and a.level == level else a for a in arrays]
    y = compute(*values) if compute else op.call(values, options)
    if type(y) is not np.float64:
        y = y if hasattr(y, "dtype") else np.asarray(y)[()]
        if y.dtype.kind != "f":
            raise TypeError(f"{name_of(op.function)} gave {y.dtype}; only real functions can be differentiated")
    return top.follow(op, arrays, values, options, y)


def dispatch(function: Function, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Differentiate a call of a NumPy function, or of an operation, that has traced arguments."""
    if op := operation(function):
        try:
            arrays, options = op.bind(args, kwargs)
        except TypeError as error:
            raise TypeError(f"{name_of(function)} of a traced array {error}") from None
        return apply(op, [np.asarray(a) if isinstance(a, (list, tuple)) else a for a in arrays], options)
    if function in COMPOSED:
        return COMPOSED[function](*args, **kwargs)
    if function in LOCALLY_CONSTANT:
        return function(*map(plain, args), **{name: plain(value) for name, value in kwargs.items()})
    if function is np.copyto:
        _refuse_assignment()
    raise NotImplementedError(
        f"{name_of(function)} has no derivative rule; use functions that have one (nnlib.autodiff.supported() lists "
        'them, and the page "What can be differentiated" says what to use instead of others), or give it a rule as '
        "nnlib.rules describes"
    )


def plain(value: Any) -> Any:
    """Strip all levels from a value, also inside a list or tuple; a value without any is returned itself."""
    if isinstance(value, (list, tuple)):
        stripped = [plain(part) for part in value]
        if all(map(operator.is_, stripped, value)):
            return value  # a named tuple, too
        return stripped if isinstance(value, list) else tuple(stripped)
    while isinstance(value, Traced):
        value = value.value
    return value


def name_of(function: Function) -> str:
    """Name a function as a reader calls it."""
    name = getattr(function, "__name__", str(function))
    module = getattr(function, "__module__", None)
    if module is None:  # a ufunc does not know where it comes from
        homes = [home for home in sys.modules if getattr(sys.modules[home], name, None) is function]
        module = min(homes, key=len, default="__main__")
    module = module.partition("._")[0].replace("numpy", "np", 1)
    return name if module == "__main__" else f"{module}.{name}"


def _refuse_assignment(*_: Any) -> NoReturn:
    raise TypeError(
        "an array cannot be changed in place under differentiation; make a new one, "
        "with np.where, np.stack, np.concatenate or arithmetic"
    )


def _refuse_conversion(*_: Any) -> NoReturn:
    raise TypeError("a traced array cannot become a Python number; use NumPy's functions, such as np.exp for math.exp")


def _refuse_array(*_: Any, **__: Any) -> NoReturn:
    raise TypeError(
        "a traced array cannot become a plain one, which would lose its derivative; use np.stack or np.concatenate "
        "instead of np.array, and np.full_like or np.broadcast_to instead of np.full; to look at it, print it"
    )


def _method(function: Any) -> Any:
    """Make a method of a function, as arrays have it."""

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return dispatch(function, (self, *args), kwargs)

    return method


def _operators(ufunc: np.ufunc, compute: Function) -> tuple[Any, Any]:
    """Make an operator and its reflection, for a traced array on the right only."""
    op = operation(ufunc)
    if op is None:
        return _method(ufunc), lambda self, other: ufunc(other, self)

    def forward(self: Any, other: Any) -> Any:
        return apply(op, (self, np.asarray(other) if isinstance(other, (list, tuple)) else other), {}, compute)

    def reflected(self: Any, other: Any) -> Any:
        return apply(op, (np.asarray(other) if isinstance(other, (list, tuple)) else other, self), {}, compute)

    return forward, reflected


class Traced:
    """An array under differentiation: its value, and the level of the transformation that follows it."""

    __slots__ = ("level", "value")

    level: int
    value: Any

    def follow(self, op: Operation, arrays: Sequence[Any], values: list[Any], options: dict[str, Any], y: Any) -> Any:
        """Return the traced result of an operation at this level, given its value `y`."""
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            _refuse_assignment()
        if method != "__call__" or kwargs:
            how = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else f" with {', '.join(kwargs)}")
            raise NotImplementedError(f"{how} has no derivative rule; use the plain call, and np.sum for np.add.reduce")
        return dispatch(ufunc, inputs, {})

    def __array_function__(self, function: Function, types: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        return dispatch(function, args, kwargs)

    __array__ = _refuse_array
    __setitem__ = __delitem__ = _refuse_assignment
    __float__ = __int__ = __index__ = __complex__ = item = tolist = _refuse_conversion

    __add__, __radd__ = _operators(np.add, operator.add)
    __sub__, __rsub__ = _operators(np.subtract, operator.sub)
    __mul__, __rmul__ = _operators(np.multiply, operator.mul)
    __truediv__, __rtruediv__ = _operators(np.divide, operator.truediv)
    __pow__, __rpow__ = _operators(np.power, operator.pow)
    __matmul__, __rmatmul__ = _operators(np.matmul, operator.matmul)
    __mod__, __rmod__ = _operators(np.remainder, operator.mod)
    __floordiv__, __rfloordiv__ = _operators(np.floor_divide, operator.floordiv)
    __neg__, __pos__, __abs__ = _method(np.negative), _method(np.positive), _method(np.absolute)
    __lt__, __le__, __gt__, __ge__ = map(_method, (np.less, np.less_equal, np.greater, np.greater_equal))
    __eq__, __ne__ = _method(np.equal), _method(np.not_equal)
    __hash__ = None  # type: ignore[assignment]

    __getitem__ = _method(getitem)
    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    dtype = property(lambda self: self.value.dtype)
    T = property(_method(np.transpose))

    sum, mean, var, std, max, min = map(_method, (np.sum, np.mean, np.var, np.std, np.max, np.min))
    clip, cumsum, dot, round = map(_method, (np.clip, np.cumsum, np.dot, np.round))
    argmax, argmin, any, all = map(_method, (np.argmax, np.argmin, np.any, np.all))
    ravel, squeeze, swapaxes, astype = map(_method, (np.ravel, np.squeeze, np.swapaxes, np.astype))
    flatten = ravel
    prod, cumprod, trace, diagonal, repeat, take = map(
        _method, (np.prod, np.cumprod, np.trace, np.diagonal, np.repeat, np.take)
    )
    argsort, nonzero, searchsorted, conj = map(_method, (np.argsort, np.nonzero, np.searchsorted, np.conjugate))
    conjugate = conj
    real, imag, mT = (property(_method(function)) for function in (np.real, np.imag, np.matrix_transpose))

    def reshape(self, *shape: Any) -> Any:
        """Return the array in another shape, given as numbers or as one tuple."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        """Return the array with its axes permuted, given as numbers or as one tuple."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def copy(self) -> Any:
        """Return the array itself, since nothing can change it."""
        return self

    def __bool__(self) -> bool:
        return bool(plain(self))

    def __len__(self) -> int:
        return len(plain(self))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({plain(self)})"
