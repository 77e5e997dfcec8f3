"""The page of what can be differentiated: complete, true, and helpful where something is missing."""

from __future__ import annotations

import ast
import math
import re
from typing import Any

import numpy as np
import pytest

from book import derivatives
from nnlib.autodiff import grad, supported, vjp
from nnlib.engine.numpy_composed import COMPOSED, LOCALLY_CONSTANT
from nnlib.engine.traced import Traced, name_of
from nnlib.gradcheck import check_gradients
from nnlib.rules import operations
from tests.nnlib.public import MODULES, public
from tools.paths import CHAPTERS

PAGE = (CHAPTERS / "differentiable.md").read_text(encoding="utf-8")
LISTED = {kind: list(calls) for kind, calls in supported().items()}


def test_the_page_shows_every_list() -> None:
    assert sorted(re.findall(r"^```\{derivatives\} (\w+)$", PAGE, re.M)) == sorted(derivatives.LISTS)


@pytest.mark.parametrize("kind", derivatives.LISTS)
def test_a_list_shows_every_call(kind: str) -> None:
    text = derivatives.LISTS[kind]()
    assert all(call.partition("(")[0] in text for call in LISTED.get(kind, ["½, ½", "∞"]))


def test_every_registered_function_of_numpy_is_listed() -> None:
    homes = {op.function: getattr(op.function, "__module__", None) or "numpy" for op in operations()}
    functions = [function for function, home in homes.items() if home.startswith("numpy")]  # other tests register more
    names = {call.partition("(")[0] for kind in ("elementwise", "arrays", "constant") for call in LISTED[kind]}
    assert names == set(map(name_of, [*functions, *COMPOSED, *LOCALLY_CONSTANT]))


def test_the_listed_operations_of_nnlib_are_those_for_readers() -> None:
    names = {call.partition("(")[0] for call in LISTED["nnlib"]}
    assert names <= {f"nnlib.{module}.{name}" for module in MODULES for name in public(module)}
    assert {"nnlib.conv.conv2d", "nnlib.softmax.softmax"} <= names
    made = [name for module in MODULES for name in public(module) if f"`{name}`" in PAGE.partition("made of them")[2]]
    assert {"avg_pool2d", "conv1d"} <= set(made)


X = np.array([[0.5, 1.5], [2.5, 3.0]])


@pytest.mark.parametrize("call", LISTED["operators"])
def test_an_operator_can_be_differentiated(call: str) -> None:
    scope = {"y": X + 1, "index": (0, slice(None))}
    source = "np.stack([row for row in x])" if call.startswith("for") else call
    check_gradients(lambda x: eval(source, {"np": np, **scope, "x": x}), X, order=2)


def test_every_operator_of_arrays_is_listed_or_refused() -> None:
    """So that a new one finds its way onto the page."""
    listed = {"add", "sub", "mul", "truediv", "pow", "matmul", "mod", "neg", "pos", "abs", "getitem", "iter"}
    plain = {"floordiv", "divmod", "lt", "le", "gt", "ge", "eq", "ne", "bool", "len", "hash", "repr", "format"}
    refused = {"setitem", "delitem", "float", "int", "index", "complex", "array"}
    protocol = {"init", "init_subclass", "new", "array_ufunc", "array_function"}
    own = {name.strip("_") for name in vars(Traced) if hasattr(np.ndarray, name) and name.startswith("__")}
    python = {"doc", "module", "slots", "weakref", "dict", "deepcopy"}
    reflected = {name for name in own if name.startswith("r") and name[1:] in listed | plain}
    assert own - reflected - python - protocol == listed | plain | refused
    assert len(LISTED["operators"]) == len(listed)


@pytest.mark.parametrize("call", LISTED["methods"])
def test_a_method_gives_what_it_gives_for_plain_arrays(call: str) -> None:
    arguments = {"x.astype": (np.float64,), "x.clip": (1, 2), "x.dot": (X,), "x.reshape": (4,), "x.swapaxes": (0, 1)}
    arguments |= {"x.repeat": (2,), "x.take": (1,), "x.searchsorted": (1.0,)}
    seen = []

    def use(x: Any) -> Any:
        value = getattr(x[0] if call == "x.searchsorted" else x, call[2:])  # which takes a vector
        seen.append(value(*arguments.get(call, ())) if callable(value) else value)
        return x.sum()

    grad(use)(X)
    use(X)
    under, plain = seen
    np.testing.assert_array_equal(under.value if isinstance(under, Traced) else under, plain)


def slopes_nearby(function: Any, point: tuple[Any, ...], step: float) -> list[float]:
    """Return the slope on one side of a point, along each entry of each argument."""
    found = []
    for k, x in enumerate(point):
        for j in np.ndindex(np.shape(x)):
            unit = np.zeros(np.shape(x))
            unit[j] = step
            near, far = (np.sum(function(*point[:k], x + n * unit, *point[k + 1 :])) for n in (1, 2))
            found.append((far - near) / step)
    return found


KINKS = [(f, names, point) for functions, names, _, point in derivatives.KINKS for f in functions]


@pytest.mark.parametrize(
    ("function", "names", "point"), KINKS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_value_at_a_kink_is_the_mean_of_both_sides(function: Any, names: str, point: tuple[Any, ...]) -> None:
    with np.errstate(all="ignore"):
        found = np.concatenate([np.ravel(g) for g in vjp(lambda *x: np.sum(function(*x)), *point)[1](1.0)])
        mean = np.mean([slopes_nearby(function, point, step) for step in (1e-6, -1e-6)], axis=0)
    if "max_pool2d" in names:
        assert found.tolist() == [1, 0, 0, 0]
    elif "sqrt" in names:
        assert not np.isfinite(found).any()
    else:
        np.testing.assert_allclose(found, mean, atol=1e-9)


TABLE = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \|$", PAGE, re.M)
VALUES = {"x": np.array([0.5, 2.0, 1.2, 3.1]), "y": np.array([1.5, -1.0, 0.3, 2.0]), "A": X, "i": [2, 0, 2]}


def evaluate(source: str, name: str, value: Any) -> Any:
    return eval(source, {"np": np, "math": math, **VALUES, name: value})


@pytest.mark.parametrize(("missing", "instead"), TABLE)
def test_what_stands_instead_of_a_missing_function_gives_the_same_and_can_be_differentiated(
    missing: str, instead: str
) -> None:
    name = next(node.id for node in ast.walk(ast.parse(missing)) if isinstance(node, ast.Name) and node.id in "xyA")
    value = VALUES[name]
    np.testing.assert_allclose(evaluate(instead, name, value), evaluate(missing, name, value))
    check_gradients(lambda z: evaluate(instead, name, z), value, order=2)
    with pytest.raises((NotImplementedError, TypeError), match=r"has no derivative rule|cannot become a plain one"):
        grad(lambda z: np.sum(evaluate(missing, name, z)))(value)


def test_the_message_about_a_missing_function_names_this_page() -> None:
    with pytest.raises(NotImplementedError) as refused:
        grad(np.sort)(np.ones(2))
    title = re.search(r"^# (.*)$", PAGE, re.M)
    assert title
    assert f'the page "{title[1]}"' in str(refused.value)
    assert "nnlib.autodiff.supported()" in str(refused.value)
