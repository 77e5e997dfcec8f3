"""Layers written as sums, and their derivatives as differences, which are exact for what is linear."""

from fractions import Fraction

import numpy as np


def valid(h, w):
    return [sum(h[n + j] * w[j] for j in range(len(w))) for n in range(len(h) - len(w) + 1)]


def full(h, w):
    padding = [0] * (len(w) - 1)
    return valid([*padding, *h, *padding], w)


def jacobian(f, size):
    """Return what a linear function makes of unit vectors, as columns."""
    return np.array([f(list(map(int, one))) for one in np.eye(size)]).T


def gradient(layer, g, w, size):
    return np.array(g) @ jacobian(lambda h: layer(h, w), size)


def smallest(g):
    def left(d):
        first = max(0, d - g["k1"] + 1)
        return max(0, first - g["k2"] + 1)

    return next(d for d in range(1, 100) if left(d) >= 1)


def hidden(g):
    y, rows = g["y"], np.array([[*g["w"], 0], [0, *g["w"]]])
    z = [np.log(float(one / (1 - one))) for one in y]
    h = 1e-6
    return [
        [(1 / (1 + np.exp(-(a + h * w))) - 1 / (1 + np.exp(-(a - h * w)))) / (2 * h) for w in row]
        for a, row in zip(z, rows, strict=True)
    ]


def last(g):
    y, h = np.array(g["y"]), 1e-3
    return [(np.dot(g["w"], y + e) - np.dot(g["w"], y - e)) / (2 * h) for e in h * np.eye(3)]


def by_weights(g):
    return np.array(g["v"]) @ jacobian(lambda w: valid(g["y"], w), 2)


def strided(g):
    return np.array(g["g"]) @ jacobian(lambda h: valid(h, g["w"])[:: g["s"]], g["n"])


def by_kernel(g):
    x, out = np.array(g["x"]), np.array(g["g"])
    kernel = np.zeros((2, 2), int)
    kernel[g["a"] - 1, g["b"] - 1] = 1
    return sum(int(out[p, q] * (x[p : p + 2, q : q + 2] * kernel).sum()) for p in range(2) for q in range(2))


def matrix_free(g):
    rng = np.random.default_rng(0)
    w, v, y = rng.normal(size=g["k"]), rng.normal(size=g["m"]), rng.normal(size=g["n"])
    return gradient(valid, v, w, g["n"]), {
        "the answer": np.convolve(v, w),
        "m34": valid(v, w),
        "m33": full(v, w),
        "the weights": valid(y, v),
    }


def readers(g):
    layer = valid if g["mode"] == "valid" else full
    return int((jacobian(lambda h: layer(h, [1] * g["k"]), g["size"])[:, g["n"] - 1] != 0).sum())


SECOND = {
    "cbp-size-valid": lambda g: lambda d, k1: len(valid(valid([0] * d, [0] * k1), [0] * g["c"])),
    "cbp-size-full": lambda g: lambda d, k1: len(full(full([0] * d, [0] * k1), [0] * g["c"])),
    "cbp-size-one-full": lambda g: len(full([0] * g["d"], [0] * g["k"])),
    "cbp-fits": smallest,
    "cbp-local-valid": lambda g: jacobian(lambda h: valid(h, g["w"]), 14)[g["i"] - 1, g["n"] - 1],
    "cbp-local-full": lambda g: jacobian(lambda h: full(h, g["w"]), 14)[g["i"] - 1, g["n"] - 1],
    "cbp-readers": readers,
    "cbp-second-layer": lambda g: valid(g["h"], g["w"])[0],
    "cbp-gradient-valid": lambda g: gradient(valid, g["g"], g["w"], 5),
    "cbp-first-entry": lambda g: gradient(valid, g["g"], g["w"], 5)[0],
    "cbp-gradient-full": lambda g: gradient(full, g["g"], g["w"], 3),
    "cbp-last-layer": last,
    "cbp-hidden-jacobian": hidden,
    "cbp-weight-gradient": by_weights,
    "cbp-hankel": lambda g: jacobian(lambda w: valid(g["h"], w), 2),
    "cbp-bias": lambda g: sum(Fraction(one) for one in g["v"]),
    "cbp-transposed-shape": lambda g: jacobian(lambda h: valid(h, [1] * g["k"]), g["n"]).T.shape,
    "cbp-matrix-free": matrix_free,
    "cbp-cost": lambda g: sum(g["k"] for _ in range(g["n"] - g["k"] + 1)),
    "cbp-stride": strided,
    "cbp-2d-weights": by_kernel,
}
