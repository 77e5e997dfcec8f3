"""Both networks: their gradients against PyTorch, automatic differentiation and differences; the step; bad input."""

import ast
import copy
import importlib.util

import numpy as np
import pytest

from nnlib.autodiff import grad
from nnlib.gradcheck import directional_derivative, numerical_gradient
from nnlib.losses import cross_entropy
from nnlib.models import (
    cnn_backward,
    cnn_forward,
    cnn_init,
    mlp_backward,
    mlp_forward,
    mlp_init,
)
from nnlib.softmax import softmax
from nnlib.training import mean_cross_entropy, mean_squared_error, sgd_step
from tests.chapters.parts import parts
from tests.nnlib.oracles.make_digits_oracle import CASES, TARGET, on_the_page, pytorch, start
from tools.paths import CHAPTERS

NETWORKS = {"mlp": (mlp_forward, mlp_backward), "cnn": (cnn_forward, cnn_backward)}
LOSSES = {"cross-entropy": mean_cross_entropy, "squared error": mean_squared_error}

every_case = pytest.mark.parametrize(("network", "activation", "loss"), CASES)
every_pair = pytest.mark.parametrize(
    ("network", "activation", "loss"),
    [(n, a, k) for n in NETWORKS for a in ("softplus", "relu") for k in LOSSES],
)


def by_hand(network, activation, loss):
    forward, backward = NETWORKS[network]
    params, x, labels = start(network)
    scores, kept = forward(params, x, activation)
    value, g = LOSSES[loss](scores, labels)
    return {"loss": value} | backward(params, kept, g)


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert np.shape(ours[name]) == np.shape(theirs[name])
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-10, err_msg=name)
        assert np.max(np.abs(theirs[name])) > 1e-4  # a comparison with zeros would say nothing


@every_case
def test_every_gradient_is_the_one_that_pytorch_recorded(network, activation, loss):
    with np.load(TARGET) as recorded:
        assert str(recorded["version"]).startswith("2.13.0")
        prefix = f"{network}/{activation}/{loss}/"
        theirs = {name.removeprefix(prefix): recorded[name] for name in recorded if name.startswith(prefix)}
    assert_same(by_hand(network, activation, loss), theirs)


def test_the_numbers_that_the_chapter_quotes_are_the_ones_that_pytorch_recorded():
    cell = next(source for source in parts(CHAPTERS / "digits.md")[0] if source.startswith("recorded = "))
    quoted = ast.literal_eval(ast.parse(cell).body[0].value)
    with np.load(TARGET) as recorded:
        np.testing.assert_allclose(quoted, recorded["on the page"], rtol=0, atol=1e-12)
    if importlib.util.find_spec("torch"):
        np.testing.assert_allclose(quoted, on_the_page(), rtol=0, atol=1e-12)


@every_pair
def test_every_gradient_is_pytorchs_where_it_is_installed(network, activation, loss):
    pytest.importorskip("torch")
    assert_same(by_hand(network, activation, loss), pytorch(network, activation, loss))


def risk(network, activation, loss, x, labels):
    def of(params):
        scores, _ = NETWORKS[network][0](params, x, activation)
        return cross_entropy(scores, labels).mean() if loss == "cross-entropy" else squares(scores, labels)

    return of


def squares(scores, labels):
    p = softmax(scores)
    return ((p - np.eye(10)[labels]) ** 2).sum() / len(labels)


@every_pair
def test_every_gradient_against_automatic_differentiation(network, activation, loss):
    params, x, labels = start(network)
    ours = by_hand(network, activation, loss)
    del ours["loss"]
    assert_same(ours, grad(risk(network, activation, loss, x, labels))(params))


