"""A network written out in NumPy, and derivatives as quotients of differences."""

import math
from fractions import Fraction

import numpy as np


def softmax(o):
    return np.exp(o) / np.exp(o).sum()


def gradient(f, x, h=1e-5):
    """Return the quotients of differences, one for each entry of x."""
    x = np.array(x, float)
    result = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = h
        result[place] = (f(x + step) - f(x - step)) / (2 * h)
    return result


def loss(o, y):
    return -np.log(softmax(o)[y - 1])


def by_scores(g):
    return gradient(lambda o: loss(o, g["y"]), np.log(g["o"]))


def by_weights(g):
    """Differentiate the loss by W2, where biases make the scores what they are."""
    h, o = np.array(g["h"], float), np.log(g["o"])
    return gradient(lambda w: loss(o + w @ h, g["y"]), np.zeros((3, 2)))


def by_hidden(g):
    o, w = np.log(g["o"]), np.array(g["weights"], float)
    return gradient(lambda h: loss(o + w @ h, g["y"]), np.zeros(2))


def shape(g):
    w1, w2 = np.zeros((g["hidden"], g["d"])), np.zeros((g["m"], g["hidden"]))
    assert (w2 @ (w1 @ np.zeros(g["d"]))).shape == (g["m"],)
    return (w1, w2)[g["layer"] - 1].shape


def row_shape(g):
    row, w2, slopes = np.zeros((1, g["m"])), np.zeros((g["m"], g["hidden"])), np.diag(np.zeros(g["hidden"]))
    values = {"o^s": row, "Diag": slopes, "partial": row @ w2 @ slopes}
    return next(value.shape for name, value in values.items() if name in g["what"])


def hidden(g):
    return (np.array(g["rows"]) @ g["x"] + g["b"])[g["j"] - 1]


def share(g):
    weights = [Fraction(2) ** a * Fraction(3) ** b for a, b in g["rows"]]
    return weights[g["k"] - 1] / sum(weights)


def parameters(g):
    return sum(np.zeros(s).size for s in [(g["hidden"], g["d"]), g["hidden"], (g["m"], g["hidden"]), g["m"]])


def step(g):
    """Go downhill on two straight losses, whose mean is the risk."""
    one, two = np.array(g["one"]), np.array(g["two"])
    return g["theta"] - g["rate"] * gradient(lambda t: np.mean([one @ t, two @ t]), g["theta"])


def l2_step(g):
    slope = gradient(lambda t: float(g["g"] * t[0] + g["price"] * t[0] ** 2), [g["theta"]])[0]
    return g["theta"] - g["rate"] * slope


def bend(g):
    before = (-1 if g["minus"] else 1) * math.log(g["n"])
    return gradient(lambda u: float(g["g"] * np.log(1 + np.exp(u[0]))), [before])[0]


def bend_row(g):
    before = [math.log(s / (1 - s)) for s in g["slopes"]]
    bar, w = np.array(g["bar"]) / 10, np.array(g["weights"])
    return gradient(lambda u: bar @ w @ np.log(1 + np.exp(u)), before)


SECOND = {
    "mlp-shape-of-weights": shape,
    "mlp-hidden-unit": hidden,
    "mlp-bent-unit": lambda g: math.log(1 + math.exp(np.dot(g["w"], g["x"]) + g["b"])),
    "mlp-output-share": share,
    "mlp-parameters": parameters,
    "mlp-descent": step,
    "mlp-l2-gradient": lambda g: gradient(lambda t: g["price"] * (t**2).sum(), g["theta"]),
    "mlp-l2-step": l2_step,
    "mlp-output-gradient": by_scores,
    "mlp-one-weight": lambda g: by_weights(g)[g["k"] - 1, g["j"] - 1],
    "mlp-weight-matrix": by_weights,
    "mlp-hidden-gradient": lambda g: by_hidden(g)[g["j"] - 1],
    "mlp-row-shapes": row_shape,
    "mlp-bend": bend,
    "mlp-bend-row": bend_row,
    "mlp-first-layer": lambda g: gradient(lambda w: np.dot(g["bar"], w @ np.array(g["x"])), g["weights"]),
    "mlp-input-gradient": lambda g: gradient(lambda x: np.dot(g["bar"], np.array(g["weights"]) @ x), [0.3, -0.2]),
    "mlp-missing-row": lambda g: 0 - np.array(g["one"]) - np.array(g["two"]),
}
