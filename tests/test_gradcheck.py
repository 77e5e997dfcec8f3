"""The checker itself: its derivatives against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.gradcheck import directional_derivative, numerical_gradient, numerical_jacobian

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
