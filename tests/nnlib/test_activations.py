"""The activation functions against mpmath, SciPy and the syllabus's numbers."""

import math

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlib.activations import heaviside, log_sigmoid, relu, sigmoid, sign, softplus, tanh
from nnlib.gradcheck import numerical_gradient

pytestmark = pytest.mark.filterwarnings("error")

ALL = [heaviside, relu, sigmoid, softplus, log_sigmoid, tanh, sign]
EXACT = {
    sigmoid: lambda x: 1 / (1 + mpmath.exp(-x)),
    softplus: lambda x: mpmath.log1p(mpmath.exp(x)),
    log_sigmoid: lambda x: -mpmath.log1p(mpmath.exp(-x)),
    tanh: mpmath.tanh,
}


def whole_range(dtype, n=250):
    """Points of every magnitude and sign, the interesting intervals more densely, and the edges."""
    info = np.finfo(dtype)
    rng = np.random.default_rng(0)
    edge = -math.log(float(info.smallest_subnormal))
    magnitudes = np.exp(rng.uniform(math.log(float(info.smallest_subnormal)), math.log(float(info.max)), n))
    x = np.concatenate([magnitudes, rng.uniform(0, edge, n), rng.uniform(0, 40, n), rng.normal(size=n)]).astype(dtype)
    edges = np.array([0, 1, edge, info.max, info.tiny, info.smallest_subnormal], dtype)
    x = np.concatenate([x, edges])
    return np.concatenate([x, -x])


def ulps(value, exact, dtype):
    """Return the distance from the exact value in units of the last place of `dtype`, subnormals included."""
    value = float(value)
    if math.isinf(value):
        return 0.0 if exact > float(np.finfo(dtype).max) else math.inf
    info = np.finfo(dtype)
    exponent = mpmath.floor(mpmath.log(abs(exact), 2)) if exact else mpmath.mpf(-10000)
    unit = max(mpmath.ldexp(1, int(exponent) - info.nmant), mpmath.mpf(float(info.smallest_subnormal)))
    return float(abs(mpmath.mpf(value) - exact) / unit)


def worst_ulps(f, dtype):
    x = whole_range(dtype)
    with mpmath.workdps(40):
        # mpmath needs enough digits to tell 1 + exp(-x) from 1
        exact = [_exact(f, float(v)) for v in x]
        return max(ulps(y, e, dtype) for y, e in zip(f(x), exact, strict=True))


def _exact(f, v):
    if abs(v) > 2000:
        v_limit = {sigmoid: (0, 1), softplus: (0, v), log_sigmoid: (v, 0), tanh: (-1, 1)}[f]
        return mpmath.mpf(v_limit[v > 0])
    return EXACT[f](mpmath.mpf(v))


