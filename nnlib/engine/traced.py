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
from nnlib.engine.in_place import Writable, latest, plain, share
from nnlib.engine.numpy_composed import COMPOSED, LOCALLY_CONSTANT
from nnlib.engine.numpy_shapes import getitem
from nnlib.engine.refusals import CONVERSION, IN_PLACE, refuse_array, refuse_assignment, refuse_conversion
from nnlib.engine.snapshots import FIXED, is_callers, settle
from nnlib.engine.tree import filled, leaves
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
    except ValueError as error:
        cause = error.__cause__
        if isinstance(cause, TypeError) and cause.args in ((IN_PLACE,), (CONVERSION,)):
            # NumPy takes what can be indexed for a sequence, and hides the reason for which it is no number.
            raise cause.with_traceback(error.__traceback__) from None
        raise
    finally:
        _running.discard(level)


def apply(op: Operation, arrays: Sequence[Any], options: dict[str, Any], compute: Function | None = None) -> Any:
    """Run an operation on arrays, some of them traced; `compute` may be a faster way to its value."""
    for name, option in options.items():
        if type(option) not in FIXED and plain(option) is not option:
            raise TypeError(f"{name_of(op.function)} cannot be differentiated in {name!r}; pass a plain value there")
    level = -1
    for a in arrays:
        if isinstance(a, Traced):
            if a.now is not None:
                return apply(op, list(map(latest, arrays)), options, compute)
            if a.level > level:
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
    if type(y) is np.float64 or (i := _viewed(y, values)) is None:
        return top.follow(op, arrays, values, options, y)
    a = arrays[i]
    if isinstance(a, Traced) and not is_callers(a):  # not kept itself, so that one can tell whether it is still in use
        arrays = [*arrays[:i], a.twin(), *arrays[i + 1 :]]
    result = top.follow(op, arrays, values, options, y)
    share(result, a)
    return result


def _viewed(y: Any, values: Sequence[Any]) -> int | None:
    """Find the value whose memory a result shares."""
    bare = y if type(y) is np.ndarray else plain(y)
    for i, v in enumerate(values):
        if v is y:
            return i
        if bare.base is not None and type(v) is not np.float64:
            x = v if type(v) is np.ndarray else plain(v)
            if x is bare.base or getattr(x, "base", None) is bare.base:
                return i
    return None


