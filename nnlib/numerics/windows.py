"""Where a kernel stands on an image: the sizes, checked once, and a view of all windows.

Convolution and pooling in `nnlib.conv` and `nnlib.pooling` share this. Sizes come in pairs: height, then width.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

import numpy as np

from nnlib.numerics.arrays import Array

Pair = tuple[int, int]
IntOrPair = int | tuple[int, int]
Padding = int | tuple[int, int] | str


@dataclass(frozen=True, eq=False, slots=True)
class Sliding:
    """A kernel sliding over an image, all sizes known to be possible. Equal sizes give the same object."""

    image: Pair
    kernel: Pair
    stride: Pair
    dilation: Pair
    before: Pair  # zeros above and to the left of the image
    padded: Pair  # the size of the image with the zeros around it
    output: Pair  # how many places the kernel has, down and across
    spacing: Pair = (1, 1)  # distance between the image's entries in the padded one; elsewhere zeros

    @property
    def places(self) -> int:
        """How many places the kernel has in all."""
        return self.output[0] * self.output[1]

    @property
    def weights(self) -> int:
        """How many weights the kernel has for one channel."""
        return self.kernel[0] * self.kernel[1]


F = TypeVar("F", bound=Callable[..., Any])
_INTEGERS = {int}


def remembered(check: F) -> F:
    """Check equal sizes only once, and give the same object for them again. The first two sizes are those of arrays."""
    known = lru_cache(maxsize=1024, typed=True)(check)

    @wraps(check)
    def answer(*sizes: Any) -> Any:
        for size in sizes[2:]:
            if type(size) is tuple and not _INTEGERS.issuperset(map(type, size)):
                return check(*sizes)  # (1.0, 1.0) would be found under (1, 1)
        try:
            return known(*sizes)
        except TypeError:  # a list cannot be looked up
            pass
        return check(*(tuple(size) if isinstance(size, list) else size for size in sizes))

    return cast(F, answer)


@remembered
def layer(x_shape: Any, w_shape: Any, stride: Any, padding: Any, dilation: Any, groups: Any) -> Sliding:
    """Check that a layer with these shapes is possible, and return how its kernel slides over the image."""
    if len(x_shape) != 4 or len(w_shape) != 4:
        raise ValueError(f"x and w must each have four axes, NCHW and OCHW; got shapes {x_shape} and {w_shape}")
    channels, outputs, groups = x_shape[1], w_shape[0], group_count(groups)
    if channels % groups or outputs % groups or not channels or not outputs:
        raise ValueError(f"{channels} channels and {outputs} outputs cannot be split into {groups} group(s)")
    if w_shape[1] * groups != channels:
        raise ValueError(
            f"w of shape {w_shape} has kernels for {w_shape[1]} channels in each of {groups} group(s); "
            f"x of shape {x_shape} has {channels} channels"
        )
    return sliding(x_shape[2:], w_shape[2:], stride, padding, dilation)


def group_count(groups: Any) -> int:
    """Return the number of groups as a Python integer."""
    try:
        count = operator.index(groups)
    except TypeError:
        count = 0
    if count < 1:
        raise ValueError(f"groups must be a positive integer; got {groups!r}")
    return count


@remembered
def sliding(image: Pair, kernel: Pair, stride: IntOrPair, padding: Padding, dilation: IntOrPair) -> Sliding:
    """Work out the sizes, or raise a ValueError that says what does not fit."""
    strides, dilations = pair(stride, "stride", 1), pair(dilation, "dilation", 1)
    if min(kernel) < 1:
        raise ValueError(f"the kernel must have at least one entry in each direction; got kernel size {kernel}")
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, kernel, strict=True)]
    if not isinstance(padding, str):
        before = list(pair(padding, "padding", 0))
        total = [2 * zeros for zeros in before]
    elif padding == "same":
        if strides != (1, 1):
            raise ValueError(f'padding "same" needs stride 1; got stride {stride}')
        before, total = [(span - 1) // 2 for span in spans], [span - 1 for span in spans]
    elif padding == "valid":
        before, total = [0, 0], [0, 0]
    else:
        raise ValueError(f'padding must be an integer, a pair of integers, "same" or "valid"; got {padding!r}')
    padded = [size + zeros for size, zeros in zip(image, total, strict=True)]
    if any(span > size for span, size in zip(spans, padded, strict=True)):
        raise ValueError(
            f"the kernel is larger than the padded input: kernel size {kernel} with dilation {dilations} spans "
            f"{tuple(spans)}, the input of size {image} with its padding has {tuple(padded)}"
        )
    output = [(size - span) // s + 1 for size, span, s in zip(padded, spans, strides, strict=True)]
    return Sliding(image, kernel, strides, dilations, _two(before), _two(padded), _two(output))


@remembered
def opposite(s: Sliding) -> Sliding | None:
    """Return how the flipped kernel slides over the output, its entries a stride apart, to give the input back."""
    spans = [d * (k - 1) + 1 for d, k in zip(s.dilation, s.kernel, strict=True)]
    before = [span - 1 - zeros for span, zeros in zip(spans, s.before, strict=True)]
    padded = [size + span - 1 for size, span in zip(s.image, spans, strict=True)]
    if 0 in s.image or min(before) < 0:
        return None  # more padding than the kernel reaches: some outputs see no input
    return Sliding(s.output, s.kernel, (1, 1), s.dilation, _two(before), _two(padded), s.image, s.stride)


def _two(values: list[int]) -> Pair:
    return values[0], values[1]


def pair(value: Any, name: str, least: int) -> Pair:
    """Return one integer twice, or a pair of integers, each at least `least`."""
    try:
        a, b = value if isinstance(value, tuple | list) else (value, value)
        two = operator.index(a), operator.index(b)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an integer or a pair of integers; got {value!r}") from None
    if min(two) < least:
        raise ValueError(f"{name} must be at least {least}; got {value!r}")
    return two


def windows(padded: Array, s: Sliding) -> Array:
    """Return a view of every window of the padded images: shape (C, kernel, N, output), each pair taking two axes.

    Entry [c, p, q, n, i, j] is padded[n, c, i · stride + p · dilation, j · stride + q · dilation]. Of contiguous images
    nothing is copied; writing into the view writes into them.
    """
    if not padded.flags.c_contiguous:
        padded = np.ascontiguousarray(padded)
    shape, steps = _every_window(padded.shape, padded.strides, s)
    return np.ndarray(shape, padded.dtype, padded, 0, steps)


@lru_cache(maxsize=1024)
def _every_window(shape: tuple[int, ...], strides: tuple[int, ...], s: Sliding) -> Any:
    n, c, down, right = strides
    steps = c, down * s.dilation[0], right * s.dilation[1], n, down * s.stride[0], right * s.stride[1]
    return (shape[1], *s.kernel, shape[0], *s.output), steps


def interior(padded: Array, s: Sliding) -> Array:
    """Return a view of the entries of the padded images that are the images' own."""
    (top, left), (height, width), (down, right) = s.before, s.image, s.spacing
    return padded[:, :, top : top + height * down : down, left : left + width * right : right]
