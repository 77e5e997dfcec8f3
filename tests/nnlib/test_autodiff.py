"""The transformations: against closed forms, central differences and each other, and what they refuse."""

import gc
import math
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnlib import rules
from nnlib.autodiff import grad, jacfwd, jacrev, jvp, value_and_grad, vjp
from nnlib.engine import numpy_composed
from nnlib.engine.numpy_shapes import concatenate
from nnlib.engine.traced import plain
from nnlib.gradcheck import check_gradients, numerical_jacobian
from nnlib.softmax import logsumexp, softmax, softmax_jacobian
from tests.nnlib import numpy_samples

rng = np.random.default_rng(0)
A = rng.normal(size=(3, 4))
ROW = rng.normal(size=4)


def example(x1, x2):
    return 1 / (x1 + x2) + x2**2 + np.cos(x1)


def test_the_syllabus_example():
    y, pullback = vjp(example, 3.0, 6.0)
    assert y == pytest.approx(35.121118614510665654, rel=1e-15)
    gradient = (-0.15346568707221290111, 11.987654320987654321)
    assert pullback(1.0) == pytest.approx(gradient, rel=1e-15)
    for seed, derivative in zip(((1.0, 0.0), (0.0, 1.0)), gradient, strict=True):
        assert jvp(example, (3.0, 6.0), seed) == pytest.approx((y, derivative), rel=1e-15)
    assert grad(example)(3.0, 6.0) == pytest.approx(gradient[0], rel=1e-15)
    assert value_and_grad(example)(3, 6) == pytest.approx((y, gradient[0]), rel=1e-15)
    assert grad(example)(3.0, x2=6.0) == grad(example)(3.0, 6.0)


# Python's operators, numbers and arrays on either side


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 2 * x + x * 3 - 1 / (x + 4) + (5 - x) / 2 - x / 3,
        lambda x: x**2 + 2**x + (x + 4) ** x,
        lambda x: -x + abs(x) - (+x),
        lambda x: [1.0, 2, 3, 4] * x + x * (1, 2, 3, 4) - np.float32(2) * x,
        lambda x: ROW + x - ROW * x + np.array(3) * x,
        lambda x: np.int64(3) * x + np.bool_(True) * x,
        lambda x: x @ ROW + ROW @ x + np.outer(x, ROW) @ x,
        lambda x: (x % 1.5) + x // 2,
        lambda x: np.where(x > 0, x, 0.1 * x) + np.maximum(x, 0.3) * (x <= 2),
        lambda x: x[1:] * x[:-1] + x[0],
        lambda x: np.stack([x[i] ** i for i in range(4)]) + sum(x),
        lambda x: np.concatenate([x, [1.0, 2], x[::-1]]),
        lambda x: x.reshape(2, 2).T.ravel() * x.reshape((2, -1)).transpose((1, 0)).flatten(),
        lambda x: x.mean() + x.max() - x.min() + x.var() + x.std(ddof=1),
        lambda x: np.clip(x, -0.2, 0.9) + x.clip(0, None) * x.round(),
        pytest.param(
            lambda x: np.clip(x, min=-0.2, max=0.9),
            marks=pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.1.0", reason="names of NumPy 2.1"),
        ),
        lambda x: np.pad(x, (1, 2)) + np.pad(x.reshape(1, 4), ((0, 1), (2, 1))).ravel()[:7],
        lambda x: np.diag(x) @ x + np.diag(np.outer(x, x), 1).sum() + np.diag(np.outer(x, x)),
        lambda x: np.dot(x, x) * np.dot(2, x) + np.dot(np.outer(x, x), x),
        lambda x: np.flip(np.expand_dims(x, (0, 2)), 1).squeeze() + np.full_like(x, x[1]),
        lambda x: np.moveaxis(np.outer(x, x)[None], 0, -1).squeeze(-1).swapaxes(0, 1),
        lambda x: np.zeros_like(x) + np.ones_like(x) * x.copy().flatten() * len(x) * x.ndim * x.size,
        lambda x: np.concatenate((np.outer(x, x), x[None]), axis=None),
        lambda x: np.mean(np.outer(x, x), axis=(0,), keepdims=True),
    ],
)
def test_ordinary_numpy_code(f):
    f.__name__ = "f"
    x = np.array([0.7, 1.3, -0.4, 2.2])
    check_gradients(f, x, order=2)
    np.testing.assert_allclose(vjp(f, x)[0], f(x))


