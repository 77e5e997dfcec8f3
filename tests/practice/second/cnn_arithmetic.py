"""Windows laid down one by one, weights and multiplications counted on arrays."""

import numpy as np


def windows(i, k, s=1, p=0, d=1):
    """Return where the windows begin, counted one by one."""
    starts, wide, start = [], i + 2 * p, 0
    while start + d * (k - 1) < wide:
        starts.append(start)
        start += s
    return starts


def network(g):
    o1 = len(windows(g["image"], g["k"], 2, g["p"]))
    o2 = len(windows(o1, g["pool"], g["pool"]))
    return len(windows(o2, g["k3"], 1, g["p3"]))


def reaches(g, **fixed):
    """Return what says whether settings make the windows that are wanted."""
    known = {name: g[name] for name in "ikpd" if name in g} | fixed
    return lambda **found: len(windows(**known | found)) == g["o"]


def field(ks, ss, ds):
    """Follow one output back to the inputs that it sees."""
    seen = {0}
    for k, s, d in list(zip(ks, ss, ds, strict=True))[::-1]:
        seen = {s * place + d * tap for place in seen for tap in range(k)}
    return max(seen) - min(seen) + 1


def how_many(g):
    sizes = range(1, g["i"] + 1)
    return sum(len(windows(g["i"], k, s)) == g["o"] for k in sizes for s in sizes)


def tiled(g):
    return next(k for k in range(1, g["i"]) if len(windows(g["i"], k, k)) == g["o"] and k * g["o"] == g["i"])


def work(g):
    positions = len(windows(g["i"], g["k"], 2, g["p"]))
    return np.zeros((g["out"], g["c"], g["k"], g["k"])).size * positions * positions


SECOND = {
    "cnn-output-size": lambda g: len(windows(g["i"], g["k"], g["s"], g["p"])),
    "cnn-dilated-size": lambda g: len(windows(g["i"], g["k"], g["s"], g["p"], g["d"])),
    "cnn-scalars": lambda g: np.zeros((g["last"], network(g), network(g))).size,
    "cnn-shape": lambda g: (g["last"], network(g), network(g)),
    "cnn-weights": lambda g: np.zeros((g["last"], g["first"], g["k3"], g["k3"])).size,
    "cnn-work": work,
    "cnn-field": lambda g: field(g["ks"], g["ss"], (1, 1, 1)),
    "cnn-dilated-field": lambda g: field(
        [g["k"]] * g["layers"], [1] * g["layers"], [2**layer for layer in range(g["layers"])]
    ),
    "cnn-find-stride": reaches,
    "cnn-find-dilated": lambda g: reaches(g, s=2),
    "cnn-pool-window": tiled,
    "cnn-pool-overlap": lambda g: len(windows(g["i"], g["k"], g["s"])),
    "cnn-find-plain": reaches,
    "cnn-find-with-dilation": reaches,
    "cnn-find-with-padding": reaches,
    "cnn-how-many": how_many,
}
