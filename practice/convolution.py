"""Problems on convolution and correlation."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from nnlib.signal import convolve, correlate
from nnlib.toeplitz import toeplitz_matrix
from practice.answers import Integer, Number, Vector
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import dot, times
from practice.values import tuples

NOT_FLIPPED = "The kernel was not flipped. That is correlation; convolution reads the kernel backwards."


def _signals(draw: Draw, high: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Draw a signal and a kernel with three entries, of which only the one in the middle may be zero."""
    first, last = draw.integers(2, 1, 4)
    return np.array(draw.integers(4, 1, high)), np.array([first, draw.integer(0, 3), last])


@problem("convolution-full", section="convolution-modes", items="S0.Q4 S1.Q4.3")
def full(draw: Draw) -> Problem:
    x, w = _signals(draw, 6)
    right = convolve(x, w)
    return Problem(
        r"Convolve $x = <x>$ with the kernel $w = <w>$ in mode full.",
        Vector(tuples(right)),
        {
            "m28": (tuples(correlate(x, w, "full")), NOT_FLIPPED),
            "valid": (
                tuples(convolve(x, w, "valid")),
                "This is the mode valid. Full keeps the windows that stick out at the ends, too.",
            ),
            "same": (tuples(convolve(x, w, "same")), "This is the mode same, as long as the signal."),
            "the first echo alone": (
                (*(int(x[0] * one) for one in w), *(int(one) for one in right[3:])),
                "The first entries have to collect what the later ones of the signal add.",
            ),
        },
        hint=r"Each entry of $x$ starts an echo of its own, $x_m$ times the kernel. Write the four echoes below each other, and add.",
        solution=r"""The four echoes, each one place further to the right, are $<echoes.1>$, $<echoes.2>$, $<echoes.3>$ and $<echoes.4>$. Added,

$x * w = <answer>$""",
        check=r"It has $4 + 3 - 1$ entries, and they sum to the product of the sums, $<total>$.",
        given={"x": tuples(x), "w": tuples(w), "echoes": tuples(np.outer(x, w)), "total": int(x.sum() * w.sum())},
    )


@problem("convolution-valid", section="convolution-modes", items="S0.Q4 S1.Q4.3")
def valid(draw: Draw) -> Problem:
    x, w = _signals(draw)
    return Problem(
        r"Convolve $x = <x>$ with the kernel $w = <w>$ in mode valid.",
        Vector(tuples(convolve(x, w, "valid"))),
        {
            "m28": (tuples(correlate(x, w)), NOT_FLIPPED),
            "m27": (
                tuples(convolve(x, w)[1:3]),
                r"The windows lag one step behind. The first valid window is the first that lies inside, and it ends at $x_3$.",
            ),
            "the wrong end": (tuples(convolve(x, w)[3:5]), "The second window sticks out at the end."),
        },
        hint="Turn the kernel around, and put it below the signal where it fits as a whole.",
        solution=r"""Turned around, the kernel is $<flipped>$. It fits at two places, $<first>$ and $<second>$.

$<answer>$""",
        check=r"There are $4 - 3 + 1$ entries, and each uses three entries of $x$.",
        given={
            "x": tuples(x), "w": tuples(w), "flipped": tuples(w[::-1]),
            "first": dot(tuples(x[:3]), tuples(w[::-1])), "second": dot(tuples(x[1:]), tuples(w[::-1])),
        },
    )  # fmt: skip


@problem("convolution-same", section="convolution-modes", items="S0.Q4 S1.Q4.3")
def same(draw: Draw) -> Problem:
    x, w = _signals(draw, 6)
    everything = convolve(x, w)
    return Problem(
        r"Convolve $x = <x>$ with the kernel $w = <w>$ in mode same.",
        Vector(tuples(convolve(x, w, "same"))),
        {
            "m28": (tuples(correlate(x, w, "same")), NOT_FLIPPED),
            "from the start": (
                tuples(everything[:4]),
                "These are the first four entries of full. Same takes the middle ones.",
            ),
            "to the end": (
                tuples(everything[2:]),
                "These are the last four entries of full. Same takes the middle ones.",
            ),
            "full": (tuples(everything), "This is the mode full. Same is as long as the signal."),
        },
        hint="Which four of the six entries of full are in the middle?",
        solution=r"""Full gives $<full>$; same leaves out one entry at each end.

$<answer>$""",
        check=r"It is as long as $x$.",
        given={"x": tuples(x), "w": tuples(w), "full": tuples(everything)},
    )