def test_every_composed_function_agrees_with_numpy():
    calls = {
        np.mean: [lambda x: np.mean(x, axis=1, keepdims=True)],
        np.var: [lambda x: np.var(x, axis=(0, 1), ddof=1)],
        np.std: [lambda x: np.std(x, axis=0)],
        np.clip: [lambda x: np.clip(x, -0.5, 0.5)],
        np.ravel: [np.ravel],
        np.expand_dims: [
            lambda x: np.expand_dims(x, -2),
            lambda x: np.expand_dims(x, (0, 3)),
            lambda x: np.expand_dims(x[:1, :1], [0, 1]),
        ],
        np.squeeze: [lambda x: np.squeeze(x[None]), lambda x: np.squeeze(x[None, :, None], axis=(0, 2))],
        np.swapaxes: [lambda x: np.swapaxes(x, 0, -1)],
        np.moveaxis: [lambda x: np.moveaxis(x[None], (0, 2), (1, 0))],
        np.flip: [np.flip, lambda x: np.flip(x, -1)],
        np.concatenate: [lambda x: np.concatenate([x, x[:1]]), lambda x: np.concatenate([x, x[0]], axis=None)],
        np.stack: [lambda x: np.stack([x, 2 * x], axis=-1)],
        np.pad: [lambda x: np.pad(x, ((0, 1), (2, 0)))],
        np.full_like: [lambda x: np.full_like(x, x[0, 0])],
        np.diag: [lambda x: np.diag(x, 1), lambda x: np.diag(x[0], -2)],
        np.outer: [lambda x: np.outer(x, x[0])],
        np.divmod: [
            lambda x: np.divmod(x + 20, 50)[1],
            lambda x: divmod(30, x + 20)[1],
            lambda x: divmod(x + 20, 50)[0],
        ],
        np.dot: [lambda x: np.dot(x, x.T)],
    }
    assert {*calls, *numpy_samples.CALLS} == numpy_composed.COMPOSED.keys()
    for variants in calls.values():
        for f in variants:
            np.testing.assert_allclose(vjp(f, A)[0], f(A), rtol=1e-14)
            check_gradients(f, A)


# Structure: reuse, depth, repetition, containers


def test_reused_values_add_up():
    assert grad(lambda x: x * x * x + x)(2.0) == 13

    def doubling(x):
        for _ in range(60):
            x = x + x  # 2**60 paths
        return x

    assert grad(doubling)(1.0) == jvp(doubling, (1.0,), (1.0,))[1] == 2.0**60


def test_a_long_chain_does_not_recurse():
    def chain(x):
        for _ in range(20_000):
            x = x + 0.5
        return x

    assert grad(chain)(1.0) == 1
    assert grad(grad(lambda x: chain(x) * x))(1.0) == 2


def test_the_pullback_may_be_called_again():
    y, pullback = vjp(np.sin, ROW)
    first, second = pullback(ROW)[0], pullback(ROW)[0]
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(pullback(np.ones(4))[0], np.cos(ROW))
    np.testing.assert_array_equal(y, np.sin(ROW))


def test_results_may_be_changed_and_arguments_are_not():
    x, cotangent = ROW.copy(), np.ones(4)
    (g,) = vjp(lambda x: x, x)[1](cotangent)
    first, second = vjp(lambda x, y: x + y, x, x)[1](cotangent)
    total = grad(np.sum)(x)
    for result in (g, first, second, total):
        np.add(result, 1, out=result)
    np.testing.assert_array_equal(second, 2)
    np.testing.assert_array_equal(cotangent, 1)
    np.testing.assert_array_equal(x, ROW)


def test_no_reference_cycles():
    watched = []

    def f(x):
        y = np.tanh(x) @ x * x
        watched.append(weakref.ref(plain(y)))
        return np.sum(y * y)

    while gc.collect():  # what other tests left can take more than one round
        pass
    gc.disable()
    try:
        for transformed in (value_and_grad(f), lambda x: vjp(f, x)[1](1.0), grad(lambda x: np.sum(grad(f)(x)))):
            transformed(np.ones(4))
        assert gc.collect() == 0
        values = [reference() for reference in watched]
        assert values
        assert all(value is None for value in values)
    finally:
        gc.enable()


