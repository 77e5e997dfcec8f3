"""Forward and reverse accumulation: the same Jacobian, each stage called once, and the cost counted."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import chain
from nnlib.autodiff import jacrev
from nnlib.chain import accumulation_cost, best_order, forward_accumulation, reverse_accumulation
from nnlib.gradcheck import numerical_jacobian

ACCUMULATIONS = {"forward": forward_accumulation, "reverse": reverse_accumulation}
COSTS = {  # sizes: multiplications forward and reverse, then with additions
    (1000, 100, 100, 1): (10100000, 110000, 20099000, 218900),
    (1, 100, 100, 1000): (110000, 10100000, 218900, 20099000),
    (10, 10, 10, 10): (2000, 2000, 3800, 3800),
    (5, 20, 20, 5): (2500, 2500, 4875, 4875),
    (784, 128, 64, 10): (6924288, 1085440, 13790560, 2161760),
    (4, 3, 2, 5): (64, 90, 100, 145),
    (6, 2, 3, 4): (108, 72, 174, 112),
    (3, 100, 1, 2): (306, 800, 603, 1394),
    (2, 1, 100, 3): (800, 306, 1394, 603),
    (2, 3, 6, 3): (72, 72, 126, 129),
    (2, 3, 1, 1): (8, 9, None, None),
    (1, 1, 3, 2): (9, 8, None, None),
}
sizes = st.lists(st.integers(1, 6), min_size=2, max_size=6)


def random_stages(sizes, seed=0):
    """Stages x -> tanh(W x), which write down how often they are called."""
    rng = np.random.default_rng(seed)
    calls = []

    def stage(i, w):
        def f(x):
            calls.append(("f", i))
            return np.tanh(w @ x)

        def jacobian(x):
            calls.append(("J", i))
            return (1 - np.tanh(w @ x) ** 2)[:, None] * w

        return f, jacobian

    weights = [rng.normal(size=(m, n)) for n, m in itertools.pairwise(sizes)]
    return [stage(i, w) for i, w in enumerate(weights)], calls


STAGES = [
    (lambda x: np.array([x[0] * x[1], np.sin(x[0])]), lambda x: np.array([[x[1], x[0]], [np.cos(x[0]), 0]])),
    (
        lambda u: np.array([u[0] + u[1] ** 2, np.exp(u[0]), u[1]]),
        lambda u: np.array([[1, 2 * u[1]], [np.exp(u[0]), 0], [0, 1]]),
    ),
    (lambda w: w[0] * w[2] + w[1], lambda w: np.array([w[2], 1, w[0]])),
]


@pytest.mark.parametrize("accumulate", ACCUMULATIONS.values())
def test_the_reference_numbers(accumulate):
    value, jacobian = accumulate(STAGES, [1.0, 2.0])
    assert value == pytest.approx(9.66782130513739882, rel=1e-15)
    assert jacobian == pytest.approx([18.6893798810648118, 8.23052708373854673], rel=1e-15)


@given(sizes)
def test_both_modes_give_the_jacobian_and_call_each_stage_once(sizes):
    x = np.linspace(-1, 1, sizes[0])
    for accumulate in ACCUMULATIONS.values():
        stages, calls = random_stages(sizes)
        value, jacobian = accumulate(stages, x)
        assert sorted(calls) == sorted((kind, i) for kind in "fJ" for i in range(len(stages)))

        def composed(x, stages=stages):
            for f, _ in stages:
                x = f(x)
            return x

        np.testing.assert_allclose(value, composed(x))
        np.testing.assert_allclose(jacobian, jacrev(composed)(x), atol=1e-14)
    np.testing.assert_allclose(jacobian, numerical_jacobian(composed, x), atol=1e-9)


def test_forward_needs_only_the_current_value():
    stages, calls = random_stages((3, 2, 4))
    forward_accumulation(stages, np.ones(3))
    assert calls == [("J", 0), ("f", 0), ("J", 1), ("f", 1)]
    calls.clear()
    reverse_accumulation(stages, np.ones(3))
    assert calls == [("f", 0), ("f", 1), ("J", 1), ("J", 0)]


@pytest.mark.parametrize("shape", [(2, 3), (), (4,)])
@pytest.mark.parametrize("accumulate", ACCUMULATIONS.values())
def test_values_of_any_shape(accumulate, shape):
    x = np.random.default_rng(0).normal(size=shape)
    size = x.size
    stages = [
        (np.sin, lambda x: (np.eye(size) * np.cos(x).ravel()).reshape(shape + shape)),
        (lambda y: np.sum(y * y), lambda y: 2 * y),
    ]
    value, gradient = accumulate(stages, x)
    assert value == pytest.approx(np.sum(np.sin(x) ** 2))
    np.testing.assert_allclose(gradient, np.sin(2 * x), rtol=1e-14)


@pytest.mark.parametrize("dims", COSTS)
def test_the_formulas(dims):
    length, m, n, o = dims
    forward, reverse, *with_additions = COSTS[dims]
    assert accumulation_cost(dims, "forward") == forward == n * length * (m + o)
    assert accumulation_cost(dims, "reverse") == reverse == o * m * (length + n)
    if with_additions[0]:
        assert [accumulation_cost(dims, mode, additions=True) for mode in ACCUMULATIONS] == with_additions


@given(sizes)
def test_the_cost_is_what_the_products_take(sizes):
    def counted(a, b):
        product = np.zeros((a.shape[0], b.shape[1]))
        for i, k in np.ndindex(product.shape):
            for j in range(a.shape[1]):
                counts["multiplications"] += 1
                counts["additions"] += j > 0
                product[i, k] += a[i, j] * b[j, k]
        return product

    for mode, accumulate in ACCUMULATIONS.items():
        counts = {"multiplications": 0, "additions": 0}
        stages, _ = random_stages(sizes)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(chain, "_multiply", counted)
            accumulate(stages, np.ones(sizes[0]))
        assert counts["multiplications"] == accumulation_cost(sizes, mode)
        assert sum(counts.values()) == accumulation_cost(sizes, mode, additions=True)


def test_a_mixed_order_can_win():
    dims = (10, 1000, 2, 1000, 10)
    assert [accumulation_cost(dims, mode) for mode in ACCUMULATIONS] == [140000, 140000]
    assert best_order(dims) == (40200, "(J₄J₃)(J₂J₁)")


def every_order(i, j):
    """All ways to put parentheses around the factors i to j, as nested pairs."""
    if i == j:
        yield i
    for k in range(i, j):
        yield from itertools.product(every_order(k + 1, j), every_order(i, k))


def cost_of(order, sizes, additions):
    """Count the operations of an order, and return the first and last factor in it."""
    if isinstance(order, int):
        return 0, order, order
    (left, k, j), (right, i, _) = (cost_of(part, sizes, additions) for part in order)
    inner = sizes[k - 1]
    return left + right + sizes[j] * sizes[i - 1] * (2 * inner - 1 if additions else inner), i, j


@given(sizes, st.booleans())
def test_the_best_order_against_all_orders(sizes, additions):
    costs = [cost_of(order, sizes, additions)[0] for order in every_order(1, len(sizes) - 1)]
    best = best_order(sizes, additions)
    assert best.cost == min(costs)
    for mode in ACCUMULATIONS:
        assert accumulation_cost(sizes, mode, additions) in costs
    assert best.product.replace("(", "").replace(")", "").count("J") == len(sizes) - 1


def test_orders_are_written_out():
    assert best_order((2, 3)) == (0, "J₁")
    assert best_order((1, 2, 3)) == (6, "J₂J₁")
    assert best_order((1, 5, 5, 5)).product == "J₃(J₂J₁)"
    assert best_order((5, 5, 5, 1)).product == "(J₃J₂)J₁"
    assert best_order((1,) * 12).product.startswith("J₁₁(J₁₀(J₉")


def test_errors():
    for accumulate in ACCUMULATIONS.values():
        with pytest.raises(ValueError, match="at least one stage"):
            accumulate([], [1.0])
        wrong = [STAGES[0], (STAGES[1][0], lambda u: np.eye(2))]
        with pytest.raises(ValueError, match=r"stage 2 must have shape \(3, 2\), got \(2, 2\)"):
            accumulate(wrong, [1.0, 2])
        with pytest.raises(TypeError, match="real numbers"):
            accumulate(STAGES, [1j, 2])
    with pytest.raises(ValueError, match="'forward' or 'reverse', got 'backward'"):
        accumulation_cost((1, 2, 3), "backward")
    for bad in ((1,), (), (2, 0, 1), (2, -1), (1.5, 2), "ab"):
        for call in (lambda bad=bad: accumulation_cost(bad, "forward"), lambda bad=bad: best_order(bad)):
            with pytest.raises(ValueError, match="sizes must be (one or more integers of at least 1|two or more)"):
                call()


@pytest.mark.parametrize("shape", [(2,), (2, 2), (3, 3), (2, 3, 1)])
def test_a_jacobian_has_the_axes_of_the_value_and_then_those_of_the_argument(shape):
    with pytest.raises(ValueError, match=r"the Jacobian of stage 1 must have shape \(2, 3\), got "):
        forward_accumulation([(lambda x: x[:2], lambda x: np.ones(shape))], np.ones(3))
