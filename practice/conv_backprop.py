"""Problems on backpropagation through convolution layers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from nnlib.signal import convolve, correlate
from nnlib.toeplitz import hankel_matrix, toeplitz_matrix
from practice.answers import Choice, Formula, Integer, Matrix, Shape, Vector
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import dot, plus
from practice.values import tuples


def _numbers(draw: Draw, count: int, low: int = -3, high: int = 4) -> np.ndarray:
    return np.array(draw.integers(count, low, high, but=[0]))


@problem("cbp-size-valid", section="conv-backprop-layers", items="S0.Q6.1 S1.Q5.1")
def size_valid(draw: Draw) -> Problem:
    c = draw.integer(2, 12)
    return Problem(
        r"Two valid layers follow each other. The first has a kernel of $k_1$ entries, the second one of $<c>$. The input has $d$ entries. "
        r"How many does the output have, as a formula in $d$ and $k_1$?",
        Formula(f"d - k_1 - {c - 2}" if c > 2 else "d - k_1", letters={"d": (20, 60), "k_1": (2, 9)}),
        {
            "one layer's one": (f"d - k_1 - {c - 1}", r"*Each* of the two layers gives one back: $N - k + 1$, twice."),
            "no ones": (f"d - k_1 - {c}", r"A valid layer writes $N - k + 1$ entries, not $N - k$."),
            "the first layer": (
                "d - k_1 + 1",
                "This is what the first layer writes. The second shortens it once more.",
            ),
            "full layers": (
                f"d + k_1 + {c - 2}" if c > 2 else "d + k_1",
                "These would be full layers. A valid layer shortens.",
            ),
        },
        hint=r"What is left of $d$ entries after the first layer? Apply the same rule again.",
        solution=r"""The first layer leaves $d - k_1 + 1$ entries, and the second $(d - k_1 + 1) - <c> + 1$.

$<answer>$""",
        check=r"With kernels of one entry each, it would be $d$.",
        given={"c": c},
    )


@problem("cbp-size-full", section="conv-backprop-layers", items="S0.Q6.4 S1.Q5.4")
def size_full(draw: Draw) -> Problem:
    c = draw.integer(3, 30)
    return Problem(
        r"Two *full* layers follow each other. The first has a kernel of $k_1$ entries, the second one of $<c>$. The input has $d$ entries. "
        r"How many does the output have, as a formula in $d$ and $k_1$?",
        Formula(f"d + k_1 + {c - 2}", letters={"d": (20, 60), "k_1": (2, 9)}),
        {
            "m30": (
                f"d + k_1 + {c + 2}",
                r"The sign of the one is wrong in both layers: a full layer writes $d + k - 1$ entries. A kernel of one entry changes nothing.",
            ),
            "m30/once": (f"d + k_1 + {c}", r"A full layer writes $d + k - 1$ entries, and there are two of them."),
            "one layer's one": (f"d + k_1 + {c - 1}", "*Each* of the two layers takes one away."),
            "valid layers": (f"d - k_1 - {c - 2}", "These would be valid layers. A full layer makes its input longer."),
        },
        hint=r"How many entries would a kernel of one entry add?",
        solution=r"""The first layer writes $d + k_1 - 1$ entries, and the second $(d + k_1 - 1) + <c> - 1$.

$<answer>$""",
        check=r"With kernels of one entry each, it would be $d$.",
        given={"c": c},
    )


@problem("cbp-size-one-full", section="conv-backprop-layers", items="S0.Q6.4")
def size_one_full(draw: Draw) -> Problem:
    d, k = draw.integer(5, 60), draw.integer(2, 9)
    return Problem(
        r"A *full* layer reads $d = <d>$ entries with a kernel of $k = <k>$. How many does it write?",
        Integer(d + k - 1),
        {
            "m30": (
                d + k + 1,
                r"The sign of the one is wrong: a kernel of a single entry has to leave the size as it is.",
            ),
            "no one": (d + k, "The first window already reads one entry: take one away."),
            "valid": (d - k + 1, "This is the size of a valid layer."),
            "as it was": (d, "That would be mode same."),
        },
        hint=r"What would the size be for $k = 1$?",
        solution=r"""The window enters with one entry and leaves with one: $k - 1$ windows more than entries.

