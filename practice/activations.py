"""Problems on activation functions."""

from __future__ import annotations

import math
from fractions import Fraction

from nnlib.activations import log_sigmoid, sigmoid, softplus
from practice.answers import Choice, Formula, Matrix, Number, Vector
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import plus
from practice.values import at


@problem("activations-quotient", section="activations-step", items="S0.Q1.1 S4.Q1.1")
def quotient(draw: Draw) -> Problem:
    a = draw.integer(1, 5)
    e = draw.integer(a + 1, a + 6)
    return Problem(
        r"Find the difference quotient $\dfrac{\relu(x + \varepsilon) - \relu(x)}{\varepsilon}$ of the ramp at $x = -<a>$ "
        r"with the nudge $\varepsilon = <e>$.",
        Number(Fraction(e - a, e)),
        {
            "m3": (
                0,
                r"Left of zero the quotient is zero as long as the nudge is small: $|\varepsilon| < -x$. This one is larger, "
                "and crosses zero.",
            ),
            "the ramp left out": (
                1,
                r"This is the quotient of $x$ itself. The ramp is zero at $x$, and climbs only after zero.",
            ),
            "not divided": (e - a, "This is the gain of the ramp. The quotient divides it by the nudge."),
        },
        hint=r"Write down $\relu(-<a>)$ and $\relu(-<a> + <e>)$ first.",
        solution=r"""The ramp is $0$ at $-<a>$ and $<gain>$ at $-<a> + <e>$.

$\dfrac{<gain> - 0}{<e>} = <answer>$""",
        check="It is the mean slope of the ramp between the two points, so it lies between zero and one.",
        given={"a": a, "e": e, "gain": e - a},
    )


@problem("activations-at-zero", section="activations-at-zero", items="S0.Q1.1 S3.Q1.b S4.Q1.1")
def at_zero(draw: Draw) -> Problem:
    a, b = draw.integer(2, 9), draw.integer(1, 9)
    return Problem(
        r"Let $g(x) = <a> \relu(x - <b>)$. Which statement about the derivative $g'(<b>)$ is true?",
        Choice(r"It does not exist: the quotients are $0$ from the left and $<a>$ from the right."),
        {
            "m2": (
                r"It is $0$, because $g(x) = 0$ for all $x \le <b>$.",
                "At the corner a quotient may also look to the right, and there it is not zero. A program returns some number "
                "here; that is a choice.",
            ),
            "the mean of both sides": (
                r"It is $<half>$, the mean of the slopes on both sides.",
                "This is the *symmetric* derivative, which does exist. A derivative needs equal limits from both sides.",
            ),
            "the right side alone": (
                r"It is $<a>$, because $g$ rises from there on.",
                "This is the limit from the right alone. A derivative needs the left one, too.",
            ),
        },
        hint=r"Compute $\bigl(g(<b> + \varepsilon) - g(<b>)\bigr)/\varepsilon$ for a small positive and a small negative $\varepsilon$.",
        solution=r"""For small $\varepsilon > 0$ the quotient is $<a>\varepsilon/\varepsilon = <a>$, for $\varepsilon < 0$ it is $0/\varepsilon = 0$.
The two limits differ.

<answer>""",
        given={"a": a, "b": b, "half": Fraction(a, 2)},
    )


@problem("activations-symmetric", section="activations-at-zero", items="S0.Q1.1")
def symmetric(draw: Draw) -> Problem:
    a, b = draw.distinct(2, 2, 12)
    return Problem(
        r"Find the symmetric quotient $\dfrac{f(\varepsilon) - f(-\varepsilon)}{2\varepsilon}$ at zero, with any "
        r"$\varepsilon > 0$, for $f(x) = <a> \relu(x) + <b> \relu(-x)$.",
        Number(Fraction(a - b, 2)),
        {
            "m2": (
                0,
                r"This takes $\relu'(0) = 0$. The ramp has no derivative at zero; the quotient can be computed as it stands.",
            ),
            "the right side alone": (a, "This is the quotient to the right of zero alone."),
            "a sign lost": (
                Fraction(a + b, 2),
                r"To the left of zero $f$ is $-<b>x$: it falls there, so its slope counts with a minus sign.",
            ),
        },
        hint=r"What is $f(\varepsilon)$, and what is $f(-\varepsilon)$?",
        solution=r"""$f(\varepsilon) = <a>\varepsilon$ and $f(-\varepsilon) = <b>\varepsilon$.

$\dfrac{<a>\varepsilon - <b>\varepsilon}{2\varepsilon} = <answer>$""",
        check="It is the mean of the slopes on the two sides.",
        given={"a": a, "b": b},
    )