@problem("convolution-window", section="convolution-second-example", items="S1.Q4.3 S4.Q5")
def window(draw: Draw) -> Problem:
    x, w = _signals(draw)
    n = draw.integer(3, 5)
    everything, flipped = convolve(x, w), w[::-1]
    padded = np.concatenate([[0, 0], x, [0, 0]])
    part = padded[n - 1 : n + 2]
    return Problem(
        r"$x = <x>$ is convolved with $w = <w>$ in mode full. Find the entry $(x * w)_<n>$, counted from one.",
        Integer(int(everything[n - 1])),
        {
            "m27": (
                int(everything[n - 2]),
                r"The window lags one step behind: it is that of entry $<before>$. Window $n$ ends at $x_n$.",
            ),
            "m28": (int(part @ w), NOT_FLIPPED),
            "a step too far": (int(everything[n]), r"This is the next entry: you counted from zero."),
        },
        hint=r"The window ends at $x_<n>$, and entries out of range are zero. Turn the kernel around.",
        solution=r"""The window is $<part>$, the kernel turned around $<flipped>$.

$<sum> = <answer>$""",
        check=r"Window $n$ ends at $x_n$.",
        given={
            "x": tuples(x), "w": tuples(w), "n": n, "before": n - 1, "part": tuples(part), "flipped": tuples(flipped),
            "sum": dot(tuples(part), tuples(flipped)),
        },
    )  # fmt: skip


@problem("convolution-sizes", section="convolution-modes", items="S0.Q4")
def sizes(draw: Draw) -> Problem:
    n, k = draw.integer(12, 99), draw.integer(3, 11)
    mode = draw.one_of(["full", "valid"])
    full_size, valid_size = n + k - 1, n - k + 1
    right, other = (full_size, valid_size) if mode == "full" else (valid_size, full_size)
    return Problem(
        r"A signal with $N = <n>$ entries is convolved with a kernel of $k = <k>$ entries. How many entries does the result have in mode <mode>?",
        Integer(right),
        {
            "the other mode": (other, "This is the size in the other of the modes full and valid."),
            "same": (n, "This is the size in mode same."),
            "the one lost": (
                right + 1 if mode == "full" else right - 1,
                "Off by one: a kernel of a single entry has to leave the size as it is.",
            ),
            "the one on the other side": (right + 2 if mode == "full" else right - 2, "The sign of the one is wrong."),
        },
        hint=r"What would the size be for $k = 1$?",
        solution=r"""Full adds $k - 1$ windows that stick out, valid takes as many away.

$<n> <sign> (<k> - 1) = <answer>$""",
        check=r"A kernel of one entry leaves the size as it is.",
        given={"n": n, "k": k, "mode": mode, "sign": "+" if mode == "full" else "-"},
    )


@problem("convolution-correlate", section="convolution-correlation", items="S0.Q4")
def correlation(draw: Draw) -> Problem:
    x, w = _signals(draw)
    return Problem(
        r"*Correlate* $x = <x>$ with $w = <w>$ in mode valid, $x \star w$.",
        Vector(tuples(correlate(x, w))),
        {
            "flipped": (tuples(convolve(x, w, "valid")), "The kernel was flipped. That is convolution; correlation takes it as it is."),
            "both flipped": (
                tuples(correlate(x, w)[::-1]),
                "The result runs backwards. Start with the first window.",
            ),
            "full": (tuples(correlate(x, w, "full")), "This is the mode full."),
        },
        hint="Put the kernel below the signal as it is.",
        solution=r"""The two windows give $<first>$ and $<second>$.

$<answer>$""",
        check=r"The first entry uses $x_1$, $x_2$ and $x_3$, in this order.",
        given={
            "x": tuples(x), "w": tuples(w),
            "first": dot(tuples(x[:3]), tuples(w)), "second": dot(tuples(x[1:]), tuples(w)),
        },
    )  # fmt: skip


