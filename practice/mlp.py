"""Problems on the multilayer perceptron and its gradients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from nnlib.activations import softplus
from practice.answers import Integer, Matrix, Number, Shape, Vector
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import dot, plus
from practice.values import at, tuples


@problem("mlp-shape-of-weights", section="mlp-forward", items="S3.Q2.a S3.Q2.b")
def shape_of_weights(draw: Draw) -> Problem:
    d, hidden, m = draw.distinct(3, 2, 9)
    layer = draw.integer(1, 2)
    right = (hidden, d) if layer == 1 else (m, hidden)
    return Problem(
        r"A network has $d = <d>$ inputs, $d_h = <hidden>$ hidden units and $m = <m>$ outputs, one for each class: $h^a = W_1 x + b_1$, "
        r"$h^s = \softplus(h^a)$ and $o^a = W_2 h^s + b_2$. What shape does $W_<layer>$ have?",
        Shape(right),
        {
            "transposed": (
                right[::-1],
                "The shape is transposed. A matrix has one row for each *output* of its layer.",
            ),
            "the other layer": (
                (m, hidden) if layer == 1 else (hidden, d),
                "This is the matrix of the other layer.",
            ),
            "with the bias": (
                (right[0], right[1] + 1),
                "The bias was counted as another column. Here it is a vector of its own.",
            ),
            "from input to output": ((m, d), "The hidden units stand between inputs and scores."),
        },
        hint=r"How many numbers go in, and how many come out?",
        solution=r"""The layer takes $<inside>$ numbers to $<outside>$, so its matrix has $<outside>$ rows and $<inside>$ columns.

$W_<layer> \colon <answer>$""",
        check=r"The product of the matrix and its column of inputs has to exist.",
        given={"d": d, "hidden": hidden, "m": m, "layer": layer, "inside": right[1], "outside": right[0]},
    )


@problem("mlp-hidden-unit", section="mlp-forward", items="S3.Q2.a")
def hidden_unit(draw: Draw) -> Problem:
    w, x, b, j = (
        draw.integers(4, -4, 5, but=[0]),
        draw.integers(2, -3, 4, but=[0]),
        draw.integers(2, -3, 3, but=[0]),
        draw.integer(1, 2),
    )
    rows = (w[:2], w[2:])
    row, column, bias = rows[j - 1], (w[j - 1], w[j + 1]), b[j - 1]
    return Problem(
        r"The hidden layer computes $h^a = W_1 x + b_1$, and then softplus. Find $h^a_<j>$ for $W_1 = <rows>$, $b_1 = <b>$ and $x = <x>$.",
        Integer(_dot(row, x) + bias),
        {
            "the bias forgotten": (_dot(row, x), "The bias is missing."),
            "the column": (_dot(column, x) + bias, r"A *column* of $W_1$ was used. Unit $j$ reads row $j$."),
            "the other unit": (
                _dot(rows[2 - j], x) + b[2 - j],
                "This is the other hidden unit. Mathematics counts from one here.",
            ),
            "the bias subtracted": (_dot(row, x) - bias, "The bias is added."),
        },
        hint=r"$h^a_j = \sum_k (W_1)_{jk}\, x_k + (b_1)_j$.",
        solution=r"""Row $<j>$ of $W_1$ times $x$, plus entry $<j>$ of the bias.

$<sum> = <answer>$""",
        check=r"Each weight is used with the input of its column.",
        given={"rows": rows, "x": x, "b": b, "j": j, "sum": plus(dot(row, x), bias)},
    )


@problem("mlp-bent-unit", section="mlp-forward", items="S3.Q2.a")
def bent_unit(draw: Draw) -> Problem:
    w, x = draw.distinct(2, -3, 3, but=[0]), draw.integers(2, -2, 2, but=[0])
    b = draw.tenths(-1, 1)
    before = round(_dot(w, x) + b, 1)
    return Problem(
        r"A hidden unit has the weights $<w>$ and the bias $<b>$. For the input $x = <x>$, find $h^s$, its value after softplus.",
        Number(at(softplus, before)),
        {
            "not bent": (before, r"This is $h^a$, before softplus."),
            "the ramp": (max(0.0, before), "This is the ramp. Softplus is its smooth relative."),
            "the sigmoid": (1 / (1 + math.exp(-before)), "This is the sigmoid, the *derivative* of softplus."),
            "the sign in the exponent": (
                at(softplus, -before),
                r"The sign in the exponent is reversed: softplus is $\ln(1 + e^{u})$.",
            ),
        },
        hint=r"Compute $h^a$ first. Softplus is $\ln(1 + e^{h^a})$.",
        solution=r"""$h^a = <sum> = <before>$.

