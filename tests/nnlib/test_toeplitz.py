"""`nnlib.toeplitz` against the sliding products, SciPy and worked examples."""

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.autodiff import vjp
from nnlib.conv import conv2d
from nnlib.gradcheck import check_gradients
from nnlib.toeplitz import conv2d_matrix, hankel_matrix, toeplitz_matrix

MODES = ("full", "valid", "same")

elements = st.floats(-100, 100, width=32)
sequences = arrays(np.float64, st.integers(1, 9), elements=elements)
small = st.integers(1, 3)


def test_the_full_matrix_of_a_convolution():
    expected = [[3, 0, 0, 0], [0, 3, 0, 0], [1, 0, 3, 0], [0, 1, 0, 3], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert toeplitz_matrix([3, 0, 1], 4, "full", flip=True).tolist() == expected


def test_the_valid_matrix_of_a_layer_has_w_starting_at_column_i():
    expected = [[2, -1, 0, 0, 0], [0, 2, -1, 0, 0], [0, 0, 2, -1, 0], [0, 0, 0, 2, -1]]
    assert toeplitz_matrix([2, -1], 5).tolist() == expected


@pytest.mark.parametrize("mode", MODES)
@given(x=sequences, w=sequences)
def test_toeplitz_times_signal_is_the_sliding_product(mode, x, w):
    close = {"rtol": 1e-9, "atol": 1e-6}
    np.testing.assert_allclose(toeplitz_matrix(w, len(x), mode) @ x, np.correlate(x, w, mode), **close)
    np.testing.assert_allclose(toeplitz_matrix(w, len(x), mode, flip=True) @ x, np.convolve(x, w, mode), **close)


@given(w=sequences, n=st.integers(1, 9))
def test_agrees_with_scipys_matrices(w, n):
    np.testing.assert_array_equal(
        toeplitz_matrix(w, n, "full", flip=True), scipy.linalg.convolution_matrix(w, n, "full")
    )
    m = n + len(w) - 1
    column, row = np.r_[w[0], np.zeros(n - 1)], np.r_[w, np.zeros(n - 1)]
    np.testing.assert_array_equal(toeplitz_matrix(w, m), scipy.linalg.toeplitz(column, row))


@given(w=sequences, n=st.integers(1, 9))
def test_transposed_valid_is_full_with_the_flipped_kernel(w, n):
    m = n + len(w) - 1
    np.testing.assert_array_equal(toeplitz_matrix(w, m).T, toeplitz_matrix(w[::-1], n, "full"))
    np.testing.assert_array_equal(toeplitz_matrix(w, m).T, toeplitz_matrix(w, n, "full", flip=True))


@given(w=sequences, extra=st.integers(0, 6), stride=small, dilation=small)
def test_stride_and_dilation_of_the_valid_matrix(w, extra, stride, dilation):
    n = dilation * (len(w) - 1) + 1 + extra
    matrix = toeplitz_matrix(w, n, stride=stride, dilation=dilation)
    expected = np.zeros((extra // stride + 1, n))
    for i, j in np.ndindex(len(expected), len(w)):
        expected[i, i * stride + j * dilation] = w[j]
    np.testing.assert_array_equal(matrix, expected)


def test_the_transpose_of_a_strided_layer_inserts_zeros():
    assert (toeplitz_matrix([1, 2, 3], 5, stride=2).T @ [1, 10]).tolist() == [1, 2, 13, 20, 30]
    assert (toeplitz_matrix([1, 2, 3], 6, stride=2).T @ [1, 10]).tolist() == [1, 2, 13, 20, 30, 0]
    assert (toeplitz_matrix([1, 2, 3], 5).T @ toeplitz_matrix([1, 2, 3], 5) @ np.ones(5)).tolist() == [
        6,
        18,
        36,
        30,
        18,
    ]


@given(y=sequences, data=st.data(), stride=small, dilation=small)
def test_hankel_rows_are_the_windows(y, data, stride, dilation):
    k = data.draw(st.integers(1, (len(y) - 1) // dilation + 1))
    matrix = hankel_matrix(y, k, stride=stride, dilation=dilation)
    span = dilation * (k - 1) + 1
    windows = np.lib.stride_tricks.sliding_window_view(y, span)[::stride, ::dilation]
    np.testing.assert_array_equal(matrix, windows)
    if stride == dilation == 1:
        np.testing.assert_array_equal(matrix, scipy.linalg.hankel(y[: len(y) - k + 1], y[len(y) - k :]))


@given(y=sequences, data=st.data(), stride=small, dilation=small)
def test_toeplitz_and_hankel_are_two_readings_of_one_product(y, data, stride, dilation):
    k = data.draw(st.integers(1, (len(y) - 1) // dilation + 1))
    w = np.linspace(-1, 2, k)
    left = toeplitz_matrix(w, len(y), stride=stride, dilation=dilation) @ y
    np.testing.assert_allclose(left, hankel_matrix(y, k, stride=stride, dilation=dilation) @ w, atol=1e-9)


def test_the_doubly_blocked_matrix_of_the_worked_example():
    matrix = conv2d_matrix([[1, 2], [3, -1]], (4, 4))
    assert matrix.shape == (9, 16)
    assert np.count_nonzero(matrix) == 36
    assert (matrix @ np.arange(1, 17)).tolist() == [14, 19, 24, 34, 39, 44, 54, 59, 64]
    back = (matrix.T @ np.arange(1, 10)).reshape(4, 4)
    assert back.tolist() == [[1, 4, 7, 6], [7, 18, 23, 9], [19, 33, 38, 12], [21, 17, 19, -9]]
    flipped = conv2d_matrix([[1, 2], [3, -1]], (4, 4), flip=True)
    assert (flipped @ np.arange(1, 17)).tolist() == [21, 26, 31, 41, 46, 51, 61, 66, 71]


@given(
    image=arrays(np.float64, st.tuples(st.integers(3, 6), st.integers(3, 6)), elements=elements),
    w=arrays(np.float64, st.tuples(small, small), elements=elements),
    mode=st.sampled_from(MODES),
)
def test_conv2d_matrix_agrees_with_scipy(image, w, mode):
    close = {"rtol": 1e-9, "atol": 1e-6}
    convolved = scipy.signal.convolve2d(image, w, mode)
    np.testing.assert_allclose(
        conv2d_matrix(w, image.shape, mode, flip=True) @ image.ravel(), convolved.ravel(), **close
    )
    if mode != "same" or (w.shape[0] % 2 and w.shape[1] % 2):  # SciPy centers an even kernel elsewhere
        correlated = scipy.signal.correlate2d(image, w, mode)
        np.testing.assert_allclose(conv2d_matrix(w, image.shape, mode) @ image.ravel(), correlated.ravel(), **close)


@given(size=st.tuples(st.integers(1, 4), st.integers(1, 4)))
def test_same_of_a_layer_keeps_one_row_further_down_where_the_kernel_is_even(size):
    rng = np.random.default_rng(0)
    image, w = rng.normal(size=(6, 7)), rng.normal(size=size)
    full = (conv2d_matrix(w, (6, 7), "full") @ image.ravel()).reshape(5 + size[0], 6 + size[1])
    same = conv2d_matrix(w, (6, 7), "same") @ image.ravel()
    up, left = (size[0] - 1) // 2, (size[1] - 1) // 2
    np.testing.assert_allclose(same.reshape(6, 7), full[up : up + 6, left : left + 7], atol=1e-12)
    layer = conv2d(image[None, None], w[None, None], padding="same")[0, 0]
    down, right = size[0] // 2, size[1] // 2
    np.testing.assert_allclose(layer, full[down : down + 6, right : right + 7], atol=1e-12)


@given(strides=st.tuples(small, small), dilations=st.tuples(small, small))
def test_stride_and_dilation_in_two_dimensions(strides, dilations):
    image, w = np.random.default_rng(0).normal(size=(7, 8)), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    spread = np.zeros((dilations[0] + 1, 2 * dilations[1] + 1))
    spread[:: dilations[0], :: dilations[1]] = w
    expected = scipy.signal.correlate2d(image, spread, "valid")[:: strides[0], :: strides[1]]
    matrix = conv2d_matrix(w, image.shape, stride=strides, dilation=dilations)
    np.testing.assert_allclose(matrix @ image.ravel(), expected.ravel(), atol=1e-9)


def test_dtypes_and_ownership():
    w = np.array([1, 2], np.float32)
    for matrix in (toeplitz_matrix(w, 4), hankel_matrix(w, 2), conv2d_matrix(w[None], (3, 4))):
        assert matrix.dtype == np.float32
        assert matrix.base is None
        assert matrix.flags.writeable
        assert not np.shares_memory(matrix, w)
    assert toeplitz_matrix([1, 2], 4).dtype == hankel_matrix([True], 1).dtype == np.float64


def test_bad_input_is_refused_with_a_reason():
    with pytest.raises(ValueError, match=r"w must have 1 dimension.*got shape \(0,\)"):
        toeplitz_matrix([], 3)
    with pytest.raises(ValueError, match=r"w must have 1 dimension.*got shape \(1, 2\)"):
        toeplitz_matrix([[1, 2]], 3)
    with pytest.raises(ValueError, match="n must be an integer of at least 1; got 0"):
        toeplitz_matrix([1], 0)
    with pytest.raises(ValueError, match="stride must be an integer of at least 1; got -1"):
        toeplitz_matrix([1], 3, stride=-1)
    with pytest.raises(ValueError, match=r"dilation must be an integer of at least 1; got 1\.5"):
        toeplitz_matrix([1], 3, dilation=1.5)
    with pytest.raises(ValueError, match="mode must be"):
        toeplitz_matrix([1], 3, "circular")
    with pytest.raises(ValueError, match="a window of 3 entries at dilation 2 spans 5; y has only 4"):
        hankel_matrix([1, 2, 3, 4], 3, dilation=2)
    with pytest.raises(ValueError, match=r"kernel of shape \(1, 3\).*does not fit"):
        conv2d_matrix([[1, 2, 3]], (4, 2))
    with pytest.raises(ValueError, match="stride must be an integer or a pair of integers"):
        conv2d_matrix([[1]], (4, 2), stride=(1, 2, 3))
    with pytest.raises(TypeError, match="w must hold real numbers"):
        toeplitz_matrix(["a"], 3)


@given(n=st.integers(1, 7), k=st.integers(1, 7), mode=st.sampled_from(MODES), flip=st.booleans(), stride=small)
def test_the_derivative_of_the_toeplitz_matrix(n, k, mode, flip, stride):
    def matrix(w):
        return toeplitz_matrix(w, n, mode, flip=flip, stride=stride, dilation=stride)

    check_gradients(matrix, np.linspace(1, 2, k))


def test_the_product_with_the_matrix_is_differentiated_like_the_sliding_product():
    w, x, g = np.array([1.0, -2, 3]), np.arange(6.0), np.array([1.0, 0, 2, 5])
    assert vjp(lambda w: toeplitz_matrix(w, 6) @ x, w)[1](g)[0].tolist() == np.correlate(x, g, "valid").tolist()
    assert vjp(lambda x: hankel_matrix(x, 3) @ w, x)[1](g)[0].tolist() == np.convolve(g, w).tolist()


@pytest.mark.parametrize(("kernel", "dilation"), [((4, 1), 1), ((1, 5), 1), ((2, 2), (3, 1)), ((2, 2), (1, 4))])
def test_a_kernel_fits_exactly_or_not_at_all(kernel, dilation):
    for mode in ("valid", "same"):
        with pytest.raises(ValueError, match="does not fit into an image"):
            conv2d_matrix(np.ones(kernel), (3, 4), mode, dilation=dilation)
    assert conv2d_matrix(np.ones(kernel), (3, 4), "full", dilation=dilation).shape[1] == 12
    assert conv2d_matrix(np.ones((3, 4)), (3, 4)).tolist() == [[1.0] * 12]
    assert conv2d_matrix(np.ones((2, 2)), (3, 4), dilation=(2, 3)).shape == (1, 12)


def test_sizes_and_kernels_of_too_few_dimensions():
    with pytest.raises(ValueError, match=r"w must have 2 dimension.*got shape \(2,\)"):
        conv2d_matrix([1, 2], (3, 4))
    with pytest.raises(ValueError, match="stride must be an integer or a pair of integers"):
        conv2d_matrix([[1]], (4, 2), stride=(1,))
    assert conv2d_matrix([[1]], (4, 2), stride=np.array(2)).shape == (2, 8)


@pytest.mark.parametrize("mode", [None, 1, "Full"])
def test_an_unknown_mode_is_named_whatever_its_type(mode):
    with pytest.raises(ValueError, match='mode must be "full", "valid" or "same"'):
        conv2d_matrix(np.ones((2, 2)), (3, 3), mode)
