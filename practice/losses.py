"""Problems on losses."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from nnlib.losses import binary_cross_entropy, cross_entropy
from practice.answers import Choice, Formula, Number, Vector
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import dot
from practice.values import at, mean


@problem("losses-output-unit", section="losses-output", items="S1.Q1.1")
def output_unit(draw: Draw) -> Problem:
    what = draw.one_of(
        [
            "an e-mail is spam",
            "a tumor is malignant",
            "a card is stolen",
            "a review is positive",
            "it will rain",
            "a part is broken",
        ]
    )
    hidden = draw.integer(2, 9)
    return Problem(
        r"A network with $<hidden>$ hidden units ends in one number $a$. Its output $f = g(a)$ should be the probability that "
        r"<what>. Which function $g$ is suitable?",
        Choice(r"the sigmoid, $g(a) = 1/(1 + e^{-a})$"),
        {
            "tanh": (
                r"the hyperbolic tangent, $g(a) = \tanh(a)$",
                "Its values reach down to $-1$, and a probability is not negative.",
            ),
            "the ramp": (
                r"the ramp, $g(a) = \max(0, a)$",
                "It has no upper end, and a probability does not exceed one.",
            ),
            "nothing": (r"none, $g(a) = a$", r"Then $f$ may be any number. Only the *log-odds* may."),
            "softplus": (r"softplus, $g(a) = \ln(1 + e^a)$", "It is positive, but it has no upper end."),
        },
        hint=r"Which values may a probability have?",
        solution=r"""A probability lies between zero and one, and more evidence has to mean a larger probability. Of these functions, one
grows from zero to one: <answer>.""",
        check=r"Try $a = 5$ and $a = -5$.",
        given={"what": what, "hidden": hidden},
    )


@problem("losses-output-meaning", section="losses-output", items="S1.Q1.2")
def output_meaning(draw: Draw) -> Problem:
    percent = draw.integer(3, 97, but=[50])
    return Problem(
        r"A network for two classes, trained with cross-entropy, returns $f(x) = <f>$ for the picture $x$. What does this "
        r"number estimate?",
        Choice(r"$P(y = 1 \mid x)$: of all pictures that look like $x$, the share that belongs to class 1"),
        {
            "the other condition": (
                r"$P(x \mid y = 1)$: how frequent pictures like $x$ are among those of class 1",
                "The condition stands on the wrong side. The picture is given; the class is what one wants to know.",
            ),
            "all pictures": (
                r"$P(y = 1)$: the share of all pictures that belongs to class 1",
                "That number would not depend on $x$.",
            ),
            "right answers": (
                r"the share of all pictures that the network classifies correctly",
                "That is its accuracy, one number for all pictures.",
            ),
        },
        hint="Of which event, and under which condition?",
        solution=r"""The output belongs to this $x$, and training compares it with the class $y$ of examples that look like it.
It estimates

<answer>.""",
        given={"f": percent / 100},
    )


@problem("losses-log-odds", section="losses-output", items="S1.Q1.2")
def log_odds(draw: Draw) -> Problem:
    n = draw.integer(3, 12)
    f = Fraction(draw.integer(1, n - 1), n)
    right = math.log(f / (1 - f))
    return Problem(
        r"A network with a sigmoid at the end returns $f = \sigma(a) = <f>$. Find the logit $a$.",
        Number(right),
        {
            "the logarithm of f": (
                math.log(f),
                r"Odds compare $f$ with what is missing to one; this is $\ln f$ alone.",
            ),
            "the odds": (float(f / (1 - f)), "These are the odds. The logit is their logarithm."),
            "turned over": (-right, "The odds are upside down."),
            "base ten": (right / math.log(10), "This is the logarithm to base ten."),
        },
        hint=r"Solve $f = 1/(1 + e^{-a})$ for $e^a$.",
        solution=r"""$\dfrac{f}{1 - f} = e^a$, so $a = \ln\dfrac{f}{1 - f}$.

