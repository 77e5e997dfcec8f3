"""Convolution: layers against PyTorch and against windows with einsum or tensordot; signals against NumPy and SciPy."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnlib.conv import conv1d, conv2d, conv2d_input_gradient, conv2d_weight_gradient
from nnlib.conv_arithmetic import conv_output_size
from nnlib.signal import convolve
from trials.speed.peers import peer
from trials.speed.rounds import Case

# name: shape of x, shape of w, padding at dilation 1
SIZES = {
    "tiny": ((1, 1, 8, 8), (1, 1, 3, 3), 0),
    "digits": ((64, 1, 8, 8), (8, 1, 3, 3), 0),
    "mnist": ((64, 1, 28, 28), (8, 1, 5, 5), 0),
    "cls": ((64, 32, 32, 32), (64, 32, 3, 3), 1),
    "mid": ((64, 64, 16, 16), (128, 64, 3, 3), 1),
    "late": ((64, 256, 8, 8), (256, 256, 3, 3), 1),
    "large": ((8, 64, 128, 128), (64, 64, 3, 3), 1),
}
SETTINGS = {"": (1, 1), " stride 2": (2, 1), " dilation 2": (1, 2)}


def layers(dtype: str, names: Sequence[str] = tuple(SIZES)) -> Iterator[Case]:
    """Forward, and backward: the gradients of input and weights."""
    for setting, (stride, dilation) in SETTINGS.items():
        for name in names:
            x_shape, w_shape, padding = SIZES[name]
            if min(x_shape[2:]) + 2 * padding * dilation < dilation * (w_shape[2] - 1) + 1:
                continue
            yield from _layer(f"{name}{setting}", dtype, x_shape, w_shape, stride, padding * dilation, dilation)


def _layer(
    name: str, dtype: str, x_shape: Any, w_shape: Any, stride: int, padding: int, dilation: int
) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    x, w = (rng.normal(size=shape).astype(dtype) for shape in (x_shape, w_shape))
    options = stride, padding, dilation
    output = (conv_output_size(size, k, *options) for size, k in zip(x_shape[2:], w_shape[2:], strict=True))
    g = rng.normal(size=(x_shape[0], w_shape[0], *output)).astype(dtype)

    def gradients() -> Any:
        image, kernel = x.shape[2:], w.shape[2:]
        return conv2d_input_gradient(g, w, image, *options), conv2d_weight_gradient(g, x, kernel, *options)

    forward: dict[str, Any] = {"nnlib": lambda: conv2d(x, w, None, *options)}
    backward: dict[str, Any] = {"nnlib": gradients}
    torch = peer("torch")
    if torch:
        tx, tw, tg = (torch.from_numpy(array) for array in (x, w, g))
        pairs = [[value, value] for value in options]
        forward["torch"] = lambda: torch.nn.functional.conv2d(tx, tw, None, *options)
        backward["torch"] = lambda: torch.ops.aten.convolution_backward(
            tg, tx, tw, None, *pairs, False, [0, 0], 1, [True, True, False]
        )[:2]
    forward["einsum"] = lambda: np.einsum("ncijpq,ocpq->noij", _windows(x, w, *options), w, optimize=True)
    forward["tensordot"] = lambda: np.moveaxis(np.tensordot(_windows(x, w, *options), w, ((1, 4, 5), (1, 2, 3))), 3, 1)
    backward["einsum"] = lambda: (
        np.einsum("noijpq,ocpq->ncij", _spread(g, x, w, *options), w[:, :, ::-1, ::-1], optimize=True),
        np.einsum("ncijpq,noij->ocpq", _windows(x, w, *options), g, optimize=True),
    )
    backward["tensordot"] = lambda: (
        np.moveaxis(
            np.tensordot(_spread(g, x, w, *options), w[:, :, ::-1, ::-1], ((1, 4, 5), (0, 2, 3))), 3, 1
        ),
        np.tensordot(g, _windows(x, w, *options), ((0, 2, 3), (0, 2, 3))),
    )  # fmt: skip
    work = g.size * w[0].size
    large = rng.normal(size=(1024, 1024)).astype(dtype)
    product = {"product": lambda: large @ large, "product_multiply_adds": 1024**3} if work > 1e8 else {}
    if work > 1e8 and (dtype, stride, dilation) != ("float32", 1, 1):  # they take seconds, and one setting says enough
        for runs in (forward, backward):
            del runs["einsum"], runs["tensordot"]
    yield Case(f"{name}, forward", forward, multiply_adds=work, **product)
    yield Case(f"{name}, backward", backward, multiply_adds=2 * work, **product)


def _windows(x: Any, w: Any, stride: int, padding: int, dilation: int) -> Any:
    """Return all windows of x, as a reader of NumPy's documentation would: shape (N, C, H', W', K1, K2)."""
    spans = [dilation * (k - 1) + 1 for k in w.shape[2:]]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    return sliding_window_view(padded, spans, (2, 3))[:, :, ::stride, ::stride, ::dilation, ::dilation]


def _spread(g: Any, x: Any, w: Any, stride: int, padding: int, dilation: int) -> Any:
    """Return the windows in g that give the gradient of x: zeros between its entries, and around them."""
    spans = [dilation * (k - 1) + 1 for k in w.shape[2:]]
    height, width = (size + span - 1 for size, span in zip(x.shape[2:], spans, strict=True))
    spread = np.zeros((*g.shape[:2], height, width), g.dtype)
    top, left = (span - 1 - padding for span in spans)
    spread[:, :, top : top + g.shape[2] * stride : stride, left : left + g.shape[3] * stride : stride] = g
    return sliding_window_view(spread, spans, (2, 3))[..., ::dilation, ::dilation]


def sequences() -> Iterator[Case]:
    """One-dimensional layers, forward, in float32."""
    torch = peer("torch")
    rng = np.random.default_rng(0)
    for x_shape, w_shape in [((1, 1, 8), (1, 1, 3)), ((64, 16, 256), (32, 16, 5)), ((8, 64, 8192), (64, 64, 9))]:
        x, w = (rng.normal(size=shape).astype(np.float32) for shape in (x_shape, w_shape))
        runs: dict[str, Any] = {"nnlib": lambda x=x, w=w: conv1d(x, w)}
        if torch:
            tx, tw = torch.from_numpy(x), torch.from_numpy(w)
            runs["torch"] = lambda tx=tx, tw=tw: torch.nn.functional.conv1d(tx, tw)
        runs["einsum"] = lambda x=x, w=w: np.einsum(
            "nclk,ock->nol", sliding_window_view(x, w.shape[2], 2), w, optimize=True
        )
        yield Case(f"{'×'.join(map(str, x_shape))}, kernels {'×'.join(map(str, w_shape))}", runs)


def signals() -> Iterator[Case]:
    """Full convolution of two sequences, in float64."""
    scipy = peer("scipy.signal")
    rng = np.random.default_rng(0)
    for n, k in [(8, 3), (1_000, 9), (10_000, 100), (100_000, 300), (1_000_000, 1_000), (100_000, 100_000)]:
        x, w = rng.normal(size=n), rng.normal(size=k)
        runs: dict[str, Any] = {"nnlib": lambda x=x, w=w: convolve(x, w)}
        if n * k < 2e9:
            runs["numpy"] = lambda x=x, w=w: np.convolve(x, w)
        if scipy:
            runs["scipy"] = lambda x=x, w=w: scipy.oaconvolve(x, w)
        yield Case(f"{n:,} with {k:,}", runs)
