"""Rows of the table of bad input: activations, softmax, losses, sequences and their matrices."""

from __future__ import annotations

from functools import partial
from typing import Any

import mpmath
import numpy as np
import scipy.special

from nnlib import activations, losses, signal, softmax, toeplitz
from tests.nnlib import hostile_oracles as right
from tests.nnlib.hostile import VALUE, Row, shapes

rng = np.random.default_rng(7)
A = rng.normal(size=(3, 4))
TARGETS = rng.uniform(0.1, 0.9, size=(3, 4))
LABELS = np.array([0, 3, 1])
inf, nan = np.inf, np.nan

UNEQUAL = r"has shape .*; they must be equal, or one a single number"
NO_FIT = r"logits of shape \(\.\.\., K\) need labels of shape \(\.\.\.\); got"
SEQUENCE = r"x and w must be one-dimensional and not empty; got shapes"
REAL = "must be a single real number; got"
COUNT = "must be an integer of at least 1; got"
PAIR = "must be (an integer or a pair of integers|at least 1); got"
MODE = 'mode must be "full", "valid" or "same"; got'


def _elementwise(call: Any, oracle: Any, *refused: Any) -> Row:
    return Row(call, {"x": A}, oracle, {"x": VALUE}, refused=refused)


def _temperature(value: Any, error: type[Exception], message: str) -> Any:
    return {"temperature": value}, error, message


TEMPERATURES = (
    _temperature(0, ValueError, "the temperature must be positive"),
    _temperature(-1, ValueError, "the temperature must be positive"),
    _temperature(nan, ValueError, "the temperature must be positive"),
    _temperature("1", TypeError, f"the temperature {REAL}"),
    _temperature(None, TypeError, f"the temperature {REAL}"),
    _temperature(np.ones(2), TypeError, f"the temperature {REAL}"),
    _temperature(1j, TypeError, f"the temperature {REAL}"),
)
AXES = (
    ({"axis": 2}, ValueError, "axis 2 is out of bounds for array of dimension 2"),
    ({"axis": (0, 0)}, ValueError, "repeated axis"),
    ({"axis": 1.5}, TypeError, "axis must be an integer, a tuple of integers or None; got 1.5"),
    ({"axis": 1.0}, TypeError, "axis must be an integer, a tuple of integers or None; got 1.0"),
    ({"axis": (1.0,)}, TypeError, r"axis must be an integer, a tuple of integers or None; got \(1.0,\)"),
    ({"axis": "0"}, TypeError, "axis must be an integer, a tuple of integers or None; got '0'"),
)
CLASSES = (
    ({"labels": [0, 4, 1]}, ValueError, "labels must be from 0 to 3, got values from 0 to 4"),
    ({"labels": [0, -1, 1]}, ValueError, "labels must be from 0 to 3, got values from -1 to 1"),
    ({"labels": np.array([0, 2**64 - 1, 1], np.uint64)}, ValueError, "labels must be from 0 to 3"),
    ({"labels": [0, 2**70, 1]}, TypeError, "labels must be integers, the indices of classes; got dtype object"),
    ({"logits": np.zeros((3, 0))}, ValueError, r"logits of shape \(3, 0\) have no class"),
)
MODES = (
    ({"mode": "circular"}, ValueError, MODE),
    ({"mode": None}, ValueError, MODE),
    ({"mode": ["full"]}, ValueError, MODE),
)
LABELED = {"logits": shapes(NO_FIT, NO_FIT, NO_FIT, VALUE), "labels": NO_FIT}


def _sizes(*names: str) -> tuple[Any, ...]:
    bad = (0, -1, 1.5, "2", None, [1])
    return tuple(({name: value}, ValueError, f"{name} {COUNT}") for name in names for value in bad)