@problem("activations-criterion", section="activations-criterion", items="S0.Q1.1")
def criterion(draw: Draw) -> Problem:
    a, b = draw.integer(2, 9), draw.integer(2, 9)
    return Problem(
        r"Let $f(0) = 0$ and $f(x) = <a> x + <b> x^2 \sin\frac1x$ elsewhere. What is $f'(0)$?",
        Choice(r"$f'(0) = <a>$"),
        {
            "m1": (
                r"$f'(0)$ does not exist, because $f'(x)$ has no limit for $x \to 0$.",
                "The limit of the derivative is not the derivative. Compute the quotient at zero: its second part is squeezed "
                "to zero.",
            ),
            "the cosine kept": (
                r"$f'(0) = <a> - <b>$",
                r"The term $-<b>\cos\frac1x$ of $f'(x)$ was read as $-<b>$ at zero, but it oscillates forever.",
            ),
            "the first part lost": (
                r"$f'(0) = 0$",
                r"That is the derivative of the second part alone. The first part has a slope everywhere.",
            ),
        },
        hint=r"Write down $\bigl(f(\varepsilon) - f(0)\bigr)/\varepsilon$. How large can its second part be?",
        solution=r"""The quotient is $<a> + <b>\varepsilon \sin\frac1\varepsilon$, and its second part is at most $<b>|\varepsilon|$.
So it tends to $<a>$, although $f'(x)$ keeps swinging.

<answer>""",
        given={"a": a, "b": b},
    )


@problem("activations-step-collected", section="activations-ramp", items="S0.Q1.2 S4.Q1.2")
def step_collected(draw: Draw) -> Problem:
    a, c, length = draw.integer(1, 6), draw.integer(1, 5), draw.integer(1, 6)
    b = c + length
    return Problem(
        r"Find $\displaystyle\int_{-<a>}^{<b>} H(t - <c>)\,dt$, where $H$ is the Heaviside step.",
        Number(length),
        {
            "the whole interval": (a + b, "This is the length of the interval. The integrand is zero on a part of it."),
            "the step at zero": (b, r"This collects from $t = 0$ on. Here the step is taken at $t = <c>$."),
            "the last value": (1, "This is the integrand at the upper end. The integral is the area below it."),
            "moved the other way": (b + c, r"$t - <c>$ is positive for $t > <c>$: the step moved to the right."),
        },
        hint=r"Where is the integrand $1$?",
        solution=r"""The integrand is $0$ below $t = <c>$ and $1$ above, and collects the length from $<c>$ to $<b>$: it is
$\relu(<b> - <c>)$.

$<b> - <c> = <answer>$""",
        check=r"Draw the integrand: it is $0$, and then $1$.",
        given={"a": a, "b": b, "c": c},
    )


@problem("activations-ramp-product", section="activations-ramp", items="S0.Q1.2 S4.Q1.2 S3.Q1.c")
def ramp_product(draw: Draw) -> Problem:
    c = draw.integer(2, 25)
    return Problem(
        r"Write $\relu(<c>x)$ as a product of numbers, $x$ and $H$, where $H$ stands for the value of the step at $x$.",
        Formula(f"{c}*x*H", letters={"x": (-2.0, 2.0), "H": (0, 1)}),
        {
            "the factor taken twice": (
                f"{c * c}*x*H",
                r"The step does not grow with a factor: $H(<c>x) = H(x)$.",
            ),
            "the line lost": (
                f"{c}*H",
                "This is a step of another height. The step only switches; what it switches on is a line.",
            ),
            "switched the wrong way": (f"{c}*x*(1 - H)", r"This is on where $x$ is negative."),
            "no switch": (f"{c}*x", "Without the step this is a line, which is negative left of zero."),
        },
        hint=r"What is $\relu(<c>x)$ for a positive, and for a negative $x$?",
        solution=r"""For $x > 0$ it is $<c>x$, for $x < 0$ it is zero, and $H$ switches between them: $H = 1$ and $H = 0$.

$\relu(<c>x) = <answer>$""",
        check=r"Put in $x = 2$, $H = 1$ and $x = -2$, $H = 0$.",
        given={"c": c},
    )


