"""Softmax and its relatives against mpmath, SciPy and the syllabus's numbers."""

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlib.autodiff import jvp, vjp
from nnlib.gradcheck import numerical_jacobian
from nnlib.losses import cross_entropy
from nnlib.softmax import log_softmax, logsumexp, softmax, softmax_jacobian

pytestmark = pytest.mark.filterwarnings("error")

finite = st.floats(-1e4, 1e4)
vectors = hnp.arrays(np.float64, st.integers(1, 8), elements=finite)


def exact(x, temperature=1.0):
    """Softmax, log-softmax and log-sum-exp of a vector with 60 digits, also where one entry dominates."""
    with mpmath.workdps(60):
        z = [(mpmath.mpf(float(v)) - float(x.max())) / temperature for v in x]
        others = list(z)
        others.remove(0)
        tail = mpmath.log1p(mpmath.fsum(map(mpmath.exp, others)))
        log_p = [v - tail for v in z]
        return [mpmath.exp(v) for v in log_p], log_p, float(x.max()) + tail


def relative(value, true):
    return float(abs((mpmath.mpf(float(value)) - true) / true)) if true else float(abs(value))


def in_eps(value, true):
    """Return the relative error in units of eps; below the normal numbers, in units of what still can be told apart."""
    info = np.finfo(value.dtype)
    return float(abs(mpmath.mpf(float(value)) - true) / (max(abs(true), float(info.tiny)) * float(info.eps)))


def wide_vectors(dtype, n=150, widest=1.2):
    """Logits of every spread up to 10 to the power `widest`, and the case of one entry that dominates."""
    rng = np.random.default_rng(1)
    for _ in range(n):
        spread = 10.0 ** rng.uniform(-3, widest)
        yield (rng.normal(size=rng.integers(2, 40)) * spread).astype(dtype)
        x = rng.normal(size=5).astype(dtype) * dtype(max(1, spread / 10))
        x[rng.integers(5)] += dtype(rng.uniform(5, 30) * max(1, spread / 10))
        yield x


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_accuracy(dtype):
    eps = float(np.finfo(dtype).eps)
    for x in wide_vectors(dtype):
        p, _, lse = exact(x)
        assert abs(float(logsumexp(x) - float(lse))) <= 4 * np.spacing(max(abs(dtype(lse)), abs(x.max())))
        ours = max(map(relative, softmax(x), p))
        assert ours <= 64 * eps
        assert ours <= max(map(relative, scipy.special.softmax(x), p)) + 2 * eps


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_log_softmax_within_16_eps_over_the_whole_range(dtype):
    """Where scores lie hundreds apart, their rounded differences alone would cost hundreds of eps."""
    for x in wide_vectors(dtype, 400, widest=3.3):
        assert max(map(in_eps, log_softmax(x), exact(x)[1])) <= 16


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_log_softmax_of_few_scores_far_apart(dtype):
    for gap in np.linspace(10, 740, 300):
        x = np.array([300.1 + gap / 2, 300.1 - gap / 2, -gap / 3 - 150.7], dtype)
        assert max(map(in_eps, log_softmax(x), exact(x)[1])) <= 16
        assert in_eps(cross_entropy(x, 0), -exact(x)[1][0]) <= 16
        assert in_eps(log_softmax(np.float32(x), temperature=0.7)[0], exact(np.float32(x), 0.7)[1][0]) <= 16
        for power_of_two in (0.5, 2, 4):
            assert in_eps(log_softmax(x, temperature=power_of_two)[0], exact(x, power_of_two)[1][0]) <= 16


def test_the_dominating_entry_keeps_its_precision():
    assert logsumexp([0.0, -40]) == pytest.approx(4.248354255291589e-18, rel=1e-15)
    assert log_softmax([0.0, -40])[0] == pytest.approx(-4.248354255291589e-18, rel=1e-15)
    assert scipy.special.log_softmax([0.0, -40])[0] == 0  # what is lost otherwise