@problem("convolution-polynomial", section="convolution-polynomials")
def polynomial(draw: Draw) -> Problem:
    a, b, power = draw.integers(3, 2, 7), draw.integers(3, 2, 7), draw.integer(1, 3)
    right = int(np.convolve(a, b)[power])
    pairs = [(a[i], b[power - i]) for i in range(3) if 0 <= power - i < 3]
    return Problem(
        r"Find the coefficient of $<z>$ in $(<a.1> + <a.2> z + <a.3> z^2)(<b.1> + <b.2> z + <b.3> z^2)$.",
        Integer(right),
        {
            "one pair": (pairs[0][0] * pairs[0][1], "Several pairs of powers add up to this one. Sum over all of them."),
            "the same powers": (
                a[min(power, 2)] * b[min(power, 2)],
                "The coefficients of equal powers were multiplied. Powers *add* when they are multiplied.",
            ),
            "not flipped": (
                int(np.correlate(a, b, "full")[power]),
                "The pairs were taken with the second polynomial read in the same direction. Their powers have to add up.",
            ),
            "added": (sum(one + other for one, other in pairs), "The coefficients of each pair are multiplied, and then the pairs are added."),
        },
        hint=r"Which pairs of powers add up to <power>?",
        solution=r"""The pairs of powers with the sum $<power>$ give

$<sum> = <answer>$""",
        check=r"For $z = 1$ all coefficients together are the product of the two sums.",
        given={"a": a, "b": b, "power": power, "z": "z" if power == 1 else f"z^{power}", "sum": " + ".join(times(*pair) for pair in pairs)},
    )  # fmt: skip


@problem("convolution-toeplitz-row", section="convolution-matrix")
def toeplitz_row(draw: Draw) -> Problem:
    w, n = draw.distinct(3, 1, 9), draw.integer(2, 5)
    matrix = toeplitz_matrix(np.array(w), 4, "full", flip=True).astype(int)
    other = toeplitz_matrix(np.array(w[::-1]), 4, "full", flip=True).astype(int)
    column = [w[i - 1] if 1 <= i <= 3 else 0 for i in range(1, 5)]
    return Problem(
        r"$x * w = T x$ for signals with four entries and the kernel $w = <w>$. Write down row <n>, counted from one, of the "
        r"$6 \times 4$ matrix $T$.",
        Vector(tuples(matrix[n - 1])),
        {
            "m28": (tuples(other[n - 1]), r"In this row the kernel is not turned around: it is a row of correlation."),
            "a row too low": (tuples(matrix[n]), "This is the next row: rows are counted from one."),
            "the first column": (
                tuple(column),
                "This is how a *column* begins. In a row the kernel runs backwards, up to the diagonal.",
            ),
        },
        hint=r"$T_{nm} = w_{n-m+1}$, and zero out of range.",
        solution=r"""$T_{<n>m} = w_{<n> - m + 1}$ for $m = 1, \dots, 4$.

$<answer>$""",
        check=r"Each *column* holds the kernel in its own order, one place lower than the column before.",
        given={"w": w, "n": n},
    )


@problem("convolution-circular", section="convolution-circular")
def circular(draw: Draw) -> Problem:
    x, w = _signals(draw, 6)
    everything = convolve(x, w)
    wrapped = everything[:4].copy()
    wrapped[:2] += everything[4:]
    backwards = np.array([sum(x[m] * ([*w, 0])[(m - n) % 4] for m in range(4)) for n in range(4)])
    return Problem(
        r"Find the circular convolution of length four of $x = <x>$ and $w = <w>$, which gets a zero at its end.",
        Vector(tuples(wrapped)),
        {
            "cut off": (
                tuples(everything[:4]),
                "The tail of full was cut off. On a circle it comes in again at the front.",
            ),
            "the middle": (
                tuples(everything[1:5]),
                "This is the mode same. On a circle no entry is left out; the tail is added at the front.",
            ),
            "not flipped": (tuples(backwards), "This reads the circle in the other direction: circular correlation."),
        },
        hint="Compute full, and wrap it around a circle with four places.",
        solution=r"""Full gives $<full>$, and its last two entries are added to the first two.

$<answer>$""",
        check=r"All entries together are still the product of the sums of $x$ and $w$.",
        given={"x": tuples(x), "w": tuples(w), "full": tuples(everything)},
    )


