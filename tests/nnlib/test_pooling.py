"""`nnlib.pooling` against plain loops, and its derivatives where several entries are the largest."""

import itertools

import numpy as np
import pytest

from nnlib.autodiff import grad, jacrev, jvp, vjp
from nnlib.gradcheck import check_gradients
from nnlib.pooling import avg_pool2d, max_pool2d
from tests.nnlib import naive

KERNELS, STRIDES = ((1, 1), (2, 2), (3, 2), (2, 3)), ((1, 1), (2, 1), (3, 2))
GRID = [
    (kernel, stride, padding)
    for kernel, stride, padding in itertools.product(KERNELS, STRIDES, ((0, 0), (1, 0), (1, 1)))
    if 2 * padding[0] <= kernel[0] and 2 * padding[1] <= kernel[1]
]


@pytest.mark.parametrize(("kernel", "stride", "padding"), GRID)
@pytest.mark.parametrize("option", [1, 2])
def test_the_output_is_that_of_plain_loops(kernel, stride, padding, option):
    x = np.random.default_rng(0).normal(size=(2, 3, 6, 7))
    dilation, include = (option, 1), option == 1
    np.testing.assert_array_equal(
        max_pool2d(x, kernel, stride, padding, dilation), naive.max_pool2d(x, kernel, stride, padding, dilation)
    )
    np.testing.assert_allclose(
        avg_pool2d(x, kernel, stride, padding, include),
        naive.avg_pool2d(x, kernel, stride, padding, include),
        atol=1e-14,
    )


@pytest.mark.parametrize(("kernel", "stride", "padding"), GRID)
def test_derivatives(kernel, stride, padding):
    rng = np.random.default_rng(1)
    x, v = rng.permutation(120).reshape(2, 2, 5, 6) * 1.0, rng.normal(size=(2, 2, 5, 6))
    check_gradients(lambda x: max_pool2d(x, kernel, stride, padding), x)
    largest = max_pool2d(x, kernel, stride, padding).astype(int)  # x holds 0 to 119, each once
    picked = jvp(lambda x: max_pool2d(x, kernel, stride, padding), (x,), (v,))[1]
    assert np.array_equal(picked, v.ravel()[x.argsort(axis=None)][largest])
    for include in (True, False):
        y, pullback = vjp(lambda x: avg_pool2d(x, kernel, stride, padding, include), x)  # noqa: B023
        u = rng.normal(size=y.shape)
        moved = avg_pool2d(v, kernel, stride, padding, include)  # it is linear
        assert np.vdot(pullback(u)[0], v) == pytest.approx(np.vdot(u, moved), abs=1e-10)


def test_windows_do_not_overlap_by_default():
    x = np.arange(1.0, 17).reshape(1, 1, 4, 4)
    assert max_pool2d(x, 2).tolist() == [[[[6, 8], [14, 16]]]]
    assert avg_pool2d(x, (2, 4)).tolist() == [[[[4.5], [12.5]]]]
    assert max_pool2d(np.ones((1, 1, 5, 7)), 2).shape == (1, 1, 2, 3)  # what is left over is not read


def test_the_first_of_several_maxima_gets_the_gradient():
    x = np.array([[[[1.0, 3, 3], [3, 2, 3]]]])
    assert grad(lambda x: max_pool2d(x, (2, 3)).sum())(x).tolist() == [[[[0, 1, 0], [0, 0, 0]]]]
    v = np.arange(6.0).reshape(x.shape)
    assert jvp(lambda x: max_pool2d(x, (2, 3)), (x,), (v,))[1].tolist() == [[[[1]]]]
    assert grad(lambda x: max_pool2d(x, 2, 1).sum())(x).tolist() == [[[[0, 2, 0], [0, 0, 0]]]]


def test_the_padding_is_never_the_maximum():
    x = np.array([[[[-5.0, -np.inf]]]])
    assert max_pool2d(x, (2, 2), 1, (1, 1)).tolist() == [[[[-5, -5, -np.inf]] * 2]]
    y, pullback = vjp(lambda x: max_pool2d(x, (2, 2), 1, (1, 1)), x)
    assert pullback(np.ones_like(y))[0].tolist() == [[[[4, 2]]]]


