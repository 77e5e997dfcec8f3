"""Problems on a small network that reads digits."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from nnlib.network_table import Conv, Dense, Pool, summarize
from practice.answers import Integer, Number, Vector
from practice.draw import Draw
from practice.problem import Problem, problem


@problem("digits-parameters", section="digits-cnn")
def parameters(draw: Draw) -> Problem:
    c1, c2, classes = draw.integer(3, 9), draw.integer(4, 12), draw.integer(3, 10)
    layers: list[Conv | Pool | Dense] = [Conv(c1, k=3, p=1), Conv(c2, k=3, s=2, p=1), Dense(classes)]
    table = summarize(layers, (1, 8, 8))
    first, second, last = (row.parameters for row in table.rows[-3:])
    return Problem(
        r"Gray images of $8 \times 8$ pass a convolution (<c1> kernels $3 \times 3$, stride 1, padding 1), a convolution (<c2> kernels $3 \times 3$, "
        r"stride 2, padding 1) and a dense layer to <classes> classes. How many parameters are there, biases included?",
        Integer(int(table.total.parameters)),
        {
            "m25": (
                first + c2 * 10 + last,
                r"In the second layer the channels were dropped: each of its kernels has $3 \times 3$ weights for *every* channel that it reads.",
            ),
            "the biases forgotten": (first + second + last - c1 - c2 - classes, "Each kernel and each class has a bias."),
            "the stride forgotten": (
                first + second + classes * (c2 * 64 + 1),
                r"The second convolution has stride 2 and leaves $4 \times 4$.",
            ),
            "the dense layer forgotten": (first + second, "The dense layer has weights, too, and many."),
        },
        hint=r"The second convolution leaves pictures of $4 \times 4$, which the dense layer reads, all <c2> of them.",
        solution=r"""The layers have $<c1>\,(9 + 1) = <first>$, $<c2>\,(<c1> \cdot 9 + 1) = <second>$ and $<classes>\,(<c2> \cdot 16 + 1) = <last>$ parameters.

$<first> + <second> + <last> = <answer>$""",
        check="The dense layer has one weight for each class and each number that it reads.",
        given={"c1": c1, "c2": c2, "classes": classes, "first": first, "second": second, "last": last},
    )  # fmt: skip


@problem("digits-ignorance", section="digits-batches", items="S1.Q1.3")
def ignorance(draw: Draw) -> Problem:
    classes = draw.integer(3, 40, but=[10])
    return Problem(
        r"A new network for <classes> classes knows nothing and gives each of them the same probability. What is its mean cross-entropy, "
        r"with the natural logarithm?",
        Number(math.log(classes)),
        {
            "m14": (math.log10(classes), "This is the logarithm to base ten. The natural one belongs here."),
            "the probability": (1 / classes, "This is the probability of each class. The loss is minus its logarithm."),
            "the sign": (-math.log(classes), "A loss is not negative."),
            "one half": (
                math.log(2),
                "This is for two classes.",
            ),
        },
        hint=r"What probability does the right class get?",
        solution=r"""The right class gets $\tfrac{1}{<classes>}$, whichever it is.

$-\ln \tfrac{1}{<classes>} = \ln <classes> \approx <answer>$""",
        check=r"For ten classes it would be $2.3026$.",
        given={"classes": classes},
    )


@problem("digits-squared-gradient", section="digits-losses")
def squared_gradient(draw: Draw) -> Problem:
    w = np.array(draw.distinct(3, 1, 4))
    n, y, k = int(w.sum()), draw.integer(1, 3), draw.integer(1, 3)
    p = [Fraction(int(one), n) for one in w]
    v = [one - (place == y) for place, one in enumerate(p, 1)]
    average = sum(a * b for a, b in zip(p, v, strict=True))
    mine = p[k - 1] * (v[k - 1] - average)
    other = [one - (place == y % 3 + 1) for place, one in enumerate(p, 1)]
    elsewhere = p[k - 1] * (other[k - 1] - sum(a * b for a, b in zip(p, other, strict=True)))
    return Problem(
        r"Softmax of the scores $o$ is $p = <p>$, and class $y = <y>$ of $1, 2, 3$ is right. Find $\partial L/\partial o_<k>$ of the squared error $L = \lVert p - e_y \rVert^2$, "
        r"where $e_y$ is one for the right class and zero elsewhere.",
        Number(2 * mine),
        {
            "softmax forgotten": (
                2 * v[k - 1],
                r"This is the derivative with respect to $p_<k>$. The Jacobian of softmax is still missing.",
            ),
            "cross-entropy": (
                v[k - 1],
                "This is the derivative of cross-entropy, in which the Jacobian of softmax cancels.",
            ),
            "the two lost": (mine, "The square brings a factor two."),
            "the diagonal alone": (
                2 * p[k - 1] * (1 - p[k - 1]) * v[k - 1],
                "Only the diagonal of the Jacobian was used. Each score moves all probabilities.",
            ),
            "counted from zero": (2 * elsewhere, "This is for another right class. The classes are counted from one."),
        },
        hint=r"$\bar o = 2 J v$ with $v = p - e_y$, and $(Jv)_k = p_k\,(v_k - \sum_j p_j v_j)$.",
        solution=r"""$v = p - e_y = <v>$, and its mean under $p$ is $<average>$.

