"""What the components of sliding products have to show, by nnlib."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnlib.autodiff import vjp
from nnlib.conv import conv1d
from nnlib.conv_arithmetic import conv_output_size
from nnlib.conv_transpose import conv_transpose1d
from nnlib.signal import Mode, convolve, correlate, kept_entries
from nnlib.toeplitz import hankel_matrix, toeplitz_matrix

State = dict[str, Any]


def conv_gradient(state: State) -> dict[str, Any]:
    k, s, p, i, n = (int(state[name]) for name in "kspin")
    x, w = np.array([3, 1, 2, 5, 4, 1, 2.0]), np.arange(1.0, k + 1)
    remainder = (len(x) + 2 * p - k) % s

    def layer(x: Any) -> Any:
        return conv1d(x[None, None], w[None, None], stride=s, padding=p)[0, 0]

    def transposed(x: Any) -> Any:
        options = {"stride": s, "padding": p, "output_padding": remainder}
        return conv_transpose1d(x[None, None], w[None, None], **options)[0, 0]

    a, back = vjp(layer, x)
    g = np.array([1.0, 10, 2, 5, 3, 4, 1, 2])[: len(a)]
    y, back_again = vjp(transposed, g)
    down, across = (back(g)[0], a) if state["mode"] == 0 else (y, back_again(x)[0])
    table = toeplitz_matrix(w, len(x) + 2 * p, stride=s)
    spread = np.zeros(len(x) + 2 * p + k - 1)
    spread[k - 1 : len(spread) - k + 1 - remainder : s] = g
    column = table[:, p + n - 1]
    return {
        "table": table,
        "across": across,
        "down": down,
        "spread": spread,
        "slid": correlate(spread, w[::-1])[p : p + len(x)],
        "read": np.stack([w, np.pad(x, p)[s * (i - 1) :][:k]], axis=1),
        "given": np.stack([column, g], axis=1)[column > 0] if column.any() else [],
    }


def conv_windows(state: State) -> dict[str, Any]:
    modes: tuple[Mode, ...] = ("full", "same", "valid")
    x, w = np.array([5, 6, 7, 8]), np.array(([3, 0, 1], [2, 1], [1, 2, 1])[int(state["w"])])
    n, k, mode = int(state["n"]), len(w), modes[int(state["mode"])]
    slide, weights = (correlate, w) if state["correlates"] else (convolve, w[::-1])
    window = np.pad(x, k - 1)[n - 1 :][:k]
    places = kept_entries(mode, len(x), k)
    return {
        "window": window,
        "products": window * weights,
        "output": slide(x, w, "full"),
        "list": slide(x, w, mode),
        "first": places.start,
        "end": places.stop,
    }


def conv_sizes(state: State) -> dict[str, Any]:
    i, k, s, p, d = (int(state[name]) for name in "ikspd")
    try:
        size = conv_output_size(i, k, s, p, d)
    except ValueError:
        return {"size": 0, "windows": [], "inputs": range(1, i + 1)}

    def layer(x: Any) -> Any:
        return conv1d(x[None, None], np.ones((1, 1, k)), stride=s, padding=p, dilation=d)[0, 0]

    readers = vjp(layer, np.ones(i))[1](np.ones(size))[0]
    places = hankel_matrix(np.arange(1 - p, i + p + 1), k, stride=s, dilation=d)
    return {
        "size": size,
        "windows": places,
        "inputs": np.flatnonzero(readers == 0) + 1,
        "beyond": i + p - places[-1, -1],
    }
