"""Problems on automatic differentiation by hand."""

from __future__ import annotations

import math

import numpy as np

from nnlib.autodiff import grad
from practice.answers import Integer, Number, Vector
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import plus, times
from practice.values import tuples

FOUR = 0.4e-4  # as far as a number may be off whose fourth decimal counts


def signed(value: float) -> str:
    """Return a number as the second part of a sum."""
    return f"{'-' if value < 0 else '+'} {abs(value):.6f}"


@problem("autodiff-value", section="autodiff-traces", items="S4.Q4.1")
def value(draw: Draw) -> Problem:
    x1, x2 = draw.integer(1, 6), draw.integer(2, 9)
    right = 1 / (x1 + x2) + x2**2 + math.cos(x1)
    return Problem(
        r"Carry out the evaluation trace of $y = \dfrac{1}{x_1 + x_2} + x_2^2 + \cos x_1$ at $(<x1>, <x2>)$. What is $y$?",
        Number(right),
        {
            "degrees": (
                right - math.cos(x1) + math.cos(math.radians(x1)),
                "The cosine was taken in degrees. In calculus angles are in radians.",
            ),
            "the inputs exchanged": (
                1 / (x1 + x2) + x1**2 + math.cos(x2),
                r"The two inputs were exchanged: the square is that of $x_2$.",
            ),
            "not inverted": (right - 1 / (x1 + x2) + x1 + x2, r"The first term is one *over* the sum."),
            "the cosine forgotten": (right - math.cos(x1), "The cosine is missing."),
        },
        hint=r"$v_1 = v_{-1} + v_0$, $v_2 = 1/v_1$, $v_3 = v_0^2$, $v_4 = \cos v_{-1}$, and then the sums.",
        solution=r"""$v_1 = <sum>$, $v_2 \approx <inverse:4>$, $v_3 = <square>$ and $v_4 = \cos <x1> \approx <cosine:4>$. The sum, with all digits carried, is

$y \approx <answer>$""",
        check=r"The largest part is $x_2^2$.",
        given={"x1": x1, "x2": x2, "sum": x1 + x2, "inverse": 1 / (x1 + x2), "square": x2**2, "cosine": math.cos(x1)},
    )


@problem("autodiff-tangent", section="autodiff-forward", items="S4.Q4.1")
def tangent(draw: Draw) -> Problem:
    x1, x2 = draw.integer(1, 40), draw.integer(1, 40)
    total = x1 + x2
    one, two = -1 / total**2, -math.sin(x1)
    right = round(one + two, 4)
    return Problem(
        r"$y = \dfrac{1}{x_1 + x_2} + x_2^2 + \cos x_1$ at $(<x1>, <x2>)$. Carry out the tangent trace with the seed $(1, 0)$. What is the "
        r"tangent $\dot y$, rounded to four decimals?",
        Number(right, tolerance=FOUR),
        {
            "m24": (
                round(round(one, 4) + round(two, 4), 4),
                "Two rounded numbers were added, and both roundings went the same way. Carry more digits than you print.",
            ),
            "the sign of the sine": (round(one - two, 4), r"The derivative of the cosine is *minus* the sine."),
            "the square lost": (round(-1 / total + two, 4), r"The derivative of $1/v$ is $-1/v^2$."),
            "the other seed": (
                round(one + 2 * x2, 4),
                r"This is $\dot y$ for the seed $(0, 1)$, the derivative with respect to $x_2$.",
            ),
        },
        hint=r"$\dot v_1 = 1$, $\dot v_2 = -\dot v_1/v_1^2$, $\dot v_3 = 0$ and $\dot v_4 = -\sin v_{-1}$.",
        solution=r"""$\dot v_2 = -1/<total>^2 \approx <one:6>$, $\dot v_3 = 0$ and $\dot v_4 = -\sin <x1> \approx <two:6>$.

$\dot y \approx <one:6> <signed> \approx <answer>$""",
        check=r"$x_1$ occurs in the fraction and in the cosine, so there are two parts.",
        given={"x1": x1, "x2": x2, "total": total, "one": one, "two": two, "signed": signed(two)},
    )


