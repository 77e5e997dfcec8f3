"""`nnlib.conv` against plain loops, SciPy, the layer's matrix, its own transpose and central differences."""

import itertools

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import conv
from nnlib.autodiff import grad, jacrev, jvp, vjp
from nnlib.conv import conv1d, conv2d, conv2d_input_gradient, conv2d_weight_gradient
from nnlib.gradcheck import check_gradients, directional_derivative
from nnlib.numerics import im2col
from nnlib.numerics.windows import sliding
from nnlib.signal import correlate
from nnlib.toeplitz import conv2d_matrix
from tests.nnlib import naive

pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def layers(draw):
    """Draw a possible layer: x, w, and the options stride, padding, dilation and groups."""
    groups, inputs, outputs = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    kernel, stride, dilation = draw(pairs), draw(pairs), draw(pairs)
    padding = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    least = [max(1, d * (k - 1) + 1 - 2 * p) for d, k, p in zip(dilation, kernel, padding, strict=True)]
    image = [size + draw(st.integers(0, 4)) for size in least]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.normal(size=(draw(st.integers(1, 3)), groups * inputs, *image))
    w = rng.normal(size=(groups * outputs, inputs, *kernel))
    return x, w, (stride, padding, dilation, groups)


def close(actual, expected, scale=1e-9):
    np.testing.assert_allclose(actual, expected, rtol=scale, atol=scale)


@given(layers())
def test_the_output_is_that_of_plain_loops(layer):
    x, w, options = layer
    close(conv2d(x, w, None, *options), naive.conv2d(x, w, *options))


@given(layers(), st.integers(1, 2000), st.sampled_from([0, 1_000_000]))
def test_no_entry_depends_on_how_the_work_is_cut_up(layer, buffer, small):
    x, w, options = layer
    y = conv2d(x, w, None, *options)
    g = np.cos(np.arange(y.size)).reshape(y.shape)
    whole = _faces(x, w, g, options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(im2col, "BUFFER", buffer)
        patch.setattr(im2col, "SMALL", small)
        im2col._plan.cache_clear()
        pieces = _faces(x, w, g, options)
    im2col._plan.cache_clear()
    for one, other in zip(whole, pieces, strict=True):
        close(one, other)


def _faces(x, w, g, options):
    s = sliding(x.shape[2:], w.shape[2:], *options[:3])
    groups = options[3]
    return (
        im2col.correlate(x, im2col.by_group(w, groups), s),
        im2col.correlate_with(g, x, s, groups),
        im2col.scatter(g, im2col.by_group(w, groups), s),
        conv2d_input_gradient(g, w, x.shape[2:], *options),
    )


@pytest.mark.parametrize("stride", [1, 2, (1, 3)])
@pytest.mark.parametrize("padding", [0, 1, 2, (3, 1), (0, 4), "same"])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (2, 4)])
@pytest.mark.parametrize("dilation", [1, (2, 1)])
def test_the_input_gradient_is_a_convolution_with_flipped_kernels(stride, padding, kernel, dilation):
    if padding == "same" and stride != 1:
        return
    options = stride, padding, dilation
    rng = np.random.default_rng(0)
    w = rng.normal(size=(4, 1, *kernel))
    g = rng.normal(size=conv2d(np.zeros((2, 2, 5, 6)), w, None, *options, 2).shape)
    added = im2col.scatter(g, im2col.by_group(w, 2), sliding((5, 6), kernel, *options))
    close(conv2d_input_gradient(g, w, (5, 6), *options, 2), added)


@given(layers(), st.integers(0, 2**32 - 1))
def test_three_faces_of_one_sum(layer, seed):
    x, w, options = layer
    g = np.random.default_rng(seed).normal(size=conv2d(x, w, None, *options).shape)
    total = np.vdot(g, naive.conv2d(x, w, *options))
    assert np.vdot(x, conv2d_input_gradient(g, w, x.shape[2:], *options)) == pytest.approx(total, abs=1e-8)
    assert np.vdot(w, conv2d_weight_gradient(g, x, w.shape[2:], *options)) == pytest.approx(total, abs=1e-8)


