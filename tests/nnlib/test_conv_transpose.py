"""`nnlib.conv_transpose` against plain loops, and as the transpose of `nnlib.conv`."""

import itertools

import numpy as np
import pytest

from nnlib.autodiff import vjp
from nnlib.conv import conv1d, conv2d
from nnlib.conv_transpose import conv_transpose1d, conv_transpose2d
from nnlib.gradcheck import directional_derivative
from nnlib.signal import convolve
from tests.nnlib import naive

GRID = [
    (stride, padding, output_padding, groups, dilation)
    for stride, padding, output_padding, groups, dilation in itertools.product(
        ((1, 1), (2, 1), (3, 2)), ((0, 0), (1, 0), (1, 2)), ((0, 0), (1, 0), (2, 1)), (1, 2), ((1, 1), (1, 2))
    )
    if output_padding[0] < stride[0] and output_padding[1] < stride[1]
]


@pytest.mark.parametrize(("stride", "padding", "output_padding", "groups", "dilation"), GRID)
def test_the_output_is_that_of_plain_loops(stride, padding, output_padding, groups, dilation):
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 4, 3, 4)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=3 * groups)
    expected = naive.conv_transpose2d(x, w, stride, padding, output_padding, dilation, groups)
    y = conv_transpose2d(x, w, b, stride, padding, output_padding, groups, dilation)
    np.testing.assert_allclose(y, expected + b[:, None, None], atol=1e-12)

    back = conv2d(y, w, None, stride, padding, dilation, groups)
    assert back.shape == x.shape  # the layer run forwards fits it, and is its transpose:
    np.testing.assert_allclose(np.vdot(back, x), np.vdot(y, y - b[:, None, None]), rtol=1e-10)


def test_gradients_in_all_arguments():
    rng = np.random.default_rng(1)
    arguments = [rng.normal(size=(2, 4, 3, 4)), rng.normal(size=(4, 3, 2, 3)), rng.normal(size=6)]

    def f(*arguments):
        return conv_transpose2d(*arguments, stride=(3, 2), padding=1, output_padding=(2, 0), groups=2)

    y, pullback = vjp(f, *arguments)
    u = rng.normal(size=y.shape)
    for position, gradient in enumerate(pullback(u)):
        v = rng.normal(size=gradient.shape)

        def along(value, position=position):
            return f(*arguments[:position], value, *arguments[position + 1 :])

        moved = directional_derivative(along, arguments[position], v)
        np.testing.assert_allclose(np.vdot(gradient, v), np.vdot(u, moved), rtol=1e-9)


def test_one_dimension_is_the_full_convolution():
    x, w = np.array([1.0, 10]), np.array([1.0, 2, 3])
    assert conv_transpose1d(x[None, None], w[None, None])[0, 0].tolist() == convolve(x, w).tolist()
    assert conv_transpose1d(x[None, None], w[None, None], stride=2).tolist() == [[[1, 2, 13, 20, 30]]]
    longer = conv_transpose1d(x[None, None], w[None, None], [0.5], stride=2, output_padding=1)
    assert longer.tolist() == [[[1.5, 2.5, 13.5, 20.5, 30.5, 0.5]]]


def test_the_transpose_is_not_the_inverse():
    x, w = np.ones((1, 1, 5)), np.array([[[1.0, 2, 3]]])
    assert conv_transpose1d(conv1d(x, w), w).tolist() == [[[6, 18, 36, 30, 18]]]


def test_dtypes():
    x, w, b = np.ones((1, 2, 3, 3)), np.ones((2, 1, 2, 2)), np.ones(1)
    for dtype in (np.float16, np.float32, np.float64):
        assert conv_transpose2d(x.astype(dtype), w.astype(dtype), b.astype(dtype)).dtype == dtype
    assert conv_transpose2d(x.astype(int), w.astype(bool), [1]).dtype == np.float64
    assert conv_transpose1d(x[0].astype(np.float32), np.ones((3, 1, 2), np.float32)).dtype == np.float32


