"""What the transformations take beyond one array: argnums, has_aux, containers of every kind, and what is none."""

import copy
from collections import OrderedDict, namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

from nnlib.autodiff import grad, jacfwd, jacrev, jvp, stop_gradient, value_and_grad, vjp
from nnlib.gradcheck import check_gradients, numerical_jacobian

X, Y = np.array([1.0, 2, 3]), np.array([4.0, 5, 6])
Layer = namedtuple("Layer", "w b")


def product(x, y, scale=1.0):
    return np.sum(x * y**2) * scale


# argnums


def test_the_argument_to_differentiate_in_is_chosen():
    for argnums in (1, -1, np.int64(1)):
        np.testing.assert_allclose(grad(product, argnums)(X, Y), 2 * X * Y)
    first, second = grad(product, argnums=(0, 1))(X, Y, scale=2.0)
    np.testing.assert_allclose(first, 2 * Y**2)
    np.testing.assert_allclose(second, 4 * X * Y)
    second, first = grad(product, argnums=[1, 0])(X, Y)
    np.testing.assert_allclose(first, Y**2)
    value, (only,) = value_and_grad(product, argnums=(1,))(X, Y)
    assert value == product(X, Y)
    np.testing.assert_allclose(only, 2 * X * Y)


@pytest.mark.parametrize("jacobian", [jacfwd, jacrev])
def test_jacobians_in_several_arguments(jacobian):
    def f(x, y):
        return np.outer(x, y) @ y

    np.testing.assert_allclose(jacobian(f, argnums=1)(X, Y), numerical_jacobian(lambda y: f(X, y), Y), atol=1e-9)
    a, b = jacobian(f, argnums=(0, 1))(X, Y)
    np.testing.assert_allclose(a, jacobian(f)(X, Y))
    np.testing.assert_allclose(b, jacobian(f, 1)(X, Y))


@pytest.mark.parametrize("jacobian", [jacfwd, jacrev])
def test_jacobians_of_and_in_containers(jacobian):
    def f(p, x):
        return {"sum": p.w + p.b * x, "parts": (p.w @ x, [p.b])}

    p = Layer(X, np.float64(2))
    found = jacobian(f)(p, Y)
    assert found["sum"].w.tolist() == np.eye(3).tolist()
    assert found["sum"].b.tolist() == Y.tolist()
    assert found["parts"][0].w.tolist() == Y.tolist()
    assert found["parts"][0].b == 0
    assert found["parts"][1][0] == Layer(w=pytest.approx(np.zeros(3)), b=1)
    inner = jacobian(f, argnums=(1,))(p, Y)
    assert inner["parts"][0][0].tolist() == X.tolist()


@pytest.mark.parametrize("outer", [jacfwd, jacrev])
@pytest.mark.parametrize("inner", [jacfwd, jacrev, grad])
def test_second_derivatives_in_several_arguments(outer, inner):
    hessian = outer(inner(product, argnums=(0, 1)), argnums=(0, 1))(X, Y)
    np.testing.assert_allclose(hessian[0][0], np.zeros((3, 3)))
    np.testing.assert_allclose(hessian[0][1], np.diag(2 * Y))
    np.testing.assert_allclose(hessian[1][0], np.diag(2 * Y))
    np.testing.assert_allclose(hessian[1][1], np.diag(2 * X))


@pytest.mark.parametrize("transformation", [grad, value_and_grad, jacfwd, jacrev])
@pytest.mark.parametrize("argnums", ["x", 0.5, (), (0, 0), None, ("x",)])
def test_argnums_that_are_no_positions(transformation, argnums):
    with pytest.raises(TypeError, match="argnums must be the position of an argument, or different ones in a tuple"):
        transformation(product, argnums)


@pytest.mark.parametrize("transformation", [grad, value_and_grad, jacfwd, jacrev])
@pytest.mark.parametrize(("argnums", "args"), [(2, (X, Y)), (-3, (X, Y)), (1, (X,)), (0, ())])
def test_argnums_that_name_no_argument(transformation, argnums, args):
    with pytest.raises(ValueError, match=rf"no argument {argnums} of product .* gives {len(args)} by position"):
        transformation(product, argnums)(*args)


def test_an_argument_may_be_given_by_its_name():
    np.testing.assert_allclose(grad(product)(x=X, y=Y), Y**2)
    np.testing.assert_allclose(grad(product, 1)(X, y=Y, scale=3.0), 6 * X * Y)
    np.testing.assert_allclose(jacrev(np.sin)(x=X), np.diag(np.cos(X)))


# has_aux


