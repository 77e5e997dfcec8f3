"""`nnlib.conv`, `nnlib.conv_transpose` and `nnlib.pooling` against PyTorch: recorded everywhere, live where it is.

The recorded values come from tests/nnlib/oracles/make_conv_oracles.py. Sums of eighths are exact, so the comparison is,
too: every entry of every output and gradient, in three precisions. Averages are compared to the last digits.
"""

import json

import numpy as np
import pytest

from nnlib.autodiff import vjp
from nnlib.conv import conv1d, conv2d
from nnlib.conv_transpose import conv_transpose1d, conv_transpose2d
from nnlib.pooling import avg_pool2d, max_pool2d
from tests.nnlib.oracles.make_conv_oracles import EXACT, PATH, arguments, by_torch, cases, made_up, options

RECORDED = json.loads(PATH.read_text(encoding="utf-8"))
FUNCTIONS = {f.__name__: f for f in (conv1d, conv2d, conv_transpose1d, conv_transpose2d, max_pool2d, avg_pool2d)}
DTYPES = "float16", "float32", "float64"


def by_nnlib(case, dtype):
    given = {name: value.astype(dtype) for name, value in arguments(case).items()}
    y, pullback = vjp(lambda *values: FUNCTIONS[case["name"]](*values, **options(case)), *given.values())
    gradients = pullback(made_up(list(y.shape), 4).astype(dtype))
    return {"y": y} | dict(zip(given, gradients, strict=True))


def recorded(case):
    for name, value in case["values"].items():
        flat = np.array(value["units"]) / RECORDED["unit"] if case["name"] in EXACT else np.array(value["values"])
        yield name, flat.reshape(value["shape"])


def test_the_file_holds_every_case_and_nothing_else():
    held = [{name: value for name, value in case.items() if name != "values"} for case in RECORDED["cases"]]
    assert held == list(cases())
    assert RECORDED["torch"] == "2.13.0"
    numbers = sum(value.size for case in RECORDED["cases"] for _, value in recorded(case))
    assert len(DTYPES) * numbers > 100_000


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_entry_is_the_recorded_one(name, dtype):
    for case in RECORDED["cases"]:
        if case["name"] == name:
            ours = by_nnlib(case, dtype)
            for key, value in recorded(case):
                assert ours[key].dtype == dtype
                if name in EXACT:
                    np.testing.assert_array_equal(ours[key], value.astype(dtype), err_msg=f"{key} of {case['options']}")
                else:
                    np.testing.assert_allclose(ours[key], value, rtol=0, atol=4 * float(np.finfo(dtype).eps))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_recorded_values_are_those_of_the_installed_pytorch(name):
    pytest.importorskip("torch")
    for case in RECORDED["cases"]:
        if case["name"] == name:
            theirs = by_torch(case, "float64")
            for key, value in recorded(case):
                np.testing.assert_array_equal(theirs[key], value)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_layers_of_everyday_sizes_agree_with_the_installed_pytorch(dtype):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    for (shape, kernel), (stride, padding, dilation) in zip(
        [((16, 1, 28, 28), (8, 1, 5, 5)), ((4, 32, 32, 32), (64, 32, 3, 3)), ((2, 64, 56, 56), (64, 64, 3, 3))] * 2,
        [(1, 0, 1), (1, "same", 1), (2, 1, 1), (2, 2, 1), (1, 2, 2), (1, 0, 3)],
        strict=True,
    ):
        x, w, b = (rng.normal(size=size).astype(dtype) for size in (shape, kernel, kernel[:1]))
        y, pullback = vjp(lambda *given: conv2d(*given, stride, padding, dilation), x, w, b)  # noqa: B023
        g = rng.normal(size=y.shape).astype(dtype)
        given = [torch.tensor(value, requires_grad=True) for value in (x, w, b)]
        theirs = torch.nn.functional.conv2d(*given, stride, padding, dilation)
        theirs.backward(torch.tensor(g))
        for one, other in zip((y, *pullback(g)), (theirs.detach(), *(value.grad for value in given)), strict=True):
            scale = float(np.abs(one).max())
            np.testing.assert_allclose(one, other.numpy(), rtol=0, atol=30 * float(np.finfo(dtype).eps) * scale)
