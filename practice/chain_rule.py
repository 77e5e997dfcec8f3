"""Problems on the chain rule, and on what its products cost."""

from __future__ import annotations

import numpy as np

from nnlib.chain import accumulation_cost
from practice.answers import Choice, Integer, Matrix, Number, Shape
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import article, dot
from practice.values import tuples


def _square(draw: Draw) -> np.ndarray:
    return np.array(draw.integers(4, -3, 4, but=[0])).reshape(2, 2)


@problem("chain-product", section="chain-jacobian", items="S0.Q3.1")
def product(draw: Draw) -> Problem:
    first, second = _square(draw), _square(draw)
    right = second @ first
    return Problem(
        r"At some $x$ the Jacobians are $J_f(x) = <first>$ and, at $a = f(x)$, $J_g(a) = <second>$. Find the Jacobian of $g \circ f$ at $x$.",
        Matrix(tuples(right)),
        {
            "the order": (
                tuples(first @ second),
                "The factors are in the wrong order. The function applied first stands on the right.",
            ),
            "entry by entry": (
                tuples(first * second),
                "This is the product of entries. Rows are multiplied by columns.",
            ),
            "a sum": (tuples(first + second), "One function *after* another multiplies the Jacobians."),
        },
        hint=r"Which function acts on $x$ first?",
        solution=r"""$J_{g \circ f}(x) = J_g(a)\,J_f(x)$. Its first entry is $<entry>$.

$<second> <first> = <answer>$""",
        check=r"A nudge $v$ of $x$ becomes $J_f(x)\,v$ first.",
        given={"first": tuples(first), "second": tuples(second), "entry": dot(tuples(second[0]), tuples(first[:, 0]))},
    )


@problem("chain-points", section="chain-jacobian", items="S0.Q3.1")
def points(draw: Draw) -> Problem:
    a, b, x = draw.integer(2, 4), draw.integer(1, 5), draw.integer(1, 3)
    u = a * x + b
    w = u * u
    return Problem(
        r"$f(x) = <a>x + <b>$, $g(u) = u^2$ and $h(w) = w^2$. Find the derivative of $h(g(f(x)))$ at $x = <x>$.",
        Integer(2 * w * 2 * u * a),
        {
            "m22/all": (
                2 * x * 2 * x * a,
                r"All three derivatives were evaluated at $x$. Each has its own point: what its function was applied to.",
            ),
            "m22/one": (
                2 * w * 2 * x * a,
                r"$g'$ was evaluated at $x$. The function $g$ was applied to $f(x)$.",
            ),
            "the innermost forgotten": (2 * w * 2 * u, r"The derivative of $f$ is a factor, too."),
            "the outer one early": (
                2 * u * 2 * u * a,
                r"$h'$ was evaluated at $f(x)$. The function $h$ was applied to $g(f(x))$.",
            ),
        },
        hint=r"Give the values on the way names: $u = f(<x>)$ and $w = g(u)$.",
        solution=r"""$u = <u>$ and $w = <w>$, and the factors are $h'(w) = 2w$, $g'(u) = 2u$ and $f'(x) = <a>$.

$2 \cdot <w> \cdot 2 \cdot <u> \cdot <a> = <answer>$""",
        check=r"The composition is $(<a>x + <b>)^4$.",
        given={"a": a, "b": b, "x": x, "u": u, "w": w},
    )