@problem("autodiff-adjoint", section="autodiff-reverse", items="S4.Q4.2")
def adjoint(draw: Draw) -> Problem:
    x1, x2 = draw.integer(1, 9), draw.integer(2, 9)
    total = x1 + x2
    one, two = -1 / total**2, 2 * x2
    return Problem(
        r"$y = \dfrac{1}{x_1 + x_2} + x_2^2 + \cos x_1$ at $(<x1>, <x2>)$. Carry out the adjoint trace. What is the adjoint $\bar x_2$, the derivative "
        r"of $y$ with respect to $x_2$?",
        Number(one + two),
        {
            "m23": (
                one,
                r"The forward seed was carried into the reverse walk: its zero wipes out the contribution of the square. "
                r"Reverse mode has one seed only, $\bar y = 1$.",
            ),
            "the sum forgotten": (
                two,
                "$x_2$ is read twice, and its two contributions have to be *added*. This is that of the square alone.",
            ),
            "the sign": (-one + two, r"The derivative of $1/v$ is $-1/v^2$."),
            "the other input": (one - math.sin(x1), r"This is $\bar x_1$."),
        },
        hint=r"Which two steps read $x_2$?",
        solution=r"""The square contributes $2 \cdot <x2> = <two>$, and the sum passes on $-1/<total>^2 \approx <one:6>$.

$\bar x_2 \approx <two> <signed> \approx <answer>$""",
        check=r"$x_2$ is read by two steps, so $\bar x_2$ is a sum of two contributions.",
        given={"x1": x1, "x2": x2, "total": total, "one": one, "two": two, "signed": signed(one)},
    )


@problem("autodiff-both", section="autodiff-reverse", items="S4.Q4.2")
def both(draw: Draw) -> Problem:
    a, x1, x2 = draw.integer(2, 9), draw.integer(1, 9), draw.integer(1, 9)
    right = tuples(grad(lambda x: x[0] * x[1] + a * x[0] + x[1] ** 2)(np.array([x1, x2], float)))
    return Problem(
        r"$y = x_1 x_2 + <a> x_1 + x_2^2$ at $(<x1>, <x2>)$. Find both derivatives with one reverse walk: $\bar x_1, \bar x_2$.",
        Vector(tuple(int(one) for one in right)),
        {
            "the product forgotten": (
                (a, 2 * x2),
                "Each input is read twice. The product contributes to both of them, too; add that.",
            ),
            "overwritten": (
                (x2, x1),
                "These are the contributions of the product $x_1 x_2$ alone. They come last on the walk back, and overwrote "
                "the earlier ones; add them.",
            ),
            "exchanged": ((x1 + a, x2 + 2 * x2), r"A product hands each factor the *other* factor."),
            "the forward seed": (
                (x2 + a, x1),
                r"The contribution of the square to $\bar x_2$ is missing.",
            ),
        },
        hint=r"A product $v_i v_j$ hands $v_i$ the adjoint times $v_j$. Add what arrives.",
        solution=r"""$x_1$ receives $x_2 = <x2>$ from the product and $<a>$ from $<a>x_1$; $x_2$ receives $x_1 = <x1>$ and $2x_2 = <twice>$.

$(\bar x_1, \bar x_2) = <answer>$""",
        check="Each input is read by two steps.",
        given={"a": a, "x1": x1, "x2": x2, "twice": 2 * x2},
    )