def test_parameters_in_containers():
    def loss(parameters, x):
        for weights, bias in parameters["layers"]:
            x = np.tanh(x @ weights + bias)
        return np.sum(x * parameters["scale"])

    parameters = {
        "layers": [(rng.normal(size=(4, 3)), np.zeros(3)), (rng.normal(size=(3, 2)), np.zeros(2))],
        "scale": 2,
    }
    value, gradient = value_and_grad(loss)(parameters, A)
    assert value == loss(parameters, A)
    assert gradient.keys() == parameters.keys()
    assert isinstance(gradient["layers"][0], tuple)

    def along(w):
        return loss(parameters | {"layers": [(w, np.zeros(3)), parameters["layers"][1]]}, A)

    np.testing.assert_allclose(gradient["layers"][0][0], numerical_jacobian(along, parameters["layers"][0][0]))
    tangent = jvp(lambda p: loss(p, A), (parameters,), (gradient,))[1]
    squares = sum(np.sum(g * g) for g in [*gradient["layers"][0], *gradient["layers"][1], gradient["scale"]])
    assert tangent == pytest.approx(squares)


def test_several_results():
    def f(x, y):
        return {"sum": x + y, "product": [x * y, 7.0]}

    value, pullback = vjp(f, 2.0, 3.0)
    assert value == {"sum": 5, "product": [6, 7]}
    assert pullback({"sum": 1.0, "product": [10.0, 100.0]}) == (31, 21)
    assert jvp(f, (2.0, 3.0), (1.0, 0.0))[1] == {"sum": 1, "product": [3, 0]}
    with pytest.raises(ValueError, match=r"a dict with keys .* at the place of a list of 2"):
        pullback([1.0, 1.0])
    assert vjp(lambda x: (x, x, x), 1.0)[1]((1.0, 2.0, 4.0)) == (7,)


def test_a_result_that_does_not_depend_on_the_argument():
    for f in (lambda x: 3.0, np.sign, lambda x: np.float64(np.argmax(x)), np.round):
        assert grad(f)(2.5) == 0
        assert jvp(f, (2.5,), (1.0,))[1] == 0
    assert vjp(lambda x, y: y * 2, ROW, 1.0)[1](1.0)[0].tolist() == [0] * 4


def test_control_flow_on_values():
    def f(x):
        y = x
        while y < 100:
            y = y * 3 if y < 10 else y * x
        return y if y else x

    assert f(2.0) == 2 * 3 * 3 * 2**3
    assert grad(f)(2.0) == 9 * 4 * 2**3
    assert jvp(f, (2.0,), (1.0,))[1] == 9 * 4 * 2**3


# Whole Jacobians and nesting


@pytest.mark.parametrize("jacobian", [jacfwd, jacrev])
def test_jacobians(jacobian):
    np.testing.assert_allclose(jacobian(softmax)(ROW), softmax_jacobian(ROW), atol=1e-16)
    assert jacobian(lambda x: np.outer(x, x))(ROW).shape == (4, 4, 4)
    np.testing.assert_array_equal(jacobian(lambda x: A @ x)(ROW), A)
    assert jacobian(np.sin)(0.0) == 1
    assert jacobian(np.sin)(np.zeros((2, 0))).shape == (2, 0, 2, 0)
    assert jacobian(lambda x: x[:0])(ROW).shape == (0, 4)
    assert jacobian(lambda x: np.ones(2))(ROW).tolist() == np.zeros((2, 4)).tolist()
    np.testing.assert_array_equal(jacobian(lambda x: x * x)([1.0, 2]), [[2, 0], [0, 4]])


MODES = [
    grad,
    lambda f: lambda x: jvp(f, (x,), (1.0,))[1],
]


@pytest.mark.parametrize("outer", MODES)
@pytest.mark.parametrize("inner", MODES)
def test_nesting_keeps_levels_apart(outer, inner):
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(3.0) == 6
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1  # perturbation confusion gives 2
    assert outer(inner(lambda x: x**3))(2.0) == 12
    assert outer(lambda x: inner(lambda y: y * inner(lambda z: x * y * z)(y))(x))(2.0) == 8  # 2 x · x
    assert outer(inner(lambda x: np.sin(x) / x))(1.0) == pytest.approx(math.sin(1) - 2 * math.cos(1))


@pytest.mark.parametrize("outer", [jacfwd, jacrev])
@pytest.mark.parametrize("inner", [jacfwd, jacrev])
def test_second_derivatives(outer, inner):
    np.testing.assert_allclose(outer(inner(logsumexp))(ROW), softmax_jacobian(ROW), atol=1e-16)
    np.testing.assert_allclose(outer(inner(softmax))(ROW), numerical_jacobian(softmax_jacobian, ROW), atol=1e-11)
    np.testing.assert_allclose(outer(softmax_jacobian)(ROW), numerical_jacobian(softmax_jacobian, ROW), atol=1e-11)