$<d> + <k> - 1 = <answer>$""",
        check=r"A kernel of one entry changes nothing.",
        given={"d": d, "k": k},
    )


@problem("cbp-fits", section="conv-backprop-layers", items="S0.Q6.1 S1.Q5.1")
def fits(draw: Draw) -> Problem:
    k1, k2 = draw.distinct(2, 2, 12)
    return Problem(
        r"Two valid layers with kernels of $k_1 = <k1>$ and $k_2 = <k2>$ follow each other. At least how many entries "
        r"must the input have for something to come out?",
        Integer(k1 + k2 - 1),
        {
            "m32": (
                max(k1, k2) + 1,
                "Both kernels are shorter than this input, but that is too weak: the second layer reads what the first has left.",
            ),
            "the longer kernel": (
                max(k1, k2),
                "This is enough for one of the layers. The second reads what the first has left.",
            ),
            "both kernels": (k1 + k2, "One less is enough: the output then has one entry."),
            "two less": (k1 + k2 - 2, "With this many the output would have no entry."),
        },
        hint=r"The output has $d - k_1 - k_2 + 2$ entries.",
        solution=r"""$d - k_1 - k_2 + 2 \ge 1$.

$d \ge <k1> + <k2> - 1 = <answer>$""",
        check="Count what the first layer leaves for the second.",
        given={"k1": k1, "k2": k2},
    )


@problem("cbp-local-valid", section="conv-backprop-local", items="S0.Q6.2 S1.Q5.2")
def local_valid(draw: Draw) -> Problem:
    w, n, i = draw.distinct(4, 2, 15), draw.integer(5, 9), 0
    shift = draw.integer(0, 3)
    i = n - shift
    return Problem(
        r"A valid layer, $a_i = \sum_j h_{i+j-1} w_j$, has the kernel $w = <w>$. How does $a_{<i>}$ react to $h_{<n>}$: what is "
        r"$\partial a_{<i>}/\partial h_{<n>}$?",
        Integer(w[shift]),
        {
            "flipped": (w[3 - shift], "The kernel was read backwards. The layer itself does not flip."),
            "not at all": (0, r"Output $<i>$ reads the inputs $<i>$ to $<last>$, and $<n>$ is among them."),
            "off by one": (
                w[(shift + 1) % 4],
                r"Off by one: the first weight meets $h_{<i>}$.",
            ),
            "the input": (n, r"The derivative of a product by one factor is the *other* factor, a weight."),
        },
        hint=r"For which $j$ is $<i> + j - 1 = <n>$?",
        solution=r"""$<i> + j - 1 = <n>$ for $j = <j>$, so $h_{<n>}$ is multiplied by $w_{<j>}$.

$w_{<j>} = <answer>$""",
        check=r"Output $i$ reads $k$ inputs, beginning with $h_i$.",
        given={"w": w, "n": n, "i": i, "last": i + 3, "j": shift + 1},
    )


@problem("cbp-local-full", section="conv-backprop-local", items="S0.Q6.5 S1.Q5.5")
def local_full(draw: Draw) -> Problem:
    w, n, shift = draw.distinct(4, 2, 15), draw.integer(4, 7), draw.integer(0, 3)
    i = n + shift
    return Problem(
        r"A full layer, $a_i = \sum_j h_{i+j-4}\, w_j$ with entries out of range zero, has the kernel $w = <w>$. What is "
        r"$\partial a_{<i>}/\partial h_{<n>}$?",
        Integer(w[3 - shift]),
        {
            "flipped": (w[shift], "The kernel was read backwards. The layer itself does not flip."),
            "not at all": (0, r"Output $<i>$ reads the inputs $<first>$ to $<i>$, and $<n>$ is among them."),
            "off by one": (w[(4 - shift) % 4], r"Off by one: the *last* weight meets $h_{<i>}$."),
            "the input": (n, r"The derivative of a product by one factor is the *other* factor, a weight."),
        },
        hint=r"For which $j$ is $<i> + j - 4 = <n>$?",
        solution=r"""$<i> + j - 4 = <n>$ for $j = <j>$, so $h_{<n>}$ is multiplied by $w_{<j>}$.

