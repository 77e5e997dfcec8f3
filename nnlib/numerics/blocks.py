"""Run array code block by block, so that its intermediate arrays stay in the cache."""

from collections.abc import Callable

import numpy as np

from nnlib.numerics.arrays import Array

BLOCK = 2**17  # entries


def by_blocks(function: Callable[..., None], *arrays: Array) -> Array:
    """Run the elementwise `function(*arrays, out)` on vectors that together hold all entries.

    The arrays have one shape and dtype, but for single numbers.
    """
    like = max(arrays, key=np.ndim)
    flat = [x.reshape(-1) if x.ndim else x for x in arrays]
    out = np.empty(like.size, like.dtype)
    for i in range(0, like.size, BLOCK):
        part = slice(i, i + BLOCK)
        function(*(x[part] if x.ndim else x for x in flat), out[part])
    return out.reshape(like.shape)[()]