$\ln\bigl(1 + e^{<before>}\bigr) \approx <answer>$""",
        check="Softplus is positive, and a little above the ramp.",
        given={"w": w, "x": x, "b": b, "before": before, "sum": plus(dot(w, x), b)},
    )


@problem("mlp-output-share", section="mlp-forward", items="S3.Q2.b")
def output_share(draw: Draw) -> Problem:
    first, second = (draw.one_of([(0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2)]) for _ in range(2))
    k = draw.integer(1, 2)
    w = (first[0], second[0], first[1], second[1])
    rows = (w[:2], w[2:])
    powers = [2 ** row[0] * 3 ** row[1] for row in rows]
    columns = [2 ** w[0] * 3 ** w[2], 2 ** w[1] * 3 ** w[3]]
    return Problem(
        r"The hidden units have the values $h^s = (\ln 2, \ln 3)$, and the scores are $o^a = W_2 h^s + b_2$ with $W_2 = <rows>$ and $b_2 = 0$. "
        r"Softmax follows. Find the probability $o^s_<k>$ of class $<k>$.",
        Number(Fraction(powers[k - 1], sum(powers))),
        {
            "columns for rows": (
                Fraction(columns[k - 1], sum(columns)),
                r"Columns of $W_2$ were used. Score $k$ reads row $k$.",
            ),
            "the other class": (Fraction(powers[2 - k], sum(powers)), "This is the probability of the other class."),
            "sigmoid of one score": (
                Fraction(powers[k - 1], 1 + powers[k - 1]),
                "This is the sigmoid of one score. Softmax compares both.",
            ),
        },
        hint=r"$e^{a \ln 2 + b \ln 3} = 2^a\, 3^b$.",
        solution=r"""$e^{o^a_k}$ is $2$ to the first weight times $3$ to the second: $<powers.1>$ and $<powers.2>$.

$\dfrac{<powers.k>}{<powers.1> + <powers.2>} = <answer>$""",
        check="The two probabilities sum to one.",
        given={"rows": rows, "k": k, "powers": powers},
    )


@problem("mlp-parameters", section="mlp-risk", items="S3.Q2.i")
def parameters(draw: Draw) -> Problem:
    d, hidden, m = draw.integer(5, 40), draw.integer(3, 20), draw.integer(2, 10)
    right = hidden * (d + 1) + m * (hidden + 1)
    return Problem(
        r"How many parameters are there, biases included, in a network with $d = <d>$ inputs, one layer of $d_h = <hidden>$ hidden "
        r"units and $m = <m>$ outputs, one for each class?",
        Integer(right),
        {
            "the biases forgotten": (
                hidden * d + m * hidden,
                "These are the weights. Each hidden unit and each output has a bias as well.",
            ),
            "one layer of biases": (right - m, "The biases of the output layer are missing."),
            "a product": (d * hidden * m, "The numbers of the two layers are added, not multiplied."),
            "the wrong biases": (
                hidden * d + m * hidden + d + hidden,
                "Biases belong to the units that a layer computes, not to those that it reads.",
            ),
        },
        hint=r"Count $W_1$, $b_1$, $W_2$ and $b_2$.",
        solution=r"""$W_1$ and $b_1$ have $<hidden> \cdot <d> + <hidden>$ entries, $W_2$ and $b_2$ have $<m> \cdot <hidden> + <m>$.

