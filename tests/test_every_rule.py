"""Every registered rule, in both modes, once and twice: none can land without a sample, or with a wrong derivative."""

import importlib
import pkgutil

import numpy as np
import pytest
from rule_samples import SAMPLES

import nnlib
from nnlib.autodiff import jvp, vjp
from nnlib.gradcheck import check_gradients
from nnlib.rules import operation, operations
from nnlib.trace import trace

for module in pkgutil.iter_modules(nnlib.__path__):
    if module.name != "plots":  # needs Matplotlib, and differentiates nothing
        importlib.import_module(f"nnlib.{module.name}")

OPERATIONS = list(operations())
CASES = [
    pytest.param(op.function, f, args, id=f"{op.name}-{i}")
    for op in OPERATIONS
    for i, (f, args) in enumerate(SAMPLES.get(op.function, []))
]


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
def test_there_is_a_rule_for_each_argument_and_a_sample(op):
    assert not op.missing(), f"{op.name} has no rule for {op.missing()}"
    assert op.function in SAMPLES, f"add samples of {op.name} to tests/rule_samples.py"


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
    y, tangent = jvp(f, args, args)
    again, pullback = vjp(f, *args)
    cotangents = pullback(np.ones_like(y))
    assert tangent.dtype == y.dtype == again.dtype
    assert [g.dtype for g in cotangents] == [dtype] * len(args)
    assert [g.shape for g in cotangents] == [x.shape for x in args]