ROWS: dict[str, Row] = {
    "activations.heaviside": _elementwise(activations.heaviside, lambda x: np.heaviside(x, 0.5)),
    "activations.sign": _elementwise(activations.sign, lambda x: np.where(x > 0, 1, np.where(x < 0, -1, x))),
    "activations.relu": _elementwise(activations.relu, lambda x: np.where(np.asarray(x) > 0, x, 0)),
    "activations.sigmoid": _elementwise(
        activations.sigmoid,
        scipy.special.expit,
        *(({"k": k}, ValueError, r"k must be finite, got .*; the limit for k → ∞ is heaviside") for k in (inf, nan)),
        ({"k": 10**400}, ValueError, "k must be finite"),
        *(({"k": k}, TypeError, f"k {REAL}") for k in ("2", None, 1j, np.ones(2))),
    ),
    "activations.softplus": _elementwise(activations.softplus, lambda x: np.logaddexp(0, np.asarray(x, float))),
    "activations.log_sigmoid": _elementwise(activations.log_sigmoid, scipy.special.log_expit),
    "activations.tanh": _elementwise(
        activations.tanh, lambda x: np.reshape([float(mpmath.tanh(float(v))) for v in np.ravel(x)], np.shape(x))
    ),
    "softmax.softmax": _elementwise(softmax.softmax, right.softmax, *TEMPERATURES, *AXES),
    "softmax.log_softmax": _elementwise(softmax.log_softmax, lambda x: np.log(right.softmax(x)), *TEMPERATURES, *AXES),
    "softmax.logsumexp": _elementwise(softmax.logsumexp, right.logsumexp, *AXES),
    "softmax.softmax_jacobian": Row(
        softmax.softmax_jacobian,
        {"x": A},
        right.jacobian_of_softmax,
        {"x": shapes(number=r"softmax_jacobian needs logits of shape \(\.\.\., K\), got shape \(\)")},
        refused=TEMPERATURES,
    ),
    "losses.binary_cross_entropy": Row(
        losses.binary_cross_entropy,
        {"logits": A, "targets": TARGETS},
        lambda logits, targets: targets * np.logaddexp(0, -logits) + (1 - targets) * np.logaddexp(0, logits),
        {name: shapes(VALUE, UNEQUAL, UNEQUAL, UNEQUAL) for name in ("logits", "targets")},
        refused=tuple(
            ({"targets": t}, ValueError, r"targets must lie in \[0, 1\], got") for t in (-0.1, 1.1, nan, inf)
        ),
    ),
    "losses.squared_error": Row(
        losses.squared_error,
        {"prediction": A, "target": TARGETS},
        lambda prediction, target: (prediction - target) ** 2,
        {name: shapes(VALUE, UNEQUAL, UNEQUAL, UNEQUAL) for name in ("prediction", "target")},
    ),
    "losses.cross_entropy": Row(
        losses.cross_entropy,
        {"logits": A, "labels": LABELS},
        right.cross_entropy,
        LABELED,
        ("labels",),
        refused=CLASSES,
    ),
    "losses.cross_entropy_gradient": Row(
        losses.cross_entropy_gradient,
        {"logits": A, "labels": LABELS},
        right.cross_entropy_gradient,
        LABELED,
        ("labels",),
        refused=CLASSES,
    ),
    **{
        f"signal.{function.__name__}": Row(
            function,
            {"x": A.ravel(), "w": A[0]},
            oracle,
            {name: shapes(SEQUENCE, SEQUENCE, SEQUENCE, VALUE) for name in "xw"},
            refused=MODES,
        )
        for function, oracle in ((signal.convolve, right.full), (signal.correlate, right.valid))
    },
    "signal.kept_entries": Row(
        signal.kept_entries,
        {"mode": "full", "n": np.int8(100), "k": np.int8(100)},
        lambda mode, n, k: slice(0, 199),
        refused=(*_sizes("n", "k"), *MODES),
    ),
    "toeplitz.toeplitz_matrix": Row(
        toeplitz.toeplitz_matrix,
        {"w": A[0], "n": np.int8(127)},
        right.toeplitz,
        {"w": shapes(*[r"w must have 1 dimension\(s\) and at least one entry; got shape"] * 3)},
        refused=(*_sizes("n", "stride", "dilation"), *MODES),
    ),
    "toeplitz.hankel_matrix": Row(
        toeplitz.hankel_matrix,
        {"y": A.ravel(), "k": 3},
        lambda y, k: np.array([y[i : i + k] for i in range(len(y) - k + 1)]),
        {"y": shapes(*[r"y must have 1 dimension\(s\) and at least one entry; got shape"] * 3)},
        refused=(
            *_sizes("k", "stride", "dilation"),
            ({"k": 13}, ValueError, "a window of 13 entries at dilation 1 spans 13; y has only 12"),
        ),
    ),
    "toeplitz.conv2d_matrix": Row(
        partial(toeplitz.conv2d_matrix, shape=(4, 6)),
        {"w": A[:2]},
        partial(right.conv2d_matrix, shape=(4, 6)),
        {"w": shapes(*[r"w must have 2 dimension\(s\) and at least one entry; got shape"] * 3)},
        refused=(
            *(({"shape": size}, ValueError, f"shape {PAIR}") for size in (0, 3.5, "ab", None, (4, 0))),
            ({"shape": (4, 3)}, ValueError, r"a kernel of shape \(2, 4\) at dilation \(1, 1\) does not fit"),
            ({"shape": (4, 6, 1)}, ValueError, "shape must be an integer or a pair of integers"),
            *(({"stride": s}, ValueError, f"stride {PAIR}") for s in (0, -1, 1.5, "2", (1, 0))),
            *MODES,
        ),
    ),
}
