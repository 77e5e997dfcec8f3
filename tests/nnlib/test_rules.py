"""The registry: how a call reaches a rule, and what it refuses."""

import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from nnlib import rules
from nnlib.rules import differentiable, operation, rule


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(rules, "_OPERATIONS", {})


class Follower:
    def __array_function__(self, function, types, args, kwargs):
        return function, types, args, kwargs


def layer(x, w, b=None, stride=1, *, padding="valid"):
    """Docstring."""
    return x * w


def test_a_traced_argument_takes_the_call_over():
    f = differentiable("x", "w", "b")(layer)
    follower = Follower()
    assert f(2, 3) == 6
    assert f(2, follower, stride=2) == (f, (Follower,), (2, follower), {"stride": 2})
    assert f(2, w=follower) == (f, (Follower,), (2,), {"w": follower})
    assert f.__name__ == "layer"
    assert f.__doc__ == "Docstring."


def test_binding_separates_arrays_from_options_however_they_are_passed():
    f = differentiable("x", "w", "b")(layer)
    options = {"stride": 1, "padding": "valid"}
    assert operation(f).bind((1, 2), {}) == ([1, 2, None], options)
    assert operation(f).bind((1,), {"b": 3, "w": 2, "padding": "same"}) == ([1, 2, 3], options | {"padding": "same"})
    with pytest.raises(TypeError, match="missing a required argument"):
        operation(f).bind((1,), {})


def test_any_number_of_arrays():
    @differentiable("*arrays")
    def join(*arrays, axis=0):
        return np.concatenate(arrays, axis)

    rule(join, "*arrays", jvp=lambda v, y, *arrays, axis, position: position, vjp=lambda g, *_, **__: g)
    assert operation(join).bind((1, 2, 3), {}) == ([1, 2, 3], {"axis": 0})
    assert operation(join).rules[2].jvp(None, None, axis=0) == 2


def test_a_rule_needs_a_registered_argument_and_both_modes():
    f = differentiable("x")(layer)
    with pytest.raises(ValueError, match=r"not differentiable in 'w'; registered arguments: \('x',\)"):
        rule(f, "w", partial=abs)
    with pytest.raises(ValueError, match="mark the function with @differentiable"):
        rule(layer, "x", partial=abs)
    every = {"jvp": abs, "vjp": abs, "partial": abs}
    for incomplete in (
        {},
        {"jvp": abs},
        {"vjp": abs},
        {"jvp": abs, "partial": abs},
        {"vjp": abs, "partial": abs},
        every,
    ):
        with pytest.raises(ValueError, match="needs both jvp and vjp, or partial alone"):
            rule(f, "x", **incomplete)
    rule(f, "x", partial=abs)
    assert operation(f).rules[0].partial is abs


def test_what_is_registered_cannot_be_changed_by_accident():
    with pytest.raises(FrozenInstanceError):
        operation_of_layer().function = abs
    with pytest.raises(FrozenInstanceError):
        rules.Rule().jvp = abs


def operation_of_layer():
    return operation(differentiable("x")(layer))


def test_missing_rules_are_named():
    f = differentiable("x", "w", "b")(layer)
    assert operation(f).missing() == ["x", "w", "b"]
    rule(f, "w", partial=abs)
    assert operation(f).missing() == ["x", "b"]
    assert operation(f).name == "layer"


def test_an_operation_can_be_a_key():
    first, second = (operation(differentiable("x")(function)) for function in (layer, layer))
    assert {first: 1, second: 2}[first] == 1
    assert first != second


def test_arrays_that_may_only_be_given_by_position():
    @differentiable("x")
    def half(x, /, *, low=0, high=1):
        return x / 2 + low

    op = operation(half)
    assert op.call(*op.bind((6,), {"low": 1})) == 4
    with pytest.raises(TypeError, match="too many positional arguments"):
        op.bind((6, 5), {"high": 2})


