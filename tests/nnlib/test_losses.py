"""The losses against mpmath, central differences and the syllabus's numbers."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlib.gradcheck import numerical_gradient
from nnlib.losses import binary_cross_entropy, cross_entropy, cross_entropy_gradient, squared_error

pytestmark = pytest.mark.filterwarnings("error")

logits = st.floats(-700, 700)
probabilities = st.floats(0, 1)


@pytest.mark.parametrize(
    ("f", "ce", "dce", "mse", "dmse"),
    [
        (0.1, 2.30258509299405, -0.9, 0.81, -0.162),
        (0.01, 4.60517018598809, -0.99, 0.9801, -0.019602),
        (0.001, 6.90775527898214, -0.999, 0.998001, -0.001996002),
        (0.5, 0.693147180559945, -0.5, 0.25, -0.25),
        (0.9, 0.105360515657826, -0.1, 0.01, -0.018),
    ],
)
def test_reference_numbers(f, ce, dce, mse, dmse):
    a = np.log(f / (1 - f))

    def squared(a):
        return squared_error(1 / (1 + np.exp(-a)), 1)

    assert binary_cross_entropy(a, 1) == pytest.approx(ce, rel=1e-13)
    assert numerical_gradient(lambda a: binary_cross_entropy(a, 1), a) == pytest.approx(dce, rel=1e-10)
    assert squared(a) == pytest.approx(mse, rel=1e-13)
    assert numerical_gradient(squared, a) == pytest.approx(dmse, rel=1e-10)
    assert binary_cross_entropy(-a, 0) == binary_cross_entropy(a, 1)


def test_cross_entropy_reference_numbers():
    values = cross_entropy([[1, 2, 3]] * 3, [0, 1, 2])
    np.testing.assert_allclose(values, [2.40760596444438, 1.40760596444438, 0.40760596444438], rtol=1e-14)
    assert cross_entropy([1, 2, 3], 2) == pytest.approx(0.40760596444438)


@given(logits, probabilities)
def test_binary_cross_entropy_against_the_definition(a, y):
    with mpmath.workdps(700):
        f = 1 / (1 + mpmath.exp(-mpmath.mpf(a)))
        exact = float(-y * mpmath.log(f) - (1 - mpmath.mpf(y)) * mpmath.log(1 - f))
    assert binary_cross_entropy(a, y) == pytest.approx(exact, rel=1e-14, abs=1e-307)


@settings(max_examples=25)
@given(hnp.arrays(np.float64, (3, 4), elements=logits), hnp.arrays(np.int64, 3, elements=st.integers(0, 3)))
def test_cross_entropy_against_the_definition(a, y):
    with mpmath.workdps(700):
        for row, label, value in zip(a, y, cross_entropy(a, y), strict=True):
            e = [mpmath.exp(mpmath.mpf(v)) for v in row]
            assert value == pytest.approx(float(mpmath.log(mpmath.fsum(e) / e[label])), rel=1e-12, abs=1e-300)
    gradient = cross_entropy_gradient(a, y)
    np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-15)
    for i in range(3):
        numerical = numerical_gradient(lambda row, i=i: cross_entropy(row, y[i]), a[i])
        np.testing.assert_allclose(gradient[i], numerical, atol=1e-9)


@given(logits)
def test_two_classes_are_the_binary_case(a):
    assert cross_entropy([0, a], 1) == pytest.approx(binary_cross_entropy(a, 1), rel=1e-14, abs=1e-300)


def test_confident_predictions_keep_their_loss_and_gradient():
    assert cross_entropy([0.0, -40], 0) == pytest.approx(4.248354255291589e-18, rel=1e-15)
    np.testing.assert_allclose(cross_entropy_gradient([0.0, -40], 0), [-4.248354255291589e-18, 4.248354255291589e-18])
    assert binary_cross_entropy(800.0, 1) == 0
    assert binary_cross_entropy(-800.0, 1) == 800


def test_one_target_for_many_logits():
    a = np.linspace(-30, 30, 300_001)  # more than one block
    for y in (0.0, 0.25, 1):
        np.testing.assert_array_equal(binary_cross_entropy(a, y), binary_cross_entropy(a, np.full(a.shape, y)))
        np.testing.assert_array_equal(binary_cross_entropy(2.0, np.full(a.shape, y)), binary_cross_entropy(2.0, y))


def test_infinite_logits():
    inf = np.inf
    assert binary_cross_entropy([inf, -inf, inf, -inf], [1, 0, 0, 1]).tolist() == [0, 0, inf, inf]
    assert cross_entropy([[inf, 0], [inf, 0], [0, -inf]], [0, 1, 1]).tolist() == [0, inf, inf]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_shapes_and_dtypes(dtype, shape):
    x = np.zeros(shape, dtype)
    for f in (binary_cross_entropy, squared_error):
        for y in (x, 1, True, 0.5):
            assert (f(x, y).shape, f(x, y).dtype) == (shape, dtype)
        assert f(1, x).shape == shape
    many = np.zeros((*shape, 3), dtype)
    labels = np.ones(shape, np.uint8)
    assert (cross_entropy(many, labels).shape, cross_entropy(many, labels).dtype) == (shape, dtype)
    assert (cross_entropy_gradient(many, labels).shape, cross_entropy_gradient(many, labels).dtype) == (
        many.shape,
        dtype,
    )
    assert squared_error([1, 2], [True, False]).dtype == np.float64


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"logits has shape \(3,\), targets has shape \(3, 1\)"):
        binary_cross_entropy(np.zeros(3), np.zeros((3, 1)))
    with pytest.raises(ValueError, match=r"prediction has shape \(2,\), target has shape \(3,\)"):
        squared_error(np.zeros(2), np.zeros(3))
    for f in (cross_entropy, cross_entropy_gradient):
        with pytest.raises(ValueError, match=r"got \(2, 3\) and \(3,\)"):
            f(np.zeros((2, 3)), [0, 1, 2])
        with pytest.raises(ValueError, match=r"got \(\) and \(\)"):
            f(1.0, 0)


def test_values_that_do_not_fit():
    with pytest.raises(ValueError, match=r"targets must lie in \[0, 1\], got values from -1.0 to 2.0"):
        binary_cross_entropy([0, 0], [-1, 2])
    with pytest.raises(ValueError, match="must lie in"):
        binary_cross_entropy(0.0, np.nan)
    for labels in ([0, 3], [-1, 0]):
        with pytest.raises(ValueError, match="labels must be from 0 to 2"):
            cross_entropy(np.zeros((2, 3)), labels)
    for labels in ([0.0, 1.0], ["a", "b"], [True, False]):
        with pytest.raises(TypeError, match="labels must be integers"):
            cross_entropy(np.zeros((2, 3)), labels)
    for f in (binary_cross_entropy, squared_error):
        with pytest.raises(TypeError, match="target"):
            f(0.0, 1j)
    with pytest.raises(TypeError, match="logits must hold real numbers"):
        cross_entropy([1j, 0], 0)


@pytest.mark.parametrize("labels", [[0, 1], [0, 1, 2, 0], 0, [[0, 1, 2]], [[0], [1], [2]]])
def test_labels_of_another_shape_are_refused(labels):
    for f in (cross_entropy, cross_entropy_gradient):
        with pytest.raises(ValueError, match=r"need labels of shape \(...\); got \(3, 4\) and"):
            f(np.zeros((3, 4)), labels)


@pytest.mark.parametrize("target", [-1e-9, -0.5, -1.0, 1 + 1e-9, 1.5, 2.0, np.nan])
def test_targets_lie_between_zero_and_one(target):
    with pytest.raises(ValueError, match="targets"):
        binary_cross_entropy(0.5, target)
    assert binary_cross_entropy([0.0, 0.0], [0, 1]) == pytest.approx([np.log(2)] * 2)