$a = \ln <odds> \approx <answer>$""",
        check=r"A logit is positive exactly when $f > \tfrac12$.",
        given={"f": f, "odds": f / (1 - f)},
    )


@problem("losses-cross-entropy", section="losses-cross-entropy", items="S1.Q1.3")
def cross_entropy_value(draw: Draw) -> Problem:
    f, y = draw.integer(1, 19, but=[10]) / 20, draw.integer(0, 1)
    truth = f if y else 1 - f
    return Problem(
        r"A network predicts $P(y = 1) = f = <f>$, and the truth is $y = <y>$. Find the cross-entropy $L$, with the natural logarithm.",
        Number(-math.log(truth)),
        {
            "m14": (
                -math.log10(truth),
                "This is the logarithm to base ten. The natural one belongs here, so that its derivative is simple.",
            ),
            "the other class": (
                -math.log(1 - truth),
                "This is the loss for the other truth. The logarithm is taken of the probability that the *truth* got.",
            ),
            "the sign": (math.log(truth), "A loss is not negative: there is a minus sign before the logarithm."),
            "squared error": ((1 - truth) ** 2, "This is the squared error."),
        },
        hint="What probability did the network give to what happened?",
        solution=r"""What happened got the probability $<truth>$, and the loss is minus the logarithm of that.

$L = -\ln <truth> \approx <answer>$""",
        check="The loss is small exactly when the truth got a large probability.",
        given={"f": f, "y": y, "truth": round(truth, 2)},
    )


@problem("losses-likelihood", section="losses-cross-entropy", items="S1.Q1.3")
def likelihood(draw: Draw) -> Problem:
    f = tuple(one / 10 for one in draw.distinct(3, 1, 9, but=[5]))
    y = draw.one_of([(1, 0, 1), (0, 1, 1), (1, 1, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0)])
    truths = [a if b else 1 - a for a, b in zip(f, y, strict=True)]
    total = -math.log(math.prod(truths))
    return Problem(
        r"For three independent examples a network predicts the probabilities $f = <f>$ of $y = 1$, and the truths are $y = <y>$. Find the "
        r"sum of their cross-entropies, the negative natural logarithm of their likelihood.",
        Number(total),
        {
            "the truths ignored": (
                -math.log(math.prod(f)),
                r"This takes $f$ for all of them. Where $y = 0$, the truth got $1 - f$.",
            ),
            "the mean": (total / 3, "This is the mean. The question asks for the sum."),
            "the likelihood": (math.prod(truths), "This is the likelihood itself, without the logarithm."),
            "the truths exchanged": (-math.log(math.prod(1 - one for one in truths)), "The two truths are exchanged."),
        },
        hint=r"Write down, for each example, the probability that the truth got.",
        solution=r"""The truths got the probabilities $<truths>$, whose product is the likelihood.

$-\ln <product> \approx <answer>$""",
        check="Each example adds something positive.",
        given={"f": f, "y": y, "truths": tuple(round(one, 1) for one in truths), "product": r"\bigl(" + r" \cdot ".join(f"{one:g}" for one in np.round(truths, 1)) + r"\bigr)"},
    )  # fmt: skip


@problem("losses-slope", section="losses-cross-entropy-gradient", items="S1.Q1.4 S3.Q2.f")
def slope(draw: Draw) -> Problem:
    f, y = draw.integer(1, 19, but=[10]) / 20, draw.integer(0, 1)
    return Problem(
        r"A sigmoid turns the logit $a$ into $f = <f>$, and the truth is $y = <y>$. Find the slope "
        r"$\partial L/\partial a$ of the cross-entropy $L$, with the natural logarithm.",
        Number(round(f - y, 2)),
        {
            "m14": (
                round(f - y + (0.1 if y else -0.1), 2),
                "A slip of one tenth in the subtraction. The idea is right.",
            ),
            "the sign": (
                round(y - f, 2),
                r"It is prediction minus truth: where $f$ is too small, a larger $a$ makes the loss smaller.",
            ),
            "by the probability": (
                (f - y) / (f * (1 - f)),
                r"This is the derivative with respect to $f$. The sigmoid adds the factor $f(1 - f)$.",
            ),
            "squared error": (2 * (f - y) * f * (1 - f), "This is the slope of squared error."),
        },
        hint=r"Differentiate with respect to $f$, and multiply by the slope $f(1 - f)$ of the sigmoid. What cancels?",
        solution=r"""$\dfrac{\partial L}{\partial a} = \dfrac{f - y}{f(1 - f)} \cdot f(1 - f) = f - y$.

