"""Problems on softmax."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np

from nnlib.softmax import logsumexp, softmax
from practice.answers import Choice, Formula, Matrix, Number, Vector
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import dot
from practice.values import mean, tuples


@problem("softmax-by-hand", section="softmax-definition", items="S3.Q2.c")
def by_hand(draw: Draw) -> Problem:
    e = draw.distinct(3, 2, 9)
    i, total = draw.integer(1, 3), sum(e)
    logs = [math.log(one) for one in e]
    return Problem(
        r"The scores are $x = (\ln <e.1>, \ln <e.2>, \ln <e.3>)$. Find $S(x)_<i>$, the probability that softmax gives to class <i>.",
        Number(Fraction(e[i - 1], total)),
        {
            "the scores divided": (
                logs[i - 1] / sum(logs),
                "Here the scores themselves are divided by their sum. Softmax takes exponentials first, and divides then.",
            ),
            "sigmoid of one score": (
                Fraction(e[i - 1], 1 + e[i - 1]),
                "This is the sigmoid of one score. It does not know the other scores, so the three would not sum to one.",
            ),
            "the others below": (
                Fraction(e[i - 1], total - e[i - 1]),
                "These are the odds: one exponential over the sum of the *others*. The sum below runs over all classes.",
            ),
        },
        hint="What is $e^{\\ln <e.i>}$?",
        solution=r"""The exponentials are $<e.1>$, $<e.2>$ and $<e.3>$, and their sum is $<total>$.

$S(x)_<i> = \dfrac{<e.i>}{<total>} = <answer>$""",
        check="The three probabilities are positive and sum to one.",
        given={"e": e, "i": i, "total": total},
    )


@problem("softmax-shift-line", section="softmax-shift", items="S0.Q2.1 S1.Q2.1 S4.Q2.1 S3.Q1.h")
def shift_line(draw: Draw) -> Problem:
    a, classes = draw.integer(2, 9), draw.integer(3, 9)
    return Problem(
        r"We show that adding $<a>$ to each of $<K>$ scores changes nothing. Which line comes next?"
        "\n\n"
        r"$$S(x + <a> \cdot \mathbf 1)_i = \frac{e^{x_i + <a>}}{\sum_{j=1}^{<K>} e^{x_j + <a>}} = \;?$$",
        Choice(r"$\dfrac{e^{<a>}\,e^{x_i}}{e^{<a>} \sum_{j=1}^{<K>} e^{x_j}}$"),
        {
            "the factor left out below": (
                r"$\dfrac{e^{<a>}\,e^{x_i}}{\sum_{j=1}^{<K>} e^{x_j}}$",
                "The shift stands in every exponent of the sum, too. With the factor above alone, the probabilities would "
                r"sum to $e^{<a>}$.",
            ),
            "a sum of exponentials": (
                r"$\dfrac{e^{x_i} + e^{<a>}}{\sum_{j=1}^{<K>} (e^{x_j} + e^{<a>})}$",
                "A sum in the exponent is a *product* of exponentials, not a sum of them.",
            ),
            "once for each class": (
                r"$\dfrac{e^{<a>}\,e^{x_i}}{<K>\, e^{<a>} \sum_{j=1}^{<K>} e^{x_j}}$",
                "A common factor leaves a sum once, however many terms it has.",
            ),
        },
        hint=r"What is $e^{x_j + <a>}$ as a product? Which factor is the same in every term of the sum?",
        solution=r"""Each exponential gains the factor $e^{<a>}$, above and below, and below it can be taken out of the sum.
Then it cancels.

The next line is <answer>.""",
        check="The probabilities still have to sum to one.",
        given={"a": a, "K": classes},
    )


@problem("softmax-one-score-raised", section="softmax-shift", items="S0.Q2.1")
def one_score_raised(draw: Draw) -> Problem:
    p, a, m, i = draw.shares(3), draw.integer(2, 9), draw.integer(2, 4), draw.integer(1, 3)
    one = p[i - 1]
    return Problem(
        r"Softmax of three scores $x$ is $p = <p>$. All three scores rise by $<a>$; then $x_<i>$ alone rises by $\ln <m>$ "
        r"more. What is its probability now?",
        Number(m * one / (1 + (m - 1) * one)),
        {
            "only above": (
                m * one,
                "The numerator grows by this factor, but it is also a part of the sum below. That sum grows with it.",
            ),
            "nothing changes": (
                one,
                "A shift of *all* scores changes nothing. The second one is a shift of a single score.",
            ),
            "the whole sum grows": (
                one / m,
                "Below, only one of the three terms grows, and above it grows as well.",
            ),
        },
        hint=r"Which of the two changes cancels? Then think of numbers in proportion to $p$, one of them multiplied by $<m>$.",
        solution=r"""The common shift cancels. The shares are in proportion to the exponentials, of which one is now multiplied by $<m>$.