@problem("activations-ramp-power", section="activations-ramp", items="S3.Q1.c")
def ramp_power(draw: Draw) -> Problem:
    b = draw.halves(1, 9)
    b = abs(b)
    return Problem(
        r"A program for real numbers computes powers as $a^b = e^{b \ln a}$. What does it make of $(x + 1)^{H(x)} - 1$ at "
        r"$x = -<b>$, with the Heaviside step $H$?",
        Choice("No number: the base has no real logarithm."),
        {
            "m4": (
                r"$0$, since any base to the power zero is one.",
                "That is the convention under which the formula is the ramp. This program does not follow it: it takes a "
                "logarithm first.",
            ),
            "the base": (
                r"$-<b>$, since the power is the base itself.",
                r"For $x < 0$ the exponent $H(x)$ is zero, not one.",
            ),
            "a power of zero": (r"$-1$, since the power is zero.", "The exponent is zero, not the power."),
        },
        hint=r"Which number is the base $x + 1$ here?",
        solution=r"""The base is $-<b> + 1 = <base>$, which is not positive, and the program asks for its logarithm. With the convention
that any base to the power zero is one, the formula would give zero.

<answer>""",
        given={"b": b, "base": 1 - b},
    )


@problem("activations-sign", section="activations-sign", items="S3.Q1.a")
def sign(draw: Draw) -> Problem:
    a, b = draw.distinct(2, 2, 9)
    return Problem(
        r"A function is $<a>$ for $x > 0$, $0$ at zero and $-<b>$ for $x < 0$. Write it with the indicators "
        r"$P = \mathbf 1_{x > 0}$ and $N = \mathbf 1_{x < 0}$.",
        Formula(f"{a}*P - {b}*N", letters={"P": (0, 1), "N": (0, 1)}),
        {
            "the sign lost": (f"{a}*P + {b}*N", "For negative $x$ this is positive."),
            "the rest of the first": (
                f"{a}*P - {b}*(1 - P)",
                r"$1 - P$ is one at zero, too, so the value there comes out wrong.",
            ),
            "the sides exchanged": (f"{a}*N - {b}*P", "The two sides are exchanged."),
        },
        hint="Each indicator is one on its own side, and zero elsewhere.",
        solution=r"""On the right $P = 1$ and $N = 0$, on the left it is the other way round, and at zero both are zero.

$<answer>$""",
        check=r"Try $x = 1$, $x = -1$ and $x = 0$.",
        given={"a": a, "b": b},
    )


@problem("activations-sigmoid-by-hand", section="activations-sigmoid")
def sigmoid_by_hand(draw: Draw) -> Problem:
    k, m = draw.integer(2, 4), draw.integer(2, 12)
    power = m**k
    return Problem(
        r"Find $\sigma_<k>(\ln <m>)$ for the sigmoid of steepness $<k>$, $\sigma_<k>(x) = 1/(1 + e^{-<k>x})$.",
        Number(Fraction(power, power + 1)),
        {
            "the steepness lost": (Fraction(m, m + 1), r"This is $\sigma(\ln <m>)$, with the steepness one."),
            "the other side": (
                Fraction(1, power + 1),
                r"This is the value at $-\ln <m>$: a minus sign in the exponent is lost.",
            ),
            "the steepness below": (
                Fraction(m * k, m * k + 1),
                r"$e^{-<k> \ln <m>}$ is a power of $<m>$; the factor does not come down from the exponent.",
            ),
        },
        hint=r"$e^{-<k> \ln <m>} = <m>^{\,?}$",
        solution=r"""$e^{-<k> \ln <m>} = <m>^{-<k>} = \tfrac{1}{<power>}$.

$\dfrac{1}{1 + \tfrac{1}{<power>}} = <answer>$""",
        check="Right of zero a sigmoid is above one half, and it never exceeds one.",
        given={"m": m, "k": k, "power": power},
    )