def with_aux(x, y):
    z = x * y
    return np.sum(z * z), {"z": z, "what": "squares", "n": 3}


def test_what_else_a_function_returns_has_no_trace():
    z = X * Y
    for argnums in (0, (0,)):
        found, aux = grad(with_aux, argnums, has_aux=True)(X, Y)
        np.testing.assert_allclose(found if argnums == 0 else found[0], 2 * z * Y)
        assert type(aux["z"]) is np.ndarray
        assert (aux["z"].tolist(), aux["what"], aux["n"]) == (z.tolist(), "squares", 3)
    (value, aux), found = value_and_grad(with_aux, has_aux=True)(X, Y)
    assert (value, aux["what"]) == (np.sum(z * z), "squares")
    np.testing.assert_allclose(found, 2 * z * Y)
    y, tangent, aux = jvp(with_aux, (X, Y), (X, 0 * Y), has_aux=True)
    assert (y, tangent, aux["what"]) == (np.sum(z * z), np.sum(2 * z * Y * X), "squares")
    y, pullback, aux = vjp(with_aux, X, Y, has_aux=True)
    np.testing.assert_allclose(pullback(1.0)[1], 2 * z * X)
    assert aux["n"] == 3


@pytest.mark.parametrize("jacobian", [jacfwd, jacrev])
def test_jacobians_with_aux(jacobian):
    found, aux = jacobian(lambda x: (x * x, "seen"), has_aux=True)(X)
    assert (found.tolist(), aux) == (np.diag(2 * X).tolist(), "seen")
    found, aux = jacobian(lambda x: (x * x, x[:0]), has_aux=True)(X[:0])
    assert found.shape == (0, 0)
    assert type(aux) is np.ndarray


def test_aux_of_an_inner_level_is_followed_by_the_outer():
    def outer(x):
        slope, aux = grad(lambda z: (z * z * x, z * x), has_aux=True)(x)
        return slope + aux

    assert grad(outer)(3.0) == 4 * 3 + 2 * 3


@pytest.mark.parametrize(
    "transformed",
    [lambda f: grad(f, has_aux=True)(X), lambda f: jvp(f, (X,), (X,), has_aux=True), lambda f: vjp(f, X, has_aux=True)],
)
@pytest.mark.parametrize(("result", "got"), [(lambda x: x, "one array"), (lambda x: (x, x, x), "a tuple")])
def test_aux_needs_a_pair(transformed, result, got):
    def loss(x):
        return result(np.sum(x))

    with pytest.raises(TypeError, match=f"with has_aux=True loss must return a pair, .* got {got}"):
        transformed(loss)


def test_a_pair_without_has_aux_is_told_about_it():
    with pytest.raises(ValueError, match="one number, got shape a tuple; use jacrev or vjp; has_aux=True"):
        grad(lambda x: (np.sum(x), x))(X)


# Containers


def test_named_tuples_are_arguments_and_results():
    def loss(p, x):
        return np.sum((p.w * x + p.b) ** 2)

    p = Layer(X, 2.0)
    found = grad(loss)(p, Y)
    assert type(found) is Layer
    np.testing.assert_allclose(found.w, 2 * (X * Y + 2) * Y)
    assert grad(lambda p: p.w)(namedtuple("One", "w")(3.0)).w == 1
    value, tangent = jvp(lambda x: Layer(x, x * x), (3.0,), (1.0,))
    assert (value, tangent) == (Layer(3, 9), Layer(1, 6))
    value, pullback = vjp(lambda x: Layer(x, [x * x]), 3.0)
    assert value == Layer(3, [9])
    assert pullback(Layer(1.0, [1.0])) == (7,)
    nested = {"layers": [Layer(X, np.zeros(3)), Layer(Y, np.ones(3))]}
    found = grad(lambda q: sum(np.sum(layer.w * layer.b) for layer in q["layers"]))(nested)
    assert found["layers"][1].b.tolist() == Y.tolist()
    with pytest.raises(ValueError, match="a Layer of 2 at the place of a tuple of 2"):
        jvp(loss, (p, Y), ((X, 1.0), Y))


def test_none_in_a_container_stands_for_nothing():
    def loss(p):
        return np.sum(p["w"] * X if p["b"] is None else p["w"] * X + p["b"])

    found = grad(loss)({"w": Y, "b": None})
    assert (found["w"].tolist(), found["b"]) == (X.tolist(), None)
    assert vjp(lambda x: (x, None), 2.0)[0] == (2, None)
    assert vjp(lambda x: (x, None), 2.0)[1]((3.0, None)) == (3,)
    assert jacrev(lambda x: {"y": x, "no": None})(2.0) == {"y": 1, "no": None}
    with pytest.raises(ValueError, match="None at the place of an array"):
        jvp(loss, ({"w": Y, "b": None},), ({"w": Y, "b": X},))


