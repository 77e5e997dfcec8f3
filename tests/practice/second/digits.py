"""Arrays counted, losses written out, and slopes as quotients of differences."""

import math

import numpy as np


def parameters(g):
    pictures = len(range(0, 8 + 2 - 2, 2))
    arrays = [
        (g["c1"], 1, 3, 3), g["c1"], (g["c2"], g["c1"], 3, 3), g["c2"],
        (g["classes"], g["c2"] * pictures * pictures), g["classes"],
    ]  # fmt: skip
    return sum(np.zeros(shape).size for shape in arrays)


def softmax(o):
    return np.exp(o) / np.exp(o).sum()


def squared(g):
    o, h = np.log(np.array(g["p"], float)), 1e-5 * np.eye(3)[g["k"] - 1]

    def loss(o):
        return ((softmax(o) - np.eye(3)[g["y"] - 1]) ** 2).sum()

    return (loss(o + h) - loss(o - h)) / 2e-5


def spread(g):
    """Find the standard deviation by halving, from the integral over the ramp of a normal variable."""
    t = np.linspace(0, 12, 20_001)
    kept = 2 * float((t**2 * np.exp(-(t**2) / 2)).sum() * (t[1] - t[0])) / math.sqrt(2 * math.pi) / 2
    low, high = 0.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if kept * middle**2 * g["d"] < 1 else (low, middle)
    return low


def pooled(g):
    """Nudge each entry upward and downward; the first of equal ones wins."""

    def first(x):
        return max(range(4), key=lambda place: (x[place], -place))

    return [g["g"] if first(g["x"]) == place else 0 for place in range(4)]


def step(g):
    h = 1e-6

    def loss(t):
        return np.mean([slope * t for slope in g["g"]])

    return g["theta"] - g["rate"] * (loss(g["theta"] + h) - loss(g["theta"] - h)) / (2 * h)


SECOND = {
    "digits-parameters": parameters,
    "digits-ignorance": lambda g: -np.mean(np.log(softmax(np.zeros(g["classes"])))),
    "digits-squared-gradient": squared,
    "digits-init": spread,
    "digits-pool-backward": pooled,
    "digits-split": lambda g: np.mean([g["a"]] * g["train"]),
    "digits-batch-step": step,
}
