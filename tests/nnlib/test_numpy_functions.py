"""NumPy's functions under differentiation: NumPy's values and refusals, and derivatives against finite differences."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from nnlib.autodiff import grad, jacrev, jvp, vjp
from nnlib.gradcheck import check_gradients
from tests.nnlib.numpy_samples import CALLS, S

X = np.random.default_rng(3).normal(size=(3, 4))
CASES = [
    pytest.param(f, id=f"{function.__name__}-{i}") for function, calls in CALLS.items() for i, f in enumerate(calls)
]


@pytest.mark.parametrize("f", CASES)
def test_value_and_derivatives(f):
    y, expected = vjp(f, X)[0], f(X)
    np.testing.assert_allclose(y, expected, rtol=1e-13, atol=1e-15, strict=True)
    check_gradients(f, X, order=2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("f", CASES)
def test_the_dtype_is_numpys(f, dtype):
    x = X.astype(dtype)
    try:
        expected = f(x)
    except TypeError:  # np.linalg has no float16
        with pytest.raises(TypeError, match="float16"):
            vjp(f, x)
        return
    y, pullback = vjp(f, x)
    tolerance = 64 * np.finfo(dtype).eps
    np.testing.assert_allclose(y, expected, rtol=tolerance, atol=tolerance, strict=True)
    assert pullback(y)[0].dtype == dtype
    assert jvp(f, (x,), (x,))[1].dtype == y.dtype


REFUSED = {
    "repeat": lambda x: np.repeat(x, -1),
    "tile": lambda x: np.tile(x, -1),
    "roll": lambda x: np.roll(x, 1, axis=5),
    "diagonal": lambda x: np.diagonal(x[0]),
    "take": lambda x: np.take(x, 12),
    "split": lambda x: np.split(x, 2),
    "hsplit": lambda x: np.hsplit(x[0, 0], 2),
    "vsplit": lambda x: np.vsplit(x[0], 2),
    "hstack": lambda x: np.hstack([x, x.T]),
    "vstack": lambda x: np.vstack([x, x.T]),
    "column_stack": lambda x: np.column_stack([x, x[0]]),
    "append": lambda x: np.append(x, x[0], axis=0),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, x.T),
    "diff": lambda x: np.diff(x, -1),
    "diff of a number": lambda x: np.diff(x[0, 0]),
    "gradient": lambda x: np.gradient(x, [1.0, 2.0], axis=0),
    "gradient of one entry": lambda x: np.gradient(x[:1, 0]),
    "tensordot": lambda x: np.tensordot(x, x, 1),
    "inner": lambda x: np.inner(x, x.T),
    "vdot": lambda x: np.vdot(x, x[0]),
    "cumprod": lambda x: np.cumprod(x, 2),
    "prod": lambda x: np.prod(x, 2),
    "trace": lambda x: np.trace(x[0]),
    "einsum with unequal sizes": lambda x: np.einsum("ij,jk", x, x),
    "einsum with too few letters": lambda x: np.einsum("i", x),
    "einsum without a comma": lambda x: np.einsum("ij", x, x),
    "einsum with an unknown output": lambda x: np.einsum("ij->k", x),
    "einsum of an ellipsis that vanishes": lambda x: np.einsum("...i->i", x),
    "inv": np.linalg.inv,
    "inv of a singular matrix": lambda x: np.linalg.inv(x[:2, :2] * 0),
    "solve": lambda x: np.linalg.solve(x[:, :3], x.T),
    "det": np.linalg.det,
    "slogdet": np.linalg.slogdet,
    "matrix_power": lambda x: np.linalg.matrix_power(x, 2),
    "norm": lambda x: np.linalg.norm(x, "nonsense"),
    "norm of a vector": lambda x: np.linalg.norm(x[0], "fro"),
    "norm along three axes": lambda x: np.linalg.norm(x[None], axis=(0, 1, 2)),
    "norm of a cube": lambda x: np.linalg.norm(x[None], 2),
    "average": lambda x: np.average(x, weights=[1.0, 2, 3]),
    "average with too many weights": lambda x: np.average(x, axis=0, weights=[1.0, 2]),
    "average without weight": lambda x: np.average(x, axis=0, weights=[1.0, -1, 0]),
    "amax": lambda x: np.amax(x[:0]),
    "select": lambda x: np.select([x > 0], [x, x]),
    "cross": lambda x: np.cross(x, x),
    "fliplr": lambda x: np.fliplr(x[0]),
}


@pytest.mark.parametrize("f", REFUSED.values(), ids=REFUSED)
def test_what_numpy_refuses_is_refused_in_the_same_way(f):
    with pytest.raises(Exception) as numpys:  # noqa: PT011
        f(X)
    for transformation in (lambda: vjp(f, X), lambda: jvp(f, (X,), (X,))):
        with pytest.raises(numpys.type):
            transformation()


@pytest.mark.parametrize(
    ("f", "named"),
    [
        (lambda x: np.roll(x, x[0, 0]), "np.roll cannot be differentiated in 'shift'"),
        (lambda x: np.repeat(X, x[0, 0]), "cannot become a plain one"),
        (lambda x: np.take(x, [0], out=np.empty(1)), "np.take cannot write to 'out'"),
        (lambda x: np.tile(X, (2, x[0, 0])), "a traced array cannot become a"),
        (lambda x: np.take(X, x[0]), "cannot become a plain one"),
    ],
)
def test_what_steers_a_function_is_plain(f, named):
    with pytest.raises(TypeError, match=named):
        vjp(f, X)


@pytest.mark.parametrize("ord", [2, -2, "nuc"])
def test_norms_that_need_singular_values_say_so(ord):
    with pytest.raises(NotImplementedError, match=f"ord={ord!r} needs singular values"):
        vjp(lambda x: np.linalg.norm(x, ord), X)


# Special points


def test_the_product_of_all_others_is_taken_without_division():
    assert grad(np.prod)(np.array([0.0, 2, 3])).tolist() == [6, 0, 0]
    assert grad(np.prod)(np.array([0.0, 2, 0])).tolist() == [0, 0, 0]
    assert jacrev(grad(np.prod))(np.array([0.0, 2, 0])).tolist() == [[0, 0, 2], [0, 0, 0], [2, 0, 0]]
    assert grad(np.prod)(np.zeros(0)).tolist() == []


def test_the_determinant_of_a_singular_matrix_has_a_derivative():
    assert grad(np.linalg.det)(np.array([[1.0, 2], [2, 4]])).tolist() == [[4, -2], [-2, 1]]
    slope = grad(np.linalg.det)(np.diag([0.0, 1, 2, 3, 4, 5]))
    np.testing.assert_allclose(slope, np.diag([120.0, 0, 0, 0, 0, 0]), rtol=1e-14)
    assert grad(np.linalg.det)(np.ones((1, 1))) == 1


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_inverse_hyperbolic_functions_far_out(scale):
    assert grad(np.arcsinh)(scale) == pytest.approx(min(1, 1 / scale), rel=1e-15)
    if scale > 1:
        assert grad(np.arccosh)(scale) == pytest.approx(1 / scale, rel=1e-15)


def test_homework_norms_at_zero_are_not_finite():
    with np.errstate(all="ignore"):
        assert np.isnan(grad(np.linalg.norm)(np.zeros(2))).all()
    assert grad(lambda x: np.linalg.norm(x, 1))(np.zeros(2)).tolist() == [0, 0]


def test_the_deviation_of_one_entry_is_flat():
    assert grad(np.std)(np.array([2.0])) == 0
    assert grad(lambda x: np.std(x, axis=1).sum())(np.ones((2, 1))).tolist() == [[0], [0]]


def test_joined_arrays_are_cast():
    for f in (np.hstack, np.vstack):
        y, pullback = vjp(lambda x, f=f: f([x, x], dtype=np.float32), X)
        assert y.dtype == np.float32
        assert pullback(y)[0].dtype == np.float64
        with pytest.raises(TypeError, match="cannot cast from float64 to float32 with casting='safe'"):
            vjp(lambda x, f=f: f([x, x], dtype=np.float32, casting="safe"), X)


def test_nan_ignoring_extrema_give_the_other_argument_all():
    assert grad(lambda x: np.fmax(x, np.nan))(2.0) == 1
    assert grad(lambda x: np.fmin(np.nan, x))(2.0) == 1


# Another engine


ORACLE = {
    "hstack": lambda np, x: np.hstack([x, x * x]),
    "vstack": lambda np, x: np.vstack([x, np.sin(x[0])]),
    "column_stack": lambda np, x: np.column_stack([x, x[:, 0] ** 2]),
    "append": lambda np, x: np.append(x, x[0] ** 2),
    "split": lambda np, x: np.split(x, 2, axis=1)[0] * np.split(x, 2, axis=1)[1],
    "norm": lambda np, x: np.linalg.norm(x),
    "norm along an axis": lambda np, x: np.linalg.norm(x, axis=1),
    "3-norm": lambda np, x: np.linalg.norm(x, 3, axis=0),
    "prod": lambda np, x: np.prod(x, axis=1),
    "tensordot": lambda np, x: np.tensordot(x, x, axes=(0, 0)),
    "einsum": lambda np, x: np.einsum("...i,...i->...", x, x),
    "einsum of a diagonal": lambda np, x: np.einsum("ij,kj", x, x) * np.einsum("ij->", x),
    "tril": lambda np, x: np.tril(x) ** 2,
    "triu": lambda np, x: np.triu(x, 1) ** 2,
    "trace": lambda np, x: np.trace(x @ x.T),
    "repeat": lambda np, x: np.repeat(x, 3, axis=1) ** 2,
    "tile": lambda np, x: np.tile(x, (2, 2)) ** 2,
    "roll": lambda np, x: np.roll(x, 1, axis=0) * x,
    "diff": lambda np, x: np.diff(x, axis=1) ** 2,
    "solve": lambda np, x: np.linalg.solve(x[:, :3] / 9 + S, x),
    "inv": lambda np, x: np.linalg.inv(x[:, :3] / 9 + S),
    "det": lambda np, x: np.linalg.det(x[:, :3] / 9 + S),
    "slogdet": lambda np, x: np.linalg.slogdet(x[:, :3] / 9 + S)[1],
    "arcsinh": lambda np, x: np.arcsinh(x),
    "arctanh": lambda np, x: np.arctanh(x / 5),
    "arccosh": lambda np, x: np.arccosh(x + 5),
    "deg2rad": lambda np, x: np.sin(np.deg2rad(x)),
    "gradient": lambda np, x: np.gradient(x, axis=1) ** 2,
    "inner": lambda np, x: np.inner(x, x),
    "kron": lambda np, x: np.kron(x[:, :2], x[:2]),
}


@pytest.mark.parametrize("f", ORACLE.values(), ids=ORACLE)
def test_another_engine_agrees(f):
    value, pullback = vjp(lambda x: f(np, x), X)
    theirs, expected = autograd.make_vjp(lambda x: f(anp, x))(X)
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    u = np.cos(np.arange(float(np.size(value)))).reshape(np.shape(value))[()]
    np.testing.assert_allclose(pullback(u)[0], theirs(u), rtol=1e-10, atol=1e-14)