$<hidden> \cdot (<d> + 1) + <m> \cdot (<hidden> + 1) = <answer>$""",
        check=r"With one input, one hidden unit and one output there would be four.",
        given={"d": d, "hidden": hidden, "m": m},
    )


@problem("mlp-descent", section="mlp-descent", items="S3.Q2.j")
def descent(draw: Draw) -> Problem:
    theta, one, two = (
        draw.integers(2, -4, 4, but=[0]),
        draw.integers(2, -6, 6, but=[0]),
        draw.integers(2, -6, 6, but=[0]),
    )
    rate = draw.one_of([0.1, 0.2, 0.4, 0.5])
    total = [a + b for a, b in zip(one, two, strict=True)]

    def after(gradient: Sequence[float]) -> tuple[float, ...]:
        return tuple(round(t - rate * g, 2) for t, g in zip(theta, gradient, strict=True))

    return Problem(
        r"The risk is the mean loss of two examples, whose gradients at $\theta = <theta>$ are $<one>$ and $<two>$. Find $\theta$ after one "
        r"step of batch gradient descent with the learning rate $\alpha = <rate>$.",
        Vector(after([g / 2 for g in total])),
        {
            "the sum": (after(total), "The gradients were added. The risk is the *mean* loss, so divide by two."),
            "uphill": (after([-g / 2 for g in total]), "The step goes uphill: the gradient is subtracted."),
            "one example": (after(one), "Only the first example was used."),
            "the rate forgotten": (
                tuple(t - g / 2 for t, g in zip(theta, total, strict=True)),
                "The gradient is multiplied by the learning rate first.",
            ),
        },
        hint="First the gradient of the risk, the mean of the two.",
        solution=r"""The mean of the gradients is $<mean>$, and $\theta \leftarrow \theta - \alpha \nabla R$.

$<theta> - <rate> \cdot <mean> = <answer>$""",
        check="Each entry moves against the sign of its mean gradient.",
        given={"theta": theta, "one": one, "two": two, "rate": rate, "mean": tuple(g / 2 for g in total)},
    )


@problem("mlp-l2-gradient", section="mlp-l2", items="S3.Q2.k")
def l2_gradient(draw: Draw) -> Problem:
    a, b, c = draw.one_of([(3, 4, 5), (4, 3, 5), (5, 12, 13), (6, 8, 10), (8, 6, 10), (12, 5, 13)])
    price = draw.one_of([0.1, 0.2, 0.3, 0.5])
    theta = (a * draw.one_of([-1, 1]), b * draw.one_of([-1, 1]))
    return Problem(
        r"Find the gradient of the penalty $\lambda \lVert \theta \rVert^2$ at $\theta = <theta>$ with $\lambda = <price>$.",
        Vector(tuple(round(2 * price * one, 2) for one in theta)),
        {
            "m17": (
                (round(2 * price * c, 2),),
                r"This is $2\lambda\lVert\theta\rVert$, one number, as if $\theta$ were a number. A gradient has the shape of its "
                "variable.",
            ),
            "the two lost": (tuple(round(price * one, 2) for one in theta), "The square brings a factor two."),
            "the squares": (
                tuple(round(price * one * one, 2) for one in theta),
                "These are the terms of the penalty itself. Differentiate each of them.",
            ),
            "the norm's own gradient": (
                tuple(round(price * one / c, 4) for one in theta),
                r"This is the gradient of $\lambda\lVert\theta\rVert$, without the square.",
            ),
        },
        hint=r"$\lVert\theta\rVert^2 = \theta_1^2 + \theta_2^2$.",
        solution=r"""The derivative of $\lambda(\theta_1^2 + \theta_2^2)$ with respect to $\theta_i$ is $2\lambda\theta_i$.

