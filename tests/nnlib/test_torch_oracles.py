"""PyTorch's recorded values and gradients, compared with nnlib's; and recomputed where PyTorch is installed."""

import importlib
import importlib.util

import numpy as np
import pytest

from nnlib.activations import relu
from nnlib.autodiff import grad, jvp, vjp
from tests.nnlib.oracles.make_oracles import MODULES, ask_torch, cases, from_json, read, to_json

TORCH = importlib.util.find_spec("torch") is not None
RECORDED = {module: read(module)["cases"] for module in MODULES}
CASES = [
    pytest.param(module, case, id=f"{case['function']}-{i}")
    for module, recorded in RECORDED.items()
    for i, case in enumerate(recorded)
]


def call(module, case):
    """Return nnlib's function of the arrays of a case."""
    options = case["options"] | ({"axis": tuple(axis)} if isinstance(axis := case["options"].get("axis"), list) else {})
    function = getattr(importlib.import_module(f"nnlib.{module}"), case["function"])
    names = list(case["arguments"])
    return lambda *arrays: function(**dict(zip(names, arrays, strict=True)), **options)


def close(ours, theirs):
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    eps = np.finfo(theirs.dtype).eps
    scale = max(1.0, float(np.abs(theirs).max(initial=0)))
    np.testing.assert_allclose(ours, theirs, rtol=200 * eps, atol=8 * eps * scale)


@pytest.mark.parametrize(("module", "case"), CASES)
def test_values_and_gradients(module, case):
    f = call(module, case)
    arrays = list(case["arguments"].values())
    value, pullback = vjp(f, *arrays)
    close(np.asarray(value), case["value"])
    close(np.asarray(f(*arrays)), case["value"])
    gradients = pullback(case["cotangent"])
    for ours, theirs in zip(gradients, case["gradients"].values(), strict=True):
        close(np.asarray(ours), theirs)
    tangent = jvp(f, arrays, arrays)[1]
    expected = sum(np.sum(g.astype(float) * x) for g, x in zip(case["gradients"].values(), arrays, strict=True))
    eps = float(np.finfo(value.dtype).eps)
    terms = sum(float(np.abs(g * x).sum()) for g, x in zip(case["gradients"].values(), arrays, strict=True))
    assert np.sum(tangent.astype(float) * case["cotangent"]) == pytest.approx(expected, abs=100 * eps * (1 + terms))


@pytest.mark.parametrize("module", MODULES)
def test_the_recording_is_complete(module):
    assert read(module)["made by"] == "torch 2.13.0"
    recorded = RECORDED[module]
    expected = list(cases(module))
    assert [case["function"] for case in recorded] == [case["function"] for case in expected]
    for ours, theirs in zip(recorded, expected, strict=True):
        for name, x in theirs["arguments"].items():
            np.testing.assert_allclose(ours["arguments"][name], x, rtol=1e-6)
        np.testing.assert_allclose(ours["cotangent"], theirs["cotangent"], rtol=1e-6)


@pytest.mark.parametrize(("module", "case"), CASES if TORCH else [])  # skipped where there is no PyTorch to ask
def test_the_recording_is_what_torch_says(module, case):
    asked = ask_torch(case | {"options": dict(case["options"])})
    close(asked["value"], case["value"])
    for name, gradient in case["gradients"].items():
        close(asked["gradients"][name], gradient)


def test_the_one_deliberate_difference():
    """At its kink PyTorch gives ReLU the derivative 0, one of the subgradients; nnlib the symmetric derivative."""
    assert grad(relu)(0.0) == 0.5
    if TORCH:
        case = {"function": "relu", "arguments": {"x": np.zeros(1)}, "options": {}, "cotangent": np.ones(1)}
        assert ask_torch(case)["gradients"]["x"] == 0


def test_numbers_survive_the_file():
    for x in (np.float32([0.1, np.inf, -0.0]), np.zeros((0, 3)), np.array(1 / 3)):
        again = from_json(to_json(x))
        np.testing.assert_array_equal(again, x)
        assert (again.dtype, again.shape) == (x.dtype, x.shape)