@problem("chain-where", section="chain-jacobian", items="S0.Q3.1")
def where(draw: Draw) -> Problem:
    f, g, h = draw.one_of([tuple(names) for names in ("fgh", "rst", "uvw", "abc", "pqr")])
    values = [rf"${f}(x)$", rf"${g}({f}(x))$", rf"${h}({g}({f}(x)))$"]
    place = draw.integer(1, 2)
    outside = (g, h)[place - 1]
    slips = {
        "m22": (
            "$x$",
            r"In general it cannot even be computed there: this function takes what the one before it returns, not $x$.",
        ),
        "too far": (
            values[place],
            "That is what this function *returns*. Its Jacobian is taken where the function was applied.",
        ),
        "another stage": (
            values[2 - 2 * (place - 1)] if place == 1 else values[0],
            "That is another value on the way.",
        ),
    }
    if slips["another stage"][0] == slips["too far"][0]:
        slips["another stage"] = (values[2], "That is another value on the way.")
    return Problem(
        r"In the Jacobian of $F = <h> \circ <g> \circ <f>$ at $x$, where is the factor $J_<outside>$ evaluated?",
        Choice(values[place - 1]),
        slips,
        hint=r"What was $<outside>$ applied to?",
        solution=r"""$J_F(x)$ has one factor for each function, each at the point to which the function was applied. For $<outside>$ that is

<answer>.""",
        given={"f": f, "g": g, "h": h, "outside": outside, "place": place},
    )


@problem("chain-shapes", section="chain-jacobian", items="S0.Q3.1 S0.Q3.3")
def shapes(draw: Draw) -> Problem:
    l, m, n, o = draw.distinct(4, 2, 9)
    reverse = draw.integer(0, 1)
    right = (o, m) if reverse else (n, l)
    mode = "reverse" if reverse else "forward"
    return Problem(
        r"$f$ takes $<l>$ numbers to $<m>$, $g$ takes these $<m>$ to $<n>$, and $h$ takes these $<n>$ to $<o>$. What is the shape of the "
        r"first product of Jacobians that *<mode>* accumulation computes for $h \circ g \circ f$?",
        Shape(right),
        {
            "transposed": (right[::-1], "The shape is transposed. A Jacobian has one row for each output."),
            "the other mode": ((n, l) if reverse else (o, m), "This is the first product in the other mode."),
            "the whole": ((o, l), r"This is the shape of the Jacobian of $h \circ g \circ f$, the last product."),
        },
        hint=r"Forward begins at the input, reverse at the output. Which two Jacobians does it multiply first?",
        solution=r"""The Jacobians are $<o> \times <n>$, $<n> \times <m>$ and $<m> \times <l>$. The <mode> mode begins with the two on the
<side>.

The product is $<answer>$.""",
        check="Inner sizes of a product agree and disappear.",
        given={"l": l, "m": m, "n": n, "o": o, "mode": mode, "side": "left" if reverse else "right"},
    )


@problem("chain-forward-line", section="chain-forward", items="S0.Q3.2")
def forward_line(draw: Draw) -> Problem:
    f, g, h = draw.one_of([tuple(names) for names in ("fgh", "rst", "uvw", "abc", "pqr")])
    jacobian, value = draw.one_of([("J", "v"), ("M", "y"), ("A", "z")])
    return Problem(
        r"Forward accumulation of $<h> \circ <g> \circ <f>$ begins with $<J> \leftarrow J_<f>(x)$ and $<v> \leftarrow <f>(x)$. What comes next?",
        Choice(r"$<J> \leftarrow J_<g>(<v>)\,<J>$, then $<v> \leftarrow <g>(<v>)$"),
        {
            "the value too early": (
                r"$<v> \leftarrow <g>(<v>)$, then $<J> \leftarrow J_<g>(<v>)\,<J>$",
                r"The value was overwritten before the Jacobian was taken, so the Jacobian is taken at the wrong point.",
            ),
            "the order": (
                r"$<J> \leftarrow <J>\,J_<g>(<v>)$, then $<v> \leftarrow <g>(<v>)$",
                "The new factor stands on the left: the function applied first stands on the right.",
            ),
            "m22": (
                r"$<J> \leftarrow J_<g>(x)\,<J>$, then $<v> \leftarrow <g>(<v>)$",
                r"The Jacobian of $<g>$ is taken at $x$. It belongs to the point to which $<g>$ is applied.",
            ),
        },
        hint=r"At which value is the Jacobian of $<g>$ needed? When is that value still there?",
        solution=r"""$J_<g>$ is needed at $<f>(x)$, which is what $<v>$ holds now, and multiplies from the left. Only then may $<v>$ move on.

<answer>""",
        given={"f": f, "g": g, "h": h, "J": jacobian, "v": value},
    )


