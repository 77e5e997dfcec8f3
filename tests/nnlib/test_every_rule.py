"""Every registered rule, in both modes, once and twice: none can land without a sample, or with a wrong derivative."""

import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest

import nnlib
from nnlib.autodiff import grad, jvp, vjp
from nnlib.engine import numpy_linalg
from nnlib.engine.numpy_shapes import put_back
from nnlib.gradcheck import check_gradients
from nnlib.rules import operation, operations
from nnlib.trace import trace
from tests.nnlib.rule_samples import SAMPLES

for module in pkgutil.walk_packages(nnlib.__path__, "nnlib."):
    if module.name != "nnlib.plots":  # needs Matplotlib, and differentiates nothing
        importlib.import_module(module.name)

OPERATIONS = list(operations())

LINALG = {np.linalg.inv, numpy_linalg.solve, np.linalg.det, numpy_linalg.log_abs_det, numpy_linalg.sign_of_det}


def told_apart(f):
    """Say what a sample binds, such as an index or an axis, so that nobody has to count samples."""
    bound = " ".join(re.sub(r" at 0x\w+", "", repr(value)) for value in f.__defaults__ or ())
    return re.sub(r"\s+", " ", f" {bound}").rstrip()[:50]


CASES = [
    pytest.param(op.function, f, args, id=f"{op.name}-{i}{told_apart(f) if inspect.isfunction(f) else ''}")
    for op in OPERATIONS
    for i, (f, args) in enumerate(SAMPLES.get(op.function, []))
]


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
def test_there_is_a_rule_for_each_argument_and_a_sample(op):
    assert not op.missing(), f"{op.name} has no rule for {op.missing()}"
    assert op.function in SAMPLES, f"add samples of {op.name} to tests/nnlib/rule_samples.py"


@pytest.mark.parametrize(("function", "f", "args"), CASES)
def test_first_and_second_derivatives(function, f, args):
    check_gradients(f, *args, order=2)


@pytest.mark.parametrize(("function", "f", "args"), CASES)
def test_the_sample_uses_the_operation(function, f, args):
    used = [step.op for step in trace(f, *args)._steps if step.edges]
    assert operation(function) in used


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize(("function", "f", "args"), CASES)
def test_the_dtype_is_kept(function, f, args, dtype):
    args = [np.asarray(x, dtype)[()] for x in args]
    if dtype == np.float16 and function in LINALG:
        with pytest.raises(TypeError, match="float16 is unsupported in linalg"):
            f(*args)
        return
    y, tangent = jvp(f, args, args)
    again, pullback = vjp(f, *args)
    cotangents = pullback(np.ones_like(y))
    assert tangent.dtype == y.dtype == again.dtype
    assert [g.dtype for g in cotangents] == [dtype] * len(args)
    assert [g.shape for g in cotangents] == [x.shape for x in args]


@pytest.mark.parametrize(("extremum", "sign"), [(np.max, 1), (np.min, -1)])
def test_equal_extrema_share_the_derivative(extremum, sign):
    x = sign * np.array([[3.0, 1.0, 3.0], [2.0, 2.0, 2.0]])
    gradient = grad(lambda z: extremum(z, axis=1).sum())(x)
    np.testing.assert_allclose(gradient, [[0.5, 0, 0.5], [1 / 3, 1 / 3, 1 / 3]])


@pytest.mark.parametrize("extremum", [np.maximum, np.minimum])
def test_two_equal_arguments_share_the_derivative(extremum):
    assert grad(lambda z: extremum(z, 2.0))(2.0) == 0.5
    assert grad(lambda z: extremum(2.0, z))(2.0) == 0.5


def test_powers_at_the_edges_of_their_domain():
    assert grad(lambda x: x**0.0)(np.inf) == 0
    assert grad(lambda x: x**0.0)(0.0) == 0
    with np.errstate(invalid="ignore"):
        assert np.isnan(grad(lambda n: np.power(-2.0, n))(3.0))
    assert grad(lambda n: np.power(0.0, n))(3.0) == 0


def test_arguments_of_numpy_functions_may_be_named():
    x = np.array([-2.0, 0.5, 3.0])
    assert grad(lambda z: np.clip(z, a_min=-1, a_max=1).sum())(x).tolist() == [0, 1, 0]
    assert grad(lambda z: np.clip(a=z, a_min=-1, a_max=1).sum())(x).tolist() == [0, 1, 0]


def test_only_an_axis_of_length_one_is_squeezed():
    for length in (0, 2):
        with pytest.raises(ValueError, match="squeeze"):
            vjp(lambda z: np.squeeze(z, axis=0), np.ones((length, 3)))


@pytest.mark.parametrize(("g", "shape"), [((1,), (3,)), ((3,), (1, 3)), ((2,), (3,)), ((3, 3), (3,))])
def test_what_is_put_back_fits_its_place_without_broadcasting(g, shape):
    with pytest.raises(ValueError, match="does not fit the place of shape"):
        put_back(np.ones(g), slice(None), shape)


@pytest.mark.parametrize("index", [[0, 2, 2], ((0, 2, 2),), range(3), [True, True, True]])
@pytest.mark.parametrize("g", [(), (1,), (4,), (1, 3)])
def test_what_is_put_back_fits_the_positions_without_broadcasting(index, g):
    with pytest.raises(ValueError, match=r"does not fit the place of shape \(3,\)"):
        put_back(np.ones(g), index, (3,))