def test_a_nan_is_the_maximum_and_gets_the_gradient():
    x = np.array([[[[1.0, np.nan, np.nan, 2, 3, 4]]]])
    y, pullback = vjp(lambda x: max_pool2d(x, (1, 3)), x)
    assert np.isnan(y[0, 0, 0, 0])
    assert y[0, 0, 0, 1] == 4
    assert pullback(np.ones_like(y))[0].tolist() == [[[[0, 1, 0, 0, 0, 1]]]]


def test_a_hessian_through_the_maximum():
    x = np.array([[[[1.0, 2, 5, 4]]]])
    hessian = jacrev(grad(lambda x: (max_pool2d(x, (1, 2)) ** 3).sum()))(x).reshape(4, 4)
    assert hessian.tolist() == np.diag([0.0, 12, 30, 0]).tolist()


def test_dtypes_and_ownership():
    x = np.arange(16).reshape(1, 1, 4, 4)
    for dtype in (np.float16, np.float32, np.float64):
        given = x.astype(dtype)
        given.flags.writeable = False
        for y in (max_pool2d(given, 1), max_pool2d(given, 2, 1, 1), avg_pool2d(given, 2, 2, 1, False)):
            assert y.dtype == dtype
            assert not np.shares_memory(y, given)
    assert max_pool2d(x, 2).dtype == avg_pool2d(x, 2).dtype == np.float64
    assert max_pool2d(np.zeros((0, 2, 4, 4)), 2).shape == avg_pool2d(np.zeros((0, 2, 4, 4)), 2).shape == (0, 2, 2, 2)


@pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d])
def test_bad_input_is_refused_with_a_reason(pool):
    x = np.zeros((1, 1, 4, 4))
    with pytest.raises(ValueError, match=r"four axes, NCHW; got shape \(4, 4\)"):
        pool(x[0, 0], 2)
    with pytest.raises(ValueError, match="kernel_size must be at least 1; got 0"):
        pool(x, 0)
    with pytest.raises(ValueError, match="stride must be at least 1; got 0"):
        pool(x, 2, 0)
    with pytest.raises(ValueError, match="at most half a window; got padding 2 for kernel size 3"):
        pool(x, 3, padding=2)
    with pytest.raises(ValueError, match="padding must be an integer"):
        pool(x, 3, padding="same")
    with pytest.raises(ValueError, match="larger than the padded input"):
        pool(x, 5)
    with pytest.raises(TypeError, match="x must hold real numbers"):
        pool(x.astype(str), 2)


def test_zeros_of_the_padding_count_unless_one_says_otherwise():
    x = np.full((1, 1, 2, 2), 4.0)
    assert avg_pool2d(x, 2, padding=1).tolist() == [[[[1, 1], [1, 1]]]]
    assert avg_pool2d(x, 2, padding=1, count_include_pad=False).tolist() == [[[[4, 4], [4, 4]]]]


def test_a_mean_is_finite_where_its_sum_is_not():
    x = np.full((1, 1, 2, 4), 1.5e308)
    assert avg_pool2d(x, 2).tolist() == [[[[1.5e308, 1.5e308]]]]
    means = avg_pool2d(x, (2, 4), padding=(0, 2), stride=2, count_include_pad=False)
    np.testing.assert_allclose(means, 1.5e308)
    means = avg_pool2d(np.full((1, 1, 3, 3), 1.5e308), 3, 1, 1, count_include_pad=False)  # of 4, 6 and 9 entries
    np.testing.assert_allclose(means, np.full((1, 1, 3, 3), 1.5e308))


@pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d])
@pytest.mark.parametrize("shape", [(4, 4), (1, 4, 4), (1, 1, 1, 4, 4)])
def test_images_come_in_batches(pool, shape):
    with pytest.raises(ValueError, match="x must have four axes, NCHW; got shape"):
        pool(np.ones(shape), 2)


@pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d])
@pytest.mark.parametrize("shape", [(1, 1, 0, 3), (1, 1, 3, 0)])
def test_an_image_has_rows_and_columns(pool, shape):
    with pytest.raises(ValueError, match="at least one row and one column"):
        pool(np.ones(shape), 1)
    assert pool(np.ones((0, 2, 4, 4)), 2).shape == (0, 2, 2, 2)
    assert pool(np.ones((2, 0, 4, 4)), 2).shape == (2, 0, 2, 2)