@problem("chain-stored", section="chain-reverse", items="S0.Q3.3")
def stored(draw: Draw) -> Problem:
    l, m, n, o = draw.distinct(4, 2, 90)
    return Problem(
        r"$f$ takes $<l>$ numbers to $<m>$, $g$ takes these $<m>$ to $<n>$, and $h$ takes these $<n>$ to $<o>$. Besides $x$, how many "
        r"numbers does the forward pass have to keep, so that reverse accumulation can evaluate $J_h$, $J_g$ and $J_f$ afterwards?",
        Integer(m + n),
        {
            "the result, too": (m + n + o, r"No Jacobian is evaluated at the *result* of $h$."),
            "the last one": (n, r"This is enough for $J_h$. Then $J_g$ needs its point, too."),
            "a matrix": (m * n, r"The *values* between the stages are kept, not matrices."),
            "everything": (l + m + n + o, r"$x$ was not to be counted, and the result is not needed."),
        },
        hint=r"Where are the three Jacobians evaluated?",
        solution=r"""$J_f$ is evaluated at $x$, $J_g$ at $a = f(x)$ with $<m>$ entries, and $J_h$ at $b = g(a)$ with $<n>$.

$<m> + <n> = <answer>$""",
        check=r"Each value between two stages is kept once.",
        given={"l": l, "m": m, "n": n, "o": o},
    )


@problem("chain-product-cost", section="chain-cost", items="S0.Q3.4")
def product_cost(draw: Draw) -> Problem:
    p, q, r = draw.distinct(3, 2, 12)
    return Problem(
        r"How many multiplications does the product of <ap> $<p> \times <q>$ and <aq> $<q> \times <r>$ matrix take?",
        Integer(p * q * r),
        {
            "m20": (
                q * r,
                "This is the size of the right factor. Each of its entries is used once for *every* row of the left one.",
            ),
            "the left factor": (
                p * q,
                "This is the size of the left factor. Each of its entries is used for every column of the right one.",
            ),
            "the result": (
                p * r,
                r"This is the number of entries of the result. Each of them is a sum of $<q>$ products.",
            ),
            "both factors": (p * q + q * r, "These are the entries of both factors. Each is used several times."),
        },
        hint=r"How many entries does the result have, and how many products does each of them take?",
        solution=r"""The result has $<p> \cdot <r>$ entries, and each is a sum of $<q>$ products.

$<p> \cdot <q> \cdot <r> = <answer>$""",
        check=r"With $<p>$ replaced by one, it would be $<qr>$.",
        given={"p": p, "q": q, "r": r, "qr": q * r, "ap": article(p), "aq": article(q)},
    )


@problem("chain-cost", section="chain-cost", items="S0.Q3.4")
def cost(draw: Draw) -> Problem:
    sizes = draw.integers(4, 2, 9)
    l, m, n, o = sizes
    reverse = draw.integer(0, 1)
    mode, other = ("reverse", "forward") if reverse else ("forward", "reverse")
    first, second = ((o, n, m), (o, m, l)) if reverse else ((n, m, l), (o, n, l))
    return Problem(
        r"$(l, m, n, o) = <sizes>$ are the numbers of entries of $x$, $f(x)$, $g(f(x))$ and $h(g(f(x)))$. How many multiplications do the two "
        r"matrix products of *<mode>* accumulation take?",
        Integer(accumulation_cost(sizes, mode)),
        {
            "the other mode": (accumulation_cost(sizes, other), "This is the cost of the other mode."),
            "m20": (
                first[1] * first[2] + second[1] * second[2],
                "Only the sizes of the right factors were counted. Each of their entries is used for every row of the left one.",
            ),
            "all at once": (l * m * n * o, "The two products are made one after the other: their costs are added."),
            "one product": (second[0] * second[1] * second[2], "This is the second product alone."),
        },
        hint=r"A $(p \times q)(q \times r)$ product takes $pqr$ multiplications. Which two products come first?",
        solution=r"""The first product has the sizes $<first.1> \times <first.2>$ and $<first.2> \times <first.3>$, the second
$<second.1> \times <second.2>$ and $<second.2> \times <second.3>$.

$<first.1> \cdot <first.2> \cdot <first.3> + <second.1> \cdot <second.2> \cdot <second.3> = <answer>$""",
        check="It is a sum of two products of three sizes.",
        given={"sizes": sizes, "mode": mode, "first": first, "second": second},
    )