$2 \cdot <price> \cdot <theta> = <answer>$""",
        check=r"It points away from zero, and has as many entries as $\theta$.",
        given={"theta": theta, "price": price},
    )


@problem("mlp-l2-step", section="mlp-l2", items="S3.Q2.k S3.Q2.j")
def l2_step(draw: Draw) -> Problem:
    theta, g = draw.integer(-5, 5, but=[0]), draw.integer(-4, 4, but=[0])
    rate, price = draw.one_of([0.1, 0.2, 0.5]), draw.one_of([0.1, 0.2, 0.3])
    shrunk = 1 - 2 * rate * price
    return Problem(
        r"A weight is $\theta = <theta>$, and there the derivative of the risk with respect to $\theta$ is $<g>$. The penalty $\lambda\theta^2$ with $\lambda = <price>$ is "
        r"added. Where is the weight after one step of gradient descent with the learning rate $\alpha = <rate>$?",
        Number(round(shrunk * theta - rate * g, 4)),
        {
            "the penalty forgotten": (round(theta - rate * g, 4), "The penalty has a slope, too."),
            "the two lost": (round((1 - rate * price) * theta - rate * g, 4), "The square brings a factor two."),
            "growing": (
                round((1 + 2 * rate * price) * theta - rate * g, 4),
                "The penalty was added to the weight. It has to make it smaller.",
            ),
            "the rate forgotten": (
                round((1 - 2 * price) * theta - rate * g, 4),
                "The slope of the penalty is multiplied by the learning rate, as that of the risk.",
            ),
        },
        hint=r"The slope of the sum is $<g> + 2\lambda\theta$.",
        solution=r"""$\theta - \alpha\,(<g> + 2\lambda\theta)$ with $2\lambda\theta = <pull>$.

$<theta> - <rate> \cdot \bigl(<g> + <(pull)>\bigr) = <answer>$""",
        check=r"With the slope of the risk at zero, the weight would shrink by the factor $1 - 2\alpha\lambda$.",
        given={"theta": theta, "g": g, "rate": rate, "price": price, "pull": round(2 * price * theta, 2)},
    )


ANOTHER = "Here the one is subtracted for another class. The classes are counted from one."


def _truth(y: int) -> np.ndarray:
    return np.array([place == y for place in (1, 2, 3)], int)


def _dot(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _shares(draw: Draw) -> np.ndarray:
    """Return three different probabilities with one decimal."""
    return np.array(draw.shuffled(draw.one_of([(1, 2, 7), (1, 3, 6), (1, 4, 5), (2, 3, 5)]))) / 10


def _rounded(values: np.ndarray) -> tuple[float, ...]:
    return tuples(np.round(values, 4) + 0.0)  # type: ignore[no-any-return]


@problem("mlp-output-gradient", section="mlp-output-gradient", items="S3.Q2.l S3.Q2.m")
def output_gradient(draw: Draw) -> Problem:
    shares, y = _shares(draw), draw.integer(1, 3)
    right = shares - _truth(y)
    return Problem(
        r"Softmax at the end of a network returns $o^s = <o>$, and class $y = <y>$ of $1, 2, 3$ is right. Find $\bar b_2$, the "
        r"gradient of the cross-entropy $L = -\ln o^s_y$ with respect to the output biases.",
        Vector(_rounded(right)),
        {
            "the sign": (_rounded(-right), "It is prediction minus truth."),
            "the truth forgotten": (_rounded(shares), "One has to be subtracted for the right class."),
            "the derivative of softmax": (
                _rounded(shares * (_truth(y) - shares[y - 1])),
                r"This is the gradient of the probability $o^s_y$. The loss is $-\ln o^s_y$.",
            ),
            "one everywhere": (_rounded(shares - 1), "One is subtracted for the right class alone."),
            "counted from zero": (_rounded(shares - _truth(y % 3 + 1)), ANOTHER),
        },
        hint=r"A bias is added to its score, so $\bar b_2 = \bar o^a$.",
        solution=r"""$\bar b_2 = \bar o^a = o^s - e_y$.