@problem("autodiff-direction", section="autodiff-forward", items="S4.Q4.1")
def direction(draw: Draw) -> Problem:
    slopes, seed = draw.distinct(2, -6, 9, but=[0]), draw.distinct(2, -4, 5, but=[0, 1])
    return Problem(
        r"At some point a function has the derivatives $\partial y/\partial x_1 = <slopes.1>$ and $\partial y/\partial x_2 = <slopes.2>$. "
        r"What does one forward run with the seed $(\dot x_1, \dot x_2) = <seed>$ return as $\dot y$?",
        Integer(slopes[0] * seed[0] + slopes[1] * seed[1]),
        {
            "the derivatives added": (sum(slopes), r"That is $\dot y$ for the seed $(1, 1)$."),
            "exchanged": (
                slopes[0] * seed[1] + slopes[1] * seed[0],
                "Each derivative is multiplied by the speed of its own input.",
            ),
            "a product": (slopes[0] * seed[0] * slopes[1] * seed[1], "The two contributions are added."),
            "one input": (slopes[0] * seed[0], "Both inputs move; the second contributes, too."),
        },
        hint=r"Both inputs move at once. How fast does $y$ move because of each?",
        solution=r"""Each input contributes its derivative times its speed.

$\dot y = <sum> = <answer>$""",
        check=r"For the seed $(1, 0)$ it would be $<slopes.1>$.",
        given={"slopes": slopes, "seed": seed, "sum": plus(times(slopes[0], seed[0]), times(slopes[1], seed[1]))},
    )


@problem("autodiff-dual", section="autodiff-dual")
def dual(draw: Draw) -> Problem:
    v, s, w, t = draw.integers(4, -6, 7, but=[-1, 0, 1])
    return Problem(
        r"Multiply the dual numbers $<one>$ and $<two>$. Give the value and the tangent of the product.",
        Vector((v * w, s * w + v * t)),
        {
            "the tangents multiplied": ((v * w, s * t), r"$\varepsilon^2 = 0$, so the product of the tangents is what drops out."),
            "the tangents added": ((v * w, s + t), "That is the rule for a sum. In a product each tangent is multiplied by the other value."),
            "the wrong partners": ((v * w, v * s + w * t), "Each tangent is multiplied by the *other* value."),
        },
        hint=r"Multiply out, with $\varepsilon^2 = 0$.",
        solution=r"""The value is $<values>$, and the tangent is $<tangents>$.

$<answer>$""",
        check="It is the product rule.",
        given={
            "v": v, "s": s, "w": w, "t": t, "one": plus(v, rf"{s}\,\varepsilon"), "two": plus(w, rf"{t}\,\varepsilon"),
            "values": times(v, w), "tangents": plus(times(s, w), times(v, t)),
        },
    )  # fmt: skip


@problem("autodiff-paths", section="autodiff-paths")
def paths(draw: Draw) -> Problem:
    width, r = draw.integer(2, 6), draw.integer(3, 6)
    return Problem(
        r"A program has $<r>$ stages in a row. In each of them, $<width>$ steps read the value of the stage before, and their sum goes on to the "
        r"next. How many paths lead from the input to the result?",
        Integer(width**r),
        {
            "added": (width * r, "The stages come one *after* the other, so the choices multiply."),
            "one stage too many": (
                width ** (r + 1),
                r"There are $<r>$ stages, and each multiplies the number of paths once.",
            ),
            "one stage too few": (width ** (r - 1), r"Each of the $<r>$ stages multiplies the number of paths."),
            "turned over": (r**width, "The number of choices is the base, and the number of stages the exponent."),
        },
        hint=r"How many ways are there through one stage? And through two?",
        solution=r"""Each stage can be passed in $<width>$ ways, whatever came before.

$<width>^{<r>} = <answer>$""",
        check="One more stage multiplies the number.",
        given={"r": r, "width": width},
    )