$w_{<j>} = <answer>$""",
        check=r"Output $i$ reads inputs up to $h_i$.",
        given={"w": w, "n": n, "i": i, "first": i - 3, "j": 4 - shift},
    )


@problem("cbp-readers", section="conv-backprop-local", items="S0.Q6.2 S0.Q6.5 S1.Q5.5")
def readers(draw: Draw) -> Problem:
    k, size, n = draw.integer(3, 6), draw.integer(14, 30), draw.integer(1, 2)
    mode = draw.one_of(["valid", "full"])
    return Problem(
        r"A *<mode>* layer reads $N = <size>$ entries with a kernel of $k = <k>$. How many of its outputs read the entry $h_<n>$?",
        Integer(n if mode == "valid" else k),
        {
            "the other mode": (k if mode == "valid" else n, "This is the number in the other mode. Which windows stick out?"),
            "all": (size - k + 1 if mode == "valid" else size + k - 1, "This is the number of all outputs."),
            "one more": ((n if mode == "valid" else k) + 1, "Count the windows that contain this entry, one by one."),
        },
        hint="Draw the windows that contain this entry.",
        solution=r"""<reason>

There are $<answer>$ of them.""",
        check="An entry in the middle is read by $k$ outputs in both modes.",
        given={
            "k": k, "size": size, "n": n, "mode": mode,
            "reason": f"A valid window does not stick out, so only those that begin at the entries 1 to {n} contain it." if mode == "valid"
            else f"In mode full a window may stick out, so each of the {k} weights meets this entry once.",
        },
    )  # fmt: skip


@problem("cbp-second-layer", section="conv-backprop-local", items="S0.Q6.2 S1.Q5.2")
def second_layer(draw: Draw) -> Problem:
    h, w, k1 = draw.integers(5, 1, 6), draw.integers(4, 1, 4), draw.integer(2, 3)
    return Problem(
        r"In a network of valid layers the first kernel has $k_1 = <k1>$ entries, and the second is $w_2 = <w>$. Between them stands $h_1 = <h>$. "
        r"Find the first entry of $a_2 = h_1 \star_{\mathrm v} w_2$, without a flip.",
        Integer(sum(a * b for a, b in zip(h, w, strict=False))),
        {
            "m31": (
                sum(a * b for a, b in zip(h[:k1], w[:k1], strict=True)),
                r"The sum stopped at $k_1$, the kernel length of the layer next door. In the second layer it runs to $k_2 = 4$.",
            ),
            "flipped": (
                sum(a * b for a, b in zip(h[:4], w[::-1], strict=True)),
                r"The kernel was flipped, but $\star_{\mathrm v}$ is correlation.",
            ),
            "the second entry": (sum(a * b for a, b in zip(h[1:], w, strict=True)), "This is the second entry."),
        },
        hint=r"$(a_2)_1 = \sum_j (h_1)_j (w_2)_j$. How far does the sum run?",
        solution=r"""The sum runs over all four weights of the *second* layer.

$<sum> = <answer>$""",
        check="Every weight of the kernel is used in every window.",
        given={"h": h, "w": w, "k1": k1, "sum": dot(h[:4], w)},
    )


@problem("cbp-gradient-valid", section="conv-backprop-valid", items="S0.Q6.3 S1.Q5.3")
def gradient_valid(draw: Draw) -> Problem:
    g, w = _numbers(draw, 3, -4, 5), _numbers(draw, 3)
    right = convolve(g, w)
    python = [sum(int(g[n - j]) * int(w[j]) for j in range(3) if n - j < 3) for n in range(5)]
    return Problem(
        r"A valid layer $a = h \star_{\mathrm v} w$, $a_i = \sum_j h_{i+j-1}\, w_j$, has five inputs and the kernel $w = <w>$. The gradient with respect to its output is $g = <g>$. Find "
        r"$\nabla_h L$.",
        Vector(tuples(right)),
        {
            "m33": (
                tuples(correlate(g, w, "full")),
                "The flip is missing. Check one end: the first input is read by the first output alone, through the first weight.",
            ),
            "m36": (
                tuple(python),
                r"Entries of $g$ out of range are zero. Python's `g[-1]` is not: it is the last entry.",
            ),
            "valid again": (tuples(convolve(g, w, "valid")), "The gradient has the shape of the input: five entries."),
            "cut to the output": (tuples(right[:3]), "The gradient has the shape of the input: five entries."),
        },
        hint=r"$(\nabla_h L)_n$ collects $g_i\, w_{n-i+1}$ over the outputs $i$ that read $h_n$.",
        solution=r"""Each output hands $g_i$ times the kernel to the three inputs that it read: $<echoes.1>$, $<echoes.2>$ and $<echoes.3>$, each one place