$<o> - <truth> = <answer>$""",
        check="Its entries sum to zero.",
        given={"o": tuples(shares), "y": y, "truth": tuples(_truth(y))},
    )


@problem("mlp-one-weight", section="mlp-second-layer", items="S3.Q2.m")
def one_weight(draw: Draw) -> Problem:
    shares, y = _shares(draw), draw.integer(1, 3)
    h, k, j = draw.distinct(2, 2, 9), draw.integer(1, 3), draw.integer(1, 2)
    mine = shares[k - 1] - (k == y)
    return Problem(
        r"A network has the hidden units $h^s = <h>$ and the scores $o^a = W_2 h^s + b_2$, and softmax returned $o^s = <o>$. Class $y = <y>$ of "
        r"$1, 2, 3$ is right. Find $\partial L/\partial (W_2)_{<k><j>}$ for the cross-entropy $L = -\ln o^s_y$.",
        Number(round(mine * h[j - 1], 2)),
        {
            "m18": (
                round((shares[k - 1] - (k == j)) * h[j - 1], 2),
                r"The label $y$ was exchanged with the index $j$: the one is subtracted for the *right class*.",
            ),
            "the other unit": (round(mine * h[2 - j], 2), r"The second index names the hidden unit: $h^s_<j>$."),
            "without the unit": (
                round(mine, 2),
                r"This is the derivative with respect to the bias. A weight is multiplied by $h^s_<j>$.",
            ),
            "the sign": (round(-mine * h[j - 1], 2), "It is prediction minus truth."),
        },
        hint=r"$(W_2)_{<k><j>}$ stands in one score only. Which factor does it have there?",
        solution=r"""It stands in score $<k>$ alone, times $h^s_<j> = <h.j>$, so the derivative is $(o^s_<k> - \delta_{<k>y})\,h^s_<j>$.

$<(mine)> \cdot <h.j> = <answer>$""",
        check="It is negative only for the right class.",
        given={"o": tuples(shares), "y": y, "h": h, "k": k, "j": j, "mine": round(float(mine), 1)},
    )


@problem("mlp-weight-matrix", section="mlp-second-layer", items="S3.Q2.n")
def weight_matrix(draw: Draw) -> Problem:
    shares, y, h = _shares(draw), draw.integer(1, 3), draw.distinct(2, 1, 5)
    bar = shares - _truth(y)
    return Problem(
        r"A network has the hidden units $h^s = <h>$ and the scores $o^a = W_2 h^s + b_2$, and softmax returned $o^s = <o>$. Class $y = <y>$ of "
        r"$1, 2, 3$ is right. Find the matrix $\bar W_2$, the gradient of the cross-entropy $L = -\ln o^s_y$ with respect to $W_2$.",
        Matrix(_rounded(np.outer(bar, h))),
        {
            "m19": (
                _rounded(np.outer(bar, bar)),
                r"This is $\bar o^a$ times its own transpose, $(m \times 1)(1 \times m)$. The second factor is the row $(h^s)^{\mathsf T}$ with "
                r"$d_h$ entries, since the gradient has the shape of $W_2$.",
            ),
            "transposed": (_rounded(np.outer(h, bar)), r"This is the transpose: $W_2$ has one row for each class."),
            "the truth forgotten": (
                _rounded(np.outer(shares, h)),
                "One has to be subtracted for the right class first.",
            ),
            "the sign": (_rounded(np.outer(-bar, h)), "It is prediction minus truth."),
            "counted from zero": (_rounded(np.outer(shares - _truth(y % 3 + 1), h)), ANOTHER),
        },
        hint=r"A column times a row. Which of the two is $\bar o^a$?",
        solution=r"""$\bar o^a = o^s - e_y = <bar>$ as a column, times the row $<h>$.

