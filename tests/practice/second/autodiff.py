"""The same functions in SymPy, dual numbers as matrices, and paths walked one by one."""

import itertools

import numpy as np
import sympy as sp

X1, X2 = sp.symbols("x1 x2")
EXAMPLE = 1 / (X1 + X2) + X2**2 + sp.cos(X1)
SLOPES = {one: sp.lambdify((X1, X2), sp.diff(EXAMPLE, one), "math") for one in (X1, X2)}
VALUE = sp.lambdify((X1, X2), EXAMPLE, "math")


def both(g):
    y = X1 * X2 + g["a"] * X1 + X2**2
    return [sp.diff(y, one).subs({X1: g["x1"], X2: g["x2"]}) for one in (X1, X2)]


def dual(g):
    """Multiply two-by-two matrices, which behave like dual numbers."""
    product = np.array([[g["v"], g["s"]], [0, g["v"]]]) @ np.array([[g["w"], g["t"]], [0, g["w"]]])
    return product[0]


def runs(g):
    """Count unit vectors whose products with a Jacobian of this shape build it."""
    jacobian = np.zeros((g["o"], g["l"]))
    side = jacobian.shape[0] if g["mode"] == "reverse" else jacobian.shape[1]
    return len(np.eye(side))


def norm(g):
    x = np.array(g["x"], float)
    return [g["bar"] * (np.hypot(*(x + e)) - np.hypot(*(x - e))) / 2e-5 for e in 1e-5 * np.eye(2)]


def broadcast(g):
    bar = np.array(g["bar"])
    return [sum(bar[row, place] for row in range(3)) for place in range(2)]


SECOND = {
    "autodiff-value": lambda g: VALUE(g["x1"], g["x2"]),
    "autodiff-tangent": lambda g: round(SLOPES[X1](g["x1"], g["x2"]), 4),
    "autodiff-adjoint": lambda g: SLOPES[X2](g["x1"], g["x2"]),
    "autodiff-both": both,
    "autodiff-direction": lambda g: int(np.dot(g["slopes"], g["seed"])),
    "autodiff-dual": dual,
    "autodiff-paths": lambda g: sum(1 for _ in itertools.product(range(g["width"]), repeat=g["r"])),
    "autodiff-runs": runs,
    "autodiff-broadcast": broadcast,
    "autodiff-norm": norm,
}