$<f> - <y> = <answer>$""",
        check="It is never larger than one in size, and zero only where prediction and truth agree.",
        given={"f": f, "y": y},
    )


@problem("losses-squared-error", section="losses-squared-error", items="S1.Q1.5")
def squared_error(draw: Draw) -> Problem:
    f, y = draw.integer(1, 19, but=[10]) / 20, draw.integer(0, 1)
    off = abs(y - f)
    return Problem(
        r"Find the squared error $M = (y - f)^2$ of the predicted probability $f = <f>$ where the truth is $y = <y>$.",
        Number(round(off**2, 4)),
        {
            "not squared": (round(off, 2), "This is the distance. The question asks for its square."),
            "the other class": (round((1 - off) ** 2, 4), "This is the squared error for the other truth."),
            "halved": (
                round(off**2 / 2, 6),
                r"This has a factor $\tfrac12$, which some books add. Here $M = (y - f)^2$.",
            ),
        },
        hint=r"How far is the prediction from the truth?",
        solution=r"""The distance is $|<y> - <f>| = <off>$.

$M = <off>^2 = <answer>$""",
        check="It lies between zero and one.",
        given={"f": f, "y": y, "off": round(off, 2)},
    )


@problem("losses-squared-slope", section="losses-squared-error", items="S1.Q1.6 S3.Q2.e")
def squared_slope(draw: Draw) -> Problem:
    f, y = Fraction(draw.integer(1, 9), 10), draw.integer(0, 1)
    right = 2 * (f - y) * f * (1 - f)
    return Problem(
        r"A sigmoid turns the logit $a$ into $f = <decimal>$, and the truth is $y = <y>$. Find the slope "
        r"$\partial M/\partial a$ of the squared error $M = (y - f)^2$.",
        Number(float(right)),
        {
            "the sigmoid forgotten": (
                float(2 * (f - y)),
                r"This is the derivative with respect to $f$. The chain rule adds the slope $f(1 - f)$ of the sigmoid.",
            ),
            "the two lost": (float(right / 2), "The square brings a factor two."),
            "cross-entropy": (
                float(f - y),
                "This is the slope of cross-entropy, in which the factor $f(1 - f)$ cancels.",
            ),
            "the sign": (-float(right), r"The inner derivative of $y - f$ brings a minus sign."),
        },
        hint=r"Differentiate with respect to $f$ first. The sigmoid adds the factor $\partial f/\partial a = f(1 - f)$.",
        solution=r"""The chain rule gives $2(f - y) \cdot f(1 - f)$.

$2 \cdot <(off)> \cdot <decimal> \cdot <rest> = <answer>$""",
        check="It has the sign of $f - y$, and fades where $f$ comes close to zero or one.",
        given={"f": f, "y": y, "decimal": float(f), "off": float(f - y), "rest": float(1 - f)},
    )


@problem("losses-squared-formula", section="losses-squared-error", items="S1.Q1.6 S3.Q2.e")
def squared_formula(draw: Draw) -> Problem:
    c = draw.integer(2, 12, but=[1])
    return Problem(
        r"Let $f = \sigma(a)$, with the sigmoid $\sigma$, and $M = <c>(y - f)^2$. Write $\partial M/\partial a$ as a formula in $f$ and $y$.",
        Formula(f"{2 * c}*(f - y)*f*(1 - f)", letters={"f": (0.1, 0.9), "y": (0, 1)}),
        {
            "the sigmoid forgotten": (
                f"{2 * c}*(f - y)",
                r"This is the derivative with respect to $f$; the sigmoid adds $f(1 - f)$.",
            ),
            "the sign": (f"{2 * c}*(y - f)*f*(1 - f)", r"The inner derivative of $y - f$ is $-1$ times that of $f$."),
            "the two lost": (f"{c}*(f - y)*f*(1 - f)", "The square brings a factor two."),
            "the slope of the logarithm": (
                f"{2 * c}*(f - y)/(f*(1 - f))",
                r"Multiply by the slope of the sigmoid; do not divide by it.",
            ),
        },
        hint=r"The chain rule has two factors: $\partial M/\partial f$ and $\partial f/\partial a$.",
        solution=r"""$\partial M/\partial f = 2 \cdot <c>(f - y)$ and $\partial f/\partial a = f(1 - f)$.

