"""What a traced array refuses, and the words that say what to write instead."""

import math

import numpy as np
import pytest

from nnlib.autodiff import grad, jvp, vjp
from nnlib.rules import _OPERATIONS, differentiable
from nnlib.trace import trace

X = np.array([1.0, 2, 3])


def filled_one_by_one(x):
    out = np.zeros(3)
    for i in range(3):
        out[i] = x[i] ** 2
    return out.sum()


def filled_in_two_axes(x):
    out = np.zeros((2, 2))
    out[0, 1] = np.sum(x)
    return out


def filled_by_rows(x):
    out = np.zeros((2, 3))
    out[0] = x
    return out


def added_to(x):
    out = np.zeros(3)
    out[1] += x[1]
    return out


def added_whole(x):
    out = np.zeros(3)
    out += x
    return out


def a_slice(x):
    out = np.zeros(3)
    out[:2] = x[:2]
    return out


def a_mask(x):
    out = np.zeros(3)
    out[out == 0] = x
    return out


def itself(x):
    x[0] = 1.0
    return x


def itself_masked(x):
    x[x < 0] = 0
    return x


def in_a_list_of_arrays(x):
    rows = [np.zeros(3), np.zeros(3)]
    rows[1][2] = x[0]
    return rows[1]


def nested(x):
    return grad(lambda z: filled_one_by_one(z * x))(x).sum()


def deleted(x):
    del x[0]
    return x


WRITES = [
    *(filled_one_by_one, filled_in_two_axes, filled_by_rows, added_to, added_whole, a_slice, a_mask, itself),
    *(itself_masked, in_a_list_of_arrays, nested, deleted),
    *(lambda x: np.copyto(np.zeros(3), x), lambda x: x.sort(), lambda x: x.fill(0), lambda x: x.put([0], 1)),
]


@pytest.mark.parametrize("f", WRITES)
@pytest.mark.parametrize("mode", [lambda f: grad(f)(X), lambda f: jvp(f, (X,), (X,)), lambda f: trace(f, X)])
def test_writing_into_an_array_teaches_what_to_write(f, mode):
    with pytest.raises(TypeError, match=r"instead of out\[i\] = \.\.\. .* np\.stack .* np\.where") as refused:
        mode(f)
    frames = [entry.name for entry in refused.traceback]
    assert f.__name__ in frames or f is nested
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "f",
    [
        lambda x: math.exp(x[0]),
        lambda x: float(x[0]),
        lambda x: x[0].item(),
        lambda x: range(x[0]),
        lambda x: "%.3f" % x[0],  # noqa: UP031
        lambda x: np.zeros(3).fill(x[0]),
    ],
)
def test_a_number_is_not_made_and_a_way_to_look_is_named(f):
    for transformation in (lambda: vjp(f, X), lambda: jvp(f, (X,), (X,))):
        with pytest.raises(TypeError, match=r'become a Python number.*f"\{x:\.3f\}".*stop_gradient'):
            transformation()


@pytest.mark.parametrize("f", [lambda x: np.array([x[0], x[1]]), np.asarray, lambda x: np.c_[x, x]])
def test_a_plain_array_is_not_made(f):
    with pytest.raises(TypeError, match="become a plain one.*np.stack.*stop_gradient"):
        vjp(f, X)


def test_an_error_of_the_program_itself_comes_out_as_it_is():
    def f(x):
        raise ValueError("mine") from TypeError("a cause")

    with pytest.raises(ValueError, match="mine"):
        grad(f)(X)
    with pytest.raises(ValueError, match="shapes|broadcast"):
        grad(lambda x: x + np.ones(2))(X)


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("flat", "stop_gradient"),
        ("strides", "stop_gradient"),
        ("tobytes", "stop_gradient"),
        ("view", "stop_gradient"),
        ("compress", "stop_gradient"),
        ("argpartition", r"np\.argpartition\(x\)"),
    ],
)
def test_an_attribute_that_is_missing_is_explained(name, instead):
    with pytest.raises(AttributeError, match=f"a traced array has no attribute '{name}'.*{instead}"):
        grad(lambda x: getattr(x, name))(X)
    grad(lambda x: x.sum() if not hasattr(x, name) else 0)(X)