def test_a_kind_of_dict_stays_one():
    found = grad(lambda p: p["a"] * p["b"])(OrderedDict(a=2.0, b=3.0))
    assert type(found) is OrderedDict
    assert found == {"a": 3, "b": 2}


@dataclass
class Config:
    rate: float = 0.1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: grad(product)(Config(), Y), "x must hold real numbers, .* got an object of type Config"),
        (lambda: grad(product, 1)(X, "a"), "y must hold real numbers"),
        (lambda: grad(product, 1)(X, None), "y must hold real numbers, .* got None"),
        (lambda: vjp(product, X, {"w": [X, 1j]}), r"y\['w'\]\[1\] must hold real numbers"),
        (lambda: jvp(product, (Layer(X, "b"), Y), (Layer(X, X), Y)), r"x\.b must hold real numbers"),
        (lambda: jacfwd(lambda *z: z[0])(Config()), "argument 0 must hold real numbers"),
        (lambda: jvp(np.sin, (X,), (Config(),)), "the tangent must hold real numbers"),
        (lambda: vjp(np.sin, X)[1]("u"), "the cotangent must hold real numbers"),
        (lambda: vjp(product, {"a": [[1.0], [1.0, 2.0]]}, {1, 2}), "y must hold real numbers"),
    ],
)
def test_what_is_no_array_is_named_as_in_the_program(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def forgotten(x):
    np.sum(x)


@pytest.mark.parametrize(
    "call",
    [
        lambda: grad(forgotten)(X),
        lambda: value_and_grad(forgotten)(X),
        lambda: jacfwd(forgotten)(X),
        lambda: jacrev(forgotten)(X),
        lambda: jvp(forgotten, (X,), (X,)),
        lambda: vjp(forgotten, X),
        lambda: grad(lambda x: (forgotten(x), x), has_aux=True)(X),
    ],
)
def test_a_function_that_returns_nothing_is_told_so(call):
    with pytest.raises(TypeError, match="(forgotten|the function) returned None; .* ends with return"):
        call()


def test_checks_tell_it_too():
    with pytest.raises(TypeError, match="f returned None"):
        numerical_jacobian(forgotten, X)
    with pytest.raises(TypeError, match="forgotten returned None"):
        check_gradients(forgotten, X)


@pytest.mark.parametrize("call", [lambda f: grad(f)(X), lambda f: jvp(f, (X,), (X,)), lambda f: vjp(f, X)])
def test_a_result_that_is_no_number_is_named(call):
    def loss(x):
        return "much"

    with pytest.raises(TypeError, match="what loss returned must hold real numbers"):
        call(loss)


# The plain value


def test_a_value_is_formatted_and_kept():
    seen = []

    def loss(x):
        y = np.sum(x * x)
        seen.extend([f"{y:.3f}", f"{y}", float(stop_gradient(y)), stop_gradient({"x": [x, 2]}), round(y, 1)])
        return y

    assert grad(loss)(X).tolist() == [2, 4, 6]
    jvp(loss, (X,), (X,))
    assert seen[:3] == ["14.000", "Node(14.0)", 14.0]
    assert seen[3]["x"][0].tolist() == X.tolist()
    assert type(seen[3]["x"][0]) is np.ndarray
    assert seen[5:8] == ["14.000", "Dual(14.0)", 14.0]


def test_a_stopped_value_is_a_constant_at_every_level_and_may_be_changed():
    def f(x):
        kept = stop_gradient(x)
        kept += 1
        return np.sum(x * x * kept)

    assert grad(f)(X).tolist() == (2 * X * (X + 1)).tolist()
    assert grad(lambda x: grad(lambda z: z * stop_gradient(x) * x)(1.0))(3.0) == 3
    assert stop_gradient(2.0) == 2.0
    assert stop_gradient((X, None))[0].tolist() == X.tolist()


def test_a_running_mean_is_kept_from_call_to_call():
    state = {"mean": np.zeros(3)}

    def loss(x):
        state["mean"] = 0.9 * state["mean"] + 0.1 * stop_gradient(x)
        return np.sum((x - state["mean"]) ** 2)

    grad(loss)(X)
    grad(loss)(X)
    np.testing.assert_allclose(state["mean"], 0.19 * X)


def test_a_deep_copy_is_the_value():
    def chain(x):
        for _ in range(3000):
            x = x * 1.0
        return copy.deepcopy(x) + copy.copy(x)

    assert grad(chain)(2.0) == 2
