"""What a traced array refuses because it would lose the derivative, and the words that say what to write instead."""

import dis
import sys
from typing import Any, NoReturn

IN_PLACE = (
    "a traced array cannot be written into a plain one, and an array cannot be changed in place under differentiation; "
    "instead of out[i] = ... collect the parts in a list and join them with np.stack or np.concatenate, or choose "
    "between the old and the new with np.where"
)
CONVERSION = (
    "a traced array cannot become a Python number, which would lose its derivative; use NumPy's functions, such as "
    'np.exp for math.exp; to look at its value, print it, format it (f"{x:.3f}"), or take '
    "nnlib.autodiff.stop_gradient(x)"
)
PLAIN = (
    "a traced array cannot become a plain one, which would lose its derivative; use np.stack or np.concatenate "
    "instead of np.array, and np.full_like or np.broadcast_to instead of np.full; to look at its value, print it, or "
    "take nnlib.autodiff.stop_gradient(x)"
)


def refuse_assignment(*_: Any, **__: Any) -> NoReturn:
    """Refuse to change an array in place."""
    raise TypeError(IN_PLACE)


def refuse_conversion(*_: Any) -> NoReturn:
    """Refuse to become a Python number, be it to be written into an array or not."""
    raise TypeError(IN_PLACE if _assigned(sys._getframe(1)) else CONVERSION)


def refuse_array(*_: Any, **__: Any) -> NoReturn:
    """Refuse to become a plain array, be it to be written into another or not."""
    raise TypeError(IN_PLACE if _assigned(sys._getframe(1)) else PLAIN)


def _assigned(frame: Any) -> bool:
    """Tell whether a frame is just executing ``out[i] = value``: NumPy asks for a number or an array in both cases."""
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] in ("STORE_SUBSCR", "STORE_SLICE")
