"""Softmax, computed from its definition, and its derivatives from quotients of differences."""

from fractions import Fraction

import numpy as np


def softmax(x):
    e = np.exp(np.asarray(x, float) - np.max(x))
    return e / e.sum()


def logs(p):
    return np.log(np.array(p, float))


def slope(f, h=1e-5):
    return (f(h) - f(-h)) / (2 * h)


def entry(g, i, j):
    x = logs(g["p"])
    return slope(lambda t: softmax(x + t * np.eye(3)[g[j] - 1])[g[i] - 1])


def shift_line(g):
    a, x = g["a"], np.array([0.3, -1.2, 0.5])
    e, total = np.exp(x[0]), np.exp(x).sum()
    return softmax(x + a)[0], {
        "the answer": np.exp(a) * e / (np.exp(a) * total),
        "the factor left out below": np.exp(a) * e / total,
        "a sum of exponentials": (e + np.exp(a)) / (total + 3 * np.exp(a)),
        "once for each class": np.exp(a) * e / (g["K"] * np.exp(a) * total),
    }


def quotient_line(g):
    x, i, j = np.linspace(-1, 1.3, g["K"]) ** 2, g["i"] - 1, g["j"] - 1
    e, z = np.exp(x), np.exp(x).sum()
    return slope(lambda t: softmax(x + t * np.eye(g["K"])[j])[i]), {
        "the answer": -e[i] * e[j] / z**2,
        "m12": -(e * e[i]).sum() / z**2,
        "the numerator differentiated": (e[i] * z - e[i] * e[j]) / z**2,
        "the sign": e[i] * e[j] / z**2,
        "no square": -e[i] * e[j] / z,
    }


def matrix(g):
    p = np.array(g["w"]) / g["n"]
    x = np.log(p)
    columns = [slope(lambda t, one=one: softmax(x + t * one)) for one in np.eye(3)]
    return np.round(g["square"] * np.array(columns).T, 6)


def raised(g):
    weights = [share * (g["m"] if place == g["i"] else 1) for place, share in enumerate(g["p"], 1)]
    return Fraction(weights[g["i"] - 1], sum(weights))


def variance(g):
    mean = np.average(g["v"], weights=np.array(g["p"], float))
    return np.average((np.array(g["v"]) - mean) ** 2, weights=np.array(g["p"], float))


def chain(g):
    x, slopes = logs(g["p"]), np.array(g["slopes"], float)
    return slope(lambda u: np.log(softmax(x + u * slopes)[g["i"] - 1]))


def entropy(p):
    return -(p * np.log(p)).sum()


def logit(g, x1, x2):
    p = softmax([g["c"] * x1, g["c"] * x2])[g["i"] - 1]
    return np.log(p / (1 - p))


SECOND = {
    "softmax-by-hand": lambda g: softmax(np.log(np.array(g["e"], float)))[g["i"] - 1],
    "softmax-shift-line": shift_line,
    "softmax-one-score-raised": raised,
    "softmax-two-z": lambda g: lambda **x: logit(g, x["x1"], x["x2"]),
    "softmax-two-outputs": lambda g: softmax([g["a"], g["b"]])[1],
    "softmax-gauge": lambda g: np.log(softmax(g["x"])[1:] / softmax(g["x"])[0]),
    "softmax-inverse": lambda g: float(np.log(float(g["p"][g["i"] - 1])) - np.log(float(g["p"][0]))),
    "softmax-scaled": lambda g: softmax(g["c"] * np.array(g["x"]))[g["i"] - 1],
    "softmax-limit": lambda g: softmax(500.0 * np.array(g["x"])),
    "softmax-base": lambda g: np.log(g["b"] ** 1.0),
    "softmax-large-scores": lambda g: g["m"] + np.log(np.exp(np.array(g["x"], float) - g["m"]).sum()),
    "softmax-log-probability": lambda g: np.log(np.exp(g["score"]) / np.exp(g["total"])),
    "softmax-jacobian-off": lambda g: entry(g, "i", "j"),
    "softmax-jacobian-diagonal": lambda g: entry(g, "i", "i"),
    "softmax-jacobian-matrix": matrix,
    "softmax-quotient-line": quotient_line,
    "softmax-variance": variance,
    "softmax-chain": chain,
    "softmax-entropy-slope": lambda g: slope(lambda t: entropy(softmax((g["c"] + t) * np.log(2) * np.array(g["k"])))),
}