@given(layers())
@settings(max_examples=25)
def test_derivatives(layer):
    x, w, options = layer
    b = np.linspace(-1, 1, len(w))
    y = conv2d(x, w, b, *options)
    g = np.sin(np.arange(1.0, y.size + 1)).reshape(y.shape)
    check_gradients(lambda x, w, b: conv2d(x, w, b, *options), x, w, b)
    check_gradients(lambda g, w: conv2d_input_gradient(g, w, x.shape[2:], *options), g, w)
    check_gradients(lambda g, x: conv2d_weight_gradient(g, x, w.shape[2:], *options), g, x)


@given(layers())
def test_the_jacobian_is_the_matrix_of_the_layer(layer):
    x, w, (stride, _, dilation, _) = layer
    x, w = x[:1, :1], w[:1, :1]
    spans = [d * (k - 1) + 1 for d, k in zip(dilation, w.shape[2:], strict=True)]
    x = np.pad(x, ((0, 0), (0, 0), (spans[0], 0), (spans[1], 0)))
    matrix = conv2d_matrix(w[0, 0], x.shape[2:], stride=stride, dilation=dilation)
    y, pullback = vjp(lambda x: conv2d(x, w, None, stride, 0, dilation), x)
    close(y.ravel(), matrix @ x.ravel())
    close(pullback(y)[0].ravel(), matrix.T @ y.ravel())


@pytest.mark.parametrize(("padding", "mode"), [("valid", "valid"), ("same", "same"), (0, "valid"), ((2, 2), "full")])
def test_padding_has_the_meaning_of_the_modes(padding, mode):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(6, 7)), rng.normal(size=(3, 3))
    close(conv2d(x[None, None], w[None, None], padding=padding)[0, 0], scipy.signal.correlate2d(x, w, mode))


def test_same_with_an_even_kernel_pads_more_at_the_end():
    x, w = np.array([[[1.0, 2, 3, 4]]]), np.array([[[1.0, 2]]])
    assert conv1d(x, w, padding="same").tolist() == [[[5, 8, 11, 4]]]
    assert correlate(x[0, 0], w[0, 0], "same").tolist() == [2, 5, 8, 11]  # NumPy's choice
    image = conv2d(x[:, :, None], np.array([[[[1.0, 2], [3, 4]]]]), padding="same")
    assert image.tolist() == [[[[5, 8, 11, 4]]]]


def test_the_worked_example_in_two_dimensions():
    x, w = np.arange(1.0, 17).reshape(1, 1, 4, 4), np.array([[[[1.0, 2], [3, -1]]]])
    g = np.arange(1.0, 10).reshape(1, 1, 3, 3)
    assert conv2d(x, w)[0, 0].tolist() == [[14, 19, 24], [34, 39, 44], [54, 59, 64]]
    back = [[1, 4, 7, 6], [7, 18, 23, 9], [19, 33, 38, 12], [21, 17, 19, -9]]
    assert conv2d_input_gradient(g, w, (4, 4))[0, 0].tolist() == back
    assert conv2d_weight_gradient(g, x, (2, 2))[0, 0].tolist() == [[348, 393], [528, 573]]


def test_the_worked_network_of_two_valid_layers():
    x, w1, w2 = (np.array(a, float) for a in ([1, -2, 3, 0, 2, -1, 4], [1, -1, 2], [2, -1]))

    def loss(x, w1, w2):
        h = np.maximum(conv1d(x[None, None], w1[None, None]), 0)
        return (np.arange(1.0, 5) * conv1d(h, w2[None, None])).sum()

    y, pullback = vjp(loss, x, w1, w2)
    dx, dw1, dw2 = pullback(1.0)
    assert y == 2
    assert dx.tolist() == [2, -2, 8, -4, 4, 4, -8]
    assert dw1.tolist() == [6, 0, -2]
    assert dw2.tolist() == [30, 58]


