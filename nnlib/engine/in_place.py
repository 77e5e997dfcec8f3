"""What ``y += 1`` means for a traced array: what NumPy means by it, to write into the array.

A traced array never changes. Writing into it makes a new one, which the old one remembers as what it is `now`, and
every name that still refers to the old one is led there. Arrays that share memory, as ``h`` and ``h[0]`` do, would have
to change together: that is refused while both are in use. So is writing into an argument, which is the caller's.
"""

import operator
import weakref
from typing import Any

import numpy as np

from nnlib.engine.snapshots import ARGUMENT, is_callers
from nnlib.engine.tree import rebuilt
from nnlib.rules import Function


def latest(array: Any) -> Any:
    """Follow a traced array to what was last written into it; anything else is what it is."""
    while getattr(array, "now", None) is not None:
        array = array.now
    return array


def plain(value: Any) -> Any:
    """Strip all levels from a value, also inside a list or tuple; a value without any is returned itself."""
    if isinstance(value, (list, tuple)):
        stripped = [plain(part) for part in value]
        return value if all(map(operator.is_, stripped, value)) else rebuilt(value, stripped)
    while hasattr(value, "now"):
        value = latest(value).value
    return value


def share(view: Any, array: Any) -> None:
    """Remember that a traced array shares the memory of another, or that of a plain array, which is the caller's."""
    if isinstance(array, np.ndarray):
        view.family = ARGUMENT
        return
    if array.family is None:
        array.family = [weakref.ref(array)]
    view.family = array.family
    if not is_callers(array):
        view.family.append(weakref.ref(view))


def _writing(compute: Function, sign: str) -> Function:
    """Make the operator that writes ``compute(array, other)`` into the array; a number is replaced, as in Python."""

    def write(self: Any, other: Any) -> Any:
        old = latest(self)
        value = plain(old)
        if not isinstance(value, np.ndarray) and old.family is None:
            return compute(old, other)
        _refuse_what_others_see(old, value, sign)
        new = compute(old, other)
        if not hasattr(new, "now"):
            raise TypeError(f"y {sign}= ... would make a traced array a constant; write y = y {sign} ...")
        if new.shape != old.shape:
            raise ValueError(f"y {sign}= ... keeps the shape {old.shape} of y, but the result has shape {new.shape}")
        if new.dtype != old.dtype:
            new = np.astype(new, old.dtype)
        if old.family is not None:
            share(new, old)
        old.now = new
        return new

    return write


def _refuse_what_others_see(array: Any, value: Any, sign: str) -> None:
    """Raise a TypeError if writing into the array could be seen through another one."""
    if is_callers(array):
        whose = "the caller's array: y is an argument, or a view of one"
    elif array.family and (not value.flags.writeable or any(_another(ref(), array) for ref in array.family)):
        whose = "another array: y shares memory with one, as a view does"
    else:
        return
    raise TypeError(
        f"y {sign}= ... would also write into {whose}; under differentiation, write y = y {sign} ..., which makes a "
        "new array (or y = y.copy() before it)"
    )


def _another(member: Any, array: Any) -> bool:
    return member is not None and latest(member) is not array


class Writable:
    """The operators that write into an array."""

    __slots__ = ()

    __iadd__, __isub__ = _writing(operator.add, "+"), _writing(operator.sub, "-")
    __imul__, __itruediv__ = _writing(operator.mul, "*"), _writing(operator.truediv, "/")
    __ipow__, __imatmul__ = _writing(operator.pow, "**"), _writing(operator.matmul, "@")
    __imod__, __ifloordiv__ = _writing(operator.mod, "%"), _writing(operator.floordiv, "//")