@problem("activations-sigmoid-slope", section="activations-sigmoid-derivative", items="S3.Q1.e")
def sigmoid_slope(draw: Draw) -> Problem:
    n, k = draw.integer(3, 9), draw.integer(2, 9)
    p = Fraction(draw.integer(1, n - 1), n)
    return Problem(
        r"The sigmoid of steepness $<k>$ is $\sigma_<k>(x) = 1/(1 + e^{-<k>x})$. At some $x$ it has the value $<p>$. "
        r"Find its slope there.",
        Number(k * p * (1 - p)),
        {
            "the steepness lost": (p * (1 - p), r"The chain rule brings the steepness down as a factor."),
            "a square": (k * p * p, r"The second factor is what is missing to one, $1 - \sigma_k(x)$."),
            "what is missing to one": (k * (1 - p), r"A factor $\sigma_k(x)$ is missing."),
        },
        hint=r"$\sigma' = \sigma (1 - \sigma)$. Which factor does the chain rule add?",
        solution=r"""$\sigma_k'(x) = k\,\sigma_k(x)\,\bigl(1 - \sigma_k(x)\bigr)$.

$<k> \cdot <p> \cdot \left(1 - <p>\right) = <answer>$""",
        check=r"It is at most $<bound>$.",
        given={"k": k, "p": p, "bound": Fraction(k, 4)},
    )


@problem("activations-elementwise", section="activations-elementwise", items="S3.Q1.e")
def elementwise(draw: Draw) -> Problem:
    m, n = draw.distinct(2, 2, 9)
    p, q = Fraction(draw.integer(1, m - 1), m), Fraction(draw.integer(1, n - 1), n)
    return Problem(
        r"The sigmoid acts on a vector entry by entry, and $\sigma(x) = \left(<p>, <q>\right)$. Find the Jacobian of "
        r"$\sigma \colon \R^2 \to \R^2$ at this $x$.",
        Matrix(((p * (1 - p), 0), (0, q * (1 - q)))),
        {
            "as if it were softmax": (
                ((p * (1 - p), -p * q), (-q * p, q * (1 - q))),
                "Off the diagonal this is the Jacobian of softmax. Here each output depends on its own input alone.",
            ),
            "the values": (
                ((p, 0), (0, q)),
                "The diagonal holds the values of the sigmoid. It should hold its slopes.",
            ),
            "every pair": (
                ((p * (1 - p), p * (1 - q)), (q * (1 - p), q * (1 - q))),
                "Output $i$ does not depend on input $j$, so these entries are zero off the diagonal.",
            ),
        },
        hint=r"How does the first output react to the second input?",
        solution=r"""$\partial\,\sigma(x_i)/\partial x_j = \sigma(x_i)\bigl(1 - \sigma(x_i)\bigr)\,\delta_{ij}$: slopes on the diagonal, and zeros elsewhere.

$<answer>$""",
        check="Half of its entries are zero.",
        given={"p": p, "q": q},
    )


@problem("activations-limit", section="activations-limit", items="S0.Q1.3 S4.Q1.3")
def limit(draw: Draw) -> Problem:
    x = tuple(draw.shuffled([-draw.tenths(0.1, 3), 0.0, draw.tenths(0.1, 3)]))

    def values(below: float, at: Fraction | int, above: int) -> tuple[float | Fraction, ...]:
        return tuple(above if one > 0 else below if one < 0 else at for one in x)

    return Problem(
        r"To which three numbers does $\sigma_k(x) = 1/(1 + e^{-kx})$ tend at the points $x = <x>$ as $k \to \infty$?",
        Vector(values(0, Fraction(1, 2), 1)),
        {
            "zero at zero": (values(0, 0, 1), r"At zero the exponential is $e^0 = 1$ for every $k$."),
            "one at zero": (
                values(0, 1, 1),
                r"At zero the exponential is $e^0 = 1$ for every $k$, and it does not vanish.",
            ),
            "the sign": (
                values(-1, 0, 1),
                r"That is the sign, or the limit of $\tanh(kx)$. A sigmoid is never negative.",
            ),
            "the sides exchanged": (
                values(1, Fraction(1, 2), 0),
                r"For $x > 0$ the exponential $e^{-kx}$ tends to zero.",
            ),
        },
        hint=r"What does $e^{-kx}$ tend to in each of the three cases?",
        solution=r"""$e^{-kx}$ tends to zero for $x > 0$, grows without bound for $x < 0$, and is $1$ at zero. The limit is the step $H(x)$.

$<answer>$""",
        check=r"At zero nothing depends on $k$.",
        given={"x": x},
    )