def test_bad_input_is_refused_with_a_reason():
    x, w = np.zeros((1, 4, 3, 3)), np.zeros((4, 2, 3, 3))
    with pytest.raises(ValueError, match=r"\(N, C, H, W\) and \(C, O, K1, K2\); got \(1, 3, 3, 3\) and \(4, 2, 3, 3\)"):
        conv_transpose2d(x[:, :3], w)
    with pytest.raises(ValueError, match=r"got \(4, 3, 3\) and \(4, 2, 3, 3\)"):
        conv_transpose2d(x[0], w)
    with pytest.raises(ValueError, match="output_padding must be smaller than the stride; got 1 and 1"):
        conv_transpose2d(x, w, output_padding=1)
    with pytest.raises(ValueError, match="padding must be at least 0"):
        conv_transpose2d(x, w, padding=-1)
    with pytest.raises(ValueError, match="padding 3 leaves nothing of an output of 5 by 5"):
        conv_transpose2d(x, w, padding=3)
    with pytest.raises(ValueError, match=r"one bias for each of 2 outputs; got shape \(4,\)"):
        conv_transpose2d(x, w, np.zeros(4))
    with pytest.raises(ValueError, match="cannot be split into 3"):
        conv_transpose2d(x, w, groups=3)
    with pytest.raises(ValueError, match=r"\(N, C, L\) and \(C, O, K\); got \(1, 4, 3, 3\)"):
        conv_transpose1d(x, w)
    for bad_x, bad_w in ((x[0, 0], w[0]), (x[0], w[0, 0]), (x[0], w), (x, w[0])):
        with pytest.raises(ValueError, match=r"\(N, C, L\) and \(C, O, K\)"):
            conv_transpose1d(bad_x, bad_w)
    with pytest.raises(TypeError, match="x must hold real numbers"):
        conv_transpose2d(x.astype(object), w)


def test_each_direction_has_its_own_limits():
    x, w = np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2))
    for output_padding in ((1, 0), (0, 1), (2, 0), (0, 2)):
        with pytest.raises(ValueError, match="output_padding must be smaller than the stride"):
            conv_transpose2d(x, w, output_padding=output_padding)
    assert conv_transpose2d(x, w, stride=(2, 1), output_padding=(1, 0)).shape == (1, 1, 5, 3)
    assert conv_transpose2d(x, w, padding=1).tolist() == [[[[4]]]]  # one entry is left
    for padding in ((2, 0), (0, 2)):
        with pytest.raises(ValueError, match="leaves nothing of an output of 3 by 3"):
            conv_transpose2d(x, w, padding=padding)
    for channels in (1, 3):
        with pytest.raises(ValueError, match="x and w must have shapes"):
            conv_transpose2d(np.ones((1, 2, 2, 2)), np.ones((channels, 1, 2, 2)))
    for bad_x, bad_w in ((x[0], w), (x, w[0]), (x[..., None], w), (x, w[..., None])):
        with pytest.raises(ValueError, match="x and w must have shapes"):
            conv_transpose2d(bad_x, bad_w)
    for shape in ((3,), (1,), (2, 1)):
        with pytest.raises(ValueError, match="one bias for each of 2 outputs"):
            conv_transpose2d(x, np.ones((1, 2, 2, 2)), np.zeros(shape))


@pytest.mark.parametrize(
    ("x", "w"), [((1, 1, 2), (1, 1, 2, 2)), ((1, 1, 2, 2, 2), (1, 1, 2, 2)), ((1, 1, 2, 2), (1, 1, 2))]
)
def test_images_and_kernels_have_four_axes(x, w):
    with pytest.raises(ValueError, match=r"x and w must have shapes \(N, C, H, W\) and \(C, O, K1, K2\); got"):
        conv_transpose2d(np.ones(x), np.ones(w))


@pytest.mark.parametrize("sizes", [(0, 2, 3), (1, 0, 3), (1, 3, 0)])
def test_an_image_has_channels_rows_and_columns(sizes):
    with pytest.raises(ValueError, match=r"x must have at least one channel, one row and one column; got shape \(1, "):
        conv_transpose2d(np.ones((1, *sizes)), np.ones((sizes[0], 1, 2, 2)))


def test_there_may_be_no_image():
    assert conv_transpose2d(np.ones((0, 1, 2, 3)), np.ones((1, 4, 2, 2))).shape == (0, 4, 3, 4)


def test_padding_that_leaves_nothing_is_named_with_the_size_it_leaves_nothing_of():
    with pytest.raises(ValueError, match="padding 2 leaves nothing of an output of 4 by 5"):
        conv_transpose2d(np.ones((1, 1, 3, 4)), np.ones((1, 1, 2, 2)), padding=2)
    assert conv_transpose2d(np.ones((1, 1, 4, 4)), np.ones((1, 1, 2, 2)), padding=2).shape == (1, 1, 1, 1)


@pytest.mark.parametrize(("name", "value", "least"), [("stride", 0, 1), ("padding", -1, 0), ("dilation", 0, 1)])
def test_a_size_out_of_range_is_named_as_it_was_given(name, value, least):
    with pytest.raises(ValueError, match=f"^{name} must be at least {least}; got {value}$"):
        conv_transpose2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), **{name: value})
