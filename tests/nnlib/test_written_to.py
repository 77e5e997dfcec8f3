"""Arrays that are written to: plain ones after they were used, traced ones in place."""

import array
import collections
import functools
import gc

import numpy as np
import pytest

from nnlib import softmax
from nnlib.autodiff import grad, jacrev, jvp, trace, value_and_grad, vjp
from nnlib.engine import snapshots
from nnlib.losses import cross_entropy
from nnlib.rules import differentiable, rule

X = np.array([1.0, 2.0, 3.0])
LARGE = 200  # so many rows and columns are compared before they are copied again


class Convertible:
    """What NumPy takes for an array, and what can be written to."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


@functools.cache
def _operations():
    """Make operations that keep an option, return a view of their argument, or return a view of a constant."""

    @differentiable("x")
    def scaled(x, by):
        return x * by

    @differentiable("x")
    def viewed(x):
        return x[...]

    @differentiable("x", "c")
    def second(x, c):
        return c[...]

    rule(scaled, "x", partial=lambda y, x, by: by)
    rule(viewed, "x", jvp=lambda v, y, x: v * y / y, vjp=lambda g, y, x: g * y / y)
    rule(second, "x", jvp=lambda v, y, x, c: 0 * v, vjp=lambda g, y, x, c: 0 * g)
    rule(second, "c", jvp=lambda v, y, x, c: v, vjp=lambda g, y, x, c: g)
    return scaled, viewed, second


# Every use of a plain array, and how it is written to. The function is called twice, with and without writing.
USES = {
    "a factor": lambda x, b: x * b,
    "a factor on the left": lambda x, b: b * x,
    "a divisor": lambda x, b: x / b,
    "an exponent": lambda x, b: x**b,
    "a base": lambda x, b: b**x,
    "a matrix product": lambda x, b: x @ np.diag(b),
    "a vector product": lambda x, b: b @ x,
    "np.dot": np.dot,
    "einsum": lambda x, b: np.einsum("i,i->i", x, b),
    "a broadcast view": lambda x, b: x * np.broadcast_to(b, (2, 3)),
    "a reversed view": lambda x, b: x * b[::-1],
    "a number with no axes": lambda x, b: x * b[1, ...],
    "an option": lambda x, b: -_operations()[0](x, b),
    "arctan2": np.arctan2,
    "a larger of two": np.maximum,
    "float32": lambda x, b: x * b.astype(np.float32),
    "a whole array of rows": lambda x, b: x[:2] @ np.broadcast_to(b, (LARGE, 3))[:2],
    "what a function returns": lambda x, b: _operations()[2](x, b) * x,
    "a mask": lambda x, b: x[b > 1.5],
    "where": lambda x, b: np.where(b > 1.5, x, 2 * x),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_buffer_that_is_filled_again(use):
    fillings = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0], [0.5, 4.0, 1.5]])

    def f(x, buffer):
        total = 0.0
        for row in fillings:
            if buffer is None:
                total += use(x, row.copy()).sum()
            else:
                buffer[:] = row
                total += use(x, buffer).sum()
        return total

    buffer = np.zeros(3)
    y, gradient = value_and_grad(f)(X, buffer)
    expected, right = value_and_grad(f)(X, None)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(gradient, right)
    np.testing.assert_allclose(gradient @ X, jvp(lambda x: f(x, buffer), (X,), (X,))[1])
    assert buffer.flags.writeable


INDICES = {
    "an array": lambda: np.array([0, 2, 2]),
    "a list": lambda: [0, 2, 2],
    "a list in a tuple": lambda: ([0, 2, 2],),
    "a mask": lambda: np.array([1, 0, 1]) > 0,
    "an array of Python": lambda: array.array("i", [0, 2, 2]),
    "a queue": lambda: collections.deque([0, 2, 2]),
    "bytes": lambda: memoryview(bytearray([0, 2, 2])),
    "an object": lambda: Convertible(np.array([0, 2, 2])),
    "a bound of a slice": lambda: slice(np.array(0), np.array(2)),
}


def _overwrite(index):
    index = index[0] if isinstance(index, tuple) else index
    if isinstance(index, slice):
        index.start[...] = 1
    elif isinstance(index, Convertible):
        index.values[:] = 1
    else:
        for place in range(len(index)):
            index[place] = index[0]


@pytest.mark.parametrize("make", INDICES.values(), ids=INDICES)
def test_an_index_that_is_written_to(make):
    index = make()
    y, pullback = vjp(lambda x: x[index], X)
    before = pullback(np.ones_like(y))[0]
    _overwrite(index)
    np.testing.assert_array_equal(pullback(np.ones_like(y))[0], before)
    np.testing.assert_array_equal(before, jacrev(lambda x: x[make()])(X).sum(axis=0))


def test_labels_that_are_written_to():
    labels = np.array([0, 1])
    _, pullback = vjp(lambda a: cross_entropy(a, labels), np.zeros((2, 2)))
    labels[:] = 0
    assert pullback(np.ones(2))[0].tolist() == [[-0.5, 0.5], [0.5, -0.5]]


RESULTS = [
    np.exp,
    np.square,
    np.tanh,
    softmax.softmax,
    np.cumsum,
    lambda x: x,
    lambda x: x[::-1],
    lambda x: -_operations()[1](x),
]
RESULTS += [lambda x: x[:2] * x[1:], lambda x: x.reshape(3, 1) @ x[None], lambda x: np.exp(x[1:]), lambda x: x * x]


@pytest.mark.parametrize("f", RESULTS)
def test_arguments_and_results_that_are_written_to_before_the_pullback(f):
    x = X.copy()
    y, pullback = vjp(f, x)
    right = vjp(f, X)[1](np.ones_like(y))[0]
    np.testing.assert_array_equal(x, X)
    x[:], y[...] = 100, -7
    gradient = pullback(np.ones_like(y))[0]
    np.testing.assert_array_equal(gradient, right)
    gradient[:] = 5
    np.testing.assert_array_equal(pullback(np.ones_like(y))[0], right)


def test_an_array_that_is_both_argument_and_constant():
    x = X.copy()
    _, pullback = vjp(lambda v: (v * x).sum(), x)
    x *= 0
    assert pullback(1.0)[0].tolist() == [1, 2, 3]


def test_containers_that_are_written_to_before_the_pullback():
    params, kept = {"b": X.copy(), "a": 2 * X}, []

    def f(p):
        kept.extend([p["a"] * 3, p["b"] * 5])
        return kept

    _, pullback = vjp(f, params)
    params["b"] = params.pop("b")  # in another order
    params["c"] = 1.0
    kept.clear()
    gradient = pullback([np.ones(3), np.ones(3)])[0]
    assert {name: g.tolist() for name, g in gradient.items()} == {"b": [5, 5, 5], "a": [3, 3, 3]}


def test_a_trace_keeps_the_values_that_it_shows():
    x, z = X.copy(), X.copy()
    traced = trace(lambda x: (np.exp(x) * z).sum(), x)
    text, adjoint = str(traced), str(traced.adjoint())
    x[:], z[:], traced.evaluation[1][...], traced.adjoint()[0][...] = 9, 9, 9, 9
    assert (str(traced), str(traced.adjoint())) == (text, adjoint)


def test_a_result_of_forward_mode_is_the_callers():
    x, v = X.copy(), X.copy()
    for f in (lambda x: x, lambda x: x[:2], lambda x: x.T):
        y, tangent = jvp(f, (x,), (v,))
        y[0] = tangent[0] = 9
        assert x.tolist() == v.tolist() == [1, 2, 3]


def test_a_large_matrix_is_kept_once():
    a = np.random.default_rng(0).normal(size=(LARGE, LARGE)) / LARGE
    snapshots._recent.clear()
    gc.collect()
    assert not snapshots._copies

    def f(x):
        for _ in range(10):
            x = a @ (a.T @ x)
        return x.sum()

    _, pullback = vjp(f, np.ones(LARGE))
    assert len(snapshots._copies) == 2  # the matrix, and its transposed view
    before = pullback(1.0)[0]
    a *= 2
    np.testing.assert_array_equal(pullback(1.0)[0], before)
    a[0, 0] = np.nan
    assert np.isnan(grad(lambda x: (a @ x).sum())(np.ones(LARGE))).any()
    assert np.isnan(grad(lambda x: (a @ x).sum())(np.ones(LARGE))).any()
    del pullback
    snapshots._recent.clear()
    gc.collect()
    assert not snapshots._copies


# In place


def _same_as_numpy(f, x=X):
    """Check that a function that writes into its own arrays has NumPy's value, and one derivative in both modes."""
    y, gradient = value_and_grad(f)(x)
    np.testing.assert_array_equal(y, f(x.copy()))
    np.testing.assert_allclose(jvp(f, (x,), (np.cos(x),))[1], (gradient * np.cos(x)).sum())
    h = 1e-6 * np.cos(x)
    np.testing.assert_allclose((f(x + h) - f(x - h)) / 2e-6, (gradient * np.cos(x)).sum(), rtol=1e-6)
    np.testing.assert_allclose(jacrev(grad(f))(x), jacrev(jacrev(f))(x))