@problem("activations-sup", section="activations-uniform", items="S0.Q1.3 S3.Q1.d")
def sup(draw: Draw) -> Problem:
    k, d = 10 * draw.integer(1, 99), draw.one_of([1, 2, 5]) / 1000
    return Problem(
        r"$H$ is the Heaviside step, and $\sigma_k(x) = 1/(1 + e^{-kx})$ is the sigmoid of steepness $k = <k>$. How large is "
        r"$\sup_{x}\,\bigl|H(x) - \sigma_k(x)\bigr|$ over *all* real $x$?",
        Number(Fraction(1, 2)),
        {
            "m5": (
                0,
                r"For each fixed $x$ the gap tends to zero. But for this one $k$ there are points so close to zero that the "
                "gap there is almost at its largest.",
            ),
            "one": (1, "The step jumps by one, but a sigmoid is already halfway up where the step jumps."),
            "at a distance": (
                round(1 / (1 + math.exp(k * d)), 4),
                r"This is the gap at $x = <d>$. Closer to zero it is larger.",
            ),
        },
        hint=r"The gap is $1/(1 + e^{k|x|})$ for $x \ne 0$. Where is that large?",
        solution=r"""For $x \ne 0$ the gap is $\dfrac{1}{1 + e^{<k>|x|}}$. It grows toward zero, where it comes as close to one half as we like,
whatever $k$ is.

$\sup_x\,\bigl|H(x) - \sigma_k(x)\bigr| = <answer>$""",
        check=r"Try a very small $x > 0$.",
        given={"k": k, "d": d},
    )


@problem("activations-steepness", section="activations-uniform", items="S3.Q1.d")
def steepness(draw: Draw) -> Problem:
    distances, percents = [0.05, 0.1, 0.2, 0.25, 0.4, 0.5], [0.1, 0.2, 0.4, 0.5, 1, 2, 4, 5, 10, 20]
    d, percent = draw.one_of([(d, percent) for d in distances for percent in percents])
    e = round(percent / 100, 3)
    right = math.log((1 - e) / e) / d
    return Problem(
        r"Find the smallest steepness $k$ for which the sigmoid $\sigma_k(x) = 1/(1 + e^{-kx})$ differs from the Heaviside step by at "
        r"most $<e>$ at every $x$ with $|x| \ge <d>$.",
        Number(right, digits=2),
        {
            "the distance multiplied": (
                right * d * d,
                r"Dividing by $d$ became multiplying: closer to zero a *steeper* sigmoid is needed.",
            ),
            "the distance left out": (right * d, r"This is the value of $k d$."),
            "base ten": (
                math.log10((1 - e) / e) / d,
                "This is the logarithm to base ten; the sigmoid is made of powers of $e$.",
            ),
            "one not subtracted": (
                -math.log(e) / d,
                r"The one in $1 + e^{kd}$ got lost. For a small tolerance that is nearly right.",
            ),
        },
        hint=r"The worst point is $|x| = <d>$. Solve $\dfrac{1}{1 + e^{kd}} = <e>$.",
        solution=r"""The gap is largest at $|x| = <d>$, and $\dfrac{1}{1 + e^{<d>k}} \le <e>$ says $e^{<d>k} \ge \dfrac{1 - <e>}{<e>}$.

$k = \tfrac{1}{<d>} \ln <odds> \approx <answer>$""",
        check=r"Put your $k$ into $1/(1 + e^{kd})$.",
        given={"d": d, "e": e, "odds": round((1 - e) / e, 2)},
    )


@problem("activations-log-sigmoid", section="activations-softplus", items="S3.Q1.f")
def log_of_sigmoid(draw: Draw) -> Problem:
    x = draw.tenths(-3, 3)
    back = at(softplus, -x)
    return Problem(
        r"Find $\ln \sigma(<x>)$, where $\sigma$ is the sigmoid.",
        Number(at(log_sigmoid, x)),
        {
            "m6": (
                -math.log(back),
                r"One logarithm too many: softplus contains the logarithm already, so $\ln\sigma(x) = -\softplus(-x)$.",
            ),
            "the sign": (back, "A sigmoid is below one, so its logarithm is negative."),
            "the sign inside": (-at(softplus, x), r"This is $\ln\sigma(-x)$: the sign inside is reversed."),
            "base ten": (at(log_sigmoid, x) / math.log(10), "This is the logarithm to base ten."),
        },
        hint=r"What is $\ln \dfrac{1}{1 + e^{-x}}$?",
        solution=r"""$\ln \dfrac{1}{1 + e^{-x}} = -\ln\bigl(1 + e^{-x}\bigr) = -\softplus(-x)$.

$-\ln\bigl(1 + e^{<minus>}\bigr) \approx <answer>$""",
        check="A sigmoid is less than one, which decides the sign of its logarithm.",
        given={"x": x, "minus": -x},
    )


