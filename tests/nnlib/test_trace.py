"""The traces: the syllabus's example to the last digit, any seed, and a reader's own functions."""

import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from nnlib.autodiff import grad, jvp, trace, vjp
from nnlib.engine.trace_text import number
from nnlib.softmax import softmax


def example(x1, x2):
    reciprocal = 1 / (x1 + x2)
    square = x2**2
    cosine = np.cos(x1)
    return reciprocal + square + cosine


VALUES = [3, 6, 9, 0.11111111111111111111, 36, -0.98999249660044545727, 36.111111111111111111, 35.121118614510665654]
TANGENTS_1 = [1, 0, 1, -0.012345679012345679, 0, -0.1411200080598672221, -0.012345679012345679, -0.15346568707221290111]
TANGENTS_2 = [0, 1, 1, -0.012345679012345679, 12, 0, 11.987654320987654321, 11.987654320987654321]
ADJOINTS = [-0.15346568707221290111, 11.987654320987654321, -0.012345679012345679, 1, 1, 1, 1, 1]


def test_the_reference_numbers():
    t = trace(example, x1=3.0, x2=6.0)
    for table, expected in [
        (t.evaluation, VALUES),
        (t.tangent(x1=1), TANGENTS_1),
        (t.tangent({"x2": 1}), TANGENTS_2),
        (t.adjoint(), ADJOINTS),
    ]:
        assert [table[i] for i in range(-1, 7)] == pytest.approx(expected, rel=1e-15)


def test_the_evaluation_as_text():
    assert str(trace(example, 3.0, 6.0)) == (
        "Evaluation trace\n"
        "v₋₁  = x1        = 3.0000\n"
        "v₀   = x2        = 6.0000\n"
        "v₁   = v₋₁ + v₀  = 9.0000\n"
        "v₂   = 1 / v₁    = 0.1111\n"
        "v₃   = v₀²       = 36.0000\n"
        "v₄   = cos(v₋₁)  = -0.9900\n"
        "v₅   = v₂ + v₃   = 36.1111\n"
        "v₆   = v₅ + v₄   = 35.1211"
    )


def test_every_adjoint_contribution_is_shown():
    lines = str(trace(example, 3.0, 6.0).adjoint()).replace("\u0304", "").splitlines()
    assert lines == [
        "Adjoint trace",
        "v₆   = seed                                = 1.0000",
        "v₅   = v₆ ∂φ₆/∂v₅    = 1.0000 · 1.0000     → 1.0000",
        "v₄   = v₆ ∂φ₆/∂v₄    = 1.0000 · 1.0000     → 1.0000",
        "v₂   = v₅ ∂φ₅/∂v₂    = 1.0000 · 1.0000     → 1.0000",
        "v₃   = v₅ ∂φ₅/∂v₃    = 1.0000 · 1.0000     → 1.0000",
        "v₋₁  = v₄ ∂φ₄/∂v₋₁   = 1.0000 · (-0.1411)  → -0.1411",
        "v₀   = v₃ ∂φ₃/∂v₀    = 1.0000 · 12.0000    → 12.0000",
        "v₁   = v₂ ∂φ₂/∂v₁    = 1.0000 · (-0.0123)  → -0.0123",
        "v₋₁  += v₁ ∂φ₁/∂v₋₁  += -0.0123 · 1.0000   → -0.1535",
        "v₀   += v₁ ∂φ₁/∂v₀   += -0.0123 · 1.0000   → 11.9877",
    ]


def test_the_tangent_as_text():
    lines = str(trace(example, 3.0, 6.0).tangent(x1=1)).replace("\u0307", "").splitlines()
    assert lines[0] == "Tangent trace"
    assert lines[1].split() == ["v₋₁", "=", "seed", "=", "1.0000"]
    assert re.split(" {2,}", lines[-1]) == [
        "v₆",
        "= ∂φ₆/∂v₅ v₅ + ∂φ₆/∂v₄ v₄",
        "= 1.0000 · (-0.0123) + 1.0000 · (-0.1411)",
        "= -0.1535",
    ]


def test_html():
    page = trace(lambda x: x * 3, 2.0)._repr_html_()
    assert page.startswith('<table class="trace">\n<caption>Evaluation trace</caption>')
    assert '<th scope="col">computed from</th>' in page
    assert "<tr><td>v₀</td><td>= x</td><td>= 2.0000</td></tr>" in page
    assert trace(example, 3, 6).adjoint()._repr_html_().count("<tr>") == 1 + 10


def test_a_readers_own_function_with_arrays():
    def f(x, w):
        p = softmax(x * w, temperature=2.0)
        return np.sum(p[1:] ** 2) * x[0] - np.mean(x, axis=0)

    x = np.array([1.0, 2, 3])
    t = trace(f, x, w=2.0)
    text = str(t)
    for line in (
        "= x ",
        "= softmax(v₁, temperature=2.0)",
        "= v₂[1:]",
        "= v₃²",
        "= sum(v₄)",
        "= v₅ · v₆",
        "sum(v₋₁, axis=0)",
    ):
        assert line in text
    assert t.evaluation[len(t.evaluation.values) - 2] == f(x, 2.0)
    gradients = vjp(f, x, 2.0)[1](3.0)
    adjoint = t.adjoint(3.0)
    np.testing.assert_array_equal(adjoint[-1], gradients[0])
    assert adjoint[0] == gradients[1]
    last = max(t.evaluation.values)
    assert t.tangent(w=1.5)[last] == jvp(lambda w: f(x, w), (2.0,), (1.5,))[1]
    assert t.tangent(x=[1, 0, 2], w=-1)[last] == jvp(f, (x, 2.0), (np.array([1.0, 0, 2]), -1.0))[1]


