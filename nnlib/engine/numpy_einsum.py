"""Sums of products by subscripts: ``np.einsum`` in every spelling, and its derivative rule."""

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnlib.engine.numpy_composed import composed
from nnlib.engine.numpy_shapes import put_back
from nnlib.rules import differentiable, rule


@differentiable("*operands")
def einsum(*operands: Any, subscripts: str) -> Any:
    """Return ``np.einsum(subscripts, *operands)``, for subscripts with an arrow and without an ellipsis."""
    return np.einsum(subscripts, *operands, optimize=len(operands) > 2)


def _einsum_jvp(v: Any, y: Any, *operands: Any, subscripts: str, position: int) -> Any:
    return einsum(*operands[:position], v, *operands[position + 1 :], subscripts=subscripts)


def _einsum_vjp(g: Any, y: Any, *operands: Any, subscripts: str, position: int) -> Any:
    """Swap the operand's subscripts with the result's; what was summed alone or broadcast is copied or summed back."""
    inputs, output = subscripts.split("->")
    parts = inputs.split(",")
    shape = np.shape(operands[position])
    sizes = dict(zip(parts[position], shape, strict=True))
    parts[position] = output
    known = {c for c in sizes if any(c in part for part in parts) and sizes[c] != 1}
    others = (*operands[:position], g, *operands[position + 1 :])
    found = einsum(*others, subscripts=f"{','.join(parts)}->{''.join(c for c in sizes if c in known)}")
    lengths = iter(np.shape(found))
    spread = np.reshape(found, tuple(next(lengths) if c in known else 1 for c in sizes))
    cotangent = np.broadcast_to(spread, tuple(sizes.values()))
    own = inputs.split(",")[position]
    if len(sizes) == len(own):
        return cotangent
    places = np.ix_(*map(np.arange, sizes.values()))  # of a diagonal, the transpose of taking it
    return put_back(cotangent, tuple(places[[*sizes].index(c)] for c in own), shape)


rule(einsum, "*operands", jvp=_einsum_jvp, vjp=_einsum_vjp, linear=True)

# Other spellings


@composed(np.einsum)
def _einsum(*operands: Any, optimize: Any = False) -> Any:
    """In every spelling: subscripts as a string or as lists."""
    if not isinstance(operands[0], str):
        operands = (*_from_lists(operands),)
    arrays = [np.asarray(a) if isinstance(a, (list, tuple)) else a for a in operands[1:]]
    return einsum(*arrays, subscripts=_spelled_out(operands[0], arrays))


def _from_lists(operands: Sequence[Any]) -> list[Any]:
    """Write ``einsum(a, [0, 1], b, [1], [0])`` as ``einsum("ab,b->a", a, b)``."""
    arrays, lists = operands[: len(operands) // 2 * 2 : 2], [*operands[1::2]]
    words = ["".join("..." if i is Ellipsis else string.ascii_letters[i] for i in indices) for indices in lists]
    if len(operands) % 2:
        last = "".join("..." if i is Ellipsis else string.ascii_letters[i] for i in operands[-1])
        return [f"{','.join(words)}->{last}", *arrays]
    return [",".join(words), *arrays]


def _spelled_out(subscripts: str, arrays: Sequence[Any]) -> str:
    """Give subscripts an arrow and a letter for each axis, as NumPy reads them."""
    subscripts = subscripts.replace(" ", "")
    inputs, arrow, output = subscripts.partition("->")
    parts = inputs.split(",")
    if len(parts) != len(arrays):
        raise ValueError(f"np.einsum({subscripts!r}) needs {len(parts)} arrays, got {len(arrays)}")
    free = [c for c in string.ascii_letters if c not in subscripts]
    rest = [
        np.ndim(a) - len(part.replace("...", "")) if "..." in part else 0 for part, a in zip(parts, arrays, strict=True)
    ]
    common = "".join(free[: max(rest)]) if max(rest) > 0 else ""
    parts = [
        part.replace("...", common[len(common) - n :] if n > 0 else "") for part, n in zip(parts, rest, strict=True)
    ]
    if common and arrow and "..." not in output:
        raise ValueError(
            f"np.einsum({subscripts!r}) needs the ellipsis in its output, too, for it stands for {len(common)} axes"
        )
    if not arrow:
        letters = inputs.replace(",", "").replace(".", "")
        output = "..." + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    return f"{','.join(parts)}->{output.replace('...', common)}"
