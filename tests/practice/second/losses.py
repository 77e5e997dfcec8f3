"""Losses from their definitions, slopes as quotients of differences."""

import math

import numpy as np


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


def logit(f):
    return math.log(f) - math.log(1 - f)


def slope(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def entropy_of(f, y):
    return -(y * math.log(f) + (1 - y) * math.log(1 - f))


def softmax(a):
    return np.exp(a) / np.exp(a).sum()


def by_logit(loss, f, y):
    return slope(lambda a: loss(sigmoid(a), y), logit(float(f)))


def squared(f, y):
    return (y - f) ** 2


def larger(g):
    pulls = {f: abs(by_logit(squared, f, 1)) for f in (g["worse"], g["better"])}
    return f"for $f = {max(pulls, key=pulls.get):g}$"


def unit(g):
    functions = {
        "the sigmoid": sigmoid,
        "the hyperbolic tangent": math.tanh,
        "the ramp": lambda a: max(0, a),
        "none": lambda a: a,
        "softplus": lambda a: math.log(1 + math.exp(a)),
    }
    return next(name for name, f in functions.items() if all(0 <= f(a) <= 1 for a in np.linspace(-30, 30, 61)))


def convex(g):
    def loss(w):
        return math.log(1 + math.exp(-w * math.tanh(w)))

    above = loss(0) > (loss(g["c"]) + loss(-g["c"])) / 2
    return "is not convex" if above else "is convex"


def gradient(g):
    a = np.log(np.array(g["p"], float))
    return [slope(lambda t, one=one: -np.log(softmax(a + t * one)[g["y"] - 1]), 0) for one in np.eye(3)]


def chain(g):
    a, slopes = np.log(np.array(g["p"], float)), np.array(g["slopes"], float)
    return slope(lambda t: -np.log(softmax(a + t * slopes)[g["y"] - 1]), 0)


def steepest(g):
    f = np.linspace(0, 1, 200_001)
    return g["c"] * np.abs(2 * (f - g["y"]) * f * (1 - f)).max()


def bend(g):
    a, h = logit(g["f"]), 1e-4
    return (squared(sigmoid(a + h), 1) - 2 * squared(sigmoid(a), 1) + squared(sigmoid(a - h), 1)) / h**2


SECOND = {
    "losses-output-unit": unit,
    "losses-output-meaning": lambda g: r"$P(y = 1 \mid x)$",
    "losses-log-odds": lambda g: logit(float(g["f"])),
    "losses-cross-entropy": lambda g: entropy_of(g["f"], g["y"]),
    "losses-likelihood": lambda g: sum(entropy_of(f, y) for f, y in zip(g["f"], g["y"], strict=True)),
    "losses-slope": lambda g: by_logit(entropy_of, g["f"], g["y"]),
    "losses-squared-error": lambda g: squared(g["f"], g["y"]),
    "losses-squared-slope": lambda g: by_logit(squared, g["f"], g["y"]),
    "losses-squared-formula": lambda g: lambda f, y: g["c"] * by_logit(squared, f, y),
    "losses-steepest": steepest,
    "losses-ratio": lambda g: by_logit(entropy_of, g["decimal"], 1) / by_logit(squared, g["decimal"], 1),
    "losses-larger-loss": larger,
    "losses-second-derivative": bend,
    "losses-convex-weights": convex,
    "losses-several": lambda g: -np.log(softmax(np.array(g["a"], float))[g["y"] - 1]),
    "losses-gradient": gradient,
    "losses-chain": chain,
    "losses-proper": lambda g: np.average(
        [squared(g["f"], 1), squared(g["f"], 0)], weights=[g["share"], 1 - g["share"]]
    ),
    "losses-from-logit": lambda g: entropy_of(sigmoid(g["a"]), g["y"]),
}
