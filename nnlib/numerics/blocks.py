"""Run array code block by block, so that its intermediate arrays stay in the cache."""

from collections.abc import Callable

import numpy as np

from nnlib.numerics.arrays import Array

BLOCK = 2**17  # entries


def by_blocks(function: Callable[..., Array], *arrays: Array) -> Array:
    """Return what an elementwise function gives; to large arrays it is applied block by block.

    The arrays have one shape and dtype, but for single numbers.
    """
    like = max(arrays, key=np.ndim)
    if like.size <= BLOCK:
        return function(*arrays)
    flat = [x.reshape(-1) if x.ndim else x for x in arrays]
    out = np.empty(like.size, like.dtype)
    for i in range(0, like.size, BLOCK):
        part = slice(i, i + BLOCK)
        out[part] = function(*(x[part] if x.ndim else x for x in flat))
    return out.reshape(like.shape)