$<answer>$""",
        check=r"It has to vanish for $f = y$, and for $f$ close to zero or one.",
        given={"c": c},
    )


@problem("losses-steepest", section="losses-squared-error", items="S1.Q1.6")
def steepest(draw: Draw) -> Problem:
    c, y = draw.integer(2, 40), draw.integer(0, 1)
    return Problem(
        r"How large can the slope $\left|\partial M/\partial a\right|$ of $M = <c>(y - f)^2$ become, for the sigmoid $f = \sigma(a)$ and "
        r"the truth $y = <y>$?",
        Number(Fraction(8 * c, 27)),
        {
            "at one half": (
                Fraction(c, 4),
                r"This is the slope at $f = \tfrac12$, where the sigmoid is steepest. The distance to the truth counts, too.",
            ),
            "the sigmoid forgotten": (
                2 * c,
                r"Where $f$ is wrong altogether, the sigmoid is flat: its slope $f(1 - f)$ is a factor.",
            ),
            "the factors apart": (Fraction(c, 2), "The two factors are not at their largest at the same $f$."),
            "the two lost": (Fraction(4 * c, 27), "The square brings a factor two."),
        },
        hint=r"For $y = 1$ the size is $2 \cdot <c> f(1 - f)^2$. Set its derivative with respect to $f$ to zero; $y = 0$ is its mirror image.",
        solution=r"""For $y = 1$ the derivative of $f(1 - f)^2$ is $(1 - f)(1 - 3f)$, which is zero at $f = \tfrac13$; for $y = 0$ it is
$f = \tfrac23$, with the same size.

$2 \cdot <c> \cdot \tfrac13 \cdot \left(\tfrac23\right)^2 = <answer>$""",
        check=r"Compare with the slope at $f = \tfrac12$, which is $<half>$: it is not the largest.",
        given={"c": c, "y": y, "half": Fraction(c, 4)},
    )


@problem("losses-ratio", section="losses-compare", items="S1.Q1.7 S3.Q2.g")
def ratio(draw: Draw) -> Problem:
    f = Fraction(draw.integer(1, 40), 100)
    loss, error = -math.log(f), float((1 - f) ** 2)
    return Problem(
        r"A sigmoid turns the logit $a$ into $f = <decimal>$, and the truth is $y = 1$. How many times as large is the slope of the "
        r"cross-entropy $L = -\ln f$ as that of the squared error $M = (y - f)^2$, $\dfrac{\partial L}{\partial a} \Big/ \dfrac{\partial M}{\partial a}$?",
        Number(float(1 / (2 * f * (1 - f))), digits=2),
        {
            "m16": (
                loss / error,
                "These are the two losses, divided. How large a loss is says nothing about how large its slope is.",
            ),
            "the two lost": (float(1 / (f * (1 - f))), "The square in $M$ brings a factor two."),
            "turned over": (float(2 * f * (1 - f)), "The quotient is upside down."),
            "a factor lost": (
                float(1 / (2 * (1 - f))),
                r"A factor $f$ of the sigmoid's slope $f(1 - f)$ is lost.",
            ),
        },
        hint=r"Write down both slopes. What do they have in common?",
        solution=r"""The slopes are $f - y$ and $2(f - y)f(1 - f)$, and their quotient is $\dfrac{1}{2f(1 - f)}$.