The new probability is $\dfrac{<m> p_<i>}{1 + (<m> - 1)\, p_<i>}$ with $p_<i> = <p.i>$, that is $<answer>$.""",
        check="The probability of a score that rises alone gets larger, and stays below one.",
        given={"p": p, "a": a, "m": m, "i": i},
    )


@problem("softmax-two-z", section="softmax-two-classes", items="S0.Q2.2 S1.Q2.2 S4.Q2.3")
def two_z(draw: Draw) -> Problem:
    c, i = draw.integer(2, 9), draw.integer(1, 2)
    j = 3 - i
    return Problem(
        r"Softmax of the two scores $<c> x_1$ and $<c> x_2$ gives class <i> the probability $\sigma(z)$, where $\sigma$ is the sigmoid. "
        r"Write $z$ as a formula in $x_1$ and $x_2$.",
        Formula(f"{c}*(x_{i} - x_{j})", letters={"x_1": (-2.0, 2.0), "x_2": (-2.0, 2.0)}),
        {
            "the difference reversed": (
                f"{c}*(x_{j} - x_{i})",
                r"The sign is reversed: this gives $\sigma(-z) = 1 - \sigma(z)$, the probability of the other class.",
            ),
            "the score alone": (
                f"{c}*x_{i}",
                "Softmax compares the two scores. Raise both by one, and nothing may change.",
            ),
            "the factor lost": (
                f"x_{i} - x_{j}",
                "The difference of the scores counts, and it is multiplied as well.",
            ),
        },
        hint=r"Divide numerator and denominator by $e^{<c> x_<i>}$.",
        solution=r"""Dividing by $e^{<c> x_<i>}$ leaves $\dfrac{1}{1 + e^{<c> x_<j> - <c> x_<i>}}$, which is
$\sigma(z)$ with

$z = <answer>$""",
        check=r"A shift of both scores may not change $z$.",
        given={"c": c, "i": i, "j": j},
    )


@problem("softmax-two-outputs", section="softmax-two-classes", items="S3.Q2.d")
def two_outputs(draw: Draw) -> Problem:
    o1, o2 = draw.tenths(-2, 2), draw.tenths(-2, 2)
    right = float(1 / (1 + math.exp(o1 - o2)))
    return Problem(
        r"A network ends in the two scores $o = (<a>, <b>)$ and softmax. What probability does it give to the "
        r"*second* class?",
        Number(right),
        {
            "the other class": (
                1 - right,
                r"This is the probability of the first class. For the second, it is $\sigma(o_2 - o_1)$.",
            ),
            "the second score alone": (
                1 / (1 + math.exp(-o2)),
                "A sigmoid of one score forgets the other. Softmax looks at the difference of the two.",
            ),
            "the sum of the scores": (
                1 / (1 + math.exp(-o1 - o2)),
                "The scores were added. They enter by their difference.",
            ),
        },
        hint=r"Softmax of two scores is a sigmoid of one number.",
        solution=r"""The difference is $z = o_2 - o_1 = <difference>$, and the probability is $\sigma(z)$.