$\bar W_2 = <answer>$""",
        check=r"It has the shape of $W_2$, and its columns sum to zero.",
        given={"o": tuples(shares), "y": y, "h": h, "bar": _rounded(bar)},
    )


@problem("mlp-hidden-gradient", section="mlp-hidden-layer", items="S3.Q2.o")
def hidden_gradient(draw: Draw) -> Problem:
    shares, y, j = _shares(draw), draw.integer(1, 3), draw.integer(1, 2)
    weights = np.array(draw.integers(6, -4, 5, but=[0])).reshape(3, 2)
    bar, column = shares - _truth(y), weights[:, j - 1]
    mixed = shares - _truth(j)
    return Problem(
        "A network has the scores $o^a = W_2 h^s + b_2$ with\n\n$$W_2 = <weights>,$$\n\n"
        r"and softmax returned $o^s = <o>$. Class $y = <y>$ of $1, 2, 3$ is right. Find $\partial L/\partial h^s_<j>$ for the cross-entropy $L = -\ln o^s_y$.",
        Number(round(float(bar @ column), 2)),
        {
            "m18/quotient": (
                round(float((bar / column).sum()), 4),
                r"The chain rule was read as a quotient, because $\partial L/\partial o^a_k$ and $\partial o^a_k/\partial h^s_j$ look like fractions. "
                "They are multiplied.",
            ),
            "m18/label": (
                round(float(mixed @ column), 2),
                r"The label $y$ was exchanged with the index $j$: the one is subtracted for class $y$.",
            ),
            "the other unit": (round(float(bar @ weights[:, 2 - j]), 2), r"Unit $j$ feeds all scores through *column* $j$."),
            "the truth forgotten": (round(float(shares @ column), 2), "One has to be subtracted for the right class."),
        },
        hint=r"Unit $<j>$ stands in all three scores. Sum over them.",
        solution=r"""$\sum_k \bar o^a_k\,(W_2)_{k<j>}$ with $\bar o^a = o^s - e_y = <bar>$.

$<sum> = <answer>$""",
        check=r"If all weights in column $<j>$ were equal, it would be zero.",
        given={
            "o": tuples(shares), "y": y, "j": j, "weights": tuples(weights), "bar": _rounded(bar),
            "sum": dot(_rounded(bar), tuples(column)),
        },
    )  # fmt: skip


@problem("mlp-row-shapes", section="mlp-hidden-layer", items="S3.Q2.n S3.Q2.p S3.Q2.r")
def row_shapes(draw: Draw) -> Problem:
    d, hidden, m = draw.distinct(3, 2, 9)
    what, right, wrong = draw.one_of(
        [
            (r"the factor $(o^s - e_y)^{\mathsf T}$", (1, m), (1, hidden)),
            (r"the factor $\Diag\bigl(\sigma(h^a)\bigr)$", (hidden, hidden), (m, m)),
            (r"the row $\partial L/\partial h^a$", (1, hidden), (1, m)),
        ]
    )
    column = (right[1], 1) if right[0] == 1 else (hidden, 1)
    return Problem(
        r"$\dfrac{\partial L}{\partial h^a} = (o^s - e_y)^{\mathsf T}\, W_2 \Diag\bigl(\sigma(h^a)\bigr)$ for a network with $d = <d>$ inputs, "
        r"$d_h = <hidden>$ hidden units and $m = <m>$ outputs, one for each class. What shape does <what> have?",
        Shape(right),
        {
            "m19": (
                wrong,
                r"A wrong shape beside a right formula. $W_2$ is $<m> \times <hidden>$; its neighbors have to fit.",
            ),
            "a column": (column, "That is a column. Mind the transposed sign, and that derivatives are rows."),
            "the inputs": (
                (right[0], d),
                r"The $d$ inputs do not occur in this formula; they come in with $W_1$.",
            ),
        },
        hint=r"Write $<m> \times <hidden>$ below $W_2$, and go on from there.",
        solution=r"""The shapes of the three factors are $1 \times <m>$, $<m> \times <hidden>$ and $<hidden> \times <hidden>$, and that of the product is
$1 \times <hidden>$.

