"""Transposed convolution: a convolution layer run backwards, with PyTorch's meaning and layout.

It multiplies with the transpose of the layer's matrix, so it is the layer's gradient in its input under another name.
It restores the shape of the layer's input, not the values: the transpose of a matrix is not its inverse.
"""

from typing import Any

from nnlib.conv import conv2d_input_gradient
from nnlib.numerics.arrays import Array, float_arrays, pair
from nnlib.numerics.windows import IntOrPair


def conv_transpose2d(
    x: Any,
    w: Any,
    b: Any = None,
    stride: IntOrPair = 1,
    padding: IntOrPair = 0,
    output_padding: IntOrPair = 0,
    groups: int = 1,
    dilation: IntOrPair = 1,
) -> Array:
    """Paint every input's kernel, scaled by the input, into the output: the transpose of `nnlib.conv.conv2d`.

    Parameters
    ----------
    x : array_like, shape (N, C, H, W)
        N images with C channels: what the layer run backwards would put out.
    w : array_like, shape (C, O / groups, K1, K2)
        A kernel for each input channel: what the layer run backwards would use.
    b : array_like, shape (O,), optional
        A bias for each output channel.
    stride : int or (int, int)
        Distance between the kernels of neighboring inputs in the output.
    padding : int or (int, int)
        Rows and columns cut off on every side of the output.
    output_padding : int or (int, int)
        Rows and columns added at the bottom and on the right: with a stride, layers with inputs of several sizes have
        outputs of one size, and this chooses among them. It is smaller than the stride.
    groups : int
        As in `nnlib.conv.conv2d`.
    dilation : int or (int, int)
        Distance between neighboring entries of a kernel.

    Returns
    -------
    ndarray, shape (N, O, H', W')
        H' = (H − 1)·stride − 2·padding + dilation·(K1 − 1) + output_padding + 1, and W' likewise.

    Raises
    ------
    ValueError
        If shapes, channels or groups do not fit together, a size is out of range, or nothing is left of the output.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    The order of the arguments is PyTorch's, which differs from that of ``conv2d``. PyTorch also takes an output padding
    that is smaller than the dilation only; such rows would hold the bias alone.
    Derived in :section:`conv-backprop-transposed`.

    Examples
    --------
    >>> conv_transpose2d([[[[1, 2]]]], [[[[1, 1]]]], stride=2).tolist()
    [[[[1.0, 1.0, 2.0, 2.0]]]]
    """
    x, w = float_arrays(x=x, w=w)
    if x.ndim != 4 or w.ndim != 4 or x.shape[1] != w.shape[0]:
        raise ValueError(f"x and w must have shapes (N, C, H, W) and (C, O, K1, K2); got {x.shape} and {w.shape}")
    if not all(x.shape[1:]):
        raise ValueError(f"x must have at least one channel, one row and one column; got shape {x.shape}")
    strides, pads, spread = pair(stride, "stride"), pair(padding, "padding", 0), pair(dilation, "dilation")
    extra = pair(output_padding, "output_padding", 0)
    if extra[0] >= strides[0] or extra[1] >= strides[1]:
        raise ValueError(f"output_padding must be smaller than the stride; got {output_padding} and {stride}")
    full = [(x.shape[a + 2] - 1) * strides[a] + spread[a] * (w.shape[a + 2] - 1) + 1 + extra[a] for a in (0, 1)]
    size = full[0] - 2 * pads[0], full[1] - 2 * pads[1]
    if min(size) < 1:
        raise ValueError(f"padding {padding} leaves nothing of an output of {full[0]} by {full[1]}")
    y = conv2d_input_gradient(x, w, size, strides, pads, spread, groups)
    return y if b is None else y + _bias(b, y)


def conv_transpose1d(
    x: Any,
    w: Any,
    b: Any = None,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    groups: int = 1,
    dilation: int = 1,
) -> Array:
    """Transpose `nnlib.conv.conv1d`: `conv_transpose2d` with images of width 1.

    Parameters
    ----------
    x : array_like, shape (N, C, L)
        N sequences with C channels.
    w : array_like, shape (C, O / groups, K)
        A kernel for each input channel.
    b : array_like, shape (O,), optional
        A bias for each output channel.
    stride, padding, output_padding, groups, dilation
        As in `conv_transpose2d`, each one integer.

    Returns
    -------
    ndarray, shape (N, O, L')
        L' = (L − 1)·stride − 2·padding + dilation·(K − 1) + output_padding + 1.

    Raises
    ------
    ValueError, TypeError
        As `conv_transpose2d`.

    Examples
    --------
    >>> conv_transpose1d([[[1, 2]]], [[[1, 10]]]).tolist()
    [[[1.0, 12.0, 20.0]]]
    """
    x, w = float_arrays(x=x, w=w)
    if x.ndim != 3 or w.ndim != 3:
        raise ValueError(f"x and w must have shapes (N, C, L) and (C, O, K); got {x.shape} and {w.shape}")
    options = (stride, 1), (padding, 0), (output_padding, 0), groups, (dilation, 1)
    return conv_transpose2d(x[..., None], w[..., None], b, *options)[..., 0]


def _bias(b: Any, y: Array) -> Array:
    b, y = float_arrays(b=b, y=y)
    if b.shape != (y.shape[1],):
        raise ValueError(f"b must hold one bias for each of {y.shape[1]} outputs; got shape {b.shape}")
    biases: Array = b[:, None, None]
    return biases