def test_high_orders():
    f = np.tanh
    values = []
    for _ in range(6):
        f = grad(f)
        values.append(float(f(0.0)))
    assert values == pytest.approx([1, 0, -2, 0, 16, 0])


def test_a_pullback_may_be_differentiated():
    def f(x):
        return vjp(np.sin, x)[1](x)[0]  # x cos x

    assert grad(f)(2.0) == pytest.approx(math.cos(2) - 2 * math.sin(2))


@given(hnp.arrays(np.float64, (3, 4), elements=st.floats(-3, 3)), hnp.arrays(np.float64, 4, elements=st.floats(-3, 3)))
def test_the_modes_are_transposes(x, v):
    def f(x, w):
        return softmax(np.tanh(x @ w) * w[0]) + np.exp(-((x * w) ** 2)).sum(axis=1)

    tangents = (np.ones_like(x), v)
    y, tangent = jvp(f, (x, v), tangents)
    u = np.arange(1.0, 4)
    cotangents = vjp(f, x, v)[1](u)
    pulled = sum(np.sum(g * t) for g, t in zip(cotangents, tangents, strict=True))
    assert np.sum(u * tangent) == pytest.approx(pulled, abs=1e-9)
    assert y.shape == (3,)


# Input and dtype


def test_integers_become_floats_and_floats_keep_their_dtype():
    assert isinstance(grad(lambda x: x * x)(3), np.float64)
    assert grad(lambda x: np.sum(x * x))(np.arange(3)).dtype == np.float64
    for dtype in (np.float16, np.float32):
        x = ROW.astype(dtype)
        assert grad(lambda x: np.sum(x * 2.5))(x).dtype == dtype
        assert grad(lambda x: np.sum(x * ROW))(x).dtype == dtype  # in spite of the float64 in between
        assert jvp(lambda x: x * ROW, (x,), (x,))[1].dtype == np.float64
        assert grad(lambda x: x * x)(dtype(2)).dtype == dtype


@pytest.mark.parametrize("bad", [1j, "a", None])
def test_input_that_is_not_real(bad):
    for call in (lambda: grad(np.sin)(bad), lambda: jvp(np.sin, (bad,), (1.0,)), lambda: jvp(np.sin, (1.0,), (bad,))):
        with pytest.raises(TypeError, match="must hold real numbers"):
            call()


def test_bad_input():
    with pytest.raises(ValueError, match=r"the tangent has shape \(\), its argument has shape \(4,\)"):
        jvp(np.sin, (ROW,), (1.0,))
    with pytest.raises(ValueError, match=r"the cotangent has shape \(3,\), the result has shape \(4,\)"):
        vjp(np.sin, ROW)[1](np.ones(3))
    for primals, tangents in ((1.0, 1.0), (ROW, ROW), ((ROW,), ROW), (ROW, (ROW,))):
        with pytest.raises(TypeError, match=r"jvp\(f, \(x,\), \(v,\)\)"):
            jvp(np.sin, primals, tangents)
    with pytest.raises(ValueError, match="a tuple of 1 at the place of a tuple of 2"):
        jvp(np.sin, (1.0,), (1.0, 2.0))
    with pytest.raises(ValueError, match=r"one number, got shape \(4,\); use jacrev or vjp"):
        grad(np.sin)(ROW)
    with pytest.raises(ValueError, match="one number, got shape a tuple"):
        grad(lambda x: (x, x))(1.0)
    with pytest.raises(TypeError, match=r"np\.add gave complex128; only real functions"):
        grad(lambda x: x + 1j)(1.0)