$\dfrac{1}{1 + e^{-(<difference>)}} \approx <answer>$""",
        check="It is above one half exactly when the second score is the larger one.",
        given={"a": o1, "b": o2, "difference": round(o2 - o1, 1)},
    )


@problem("softmax-gauge", section="softmax-gauge", items="S0.Q2.3 S1.Q2.3 S4.Q2.4")
def gauge(draw: Draw) -> Problem:
    x = draw.distinct(4, -4, 6, but=[0, 1])
    return Problem(
        r"For $x = <x>$, find the three numbers $y$ with $S(x) = S(0, y_1, y_2, y_3)$, where $S$ is softmax.",
        Vector(tuple(one - x[0] for one in x[1:])),
        {
            "m10": (
                tuple(one * x[0] for one in x[1:]),
                "A minus sign got lost, and a product is left. Add one to all scores: differences stay, products do not.",
            ),
            "the sign": (
                tuple(x[0] - one for one in x[1:]),
                "The shift that turns the first score into zero is *minus* that score, for all of them.",
            ),
            "the neighbor subtracted": (
                tuple(b - a for a, b in pairwise(x)),
                "Each score lost its left neighbor. One and the same number has to be subtracted from all four.",
            ),
            "nothing subtracted": (
                x[1:],
                "Only the first score was set to zero. The others have to move by as much.",
            ),
        },
        hint="Which shift of all four scores makes the first one zero?",
        solution=r"""Softmax does not see a common shift. Subtract $x_1 = <x.1>$ from all four scores, $y_i = x_{i+1} - x_1$.

$y = <answer>$""",
        check="The differences between the four scores have to stay as they are.",
        given={"x": x},
    )


@problem("softmax-inverse", section="softmax-gauge")
def inverse(draw: Draw) -> Problem:
    i, p = draw.integer(2, 3), draw.shares(3, 1, 12)
    right = math.log(p[i - 1] / p[0])
    return Problem(
        r"Softmax of the scores $(0, y_1, y_2)$ is $p = <p>$. Find $y_<j>$.",
        Number(right),
        {
            "not divided by the first": (
                math.log(p[i - 1]),
                "The logarithm of a probability is a score only up to a shift. The first score has to come out as zero.",
            ),
            "turned over": (-right, "The quotient is upside down: this is what the first score is above this one."),
            "base ten": (
                right / math.log(10),
                "This is the logarithm to base ten. Softmax is built from $e$, so the natural logarithm undoes it.",
            ),
        },
        hint=r"Divide two probabilities: what is left of softmax?",
        solution=r"""In a quotient the sums cancel: $p_<i> / p_1 = e^{y_<j>} / e^0$.

$y_<j> = \ln \dfrac{p_<i>}{p_1} = \ln <quotient> \approx <answer>$""",
        check="It is positive exactly when its class is more probable than the first one.",
        given={"p": p, "i": i, "j": i - 1, "quotient": p[i - 1] / p[0]},
    )


@problem("softmax-scaled", section="softmax-scaling", items="S3.Q1.i S4.Q2.2")
def scaled(draw: Draw) -> Problem:
    x, c, i = draw.distinct(3, 0, 3), draw.integer(2, 3), draw.integer(1, 3)
    scores = np.array(x, float)
    right = float(softmax(c * scores)[i - 1])
    return Problem(
        r"The scores are $x = <x>$. Find the probability $S(<c> x)_<i>$ that softmax gives after all of them are multiplied by $<c>$.",
        Number(right, digits=3),
        {
            "m8": (
                float(softmax(scores**c)[i - 1]),
                r"The factor moved into the exponent of the score, by way of $e^{x^c} = (e^x)^c$. The right-hand side is "
                r"$e^{cx}$: the scores are multiplied, not raised to a power.",
            ),
            "no change": (
                float(softmax(scores)[i - 1]),
                "Softmax ignores a shift of all scores, but not a factor: it doubles or triples their differences.",
            ),
            "divided instead": (
                float(softmax(scores / c)[i - 1]),
                "The scores were divided. That is what a *temperature* does; a factor is one over a temperature.",
            ),
        },
        hint=r"Write down the three scores $<c> x$ first.",
        solution=r"""The scores become $<cx>$, and their exponentials are in proportion to $e^{<cx.1>}$, $e^{<cx.2>}$ and $e^{<cx.3>}$.

