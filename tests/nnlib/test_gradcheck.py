"""The checker itself: its derivatives against closed forms."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import gradcheck, rules
from nnlib.autodiff import vjp
from nnlib.engine.traced import plain
from nnlib.gradcheck import check_gradients, directional_derivative, numerical_gradient, numerical_jacobian
from nnlib.rules import differentiable, rule
from nnlib.softmax import softmax

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("f", "df"),
    [
        (np.exp, np.exp),
        (np.sin, np.cos),
        (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
        (lambda x: x**5, lambda x: 5 * x**4),
        (lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2),
    ],
)
@given(st.floats(-8, 8))
def test_smooth_functions_to_ten_digits(f, df, x):
    assert numerical_gradient(f, x) == pytest.approx(df(x), rel=1e-10, abs=1e-10)


@given(st.floats(-8, 10))
def test_the_step_fits_the_point(exponent):
    x = 10.0**exponent
    assert numerical_gradient(np.log, x) * x == pytest.approx(1, rel=1e-10)
    assert numerical_gradient(np.sqrt, x) * 2 * np.sqrt(x) == pytest.approx(1, rel=1e-10)
    if x < 1e6:
        assert numerical_gradient(np.sin, x) == pytest.approx(np.cos(x), abs=1e-10)


def test_each_entry_chooses_its_own_step():
    def f(x):
        return np.array([x[0] * x[1], np.log(x[0]), 1e9 * np.exp(x[1]), 7.0])

    expected = [[-3, 1e-4], [1e4, 0], [0, 1e9 * np.exp(-3)], [0, 0]]
    np.testing.assert_allclose(numerical_jacobian(f, [1e-4, -3]), expected, rtol=1e-10)


def test_rounding_is_not_mistaken_for_a_derivative():
    assert numerical_gradient(lambda x: 1e10 + x, 1.0) == pytest.approx(1, rel=1e-5)
    assert numerical_gradient(lambda x: x**2 * np.sin(1 / x), 0.01) == pytest.approx(
        0.02 * np.sin(100) - np.cos(100), rel=1e-10
    )


def test_at_a_kink_it_is_the_symmetric_derivative_and_beside_it_the_ordinary_one():
    assert numerical_gradient(np.abs, 0.0) == 0
    assert numerical_gradient(lambda x: np.maximum(x, 0), 0.0) == 0.5
    for x in (1e-6, 1e-3, 0.3):
        assert numerical_gradient(np.abs, x) == pytest.approx(1, rel=1e-10)


def test_outside_the_domain_there_is_none():
    assert np.isnan(numerical_gradient(lambda x: np.log(x) if x > 0 else np.nan, -1.0))


def test_shapes():
    x = np.random.default_rng(0).normal(size=(2, 3))
    jacobian = numerical_jacobian(lambda x: np.outer(x[0], x[1]), x)
    assert jacobian.shape == (3, 3, 2, 3)
    np.testing.assert_allclose(jacobian[1, 2, 0], [0, x[1, 2], 0], atol=1e-12)
    assert numerical_jacobian(np.sin, np.zeros(0)).shape == (0, 0)
    assert numerical_jacobian(np.sin, np.zeros((2, 0))).shape == (2, 0, 2, 0)
    assert numerical_jacobian(lambda x: np.zeros(0), x).shape == (0, 2, 3)
    assert numerical_gradient(np.sum, x).tolist() == np.ones((2, 3)).tolist()


def test_the_direction():
    x, v = np.array([1.0, 2]), np.array([3.0, -1])
    assert directional_derivative(lambda x: x[0] * x[1], x, v) == pytest.approx(5, rel=1e-11)
    assert directional_derivative(np.sin, x, 0 * v).tolist() == [0, 0]
    with pytest.raises(ValueError, match=r"direction has shape \(3,\), x has shape \(2,\)"):
        directional_derivative(np.sin, x, np.ones(3))


def test_the_argument_is_not_touched_even_by_a_careless_function():
    x = np.arange(3.0)

    def careless(v):
        v += 1
        return v * v

    np.testing.assert_allclose(numerical_jacobian(careless, x), np.diag(2 * (x + 1)), atol=1e-10)
    assert x.tolist() == [0, 1, 2]


def test_errors():
    with pytest.raises(ValueError, match=r"returns one number, got shape \(2,\)"):
        numerical_gradient(np.sin, np.zeros(2))
    with pytest.raises(TypeError, match="real numbers"):
        numerical_jacobian(np.sin, [1j])


# The check of derivatives, with planted errors


def planted(**rules):
    """Softmax along the last axis under a name of its own, with the given rule instead of the right one."""

    @differentiable("x")
    def operation(x):
        return softmax(x)

    right = {"jvp": lambda v, p, x: p * (v - (v * p).sum(axis=-1, keepdims=True))}
    right["vjp"] = right["jvp"]
    rule(operation, "x", **(right | rules))
    return operation


def planted_matmul(vjp):
    @differentiable("a", "b")
    def product(a, b):
        return a @ b

    rule(product, "a", jvp=lambda v, y, a, b: v @ b, vjp=vjp)
    rule(product, "b", jvp=lambda v, y, a, b: a @ v, vjp=lambda g, y, a, b: a.T @ g)
    return product


X = np.random.default_rng(0).normal(size=(3, 3))
ERRORS = {
    "sign": lambda v, p, x: -p * (v - (v * p).sum(axis=-1, keepdims=True)),
    "a factor of 1.001": lambda v, p, x: 1.001 * p * (v - (v * p).sum(axis=-1, keepdims=True)),
    "a missing term": lambda v, p, x: p * v,
    "a missing factor": lambda v, p, x: v - (v * p).sum(axis=-1, keepdims=True),
    "the wrong axis": lambda v, p, x: p * (v - (v * p).sum(axis=0, keepdims=True)),
    "an index off by one": lambda v, p, x: p * (v - np.stack([(v * p)[:, 1:].sum(axis=-1)] * 3, axis=-1)),
    "zero": lambda v, p, x: 0 * v,
    "nan": lambda v, p, x: np.nan * v,
}


@pytest.fixture(autouse=True)
def _registry_of_its_own(monkeypatch):
    monkeypatch.setattr(rules, "_OPERATIONS", dict(rules._OPERATIONS))


def test_right_rules_pass():
    check_gradients(planted(), X, order=2)
    check_gradients(planted_matmul(lambda g, y, a, b: g @ b.T), X, X[::-1], order=2)


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_in_either_mode_is_caught(name):
    with pytest.raises(AssertionError, match=r"operation, argument 0: Jv is .*, the central difference is "):
        check_gradients(planted(jvp=ERRORS[name]), X)
    with pytest.raises(AssertionError, match=r"operation, argument 0: ⟨u, Jv⟩ is .*, ⟨Jᵀu, v⟩ is "):
        check_gradients(planted(vjp=ERRORS[name]), X)
    with pytest.raises(AssertionError):
        check_gradients(planted(jvp=ERRORS[name], vjp=ERRORS[name]), X)


def test_a_transposed_matrix_is_caught():
    with pytest.raises(AssertionError, match="product, argument 0: ⟨u, Jv⟩"):
        check_gradients(planted_matmul(lambda g, y, a, b: g @ b), X, X[::-1])
    with pytest.raises(AssertionError, match="product, argument 0: ⟨u, Jv⟩"):
        check_gradients(planted_matmul(lambda g, y, a, b: (g @ b.T).T), X, X[::-1])


def test_a_wrong_shape_is_caught():
    transposed = planted_matmul(lambda g, y, a, b: b @ g.T)
    with pytest.raises(ValueError, match=r"the vjp of product must return shape \(3, 2\), got \(2, 3\)"):
        check_gradients(transposed, X[:, :2], X[:2])
    with pytest.raises(ValueError, match=r"the vjp of product must return shape \(2, 3\), got \(3, 2\)"):
        check_gradients(transposed, X[:2], X[:, :2])


def test_a_bare_sum_is_blind_where_the_check_is_not():
    wrong = planted(vjp=ERRORS["sign"])
    assert np.abs(vjp(lambda x: wrong(x).sum(), X)[1](1.0)[0]).max() < 1e-16
    with pytest.raises(AssertionError):
        check_gradients(wrong, X)


def test_an_error_in_the_second_derivative_is_caught():
    def careless(g, p, x):
        return np.asarray(plain(p)) * (g - (g * p).sum(axis=-1, keepdims=True))  # p taken for a constant

    wrong = planted(vjp=careless)
    check_gradients(wrong, X)
    with pytest.raises(AssertionError, match="the vjp of operation, argument 1"):
        check_gradients(wrong, X, order=2)


def test_the_order():
    with pytest.raises(ValueError, match="must be 1 or 2, got 3"):
        check_gradients(np.sin, X, order=3)


def test_values_that_are_equal_pass_at_any_tolerance_and_the_scale_is_that_of_the_values():
    one = np.ones(2)
    gradcheck._compare("a", one, "b", one, 0.0, 0.0)
    gradcheck._compare("a", np.zeros(0), "b", np.zeros(0), 0.0, 0.0)
    gradcheck._compare("a", 1e6 * one + 0.5, "b", 1e6 * one, 1e-6, 0.0)
    gradcheck._compare("a", 1e-6 * one + 0.5e-12, "b", 1e-6 * one, 1e-6, 0.0)
    gradcheck._compare("a", 0.5 * one, "b", 0 * one, 0.5, np.inf)
    gradcheck._compare("a", 0.5 * one, "b", 0 * one, 0.5, 0.0, parts=1.0)
    with pytest.raises(AssertionError, match=r"a is 3 at \(1,\), b is 1"):
        gradcheck._compare("a", np.array([1.0, 3.0]), "b", one, 1.0, 0.0)
    for error in (1.0, np.inf, np.nan):  # an uncertain difference does not excuse everything
        with pytest.raises(AssertionError, match="a is 0.6 at"):
            gradcheck._compare("a", 0.6 * one, "b", 0 * one, 0.5, error)
    with pytest.raises(AssertionError, match="a is 2e-12 at"):
        gradcheck._compare("a", 2e-12 * one, "b", 1e-12 * one, 1e-8, 1e-16)
    with pytest.raises(AssertionError, match=r"a is nan at \(0,\), b is 1"):
        gradcheck._compare("a", np.array([np.nan, 9.0]), "b", one, 1.0, 0.0)
    with pytest.raises(AssertionError, match="a is 2, b is 1"):
        gradcheck._compare("a", np.float64(2), "b", np.float64(1), 0.1, 0.0)


@pytest.mark.parametrize("scale", [1e20, 1.0, 1e-4, 1e-9, 1e-12, 1e-20, 1e-100, 1e-300])
@pytest.mark.parametrize("wrong", ["jvp", "vjp"])
def test_a_wrong_slope_is_seen_at_every_scale(monkeypatch, scale, wrong):
    monkeypatch.setattr(rules, "_OPERATIONS", dict(rules._OPERATIONS))
    x = np.array([0.3, 1.2, -0.7])

    def slope(factor):
        return lambda v, y, x: factor * scale * np.cos(x) * v

    def small(factors):
        operation = differentiable("x")(lambda x: scale * np.sin(x))
        rule(operation, "x", **{mode: slope(factors.get(mode, 1)) for mode in ("jvp", "vjp")})
        return operation

    check_gradients(small({}), x)
    operation = small({wrong: 1.001})
    with pytest.raises(AssertionError, match="Jv"):
        check_gradients(operation, x)
    if scale >= 1e-9:  # beside a constant of 1 the last digits of less are lost
        with pytest.raises(AssertionError, match="Jv"):
            check_gradients(lambda x: operation(x) + 1, x)


@pytest.mark.parametrize("seed", range(5))
def test_rounding_is_not_taken_for_a_wrong_slope(seed):
    rng = np.random.default_rng(seed)
    for size in (1e-9, 1e-3, 1.0, 30.0):
        x = size * rng.normal(size=(3, 4))
        check_gradients(lambda x: np.sin(x) ** 2 + np.cos(x) ** 2 - 1, x, seed=seed)
        check_gradients(lambda x: softmax(x).sum(), x, seed=seed)
        check_gradients(lambda x: x * x, x, order=2, seed=seed)


def test_a_kink_beside_large_entries():
    def f(x):
        return np.maximum(0, x).sum()

    np.testing.assert_allclose(numerical_gradient(f, [1e-9, 1.0, -1.0]), [1, 1, 0], atol=1e-6)
    np.testing.assert_allclose(numerical_gradient(f, [-1e-7, 100.0]), [0, 1], atol=1e-6)
    np.testing.assert_allclose(numerical_gradient(f, [0.0, 1.0, -1.0]), [0.5, 1, 0])
    found = numerical_gradient(lambda x: 1e3 * np.abs(x).sum(), [1e-6, 1.0, -1e-3, 100, -3e-8])
    np.testing.assert_allclose(found, [1e3, 1e3, -1e3, 1e3, -1e3], rtol=1e-6)


@pytest.mark.parametrize("order", [0, 3, -1, 1.5])
def test_other_orders_are_refused(order):
    with pytest.raises(ValueError, match="the order must be 1 or 2"):
        check_gradients(np.sin, 1.0, order=order)


def test_a_direction_has_the_shape_of_its_point():
    for x, direction in ((np.ones(2), np.ones(3)), (np.ones(3), np.ones(2)), (np.ones(2), np.ones((2, 1)))):
        with pytest.raises(ValueError, match=r"direction has shape .*, x has shape .*; they must be equal"):
            directional_derivative(np.sum, x, direction)


@pytest.mark.parametrize("exponent", [-1000, -900, -501, -500, 499, 500, 501, 900])
def test_a_direction_may_be_tiny_or_huge(exponent):
    derivative = directional_derivative(lambda x: x * x, np.array([1.5]), np.array([2.0**exponent]))
    assert derivative == pytest.approx([3 * 2.0**exponent], rel=1e-10, abs=0)


def test_a_direction_may_be_empty_or_point_backward():
    assert directional_derivative(np.exp, 0.0, -1.0) == pytest.approx(-1, rel=1e-10)
    assert directional_derivative(np.sin, np.zeros(0), np.zeros(0)).shape == (0,)


def test_an_error_in_the_derivative_of_forward_mode_is_caught():
    def careless(v, p, x):
        return np.asarray(plain(p)) * (v - (v * p).sum(axis=-1, keepdims=True))

    with pytest.raises(AssertionError, match="the jvp of operation, argument 0"):
        check_gradients(planted(jvp=careless), X, order=2)


def test_smooth_functions_are_differentiated_better_than_promised():
    x = np.linspace(-3, 3, 61)
    for f, df in ((np.exp, np.exp(x)), (np.sin, np.cos(x)), (lambda x: np.exp(-x * x), -2 * x * np.exp(-x * x))):
        error = np.abs(directional_derivative(f, x, np.ones(61)) - df)
        assert np.max(error / np.maximum(1, np.abs(df))) < 2e-12


@pytest.mark.parametrize("mode", ["jvp", "vjp"])
def test_the_second_order_is_checked_with_numbers_of_its_own(mode):
    """With the numbers of the first order, one of them would meet itself, and this error cancels."""

    def term(a, b):
        return a[::-1] * b - a * b[::-1]

    @differentiable("v", "x")
    def twice(v, x):
        return 2 * v * x

    @differentiable("x")
    def square(x):
        return x * x

    right = {"jvp": lambda v, y, x: twice(v, x), "vjp": lambda g, y, x: twice(g, x)}
    rule(
        square,
        "x",
        **(right | ({"vjp": lambda g, y, x: 2 * g * x} if mode == "jvp" else {"jvp": lambda v, y, x: 2 * v * x})),
    )
    if mode == "jvp":  # wrong in v, but not along v itself
        rule(
            twice,
            "v",
            jvp=lambda dv, y, v, x: 2 * dv * x + term(v, dv),
            vjp=lambda g, y, v, x: 2 * g * x + v[::-1] * g - (v * g)[::-1],
        )
        rule(twice, "x", jvp=lambda dx, y, v, x: 2 * v * dx, vjp=lambda g, y, v, x: 2 * v * g)
    else:  # wrong in x, but not for the cotangent v
        rule(twice, "v", jvp=lambda dv, y, v, x: 2 * dv * x, vjp=lambda g, y, v, x: 2 * g * x)
        rule(twice, "x", jvp=lambda dx, y, v, x: 2 * v * dx, vjp=lambda g, y, v, x: 2 * v * g + term(v, g))
    check_gradients(square, X[0])
    with pytest.raises(AssertionError, match=f"the {mode} of square"):
        check_gradients(square, X[0], order=2)


def test_along_a_tiny_or_huge_direction_no_step_over_or_underflows():
    assert directional_derivative(lambda x: x, 1e100, 2.0**-700) == pytest.approx(2.0**-700, rel=1e-10)
    assert directional_derivative(lambda x: 1e90 * np.cos(x), 0.0, 2.0**790) == 0


def test_an_entry_that_is_done_is_not_spoiled_while_others_need_smaller_steps():
    x = directional_derivative(lambda x: np.array([1e10 + x, np.sin(1e5 * x)]), 1.0, 1.0)
    assert x == pytest.approx([1, 1e5 * np.cos(1e5)], rel=1e-5)


DIFFERENCES = """
import sys
import subprocess
import sys

import numpy as np
from nnlib.gradcheck import directional_derivative, numerical_gradient, numerical_jacobian
numerical_jacobian(np.exp, [1.0, 2.0]), numerical_gradient(np.sum, [1.0]), directional_derivative(np.sin, 1.0, 1.0)
print(*sorted(name for name in sys.modules if name.startswith("nnlib")))
"""


def test_the_differences_load_nothing_that_they_judge():
    run = subprocess.run([sys.executable, "-c", DIFFERENCES], check=True, capture_output=True, text=True)
    assert set(run.stdout.split()) == {"nnlib", "nnlib.gradcheck", "nnlib.numerics", "nnlib.numerics.arrays"}