@problem("activations-softplus-mirror", section="activations-softplus-ramp", items="S3.Q1.g")
def softplus_mirror(draw: Draw) -> Problem:
    x = draw.tenths(0.5, 4)
    value = at(softplus, x)
    return Problem(
        r"$\softplus(<x>) \approx <value:4>$. Find $\softplus(-<x>)$, without another logarithm.",
        Number(value - x),
        {
            "as if it were odd": (-value, r"Softplus is not odd; it is positive everywhere."),
            "as if it were even": (value, r"Softplus is not even; it grows from left to right."),
            "the sign": (
                value + x,
                r"The difference $\softplus(x) - \softplus(-x)$ is $x$, and the value on the left is the smaller.",
            ),
            "one minus": (1 - value, r"It is the *sigmoid* that completes its mirror image to one."),
        },
        hint=r"What is $\softplus(x) - \softplus(-x)$?",
        solution=r"""$\softplus(x) - \softplus(-x) = x$.

$<value:4> - <x> = <answer>$""",
        check="Softplus is positive and increasing.",
        given={"x": x, "value": value},
    )


@problem("activations-softplus-slope", section="activations-softplus")
def softplus_slope(draw: Draw) -> Problem:
    k, x = draw.integer(2, 5), draw.tenths(-1, 1)
    right = at(sigmoid, k * x)
    return Problem(
        r"Find the slope of $\dfrac{\softplus(<k>x)}{<k>}$ at $x = <x>$.",
        Number(right),
        {
            "the factor kept": (
                k * right,
                r"The chain rule brings a factor $<k>$, and the division takes it away again.",
            ),
            "the factor not inside": (at(sigmoid, x), r"The sigmoid is taken at $<k>x$, where the softplus is."),
            "the slope of the sigmoid": (
                k * right * (1 - right),
                "That is one derivative too many: the slope of softplus is the sigmoid itself.",
            ),
        },
        hint=r"The derivative of softplus is the sigmoid. What does the chain rule add?",
        solution=r"""The derivative is $\tfrac{1}{<k>} \cdot <k>\,\sigma(<k>x) = \sigma(<k>x)$.

$\sigma(<kx>) \approx <answer>$""",
        check="This is a smooth ramp, so its slope lies between zero and one.",
        given={"k": k, "x": x, "kx": round(k * x, 1)},
    )


@problem("activations-sigmoid-of-tanh", section="activations-tanh", items="S4.Q3")
def sigmoid_of_tanh(draw: Draw) -> Problem:
    t = draw.integer(-95, 95, but=[0]) / 100
    return Problem(
        r"For some $x$ we know $\tanh(x/2) = <t>$. Find $\sigma(x)$, the sigmoid of $x$.",
        Number((1 + t) / 2),
        {
            "m7": (
                t / 2,
                "The one half that is added is missing. A sigmoid lies between zero and one, a tanh between $-1$ and $1$.",
            ),
            "not halved": (1 + t, "Two units of height have to become one: halve it."),
            "the other side": ((1 - t) / 2, r"This is $\sigma(-x)$."),
        },
        hint=r"A tanh runs from $-1$ to $1$, a sigmoid from $0$ to $1$. Which stretch and which shift make one of the other?",
        solution=r"""$\sigma(x) = \dfrac{1 + \tanh(x/2)}{2}$.

$\dfrac{1 + <(t)>}{2} = <answer>$""",
        check=r"At $x = 0$ your formula has to give one half.",
        given={"t": t},
    )