$S(<c> x)_<i> = \dfrac{e^{<cx.i>}}{e^{<cx.1>} + e^{<cx.2>} + e^{<cx.3>}} \approx <answer>$""",
        check="A factor above one makes the largest probability larger, and the smallest smaller.",
        given={"x": x, "c": c, "i": i, "cx": tuple(c * one for one in x)},
    )


@problem("softmax-limit", section="softmax-scaling", items="S3.Q1.i S4.Q2.2")
def limit(draw: Draw) -> Problem:
    low, high = sorted(draw.distinct(2, 0, 5))
    winners = set(draw.distinct(draw.integer(2, 3), 1, 4))
    x = tuple(high if place in winners else draw.integer(low - 3, low) for place in range(1, 5))
    best, first = len(winners), min(winners)
    return Problem(
        r"The scores are $x = <x>$. Which vector does softmax, $S(c\,x)$, tend to as $c \to \infty$?",
        Vector(tuple(Fraction(int(one == high), best) for one in x)),
        {
            "m9": (
                tuple(int(place == first) for place in range(1, 5)),
                "The limit is one-hot only where the maximum is unique. Here several classes share it, and no factor can "
                "tell them apart.",
            ),
            "one for each winner": (
                tuple(int(one == high) for one in x),
                "Each winner got everything. The four probabilities have to sum to one.",
            ),
            "the limit at zero": (
                (Fraction(1, 4),) * 4,
                r"All classes are equally likely in the *other* limit, $c \to 0$, where every score becomes zero.",
            ),
        },
        hint="Subtract the largest score from all of them. Which exponentials tend to zero, and what do the others do?",
        solution=r"""After subtracting the largest score, $<high>$, the winners keep $e^0 = 1$ for every $c$, and all other exponentials
decay to zero. There are $<best>$ winners, and they share.

$<answer>$""",
        check="Equal scores have equal probabilities, for every $c$.",
        given={"x": x, "high": high, "best": best},
    )


@problem("softmax-base", section="softmax-scaling")
def base(draw: Draw) -> Problem:
    b = draw.integer(2, 12, but=[10])
    return Problem(
        r"Shares in proportion to $<b>^{x_i}$ are softmax of the scores $c\,x$. Find $c$.",
        Number(math.log(b)),
        {
            "the base for its logarithm": (
                b,
                r"The base itself became the factor. Write $<b>^{x_i}$ as a power of $e$ first.",
            ),
            "turned over": (1 / math.log(b), r"This is the temperature, $1/c$."),
            "base ten": (math.log10(b), "This is the logarithm to base ten. Softmax is built from powers of $e$."),
        },
        hint=r"$<b> = e^{\,?}$",
        solution=r"""$<b>^{x_i} = e^{x_i \ln <b>}$, so the scores are multiplied by $\ln <b>$.

$c = \ln <b> \approx <answer>$""",
        check=r"For the base $e$ the factor would be one.",
        given={"b": b},
    )


@problem("softmax-large-scores", section="softmax-numerics")
def large_scores(draw: Draw) -> Problem:
    m, gap = draw.integer(8, 99) * 100, draw.integer(1, 3)
    x = (m - gap, m)
    right = float(logsumexp(np.array(x, float)))
    return Problem(
        r"$e^{<m>}$ overflows, but $\lse(x) = \ln \sum_j e^{x_j}$ is an ordinary number. Find it for $x = (<x.1>, <x.2>)$.",
        Number(right),
        {
            "the maximum not put back": (
                right - m,
                "The largest score was subtracted from all exponents, which is right, but it has to be added again outside.",
            ),
            "the maximum alone": (
                m,
                "The other score is small, but not small enough to vanish: it still adds to the sum.",
            ),
            "the sum of the scores": (
                sum(x),
                "The logarithm of a sum is not the sum of the logarithms; that would be a product of exponentials.",
            ),
        },
        hint=r"Take $e^{<m>}$ out of the sum.",
        solution=r"""With the largest score $m = <m>$ taken out, $\lse(x) = m + \ln \sum_j e^{x_j - m}$.

$<m> + \ln\bigl(1 + e^{-<gap>}\bigr) \approx <answer>$""",
        check=r"It lies between the largest score and that score plus $\ln 2$.",
        given={"m": m, "x": x, "gap": gap},
    )


@problem("softmax-log-probability", section="softmax-numerics")
def log_probability(draw: Draw) -> Problem:
    score, total = draw.integer(-6, -1), draw.tenths(0.5, 6)
    return Problem(
        r"Several scores have $\lse(x) = \ln \sum_j e^{x_j} = <total>$, and one of them is $x_2 = <score>$. Find $\ln S(x)_2$, where $S$ "
        r"is softmax.",
        Number(round(score - total, 1)),
        {
            "the sign": (round(total - score, 1), "This is the loss, minus the logarithm. A probability is below one."),
            "divided": (score / total, "The logarithm of a quotient is a *difference* of logarithms."),
            "the sign of the score": (
                round(-score - total, 1),
                "The sign of the score got lost on the way.",
            ),
        },
        hint=r"Softmax is a quotient. What is the logarithm of a quotient?",
        solution=r"""$\ln S(x)_i = x_i - \lse(x)$: the logarithm of the numerator is the score itself.

