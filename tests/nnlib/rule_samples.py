"""For each registered operation, calls of it to check its rules with: functions of the arrays they differentiate in.

A new operation needs its samples here; `test_every_rule.py` fails until it has some. Choose points away from kinks,
shapes that broadcast where the operation allows it, and every option.
"""

from typing import Any, NamedTuple

import numpy as np

from nnlib import activations, losses, softmax
from nnlib.engine import numpy_einsum, numpy_elementwise, numpy_linalg, numpy_shapes
from tests.nnlib import rule_samples_conv

rng = np.random.default_rng(0)
A = rng.normal(size=(3, 4))
B = rng.normal(size=(3, 4))
ROW = rng.normal(size=4)
COLUMN = rng.normal(size=(3, 1))
CUBE = rng.normal(size=(2, 3, 4))
POSITIVE = rng.uniform(0.5, 3, size=(3, 4))
INSIDE = rng.uniform(-0.9, 0.9, size=5)
MASK = A > 0
NUMBER = np.float64(0.7)
M = np.array([[3.0, 1, 0.5], [-1, 2, 0.3], [0.2, -0.4, 1.7]])
MATRICES = M + rng.normal(size=(2, 3, 3)) / 9


class Convertible:
    """What NumPy asks for an array, as it asks tensors and data frames."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


class Position(NamedTuple):
    """A tuple with names is an index, too."""

    layer: Any
    row: Any


INDICES = [  # of CUBE, each kind that NumPy tells apart; where entries are taken twice, the derivative adds up
    *(0, -1, np.int64(1), np.array(1), slice(None, None, -2), ..., None, (), True, False, np.True_, CUBE > 0),
    *((..., 1), (None, 1), (1, 2, 3), (np.array(1), slice(None)), (slice(0), 1), (None, slice(None), None)),
    *([1, 0, 1], ([1, 0, 1], slice(None), 2), (slice(None), np.array([[0, 2], [2, 2]])), [], [[0, 1], [1, 1]]),
    *(((0, 0),), ((0, 0, 1), (1, 1, 1)), ((0, 0, 1), slice(None)), (slice(None), (1, 1, 2)), (..., (3, 3), None)),
    *(((0, 0), None, (1, 1)), ((1, 1), slice(None), (2, 2)), (None, ((0, 1), (1, 1))), (1, (2, 2)), ((),)),
    *(range(2), (range(2), 0), (slice(None), range(0, 3, 2), (1, 1)), memoryview(bytes([1, 1]))),
    *([True, False], ((True, False),), (slice(None), [True, False, True], (3, 3)), (True, (1, 1)), (1, True, 0)),
    *(Convertible([1, 1]), (slice(None), Convertible([2, 2]), Convertible([0, 0])), Convertible([False, True])),
    *(Position(0, 1), Position((0, 0), (1, 1)), Position(slice(None), (1, 1)), np.array([0, 0], np.uint8)),
]


def _pairs(function, base=A, column=COLUMN):
    """Two arguments of every kind of shape: equal, broadcast on either side, numbers."""
    shapes = [
        (base, B + 3),
        (base, ROW + 3),
        (column, ROW + 3),
        (NUMBER, base + 4),
        (base, NUMBER),
        (NUMBER, 2 * NUMBER),
    ]
    both = [(function, pair) for pair in shapes]
    return [*both, (lambda x: function(x, 2.5), (base,)), (lambda x: function(2.5, x), (base + 4,))]


def _unary(function, x=A):
    return [(function, (x,)), (function, (x.ravel()[0],))]


def _reduction(function, x=CUBE):
    axes = [{}, {"axis": 1}, {"axis": (0, -1)}, {"axis": -1, "keepdims": True}, {"keepdims": True}]
    return [(lambda x, options=options: function(x, **options), (x,)) for options in axes]


SAMPLES = {
    # nnlib
    **{
        f: _unary(f)
        for f in (
            activations.heaviside,
            activations.sign,
            activations.relu,
            activations.softplus,
            activations.log_sigmoid,
            activations.tanh,
        )
    },
    **{f: [(lambda x, f=f, k=k: f(x, k), (A,)) for k in (1.0, -2.5)] for f in (activations._sigmoid_slope,)},
    activations.sigmoid: [*_unary(activations.sigmoid), (lambda x: activations.sigmoid(x, k=-2.5), (A,))],
    **{
        f: [
            *[(lambda x, f=f, axis=axis: f(x, axis), (CUBE,)) for axis in (-1, 0, (0, 2), None)],
            (lambda x, f=f: f(x, temperature=0.7), (A,)),
            (f, (NUMBER,)),
        ]
        for f in (softmax.softmax, softmax.log_softmax)
    },
    softmax.logsumexp: [*_reduction(softmax.logsumexp), (softmax.logsumexp, (NUMBER,))],
    losses.binary_cross_entropy: [
        (lambda a, t: losses.binary_cross_entropy(a, activations.sigmoid(t)), (A, B)),
        (lambda a, t: losses.binary_cross_entropy(a, activations.sigmoid(t)), (A, NUMBER)),
        (lambda a: losses.binary_cross_entropy(a, MASK), (A,)),
    ],
    losses.squared_error: [
        (losses.squared_error, (A, B)),
        (losses.squared_error, (NUMBER, B)),
        (lambda f: losses.squared_error(f, 1), (A,)),
    ],
    **{
        f: [
            (lambda a, f=f: f(a, [3, 0, 1]), (A,)),
            (lambda a, f=f: f(a, [[0, 1, 2], [3, 3, 0]]), (CUBE,)),
            (lambda a, f=f: f(a, 2), (ROW,)),
        ]
        for f in (losses.cross_entropy, losses.cross_entropy_gradient)
    },
    # NumPy, elementwise
    **{
        f: _unary(f)
        for f in (
            *(np.positive, np.negative, np.absolute, np.square, np.exp, np.exp2, np.expm1),
            *(np.sin, np.cos, np.tan, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh, np.cbrt),
            *(np.fabs, np.conjugate, np.deg2rad, np.radians, np.rad2deg, np.degrees),
        )
    },
    **{f: _unary(f, POSITIVE) for f in (np.sqrt, np.reciprocal, np.log, np.log2, np.log10, np.log1p)},
    **{f: _unary(f, INSIDE) for f in (np.arcsin, np.arccos, np.arctanh, numpy_elementwise._one_minus_square)},
    np.arccosh: _unary(np.arccosh, POSITIVE + 1),
    **{
        f: _pairs(f)
        for f in (
            *(np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum),
            *(np.logaddexp, np.logaddexp2, np.arctan2, np.hypot, np.remainder, np.fmod),
        )
    },
    np.power: [
        *_pairs(np.power, POSITIVE, POSITIVE[:, :1]),
        *[(lambda x, n=n: x**n, (A,)) for n in (0, 1, 2, 3, -2, np.array([0, 1, 2, 5]))],
        (lambda n: np.array([0.0, 2, 3, 4]) ** n, (ROW + 3,)),
    ],
    # NumPy, shape and selection
    np.astype: [(lambda x: x.astype(np.float64), (A,))],
    np.reshape: [(lambda x: np.reshape(x, (4, -1)), (A,)), (lambda x: x.reshape(2, 6), (A,))],
    np.transpose: [
        (np.transpose, (CUBE,)),
        (lambda x: x.transpose(2, 0, 1), (CUBE,)),
        (lambda x: np.transpose(x, (-1, 0, 1)), (CUBE,)),
    ],
    np.broadcast_to: [(lambda x: np.broadcast_to(x, (2, 3, 4)), (x,)) for x in (A, ROW, COLUMN, NUMBER)],
    np.where: [(lambda x, y: np.where(MASK, x, y), pair) for pair in ((A, B), (A, ROW), (COLUMN, NUMBER), (NUMBER, B))],
    numpy_shapes.getitem: [(lambda x, index=index: x[index], (CUBE,)) for index in INDICES],
    numpy_shapes.put_back: [
        (lambda g, index=index: numpy_shapes.put_back(g, index, (5, 4)), (A,))
        for index in (slice(1, 4), [0, 2, 2], ((0, 2, 2),), range(3), (np.array([4, 4, 1]), slice(None)))
    ],
    numpy_shapes.concatenate: [
        (lambda *x: np.concatenate(x), (A, ROW[None], B)),
        (lambda *x: np.concatenate(x, axis=-1), (A, COLUMN)),
        (lambda *x: np.concatenate((x[0], B, x[0]), axis=1), (A,)),
    ],
    # NumPy, reductions and products
    np.sum: _reduction(np.sum),
    np.max: _reduction(np.max),
    np.min: _reduction(np.min),
    np.cumsum: [(lambda x, axis=axis: np.cumsum(x, axis), (CUBE,)) for axis in (None, 0, -1)],
    np.matmul: [
        (np.matmul, pair)
        for pair in (
            *((A, B.T), (A, ROW), (ROW, B.T), (ROW, ROW + 1), (CUBE, B.T), (A, CUBE.swapaxes(1, 2))),
            *(
                (CUBE, CUBE.swapaxes(1, 2)),
                (CUBE[:, None], CUBE.swapaxes(1, 2)),
                (CUBE, ROW),
                (ROW, CUBE.swapaxes(1, 2)),
            ),
        )
    ],
    numpy_einsum.einsum: [
        (lambda *x: np.einsum("ij,kj->ik", *x), (A, B)),
        (lambda *x: np.einsum("bij, ij, j -> ib", *x), (CUBE, A, ROW)),
        (lambda x: np.einsum("bij->jbi", x), (CUBE,)),
    ],
    np.prod: [
        *_reduction(np.prod),
        (lambda x: np.prod(x * [[0, 1, 1, 1], [0, 0, 1, 1], [1, 1, 1, 1]], axis=1), (A,)),
        (lambda x: np.prod(x[:, :0]) * np.prod(x[:, :1]), (A,)),
        (np.prod, (NUMBER,)),
    ],
    # NumPy, linear algebra
    np.linalg.inv: [(np.linalg.inv, (M,)), (np.linalg.inv, (MATRICES,))],
    numpy_linalg.solve: [
        *[(np.linalg.solve, pair) for pair in ((M, COLUMN[:, 0]), (M, A), (MATRICES, A), (M, CUBE), (MATRICES, CUBE))],
        (lambda a: np.linalg.solve(a, [1.0, 2, 3]), (MATRICES,)),
    ],
    np.linalg.det: [
        *[(np.linalg.det, (a,)) for a in (M, MATRICES, M[:1, :1], M[:2, :2], np.eye(5) + np.outer(INSIDE, INSIDE))],
        *[(np.linalg.det, (a,)) for a in (np.ones((2, 2)), np.arange(9.0).reshape(3, 3), np.zeros((3, 3)))],
        (np.linalg.det, (np.diag([0.0, 1, 2, 3, 4]),)),
    ],
    numpy_linalg.log_abs_det: [(numpy_linalg.log_abs_det, (a,)) for a in (M, -MATRICES)],
    numpy_linalg.sign_of_det: [(numpy_linalg.sign_of_det, (a,)) for a in (M, -MATRICES)],
    # convolution
    **rule_samples_conv.SAMPLES,
}