further to the right.

$\nabla_h L = g *_{\mathrm f} w = <answer>$""",
        check=r"The first input is read by the first output alone, with weight $<w.1>$.",
        given={"g": tuples(g), "w": tuples(w), "echoes": tuples(np.outer(g, w))},
    )


@problem("cbp-first-entry", section="conv-backprop-valid", items="S0.Q6.3 S1.Q5.3")
def first_entry(draw: Draw) -> Problem:
    g, w = _numbers(draw, 4, -4, 6), _numbers(draw, 2, -4, 5)
    return Problem(
        r"For a valid layer with the kernel $w = <w>$ and the output gradient $g = <g>$, $(\nabla_h L)_n = \sum_j g_{n-j+1} w_j$ with entries out of "
        r"range zero. Find the first entry, $n = 1$.",
        Integer(int(g[0] * w[0])),
        {
            "m36": (
                int(g[0] * w[0] + g[-1] * w[1]),
                r"The sum asks for $g_0$, which is zero. In Python `g[-1]` is the *last* entry, and it crept in.",
            ),
            "m33": (
                int(g[0] * w[1]),
                "The flip is missing: the first output reads the first input through the *first* weight.",
            ),
            "the second entry": (int(g[1] * w[0] + g[0] * w[1]), "This is the second entry."),
            "the window slid forward": (
                int(g[0] * w[0] + g[1] * w[1]),
                r"For $j = 2$ the index is $n - 1 = 0$, not $2$.",
            ),
        },
        hint=r"Which indices of $g$ does the sum ask for? Which of them exist?",
        solution=r"""For $j = 1$ the sum asks for $g_1$, for $j = 2$ for $g_0$, which is out of range and counts as zero.

$<g.1> \cdot <(first)> = <answer>$""",
        check=r"Only the first output reads $h_1$.",
        given={"g": tuples(g), "w": tuples(w), "first": int(w[0])},
    )


@problem("cbp-gradient-full", section="conv-backprop-full", items="S0.Q6.6 S1.Q5.6")
def gradient_full(draw: Draw) -> Problem:
    g, w = _numbers(draw, 5, -4, 5), _numbers(draw, 3)
    flipped = w[::-1]
    return Problem(
        r"A *full* layer $a = h \star_{\mathrm f} w$, $a_i = \sum_j h_{i+j-3}\, w_j$ with entries out of range zero, has three inputs and the kernel $w = <w>$. The gradient with respect to its five outputs is $g = <g>$. "
        r"Find $\nabla_h L$.",
        Vector(tuples(correlate(g, flipped))),
        {
            "m33": (
                tuples(correlate(g, w)),
                "The flip is missing: the first output reads the first input through the *last* weight.",
            ),
            "full again": (
                tuples(convolve(g, w)),
                "The gradient has the shape of the input: three entries. Full forward is valid backward.",
            ),
            "the first three": (
                tuples(convolve(g, w)[:3]),
                "The gradient of a full layer is taken from windows that lie inside.",
            ),
        },
        hint=r"$h_n$ is read by the outputs $n$, $n + 1$ and $n + 2$, through the weights $w_3$, $w_2$ and $w_1$.",
        solution=r"""$\nabla_h L = g \star_{\mathrm v} \operatorname{flip}(w)$ with the kernel turned around, $<flipped>$. The first entry is
$<first>$.