def _aliased(x):
    h = x * 2
    k, kept = h, [h]
    h += x
    h *= 2
    k -= 1
    return (h * k * kept[0]).sum()


def _used_before(x):
    h = x * 2
    a = h.sum() * h
    h **= 2
    h /= 3
    h %= 7
    return (a * h).sum()


def _loop(x):
    h, loss = x * 1.0, 0.0
    for i in range(3):
        h += np.sin(h) * i
        loss += (h * h).sum()
        loss *= 0.5
    return loss


def _number(x):
    loss = x[0] * x[1]
    first = loss
    loss += 1
    return loss * first


def _copied(x):
    h, k, m = x.copy(), x.flatten(), x.astype(np.float64)
    h += 1
    k *= x
    m -= h
    return (h * k * m * x).sum()


def _picked(x):
    h = x[[0, 0, 2]]
    h += x
    view = (x * x).reshape(3, 1)
    view *= h[:, None]
    return view.sum()


def _nested(x):
    h = x * x
    _, pullback = vjp(lambda z: z * z * h, h)
    h += 1
    return (pullback(np.ones(3))[0] * h).sum()


def _inner_results(x):
    y, pullback = vjp(lambda z, w: (z + w, z), x * x, x)
    a, b = pullback((x, 0 * x))
    a += x
    y[0].__imul__(x)
    return (a * b * y[0] * y[1]).sum()