@problem("autodiff-runs", section="autodiff-jacobians", items="S0.Q3.3")
def runs(draw: Draw) -> Problem:
    l, o = draw.distinct(2, 2, 60)
    reverse = draw.integer(0, 1)
    return Problem(
        r"A function takes $<l>$ numbers to $<o>$. To build its whole Jacobian, how many <what> does *<mode>* mode need?",
        Integer(o if reverse else l),
        {
            "the other mode": (l if reverse else o, "This is the count for the other mode."),
            "one for each entry": (l * o, "One run or walk gives a whole column or row, not one entry."),
            "a single one": (1, "A single one gives one column or one row. The Jacobian has several."),
        },
        hint="What does one of them give: a row, or a column?",
        solution=r"""One <one> gives a <line> of the $<o> \times <l>$ Jacobian.

There are $<answer>$ of them.""",
        check="Think of a loss: one output, and one walk back for all of its inputs.",
        given={
            "l": l, "o": o, "mode": "reverse" if reverse else "forward", "what": "walks back" if reverse else "runs",
            "one": "walk back" if reverse else "run, with one unit vector as the seed,", "line": "row" if reverse else "column",
        },
    )  # fmt: skip


@problem("autodiff-broadcast", section="autodiff-arrays")
def broadcast(draw: Draw) -> Problem:
    bar = np.array(draw.integers(6, -5, 6, but=[0])).reshape(3, 2)
    sums = bar.sum(axis=0)
    return Problem(
        r"A bias with two entries is added to each of the three rows of $X$, $Y = X + \mathbf 1 b^{\mathsf T}$. The walk back brings "
        r"$\bar Y = <bar>$, the gradient of the loss with respect to $Y$. Find $\bar b$, its gradient with respect to $b$.",
        Vector(tuples(sums)),
        {
            "row sums": (
                tuples(bar.sum(axis=1)),
                r"$\bar b$ has the shape of $b$: two entries. Sum over the rows to which $b$ was added.",
            ),
            "the mean": (
                tuple(round(float(one) / 3, 4) for one in sums),
                r"The contributions of the three rows are added, not averaged.",
            ),
            "the first row": (tuples(bar[0]), "All three rows have read the bias."),
        },
        hint=r"How often is each entry of $b$ read?",
        solution=r"""Each entry of $b$ is read once in each row, so the contributions of a column are added, $\bar b = \bar Y^{\mathsf T} \mathbf 1$.

$\bar b = <answer>$""",
        check=r"An adjoint has the shape of its value.",
        given={"bar": tuples(bar)},
    )


@problem("autodiff-norm", section="autodiff-rule")
def norm(draw: Draw) -> Problem:
    a, b, c = draw.one_of([(3, 4, 5), (4, 3, 5), (6, 8, 10), (8, 6, 10)])
    x, bar = (a * draw.one_of([1, -1]), b * draw.one_of([1, -1])), draw.integer(2, 9)
    return Problem(
        r"A new operation computes the length $y = \lVert x \rVert$. At $x = <x>$ the walk back brings $\bar y = <bar>$, the derivative of the loss "
        r"with respect to $y$. Find $\bar x$, its gradient with respect to $x$.",
        Vector(tuple(round(bar * one / c, 2) for one in x)),
        {
            "not divided": (
                tuple(float(bar * one) for one in x),
                r"The derivative of $\sqrt{x^{\mathsf T} x}$ has the length below the fraction bar.",
            ),
            "the square's rule": (tuple(2.0 * bar * one for one in x), r"This is the rule for $\lVert x \rVert^2$."),
            "divided by the square": (
                tuple(round(bar * one / c**2, 4) for one in x),
                r"Divide by the length, not by its square.",
            ),
            "the seed forgotten": (tuple(round(one / c, 2) for one in x), r"The derivative is multiplied by $\bar y$."),
        },
        hint=r"Differentiate $y^2 = x^{\mathsf T} x$.",
        solution=r"""$2y\,\dot y = 2x^{\mathsf T}\dot x$, so the derivative with respect to $x_i$ is $x_i/y$ with $y = <c>$.

$\bar x = <bar> \cdot \tfrac{1}{<c>} <x> = <answer>$""",
        check=r"It has the direction of $x$ and the length $<bar>$.",
        given={"x": x, "bar": bar, "c": c},
    )