@pytest.mark.parametrize(
    ("x", "v", "message"),
    [
        (1.0, (2.0,), "an array at the place of a tuple of 1"),
        ([1.0, 2.0], (3.0, 4.0), "a list of 2 at the place of a tuple of 2"),
        ((1.0, 2.0), [3.0, 4.0], "a tuple of 2 at the place of a list of 2"),
        ([1.0, 2.0], [3.0], "a list of 2 at the place of a list of 1"),
        ([1.0], [2.0, 3.0], "a list of 1 at the place of a list of 2"),
        ({"a": 1.0}, {"b": 2.0}, r"a dict with keys \['a'\] at the place of a dict with keys \['b'\]"),
        ({"b": 1.0}, {"a": 2.0}, r"a dict with keys \['b'\] at the place of a dict with keys \['a'\]"),
        ({"a": 1.0}, 2.0, r"a dict with keys \['a'\] at the place of an array"),
    ],
)
def test_a_tangent_is_contained_as_its_argument_is(x, v, message):
    with pytest.raises(ValueError, match=f"the containers differ: {message}$"):
        jvp(lambda x: x, (x,), (v,))
    with pytest.raises(ValueError, match=f"the containers differ: {message}$"):
        vjp(lambda x: x, x)[1](v)


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.array([x, x]), TypeError, "use np.stack or np.concatenate instead of np.array"),
        (np.asarray, TypeError, "would lose its derivative"),
        (lambda x: np.full(3, x[0]), TypeError, "np.full_like or np.broadcast_to instead of np.full"),
        (lambda x: x.__setitem__(0, 1), TypeError, "cannot be changed in place.*np.where"),
        (lambda x: np.zeros(4).__iadd__(x), TypeError, "cannot be changed in place"),
        (lambda x: np.add(x, 1, out=np.zeros(4)), TypeError, "cannot be changed in place"),
        (lambda x: np.copyto(np.zeros(4), x), TypeError, "cannot be changed in place"),
        (lambda x: np.zeros(4).__setitem__(slice(2), x[:2]), TypeError, "would lose its derivative"),
        (np.sort, NotImplementedError, "np.sort has no derivative rule; use functions that have one"),
        (np.linalg.svd, NotImplementedError, "np.linalg.svd has no derivative rule"),
        (np.add.reduce, NotImplementedError, r"np.add.reduce has no .*np.sum for np.add.reduce"),
        (lambda x: np.exp(x, dtype=float), NotImplementedError, "np.exp with dtype"),
        (lambda x: np.sum(x, where=x > 0), TypeError, "np.sum of a traced array .*'where'"),
        (lambda x: np.mean(x, where=x > 0), TypeError, r"np.mean\(\) got an unexpected keyword argument 'where'"),
        (lambda x: softmax(x, temperature=x[0]), TypeError, "nnlib.softmax.softmax .* in 'temperature'"),
        (lambda x: ROW[x], (TypeError, IndexError), "cannot become|integer"),
        (lambda x: x[x], TypeError, "cannot be differentiated in 'index'"),
        (lambda x: np.where(x, 1, 2), TypeError, "np.where cannot be differentiated in 'condition'"),
        (lambda x: math.exp(x[0]), TypeError, "np.exp for math.exp"),
        (lambda x: x[0].item(), TypeError, "cannot become a Python number"),
        (lambda x: range(x[0]), TypeError, "cannot become a Python number"),
        (lambda x: np.einsum("...i->i", x[None]), ValueError, "np.einsum.*needs the ellipsis in its output"),
        (lambda x: np.einsum("i,i", x), ValueError, r"np.einsum\('i,i'\) needs 2 arrays, got 1"),
        (lambda x: np.pad(x, 1, mode="edge"), NotImplementedError, "pads with zeros only"),
        (lambda x: np.dot(x, np.zeros((2, 4, 3))), NotImplementedError, "use @"),
        (lambda x: np.stack([x, x[:2]]), ValueError, "arrays of one shape"),
        (lambda x: np.squeeze(x, 0), ValueError, "length one"),
        (lambda x: {x: 1}, TypeError, "unhashable"),
        (lambda x: iter(x[0]).__next__(), TypeError, "unsized|len"),
    ],
)
def test_what_cannot_be_differentiated_says_so(f, error, message):
    for transformation in (lambda: vjp(f, ROW), lambda: jvp(f, (ROW,), (ROW,))):
        with pytest.raises(error, match=message):
            transformation()


def test_a_value_that_escaped_is_refused():
    kept = []

    def f(x):
        kept.append(x)
        return x * x

    grad(f)(2.0)
    with pytest.raises(RuntimeError, match=r"np\.add got a traced array whose function has returned"):
        kept[0] + 1
    with pytest.raises(RuntimeError, match="whose function has returned"):
        grad(lambda x: x * kept[0])(1.0)