$\nabla_h L = <answer>$""",
        check=r"The first input is read by the first output through $w_3 = <w.3>$.",
        given={
            "g": tuples(g),
            "w": tuples(w),
            "flipped": tuples(flipped),
            "first": dot(tuples(g[:3]), tuples(flipped)),
        },
    )


@problem("cbp-last-layer", section="conv-backprop-deep", items="S2.Q4a.1")
def last_layer(draw: Draw) -> Problem:
    w, y = draw.distinct(3, -5, 6, but=[0]), tuple(one / 10 for one in draw.distinct(3, 1, 9))
    b = draw.integer(1, 5)
    z = sum(a * c for a, c in zip(w, y, strict=True))
    return Problem(
        r"The last layer of a deep network is linear and writes one number, $y_D = A_{w_D}\, y_{D-1} + b_D$, where $A_w h = h \star_{\mathrm v} w$, without a "
        r"flip: $(A_w h)_i = \sum_j h_{i+j-1}\, w_j$. Here $w_D = <w>$, $b_D = <b>$ and $y_{D-1} = <y>$. Find the row $\partial y_D/\partial y_{D-1}$.",
        Vector(w),
        {
            "flipped": (w[::-1], "Nothing is flipped here: a row of $A_w$ is the kernel as it is."),
            "the input": (y, r"This is the derivative with respect to the *kernel* $w_D$."),
            "the products": (
                tuple(round(a * c, 1) for a, c in zip(w, y, strict=True)),
                r"These are the terms of $y_D$ itself.",
            ),
            "bent": (
                tuple(round(one * float(np.exp(-z - b) / (1 + np.exp(-z - b)) ** 2), 4) for one in w),
                "There is no sigmoid in the last layer.",
            ),
        },
        hint=r"$A_{w_D}$ has one row. Which?",
        solution=r"""With a single output, $A_{w_D}$ has one row, the kernel, and a linear map is its own derivative.

$\partial y_D/\partial y_{D-1} = A_{w_D} = <answer>$""",
        check=r"It does not depend on $y_{D-1}$, nor on the bias.",
        given={"w": w, "y": y, "b": b},
    )


def _hidden(draw: Draw) -> tuple[tuple[Fraction, ...], np.ndarray]:
    """Return two values of a sigmoid, and a kernel of two entries."""
    values = [Fraction(draw.integer(1, n - 1), n) for n in draw.distinct(2, 2, 6)]
    return tuple(values), _numbers(draw, 2, -4, 5)


@problem("cbp-hidden-jacobian", section="conv-backprop-deep", items="S2.Q4a.2")
def hidden_jacobian(draw: Draw) -> Problem:
    y, w = _hidden(draw)
    slopes = [one * (1 - one) for one in y]
    rows = [[int(one) for one in row] for row in toeplitz_matrix(w, 3)]

    def scaled(factors: list[Fraction]) -> tuple[tuple[Fraction, ...], ...]:
        return tuple(tuple(factor * one for one in row) for factor, row in zip(factors, rows, strict=True))

    a, b = int(w[0]), int(w[1])
    return Problem(
        r"A hidden layer computes $y_l = \sigma(A_{w_l}\, y_{l-1} + b_l \mathbf 1)$ with the logistic $\sigma(z) = 1/(1 + e^{-z})$ and "
        r"$A_w h = h \star_{\mathrm v} w$ without a flip: $(A_w h)_i = \sum_j h_{i+j-1}\, w_j$. It reads three numbers, its kernel is $w_l = <w>$, and its "
        r"values are $y_l = <y>$. Find the $2 \times 3$ Jacobian $\partial y_l/\partial y_{l-1}$.",
        Matrix(scaled(slopes)),
        {
            "not bent": (tuple(map(tuple, rows)), r"This is $A_{w_l}$. The slopes of the sigmoid multiply its rows."),
            "the values for the slopes": (
                scaled(list(y)),
                r"The rows were multiplied by $\sigma(z)$. The slope is $\sigma(z)\,(1 - \sigma(z))$.",
            ),
            "flipped": (
                ((slopes[0] * b, slopes[0] * a, 0), (0, slopes[1] * b, slopes[1] * a)),
                "The kernel was flipped. Each row of $A_w$ is the kernel as it is.",
            ),
            "the slopes exchanged": (scaled(slopes[::-1]), "Each row has the slope of its own output."),
        },
        hint=r"Row $i$ of $A_w$ is the kernel, starting at column $i$. Multiply it by the slope of output $i$.",
        solution=r"""The slopes $y(1 - y)$ are $<slopes>$, and $A_{w_l} = <rows>$.

