"""HIPS autograd as an oracle: random programs must have the same value, gradient and second derivative in both."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlib.autodiff import grad, jacfwd, jacrev, jvp, vjp

pytestmark = pytest.mark.filterwarnings("ignore:Output seems independent of input:UserWarning")

# Each step takes the library and the values so far, all of shape (3, 3), and makes one more.
UNARY = {
    "sin": lambda np, x: np.sin(x),
    "tanh": lambda np, x: np.tanh(x),
    "exp of minus square": lambda np, x: np.exp(-(x**2)),
    "log1p of square": lambda np, x: np.log1p(x * x),
    "root": lambda np, x: np.sqrt(x**2 + 1),
    "negative": lambda np, x: -x,
    "reciprocal": lambda np, x: 2 / (3 + np.cos(x)),
    "transpose": lambda np, x: x.T,
    "reversed rows": lambda np, x: x[::-1],
    "row taken twice": lambda np, x: x[np.array([0, 2, 0])],
    "reshape": lambda np, x: np.reshape(np.reshape(x, (9,)), (3, 3)),
    "minus row sums": lambda np, x: x - np.sum(x, axis=1, keepdims=True),
    "minus mean": lambda np, x: x - np.mean(x, axis=0),
    "where": lambda np, x: np.where(MASK, x, x * x),
    "stack": lambda np, x: np.stack([x[0], x[:, 1], 2 * x[2]]),
    "concatenate": lambda np, x: np.concatenate([x[1:], x[:1]], axis=0),
    "power": lambda np, x: (np.abs(x) + 0.5) ** 1.5,
}
BINARY = {
    "add": lambda np, x, y: x + y,
    "subtract": lambda np, x, y: x - y,
    "multiply": lambda np, x, y: x * y,
    "divide": lambda np, x, y: x / (2 + np.sin(y)),
    "matmul": lambda np, x, y: x @ y / 3,
    "broadcast row": lambda np, x, y: x * y[0],
    "broadcast column": lambda np, x, y: x + y[:, :1],
    "logaddexp": lambda np, x, y: np.logaddexp(x, y),
    "outer": lambda np, x, y: np.outer(x[0], y[:, 0]),
    "power": lambda np, x, y: (x * x + 0.5) ** np.tanh(y),
    "einsum": lambda np, x, y: np.einsum("ij,kj->ik", x, y),
}
MASK = np.array([[True, False, True], [False, False, True], [True, True, False]])

steps = st.one_of(
    st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 20)),
    st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 20), st.integers(0, 20)),
)
programs = st.lists(steps, min_size=1, max_size=8)
matrices = hnp.arrays(np.float64, (3, 3), elements=st.floats(-2, 2).map(lambda x: round(x, 3)))


def run(np, program, *inputs):
    values = list(inputs)
    for name, *operands in program:
        chosen = [values[-1 - i % len(values)] for i in operands]
        values.append((UNARY if len(chosen) == 1 else BINARY)[name](np, *chosen))
    return values[-1]


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8 * max(1, np.abs(b).max()))


@settings(deadline=None)
@given(programs, matrices, matrices, matrices)
def test_random_programs(program, x, y, u):
    def ours(x, y):
        return run(np, program, x, y)

    def theirs(x, y):
        return run(anp, program, x, y)

    value, pullback = vjp(ours, x, y)
    close(value, theirs(x, y))
    expected = [autograd.make_vjp(theirs, i)(x, y)[0](u) for i in (0, 1)]
    for g, e in zip(pullback(u), expected, strict=True):
        close(g, e)
    tangent = jvp(ours, (x, y), (u, x))[1]
    close(np.sum(tangent * u), np.sum(expected[0] * u) + np.sum(expected[1] * x))


@settings(deadline=None, max_examples=30)
@given(programs, matrices, st.sampled_from([jacfwd, jacrev]))
def test_random_second_derivatives(program, x, outer):
    u = np.arange(9.0).reshape(3, 3) / 9

    def ours(x):
        return np.sum(u * run(np, program, x, 0.5 * x))

    def theirs(x):
        return anp.sum(u * run(anp, program, x, 0.5 * x))

    close(outer(grad(ours))(x), autograd.jacobian(autograd.grad(theirs))(x))


def test_the_oracle_sees_a_difference():
    with pytest.raises(AssertionError):
        close(
            grad(lambda x: np.sum(np.sin(x)))(np.ones(3)),
            autograd.grad(lambda x: anp.sum(anp.sin(x)) * 1.0001)(np.ones(3)),
        )