def test_a_function_that_is_differentiable_in_its_second_argument_alone():
    @differentiable("factor")
    def scaled(x, factor):
        return 10 * x + factor

    op = operation(scaled)
    assert op.bind((1, 2), {}) == ([2], {"x": 1})
    assert op.call([2], {"x": 1}) == 12


@pytest.mark.parametrize("names", [(), ("z",), ("x", "*rest"), ("*rest", "x"), ("rest",), ("*x",)])
def test_the_names_of_the_differentiable_arguments_are_those_of_the_signature(names):
    def join(x, *rest, axis: int = 0):
        pass

    with pytest.raises(ValueError, match="needs the names of its differentiable arguments, got ") as refused:
        differentiable(*names)(join)
    assert str(refused.value).endswith(f"got {names}; its arguments are x, *rest, axis; one with a star stands alone")
    with pytest.raises(ValueError, match=r"<ufunc 'sin'> needs the names of its differentiable arguments, got \(\)$"):
        rules.register(np.sin)
    assert operation(differentiable("*rest")(join)).variadic


def test_unbroadcasting_sums_over_what_was_copied():
    g = np.arange(24.0).reshape(2, 3, 4)
    np.testing.assert_array_equal(rules.unbroadcast(g, np.zeros((2, 3, 4))), g)
    np.testing.assert_array_equal(rules.unbroadcast(g, np.zeros(4)), g.sum(axis=(0, 1)))
    np.testing.assert_array_equal(rules.unbroadcast(g, np.zeros((3, 1))), g.sum(axis=(0, 2))[:, None])
    np.testing.assert_array_equal(rules.unbroadcast(g, np.zeros((1, 3, 4))), g.sum(axis=0)[None])
    assert rules.unbroadcast(g, 0.0) == g.sum()
    for shape in ((0, 4), (3, 0, 1), (1, 0, 4), (3, 1, 4)):
        assert rules.unbroadcast(np.zeros((2, 3, 0, 4)), np.zeros(shape)).tolist() == np.zeros(shape).tolist()


@pytest.mark.parametrize(
    ("cotangent", "shape"),
    [
        ((3,), (2,)), ((2,), (3,)), ((2, 3), (4, 1)), ((4, 3), (2, 1)), ((2, 3, 5), (3, 2, 1)), ((3,), (0,)),
        ((), (1,)), ((3,), (1, 3)), ((3,), (3, 1)), ((3,), (1, 1, 3)), ((3,), (2, 3)), ((2, 3), (1, 1, 2, 3)),
    ],
)  # fmt: skip
def test_only_a_shape_that_broadcasts_can_be_summed_back(cotangent, shape):
    message = f"shape {shape} does not broadcast to {cotangent}, so nothing can be summed back"
    with pytest.raises(ValueError, match=re.escape(message)):
        rules.unbroadcast(np.ones(cotangent), np.ones(shape))


def test_an_argument_given_twice_is_refused():
    f = differentiable("x", "w", "b")(layer)
    with pytest.raises(TypeError, match="multiple values for argument 'x'"):
        operation(f).bind((1, 2, 3, 4), {"x": 5, "padding": "same"})
    with pytest.raises(TypeError, match="multiple values for argument 'x'"):
        operation(f).bind((1,), {"x": 1, "w": 2, "b": 3, "stride": 4, "padding": "same"})
    with pytest.raises(TypeError, match="multiple values for argument 'x'"):
        operation(f).bind((1, 2), {"x": 5})
    with pytest.raises(TypeError, match="unexpected keyword argument 'dilation'"):
        operation(f).bind((1, 2), {"dilation": 5})
    with pytest.raises(TypeError, match="too many positional arguments"):
        operation(f).bind((1, 2, 3, 4, 5), {})


def test_a_rule_is_registered_by_name_too():
    f = differentiable("x", "w", "b")(layer)
    rule(function=f, array="w", partial=abs)
    assert operation(f).rules[1].partial is abs
    with pytest.raises(TypeError, match="positional"):
        rule(f, "w", abs, abs)