def test_the_worked_network_of_three_layers_with_biases():
    def logistic(z):
        return 1 / (1 + np.exp(-z))

    def network(x, w1, b1, w2, b2, w3, b3):
        y = logistic(conv1d(x[None, None], w1[None, None], b1))
        y = logistic(conv1d(y, w2[None, None], b2))
        return conv1d(y, w3[None, None], b3)[0, 0, 0]

    arguments = [[1, -1, 0.5, 2, 0, -0.5], [0.5, -1, 0.25], [0.1], [1, -2], [-0.2], [0.5, 1, -1.5], [0.3]]
    y, pullback = vjp(network, *(np.array(a, float) for a in arguments))
    expected = [
        [0.007975104467042881, -0.01588267283761409, -0.04501605095019495, 0.1425135043759236, -0.11391961418767,
         0.02237133717307086],
        [0.1459173031349362, -0.2113567968007062, -0.03649742549321213], [0.00783356783776647],
        [0.169186760877852, -0.07336423006148629], [0.1483695305488849],
        [0.4616124588161456, 0.4698103776064353, 0.1837535291282848], [1],
    ]  # fmt: skip
    assert y == pytest.approx(0.7249863133220809, abs=1e-14)
    for gradient, numbers in zip(pullback(1.0), expected, strict=True):
        np.testing.assert_allclose(gradient, numbers, rtol=0, atol=1e-14)


@given(
    n=st.integers(1, 3), groups=st.integers(1, 2), length=st.integers(6, 12), k=st.integers(1, 3),
    stride=st.integers(1, 3), padding=st.integers(0, 3), dilation=st.integers(1, 2),
)  # fmt: skip
def test_conv1d_is_conv2d_on_images_of_height_one(n, groups, length, k, stride, padding, dilation):
    rng = np.random.default_rng(length)
    x, w, b = rng.normal(size=(n, 2 * groups, length)), rng.normal(size=(4, 2, k)), rng.normal(size=4)
    expected = naive.conv2d(
        x[:, :, None], w[:, :, None], (1, stride), (0, padding), (1, dilation), groups
    )[:, :, 0] + b[:, None]  # fmt: skip
    close(conv1d(x, w, b, stride, padding, dilation, groups), expected)


def test_conv1d_with_one_channel_is_the_sliding_product():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=20_000), rng.normal(size=5)
    close(conv1d(x[None, None], w[None, None])[0, 0], correlate(x, w))
    close(jacrev(lambda w: conv1d(x[None, None, :30], w[None, None])[0, 0])(w), [x[i : i + 5] for i in range(26)])


@given(layers())
@settings(max_examples=15)
def test_second_derivatives(layer):
    x, w, options = layer
    u, v = np.cos(np.arange(x.size)).reshape(x.shape), np.sin(np.arange(w.size)).reshape(w.shape)

    def slope(x, w):  # along (u, v), of a function that is not linear in anything
        gx, gw = grad(lambda p: (conv2d(p[0], p[1], None, *options) ** 3).sum())((x, w))
        return (gx * u).sum() + (gw * v).sum()

    for f, point, direction in ((lambda x: slope(x, w), x, u), (lambda w: slope(x, w), w, v)):
        expected = float(directional_derivative(f, point, direction))
        assert np.vdot(grad(f)(point), direction) == pytest.approx(expected, rel=1e-7, abs=1e-6)
        assert float(jvp(f, (point,), (direction,))[1]) == pytest.approx(expected, rel=1e-7, abs=1e-6)


def test_floating_dtypes_are_kept_and_others_become_float64():
    x, w, b = np.arange(50).reshape(2, 1, 5, 5) % 7, np.arange(18).reshape(2, 1, 3, 3) % 3, np.array([1, 2])
    y = conv2d(x, w, b)
    assert y.dtype == np.float64
    g = y % 5
    for dtype in (np.float16, np.float32, np.float64):
        a = [array.astype(dtype) for array in (x, w, b, g)]
        results = conv2d(*a[:3]), conv2d_input_gradient(a[3], a[1], (5, 5)), conv2d_weight_gradient(a[3], a[0], (3, 3))
        expected = y, conv2d_input_gradient(g, w, (5, 5)), conv2d_weight_gradient(g, x, (3, 3))
        for result, reference in zip(results, expected, strict=True):
            assert result.dtype == dtype
            np.testing.assert_allclose(result, reference, rtol=float(np.finfo(dtype).eps))
    assert conv2d(x.astype(np.float16), w.astype(np.float32)).dtype == np.float32
    assert conv2d(x > 2, w).dtype == np.float64


def test_float16_is_summed_in_float32():
    ones = np.ones((1, 1, 64, 64), np.float16)
    assert conv2d(ones, ones).item() == 4096  # summed in float16 it would stop at 2048
    assert conv2d_weight_gradient(np.ones((1, 1, 64, 64), np.float16), ones, (1, 1)).item() == 4096
    many = np.ones((4096, 1, 1, 1), np.float16)
    assert conv2d_input_gradient(many.reshape(1, 4096, 1, 1), many, (1, 1)).item() == 4096