@problem("activations-network-bias", section="activations-networks", items="S1.Q3 S4.Q3")
def network_bias(draw: Draw) -> Problem:
    w, b = draw.distinct(3, -6, 8, but=[0]), draw.tenths(-2, 2)
    total = sum(w)
    return Problem(
        r"A network has three hidden sigmoid units and one output without an activation, with the output weights $W_2 = <w>$ and the "
        r"output bias $b_2 = <b>$. It is rewritten with $\tanh$ units by $\sigma(z) = \tfrac12 + \tfrac12\tanh(z/2)$. What is its new "
        r"output bias $\tilde b_2$?",
        Number(round(b + total / 2, 1)),
        {
            "m7": (
                b,
                r"The one half in $\sigma(u) = \tfrac12 + \tfrac12 \tanh(u/2)$ is forgotten. Times the weights, it goes into the "
                "bias.",
            ),
            "one half added": (
                b + 0.5,
                "Every hidden unit brings its own one half, times its weight.",
            ),
            "the bias halved": (
                round((b + total) / 2, 2),
                "The output bias itself is not halved: it does not pass through a sigmoid.",
            ),
            "the sum not halved": (round(b + total, 1), "Each weight is multiplied by one half, not by one."),
            "subtracted": (round(b - total / 2, 1), "This is the way back, from tanh to sigmoid."),
        },
        hint=r"Insert $\sigma(u) = \tfrac12 + \tfrac12 \tanh(u/2)$ for each hidden unit, and collect the constants.",
        solution=r"""The constants are $b_2$ and one half of each output weight, $\tilde b_2 = b_2 + \tfrac12 W_2 \mathbf 1$.

$<b> + \tfrac12 \cdot <(total)> = <answer>$""",
        check="Both networks have to agree when all hidden units get the input zero.",
        given={"w": w, "b": b, "total": total},
    )


@problem("activations-network-weights", section="activations-networks", items="S1.Q3 S4.Q3")
def network_weights(draw: Draw) -> Problem:
    w, b = draw.distinct(2, -6, 8, but=[-1, 0, 1]), draw.integer(-5, 5, but=[0])
    half = tuple(one / 2 for one in w)
    return Problem(
        r"A hidden sigmoid unit of a network computes $\sigma(<sum>)$. The network is rewritten with $\tanh$ units by "
        r"$\sigma(z) = \tfrac12 + \tfrac12 \tanh(z/2)$. Give the unit's new weights and its new bias: $\tilde w_1, \tilde w_2, \tilde b$.",
        Vector((*half, b / 2)),
        {
            "the bias left": (
                (*half, float(b)),
                r"The bias stands inside the sigmoid, too, so it is halved with the weights.",
            ),
            "doubled": ((2.0 * w[0], 2.0 * w[1], 2.0 * b), r"This is the way back: $\tanh(u) = 2\sigma(2u) - 1$."),
            "unchanged": (
                (float(w[0]), float(w[1]), float(b)),
                r"A tanh is steeper than a sigmoid: $\sigma(z)$ contains $\tanh(z/2)$.",
            ),
        },
        hint=r"Here $z = <sum>$. What stands inside the $\tanh$?",
        solution=r"""The new unit computes $\tanh(z/2)$ with $z = <sum>$, so all that stands in $z$ is halved.

$<answer>$""",
        check=r"Put $x_1 = x_2 = 0$ into both sides of the formula.",
        given={"w": w, "b": b, "sum": plus(f"{w[0]} x_1", f"{w[1]} x_2", b)},
    )


@problem("activations-area", section="activations-mean")
def area(draw: Draw) -> Problem:
    k = draw.integer(2, 30)
    return Problem(
        r"Find the area between the Heaviside step $H$ and the sigmoid $\sigma_{<k>}(x) = 1/(1 + e^{-<k>x})$, "
        r"$\displaystyle\int_{-\infty}^{\infty} \bigl|H(x) - \sigma_{<k>}(x)\bigr|\,dx$.",
        Number(2 * math.log(2) / k),
        {
            "one side": (math.log(2) / k, "This is the area on one side of zero. The other side has as much."),
            "the steepness lost": (
                2 * math.log(2),
                r"The peak gets narrower with $k$: substitute $t = kx$, and $dx = dt/k$.",
            ),
            "the square": ((2 * math.log(2) - 1) / k, "This is the integral of the *squared* gap."),
        },
        hint=r"On the right the gap is $1/(1 + e^{kx})$. Substitute $t = kx$; $\int_0^\infty \frac{dt}{1 + e^t} = \ln 2$.",
        solution=r"""Both sides have the area $\tfrac{1}{k} \int_0^\infty \frac{dt}{1 + e^t} = \tfrac{\ln 2}{k}$.

$\dfrac{2 \ln 2}{<k>} \approx <answer>$""",
        check="Doubling the steepness halves the area.",
        given={"k": k},
    )