$\dfrac{1}{2 \cdot <decimal> \cdot <rest>} \approx <answer>$""",
        check=r"At $f = \tfrac12$ it would be $2$, and it grows as $f$ gets worse.",
        given={"decimal": float(f), "rest": float(1 - f)},
    )


@problem("losses-larger-loss", section="losses-compare", items="S1.Q1.7 S3.Q2.g")
def larger_loss(draw: Draw) -> Problem:
    worse, better = draw.integer(5, 40) / 1000, draw.integer(10, 35) / 100
    return Problem(
        r"Two examples with the truth $y = 1$ get $f = <worse>$ and $f = <better>$, each by a sigmoid. For which of them does "
        r"*squared error* pull harder on the logit $a$?",
        Choice(r"for $f = <better>$, although its loss is smaller"),
        {
            "m16": (
                r"for $f = <worse>$, because its loss is larger",
                r"A larger loss does not make a larger slope. For a confident mistake the sigmoid is flat, and the factor "
                r"$f(1 - f)$ takes the slope away.",
            ),
            "both alike": (
                r"for both alike, because both are mistakes",
                r"The slope is $2(f - y)f(1 - f)$, and the two values of $f$ differ.",
            ),
            "neither": (
                r"for neither, because a sigmoid is flat",
                r"It is flat far out, but its slope $f(1 - f)$ is zero nowhere.",
            ),
        },
        hint=r"The slope is $2(f - y)f(1 - f)$. Compute it for both.",
        solution=r"""The sizes of the slopes are $<first:4>$ for $f = <worse>$ and $<second:4>$ for $f = <better>$. It pulls harder

<answer>.""",
        given={"worse": worse, "better": better, "first": 2 * (1 - worse) ** 2 * worse, "second": 2 * (1 - better) ** 2 * better},
    )  # fmt: skip


@problem("losses-second-derivative", section="losses-convex", items="S1.Q1.7")
def second_derivative(draw: Draw) -> Problem:
    f = draw.integer(1, 19) / 20
    right = 2 * f * (1 - f) ** 2 * (3 * f - 1)
    return Problem(
        r"The truth is $y = 1$. Find the second derivative $\partial^2 M/\partial a^2$ of the squared error $M = (y - f)^2$ where the "
        r"sigmoid is $f = \sigma(a) = <f>$.",
        Number(right),
        {
            "m15": (
                f * (1 - f),
                r"This is $\sigma'$, the second derivative of *cross-entropy*. That it is positive makes cross-entropy convex in "
                r"$a$; squared error is another matter.",
            ),
            "only one factor differentiated": (
                2 * f**2 * (1 - f) ** 2,
                r"The slope $2(f - 1)f(1 - f)$ is a product, and all of its factors depend on $a$.",
            ),
            "by the probability": (
                2 * (1 - f) * (3 * f - 1),
                r"This is the derivative of the slope with respect to $f$. The sigmoid adds another factor $f(1 - f)$.",
            ),
            "the other truth": (2 * f**2 * (1 - f) * (2 - 3 * f), r"This is the second derivative for $y = 0$."),
        },
        hint=r"The slope is $-2f(1 - f)^2$. Differentiate it with respect to $f$, and multiply by $f(1 - f)$.",
        solution=r"""The derivative of $-2f(1 - f)^2$ with respect to $f$ is $2(1 - f)(3f - 1)$, and the chain rule adds $f(1 - f)$.

$2 \cdot <f> \cdot (1 - <f>)^2 \cdot (3 \cdot <f> - 1) \approx <answer>$""",
        check=r"It is negative exactly for $f < \tfrac13$: there squared error is not convex.",
        given={"f": f},
    )


@problem("losses-convex-weights", section="losses-convex-weights", items="S1.Q1.7")
def convex_weights(draw: Draw) -> Problem:
    c = draw.tenths(1, 4)
    low = math.log(1 + math.exp(-c * math.tanh(c)))
    return Problem(
        r"A tiny network has the cross-entropy $\ell(w_1, w_2) = \softplus(-w_2 \tanh w_1)$. Its loss is $\ell(<c>, <c>) = "
        r"\ell(-<c>, -<c>) \approx <low:4>$, and halfway between $\ell(0, 0) \approx 0.6931$. What follows?",
        Choice(
            r"$\ell$ is not convex in the weights: halfway between two points it is above the mean of its values there."
        ),
        {
            "m15": (
                r"Descent finds the minimum from everywhere, because cross-entropy is convex.",
                "Cross-entropy is convex in the *logit*. In the weights it need not be, and descent from the middle of these two "
                "points does not even move.",
            ),
            "two equal values": (
                r"$\ell$ is convex, because both ends have the same loss.",
                "Convex functions lie *below* their chords. Between these two ends the loss is above.",
            ),
            "nothing": (
                r"Nothing: convexity is a question of second derivatives, not of values.",
                "Second derivatives are one way to decide it. One chord with a point above it is enough for a no.",
            ),
        },
        hint="A convex function lies nowhere above a chord.",
        solution=r"""The mean of the losses at the ends is $<low:4>$, and the loss halfway is $0.6931$, which is more.