$\Diag\bigl(\sigma'(z_l)\bigr)\, A_{w_l} = <answer>$""",
        check="Each row holds the kernel, multiplied by a number between zero and one quarter.",
        given={"y": y, "w": tuples(w), "slopes": tuple(slopes), "rows": tuple(map(tuple, rows))},
    )


@problem("cbp-weight-gradient", section="conv-backprop-deep", items="S2.Q4a.3 S2.Q4a-rev")
def weight_gradient(draw: Draw) -> Problem:
    y, v = _numbers(draw, 5, -3, 5), _numbers(draw, 4, -4, 5)
    below = draw.integer(3, 4)
    terms = 5 - below + 1

    def summed(count: int) -> tuple[int, ...]:
        return tuple(int(v[:count] @ y[j : j + count]) for j in range(2))

    return Problem(
        r"Layer $l$ of a network computes $z_l = y_{l-1} \star_{\mathrm v} w_l + b_l \mathbf 1$ without a flip. Here $y_{l-1} = <y>$ has five entries, the kernel "
        r"$w_l$ has $k_l = 2$, and the network's output $y_D$ has the derivative $v_l = \partial y_D/\partial z_l = <v>$. (The layer below has a kernel of $k_{l-1} = <below>$ entries.) Find $\partial y_D/\partial w_l$.",
        Vector(summed(4)),
        {
            "m35": (
                summed(terms),
                r"The sum stopped too early: its limit was taken with $k_{l-1} = <below>$, the kernel of the layer below. Sum over all four outputs.",
            ),
            "flipped": (summed(4)[::-1], r"The two entries are exchanged: the first weight met $y_1$ to $y_4$."),
            "not slid": (
                (int(v @ y[:4]), int(v @ y[:4])),
                "The second weight met the entries one place further.",
            ),
            "into the input": (tuples(convolve(v, np.array([1, 1]))), r"That has the shape of $y_{l-1}$. The gradient has the shape of $w_l$: two entries."),
        },
        hint=r"Entry $j$ is $\sum_i (v_l)_i\,(y_{l-1})_{i+j-1}$, over all outputs $i$.",
        solution=r"""Slide $v_l$ along $y_{l-1}$: the first entry is $<first>$, the second $<second>$.

$\partial y_D/\partial w_l = <answer>$""",
        check=r"Each weight was used once for each of the four outputs.",
        given={
            "y": tuples(y), "v": tuples(v), "below": below,
            "first": dot(tuples(v), tuples(y[:4])), "second": dot(tuples(v), tuples(y[1:])),
        },
    )  # fmt: skip


@problem("cbp-hankel", section="conv-backprop-weights", items="S2.Q4a-rev")
def hankel(draw: Draw) -> Problem:
    h = draw.distinct(4, -6, 9, but=[0])
    right = hankel_matrix(np.array(h), 2)
    return Problem(
        r"A valid layer, $a_i = \sum_j h_{i+j-1}\, w_j$, reads $h = <h>$ with a kernel of two weights. Find the $3 \times 2$ Jacobian $\partial a/\partial w$ of its output with respect to the weights.",
        Matrix(tuples(right)),
        {
            "flipped": (tuples(right[:, ::-1]), r"The columns are exchanged: $w_1$ meets $h_1$ in the first output."),
            "upwards": (tuples(right[::-1]), "The rows run backwards. The first output reads the first entries."),
            "constant along diagonals": (
                tuples(np.array([[h[0], h[3]], [h[1], h[0]], [h[2], h[1]]])),
                r"This matrix is constant along diagonals, like $A_w$. Here the sum of the indices counts: $H_{ij} = h_{i+j-1}$.",
            ),
            "transposed": (tuples(right.T), "There is one row for each output, and one column for each weight."),
        },
        hint=r"$a_i = h_i w_1 + h_{i+1} w_2$.",
        solution=r"""Row $i$ is $(h_i, h_{i+1})$.

$\partial a/\partial w = <answer>$""",
        check=r"Times $(1, 1)^{\mathsf T}$ it gives the sums of neighbors.",
        given={"h": h},
    )