@problem("chain-cheaper", section="chain-criterion", items="S0.Q3.4")
def cheaper(draw: Draw) -> Problem:
    surprising = [
        (l, m, n, o)
        for l in range(1, 6)
        for m in range(1, 6)
        for n in range(1, 6)
        for o in range(1, 6)
        if (o - l) * (o * m * (l + n) - n * l * (m + o)) < 0
    ]
    sizes = draw.one_of(surprising)
    l, m, n, o = sizes
    forward, reverse = n * l * (m + o), o * m * (l + n)
    better, worse = ("forward", "reverse") if forward < reverse else ("reverse", "forward")
    than = "fewer" if o < l else "more"
    return Problem(
        r"For the widths $(l, m, n, o) = <sizes>$, from input to output, which mode needs fewer multiplications?",
        Choice(r"the <better> mode, although there are <than> outputs than inputs"),
        {
            "m21": (
                r"the <worse> mode, because there are <than> outputs than inputs",
                "Outputs against inputs is a rule of thumb. The widths in between count as well; here they turn it around.",
            ),
            "always the same": (
                r"neither: the order of matrix products does not change their cost",
                "It does not change their *result*. The cost depends on it.",
            ),
        },
        hint=r"Forward takes $nl(m + o)$ multiplications, reverse $om(l + n)$.",
        solution=r"""Forward takes $<n> \cdot <l> \cdot (<m> + <o>) = <forward>$ multiplications, reverse
$<o> \cdot <m> \cdot (<l> + <n>) = <reverse>$.

Cheaper is <answer>.""",
        given={"sizes": sizes, "l": l, "m": m, "n": n, "o": o, "forward": forward, "reverse": reverse, "better": better, "worse": worse, "than": than},
    )  # fmt: skip


@problem("chain-halves-first", section="chain-order")
def halves_first(draw: Draw) -> Problem:
    a, b, c, d, e = sizes = draw.integers(5, 2, 9)
    right = a * b * c + c * d * e + a * c * e
    return Problem(
        r"$A$, $B$, $C$ and $D$ have the shapes $<a> \times <b>$, $<b> \times <c>$, $<c> \times <d>$ and $<d> \times <e>$. How many "
        r"multiplications does $(AB)(CD)$ take?",
        Integer(right),
        {
            "from the left": (accumulation_cost(sizes[::-1], "reverse"), r"This is the cost of $((AB)C)D$."),
            "from the right": (accumulation_cost(sizes[::-1], "forward"), r"This is the cost of $A(B(CD))$."),
            "the last product forgotten": (a * b * c + c * d * e, "The two halves still have to be multiplied."),
        },
        hint=r"First $AB$, then $CD$, then the product of the two results.",
        solution=r"""$AB$ is $<a> \times <c>$, and $CD$ is $<c> \times <e>$.

$<a> \cdot <b> \cdot <c> + <c> \cdot <d> \cdot <e> + <a> \cdot <c> \cdot <e> = <answer>$""",
        check="It is a sum of three products of three sizes.",
        given={"a": a, "b": b, "c": c, "d": d, "e": e},
    )


