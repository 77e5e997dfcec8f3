"""Where a kernel stands on an image: the sizes, checked once, and a view of all windows.

Convolution and pooling in `nnlib.conv` and `nnlib.pooling` share this. Sizes come in pairs: height, then width.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from nnlib.numerics.arrays import Array, pair, whole_number

Pair = tuple[int, int]
IntOrPair = int | tuple[int, int]
Padding = int | tuple[int, int] | str


@dataclass(frozen=True, eq=False, slots=True)
class Sliding:
    """A kernel sliding over an image, all sizes known to be possible. Equal sizes give the same object.

    It stands for them where work is planned once and remembered.
    """

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


def layer(x_shape: Any, w_shape: Any, stride: Any, padding: Any, dilation: Any, groups: Any) -> Sliding:
    """Check that a layer with these shapes is possible, and return how its kernel slides over the image."""
    if len(x_shape) != 4 or len(w_shape) != 4:
        raise ValueError(f"x and w must each have four axes, NCHW and OCHW; got shapes {x_shape} and {w_shape}")
    channels, outputs, groups = x_shape[1], w_shape[0], whole_number(groups, "groups")
    if channels % groups or outputs % groups or not channels or not outputs:
        raise ValueError(f"{channels} channels and {outputs} outputs cannot be split into {groups} group(s)")
    if w_shape[1] * groups != channels:
        raise ValueError(
            f"w of shape {w_shape} has kernels for {w_shape[1]} channels in each of {groups} group(s); "
            f"x of shape {x_shape} has {channels} channels"
        )
    return sliding(x_shape[2:], w_shape[2:], stride, padding, dilation)


def sliding(image: Pair, kernel: Pair, stride: IntOrPair, padding: Padding, dilation: IntOrPair) -> Sliding:
    """Work out the sizes, or raise a ValueError that says what does not fit."""
    pads = padding if isinstance(padding, str) else pair(padding, "padding", 0)
    return _sliding(image, kernel, pair(stride, "stride"), pads, pair(dilation, "dilation"))


@lru_cache(maxsize=1024)
def _sliding(image: Pair, kernel: Pair, strides: Pair, padding: Pair | str, dilations: Pair) -> Sliding:
    if min(kernel) < 1:
        raise ValueError(f"the kernel must have at least one entry in each direction; got kernel size {kernel}")
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, kernel, strict=True)]
    if not isinstance(padding, str):
        before = list(padding)
        total = [2 * zeros for zeros in before]
    elif padding == "same":
        if strides != (1, 1):
            raise ValueError(f'padding "same" needs stride 1; got stride {strides}')
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


@lru_cache(maxsize=1024)
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