@problem("convolution-box", section="convolution-filter", items="S3.Q3.c S3.Q3.d")
def box(draw: Draw) -> Problem:
    low, high = draw.distinct(2, 1, 9)
    q, left = draw.one_of([2, 4, 5, 6]), draw.integer(1, 3)
    x = (low,) * left + (high,) * (5 - left)
    sums = [sum(x[i : i + 3]) for i in range(3)]
    return Problem(
        r"Convolve $x = <x>$ with three weights of $<weight>$ in mode valid.",
        Vector(tuple(Fraction(one, q) for one in sums)),
        {
            "m29": (
                tuple(Fraction(one, 3) for one in sums),
                r"These are averages. Equal weights average only if they sum to one, and three times $<weight>$ is not one.",
            ),
            "the sums": (tuple(sums), r"Each entry is multiplied by its weight, $<weight>$."),
            "one by one": (tuple(Fraction(one, q) for one in x[:3]), "Each output collects three entries."),
        },
        hint=r"Three windows, and each is a sum of three entries times the weight.",
        solution=r"""The sums of the three windows are $<sums>$; multiply by $<weight>$.

$<answer>$""",
        check=r"Where the signal is a constant $a$, the result is $<gain>\,a$.",
        given={"x": x, "weight": Fraction(1, q), "sums": tuple(sums), "gain": Fraction(3, q)},
    )


@problem("convolution-gain", section="convolution-filter", items="S3.Q3.d")
def gain(draw: Draw) -> Problem:
    k, q, a = draw.integer(3, 5), draw.integer(2, 8), draw.integer(2, 12)
    return Problem(
        r"A kernel has $<k>$ weights of $<weight>$ each. Into what does it turn a long constant signal of $a = <a>$, away from the ends?",
        Number(Fraction(a * k, q)),
        {
            "m29": (a, r"An average would leave a constant as it is. These weights sum to $<gain>$, not to one."),
            "one weight": (Fraction(a, q), r"All $<k>$ weights meet the constant; add them."),
            "turned over": (Fraction(a * q, k), "The quotient is upside down."),
        },
        hint="A constant can be taken out of the sum.",
        solution=r"""$\sum_j a\,w_j = a \sum_j w_j$, and the weights sum to $<gain>$.

$<a> \cdot <gain> = <answer>$""",
        check="The sum of the weights is what happens to a constant.",
        given={"k": k, "weight": Fraction(1, q), "a": a, "gain": Fraction(k, q)},
    )


@problem("convolution-response", section="convolution-frequency", items="S3.Q3.d")
def response(draw: Draw) -> Problem:
    (a, b), q = draw.distinct(2, 1, 6), draw.integer(4, 12)
    angle, cosine = draw.one_of(
        [
            (r"\tfrac{\pi}{3}", Fraction(1, 2)),
            (r"\tfrac{\pi}{2}", Fraction(0)),
            (r"\tfrac{2\pi}{3}", Fraction(-1, 2)),
            (r"\pi", Fraction(-1)),
        ]
    )
    outer, middle = Fraction(b, q), Fraction(a, q)
    slips: dict[str, tuple[Fraction, str]] = {
        "the gain": (middle + 2 * outer, r"This is the value at $\theta = 0$, the sum of the weights."),
        "the middle turned, too": (
            (middle + 2 * outer) * cosine,
            "The middle weight meets the wave without a turn.",
        ),
    }
    if cosine:
        slips["one neighbor"] = (
            middle + outer * cosine,
            r"Both neighbors contribute: $e^{i\theta} + e^{-i\theta} = 2\cos\theta$.",
        )
    if abs(cosine) == Fraction(1, 2):
        slips["the sign"] = (middle - 2 * outer * cosine, "The sign of the cosine is lost.")
    return Problem(
        r"The centered kernel $(<outer>, <middle>, <outer>)$ multiplies each wave $e^{i\theta n}$ by a number. Find it for $\theta = <angle>$.",
        Number(middle + 2 * outer * cosine),
        slips,
        hint=r"$e^{i\theta} + e^{-i\theta} = 2\cos\theta$.",
        solution=r"""The response is $<middle> + <outer>\,(e^{i\theta} + e^{-i\theta}) = <middle> + 2 \cdot <outer> \cos\theta$, and
$\cos <angle> = <cosine>$.

$<middle> + 2 \cdot <outer> \cdot <(cosine)> = <answer>$""",
        check=r"It is real, and lies between the values at $\theta = 0$ and $\theta = \pi$.",
        given={"outer": outer, "middle": middle, "angle": angle, "cosine": cosine},
    )