def test_a_failing_function_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError):
        grad(lambda x: x / (1 // 0))(1.0)
    assert grad(np.sin)(0.0) == 1


def test_printing():
    seen = []
    grad(lambda x: seen.append(repr(x)) or np.sum(x))(np.array([1.0, 2]))
    jvp(lambda x: seen.append(repr(x)) or x, (2.0,), (1.0,))
    assert seen == ["Node([1. 2.])", "Dual(2.0)"]


def test_composed_functions_have_numpys_defaults_and_shapes():
    cube = rng.normal(size=(2, 1, 4))
    calls = [
        *(getattr(np, name) for name in ("mean", "var", "std", "ravel", "squeeze", "flip")),
        lambda x: np.var(x, axis=-1, ddof=1),
        lambda x: np.std(x, ddof=2, keepdims=True),
        lambda x: np.mean(x, axis=(0, 2)),
        lambda x: np.squeeze(x, 1),
        lambda x: np.squeeze(x[:0]),
        lambda x: np.expand_dims(x, (0, -1)),
        lambda x: np.swapaxes(x, 0, -1),
        lambda x: np.moveaxis(x, (0, 2), (-1, 0)),
        lambda x: np.flip(x, (0, 2)),
        lambda x: np.concatenate([x, x]),
        lambda x: np.concatenate([x, x[0]], axis=None),
        lambda x: np.stack([x, x]),
        lambda x: np.stack([x, x], axis=-1),
        lambda x: np.pad(x, 1),
        lambda x: np.pad(x, ((0, 1), (2, 0), (1, 3))),
        lambda x: np.full_like(x, np.sum(x)),
        lambda x: np.full_like(x, np.sum(x), dtype=np.float32),
        lambda x: np.diag(x[0, 0]),
        lambda x: np.diag(x[0, 0], -2),
        lambda x: np.diag(x[:, 0], 1),
        lambda x: np.diag(x[:, 0], -1),
        lambda x: np.outer(x, x[0]),
        lambda x: np.dot(x[0], x[0, 0]),
        lambda x: np.dot(x, np.sum(x)),
        lambda x: np.clip(x, -0.5, None),
        lambda x: np.clip(x, None, 0.5),
    ]
    if np.lib.NumpyVersion(np.__version__) >= "2.1.0":
        calls.append(lambda x: np.clip(x, min=-0.2, max=0.2))
    for f in calls:
        y, expected = vjp(f, cube)[0], f(cube)
        assert y.dtype == expected.dtype
        np.testing.assert_allclose(y, expected, rtol=1e-14, strict=True)


@pytest.mark.parametrize("kind", [int, bool, complex])
def test_an_operation_that_leaves_the_real_numbers_is_refused(kind):
    with pytest.raises(TypeError, match="only real functions can be differentiated"):
        grad(lambda x: np.sum(x.astype(kind)))(ROW)


def test_axes_that_cannot_be_squeezed_or_stacked_are_named():
    with pytest.raises(ValueError, match=r"length one can be squeezed; the shape is \(3, 4\), the axes are \(0,\)"):
        vjp(lambda x: np.squeeze(x, 0), A)
    with pytest.raises(ValueError, match=r"arrays of one shape, got \[\(3, 4\), \(4,\)\]"):
        vjp(lambda x: np.stack([x, x[0]]), A)
    with pytest.raises(NotImplementedError, match="at most two axes"):
        vjp(lambda x: np.dot(x, x[:, :, None]), A)
    for options in ({"mode": "edge"}, {"constant_values": 1}, {"constant_values": (0, -1)}):
        with pytest.raises(NotImplementedError, match="pads with zeros only"):
            vjp(lambda x, options=options: np.pad(x, 1, **options), A)


@pytest.mark.parametrize("v", [np.ones(2), np.ones(4), np.ones((3, 1)), 1.0])
def test_tangents_and_cotangents_of_another_shape_are_refused(v):
    with pytest.raises(ValueError, match=r"the tangent has shape .*, its argument has shape \(3,\)"):
        jvp(np.sin, (np.ones(3),), (v,))
    with pytest.raises(ValueError, match=r"the cotangent has shape .*, the result has shape \(3,\)"):
        vjp(np.sin, np.ones(3))[1](v)


def test_a_result_of_an_outer_level_is_a_constant_to_the_inner_one():
    def outer(x):
        y, pullback = vjp(lambda z: x * x, 2.0)
        return y + pullback(1.0)[0]

    assert grad(outer)(3.0) == 6
    assert vjp(lambda x: vjp(lambda z: (x, z * x), 2.0)[1]((1.0, 1.0))[0], 5.0)[0] == 5


def test_powers_of_zero():
    with np.errstate(all="ignore"):
        assert jacrev(lambda n: np.array([0.0, 0.0, 0.0]) ** n)(np.array([0.0, 1.0, 2.0])).diagonal().tolist() == [
            -math.inf, 0, 0
        ]  # fmt: skip
        base = jacrev(lambda x: x ** np.array([0, 1, 2, 3, -1]))(np.zeros(5)).diagonal()
    assert base.tolist() == [0, 1, 0, 0, -math.inf]
    for n in (0, 0.0, np.float64(0)):
        assert grad(lambda x, n=n: x**n)(0.0) == 0
        assert grad(lambda x, n=n: x**n)(-2.0) == 0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_power_with_exponent_zero_is_flat_at_every_base(dtype):
    tiny = np.finfo(dtype).smallest_subnormal  # its reciprocal overflows
    x = np.array([tiny, -tiny, 0, 2, np.inf, -np.inf], dtype)
    assert grad(lambda x: np.sum(x ** np.zeros(6, dtype)))(x).tolist() == [0] * 6


def test_the_slope_of_a_power_moves_with_the_exponent():
    def slope(n):
        return grad(lambda x: np.sum(x**n))(np.array([2.0, 4, 3]))  # n x ** (n − 1)

    exact = [1 / 2, 1 / 4, 3 * (1 + 2 * math.log(3))]  # x ** (n − 1) (1 + n ln x)
    for jacobian in (jacfwd, jacrev):
        np.testing.assert_allclose(jacobian(slope)(np.array([0.0, 0, 2])), np.diag(exact), rtol=1e-14)


def test_transposing_as_a_method():
    cube = rng.normal(size=(2, 3, 4))
    for axes in ((), (None,), ((1, 2, 0),), (1, 2, 0)):
        y = vjp(lambda x, axes=axes: x.transpose(*axes), cube)[0]
        np.testing.assert_array_equal(y, cube.transpose(*axes), strict=True)


def test_other_ways_of_calling_a_ufunc_are_named():
    for f, how in (
        (np.add.reduce, r"np\.add\.reduce has no"),
        (lambda x: np.multiply.outer(x, x), r"np\.multiply\.outer has no"),
        (lambda x: np.add.accumulate(x, axis=0), r"np\.add\.accumulate has no"),
        (lambda x: np.exp(x, where=[True, True]), "np.exp with where has no"),
    ):
        with pytest.raises(NotImplementedError, match=how):
            vjp(f, np.ones(2))


def test_a_tangent_has_the_shape_and_dtype_of_the_result():
    half, two = np.float32(0.5), np.ones(2, np.float32)
    for f, x in (
        (lambda x: x + np.ones(2), two),  # float32 and float64
        (lambda x: np.ones((3, 1)) - x, two),
        (lambda x: x + two, half),
        (lambda x: np.maximum(x, np.zeros((2, 2))), half),
        (lambda x: x * np.float16(2), two),
        (lambda x: x + np.float64(2), half),
        (lambda x: np.float64(2) * x, half),
        (lambda x: x + np.ones((1, 2), np.float32), two),
    ):
        y, tangent = jvp(f, (x,), (x,))
        assert (tangent.shape, tangent.dtype) == (y.shape, y.dtype) == (f(x).shape, f(x).dtype)
        (gradient,) = vjp(f, x)[1](y)
        assert (gradient.shape, gradient.dtype) == (x.shape, x.dtype)


@pytest.mark.parametrize("narrow", [np.float16, np.float32])
def test_tangents_and_cotangents_are_taken_in_the_dtype_of_what_they_belong_to(narrow):
    for x in (0.5, ROW):
        v = np.ones(np.shape(x), narrow)
        assert jvp(lambda x: x, (x,), (v,))[1].dtype == vjp(lambda x: x, x)[1](v)[0].dtype == np.float64


@pytest.mark.parametrize("narrow", [np.float16, np.float32])
@pytest.mark.parametrize("x", [np.float64(0.5), ROW])
@pytest.mark.parametrize("elementwise", [True, False])
def test_the_gradient_of_a_rounded_result_has_the_dtype_of_the_argument(monkeypatch, narrow, x, elementwise):
    monkeypatch.setattr(rules, "_OPERATIONS", dict(rules._OPERATIONS))

    @rules.differentiable("x")
    def rounded(x):
        return np.sin(x).astype(narrow)

    if elementwise:
        rules.rule(rounded, "x", partial=lambda y, x: np.cos(x))
    else:
        rules.rule(rounded, "x", jvp=lambda v, y, x: v * np.cos(x), vjp=lambda g, y, x: g * np.cos(x).astype(narrow))
    y, tangent = jvp(rounded, (x,), (np.ones_like(x),))
    (gradient,) = vjp(rounded, x)[1](np.ones_like(y))
    assert y.dtype == tangent.dtype == narrow
    assert gradient.dtype == np.float64
    for derivative in (tangent, gradient):
        np.testing.assert_allclose(derivative, np.cos(x), rtol=np.finfo(narrow).eps)


def test_an_inner_gradient_asks_nothing_about_outer_variables(monkeypatch):
    monkeypatch.setattr(rules, "_OPERATIONS", dict(rules._OPERATIONS))
    asked = []

    @rules.differentiable("x", "w")
    def product(x, w):
        return x * w

    def about_w(g, y, x, w):
        asked.append(g)
        return g * x

    rules.rule(product, "x", jvp=lambda v, y, x, w: v * w, vjp=lambda g, y, x, w: g * w)
    rules.rule(product, "w", jvp=lambda v, y, x, w: x * v, vjp=about_w)
    slope, pullback = vjp(lambda w: grad(lambda x: product(x, w))(2.0), 3.0)
    assert (slope, pullback(1.0), asked) == (3.0, (1.0,), [])
    assert grad(lambda w: product(2.0, w))(3.0) == 2.0
    assert asked == [1.0]


def test_a_derivative_has_the_name_and_the_description_of_its_function():
    def energy(x):
        """Return half the square."""
        return x * x / 2

    for transformation in (grad, value_and_grad, jacfwd, jacrev):
        derivative = transformation(energy)
        assert (derivative.__name__, derivative.__doc__) == ("energy", "Return half the square.")


def test_the_tangent_of_a_constant_has_its_dtype():
    value, tangent = jvp(lambda x: (3, x), (2.0,), (1.0,))
    assert value == (3.0, 2.0)
    assert tangent == (0.0, 1.0)
    assert value[0].dtype == tangent[0].dtype == np.float64


def test_what_only_the_outer_transformation_follows_has_no_inner_derivative():
    inner = jvp(lambda x: jvp(lambda y: x * 1.0, (2.0,), (1.0,))[1], (3.0,), (1.0,))
    assert inner == (0.0, 0.0)
    assert grad(lambda x: vjp(lambda y: x * 1.0, 2.0)[1](1.0)[0] + x)(3.0) == 1.0


def test_powers_of_zero_far_out():
    for x in (1e-310, -1e-310, math.inf, -math.inf, math.nan):
        assert grad(lambda x: x**0)(x) == 0
    assert grad(lambda x: (x ** np.array([0.0]))[0])(-math.inf) == 0


def test_the_derivative_of_a_power_in_both_arguments():
    for n in (0.0, 1.0, 2.0):  # (xⁿ)' in x is n xⁿ⁻¹, and that in n is xⁿ⁻¹ (1 + n ln x)
        mixed = grad(lambda n: grad(lambda x: x**n)(3.0))(n)
        assert mixed == pytest.approx(3.0 ** (n - 1) * (1 + n * math.log(3)), rel=1e-14)


def test_a_cast_makes_a_copy_as_in_numpy():
    x = np.ones(2)
    assert not np.shares_memory(vjp(lambda x: np.astype(x, np.float64), x)[0], x)


def test_what_numpy_refuses_is_refused():
    with pytest.raises(NotImplementedError, match="pads with zeros only"):
        grad(lambda x: np.pad(x, 1, mode="Edge").sum())(np.ones(2))
    with pytest.raises(NotImplementedError, match="pads with zeros only"):
        grad(lambda x: np.pad(x, 1, mode=lambda *_: None).sum())(np.ones(2))
    for source, destination in ((0, (0, 1)), ((0, 1), 0)):
        with pytest.raises(ValueError, match="argument"):
            vjp(lambda x, a=source, b=destination: np.moveaxis(x, a, b), np.ones((2, 3)))


def test_arrays_are_joined_along_the_first_axis_unless_another_is_named():
    assert concatenate(np.ones((2, 3)), np.ones((4, 3))).shape == (6, 3)
    assert concatenate(np.ones((2, 3)), np.ones((2, 4)), axis=1).shape == (2, 7)


def test_functions_without_a_module_are_named():
    with pytest.raises(NotImplementedError, match=r"^np\.frexp has no derivative rule"):
        grad(lambda x: np.frexp(x)[0])(1.0)
    with pytest.raises(TypeError, match=r"^nnlib\.softmax\.softmax cannot be differentiated in 'temperature'"):
        grad(lambda t: softmax(np.ones(2), temperature=t)[0])(1.0)
    with pytest.raises(NotImplementedError, match=r"^np\.sort has no derivative rule"):
        grad(lambda x: np.sort(x)[0])(np.ones(2))