For <what> this is $<answer>$.""",
        check="Inner sizes of a product agree.",
        given={"d": d, "hidden": hidden, "m": m, "what": what},
    )


@problem("mlp-bend", section="mlp-hidden-layer", items="S3.Q2.q")
def bend(draw: Draw) -> Problem:
    n, g = draw.integer(2, 9), draw.integer(-9, 9, but=[0, 1, -1])
    sign = draw.one_of([1, -1])
    s = Fraction(n, n + 1) if sign > 0 else Fraction(1, n + 1)
    return Problem(
        r"A hidden unit computes $h^s_j = \softplus(h^a_j)$, with $h^a_j = <minus>\ln <n>$, and $\partial L/\partial h^s_j = <g>$. "
        r"Find $\partial L/\partial h^a_j$.",
        Number(g * s),
        {
            "not bent": (g, "Softplus is not the identity: its slope is a factor."),
            "the slope of the sigmoid": (
                g * s * (1 - s),
                r"This is the slope of a *sigmoid*. That of softplus is the sigmoid itself.",
            ),
            "a quotient": (g / s, "The chain rule multiplies by the slope."),
            "the other side": (g * (1 - s), r"The sign in the exponent is reversed: this is $\sigma(-h^a_j)$."),
        },
        hint=r"The slope of softplus is the sigmoid, and $e^{\ln <n>} = <n>$.",
        solution=r"""The slope of softplus is $\sigma(<minus>\ln <n>) = <s>$.

$<g> \cdot <s> = <answer>$""",
        check="The slope of softplus lies between zero and one.",
        given={"n": n, "g": g, "minus": "-" if sign < 0 else "", "s": s},
    )


@problem("mlp-bend-row", section="mlp-hidden-layer", items="S3.Q2.p S3.Q2.r")
def bend_row(draw: Draw) -> Problem:
    bar = np.array(draw.one_of([(1, -3, 2), (-4, 1, 3), (2, 1, -3), (1, -2, 1), (2, -5, 3)]))
    weights = np.array(draw.integers(6, -3, 4, but=[0])).reshape(3, 2)
    slopes = np.array(draw.distinct(2, 1, 9)) / 10
    row = bar @ weights
    return Problem(
        r"A network with softplus in the hidden layer, $h^s = \softplus(h^a)$, has the scores $o^a = W_2 h^s + b_2$ with"
        "\n\n$$W_2 = <weights>.$$\n\n"
        r"The sigmoid of $h^a$ is $\sigma(h^a) = <slopes>$, and $\bar o^a = \tfrac{1}{10} <bar>$; a bar marks the gradient of the loss with respect to a quantity. Find the "
        r"row $\partial L/\partial h^a$.",
        Vector(_rounded(row * slopes / 10)),
        {
            "not bent": (
                _rounded(row / 10),
                r"This is $\partial L/\partial h^s$. The slopes of softplus are still missing.",
            ),
            "divided by the slopes": (_rounded(row / slopes / 10), "The slopes of softplus are factors."),
            "the slopes exchanged": (_rounded(row * slopes[::-1] / 10), "Each entry has the slope of its own unit."),
            "the tenth forgotten": (_rounded(row * slopes), r"The factor $\tfrac{1}{10}$ of $\bar o^a$ is missing."),
        },
        hint=r"First the row $(\bar o^a)^{\mathsf T} W_2$, then entry by entry.",
        solution=r"""$(\bar o^a)^{\mathsf T} W_2 = \tfrac{1}{10} <row>$, and each entry is multiplied by its slope.

$<answer>$""",
        check=r"It has one entry for each hidden unit.",
        given={"bar": tuples(bar), "weights": tuples(weights), "slopes": tuples(slopes), "row": tuples(row)},
    )


@problem("mlp-first-layer", section="mlp-first-layer", items="S3.Q2.r")
def first_layer(draw: Draw) -> Problem:
    bar, x = draw.distinct(2, -4, 5, but=[0]), draw.distinct(3, -3, 4, but=[0])
    weights = np.array(draw.integers(6, -2, 2, but=[0])).reshape(2, 3)
    return Problem(
        r"A network reads three inputs $x = <x>$, and its two hidden units compute $h^a = W_1 x + b_1$ with $W_1 = <weights>$. A bar marks the gradient "
        r"of the loss with respect to a quantity, and $\bar h^a = <bar>$. Find $\bar W_1$.",
        Matrix(tuples(np.outer(bar, x))),
        {
            "transposed": (tuples(np.outer(x, bar)), r"This is the transpose: $\bar W_1$ has the shape of $W_1$."),
            "the weights": (
                tuples(weights * np.array(bar)[:, None]),
                r"The rows of $W_1$ were multiplied. That is a step on the way to $\bar x$; the derivative with respect to a weight is what it is "
                "multiplied by.",
            ),
            "squares": (tuples(np.outer(bar, bar)), r"The row is $x^{\mathsf T}$, what the layer has read."),
        },
        hint=r"$(W_1)_{jk}$ is multiplied by $x_k$, and feeds unit $j$.",
        solution=r"""$\bar W_1 = \bar h^a\, x^{\mathsf T}$, a column times a row.