def test_reference_numbers():
    np.testing.assert_allclose(softmax([1, 2, 3]), [0.0900305731703805, 0.244728471054798, 0.665240955774822])
    np.testing.assert_allclose(softmax([2, 4, 6]), [0.0158762399764668, 0.117310427826198, 0.866813332197335])
    np.testing.assert_allclose(softmax([1, 4, 9]), [0.00033310642967603, 0.00669062149260911, 0.992976272077715])
    np.testing.assert_allclose(softmax([1, 3, 3]), [0.0633789383330376, 0.468310530833481, 0.468310530833481])
    assert logsumexp([1, 2, 3]) == pytest.approx(3.40760596444438, rel=1e-14)
    np.testing.assert_allclose(-log_softmax([1, 2, 3]), [2.40760596444438, 1.40760596444438, 0.40760596444438])
    jacobian = np.array([[5, -2, -3], [-2, 8, -6], [-3, -6, 9]]) / 36
    np.testing.assert_allclose(softmax_jacobian(np.log([1, 2, 3])), jacobian, rtol=1e-14)


@given(hnp.arrays(np.float64, (2, 3, 4), elements=finite), st.sampled_from([None, 0, 1, -1, (0, 2), (-1, 1)]))
def test_agrees_with_scipy_along_every_axis(x, axis):
    tolerance = {"rtol": 1e-11, "atol": 1e-300}
    np.testing.assert_allclose(softmax(x, axis), scipy.special.softmax(x, axis), **tolerance)
    np.testing.assert_allclose(log_softmax(x, axis), scipy.special.log_softmax(x, axis), rtol=1e-11, atol=1e-15)
    for keepdims in (False, True):
        ours, theirs = (f(x, axis=axis, keepdims=keepdims) for f in (logsumexp, scipy.special.logsumexp))
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-15)