def test_a_value_used_twice_gets_two_contributions():
    adjoint = trace(lambda x: x * x, 3.0).adjoint()
    assert [row[-1] for row in adjoint.rows] == ["= 1.0000", "→ 3.0000", "→ 6.0000"]
    assert adjoint[0] == 6


def test_unused_inputs_and_steps():
    def f(x, y):
        np.exp(x)
        return x + 1

    t = trace(f, 2.0, 5.0)
    assert "exp" not in str(t)
    assert t.adjoint()[0] == 0
    assert str(trace(lambda x: x, 2.0).adjoint()).endswith("= seed    = 1.0000")


def test_numbers_and_expressions():
    t = trace(
        lambda x: (-(x[..., 1, ::2] ** -2) @ np.ones(2) * 1e-9)[0] - np.ones(2) @ x[0, :2, 0] * 0, np.ones((1, 2, 4))
    )
    text = str(t)
    for part in (
        "v₀[..., 1, ::2]",
        "v₁⁻²",
        "-v₂",
        "v₀[0, :2, 0]",
        "[1.0000, 1.0000]",
        "1e-09",
        "-2.0000e-09",
        "array of shape (1, 2, 4)",
    ):
        assert part in text
    assert str(trace(np.tanh, 0.0)).endswith("v₁  = tanh(v₀)  = 0.0000")
    assert str(trace(lambda x: x * -0.0, 1.0)).endswith("= 0.0000")
    assert str(trace(lambda *x: x[0] * x[1], 1.0, 2.0)).startswith("Evaluation trace\nv₋₁  = x1")


def test_a_trace_in_a_trace_follows_its_own_variables():
    def outer(w):
        inner = trace(lambda x: x * w, np.arange(7.0))
        return inner.adjoint(np.ones(7))[0] * w  # w²

    w = np.linspace(0, 2, 7)
    t = trace(outer, w)
    np.testing.assert_array_equal(t.evaluation[max(t.evaluation.values)], w * w)
    np.testing.assert_array_equal(t.adjoint()[0], 2 * w)
    with pytest.raises(ValueError, match="nothing to trace: the result does not depend on an argument"):
        trace(lambda w: trace(lambda x: w * 1.0, 3.0).adjoint()[0], 2.0)


def test_errors():
    t = trace(example, 3.0, 6.0)
    with pytest.raises(ValueError, match="seed the inputs x1, x2, got x3"):
        t.tangent(x3=1)
    with pytest.raises(ValueError, match="got nothing"):
        t.tangent()
    with pytest.raises(KeyError, match="there is no v₇; the nodes are v₋₁ to v₆"):
        t.adjoint()[7]
    for f in (lambda x: 3.0, lambda x: (x, x), np.sign):
        with pytest.raises(ValueError, match="nothing to trace"):
            trace(f, 1.0)
    with pytest.raises(ValueError, match="nothing to trace"):
        trace(lambda: 3.0)
    with pytest.raises(ValueError, match="nothing to trace"):
        trace(lambda x: grad(lambda y: y * y)(2.0), 1.0)


def test_a_long_computation():
    def f(x):
        for _ in range(3000):
            x = x + 0.001
        return x

    assert trace(f, 1.0).adjoint()[0] == 1


def test_a_rule_without_a_partial_shows_its_number_on_numbers_and_its_name_on_arrays():
    lines = str(trace(lambda x: np.sum(x * 3), 2.0).adjoint()).replace("\u0304", "").splitlines()
    assert lines[2].split(None, 1) == ["v₁", "= v₂ ∂φ₂/∂v₁  = 1.0000 · 1.0000  → 1.0000"]
    assert "J[sum]" in str(trace(lambda x: np.sum(x * 3), np.ones(2)).adjoint())
    assert "J[cumsum]" in str(trace(lambda x: np.sum(np.cumsum(x)), np.ones(2)).adjoint())
    assert "J[broadcast_to]" in str(trace(lambda x: np.sum(np.broadcast_to(x, 2)), 2.0).adjoint())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e8, "1.0000e+08"), (99999999, "99999999.0000"), (1e-4, "0.0001"), (9.9e-5, "9.9000e-05"),
        (-2e9, "-2.0000e+09"),
        (0, "0.0000"), (-0.0, "0.0000"), (np.arange(6.0), "[0.0000, 1.0000, 2.0000, 3.0000, 4.0000, 5.0000]"),
        (np.zeros(7), "array of shape (7,)"), (np.full((2, 1), 1e8), "[[1.0000e+08], [1.0000e+08]]"),
    ],
)  # fmt: skip
def test_how_a_number_is_written(value, text):
    assert number(value) == text


def test_a_trace_and_its_tables_cannot_be_changed():
    traced = trace(lambda x: x * x, 3.0)
    for thing, name in ((traced, "_steps"), (traced.evaluation, "title")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, "")


@pytest.mark.parametrize("x", [0.7, np.array([0.7, -1.3, 2.1]), np.float32(0.7)], ids=["number", "array", "float32"])
def test_the_tables_are_made_by_the_algorithm_itself(x):
    def f(x, y):
        z = np.sin(x) * y + x
        return softmax(np.stack([z, z * z, x]), axis=0).sum() + np.sum(y / (1 + x * x))

    y = np.asarray(1.1, np.asarray(x).dtype) + 0 * x
    t = trace(f, x=x, y=y)
    adjoint, gradient = t.adjoint(), vjp(f, x, y)[1](np.ones_like(vjp(f, x, y)[0]))
    for i, g in zip((-1, 0), gradient, strict=True):
        np.testing.assert_array_equal(adjoint[i], g, strict=True)
    tangents = t.tangent(x=x, y=2 * y)
    last = max(tangents.values)
    np.testing.assert_array_equal(tangents[last], jvp(f, (x, y), (x, 2 * y))[1], strict=True)