def _matrix(x):
    m = x[:, None] * x
    m @= np.eye(3) + 1
    return m.sum()


IN_PLACE = [_aliased, _used_before, _loop, _number, _copied, _picked, _nested, _inner_results, _matrix]


@pytest.mark.parametrize("f", IN_PLACE)
def test_writing_into_an_array_of_ones_own(f):
    _same_as_numpy(f)


def test_a_result_list_sees_what_was_written():
    def f(x):
        h = x * 2
        kept = [h, h.copy()]
        h += 1
        return kept

    assert [y.tolist() for y in vjp(f, X)[0]] == [[3, 5, 7], [2, 4, 6]]
    assert [y.tolist() for y in jvp(f, (X,), (X,))[0]] == [[3, 5, 7], [2, 4, 6]]
    assert trace(lambda x: f(x)[0], X).evaluation[2].tolist() == [3, 5, 7]


def _write(y):
    y += 1
    return y


SEEN = {
    "an argument": _write,
    "an argument of another name": lambda x: _write(x[:]),
    "a row of an argument": lambda x: _write(x[1:]),
    "a transposed argument": lambda x: _write(x.T),
    "an argument of a function inside": lambda x: grad(lambda z: _write(z).sum())(x * 2),
    "a view": lambda x: (h := x * 2, _write(h[:2])),
    "what a view was taken of": lambda x: (h := x * 2, v := h[:2], _write(h), v),
    "a view of a constant": lambda x: _write(_operations()[2](x, np.ones(3))),
    "a view of a view": lambda x: (h := x * 2, _write(h[:2][:1])),
    "a row": lambda x: [_write(row) for row in x[:, None] * x],
    "a reshaped array": lambda x: (h := x * 2, _write(h.reshape(3, 1))),
    "a raveled array": lambda x: (h := x * 2, _write(np.ravel(h))),
    "a broadcast array": lambda x: _write(np.broadcast_to(x * 2, (2, 3))),
    "an array cast to its own type": lambda x: (h := x * 2, _write(h.astype(float, copy=False))),
}


@pytest.mark.parametrize("f", SEEN.values(), ids=SEEN)
def test_what_others_would_see_is_refused(f):
    for mode in (lambda: vjp(f, X), lambda: jvp(f, (X,), (X,)), lambda: trace(f, X)):
        with pytest.raises(TypeError, match=r"y \+= \.\.\. would also write into .*; .*write y = y \+ \.\.\."):
            mode()


def test_an_argument_without_axes_is_written_into_only_if_it_is_an_array():
    assert grad(_write)(3.0) == grad(_write)(np.float64(3)) == 1
    with pytest.raises(TypeError, match="the caller's array"):
        grad(_write)(np.array(3.0))


@pytest.mark.parametrize(
    ("f", "error"),
    [
        (lambda x: (x * 2).__iadd__(np.ones((2, 3))), ValueError),
        (lambda x: (x * 2).__imatmul__(np.ones((3, 2))), ValueError),
        (lambda x: (x * 2).__ifloordiv__(2), TypeError),
    ],
)
def test_what_does_not_fit_is_refused(f, error):
    with pytest.raises(error, match="y = y //|keeps the shape"):
        vjp(f, X)


def test_what_is_written_has_the_type_of_the_array():
    def f(x):
        h = x * 2
        h += np.float64(0.1) * X
        return h

    x = X.astype(np.float32)
    assert vjp(f, x)[0].dtype == f(x.copy()).dtype == np.float32
    np.testing.assert_array_equal(vjp(f, x)[0], f(x))