@pytest.mark.parametrize("f", EXACT, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_within_four_ulps_over_the_whole_range(f, dtype):
    assert worst_ulps(f, dtype) <= 4


def test_the_ulp_measure_sees_a_lost_tail():
    naive = np.float32(1) / (np.float32(1) + np.float32(np.inf))
    exact = EXACT[sigmoid](mpmath.mpf(-100))
    assert ulps(naive, exact, np.float32) > 4
    assert ulps(sigmoid(np.float32(-100)), exact, np.float32) <= 1


@pytest.mark.parametrize("f", EXACT, ids=lambda f: f.__name__)
def test_float16_is_nearly_correctly_rounded(f):
    x = np.linspace(-20, 20, 801).astype(np.float16)
    with mpmath.workdps(30):
        assert max(ulps(y, EXACT[f](mpmath.mpf(float(v))), np.float16) for v, y in zip(x, f(x), strict=True)) <= 2


@pytest.mark.parametrize(
    ("x", "s", "ds", "sp", "th"),
    [
        (-5, 0.00669285092428486, 0.00664805667079015, 0.00671534848911807, -0.999909204262595),
        (-1, 0.268941421369995, 0.196611933241482, 0.313261687518223, -0.761594155955765),
        (0, 0.5, 0.25, 0.693147180559945, 0),
        (1, 0.731058578630005, 0.196611933241482, 1.31326168751822, 0.761594155955765),
        (2, 0.880797077977882, 0.104993585403507, 2.12692801104297, 0.964027580075817),
        (3, 0.952574126822433, 0.0451766597309121, 3.04858735157374, 0.995054753686730),
        (10, 0.999954602131298, 4.53958077359517e-5, 10.0000453988992, 0.999999995877693),
    ],
)
def test_reference_numbers(x, s, ds, sp, th):
    assert sigmoid(x) == pytest.approx(s, rel=1e-14)
    assert numerical_gradient(sigmoid, x) == pytest.approx(ds, rel=1e-8)
    assert softplus(x) == pytest.approx(sp, rel=1e-14)
    assert tanh(x) == pytest.approx(th, rel=1e-14)
    assert log_sigmoid(-x) == pytest.approx(-sp, rel=1e-14)


def test_the_steep_sigmoid_tends_to_the_step():
    assert sigmoid(0.1, 100) == pytest.approx(0.9999546021312976, rel=1e-15)
    assert sigmoid(-0.1, 1000) == pytest.approx(3.720075976020836e-44, rel=1e-13)
    x = np.array([-1.0, 0, 1])
    np.testing.assert_allclose(sigmoid(x, 1e6), heaviside(x))
    np.testing.assert_allclose(sigmoid(x, -1e6), heaviside(-x))
    assert sigmoid(np.float32(1), k=2).dtype == np.float32


@pytest.mark.parametrize("k", [math.inf, -math.inf, math.nan])
def test_sigmoid_refuses_an_infinite_steepness(k):
    with pytest.raises(ValueError, match=r"k must be finite.*heaviside"):
        sigmoid(0.0, k)


def test_values_at_zero():
    assert (heaviside(0), relu(0), sign(0), tanh(0)) == (0.5, 0, 0, 0)
    assert heaviside([-2, -0.0, 3]).tolist() == [0, 0.5, 1]
    assert sign([-2.5, 0, 3]).tolist() == [-1, 0, 1]
    assert relu([-2.5, 0, 3]).tolist() == [0, 0, 3]


def test_at_infinity_and_nan():
    x = np.array([-np.inf, np.inf, np.nan])
    expected = {
        heaviside: [0, 1],
        relu: [0, np.inf],
        sigmoid: [0, 1],
        softplus: [0, np.inf],
        log_sigmoid: [-np.inf, 0],
        tanh: [-1, 1],
        sign: [-1, 1],
    }
    for f, values in expected.items():
        assert f(x).tolist()[:2] == values, f.__name__
        assert np.isnan(f(x)[2]), f.__name__


floats = st.floats(width=64, allow_nan=False)
arrays = hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5), elements=floats)


@given(arrays)
def test_agrees_with_scipy(x):
    np.testing.assert_allclose(sigmoid(x), scipy.special.expit(x), rtol=1e-14, atol=1e-307)
    np.testing.assert_allclose(log_sigmoid(x), scipy.special.log_expit(x), rtol=1e-14, atol=1e-307)
    np.testing.assert_allclose(softplus(x), np.logaddexp(0, x), rtol=1e-14, atol=1e-307)


@given(arrays)
def test_identities(x):
    np.testing.assert_array_equal(relu(x), np.where(x > 0, x, 0))
    np.testing.assert_array_equal(sign(x), 2 * heaviside(x) - 1)
    np.testing.assert_allclose(sigmoid(x) + sigmoid(-x), 1, rtol=1e-15)
    np.testing.assert_array_equal(log_sigmoid(x), -softplus(-x))
    np.testing.assert_allclose(tanh(x), 2 * sigmoid(x, 2) - 1, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)])
def test_shape_and_dtype_are_kept_and_the_argument_is_not_touched(f, dtype, shape):
    x = np.random.default_rng(0).normal(size=shape).astype(dtype)
    x = np.asarray(x)
    x.flags.writeable = False
    y = f(x)
    assert (y.dtype, y.shape) == (dtype, shape)


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_other_layouts_and_input(f):
    x = np.random.default_rng(0).normal(size=(6, 4))
    np.testing.assert_array_equal(f(x.T[::2, ::-1]), f(np.ascontiguousarray(x.T[::2, ::-1])))
    np.testing.assert_array_equal(f(x.astype(">f8")), f(x))
    for integers in ([1, 2], [True, False], np.int8([-3, 3])):
        assert f(integers).dtype == np.float64
    assert isinstance(f(3), np.float64)
    for bad in (1j, "1", [None], np.longdouble(1), np.array([1], object)):
        with pytest.raises(TypeError, match="float16, float32, float64, integers or booleans"):
            f(bad)