@every_pair
def test_every_gradient_against_differences(network, activation, loss):
    params, x, labels = start(network)
    ours, rng = by_hand(network, activation, loss), np.random.default_rng(1)
    value = risk(network, activation, loss, x, labels)
    for name, part in params.items():
        direction = 0.01 * rng.normal(size=part.shape)  # short, so that no rectifier's kink is near

        def along(p, name=name):
            return value(params | {name: p})

        slope = directional_derivative(along, part, direction)
        if activation == "relu":
            h = 1e-4
            slope = (along(part + h * direction) - along(part - h * direction)) / (2 * h)
        assert np.sum(ours[name] * direction) == pytest.approx(slope, rel=1e-6), name


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_against_their_definitions(loss):
    rng = np.random.default_rng(2)
    scores, labels = rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    expected = {
        "cross-entropy": -np.log(p[np.arange(4), labels]).mean(),
        "squared error": np.mean([((row - np.eye(3)[y]) ** 2).sum() for row, y in zip(p, labels, strict=True)]),
    }[loss]
    value, gradient = LOSSES[loss](scores, labels)
    assert value == pytest.approx(expected, rel=1e-14)
    np.testing.assert_allclose(gradient, numerical_gradient(lambda s: LOSSES[loss](s, labels)[0], scores), atol=1e-10)


def test_initial_weights():
    for params in (mlp_init(np.random.default_rng(3), (64, 400, 10)), cnn_init(np.random.default_rng(3), (200, 16))):
        for part in params.values():
            assert part.dtype == np.float64
            if part.ndim == 1:
                assert not part.any()
            else:
                assert np.std(part) == pytest.approx(np.sqrt(2 / np.prod(part.shape[1:])), rel=0.06)
    same = [mlp_init(np.random.default_rng(4)) for _ in range(2)]
    assert all(np.array_equal(same[0][name], same[1][name]) for name in same[0])
    assert {name: part.shape for name, part in cnn_init(np.random.default_rng(0)).items()} == {
        "K1": (8, 1, 3, 3),
        "b1": (8,),
        "K2": (16, 8, 3, 3),
        "b2": (16,),
        "W3": (10, 256),
        "b3": (10,),
    }


def test_sgd_step():
    params, gradients = {"W": np.array([[1.0, 2]]), "b": np.array([3.0])}, {"W": np.array([[10.0, 20]]), "b": [30.0]}
    before = copy.deepcopy(params)
    after = sgd_step(params, gradients, 0.1, penalty=0.5)
    np.testing.assert_allclose(after["W"], [[1 - 0.1 * (10 + 1), 2 - 0.1 * (20 + 2)]])
    np.testing.assert_allclose(after["b"], [3 - 0.1 * (30 + 3)])
    assert all(np.array_equal(params[name], before[name]) for name in params)


@pytest.mark.parametrize("network", NETWORKS)
def test_arguments_stay_as_they_are(network):
    forward, backward = NETWORKS[network]
    params, x, labels = start(network)
    before = copy.deepcopy((params, x))
    scores, kept = forward(params, x)
    _, g = mean_cross_entropy(scores, labels)
    inside = copy.deepcopy((kept, g))
    backward(params, kept, g)
    np.testing.assert_equal((params, x), before)
    np.testing.assert_equal((kept, g), inside)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mlp_forward(start("mlp")[0], np.ones((2, 63))), r"\(n, 64\).*\(2, 63\)"),
        (lambda: cnn_forward(start("cnn")[0], np.ones((2, 8, 8))), r"\(n, 1, 8, 8\); got \(2, 8, 8\)"),
        (lambda: mlp_forward(start("mlp")[0], np.ones((2, 64)), "tanh"), "'softplus', 'relu'; got 'tanh'"),
        (lambda: mlp_init(np.random.default_rng(0), (64, 0, 10)), "integers of at least 1"),
        (lambda: cnn_init(np.random.default_rng(0), (8, -1)), "integers of at least 1"),
        (lambda: mean_cross_entropy(np.ones((0, 3)), []), r"n > 0; got \(0, 3\)"),
        (lambda: mean_squared_error(np.ones((2, 3)), [0, 3]), "from 0 to 2"),
        (lambda: sgd_step({"W": np.ones(2)}, {"W": np.ones(3)}, 0.1), r"\(2,\).*\(3,\)"),
        (lambda: sgd_step({"W": np.ones(2)}, {"V": np.ones(2)}, 0.1), "same names"),
        (lambda: sgd_step({}, {}, -0.1), "learning_rate must be > 0"),
        (lambda: sgd_step({}, {}, 0.1, -1), "penalty >= 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("shape", [(2, 3), (2, 5), (4,), (2, 4, 1)])
def test_rows_of_another_length_are_refused(shape):
    params = mlp_init(np.random.default_rng(0), (4, 3, 2))
    with pytest.raises(ValueError, match=r"x must have shape \(n, 4\)"):
        mlp_forward(params, np.zeros(shape))


@pytest.mark.parametrize("shape", [(1, 8, 8), (2, 1, 8, 7), (2, 1, 9, 8), (2, 2, 8, 8), (2, 1, 8, 8, 1)])
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"x must have shape \(n, 1, 8, 8\)"):
        cnn_forward(cnn_init(np.random.default_rng(0), (1, 1), 2), np.zeros(shape))


