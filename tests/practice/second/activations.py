"""The functions written out, slopes as quotients, integrals as sums."""

import math

import numpy as np


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def slope(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def integral(f, low, high, n=400_000):
    x = np.linspace(low, high, n + 1)
    return float(f((x[1:] + x[:-1]) / 2).sum() * (high - low) / n)


def quotient(g):
    return (max(0, g["e"] - g["a"]) - max(0, -g["a"])) / g["e"]


def at_zero(g):
    def f(x):
        return g["a"] * max(0.0, x - g["b"])

    left, right = ((f(g["b"] + e) - f(g["b"])) / e for e in (-1e-6, 1e-6))
    return "It does not exist" if abs(left - right) > 0.1 else f"It is ${right:.0f}$"


def criterion(g):
    e = 1e-9
    return f"$f'(0) = {g['a'] + g['b'] * e * math.sin(1 / e):.0f}$"


def power(g):
    try:
        return f"${math.exp(0 * math.log(1 - g['b'])) - 1:.0f}$"
    except ValueError:
        return "No number"


def jacobian(g):
    x = [math.log(p / (1 - p)) for p in (g["p"], g["q"])]
    return np.diag([slope(sigmoid, one) for one in x])


def step(t):
    return np.where(t > 0, 1.0, 0.0)


def network(g):
    """Find the bias from the output where every hidden unit has the input zero, so that each tanh is zero."""
    return g["b"] + sum(w * sigmoid(0) for w in g["w"])


def weights(g):
    """Find them from the slopes: half a tanh of u/2 has the slope of a sigmoid."""

    def logit(x1, x2):
        p = sigmoid(g["w"][0] * x1 + g["w"][1] * x2 + g["b"])
        return math.atanh(2 * p - 1)

    start = logit(0, 0)
    return logit(0.1, 0) * 10 - start * 10, logit(0, 0.1) * 10 - start * 10, start


def steepness(g):
    low, high = 0.0, 1000.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (low, middle) if 1 - sigmoid(min(middle * g["d"], 500)) <= g["e"] else (middle, high)
    return high


SECOND = {
    "activations-quotient": quotient,
    "activations-at-zero": at_zero,
    "activations-symmetric": lambda g: (g["a"] * max(0, 1) - g["b"] * max(0, 1)) / 2,
    "activations-criterion": criterion,
    "activations-step-collected": lambda g: round(integral(lambda t: step(t - g["c"]), -g["a"], g["b"], 20_000), 2),
    "activations-ramp-product": lambda g: lambda x, H: g["c"] * x if H else 0.0,
    "activations-ramp-power": power,
    "activations-sign": lambda g: lambda P, N: sum([g["a"]] * P) - sum([g["b"]] * N),
    "activations-sigmoid-by-hand": lambda g: sigmoid(g["k"] * math.log(g["m"])),
    "activations-sigmoid-slope": lambda g: slope(
        lambda x: sigmoid(g["k"] * x), math.log(g["p"] / (1 - g["p"])) / g["k"]
    ),
    "activations-elementwise": jacobian,
    "activations-limit": lambda g: [sigmoid(700 * max(-1, min(1, 10 * x))) for x in g["x"]],
    "activations-sup": lambda g: max(1 - sigmoid(g["k"] * x) for x in np.geomspace(1e-12, 1, 50)),
    "activations-steepness": steepness,
    "activations-log-sigmoid": lambda g: math.log(sigmoid(g["x"])),
    "activations-softplus-mirror": lambda g: math.log(1 + math.exp(-g["x"])),
    "activations-softplus-slope": lambda g: slope(lambda x: math.log(1 + math.exp(g["k"] * x)) / g["k"], g["x"]),
    "activations-sigmoid-of-tanh": lambda g: sigmoid(2 * math.atanh(g["t"])),
    "activations-network-bias": network,
    "activations-network-weights": weights,
    "activations-area": lambda g: integral(
        lambda x: np.abs(step(x) - 1 / (1 + np.exp(-g["k"] * x))), -50 / g["k"], 50 / g["k"], 20_000
    ),
}
