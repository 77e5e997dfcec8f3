"""Numbers of every size, infinities and nan: the right value where there is one, nan only where there is none."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlib import activations, conv, losses, notebook, plots, pooling, softmax, toeplitz
from nnlib.gradcheck import directional_derivative
from tests.nnlib import hostile_oracles as right

inf, nan = np.inf, np.nan
TINY, LARGEST = 5e-324, np.finfo(float).max
entries = st.one_of(
    st.floats(width=64),
    st.sampled_from([0.0, -0.0, TINY, -TINY, 2.3e-308, LARGEST, -LARGEST, inf, -inf, nan]),
)
vectors = hnp.arrays(np.float64, st.integers(1, 6), elements=entries)


def _range(dtype: type) -> np.ndarray:
    """Return numbers of every power of two of a dtype, subnormals and the largest included, of both signs."""
    info = np.finfo(dtype)
    low = int(np.log2(float(info.smallest_subnormal)))
    x = (2.0 ** np.arange(low, info.maxexp) * 1.37).astype(dtype)
    x = np.concatenate([x, np.array([0, info.max, info.tiny, info.smallest_subnormal], dtype)])
    return np.concatenate([x, -x])


@given(vectors)
def test_softmax_of_anything(x: np.ndarray) -> None:
    p, log_p, total = softmax.softmax(x), softmax.log_softmax(x), softmax.logsumexp(x)
    largest = x.max()
    if np.isnan(x).any() or (x.size > 1 and (largest == -inf or (x == inf).sum() > 1)):
        assert np.isnan(p).all()
        assert np.isnan(log_p).all()
        assert np.isnan(total) if np.isnan(x).any() else total == largest
        return
    with np.errstate(invalid="ignore"):
        z = np.where(
            x == largest, 0.0, np.where(np.isinf(x) | (largest == inf), -inf, x.astype(np.longdouble) - largest)
        )
    exact = np.exp(z.astype(np.longdouble))
    np.testing.assert_allclose(p, (exact / exact.sum()).astype(float), rtol=1e-13, atol=1e-320)
    assert abs(p.sum() - 1) < 1e-14
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(log_p, (z - np.log(exact.sum())).astype(float), rtol=1e-13, atol=1e-15)
    if np.isfinite(largest):
        assert abs(total - (largest + float(np.log(exact.sum())))) <= 4 * np.spacing(
            np.nextafter(max(abs(total), np.abs(largest), 1), 0)
        )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_every_magnitude(dtype: type) -> None:
    """Two logits, x and 0: log-softmax is log_expit, to 16 units, and log-sum-exp softplus, to 4 units."""
    x = _range(dtype)
    pairs = np.stack([x, np.zeros_like(x)], axis=1)
    p, log_p, total = softmax.softmax(pairs), softmax.log_softmax(pairs), softmax.logsumexp(pairs, axis=1)
    theirs = scipy.special.softmax(pairs, axis=1)
    info = np.finfo(dtype)
    with mpmath.workdps(40):
        for row, ours, logs, one, scipys in zip(x, p, log_p, total, theirs, strict=True):
            v = mpmath.mpf(float(row)) if abs(row) < 2000 else mpmath.mpf(2000 * float(np.sign(row)))
            exact = 1 / (1 + mpmath.exp(-v))
            floor = float(info.smallest_subnormal)
            error = abs(mpmath.mpf(float(ours[0])) - exact)
            assert error <= max(4 * float(info.eps) * exact, abs(mpmath.mpf(float(scipys[0])) - exact), floor)
            log = -mpmath.log1p(mpmath.exp(-v)) if row > -2000 else mpmath.mpf(float(row))
            assert abs(mpmath.mpf(float(logs[0])) - log) <= max(16 * float(info.eps) * abs(log), floor)
            plus = mpmath.log1p(mpmath.exp(v)) if row < 2000 else mpmath.mpf(float(row))
            unit = np.spacing(np.nextafter(max(one, abs(row), dtype(0)), dtype(0)))
            assert abs(mpmath.mpf(float(one)) - plus) <= 4 * float(unit)


@given(vectors, st.floats(allow_nan=False, allow_infinity=False))
def test_a_sigmoid_with_any_slope_is_nan_only_for_nan(x: np.ndarray, k: float) -> None:
    for dtype in (np.float16, np.float32, np.float64):
        with np.errstate(over="ignore"):
            typed = x.astype(dtype)
        y = activations.sigmoid(typed, k)
        np.testing.assert_array_equal(np.isnan(y), np.isnan(typed))
        with np.errstate(over="ignore", invalid="ignore"):
            steep = np.where(k == 0, 0, typed.astype(np.longdouble) * k)
        known = ~np.isnan(typed)
        if dtype == np.float64:
            expected = scipy.special.expit(steep[known].astype(np.longdouble))
            np.testing.assert_allclose(y[known], expected.astype(float), rtol=1e-12, atol=1e-307)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_temperatures_at_both_ends(dtype: type) -> None:
    large = float(np.finfo(dtype).max)
    far = np.array([large, -large], dtype)
    exact = right.softmax([2.0, 0.0])
    np.testing.assert_allclose(
        softmax.softmax(far, temperature=large), exact, rtol=1e-3 if dtype == np.float16 else 1e-6
    )
    assert np.isfinite(softmax.log_softmax(far, temperature=1e10)).all()
    jacobian = softmax.softmax_jacobian(np.array([1, 2, 3], dtype), 1e-200)
    np.testing.assert_array_equal(jacobian, np.zeros((3, 3)))


def test_a_lone_nan_is_not_certain() -> None:
    for f in (softmax.softmax, softmax.log_softmax):
        assert np.isnan(f([nan])).all()
    assert np.isnan(losses.cross_entropy([[nan]], [0])).all()
    assert np.isnan(losses.cross_entropy_gradient([[nan]], [0])).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_mean_does_not_overflow(dtype: type) -> None:
    large = np.finfo(dtype).max
    np.testing.assert_allclose(pooling.avg_pool2d(np.full((1, 1, 2, 2), large, dtype), 2), [[[[large]]]], rtol=1e-6)
    ones = np.ones((1, 1, 300, 300), dtype)  # 90,000 entries, more than float16 can count
    assert pooling.avg_pool2d(ones, 300).tolist() == [[[[1]]]]
    assert pooling.avg_pool2d(np.full((1, 1, 2, 2), inf, dtype), 2).tolist() == [[[[inf]]]]
    smallest = np.full((1, 1, 2, 2), np.finfo(dtype).smallest_subnormal, dtype)
    np.testing.assert_array_equal(pooling.avg_pool2d(smallest, 2), smallest[:, :, :1, :1])


@given(st.sampled_from([inf, -inf, nan, 1e150, 1e-150]), st.integers(0, 3), st.integers(0, 1))
def test_one_strange_weight_or_pixel_stays_where_it_is(value: float, place: int, stride: int) -> None:
    w = np.arange(1.0, 5).reshape(1, 1, 2, 2)
    w[0, 0, place // 2, place % 2] = value
    x = np.arange(1.0, 17).reshape(1, 1, 4, 4)
    g = np.ones((1, 1, *((3, 3) if stride == 0 else (2, 2))))
    with np.errstate(invalid="ignore", over="ignore"):
        y = conv.conv2d_input_gradient(g, w, (4, 4), stride=stride + 1)
        np.testing.assert_allclose(y, right.conv2d_input_gradient(g, w, (4, 4), stride + 1).astype(float), rtol=1e-13)
        np.testing.assert_allclose(conv.conv2d(x, w), right.conv2d(x, w).astype(float), rtol=1e-13)
    np.testing.assert_array_equal(toeplitz.toeplitz_matrix(w[0, 0, 0], 4), right.toeplitz(w[0, 0, 0], 4).astype(float))
    matrix = toeplitz.conv2d_matrix(w[0, 0], (3, 3))
    assert np.isin(matrix, [0, *w.ravel()]).sum() + np.isnan(matrix).sum() * np.isnan(w).any() == matrix.size
    assert (matrix != 0).sum() == 16


@pytest.mark.parametrize("scale", [1e-320, 1e-310, 1e-200, 1.0, 1e200, 1e300])
def test_a_direction_of_any_length(scale: float) -> None:
    assert directional_derivative(np.sin, 1.0, scale) == pytest.approx(
        np.cos(1) * scale, rel=1e-3 if scale < 1e-315 else 1e-9
    )


def test_huge_numbers_are_printed_and_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    notebook.show(1e300, np.float16(7), np.float32(3e38), -0.0)
    assert capsys.readouterr().out == f"{'1' + '0' * 300} 7 300000000549775580000000000000000000000 0\n"
    import matplotlib.pyplot as plt

    _, axes = plots.figure()
    assert plots.curve(axes, [1.0, 2], [1e308, 1 / 3]).get_ydata().tolist() == [1e308, 0.333333]
    plt.close("all")