@given(vectors, finite, st.floats(1e-3, 1e3))
def test_identities(x, c, temperature):
    p = softmax(x)
    assert np.all(p >= 0)
    assert p.sum() == pytest.approx(1, rel=1e-14)
    np.testing.assert_allclose(softmax(x + c), p, rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(np.exp(log_softmax(x)), p, rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(log_softmax(x), x - logsumexp(x), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(softmax(x, temperature=temperature), softmax(x / temperature), rtol=1e-8, atol=1e-300)
    np.testing.assert_allclose(log_softmax(x, -1, temperature), log_softmax(x / temperature), rtol=1e-8, atol=1e-14)
    assert x.max() <= logsumexp(x) <= (x.max() + np.log(x.size)) + 1e-9


def test_temperature_limits():
    x = [1.0, 3, 3]
    np.testing.assert_array_equal(softmax(x, temperature=np.inf), np.full(3, 1 / 3))
    np.testing.assert_allclose(log_softmax(x, temperature=np.inf), -np.log(3))
    for dtype in (np.float16, np.float32, np.float64):
        for tiny in (1e-10, 1e-200, 5e-324):
            np.testing.assert_array_equal(softmax(np.array(x, dtype), temperature=tiny), [0, 0.5, 0.5])
        np.testing.assert_array_equal(softmax(np.array(x, dtype), temperature=1e300), softmax(np.zeros(3, dtype)))
    for bad in (0, -1.0, np.nan):
        for f in (softmax, log_softmax, softmax_jacobian):
            with pytest.raises(ValueError, match=r"temperature must be positive.*T → 0"):
                f(x, temperature=bad)


@pytest.mark.parametrize("temperature", [0.25, 1, 1.5, 2, 3, 1e5])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_row_does_not_feel_the_size_of_another(dtype, temperature):
    tiny, rest = np.meshgrid(np.arange(-59, 60, 2) * 2.0**-24, -np.arange(3000) / 1024)
    rows = np.stack([tiny.ravel(), rest.ravel()], axis=1).astype(dtype)
    for f in (softmax, log_softmax):
        beside = f(np.vstack([rows, [[np.finfo(dtype).max, 0]]]).astype(dtype), temperature=temperature)
        np.testing.assert_array_equal(beside[:-1], f(rows, temperature=temperature))


def test_the_difference_of_huge_logits_over_a_temperature():
    for dtype, size, temperatures in ((np.float64, 1e308, (1.5, 3, 7, 1e300)), (np.float32, 3e38, (3, 7, 1e30))):
        x = np.array([size, -size], dtype)
        for temperature in temperatures:
            np.testing.assert_allclose(log_softmax(x, temperature=temperature), [0, -2 / temperature * size], rtol=1e-7)
    for dtype in (np.float16, np.float32, np.float64):
        x = np.array([np.finfo(dtype).max, 0], dtype)
        assert softmax(x, temperature=5e-324).tolist() == [1, 0]
        assert log_softmax(x, temperature=5e-324).tolist() == [0, -np.inf]
    assert softmax([1e308, -1e308], temperature=1e308) == pytest.approx(softmax([1, -1]), rel=1e-14)


def test_scores_that_vanish_beside_the_largest_leave_the_others_alone():
    for far in (-np.inf, -1e300, -1e308):
        assert log_softmax([0.0, -40, far])[:2].tolist() == log_softmax([0.0, -40]).tolist()
        assert logsumexp([0.0, -40, far]) == logsumexp([0.0, -40])
    assert log_softmax([0.0, -40, -np.inf])[2] == -np.inf


def test_huge_and_infinite_logits():
    np.testing.assert_allclose(softmax([1001, 1002, 1003]), softmax([1, 2, 3]), rtol=1e-14)
    np.testing.assert_array_equal(softmax([1e308, -1e308, 1e308]), [0.5, 0, 0.5])
    assert logsumexp([1e308, 1e308]) == 1e308
    assert logsumexp([-1e308, 1e308]) == 1e308
    inf = np.inf
    np.testing.assert_array_equal(softmax([inf, 0, -inf]), [1, 0, 0])
    np.testing.assert_array_equal(log_softmax([inf, 0, -inf]), [0, -inf, -inf])
    np.testing.assert_array_equal(softmax([-inf, 0, 0]), [0, 0.5, 0.5])
    assert [logsumexp(v) for v in ([-inf, -inf], [inf, inf], [inf, 1e3], [inf, -inf])] == [-inf, inf, inf, inf]
    for undecided in ([inf, inf], [-inf, -inf], [np.nan, 0], [0, np.nan], [inf, np.nan]):
        assert np.isnan(softmax(undecided)).all()
        assert np.isnan(log_softmax(undecided)).all()
    assert np.isnan(logsumexp([np.nan, inf]))
    assert softmax([[inf, 0], [0, 0]]).tolist() == [[1, 0], [0.5, 0.5]]


def test_empty_and_scalar_input():
    for f in (softmax, log_softmax):
        for shape in ((0,), (0, 3), (3, 0), (2, 0, 3)):
            assert f(np.zeros(shape, np.float32)).shape == shape
    assert (softmax(7.0), log_softmax(7.0), logsumexp(7.0), softmax(7, None)) == (1, 0, 7, 1)
    assert isinstance(softmax(7), np.float64)
    assert logsumexp([]) == -np.inf
    assert logsumexp(np.zeros((2, 0)), axis=1).tolist() == [-np.inf] * 2
    assert logsumexp(np.zeros((2, 0)), axis=0).shape == (0,)
    assert logsumexp(np.zeros((2, 3)), axis=(), keepdims=True).shape == (2, 3)
    with pytest.raises(ValueError, match="out of bounds"):
        softmax([1, 2], axis=1)
    with pytest.raises(ValueError, match=r"shape \(\.\.\., K\)"):
        softmax_jacobian(1.0)


@pytest.mark.parametrize("f", [softmax, log_softmax, logsumexp, softmax_jacobian], ids=lambda f: f.__name__)
def test_dtypes_layouts_and_errors(f):
    x = np.random.default_rng(0).normal(size=(6, 4))
    for dtype in (np.float16, np.float32, np.float64):
        typed = x.astype(dtype)
        typed.flags.writeable = False
        assert f(typed).dtype == dtype
        np.testing.assert_allclose(f(typed), f(x), rtol=10 * np.finfo(dtype).eps, atol=2 * np.finfo(dtype).eps)
    np.testing.assert_allclose(f(x.T[::2, ::-1]), f(np.ascontiguousarray(x.T[::2, ::-1])), rtol=1e-14)
    assert f(np.arange(3)).dtype == np.float64
    for bad in ([1j], ["1"], [None]):
        with pytest.raises(TypeError, match="x must hold real numbers"):
            f(bad)


def test_many_rows_go_through_in_blocks():
    x = np.random.default_rng(0).normal(size=(70_000, 3)).astype(np.float32)
    np.testing.assert_allclose(softmax(x), scipy.special.softmax(x, -1), rtol=1e-5)
    np.testing.assert_allclose(softmax(x.T, 0), softmax(x).T, rtol=1e-6)
    assert logsumexp(x, axis=0) == pytest.approx(scipy.special.logsumexp(x.astype(float), 0), rel=2e-7)


@given(vectors.filter(lambda x: x.size > 1), st.floats(0.1, 10))
def test_the_jacobian_is_a_covariance_matrix(x, temperature):
    jacobian = softmax_jacobian(x, temperature)
    np.testing.assert_array_equal(jacobian, jacobian.T)
    np.testing.assert_allclose(jacobian.sum(axis=1), 0, atol=1e-15 / temperature)
    assert np.linalg.eigvalsh(jacobian)[0] >= -1e-15 / temperature
    np.testing.assert_allclose(
        jacobian.trace() * temperature, 1 - (softmax(x, temperature=temperature) ** 2).sum(), atol=1e-15
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("temperature", [0.5, 1, 2, 3, 1e5])
def test_derivatives_at_a_temperature(dtype, temperature):
    x = np.zeros(2, dtype)
    right = np.array([1, -1]) / 4 / temperature  # p (1 − p) / T; in float16 no number is as large as 1e5
    tolerance = {"rtol": 2 * np.finfo(dtype).eps, "atol": np.finfo(dtype).smallest_subnormal}
    np.testing.assert_allclose(softmax_jacobian(x, temperature)[0], right, **tolerance)
    (gradient,) = vjp(lambda x: softmax(x, temperature=temperature)[0], x)[1](1)
    assert gradient.dtype == softmax_jacobian(x, temperature).dtype == dtype
    np.testing.assert_allclose(gradient, right, **tolerance)


def test_the_derivatives_at_an_infinite_temperature_are_zero():
    ones = np.ones(2)
    for temperature in (np.inf, 10**400):
        assert softmax_jacobian([1.0, 2], temperature).tolist() == [[0, 0], [0, 0]]
        for f in (softmax, log_softmax):
            tangent = jvp(lambda x, f=f: f(x, temperature=temperature), (ones,), (np.arange(2.0),))[1]  # noqa: B023
            assert tangent.tolist() == [0, 0]


def test_the_diagonal_of_the_jacobian_keeps_its_precision_over_many_classes():
    jacobian = softmax_jacobian(np.zeros(1000, np.float32))
    np.testing.assert_allclose(np.diagonal(jacobian), 0.001 * 0.999, rtol=1e-6)  # added one by one: 1e-5


def test_the_jacobian_against_central_differences_and_in_the_tails():
    x = np.random.default_rng(0).normal(size=(2, 5))
    jacobian = softmax_jacobian(x, 0.7)
    for one, row in zip(jacobian, x, strict=True):
        np.testing.assert_allclose(one, numerical_jacobian(lambda v: softmax(v, temperature=0.7), row), atol=1e-12)
    assert softmax_jacobian([0.0, -50])[0, 0] == pytest.approx(float(mpmath.exp(-50)), rel=1e-14)


def test_a_row_may_be_longer_than_a_block():
    x = np.random.default_rng(0).normal(size=(2, 2**17 + 1))
    np.testing.assert_allclose(softmax(x), scipy.special.softmax(x, -1), rtol=1e-12)


def test_a_list_of_axes_is_taken_for_a_tuple():
    x = np.arange(6.0).reshape(2, 3)
    assert softmax(x, axis=[0, 1]).tolist() == softmax(x, axis=(0, 1)).tolist()