<answer>""",
        given={"c": c, "low": low},
    )


@problem("losses-several", section="losses-several", items="S3.Q2.h")
def several(draw: Draw) -> Problem:
    a, y = draw.distinct(3, -2, 4), draw.integer(1, 3)
    loss = at(cross_entropy, np.array(a, float), y - 1)
    log_sum = loss + a[y - 1]
    return Problem(
        r"Three classes have the scores $a = <a>$, and class $y = <y>$ of $1, 2, 3$ is right. Find the cross-entropy of softmax, with the "
        r"natural logarithm.",
        Number(loss),
        {
            "m14": (loss / math.log(10), "This is the logarithm to base ten. The natural one belongs here."),
            "the score forgotten": (log_sum, r"This is $\lse(a)$. The score of the right class has to be subtracted."),
            "the score added": (
                log_sum + a[y - 1],
                r"The sign is wrong: $-\ln p_y$ contains *minus* the score of class $y$.",
            ),
            "the probability": (math.exp(-loss), r"This is $p_y$, without the logarithm."),
            "counted from zero": (
                log_sum - a[y % 3],
                "This is the loss of another class. Mathematics counts classes from one here.",
            ),
        },
        hint=r"$-\ln p_y = -a_y + \lse(a)$.",
        solution=r"""$\lse(a) = \ln\bigl(<sum>\bigr) \approx <total:4>$, and $L = -a_y + \lse(a)$.

$<minus> + <total:4> \approx <answer>$""",
        check="It is positive, and it does not change when all three scores are shifted.",
        given={"a": a, "y": y, "sum": " + ".join(f"e^{{{one}}}" for one in a), "total": log_sum, "minus": -a[y - 1]},
    )


@problem("losses-gradient", section="losses-several-gradient", items="S3.Q1.m")
def gradient(draw: Draw) -> Problem:
    p, y = draw.shares(3, 1, 7), draw.integer(1, 3)
    truth = tuple(int(place == y) for place in (1, 2, 3))
    right = tuple(a - b for a, b in zip(p, truth, strict=True))
    shifted = tuple(a - (place == y % 3) for place, a in enumerate(p))
    return Problem(
        r"Softmax of the logits $a$ is $p = <p>$, and class $y = <y>$ of $1, 2, 3$ is right. Find the gradient $\nabla_a L$ of the "
        r"cross-entropy $L = -\ln p_y$.",
        Vector(right),
        {
            "the sign": (
                tuple(-one for one in right),
                "It is prediction minus truth: the logits of wrong classes have to go down.",
            ),
            "the truth forgotten": (p, r"This is the gradient of $\lse$. The truth has to be subtracted."),
            "one everywhere": (tuple(one - 1 for one in p), r"The one is subtracted for the right class alone."),
            "only the right class": (
                tuple(a * b for a, b in zip(right, truth, strict=True)),
                "The other logits stand in the sum, so the loss reacts to them, too.",
            ),
            "counted from zero": (
                shifted,
                "Here the one is subtracted for another class. The classes are counted from one.",
            ),
        },
        hint=r"$L = -a_y + \lse(a)$, and the gradient of $\lse$ is $p$.",
        solution=r"""The gradient is $p - e_y$: subtract one from entry $<y>$.

