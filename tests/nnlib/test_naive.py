"""The plain loops that the fast versions are held to, against sums worked out by hand and against SciPy."""

import numpy as np
import pytest
import scipy.signal

from tests.nnlib import naive

X = np.arange(1.0, 13).reshape(1, 1, 3, 4)
W = np.array([[[[1.0, 10], [100, 1000]]]])
ONE, NONE = (1, 1), (0, 0)


def test_convolution_by_hand():
    assert naive.conv2d(X, W, ONE, NONE, ONE)[0, 0].tolist() == [[6521, 7632, 8743], [10965, 12076, 13187]]
    assert naive.conv2d(X, W, (2, 3), NONE, ONE).tolist() == [[[[6521]]]]
    assert naive.conv2d(X, W, ONE, NONE, (2, 3)).tolist() == [[[[1 + 40 + 900 + 12000]]]]
    assert naive.conv2d(X, W, (4, 4), ONE, ONE).tolist() == [[[[1000, 400]]]]
    assert naive.conv2d(X, W, (4, 5), (1, 0), ONE).tolist() == [[[[2100]]]]
    assert naive.conv2d(X, W, (3, 5), (0, 1), ONE).tolist() == [[[[5010]]]]


def test_convolution_adds_up_channels_and_keeps_groups_apart():
    x = np.concatenate([X, 1000 * X, X[:, :, ::-1], X + 1], axis=1)
    w = np.concatenate([W, 2 * W, 3 * W, 4 * W]).reshape(2, 2, 2, 2)

    def one(channel, times):
        return times * naive.conv2d(x[:, channel : channel + 1], W, ONE, NONE, ONE)

    apart = naive.conv2d(x, w, ONE, NONE, ONE, 2)
    np.testing.assert_array_equal(apart, np.concatenate([one(0, 1) + one(1, 2), one(2, 3) + one(3, 4)], axis=1))
    together = naive.conv2d(x[:, :2], w, ONE, NONE, ONE)
    np.testing.assert_array_equal(together, np.concatenate([one(0, 1) + one(1, 2), one(0, 3) + one(1, 4)], axis=1))


def test_convolution_against_scipy():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 1, 5, 6)), rng.normal(size=(1, 1, 2, 3))
    y = naive.conv2d(x, w, ONE, (1, 2), ONE)
    for image, result in zip(x[:, 0], y[:, 0], strict=True):
        np.testing.assert_allclose(result, scipy.signal.correlate2d(image, w[0, 0]), rtol=1e-12)


def test_transposed_convolution_by_hand():
    x = np.array([[[[1.0, 2]]]])

    def painted(*options):
        return naive.conv_transpose2d(x, W, *options)[0, 0].tolist()

    assert painted(ONE, NONE, NONE, ONE) == [[1, 12, 20], [100, 1200, 2000]]
    assert painted((1, 2), NONE, NONE, ONE) == [[1, 10, 2, 20], [100, 1000, 200, 2000]]
    assert painted(ONE, (1, 0), (1, 0), ONE) == [[100, 1200, 2000]]
    assert painted(ONE, (0, 1), NONE, ONE) == [[12], [1200]]
    assert painted(ONE, NONE, (1, 2), ONE) == [[1, 12, 20, 0, 0], [100, 1200, 2000, 0, 0], [0, 0, 0, 0, 0]]
    assert painted(ONE, NONE, NONE, (2, 3)) == [[1, 2, 0, 10, 20], [0, 0, 0, 0, 0], [100, 200, 0, 1000, 2000]]


def test_transposed_convolution_adds_up_channels_and_keeps_groups_apart():
    x = np.array([1.0, 2, 3, 4]).reshape(1, 4, 1, 1)
    w = np.array([[1.0, 10], [100, 1000], [5, 50], [500, 5000]]).reshape(4, 2, 1, 1)
    options = ONE, NONE, NONE, ONE
    assert naive.conv_transpose2d(x, w, *options).ravel().tolist() == [
        1 + 200 + 15 + 2000,
        10 + 2000 + 150 + 20000,
    ]
    assert naive.conv_transpose2d(x, w, *options, 2).ravel().tolist() == [201, 2010, 2015, 20150]


def test_pooling_by_hand():
    x = np.array([[[[5.0, -1, 7, 2], [0, 3, -4, 1], [-6, 8, 9, -2]]]])

    def largest(*options):
        return naive.max_pool2d(x, *options)[0, 0].tolist()

    assert largest((2, 2), ONE, NONE, ONE) == [[5, 7, 7], [8, 9, 9]]
    assert largest((2, 2), (2, 2), (1, 0), ONE) == [[5, 7], [8, 9]]
    assert largest((2, 2), (2, 2), (0, 1), ONE) == [[5, 7, 2]]
    assert largest((2, 2), ONE, NONE, (2, 1)) == [[8, 9, 9]]
    assert largest((2, 2), ONE, NONE, (1, 3)) == [[5], [1]]
    assert naive.max_pool2d(-np.ones((1, 1, 1, 1)), (2, 2), ONE, ONE, ONE).tolist() == [[[[-1, -1], [-1, -1]]]]


@pytest.mark.parametrize(("counted", "corner", "edge"), [(True, 0.25, 0.5), (False, 1.0, 1.0)])
def test_means_with_and_without_the_padding(counted, corner, edge):
    y = naive.avg_pool2d(np.ones((1, 1, 2, 2)), (2, 2), ONE, ONE, counted)
    assert y.tolist() == [[[[corner, edge, corner], [edge, 1, edge], [corner, edge, corner]]]]
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    assert naive.avg_pool2d(x, (3, 2), (1, 2), NONE, counted).tolist() == [[[[4.5, 6.5]]]]
    assert naive.avg_pool2d(x, (2, 3), (2, 1), NONE, counted).tolist() == [[[[3, 4]]]]