$<score> - <total> = <answer>$""",
        check="The logarithm of a probability is negative.",
        given={"total": total, "score": score},
    )


@problem("softmax-jacobian-off", section="softmax-jacobian", items="S0.Q2.4 S1.Q2.4 S3.Q1.j")
def jacobian_off(draw: Draw) -> Problem:
    p, (i, j) = draw.shares(3), draw.pair(3)
    a, b = p[i - 1], p[j - 1]
    return Problem(
        r"Softmax gives three scores the probabilities $p = S(x) = <p>$. Find $\partial S_<i> / \partial x_<j>$.",
        Number(-a * b),
        {
            "m11": (
                a * (1 - b),
                "The two cases are swapped: this is the formula for equal indices. It would let a class gain when a rival "
                "gets a higher score.",
            ),
            "m12": (
                -a,
                r"A sum stayed in the numerator of the quotient rule. Only one term of $Z$ contains $x_<j>$.",
            ),
            "the sign": (a * b, "The sign is lost: what class <j> gains, the others lose."),
        },
        hint=r"$p_<i> = e^{x_<i>}/Z$, and the numerator does not contain $x_<j>$.",
        solution=r"""The indices differ, so only the denominator depends on $x_<j>$, and $\partial S_<i>/\partial x_<j> = -p_<i>\,p_<j>$.

$-<p.i> \cdot <p.j> = <answer>$""",
        check="Each row of the Jacobian sums to zero, and only its diagonal entry is positive.",
        given={"p": p, "i": i, "j": j},
    )


@problem("softmax-jacobian-diagonal", section="softmax-jacobian", items="S0.Q2.4 S3.Q1.j")
def jacobian_diagonal(draw: Draw) -> Problem:
    p, (i, k) = draw.shares(3), draw.pair(3)
    a, b = p[i - 1], p[k - 1]
    return Problem(
        r"Softmax gives three scores the probabilities $p = S(x) = <p>$. Find $\partial S_<i> / \partial x_<i>$.",
        Number(a * (1 - a)),
        {
            "m11": (
                -a * a,
                "The two cases are swapped: this is the formula for different indices. A score that rises cannot lower its "
                "own probability.",
            ),
            "m12/index": (
                b - a * a,
                r"A wrong index in the quotient rule, $e^{x_<k>} Z - e^{2x_<i>}$ for $e^{x_<i>} Z - e^{2x_<i>}$.",
            ),
            "the numerator alone": (
                a,
                "Only the numerator was differentiated. The sum below contains this score, too.",
            ),
        },
        hint=r"Use the quotient rule: both $e^{x_<i>}$ and $Z = \sum_j e^{x_j}$ depend on $x_<i>$.",
        solution=r"""The quotient rule gives $\dfrac{e^{x_<i>} Z - e^{2x_<i>}}{Z^2} = p_<i> (1 - p_<i>)$.

$<p.i> \cdot \left(1 - <p.i>\right) = <answer>$""",
        check="Each row of the Jacobian sums to zero, and its other entries are products of two probabilities.",
        given={"p": p, "i": i, "k": k},
    )


@problem("softmax-jacobian-matrix", section="softmax-jacobian", items="S0.Q2.4 S3.Q1.k")
def jacobian_matrix(draw: Draw) -> Problem:
    w = np.array(draw.distinct(3, 1, 5))
    n = int(w.sum())
    diagonal, outer = n * np.diag(w), np.outer(w, w)
    return Problem(
        r"Where softmax gives $p = S(x) = \frac{1}{<n>} <w>$, its Jacobian $J$ has the common denominator $<square>$. "
        r"Give the matrix $<square>\,J$.",
        Matrix(tuples(diagonal - outer)),
        {
            "m11": (
                tuples(np.outer(w, n - w) - diagonal),
                r"The two cases are swapped, which gives $p(\mathbf 1 - p)^{\mathsf T} - \Diag(p)$. Its rows do not sum to "
                "zero, and its diagonal is negative.",
            ),
            "the minus sign lost": (
                tuples(diagonal + outer),
                "The minus sign between the two parts is lost. Probability that one class gains comes from the others.",
            ),
            "the diagonal alone": (
                tuples(np.diag(w * (n - w))),
                "Off the diagonal the entries are not zero: every score stands in the sum below.",
            ),
        },
        hint=r"$J = \Diag(p) - p\,p^{\mathsf T}$. Multiply by $<n>^2$ before you subtract.",
        solution=r"""$<square>\,J = <n> \Diag(w) - w\,w^{\mathsf T}$ with $w = <w>$.