def dispatch(function: Function, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Differentiate a call of a NumPy function, or of an operation, that has traced arguments."""
    if op := operation(function):
        try:
            arrays, options = op.bind(args, kwargs)
        except TypeError as error:
            raise TypeError(f"{name_of(function)} of a traced array {error}") from None
        arrays = [a if type(a) in FAMILIAR else operand(a) for a in arrays]
        if any(a is NotImplemented for a in arrays):
            raise TypeError(f"{name_of(function)} of a traced array needs numbers or arrays beside it; got {args}")
        return apply(op, arrays, options)
    if function in COMPOSED:
        return COMPOSED[function](*args, **kwargs)
    if function in LOCALLY_CONSTANT:
        return function(*map(plain, args), **{name: plain(value) for name, value in kwargs.items()})
    if function is np.copyto:
        refuse_assignment()
    raise NotImplementedError(
        f"{name_of(function)} has no derivative rule; use functions that have one (nnlib.autodiff.supported() lists "
        'them, and the page "What can be differentiated" says what to use instead of others), or give it a rule as '
        "nnlib.rules describes"
    )


def name_of(function: Function) -> str:
    """Name a function as a reader calls it."""
    name = getattr(function, "__name__", str(function))
    module = getattr(function, "__module__", None)
    if module is None:  # a ufunc does not know where it comes from
        homes = [
            home for home, held in list(sys.modules.items()) if getattr(held, "__dict__", {}).get(name) is function
        ]
        module = min(homes, key=len, default="__main__")
    module = module.partition("._")[0].replace("numpy", "np", 1)
    return name if module == "__main__" else f"{module}.{name}"


def stop_gradient(x: Any) -> Any:
    """Return the plain value of what is followed by differentiation: a constant to every transformation.

    Parameters
    ----------
    x
        An array, or a nested list, tuple or dict of them, traced or not.

    Returns
    -------
    array or container
        The same without traces, free to be printed, logged, kept or turned into a Python number.

    Notes
    -----
    JAX has it as ``jax.lax.stop_gradient``.

    Examples
    --------
    >>> from nnlib.autodiff import grad, stop_gradient
    >>> def loss(w):
    ...     total = np.sum(w * w)
    ...     seen.append(float(stop_gradient(total)))  # float(total) would lose the derivative, and is refused
    ...     return total
    >>> seen = []
    >>> grad(loss)(np.array([3.0, 4.0])).tolist(), seen
    ([6.0, 8.0], [25.0])
    """
    return filled(x, iter([_apart(plain(leaf)) for leaf in leaves(x)]))


def released(pair: Any, level: int, name: str) -> tuple[Any, list[Any]]:
    """Split what a function with has_aux=True has returned, and end the trace of the second part."""
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        got = f"a {type(pair).__name__}" if isinstance(pair, (list, tuple, dict)) else "one array"
        raise TypeError(f"with has_aux=True {name} must return a pair, the result and what else is wanted; got {got}")
    y, aux = pair
    ended = [_ended(leaf, level) for leaf in leaves(aux)]
    return y, [filled(aux, iter(ended))]


def _ended(leaf: Any, level: int) -> Any:
    """Return the value of what was traced at this level, in memory of its own."""
    now = latest(leaf)
    return _apart(now.value) if isinstance(now, Traced) and now.level == level else leaf


def _apart(value: Any) -> Any:
    """Return a value in memory of its own."""
    return value.copy() if isinstance(value, np.ndarray) else value


def without_rule(op: Operation, i: int) -> NoReturn:
    """Refuse an operation that has been registered and has got no rule yet."""
    argument = op.arrays[0 if op.variadic else i]
    raise NotImplementedError(
        f"{name_of(op.function)} has no derivative rule for its argument {argument!r} yet; "
        f"register one: nnlib.rules.rule({op.name}, {argument!r}, ...)"
    )


FAMILIAR = {np.ndarray, float, int, bool, np.float64, np.float32, np.float16, np.int64, np.bool_, type(None)}


def operand(a: Any) -> Any:
    """Return what stands beside a traced array as NumPy takes it: a range, list or column of a table is an array.

    What is no array at all gives NotImplemented: Python then asks the other operand.
    """
    if type(a) in FAMILIAR or isinstance(a, (np.generic, complex)):
        return a
    if isinstance(a, (np.matrix, np.ma.MaskedArray)):
        raise TypeError(f"a {type(a).__name__} cannot meet a traced array; convert it to a plain one, with np.asarray")
    array = np.asarray(a)
    return NotImplemented if array.dtype.kind == "O" else array


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
        if type(other) not in FAMILIAR:
            other = operand(other)
            if other is NotImplemented:
                return other
        return apply(op, (self, other), {}, compute)

    def reflected(self: Any, other: Any) -> Any:
        if type(other) not in FAMILIAR:
            other = operand(other)
            if other is NotImplemented:
                return other
        return apply(op, (other, self), {}, compute)

    return forward, reflected


class Traced(Writable):
    """An array under differentiation: its value, and the level of the transformation that follows it.

    What it is `now` and its `family` are told in `nnlib.engine.in_place`.
    """

    __slots__ = ("__weakref__", "family", "level", "now", "value")

    level: int
    value: Any
    now: Any
    family: Any

    def __init_subclass__(cls) -> None:
        FAMILIAR.add(cls)

    def follow(self, op: Operation, arrays: Sequence[Any], values: list[Any], options: dict[str, Any], y: Any) -> Any:
        """Return the traced result of an operation at this level, given its value `y`."""
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            refuse_assignment()
        if method != "__call__" or kwargs:
            how = f"np.{ufunc.__name__}" + (f".{method}" if method != "__call__" else f" with {', '.join(kwargs)}")
            raise NotImplementedError(f"{how} has no derivative rule; use the plain call, and np.sum for np.add.reduce")
        return dispatch(ufunc, inputs, {})

    def __array_function__(self, function: Function, types: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        return dispatch(function, args, kwargs)

    __array__ = refuse_array
    __setitem__ = __delitem__ = refuse_assignment
    __float__ = __int__ = __index__ = __complex__ = item = tolist = refuse_conversion

    __add__, __radd__ = _operators(np.add, operator.add)
    __sub__, __rsub__ = _operators(np.subtract, operator.sub)
    __mul__, __rmul__ = _operators(np.multiply, operator.mul)
    __truediv__, __rtruediv__ = _operators(np.divide, operator.truediv)
    _power, __rpow__ = _operators(np.power, operator.pow)
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
    cumsum, dot, round = map(_method, (np.cumsum, np.dot, np.round))
    argmax, argmin, any, all = map(_method, (np.argmax, np.argmin, np.any, np.all))
    ravel, squeeze, swapaxes, astype = map(_method, (np.ravel, np.squeeze, np.swapaxes, np.astype))
    prod, cumprod, trace, diagonal, repeat, take = map(
        _method, (np.prod, np.cumprod, np.trace, np.diagonal, np.repeat, np.take)
    )
    argsort, nonzero, searchsorted, conj = map(_method, (np.argsort, np.nonzero, np.searchsorted, np.conjugate))
    conjugate = conj
    sort = fill = put = partition = resize = setfield = byteswap = refuse_assignment
    itemsize, nbytes = property(lambda self: self.value.itemsize), property(lambda self: self.value.nbytes)
    real, imag, mT = (property(_method(function)) for function in (np.real, np.imag, np.matrix_transpose))

    def reshape(self, *shape: Any) -> Any:
        """Return the array in another shape, given as numbers or as one tuple."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> Any:
        """Return the array with its axes permuted, given as numbers or as one tuple."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def clip(self, min: Any = None, max: Any = None) -> Any:
        """Return the array with its entries kept between two bounds; None is no bound."""
        return np.clip(self, min, max)

    def flatten(self) -> Any:
        """Return a copy with one axis."""
        return np.ravel(self).copy()

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            raise TypeError("pow(x, y, modulus) is for integers; write x**y % modulus for traced arrays")
        return self._power(other)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def copy(self) -> Any:
        """Return the same value in memory of its own: writing into one does not change the other."""
        this = latest(self)
        settle(this)
        twin = this.twin()
        twin.family = None
        return twin

    def twin(self) -> Any:
        """Return the same value under another name, of which nobody else knows."""
        raise NotImplementedError

    def __bool__(self) -> bool:
        return bool(plain(self))

    def __len__(self) -> int:
        return len(plain(self))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __round__(self, decimals: int = 0) -> Any:
        return np.round(self, decimals)

    def __format__(self, spec: str) -> str:
        return format(plain(self), spec) if spec else str(self)

    def __deepcopy__(self, memo: Any) -> Any:
        return self.copy()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({plain(self)})"


class _Missing:
    """An attribute that arrays have and traced ones do not; ``__getattr__`` would slow down all that they have."""

    def __init__(self, name: str) -> None:
        self.name, self.__name__ = name, f"refused: {name}"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        function = getattr(np, self.name, None)
        known = function in COMPOSED or function in LOCALLY_CONSTANT or (function and operation(function))
        other = f"np.{self.name}(x)" if known else f"nnlib.autodiff.stop_gradient(x).{self.name}, a constant"
        raise AttributeError(f"a traced array has no attribute {self.name!r}; use {other}")


for _name in vars(np.ndarray):
    if not (_name.startswith("_") or hasattr(Traced, _name)):
        setattr(Traced, _name, _Missing(_name))
