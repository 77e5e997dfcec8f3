"""The chain rule as matrix products, in two orders, and what each order costs.

See :doc:`/chapters/chain-rule`.

A stage is a pair: a function, and its Jacobian as a function of the same point. For F = f_k ∘ … ∘ f₁ the Jacobian is
J_k … J₁, each factor evaluated at the value that reaches its stage.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from nnlib.numerics.arrays import Array, float_array, whole_numbers
from nnlib.numerics.text import SUBSCRIPTS

Stage = tuple[Callable[[Array], Any], Callable[[Array], Any]]

MODES = ("forward", "reverse")


def forward_accumulation(stages: Sequence[Stage], x: Any) -> tuple[Array, Array]:
    """Return F(x) and its Jacobian, multiplying the factors from the input on: J ← J_i J.

    Only the current value and the current product are kept. Every function and every Jacobian is called once.

    Parameters
    ----------
    stages : sequence of (function, jacobian)
        From the first that is applied to the last.
    x : array_like
        The point.

    Returns
    -------
    tuple
        F(x), and the Jacobian of shape ``F(x).shape + x.shape``.

    Raises
    ------
    ValueError
        If there is no stage, or a Jacobian has not the shape of its function's value followed by that of its argument.

    Notes
    -----
    Derived in :section:`chain-forward`.

    Examples
    --------
    >>> stages = [(np.square, lambda x: np.diag(2 * x)), (np.sum, np.ones_like)]
    >>> value, jacobian = forward_accumulation(stages, [1.0, 3.0])
    >>> float(value), jacobian.tolist()
    (10.0, [2.0, 6.0])
    """
    value, product = float_array(x).copy(), None
    shape = value.shape
    for i, (function, jacobian) in enumerate(_checked_stages(stages), start=1):
        factor = jacobian(value)  # before the value is overwritten
        following = float_array(function(value))
        matrix = _as_matrix(factor, i, following.shape, value.shape)
        product = matrix if product is None else _multiply(matrix, product)
        value = following
    assert product is not None
    return value, product.reshape(value.shape + shape)


def reverse_accumulation(stages: Sequence[Stage], x: Any) -> tuple[Array, Array]:
    """Return F(x) and its Jacobian, multiplying the factors from the output on: J ← J J_i.

    The values between the stages are computed first, and stored. Every function and every Jacobian is called once.
    Parameters, result and errors are those of `forward_accumulation`.

    Notes
    -----
    Derived in :section:`chain-reverse`.

    Examples
    --------
    >>> stages = [(np.square, lambda x: np.diag(2 * x)), (np.sum, np.ones_like)]
    >>> value, jacobian = reverse_accumulation(stages, [1.0, 3.0])
    >>> float(value), jacobian.tolist()
    (10.0, [2.0, 6.0])
    """
    stages = _checked_stages(stages)
    values = [float_array(x).copy()]
    for function, _ in stages:
        values.append(float_array(function(values[-1])))
    product = None
    for i in range(len(stages), 0, -1):
        matrix = _as_matrix(stages[i - 1][1](values[i - 1]), i, values[i].shape, values[i - 1].shape)
        product = matrix if product is None else _multiply(product, matrix)
    assert product is not None
    return values[-1], product.reshape(values[-1].shape + values[0].shape)


def accumulation_cost(sizes: Sequence[int], mode: str, additions: bool = False) -> int:
    """Count the multiplications of the matrix products in forward or reverse accumulation, exactly.

    Parameters
    ----------
    sizes : sequence of int
        The dimensions from input to output, (l, m, n, o) for three stages.
    mode : {"forward", "reverse"}
        The order of the products. For (l, m, n, o) they take n l (m + o) and o m (l + n) multiplications.
    additions : bool
        Count the additions too.

    Returns
    -------
    int
        The number of operations.

    Raises
    ------
    ValueError
        If the mode is another word, or a size is not a positive whole number, or there are fewer than two.

    Notes
    -----
    Derived in :section:`chain-cost`.

    Examples
    --------
    >>> accumulation_cost((4, 3, 2, 1), "forward"), accumulation_cost((4, 3, 2, 1), "reverse")
    (32, 18)
    """
    if mode not in MODES:
        raise ValueError(f"mode must be 'forward' or 'reverse', got {mode!r}")
    sizes = _checked_sizes(sizes)
    first, last = sizes[0], sizes[-1]
    if mode == "forward":
        return sum(_product_cost(sizes[i], sizes[i - 1], first, additions) for i in range(2, len(sizes)))
    return sum(_product_cost(last, sizes[i], sizes[i - 1], additions) for i in range(len(sizes) - 2, 0, -1))


class Order(NamedTuple):
    """An order of matrix products: its number of multiplications, and where its parentheses stand.

    Examples
    --------
    >>> best_order((2, 5, 1, 4)).cost
    18
    """

    cost: int
    product: str


def best_order(sizes: Sequence[int], additions: bool = False) -> Order:
    """Find the order in which the product of Jacobians takes the fewest multiplications.

    With three factors there are only the two modes; with more, a mixed order may beat both.

    Parameters
    ----------
    sizes : sequence of int
        The dimensions from input to output, as in `accumulation_cost`.
    additions : bool
        Count the additions too.

    Returns
    -------
    Order
        The cost, and the product with parentheses, such as ``(J₄J₃)(J₂J₁)``.

    Raises
    ------
    ValueError
        If a size is not a positive whole number, or there are fewer than two.

    Notes
    -----
    Dynamic programming over the products of neighboring factors; among equals the one nearest to forward accumulation.
    Derived in :section:`chain-cost`.

    Examples
    --------
    >>> best_order((2, 5, 1, 4)).product
    'J₃(J₂J₁)'
    """
    sizes = _checked_sizes(sizes)
    best: dict[tuple[int, int], Order] = {}  # from the first factor and the last one to their best product
    for length in range(1, len(sizes)):
        for i in range(1, len(sizes) - length + 1):
            j = i + length - 1
            if i == j:
                best[i, j] = Order(0, f"J{str(i).translate(SUBSCRIPTS)}")
                continue
            orders = []
            for k in range(j - 1, i - 1, -1):
                left, right = best[k + 1, j], best[i, k]
                cost = left.cost + right.cost + _product_cost(sizes[j], sizes[k], sizes[i - 1], additions)
                orders.append(Order(cost, _parenthesized(left.product) + _parenthesized(right.product)))
            best[i, j] = min(orders, key=lambda order: order.cost)
    return best[1, len(sizes) - 1]


def _product_cost(rows: int, inner: int, columns: int, additions: bool) -> int:
    return rows * columns * (2 * inner - 1 if additions else inner)


def _parenthesized(product: str) -> str:
    return f"({product})" if product.count("J") > 1 else product


def _multiply(a: Array, b: Array) -> Array:
    return np.asarray(a @ b)


def _as_matrix(jacobian: Any, i: int, value: tuple[int, ...], argument: tuple[int, ...]) -> Array:
    """Check a stage's Jacobian and flatten it to a matrix."""
    factor = float_array(jacobian, "the Jacobian")
    if factor.shape != value + argument:
        raise ValueError(f"the Jacobian of stage {i} must have shape {value + argument}, got {factor.shape}")
    return factor.reshape(math.prod(value), math.prod(argument))


def _checked_stages(stages: Sequence[Stage]) -> Sequence[Stage]:
    """Return the stages as a list of pairs, or raise a ValueError that says what is allowed."""
    try:
        pairs = [(function, jacobian) for function, jacobian in stages]
    except (TypeError, ValueError):
        raise ValueError(f"stages must be pairs (function, jacobian); got {stages!r}") from None
    if not pairs:
        raise ValueError("there must be at least one stage, a pair (function, jacobian)")
    return pairs


def _checked_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    checked = whole_numbers(sizes, "sizes")
    if len(checked) < 2:
        raise ValueError(f"sizes must be two or more, from input to output; got {sizes}")
    return checked
