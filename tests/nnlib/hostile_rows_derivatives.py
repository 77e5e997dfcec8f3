"""Rows of the table of bad input: derivatives, rules, claims, and what prints and draws."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot  # an old one warns while it is imported, which is no fault of a plot
import numpy as np

from nnlib import autodiff, chain, claims, datasets, gradcheck, notebook, plots, rules, trace
from nnlib.engine import numpy_einsum, numpy_shapes
from tests.nnlib.hostile import VALUE, Row, shapes

mpl.use("Agg")
rng = np.random.default_rng(9)
X, V = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
COUNT = "sizes must be"
REAL = "the value of f must hold real numbers|f returned None"


def diagonal(x: Any) -> Any:
    """Return the Jacobian of an elementwise function whose derivative is x."""
    return np.reshape(np.diag(np.ravel(x)), np.shape(x) * 2)


def _total(x: Any) -> Any:
    return np.sum(np.sin(x))


STAGES = [(np.sin, lambda x: diagonal(np.cos(x))), (np.exp, lambda y: diagonal(np.exp(y)))]
ACCUMULATED = Row(
    lambda x, stages=STAGES: chain.forward_accumulation(stages, x),
    {"x": X},
    lambda x: [np.exp(np.sin(x)), diagonal(np.exp(np.sin(x)) * np.cos(x))],
    {"x": VALUE},
    refused=(
        *(
            ({"stages": s}, ValueError, r"stages must be pairs \(function, jacobian\); got")
            for s in (5, [1], None, [(1, 2, 3)])
        ),
        ({"stages": []}, ValueError, "there must be at least one stage"),
        (
            {"stages": [(np.sin, np.cos)]},
            ValueError,
            r"the Jacobian of stage 1 must have shape \(2, 3, 2, 3\), got \(2, 3\)",
        ),
        ({"stages": [(lambda x: x * 1j, np.cos)]}, TypeError, "x must hold real numbers"),
    ),
)
SIZES = tuple(
    ({"sizes": sizes}, ValueError, COUNT)
    for sizes in (5, (), (3,), (3, 0), (3, -1, 2), (1.5, 2), "ab", None, (2, None))
)
DIFFERENCE = tuple(
    ({"f": f}, TypeError, REAL) for f in (lambda x: x * 1j, lambda x: "1", lambda x: None, lambda x: x.astype(object))
)


def said(function: Any, *arguments: Any, **options: Any) -> str:
    """Return what a call prints."""
    with contextlib.redirect_stdout(io.StringIO()) as output:
        function(*arguments, **options)
    return output.getvalue()


def _claim(side: Any, other: Any = X, label: str = "eq-a-label", **options: Any) -> str:
    return said(claims.claim, label, side, other, **{"rejects": {"a wrong one": X + 1}, **options})


def _order(side: Any, above: Any = X + 1, label: str = "eq-a-label", **options: Any) -> str:
    return said(claims.claim_order, label, side, above, **{"rejects": {"reversed": (X + 1, X)}, **options})


CLAIMS = (
    ({"label": "no label"}, ValueError, "the label 'no label' must look like"),
    ({"rejects": {}}, ValueError, "needs at least one wrong version"),
    ({"rejects": {"a; b": 1}}, ValueError, "must be words without ';'"),
    ({"rejects": ["x"]}, ValueError, "rejects must map names to wrong values"),
    ({"side": X + 0j}, TypeError, "compares real numbers; got dtype complex128"),
    ({"side": X + np.nan}, claims.ClaimFailed, "eq-a-label does not hold"),
)


def _glued(value: Any) -> Any:
    return notebook._text(value, 4, None, inline=True)


def _drawn(x: Any, y: Any) -> Any:
    import matplotlib.pyplot as plt

    plt.close("all")
    _, axes = plots.figure()
    line = plots.curve(axes, x, y)
    return [line.get_xdata(), line.get_ydata()]


def _drawn_maps(arrays: Any) -> list[float]:
    import matplotlib.pyplot as plt

    plt.close("all")
    _, axes = plots.figure()
    plots.maps(axes, arrays)
    return [patch.get_alpha() for patch in axes.patches]


def _drawn_cells(entries: Any) -> list[str]:
    import matplotlib.pyplot as plt

    plt.close("all")
    _, axes = plots.figure()
    plots.cells(axes, 0, 0, entries)
    return [text.get_text() for text in axes.texts]


def _styled() -> Any:
    with mpl.rc_context(), np.printoptions():
        notebook.setup()
        return [mpl.rcParams["text.color"], np.get_printoptions()["precision"]]


def _marked(arrays: Any = ("x",)) -> Any:
    return rules.differentiable(*arrays)(lambda x, y=2: x * y)(3)


def _ruled(function: Any = np.sin, array: str = "x", **options: Any) -> None:
    rules.rule(function, array, **(options or {"partial": lambda y, x: np.cos(x)}))


def _registered(function: Any = None, arrays: Any = ("x",)) -> Any:
    function = function or (lambda x: x)
    rules.register(function, *arrays, implementation=lambda x: x)
    return rules.operation(function).arrays


ROWS: dict[str, Row] = {
    "autodiff.jvp": Row(
        lambda x, v: autodiff.jvp(np.sin, (x,), (v,)),
        {"x": X, "v": V},
        lambda x, v: [np.sin(x), np.cos(x) * v],
        {name: "the tangent has shape .*, its argument has shape .*; they must be equal" for name in "xv"},
        lists=False,
    ),
    "autodiff.vjp": Row(
        lambda x, g: autodiff.vjp(np.sin, x)[1](g),
        {"x": X, "g": V},
        lambda x, g: [np.cos(x) * g],
        {name: "the cotangent has shape .*, the result has shape .*; they must be equal" for name in "xg"},
        lists=False,
    ),
    "autodiff.grad": Row(
        lambda x, f=_total: autodiff.grad(f)(x),
        {"x": X},
        np.cos,
        {"x": VALUE},
        refused=(({"f": np.sin}, ValueError, r"grad needs a function that returns one number, got shape \(2, 3\)"),),
        lists=False,
    ),
    "autodiff.value_and_grad": Row(
        autodiff.value_and_grad(_total),
        {"x": X},
        lambda x: [_total(x), np.cos(x)],
        {"x": VALUE},
        lists=False,
    ),
    "autodiff.jacfwd": Row(autodiff.jacfwd(np.sin), {"x": X}, lambda x: diagonal(np.cos(x)), {"x": VALUE}),
    "autodiff.jacrev": Row(autodiff.jacrev(np.sin), {"x": X}, lambda x: diagonal(np.cos(x)), {"x": VALUE}),
    "autodiff.stop_gradient": Row(autodiff.stop_gradient, {"x": X}, lambda x: x, {"x": ""}, numbers=False, lists=False),
    "trace.trace": Row(
        lambda x, f=_total: trace.trace(f, x).adjoint()[0],
        {"x": X},
        np.cos,
        {"x": VALUE},
        refused=(({"f": lambda x: 1.0}, ValueError, "nothing to trace: the result does not depend on an argument"),),
    ),
    "chain.forward_accumulation": ACCUMULATED,
    "chain.reverse_accumulation": Row(
        lambda x, stages=STAGES: chain.reverse_accumulation(stages, x),
        ACCUMULATED.good,
        ACCUMULATED.oracle,
        ACCUMULATED.arrays,
        refused=ACCUMULATED.refused,
    ),
    "chain.accumulation_cost": Row(
        chain.accumulation_cost,
        {"sizes": np.array([100, 100, 100], np.int8), "mode": "forward"},
        lambda sizes, mode: 1_000_000,
        refused=(
            *SIZES,
            *(({"mode": m}, ValueError, "mode must be 'forward' or 'reverse', got") for m in ("up", None)),
        ),
    ),
    "chain.best_order": Row(
        chain.best_order,
        {"sizes": np.array([100, 100, 100], np.int8)},
        lambda sizes: [1_000_000, "J₂J₁"],
        refused=SIZES,
    ),
    "gradcheck.directional_derivative": Row(
        lambda x, direction, f=np.sin: gradcheck.directional_derivative(f, x, direction),
        {"x": X, "direction": V},
        lambda x, direction: np.cos(x) * direction,
        {name: "direction has shape .*, x has shape .*; they must be equal" for name in ("x", "direction")},
        keeps=False,
        refused=(
            *DIFFERENCE,
            *(({"direction": d * X}, ValueError, "direction must be finite") for d in (np.inf, np.nan)),
        ),
    ),
    "gradcheck.numerical_jacobian": Row(
        lambda x, f=np.sin: gradcheck.numerical_jacobian(f, x),
        {"x": X},
        lambda x: diagonal(np.cos(x)),
        {"x": VALUE},
        keeps=False,
        refused=DIFFERENCE,
    ),
    "gradcheck.numerical_gradient": Row(
        lambda x, f=_total: gradcheck.numerical_gradient(f, x),
        {"x": X},
        np.cos,
        {"x": VALUE},
        keeps=False,
        refused=(({"f": np.sin}, ValueError, "numerical_gradient needs a function that returns one number"),),
    ),
    "gradcheck.check_gradients": Row(
        lambda *args, **named: gradcheck.check_gradients(
            np.sin, *args, *[named.pop(n) for n in ("x",) if n in named], **named
        ),
        {"x": X},
        lambda x: None,
        {"x": VALUE},
        keeps=False,
        refused=tuple(
            ({"order": order}, ValueError, "the order must be 1 or 2, got") for order in (0, 3, 1.5, "1", None)
        ),
    ),
    "claims.claim": Row(
        _claim,
        {"side": X},
        lambda side: "✓ eq-a-label                     6 entries agree; rejects: a wrong one\n",
        {"side": ""},
        numbers=False,
        refused=(
            *CLAIMS,
            (
                {"side": [], "other": [], "rejects": {"a": [1]}},
                ValueError,
                "the sides are empty; a claim about nothing",
            ),
            ({"side": X[:1]}, claims.ClaimFailed, "have different shapes"),
            ({"relative_to": "all"}, ValueError, "it must be 'largest' or 'each'"),
        ),
    ),
    "claims.claim_order": Row(
        _order,
        {"side": X},
        lambda side: "✓ eq-a-label                     6 inequalities hold; rejects: reversed\n",
        {"side": ""},
        numbers=False,
        refused=CLAIMS,
    ),
    "notebook.setup": Row(_styled, {}, lambda: [plots.INK, 4]),
    "notebook.show": Row(
        lambda value: said(notebook.show, value),
        {"value": np.array([1e308, -0.0, 0.5])},
        lambda value: f"[{int(1e308)}\n {'0':>309}\n {'0.5':>309}]\n".replace(str(int(1e308)), "1" + "0" * 308),
        {"value": ""},
        numbers=False,
    ),
    "notebook.glue": Row(
        _glued, {"value": np.array([-0.0, 7, np.inf])}, lambda value: "(0, 7, inf)", {"value": ""}, numbers=False
    ),
    "plots.use_style": Row(_styled, {}, lambda: [plots.INK, 4]),
    "plots.figure": Row(_drawn, {"x": X[0], "y": V[0]}, lambda x, y: [np.round(x, 6), np.round(y, 6)]),
    "plots.curve": Row(
        _drawn,
        {"x": X[0], "y": np.array([1.5, 2, 1 / 3])},
        lambda x, y: [np.round(x, 6), np.round(y, 6)],
        {"x": "", "y": ""},
        keeps=False,
    ),
    "plots.cells": Row(
        _drawn_cells, {"entries": np.array([1.5, 2])}, lambda entries: ["1.5", "2.0"], {"entries": ""}, numbers=False
    ),
    "plots.maps": Row(
        _drawn_maps, {"arrays": np.array([[[1, -0.5]]])}, lambda arrays: [0.5, 1.0, 0.3], {"arrays": ""}, numbers=False
    ),
    "autodiff.supported": Row(
        lambda: [*autodiff.supported()],
        {},
        lambda: ["elementwise", "arrays", "nnlib", "other", "constant", "operators", "methods"],
    ),
    "datasets.load_digits": Row(
        lambda: [part.shape for part in datasets.load_digits()], {}, lambda: [(1797, 8, 8), (1797,)]
    ),
    "datasets.load_photograph": Row(lambda: datasets.load_photograph().shape, {}, lambda: (48, 48)),
    "datasets.load_digit_network": Row(
        lambda: [*datasets.load_digit_network()[0]], {}, lambda: ["K1", "b1", "K2", "b2", "W3", "b3"]
    ),
    "rules.differentiable": Row(
        _marked,
        {},
        lambda: 6,
        refused=tuple(
            ({"arrays": a}, ValueError, "needs the names of its differentiable arguments") for a in ((), ("z",))
        ),
    ),
    "rules.register": Row(
        _registered,
        {},
        lambda: ("x",),
        refused=tuple(
            ({"arrays": a}, ValueError, "needs the names of its differentiable arguments") for a in ((), ("z",))
        ),
    ),
    "rules.rule": Row(
        _ruled,
        {},
        lambda: None,
        refused=(
            ({"function": np.gcd}, ValueError, "is not differentiable in 'x'; registered arguments: none: mark"),
            ({"array": "z"}, ValueError, r"is not differentiable in 'z'; registered arguments: \('x',\)"),
            ({"jvp": np.cos}, ValueError, "a rule of sin needs both jvp and vjp, or partial alone"),
        ),
    ),
    # NumPy's own functions, as far as they are differentiated: NumPy decides what they take.
    "engine.numpy_shapes.getitem": Row(
        lambda x: numpy_shapes.getitem(x, (0, slice(1, 3))), {"x": X}, lambda x: x[0, 1:], {"x": ""}, numbers=False
    ),
    "engine.numpy_shapes.put_back": Row(
        lambda g, index=slice(1, 3): numpy_shapes.put_back(g, index, (4, 3)),
        {"g": X},
        lambda g: np.pad(g, ((1, 1), (0, 0))),
        {"g": shapes(*["g of shape .* does not fit the place of shape"] * 4)},
        numbers=False,
    ),
    "engine.numpy_shapes.concatenate": Row(
        lambda a, b: numpy_shapes.concatenate(a, b, axis=1),
        {"a": X, "b": V},
        lambda a, b: np.hstack([a, b]),
        {"a": "", "b": ""},
        numbers=False,
    ),
    "engine.numpy_einsum.einsum": Row(
        lambda a, b: numpy_einsum.einsum(a, b, subscripts="ij,kj->ik"),
        {"a": X, "b": V},
        lambda a, b: a @ b.T,
        {"a": "", "b": ""},
        numbers=False,
    ),
}