@problem("cbp-bias", section="conv-backprop-deep", items="S2.Q4a.4")
def bias(draw: Draw) -> Problem:
    v = draw.distinct(4, -6, 8, but=[0])
    return Problem(
        r"A layer adds one bias $b_l$ to each entry of $z_l$, its four outputs before the activation. The network's output $y_D$ has the derivative "
        r"$v_l = \partial y_D/\partial z_l = <v>$. Find $\partial y_D/\partial b_l$.",
        Integer(sum(v)),
        {
            "one for each": (v[0], "The same bias stands in all four outputs. Add their contributions."),
            "a product": (int(np.prod(v)), "The four contributions are added."),
            "without signs": (sum(map(abs, v)), "The contributions keep their signs."),
        },
        hint=r"How does each $z$ react to the bias?",
        solution=r"""Each output reacts to $b_l$ with slope one.

$v_l \mathbf 1 = <sum> = <answer>$""",
        check=r"A bias is one number, and so is its derivative.",
        given={"v": v, "sum": plus(*v)},
    )


@problem("cbp-transposed-shape", section="conv-backprop-matrix-free", items="S2.Q4b-new")
def transposed_shape(draw: Draw) -> Problem:
    n, k = draw.integer(8, 40), draw.integer(2, 6)
    m = n - k + 1
    return Problem(
        r"A valid layer reads $N = <n>$ entries with a kernel of $k = <k>$. Backwards, the gradient with respect to its outputs, a *column*, is multiplied by a "
        r"matrix and becomes the gradient with respect to its inputs. What shape does this matrix have?",
        Shape((n, m)),
        {
            "m34": (
                (m, n),
                r"This is $A_w$, the matrix of the forward pass. It cannot even be multiplied by a column with $<m>$ entries; its "
                "transpose can.",
            ),
            "square": ((n, n), r"The layer writes $N - k + 1 = <m>$ entries, fewer than it reads."),
            "the wrong size": ((n, n + k - 1), "A *full* layer would write more than it reads. This one is valid."),
        },
        hint="How many entries does the column have, and how many the result?",
        solution=r"""The column has $N - k + 1 = <m>$ entries and the result $<n>$: the matrix is $A_w^{\mathsf T}$.

$A_w^{\mathsf T} \colon <answer>$""",
        check="A matrix times a column: columns against entries.",
        given={"n": n, "k": k, "m": m},
    )


@problem("cbp-matrix-free", section="conv-backprop-matrix-free", items="S2.Q4b S2.Q4b-new")
def matrix_free(draw: Draw) -> Problem:
    k, m = draw.integer(2, 5), draw.integer(6, 20)
    return Problem(
        r"A valid layer, $a_i = \sum_j h_{i+j-1}\, w_j$, has a kernel $w$ of $<k>$ entries and $<m>$ outputs, whose gradient is $v$. Which operation takes $v$ to the gradient with respect to "
        r"the layer's <n> *inputs*, without a matrix?",
        Choice(r"the full convolution $v *_{\mathrm f} w$, which flips"),
        {
            "m34": (
                r"the valid correlation $v \star_{\mathrm v} w$, as in the forward pass",
                r"That is $A_w$ again, with $<short>$ entries. Backwards it is the transpose, which makes $v$ longer.",
            ),
            "m33": (
                r"the full correlation $v \star_{\mathrm f} w$, which does not flip",
                r"It has the right length, but look at the first input: the first output reads it through "
                r"$w_1$.",
            ),
            "the weights": (
                r"the valid correlation $h \star_{\mathrm v} v$ with the inputs $h$",
                r"This is the gradient with respect to the *weights*, with $<k>$ entries.",
            ),
        },
        hint=r"The result needs $<n>$ entries. Who reads the first input, and through which weight?",
        solution=r"""$A_w^{\mathsf T} v$ hands each entry of $v$ times the kernel to the inputs that the output has read. That is

<answer>.""",
        given={"k": k, "m": m, "n": m + k - 1, "short": m - k + 1},
    )


