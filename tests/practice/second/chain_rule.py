"""Compositions differentiated as they stand, and multiplications counted one by one."""

import numpy as np


def slope(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)


class Counted:
    """A matrix of which only the shape matters, and the multiplications that its products took."""

    def __init__(self, rows, columns, spent=0):
        self.rows, self.columns, self.spent = rows, columns, spent

    def __matmul__(self, other):
        assert self.columns == other.rows
        spent = sum(1 for _ in np.ndindex(self.rows, self.columns, other.columns))
        return Counted(self.rows, other.columns, self.spent + other.spent + spent)


def stages(g):
    return Counted(g["m"], g["l"]), Counted(g["n"], g["m"]), Counted(g["o"], g["n"])


def cost(g):
    f, s, h = stages(dict(zip("lmno", g["sizes"], strict=True)))
    return (h @ (s @ f) if g["mode"] == "forward" else (h @ s) @ f).spent


def cheaper(g):
    forward, reverse = (cost({"sizes": g["sizes"], "mode": mode}) for mode in ("forward", "reverse"))
    return "the forward mode" if forward < reverse else "the reverse mode"


def product(g):
    f, s = np.array(g["first"]), np.array(g["second"])
    return np.array([s @ (f @ v) for v in np.eye(2)]).T


def where(g):
    """Find the point whose Jacobian gives the derivative, with functions of one number."""
    f, s, h = (lambda x: x + 0.7), (lambda x: x**2), (lambda x: x**3)
    x, x1 = 0.4, f(0.4)
    x2 = s(x1)
    names = {"$x$": x, f"${g['f']}(x)$": x1, f"${g['g']}({g['f']}(x))$": x2, "end": h(x2)}
    truth = slope(lambda t: h(s(f(t))), x)
    found = [
        name
        for name, at in names.items()
        if np.isclose(slope(h, x2) * slope(s, at) if g["place"] == 1 else slope(h, at) * slope(s, x1), truth)
    ]
    assert len(found) == 1
    return {"$x$": "nothing"}.get(found[0], found[0])


def shape(g):
    f, s, h = stages(g)
    result = s @ f if g["mode"] == "forward" else h @ s
    return result.rows, result.columns


def forward_line(g):
    """Run each program on two functions of the plane."""
    weights = np.array([[0.3, -0.2], [0.5, 0.4]])

    def f(x):
        return np.sin(weights @ x)

    def s(x):
        return np.array([x[0] * x[1], x[0] - x[1] ** 2])

    def jacobian(function, x):
        return np.array([(function(x + e) - function(x - e)) / 2e-6 for e in 1e-6 * np.eye(2)]).T

    x = np.array([0.7, -0.4])
    j, v = jacobian(f, x), f(x)
    return jacobian(lambda x: s(f(x)), x), {
        "the answer": jacobian(s, v) @ j,
        "the value too early": jacobian(s, s(v)) @ j,
        "the order": j @ jacobian(s, v),
        "m22": jacobian(s, x) @ j,
    }


def stored(g):
    a, b = np.zeros(g["m"]), np.zeros(g["n"])
    return a.size + b.size


def halves(g):
    a, b, c, d = (Counted(g[one], g[two]) for one, two in ("ab", "bc", "cd", "de"))
    return ((a @ b) @ (c @ d)).spent


def vector(g):
    f, s, h = stages(g)
    return (h @ (s @ (f @ Counted(g["l"], 1)))).spent


def parts(g):
    def composed(x1):
        a = x1 * g["x2"], x1 + g["c"] * g["x2"]
        return a[0] ** 2 + a[0] * a[1]

    return round(slope(composed, g["x1"], 1e-4), 5)


SECOND = {
    "chain-product": product,
    "chain-points": lambda g: 4 * g["a"] * (g["a"] * g["x"] + g["b"]) ** 3,
    "chain-where": where,
    "chain-shapes": shape,
    "chain-forward-line": forward_line,
    "chain-stored": stored,
    "chain-product-cost": lambda g: (Counted(g["p"], g["q"]) @ Counted(g["q"], g["r"])).spent,
    "chain-cost": cost,
    "chain-cheaper": cheaper,
    "chain-halves-first": halves,
    "chain-vector": vector,
    "chain-quotient-error": lambda g: slope(lambda x: x**3, g["x"], g["e"]) - 3 * g["x"] ** 2,
    "chain-both-parts": parts,
}