def test_the_batch_may_be_empty():
    w = np.ones((3, 2, 2, 2))
    assert conv2d(np.zeros((0, 2, 4, 4)), w, padding=1).shape == (0, 3, 5, 5)
    assert conv2d_input_gradient(np.zeros((0, 3, 3, 3)), w, (4, 4)).shape == (0, 2, 4, 4)
    assert conv2d_weight_gradient(np.zeros((0, 3, 3, 3)), np.zeros((0, 2, 4, 4)), (2, 2)).tolist() == (0 * w).tolist()


def test_arguments_of_any_layout_are_left_alone():
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(6, 5, 3, 2)).T, rng.normal(size=(2, 2, 3, 4)).T, rng.normal(size=4)
    x, w = x[:, :, ::-1], w[..., ::-1]
    for array in (x, w, b):
        array.flags.writeable = False
    y = conv2d(x, w, b, padding=1)
    close(y, conv2d(x.copy(), w.copy(), b.copy(), padding=1))
    y.flags.writeable = False
    close(conv2d_input_gradient(y, w, x.shape[2:], 1, 1), conv2d_input_gradient(y.copy(), w.copy(), x.shape[2:], 1, 1))
    weights = conv2d_weight_gradient(y, x, w.shape[2:], 1, 1)
    close(weights, conv2d_weight_gradient(y.copy(), x.copy(), w.shape[2:], 1, 1))


def test_lists_and_numpy_integers_are_taken():
    x, w = [[[[1, 2, 3, 4]]]], [[[[1, 1]]]]
    assert conv2d(x, w, [10], [1, np.int64(2)], [0, 1]).tolist() == [[[[11, 15, 14]]]]


def test_an_infinity_or_nan_stays_where_it_is_used():
    x, w = np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2))
    x[0, 0, 2, 2] = np.inf
    y = conv2d(x, w)
    assert np.isposinf(y[0, 0, 1:3, 1:3]).all()
    assert np.isfinite(y).sum() == 12