$<square>\,J = <answer>$""",
        check="The matrix is symmetric, and its rows sum to zero.",
        given={"w": w, "n": n, "square": n * n},
    )


@problem("softmax-quotient-line", section="softmax-jacobian", items="S1.Q2.4")
def quotient_line(draw: Draw) -> Problem:
    classes = draw.integer(3, 6)
    i, j = draw.pair(classes)
    return Problem(
        r"$Z = \sum_{k=1}^{<K>} e^{x_k}$ and $p_<i> = e^{x_<i>} / Z$. Which line does the quotient rule give?"
        "\n\n"
        r"$$\frac{\partial p_<i>}{\partial x_<j>} = \;?$$",
        Choice(r"$\dfrac{0 \cdot Z - e^{x_<i>}\, e^{x_<j>}}{Z^2}$"),
        {
            "m12": (
                r"$\dfrac{0 \cdot Z - \sum_k e^{x_k}\, e^{x_<i>}}{Z^2}$",
                r"The sum stayed. Differentiated with respect to $x_<j>$, only one of its terms survives.",
            ),
            "the numerator differentiated": (
                r"$\dfrac{e^{x_<i>}\, Z - e^{x_<i>}\, e^{x_<j>}}{Z^2}$",
                r"The numerator $e^{x_<i>}$ does not contain $x_<j>$; this would be the start for equal indices.",
            ),
            "the sign": (
                r"$\dfrac{0 \cdot Z + e^{x_<i>}\, e^{x_<j>}}{Z^2}$",
                "The quotient rule has a minus sign between its two products.",
            ),
            "no square": (
                r"$\dfrac{0 \cdot Z - e^{x_<i>}\, e^{x_<j>}}{Z}$",
                r"The quotient rule divides by the *square* of the denominator.",
            ),
        },
        hint=r"$(u/Z)' = (u' Z - u Z')/Z^2$. What are $u'$ and $Z'$ here?",
        solution=r"""With $u = e^{x_<i>}$ we have $\partial u/\partial x_<j> = 0$ and $\partial Z/\partial x_<j> = e^{x_<j>}$.

The line is <answer>.""",
        check=r"The result has to be $-p_<i>\,p_<j>$.",
        given={"K": classes, "i": i, "j": j},
    )


@problem("softmax-variance", section="softmax-covariance", items="S0.Q2.4")
def variance(draw: Draw) -> Problem:
    p, v = draw.shares(3, 1, 5), draw.distinct(3, -3, 4)
    average = mean(v, p)
    square = mean([one * one for one in v], p)
    plain_mean = Fraction(sum(v), 3)
    return Problem(
        r"$J$ is the Jacobian of softmax where the probabilities are $p = <p>$. Find $v^{\mathsf T} J\, v$ for $v = <v>$.",
        Number(square - average**2),
        {
            "the square of the mean forgotten": (
                square,
                r"This is $\sum_i p_i v_i^2$, the part with the diagonal. The part with $p\,p^{\mathsf T}$ is still missing.",
            ),
            "the mean not squared": (
                square - average,
                r"$v^{\mathsf T} p\, p^{\mathsf T} v$ contains the mean twice: it is a square.",
            ),
            "equal weights": (
                Fraction(sum(one * one for one in v), 3) - plain_mean**2,
                "This is the variance with equal weights. Here class $i$ counts with weight $p_i$.",
            ),
        },
        hint=r"$J = \Diag(p) - p\,p^{\mathsf T}$, so this is a mean of squares minus the square of a mean.",
        solution=r"""It is the variance of $v$ under $p$: $\sum_i p_i v_i^2 - \bigl(\sum_i p_i v_i\bigr)^2$.