$\nabla_a L = <answer>$""",
        check="Its entries sum to zero.",
        given={"p": p, "y": y},
    )


@problem("losses-chain", section="losses-several-gradient", items="S3.Q1.m")
def chain(draw: Draw) -> Problem:
    p, slopes, y = draw.shares(3, 1, 5), draw.distinct(3, -4, 5), draw.integer(1, 3)
    average, mine = mean(slopes, p), slopes[y - 1]
    return Problem(
        r"Three logits $a$ depend on a parameter $u$. At some $u$ their derivatives are $\partial a/\partial u = <slopes>$ and the "
        r"probabilities of softmax are $p = <p>$; class $y = <y>$ of $1, 2, 3$ is right. Find $\partial L/\partial u$ for the cross-entropy "
        r"$L = -\ln p_y$.",
        Number(average - mine),
        {
            "m13": (
                average + mine,
                r"A minus sign got lost between two lines. Where the model agrees with the truth, the derivative has to vanish.",
            ),
            "the sign": (mine - average, r"This is the derivative of $\ln p_y$. The loss is minus that."),
            "the model forgotten": (-mine, r"The sum below the fraction bar depends on $u$, too."),
            "equal weights": (
                Fraction(sum(slopes), 3) - mine,
                "The mean was taken with equal weights. Under the model, each class counts with its probability.",
            ),
            "counted from zero": (
                average - slopes[y % 3],
                "This is for another right class. The classes are counted from one.",
            ),
        },
        hint="It is a mean under the model minus a mean under the truth.",
        solution=r"""The mean under the model is $<sum> = <average>$, and under the truth it is $<mine>$.

$<average> - <(mine)> = <answer>$""",
        check="If all three logits moved alike, the loss would not change.",
        given={"p": p, "slopes": slopes, "y": y, "average": average, "mine": mine, "sum": dot(p, slopes)},
    )


@problem("losses-proper", section="losses-proper")
def proper(draw: Draw) -> Problem:
    share, f = (one / 10 for one in draw.distinct(2, 1, 9))
    right = share * (1 - f) ** 2 + (1 - share) * f**2
    return Problem(
        r"The truth is $y = 1$ with probability $\pi = <share>$, and otherwise $0$. A forecaster always says $f = <f>$. What is the mean "
        r"of the squared error $(y - f)^2$?",
        Number(round(right, 3)),
        {
            "the noise forgotten": (
                round((f - share) ** 2, 3),
                r"This is $(f - \pi)^2$, what the forecaster could save. The noise $\pi(1 - \pi)$ remains.",
            ),
            "the noise alone": (
                round(share * (1 - share), 3),
                r"This is the mean for an honest forecaster, who says $f = \pi$.",
            ),
            "the probabilities exchanged": (
                round((1 - share) * (1 - f) ** 2 + share * f**2, 3),
                r"The two cases are weighted the wrong way round: $y = 1$ costs $(1 - f)^2$.",
            ),
        },
        hint=r"What does each case cost, and how probable is it?",
        solution=r"""$y = 1$ costs $(1 - f)^2$ and $y = 0$ costs $f^2$.

$<share> \cdot (1 - <f>)^2 + (1 - <share>) \cdot <f>^2 = <answer>$""",
        check=r"It cannot be less than $\pi(1 - \pi)$.",
        given={"share": share, "f": f},
    )


@problem("losses-from-logit", section="losses-cross-entropy", items="S1.Q1.3")
def from_logit(draw: Draw) -> Problem:
    a, y = draw.tenths(-3, 3), draw.integer(0, 1)
    loss, other = at(binary_cross_entropy, a, float(y)), at(binary_cross_entropy, a, 1.0 - y)
    return Problem(
        r"The logit is $a = <a>$, the truth $y = <y>$. Find the cross-entropy of the sigmoid $f = \sigma(a)$, with the natural logarithm.",
        Number(loss),
        {
            "the other truth": (other, r"This is the loss for the other truth: the sign inside softplus is reversed."),
            "the sign": (-loss, "A loss is not negative."),
            "the probability": (
                math.exp(-loss),
                "This is the probability that the truth got. Its logarithm is missing.",
            ),
            "base ten": (loss / math.log(10), "This is the logarithm to base ten."),
        },
        hint=r"$-\ln\sigma(a) = \softplus(-a)$ and $-\ln(1 - \sigma(a)) = \softplus(a)$.",
        solution=r"""$L = y\,\softplus(-a) + (1 - y)\,\softplus(a)$, of which one term is left.

$\ln\bigl(1 + e^{<exponent>}\bigr) \approx <answer>$""",
        check=r"It is below $\ln 2$ exactly when the logit is positive for $y = 1$, or negative for $y = 0$.",
        given={"a": a, "y": y, "exponent": -a if y else a},
    )