def test_methods_that_the_functions_have():
    for f in (
        lambda x: x.prod(),
        lambda x: x.repeat(2).sum(),
        lambda x: x.take([0, 0]).sum(),
        lambda x: (x[:, None] * x).trace() + (x[:, None] * x).diagonal(1).sum(),
        lambda x: x.cumprod()[1] + x.conj()[0] * x.conjugate()[1],
        lambda x: x.real[2] * x[0] + x.imag[0],
        lambda x: x[x.argsort()][0] * x[x.nonzero()][1] * x.searchsorted(2.5),
        lambda x: (x[None].mT @ x[None]).sum() + x.nbytes + x.itemsize,
    ):
        y, (gradient,) = f(X), grad(lambda x, f=f: f(x), argnums=(0,))(X)
        np.testing.assert_allclose(vjp(f, X)[0], y)
        steps = [(f(X + h) - f(X - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
        np.testing.assert_allclose(gradient, steps, atol=1e-8)


# What stands beside a traced array


class Column:
    """What NumPy asks for an array, as it asks columns of tables."""

    dtype = np.dtype(float)

    def __array__(self, dtype=None, copy=None):
        return np.array([4.0, 5, 6])


@pytest.mark.parametrize("other", [range(1, 4), [1.0, 2, 3], (1, 2, 3), memoryview(bytes([1, 2, 3])), Column()])
@pytest.mark.parametrize(
    "f",
    [
        lambda x, y: x * y,
        lambda x, y: y * x if not isinstance(y, (memoryview, Column)) else x * y,
        lambda x, y: x**y,
        np.divide,
        lambda x, y: np.divide(y, x),
        lambda x, y: x - y,
        lambda x, y: x @ y,
        np.maximum,
        lambda x, y: np.where([True, False, True], x, y),
        np.hypot,
        np.outer,
        np.dot,
        np.inner,
        lambda x, y: np.concatenate([x, y]),
        lambda x, y: np.einsum("i,i->i", x, y),
    ],
)
def test_whatever_numpy_takes_for_an_array_is_a_constant(f, other):
    plain = np.asarray(other)
    y, pullback = vjp(lambda x: f(x, other), X)
    expected, theirs = vjp(lambda x: f(x, plain), X)
    np.testing.assert_allclose(y, expected)
    found = pullback(np.ones_like(y))[0]
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, theirs(np.ones_like(y))[0])
    np.testing.assert_allclose(jvp(lambda x: f(x, other), (X,), (X,))[0], expected)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (np.matrix([[1.0, 2, 3]]), "a matrix cannot meet a traced array"),
        (np.ma.masked_array([1.0, 2, 3], [0, 1, 0]), "a MaskedArray cannot meet a traced array"),
        ("abc", "unsupported|ufunc|did not contain|real"),
        (object(), "unsupported operand"),
        (None, "unsupported operand"),
        ({1: 2}, "unsupported operand"),
    ],
)
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_what_is_no_constant_is_refused(other, message):
    for f in (lambda x: x * other, lambda x: x + other):
        with pytest.raises(TypeError, match=message):
            vjp(f, X)


def test_powers_and_remainders_of_python():
    with pytest.raises(TypeError, match=r"write x\*\*y % modulus"):
        grad(lambda x: pow(x, 2, 5))(2.0)
    assert grad(lambda x: pow(x, 2))(3.0) == 6
    assert grad(lambda x: divmod(x, 2)[1] + divmod(x, 2)[0])(3.5) == 1
    assert vjp(lambda x: divmod(7, x)[1], 2.5)[0] == 2
    assert [float(part) for part in vjp(lambda x: np.divmod(x, 2), 3.5)[0]] == [1, 1.5]


def test_axes_and_widths_that_do_not_fit():
    for f in (lambda x: np.swapaxes(x, 0, 5), lambda x: x.swapaxes(-2, 0), lambda x: np.expand_dims(x, [0, 9])):
        with pytest.raises(np.exceptions.AxisError, match="out of bounds"):
            vjp(f, X)
    assert vjp(lambda x: np.expand_dims(x, [0, 1]), X)[0].shape == (1, 1, 3)
    assert vjp(lambda x: np.pad(x, {0: (1, 2)}), X)[0].tolist() == [0, 1, 2, 3, 0, 0]
    assert vjp(lambda x: np.pad(x[None], {-1: 1}), X)[0].tolist() == [[0, 1, 2, 3, 0]]
    with pytest.raises(ValueError, match="widths of at least 0, got -1"):
        vjp(lambda x: np.pad(x, -1), X)


# Operations without a rule, and functions of other packages


def test_an_operation_without_a_rule_says_so(monkeypatch):
    monkeypatch.setattr("nnlib.rules._OPERATIONS", dict(_OPERATIONS))

    @differentiable("x", "w")
    def layer(x, w):
        return x * w

    for call in (lambda: grad(lambda x: layer(x, 2.0))(3.0), lambda: jvp(lambda w: layer(2.0, w), (3.0,), (1.0,))):
        with pytest.raises(NotImplementedError, match=r"no derivative rule for its argument '[xw]' yet; .*rule\(layer"):
            call()


def test_functions_of_other_packages_are_named_by_their_home():
    special = pytest.importorskip("scipy.special")
    for name in ("expit", "psi", "gammaln"):
        with pytest.raises(NotImplementedError, match=rf"^scipy\.special\.{name} has no derivative rule"):
            grad(getattr(special, name))(1.0)