@problem("chain-vector", section="chain-vectors")
def one_direction(draw: Draw) -> Problem:
    l, m, n, o = sizes = draw.distinct(4, 2, 12)
    return Problem(
        r"$J_f$ is $<m> \times <l>$, $J_g$ is $<n> \times <m>$ and $J_h$ is $<o> \times <n>$. How many multiplications does "
        r"$J_h\bigl(J_g(J_f\,v)\bigr)$ take for one vector $v$?",
        Integer(l * m + m * n + n * o),
        {
            "matrices first": (
                accumulation_cost(sizes, "forward"),
                "This multiplies the matrices with each other. A vector first is much cheaper.",
            ),
            "multiplied": (l * m * n * o, "The three products are made one after the other: add their costs."),
            "the widths": (l + m + n + o, "A matrix times a vector uses every entry of the matrix once."),
        },
        hint=r"A matrix times a vector takes one multiplication for each entry of the matrix.",
        solution=r"""Each matrix is used once, entry by entry.

$<m> \cdot <l> + <n> \cdot <m> + <o> \cdot <n> = <answer>$""",
        check="No matrix is multiplied by a matrix.",
        given={"l": l, "m": m, "n": n, "o": o},
    )


@problem("chain-quotient-error", section="chain-check")
def quotient_error(draw: Draw) -> Problem:
    x, e = draw.integer(2, 12), draw.integer(1, 9, but=[2, 5]) / draw.one_of([10, 20])
    return Problem(
        r"By how much does the central quotient $\dfrac{F(x + \varepsilon) - F(x - \varepsilon)}{2\varepsilon}$ of $F(x) = x^3$ exceed the "
        r"derivative at $x = <x>$, with $\varepsilon = <e>$?",
        Number(round(e * e, 4)),
        {
            "one-sided": (round(3 * x * e + e * e, 4), "This is the error of the *one-sided* quotient."),
            "exact": (0, "For a parabola there would be no error. A cubic leaves some."),
            "first order": (e, r"The error of a central quotient shrinks like the *square* of the nudge."),
            "not divided": (round(2 * e**3, 6), r"This is the error before dividing by $2\varepsilon$."),
        },
        hint=r"Multiply out $(x + \varepsilon)^3 - (x - \varepsilon)^3$.",
        solution=r"""$(x + \varepsilon)^3 - (x - \varepsilon)^3 = 6x^2\varepsilon + 2\varepsilon^3$, so the quotient is $3x^2 + \varepsilon^2$.

$<e>^2 = <answer>$""",
        check=r"It does not depend on $x$.",
        given={"x": x, "e": e},
    )


@problem("chain-both-parts", section="chain-example", items="S0.Q3.1")
def both_parts(draw: Draw) -> Problem:
    x1, x2 = draw.integers(2, 1, 4)
    c = draw.integer(2, 5)
    a1, a2 = x1 * x2, x1 + c * x2
    right = 2 * a1 * x2 + a2 * x2 + a1
    return Problem(
        r"Let $f(x) = (x_1 x_2,\; x_1 + <c> x_2)$ and $h(a) = a_1^2 + a_1 a_2$. Find $\partial\, h(f(x))/\partial x_1$ at $x = (<x1>, <x2>)$.",
        Integer(right),
        {
            "one path": (2 * a1 * x2 + a2 * x2, r"The path through $a_2$ is missing: $x_1$ moves both entries of $a$."),
            "m22": (
                (2 * x1 + x2) * x2 + x1,
                r"The Jacobian of $h$ was evaluated at $x$. It is taken at $a = f(x)$.",
            ),
            "the other input": (
                2 * a1 * x1 + a2 * x1 + c * a1,
                r"This is the derivative with respect to $x_2$.",
            ),
        },
        hint=r"$J_h(a) = (2a_1 + a_2,\; a_1)$. Multiply by the first column of $J_f$.",
        solution=r"""At $a = (<a1>, <a2>)$ the row is $J_h = (<row>, <a1>)$, and the first column of $J_f$ is $(<x2>, 1)$.

$<row> \cdot <x2> + <a1> \cdot 1 = <answer>$""",
        check=r"It is a sum over both entries of $a$.",
        given={"x1": x1, "x2": x2, "c": c, "a1": a1, "a2": a2, "row": 2 * a1 + a2},
    )
