"""What each component has to show, by nnlib: a function of the values of its controls."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.integrate import quad

from nnlib.activations import heaviside, relu, sigmoid, softplus
from nnlib.chain import accumulation_cost
from nnlib.conv import conv2d_input_gradient
from nnlib.datasets import load_digit_network, load_digits
from nnlib.losses import binary_cross_entropy, cross_entropy, cross_entropy_gradient, squared_error
from nnlib.models import cnn_forward, mlp_backward, mlp_forward
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


def unlearn(state: State) -> dict[str, Any]:
    a, y, goal = state["a"], 1 - state["dry"], np.log(9)
    f, start = sigmoid(a), a if y else -a  # where y = 0, the mirrored logit moves as for y = 1
    steps, reached, time = [], [], []

    def of_cross_entropy(z: float) -> float:
        return float(sigmoid(-z))

    def of_squared_error(z: float) -> float:
        return float(2 * sigmoid(z) * sigmoid(-z) ** 2)

    def slowness(z: float, speed: Callable[[float], float]) -> float:
        return 1 / speed(z)

    for speed in (of_cross_entropy, of_squared_error):
        z, count = start, 0
        while sigmoid(z) < 0.9:
            z, count = z + speed(z), count + 1
        steps.append(count)
        reached.append(sigmoid(z if y else -z))
        time.append(quad(slowness, min(start, goal), goal, (speed,), epsrel=1e-12)[0])
    return {
        "f": f,
        "loss": [binary_cross_entropy(a, y), squared_error(f, y)],
        "slope": [f - y, 2 * (f - y) * f * (1 - f)],
        "steps": steps,
        "reached": reached,
        "time": time,
    }


def kink(state: State) -> dict[str, Any]:
    which, k, x, e = int(state["which"]), state["k"], state["x"], state["e"]
    pairs: list[tuple[Callable[[float], Any], Callable[[float], Any]]] = [
        (relu, heaviside),
        (lambda t: softplus(k * t) / k, lambda t: sigmoid(t, k)),
        (np.abs, np.sign),
        (lambda t: (2 * softplus(k * t) - k * t) / k, lambda t: np.tanh(k * t / 2)),
        (heaviside, lambda t: 0.0),
        (lambda t: sigmoid(t, k), lambda t: k * sigmoid(t, k) * sigmoid(-t, k)),
    ]
    f, slope = pairs[which]
    forward, backward = (f(x + e) - f(x)) / e, (f(x) - f(x - e)) / e
    has_derivative = which % 2 == 1 or x != 0
    return {
        "value": f(x),
        "quotient": [forward, backward, (forward + backward) / 2],
        "slope": slope(x) if has_derivative else np.nan,
    }


def units(state: State) -> dict[str, Any]:
    inputs, labels = np.array([[-1.0], [0], [1]]), np.array([0, 1, 0])

    def at(theta: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
        first, second, bias = theta[:2, None], np.stack([theta[2:4], np.zeros(2)]), np.array([theta[4], 0])
        params = {"W1": first, "b1": np.zeros(2), "W2": second, "b2": bias}
        scores, kept = mlp_forward(params, inputs)
        found = mlp_backward(params, kept, cross_entropy_gradient(scores, labels) / 3)
        gradient = np.concatenate([found["W1"][:, 0], found["W2"][0], found["b2"][:1]])
        return scores[:, 0], float(cross_entropy(scores, labels).mean()), gradient

    theta = np.array([state[name] for name in "abcde"])
    scores, risk, gradient = at(theta)
    following = np.clip(theta - gradient, -6, 6)
    return {
        "scores": scores,
        "shares": sigmoid(scores),
        "push": (sigmoid(scores) - [1, 0, 1]) / 3,
        "risk": risk,
        "gradient": gradient,
        "next": following,
        "later": at(following)[1],
    }


def orders(state: State) -> dict[str, Any]:
    inputs, first, second, outputs = sizes = tuple(int(state[name]) for name in "lmno")
    sums = Fraction(1, outputs) + Fraction(1, first), Fraction(1, inputs) + Fraction(1, second)
    return {
        "parts": [
            [accumulation_cost(sizes[:3], "forward"), accumulation_cost((inputs, second, outputs), "forward")],
            [accumulation_cost(sizes[1:], "reverse"), accumulation_cost((inputs, first, outputs), "reverse")],
        ],
        "costs": [accumulation_cost(sizes, mode) for mode in ("forward", "reverse")],
        "sums": [float(each) for each in sums],
        "cheaper": int(sums[0] > sums[1]) - int(sums[0] < sums[1]),
    }


EXPECTED: dict[str, Callable[[State], dict[str, Any]]] = {
    "autodiff-steps": autodiff_steps,
    "claim": claim,
    "conv-gradient": conv_gradient,
    "conv-sizes": conv_sizes,
    "conv-windows": conv_windows,
    "digit": digit,
    "kink": kink,
    "orders": orders,
    "shares": shares,
    "units": units,
    "unlearn": unlearn,
}