The mean of the squares is $<square>$ and the mean is $<mean>$.

$<square> - \left(<mean>\right)^2 = <answer>$""",
        check="A variance is never negative, and it does not change when the same number is added to all entries of $v$.",
        given={"p": p, "v": v, "square": square, "mean": average},
    )


@problem("softmax-chain", section="softmax-chain", items="S3.Q1.l")
def chain(draw: Draw) -> Problem:
    p, slopes, i = draw.shares(3, 1, 5), draw.distinct(3, -4, 5), draw.integer(1, 3)
    average = mean(slopes, p)
    mine = slopes[i - 1]
    return Problem(
        r"Three scores $x$ depend on a parameter $u$. At some $u$ their derivatives are "
        r"$\partial x/\partial u = <slopes>$, and softmax gives $S(x) = <p>$. Find $\dfrac{\partial}{\partial u} \ln S(x(u))_<i>$.",
        Number(mine - average),
        {
            "the sum below forgotten": (
                mine,
                r"This is the derivative of the numerator's logarithm. The sum below depends on $u$, too.",
            ),
            "equal weights": (
                mine - Fraction(sum(slopes), 3),
                "The mean was taken with equal weights. Each derivative counts with its probability.",
            ),
            "the derivative of the probability": (
                p[i - 1] * (mine - average),
                "This is the derivative of the probability itself. The logarithm divides by that probability.",
            ),
            "the sign": (average - mine, r"The sign is reversed: this is the derivative of the *loss* $-\ln S_<i>$."),
        },
        hint=r"$\ln S(x)_i = x_i - \lse(x)$, and the derivative of $\lse$ with respect to $x_j$ is $S(x)_j$.",
        solution=r"""It is $\dfrac{\partial x_i}{\partial u} - \sum_j S(x)_j \dfrac{\partial x_j}{\partial u}$.
The mean is $<sum> = <mean>$.

$<mine> - <(mean)> = <answer>$""",
        check="If all three scores moved alike, the derivative would be zero.",
        given={
            "p": p, "slopes": slopes, "i": i, "mean": average, "mine": mine,
            "sum": dot(p, slopes),
        },
    )  # fmt: skip


@problem("softmax-entropy-slope", section="softmax-entropy")
def entropy_slope(draw: Draw) -> Problem:
    k = draw.integers(3, 0, 4)
    c = draw.integer(2, 4) if max(k) - min(k) < 3 else 2
    weights = [2 ** (c * one) for one in k]
    p = tuple(Fraction(one, sum(weights)) for one in weights)
    average = mean(k, p)
    spread = mean([one * one for one in k], p) - average**2
    unit = math.log(2) ** 2
    return Problem(
        r"For the scores $x = (\ln 2)\,<k>$ and $c = <c>$ softmax gives $S(c\,x) = <p>$. "
        r"The entropy is $H(p) = -\sum_j p_j \ln p_j$. What is the derivative of $H(S(c\,x))$ with respect to $c$ at this $c$?",
        Number(-c * spread * unit),
        {
            "the sign": (
                c * spread * unit,
                "A larger factor makes the probabilities more unequal, so the entropy *falls*.",
            ),
            "the factor lost": (-spread * unit, r"The variance is right. The slope has another factor, $c$ itself."),
            "the logarithm not squared": (
                -c * spread * math.log(2),
                r"A variance is measured in squares: the factor $\ln 2$ of the scores enters twice.",
            ),
            "the mean": (-c * average * math.log(2), "The mean of the scores stands where their variance belongs."),
        },
        hint=r"$\frac{d}{dc} H(p(c)) = -c \Var_p(x)$.",
        solution=r"""Under $p$ the numbers $<k>$ have the mean $<mean>$ and the variance $<spread>$, and $\Var_p(x)$ is $(\ln 2)^2$ times
that.

$-<c> \cdot <spread> \cdot (\ln 2)^2 \approx <answer>$""",
        check=r"At $c = 0$ the entropy is at its maximum, so the slope there is zero, and it is negative afterwards.",
        given={"k": k, "p": p, "c": c, "mean": average, "spread": spread},
    )