@problem("cbp-cost", section="conv-backprop-matrix-free", items="S2.Q4b")
def cost(draw: Draw) -> Problem:
    n, k = draw.integer(50, 900), draw.integer(3, 9)
    m = n - k + 1
    return Problem(
        r"A valid layer reads $<n>$ entries with a kernel of $<k>$. How many multiplications does it take without a matrix, every window once?",
        Integer(m * k),
        {
            "the matrix": (m * n, r"This is the number of entries of $A_w$. Nearly all of them are zero."),
            "the inputs": (n * k, r"There are only $<n> - <k> + 1$ windows."),
            "one short": ((m - 1) * k, r"There are $N - k + 1$ windows."),
            "the windows": (m, r"Each window takes one multiplication for each weight."),
        },
        hint="How many windows are there, and what does each cost?",
        solution=r"""There are $<n> - <k> + 1 = <m>$ windows of $<k>$ multiplications.

$<m> \cdot <k> = <answer>$""",
        check="It grows with the input, not with its square.",
        given={"n": n, "k": k, "m": m},
    )


@problem("cbp-stride", section="conv-backprop-stride")
def stride(draw: Draw) -> Problem:
    w, g, s = _numbers(draw, 3, 1, 5), _numbers(draw, 2, 1, 9), draw.integer(2, 3)
    spread = np.zeros(s + 1, int)
    spread[0], spread[s] = g
    n = 3 + s
    right = convolve(spread, w)
    return Problem(
        r"A valid layer with stride $s = <s>$ and kernel $w = <w>$, $a_i = \sum_j h_{s(i-1)+j}\, w_j$, reads <n> entries and writes two. The gradient with respect to its output is $g = <g>$. Find the "
        r"gradient with respect to its input.",
        Vector(tuples(right)),
        {
            "m33": (
                tuples(correlate(spread, w, "full")),
                "The flip is missing: the first input is read through the *first* weight.",
            ),
            "no zeros": (
                tuples(convolve(g, w)),
                r"The second window begins <s> entries later. Put $s - 1$ zeros between the entries of $g$.",
            ),
            "too many zeros": (
                tuples(convolve(np.insert(spread, 1, 0), w)),
                r"There is one zero too many: $s - 1$ of them, not $s$.",
            ),
        },
        hint=r"Put $s - 1$ zeros between the entries of $g$. Which operation follows?",
        solution=r"""With zeros in between, $g^{\uparrow} = <spread>$, and the gradient is its full convolution with $w$.

$g^{\uparrow} *_{\mathrm f} w = <answer>$""",
        check=r"It has <n> entries, and the first is $g_1 w_1$.",
        given={"w": tuples(w), "g": tuples(g), "s": s, "n": n, "spread": tuples(spread)},
    )


@problem("cbp-2d-weights", section="conv-backprop-2d")
def weights_2d(draw: Draw) -> Problem:
    x, g = _numbers(draw, 9, -2, 4).reshape(3, 3), _numbers(draw, 4, -3, 3).reshape(2, 2)
    a, b = draw.integers(2, 1, 2)
    patch = x[a - 1 : a + 1, b - 1 : b + 1]
    return Problem(
        r"A valid layer in two dimensions reads $X = <x>$ with a $2 \times 2$ kernel $K$, which it does not flip. The gradient with respect to its output is $G = <g>$. Find the entry "
        r"$(\nabla_K L)_{<a><b>}$.",
        Integer(int((patch * g).sum())),
        {
            "flipped": (
                int((patch * g[::-1, ::-1]).sum()),
                r"$G$ was flipped. The gradient with respect to the weights is a correlation.",
            ),
            "one entry": (int(x[a - 1, b - 1] * g[0, 0]), "Each weight is used at all four positions. Sum over them."),
            "the other corner": (
                int((x[2 - a : 4 - a, 2 - b : 4 - b] * g).sum()),
                r"This is the entry of the opposite corner of $K$.",
            ),
            "all of X": (
                int(x.sum() * g.sum()),
                r"Each entry of $G$ meets one entry of $X$ for this weight, not all of them.",
            ),
        },
        hint=r"Which four entries of $X$ does $K_{<a><b>}$ meet?",
        solution=r"""$K_{<a><b>}$ meets the entries $<patch>$ of $X$, in the four outputs. Multiply them by $G$, and add.

$<sum> = <answer>$""",
        check=r"$\nabla_K L = X \star_{\mathrm v} G$.",
        given={
            "x": tuples(x),
            "g": tuples(g),
            "a": a,
            "b": b,
            "patch": tuples(patch),
            "sum": dot(tuples(patch.ravel()), tuples(g.ravel())),
        },
    )
