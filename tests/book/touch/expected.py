"""What each component has to show, by nnlib: a function of the values of its controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib.activations import heaviside
from nnlib.conv import conv2d_input_gradient
from nnlib.datasets import load_digit_network, load_digits
from nnlib.models import cnn_forward
from nnlib.softmax import softmax, softmax_jacobian
from nnlib.training import mean_cross_entropy
from tests.book.touch.expected_sliding import conv_gradient, conv_sizes, conv_windows
from tests.book.touch.expected_traces import autodiff_steps

State = dict[str, Any]


def shares(state: State) -> dict[str, Any]:
    temperature = state["T"]
    scores = np.array([state["a"], state["b"], state["c"]]) / temperature
    p = softmax(scores)
    return {"p": p, "jacobian": softmax_jacobian(scores) / temperature, "entropy": -(p @ np.log(p))}


def claim(state: State) -> dict[str, Any]:
    p = softmax(np.array([state[f"x{k}"] for k in (1, 2, 3, 4)]))
    formula, swapped, sign = np.diag(p) - np.outer(p, p), np.outer(p, 1 - p) - np.diag(p), np.diag(p) + np.outer(p, p)
    return {"formula": formula, "exchanged": swapped, "sign": sign}


def digit(state: State) -> dict[str, Any]:
    params, mean = load_digit_network()
    images, labels = load_digits()
    unseen = np.random.default_rng(0).permutation(len(images))[1000:1297]
    image = images[next(row for row in unseen if labels[row] == state["example"])]
    if state.get("ink") is not None:
        image = np.reshape(state["ink"], (8, 8)) / 16
    scores, kept = cnn_forward(params, (image - mean)[None, None], "relu")
    loss, g = mean_cross_entropy(scores, [int(state["y"])])
    g2 = (g @ params["W3"]).reshape(kept["a2"].shape) * heaviside(kept["a2"])
    g1 = conv2d_input_gradient(g2, params["K2"], (8, 8), stride=2, padding=1) * heaviside(kept["a1"])
    xbar = conv2d_input_gradient(g1, params["K1"], (8, 8), padding=1)
    there = {"counts": 16 * image, "h1": kept["h1"], "h2": kept["h2"], "p": softmax(scores)}
    back = {"g": g, "g2": g2, "g1": g1, "xbar": xbar}
    return {"loss": loss} | {name: np.ravel(value) for name, value in (there | back).items()}


EXPECTED: dict[str, Callable[[State], dict[str, Any]]] = {
    "autodiff-steps": autodiff_steps,
    "claim": claim,
    "conv-gradient": conv_gradient,
    "conv-sizes": conv_sizes,
    "conv-windows": conv_windows,
    "digit": digit,
    "shares": shares,
}