X, W = np.zeros((2, 4, 5, 6)), np.zeros((6, 4, 3, 3))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((X[0], W), {}, r"four axes, NCHW and OCHW; got shapes \(4, 5, 6\) and \(6, 4, 3, 3\)"),
        ((X, W[0]), {}, r"got shapes \(2, 4, 5, 6\) and \(4, 3, 3\)"),
        ((X, W[..., None]), {}, r"got shapes \(2, 4, 5, 6\) and \(6, 4, 3, 3, 1\)"),
        ((X[..., None], W), {}, r"got shapes \(2, 4, 5, 6, 1\) and \(6, 4, 3, 3\)"),
        ((X[:, :3], W), {}, r"w of shape \(6, 4, 3, 3\) has kernels for 4 channels.*\(2, 3, 5, 6\) has 3 channels"),
        ((X, W), {"groups": 2}, "kernels for 4 channels in each of 2 group"),
        ((X, W[:, :1]), {"groups": 4}, r"4 channels and 6 outputs cannot be split into 4 group\(s\)"),
        ((X, W), {"groups": 0}, "groups must be an integer of at least 1; got 0"),
        ((X[:, :0], W[:, :0]), {}, "0 channels and 6 outputs"),
        ((X, W[:, :, :0]), {}, r"at least one entry in each direction; got kernel size \(0, 3\)"),
        ((X, W), {"stride": 0}, "stride must be at least 1; got 0"),
        ((X, W), {"stride": 1.5}, r"stride must be an integer or a pair of integers; got 1\.5"),
        ((X, W), {"stride": (1, 2, 3)}, r"stride must be an integer or a pair of integers; got \(1, 2, 3\)"),
        ((X, W), {"dilation": (1, 0)}, r"dilation must be at least 1; got \(1, 0\)"),
        ((X, W), {"padding": -1}, "padding must be at least 0; got -1"),
        ((X, W), {"padding": "full"}, '"same" or "valid"; got \'full\''),
        ((X, W), {"padding": "same", "stride": 2}, r'padding "same" needs stride 1; got stride \(2, 2\)'),
        ((X, W), {"dilation": 3}, r"kernel is larger than the padded input.*spans \(7, 7\).*has \(5, 6\)"),
        ((X, W, np.zeros(5)), {}, r"one bias for each kernel; got shape \(5,\) for w of shape \(6, 4, 3, 3\)"),
    ],
)
def test_a_bad_layer_is_refused_with_a_reason(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        conv2d(*arguments, **options)


@pytest.mark.parametrize("name", ["stride", "padding", "dilation"])
def test_a_float_is_no_size_even_when_an_equal_integer_was(name):
    conv2d(X, W, **{name: 1})
    with pytest.raises(ValueError, match=rf"{name} must be an integer or a pair of integers; got 1\.0"):
        conv2d(X, W, **{name: 1.0})


def test_an_image_in_the_padding_alone_has_a_gradient_without_entries():
    x = np.ones((3, 1, 0, 3))
    for kernel, stride, padding in itertools.product([(1, 1), (3, 3)], [1, 2], [2, 3]):
        w = np.ones((2, 1, *kernel))
        y = conv2d(x, w, None, stride, padding)
        assert conv2d_input_gradient(y, w, (0, 3), stride, padding).shape == x.shape
    for size in (-1, (-1, 3), (3, -1)):
        with pytest.raises(ValueError, match="image_size must be at least 0; got"):
            conv2d_input_gradient(np.ones((1, 1, 3, 7)), w[:1], size, padding=2)


def test_a_pair_of_fractions_is_refused_also_when_its_whole_numbers_were_used_before():
    x, w = np.ones((1, 1, 5, 5)), np.ones((1, 1, 2, 2))
    for option in ("stride", "padding", "dilation"):
        conv2d(x, w, **{option: (1, 1)})
        with pytest.raises(ValueError, match=f"{option} must be an integer or a pair of integers; got \\(1.0, 1.0\\)"):
            conv2d(x, w, **{option: (1.0, 1.0)})
        assert conv2d(x, w, **{option: [np.int8(1), 1]}).shape == conv2d(x, w, **{option: 1}).shape


def test_bad_gradients_are_refused_with_a_reason():
    g = np.zeros((2, 6, 3, 4))
    with pytest.raises(ValueError, match=r"output, \(2, 6, 3, 4\); got \(2, 6, 3, 3\)"):
        conv2d_input_gradient(g[..., :3], W, (5, 6))
    with pytest.raises(ValueError, match=r"output, \(2, 6, 3, 4\); got \(2, 6, 3, 5\)"):
        conv2d_input_gradient(np.zeros((2, 6, 3, 5)), W, (5, 6))
    with pytest.raises(ValueError, match=r"output, \(2, 6, 3, 4\); got \(2, 6, 2, 4\)"):
        conv2d_weight_gradient(g[:, :, :2], X, (3, 3))
    with pytest.raises(ValueError, match=r"g must have 4 axes; got shape \(6, 3, 4\)"):
        conv2d_input_gradient(g[0], W, (5, 6))
    with pytest.raises(ValueError, match=r"x must have 4 axes; got shape \(4, 5, 6\)"):
        conv2d_weight_gradient(g, X[0], (3, 3))
    with pytest.raises(ValueError, match="groups must be an integer of at least 1; got 0"):
        conv2d_weight_gradient(g, X, (3, 3), groups=0)
    with pytest.raises(ValueError, match=r"x must have 3 axes; got shape \(2, 4, 5, 6\)"):
        conv1d(X, W)
    with pytest.raises(TypeError, match="w must hold real numbers"):
        conv2d(X, W.astype(complex))


@given(st.integers(0, 40), st.integers(-1, 50))
def test_work_is_cut_into_as_few_equal_slices_as_possible(total, most):
    slices = im2col._even_slices(total, most)
    assert [i for part in slices for i in range(part.start, part.stop)] == list(range(total))
    sizes = [part.stop - part.start for part in slices]
    assert len(sizes) == -(-total // max(1, most))
    assert len(set(sizes[:-1])) <= 1
    assert max(sizes, default=0) <= max(1, most)
    assert sizes == sorted(sizes, reverse=True)


def test_the_buffer_is_used_and_not_exceeded():
    s = sliding((30, 20), (3, 3), 1, 1, 1)
    for groups, channels in ((1, 1), (1, 8), (4, 2), (1, 64), (8, 8)):
        plan = im2col._plan(100, (groups, 4, 9 * channels), s)
        assert im2col.BUFFER / 4 < plan.buffer <= im2col.BUFFER
        largest = max(
            images * (rows[-2].stop - rows[-2].start) for _, images, pieces in plan.parts for rows, _ in pieces
        )
        assert plan.buffer == 9 * groups * channels * 20 * largest


@pytest.mark.parametrize(
    ("images", "kernels", "size", "apart"),
    [
        (64, (1, 256, 2304), (4, 4), False),  # narrow products
        (64, (1, 64, 288), (32, 32), True),  # one image fills the buffer
        (64, (1, 300, 100), (10, 10), True),  # the result would be larger than the columns
        (64, (1, 150, 150), (10, 10), False),
        (64, (1, 100, 100), (10, 10), True),  # a million multiply-adds are few
        (64, (1, 101, 9901), (1, 1), False),  # one more
    ],
)
def test_images_are_multiplied_apart_where_that_is_faster(images, kernels, size, apart):
    assert im2col._plan(images, kernels, sliding(size, (1, 1), 1, 0, 1)).apart == apart


@pytest.mark.parametrize(
    ("x", "w", "stride", "gathered"),
    [
        ((1, 1, 8, 8), (1, 1, 3, 3), 1, True),
        ((1, 1, 8, 8), (1, 1, 3, 3), 2, True),  # small
        ((64, 1, 8, 8), (8, 1, 3, 3), 1, False),
        ((4, 1, 8, 8), (8, 1, 3, 3), 1, False),
        ((64, 32, 32, 32), (64, 32, 1, 1), 1, True),  # twice as many outputs as inputs
        ((64, 32, 32, 32), (65, 32, 1, 1), 1, False),
        ((64, 32, 32, 32), (64, 32, 1, 1), 2, False),
        ((4, 1, 10, 10), (25, 1, 1, 1), 1, True),  # 10,000 entries are few
        ((1, 1, 1, 137), (73, 1, 1, 1), 1, False),  # one more
        ((20_000, 1, 1, 1), (3, 1, 1, 1), 1, False),
    ],
)
def test_the_input_gradient_takes_the_faster_of_two_ways(x, w, stride, gathered):
    s = sliding(x[2:], w[2:], stride, 0, 1)
    assert (conv._back(s, x[0], w[0], x[1]) is not None) == gathered


def test_many_terms_of_float16_are_summed_without_loss():
    ones = np.ones((1, 1, 1, 4097), np.float16)  # a sum in float16 stops at 2048
    for result in (conv2d(ones, ones[..., :-1]), conv2d_weight_gradient(ones[..., :-1], ones, (1, 2))):
        assert result.dtype == np.float16
        assert np.all(result == 4096)
    kernel = np.ones((1, 1, 1, 8192), np.float16)
    gradient = conv2d_input_gradient(ones, kernel, (1, 2 * 4096 + 8192), stride=(1, 2))
    assert gradient.dtype == np.float16
    assert gradient[0, 0, 0, 8190] == 4096  # so many windows share this entry


def test_the_buffer_has_262144_entries_at_most():
    s = sliding((30, 20), (3, 3), 1, 1, 1)
    sizes = [im2col._plan(1000, (1, 4, 9 * channels), s).buffer for channels in (1, 2, 3, 5, 8, 64)]
    assert 200_000 < max(sizes) <= 262_144


def test_a_kernel_larger_than_the_image_gives_its_gradient_back():
    x, w = np.full((2, 2, 1, 1), 3.0), np.arange(36.0).reshape(2, 2, 3, 3)
    y, pullback = vjp(lambda x: conv2d(x, w, padding=1), x)
    assert pullback(np.ones(y.shape))[0].tolist() == [[[[w[:, c, 1, 1].sum()]] for c in (0, 1)]] * 2


def test_a_stride_of_1_does_not_make_a_stride_of_one_point_zero_an_integer():
    x, w = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))
    for name in ("stride", "padding", "dilation"):
        conv2d(x, w, **{name: 1})
        with pytest.raises(ValueError, match=f"{name} must be an integer or a pair of integers; got 1.0"):
            conv2d(x, w, **{name: 1.0})