def test_sizes_of_one_are_the_smallest():
    rng = np.random.default_rng(0)
    assert {name: part.shape for name, part in mlp_init(rng, (1, 1, 1)).items()} == {
        "W1": (1, 1), "b1": (1,), "W2": (1, 1), "b2": (1,)
    }  # fmt: skip
    assert cnn_init(rng, (1, 1), 1)["W3"].shape == (1, 16)
    for sizes in ((0, 1, 1), (1, 0, 1), (1, 1, 0), (1, 1), (1, 1, 1, 1)):
        with pytest.raises(ValueError, match="sizes must be 3 integers of at least 1"):
            mlp_init(rng, sizes)
    assert mlp_init(rng)["W1"].shape == (32, 64)
    assert mlp_init(rng)["W2"].shape == (10, 32)
    shapes = {name: part.shape for name, part in cnn_init(rng).items()}
    assert shapes == {
        "K1": (8, 1, 3, 3), "b1": (8,), "K2": (16, 8, 3, 3), "b2": (16,), "W3": (10, 256), "b3": (10,)
    }  # fmt: skip


def test_the_limits_of_a_step():
    one = {"w": np.ones(2)}
    assert sgd_step(one, one, 1e-9)["w"].shape == (2,)
    np.testing.assert_allclose(sgd_step(one, one, 0.5, 0.25)["w"], 1 - 0.5 * 1.5)
    for learning_rate, penalty in ((0, 0), (-1, 0), (1, -1e-9), (np.nan, 0), (1, np.nan), (np.inf, 0), (1, np.inf)):
        with pytest.raises(ValueError, match="learning_rate must be > 0 and penalty >= 0"):
            sgd_step(one, one, learning_rate, penalty)
    with pytest.raises(TypeError, match=r"params\['w'\] must hold real numbers"):
        sgd_step({"w": np.ones(2, complex)}, one, 1)
    with pytest.raises(TypeError, match=r"gradients\['w'\] must hold real numbers"):
        sgd_step(one, {"w": np.ones(2, complex)}, 1)
    for other in ({"w": np.ones(3)}, {"w": np.ones(1)}, {"v": np.ones(2)}, {}, one | {"v": np.ones(1)}):
        with pytest.raises(ValueError, match="the same names and shapes"):
            sgd_step(one, other, 1)
    for shape in ((0, 2), (2,), (1, 2, 2)):
        with pytest.raises(ValueError, match=r"scores must have shape \(n, K\) with n > 0"):
            mean_cross_entropy(np.zeros(shape), [0])
    assert mean_cross_entropy(np.zeros((1, 2)), [1])[0] == pytest.approx(np.log(2))


def test_without_a_penalty_only_the_gradient_counts():
    assert sgd_step({"w": np.array([3.0])}, {"w": np.array([1.0])}, 0.5)["w"].tolist() == [2.5]