$2 \cdot <p.k> \cdot \left(<v.k> - <(average)>\right) = <answer>$""",
        check="The three derivatives sum to zero.",
        given={"p": tuple(p), "y": y, "k": k, "v": tuple(v), "average": average},
    )


@problem("digits-init", section="digits-init")
def init(draw: Draw) -> Problem:
    d = draw.integer(10, 400)
    return Problem(
        r"A layer with ramps and no biases reads $d = <d>$ inputs. With which standard deviation $s$ should its weights be drawn, independently and "
        r"from a normal distribution with mean zero, so that the mean square after the ramps is, on average, that of the inputs?",
        Number(math.sqrt(2 / d)),
        {
            "the ramp forgotten": (
                math.sqrt(1 / d),
                "The ramp sets one half of the values to zero, and with them one half of the mean square. That asks for a factor two.",
            ),
            "the variance": (2 / d, "This is the variance. The standard deviation is its square root."),
            "halved": (
                math.sqrt(1 / (2 * d)),
                "The ramp takes one half away; the weights have to make up for it, not to halve again.",
            ),
            "upside down": (math.sqrt(d / 2), "More inputs add up to more, so the weights have to be smaller."),
        },
        hint=r"A sum of $d$ terms has the variance $s^2 \lVert x \rVert^2$, and the ramp keeps one half of the mean square.",
        solution=r"""$\tfrac12 s^2 \lVert x \rVert^2$ should be $\tfrac{1}{d} \lVert x \rVert^2$, so $s^2 = 2/d$.

$s = \sqrt{2/<d>} \approx <answer>$""",
        check="Four times as many inputs ask for half the standard deviation.",
        given={"d": d},
    )


@problem("digits-pool-backward", section="digits-filters")
def pool_backward(draw: Draw) -> Problem:
    high, low, g = draw.integer(5, 9), draw.integers(2, 0, 4), draw.integer(2, 9)
    x = tuple(draw.shuffled([high, high, *low]))
    first = x.index(high)
    return Problem(
        r"Max-pooling over the four values $x = <x>$ receives the gradient $g = <g>$. With the rule that the *first* largest value wins, find the "
        r"gradient with respect to $x$.",
        Vector(tuple(g if place == first else 0 for place in range(4))),
        {
            "shared": (
                tuple(Fraction(g, 2) if one == high else 0 for one in x),
                "The winners shared. That is another rule, and a possible one; here the first takes all.",
            ),
            "both": (
                tuple(g if one == high else 0 for one in x),
                "Both winners received all of it. A nudge would then count twice.",
            ),
            "the last": (
                tuple(g if place == 3 - x[::-1].index(high) else 0 for place in range(4)),
                "The last of the largest values received it. Here the first wins.",
            ),
            "the mean": ((Fraction(g, 4),) * 4, "That is the gradient of *mean* pooling."),
        },
        hint=r"Which entry wins?",
        solution=r"""The largest value is $<high>$, and the first entry that has it is number <place>.

$<answer>$""",
        check=r"The entries of the gradient sum to $<g>$.",
        given={"x": x, "g": g, "high": high, "place": first + 1},
    )


@problem("digits-split", section="digits-split")
def split(draw: Draw) -> Problem:
    train, test = draw.integer(20, 60) * 10, draw.integer(5, 30) * 10
    a, b = draw.integer(3, 9), draw.integer(10, 16)
    return Problem(
        r"The data are split into <train> pictures for training and <test> for the test. A pixel has the mean <a> in the training pile and <b> in the "
        r"test pile. Which number is subtracted from this pixel of a *test* picture, so that nothing of the test leaks into the training?",
        Integer(a),
        {
            "its own mean": (
                b,
                "That is computed from the test pile. A program that is given one picture could not do it.",
            ),
            "all pictures": (
                Fraction(train * a + test * b, train + test),
                "This mean contains the test pictures, so something of them would be known in training.",
            ),
            "the mean of the means": (Fraction(a + b, 2), "This, too, contains the test pictures."),
        },
        hint="What may be known before the test?",
        solution=r"""Everything that the program subtracts is a part of it, and is computed from the training pile alone.

That is $<answer>$.""",
        check="Imagine that the test pictures arrive one by one, a year later.",
        given={"train": train, "test": test, "a": a, "b": b},
    )


@problem("digits-batch-step", section="digits-batches")
def batch_step(draw: Draw) -> Problem:
    theta, g = draw.integer(-6, 6, but=[0]), draw.integers(4, -6, 6, but=[0])
    rate = draw.one_of([0.1, 0.2, 0.4])
    mean = sum(g) / 4
    return Problem(
        r"A weight is $<theta>$. In a batch of four examples the derivatives of the losses with respect to it are $<g>$. Where is it after one step on the mean loss of the "
        r"batch with the learning rate $\alpha = <rate>$?",
        Number(round(theta - rate * mean, 4)),
        {
            "the sum": (round(theta - rate * sum(g), 4), "The slopes were added. The mean loss has the mean slope."),
            "one by one": (round(theta - rate * g[0], 4), "Only the first example was used."),
            "uphill": (round(theta + rate * mean, 4), "The step goes uphill."),
            "the rate forgotten": (round(theta - mean, 4), "The mean slope is multiplied by the learning rate."),
        },
        hint="First the mean of the four slopes.",
        solution=r"""The mean slope is $<mean>$.

$<theta> - <rate> \cdot <(mean)> = <answer>$""",
        check="The weight moves against the sign of the mean slope.",
        given={"theta": theta, "g": g, "rate": rate, "mean": mean},
    )