$\bar W_1 = <answer>$""",
        check=r"It has the shape of $W_1$, and does not depend on its values.",
        given={"bar": bar, "x": x, "weights": tuples(weights)},
    )


@problem("mlp-input-gradient", section="mlp-first-layer", items="S3.Q2.r")
def input_gradient(draw: Draw) -> Problem:
    bar = np.array(draw.distinct(2, -4, 5, but=[0]))
    weights = np.array(draw.integers(4, -4, 5, but=[0])).reshape(2, 2)
    return Problem(
        r"A layer computes $h^a = W_1 x + b_1$ with $W_1 = <weights>$. A bar marks the gradient of the loss with respect to a quantity, and $\bar h^a = <bar>$. Find "
        r"$\bar x$.",
        Vector(tuples(weights.T @ bar)),
        {
            "not transposed": (tuples(weights @ bar), r"Backwards the matrix is transposed: input $k$ feeds the units through *column* $k$."),
            "entry by entry": (tuples(np.diag(weights) * bar), "Each input feeds both units; sum over them."),
            "the column sums": (tuples(weights.sum(axis=0)), r"The units count with $\bar h^a$."),
        },
        hint=r"$\bar x_k = \sum_j \bar h^a_j\,(W_1)_{jk}$.",
        solution=r"""$\bar x = W_1^{\mathsf T} \bar h^a$: $\bar x_1 = <first>$ and $\bar x_2 = <second>$.

$\bar x = <answer>$""",
        check=r"Each entry belongs to one column of $W_1$.",
        given={
            "weights": tuples(weights), "bar": tuples(bar),
            "first": dot(tuples(weights[:, 0]), tuples(bar)), "second": dot(tuples(weights[:, 1]), tuples(bar)),
        },
    )  # fmt: skip


@problem("mlp-missing-row", section="mlp-not-unique")
def missing_row(draw: Draw) -> Problem:
    one, two = (tuple(value / 10 for value in draw.integers(2, -9, 9, but=[0])) for _ in range(2))
    right = tuple(round(-a - b, 1) + 0.0 for a, b in zip(one, two, strict=True))
    return Problem(
        r"A network ends in softmax over three classes and is trained with cross-entropy. For a batch of examples the first two rows of $\bar W_2$, the "
        r"gradient of the loss with respect to the output weights, are $<one>$ and $<two>$. Find the third row.",
        Vector(right),
        {
            "the sign": (
                tuple(-value for value in right),
                "The columns sum to zero, so the last row is *minus* the others.",
            ),
            "zero": ((0, 0), r"It is the column *sums* that are zero, not the last row."),
            "rows sum to zero": (
                (round(-one[0] - one[1], 1), round(-two[0] - two[1], 1)),
                "These numbers would make *rows* sum to zero. It is the columns.",
            ),
        },
        hint=r"$\bar W_2 = \bar o^a (h^s)^{\mathsf T}$. What do the entries of $\bar o^a$ sum to?",
        solution=r"""$\mathbf 1^{\mathsf T}\bar o^a = 0$, so each column of $\bar W_2$ sums to zero.

The third row is $<answer>$.""",
        check=r"Adding the same row to all rows of $W_2$ changes no probability.",
        given={"one": one, "two": two},
    )
