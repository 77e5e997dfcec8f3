"""Derivatives at zeros, tiny and huge numbers, infinities, nan, ties, no entry and one, in every type and both modes.

They are compared with formulas in mpmath. At kinks and at infinities, where those give no answer, the table states the
convention: the symmetric derivative, or the limit, and nan only where there is neither.
"""

import functools

import mpmath
import numpy as np
import pytest
from mpmath import mp

from nnlib import activations, losses, softmax
from nnlib.autodiff import grad, jacfwd, jacrev, jvp, vjp

inf, nan = np.inf, np.nan
DTYPES = [np.float16, np.float32, np.float64]
MODES = {"forward": jacfwd, "reverse": jacrev}


@pytest.fixture(autouse=True)
def _precise():
    with mpmath.workdps(60), np.errstate(all="ignore"):
        yield


def points(dtype):
    """Return numbers of every size, and both sides of 0 and of 1."""
    info = np.finfo(dtype)
    some = [info.smallest_subnormal, info.tiny, info.max, info.max / 3, info.eps, np.sqrt(info.tiny), np.sqrt(info.max)]
    some += [1e-3, 0.1, 0.5, 1 - info.epsneg, 1, 1 + info.eps, 1.5, 3, 8, 15, 37, 80, 300]
    some = np.array(some, dtype)
    return np.concatenate([some, -some])


def close(ours, exact, dtype, units=8, steps=2):
    """Tell whether a number is the exact one but for rounding, and overflow and underflow of its type."""
    info = np.finfo(dtype)
    if mp.isnan(exact) or np.isnan(ours):
        return bool(mp.isnan(exact) and np.isnan(ours))
    if mp.isinf(exact) or abs(exact) > float(info.max):
        return ours == float(mp.sign(exact)) * inf or (not mp.isinf(exact) and abs(ours) > 0.99 * float(info.max))
    error = mp.inf if np.isinf(ours) else abs(mp.mpf(float(ours)) - exact)
    if np.isinf(ours):
        return bool(abs(exact) > 0.99 * float(info.max))
    return bool(error <= units * float(info.eps) * abs(exact) + steps * float(info.smallest_subnormal))


def logistic(x):
    return 1 / (1 + mp.exp(-x))


def bell(x):
    return logistic(x) * logistic(-x)


def real(f, inside):
    return lambda x: f(x) if inside(x) else mp.nan


def steep(x):
    return activations.sigmoid(x, -3)


# The first and second derivative, and the first at 0, inf and −inf where they say something else
UNARY = {
    np.positive: (lambda x: 1, lambda x: 0, {inf: 1, -inf: 1}),
    np.negative: (lambda x: -1, lambda x: 0, {inf: -1, -inf: -1}),
    np.absolute: (mp.sign, lambda x: 0, {0: 0, inf: 1, -inf: -1}),
    np.square: (lambda x: 2 * x, lambda x: 2, {inf: inf, -inf: -inf}),
    np.sqrt: (real(lambda x: 1 / (2 * mp.sqrt(x)), lambda x: x > 0), None, {0: inf, inf: 0, -inf: nan}),
    np.reciprocal: (lambda x: -1 / x**2, None, {0: -inf, inf: 0, -inf: 0}),
    np.exp: (mp.exp, mp.exp, {inf: inf, -inf: 0}),
    np.exp2: (lambda x: mp.mpf(2) ** x * mp.log(2), lambda x: mp.mpf(2) ** x * mp.log(2) ** 2, {inf: inf, -inf: 0}),
    np.expm1: (mp.exp, mp.exp, {inf: inf, -inf: 0}),
    np.log: (real(lambda x: 1 / x, lambda x: x > 0), None, {0: inf, inf: 0, -inf: nan}),
    np.log2: (real(lambda x: 1 / (x * mp.log(2)), lambda x: x > 0), None, {0: inf, inf: 0, -inf: nan}),
    np.log10: (real(lambda x: 1 / (x * mp.log(10)), lambda x: x > 0), None, {0: inf, inf: 0, -inf: nan}),
    np.log1p: (real(lambda x: mp.inf if x == -1 else 1 / (1 + x), lambda x: x >= -1), None, {inf: 0, -inf: nan}),
    np.sin: (mp.cos, lambda x: -mp.sin(x), {inf: nan, -inf: nan}),
    np.cos: (lambda x: -mp.sin(x), lambda x: -mp.cos(x), {inf: nan, -inf: nan}),
    np.tan: (lambda x: 1 / mp.cos(x) ** 2, None, {inf: nan, -inf: nan}),
    np.arcsin: (
        real(lambda x: mp.inf if abs(x) == 1 else 1 / mp.sqrt(1 - x * x), lambda x: abs(x) <= 1),
        real(lambda x: x * mp.inf if abs(x) == 1 else x / mp.sqrt(1 - x * x) ** 3, lambda x: abs(x) <= 1),
        {inf: nan, -inf: nan},
    ),
    np.arccos: (
        real(lambda x: -mp.inf if abs(x) == 1 else -1 / mp.sqrt(1 - x * x), lambda x: abs(x) <= 1),
        None,
        {inf: nan, -inf: nan},
    ),
    np.arctan: (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2, {inf: 0, -inf: 0}),
    np.sinh: (mp.cosh, mp.sinh, {inf: inf, -inf: inf}),
    np.cosh: (mp.sinh, mp.cosh, {inf: inf, -inf: -inf}),
    np.tanh: (lambda x: 4 * bell(2 * x), lambda x: -8 * mp.tanh(x) * bell(2 * x), {inf: 0, -inf: 0}),
    activations.tanh: (lambda x: 4 * bell(2 * x), lambda x: -8 * mp.tanh(x) * bell(2 * x), {inf: 0, -inf: 0}),
    activations.sigmoid: (bell, lambda x: -bell(x) * mp.tanh(x / 2), {inf: 0, -inf: 0}),
    steep: (lambda x: -3 * bell(3 * x), lambda x: 9 * bell(3 * x) * mp.tanh(1.5 * x), {inf: 0, -inf: 0}),
    activations.softplus: (logistic, bell, {inf: 1, -inf: 0}),
    activations.log_sigmoid: (lambda x: logistic(-x), lambda x: -bell(x), {inf: 0, -inf: 1}),
    activations.relu: (lambda x: (1 + mp.sign(x)) / 2, lambda x: 0, {0: 0.5, inf: 1, -inf: 0}),
    activations.heaviside: (lambda x: 0, lambda x: 0, {inf: 0, -inf: 0}),
    activations.sign: (lambda x: 0, lambda x: 0, {inf: 0, -inf: 0}),
}


def _in_argument(f, args, i, x):
    return f(*args[:i], x, *args[i + 1 :])


def both_modes(f, *args):
    """Return the value, and how the sum of an elementwise function changes with each argument, forward and reverse."""
    y, pullback = vjp(f, *args)
    forward = []
    for i, x in enumerate(args):
        g = functools.partial(_in_argument, f, args, i)
        forward.append(jvp(g, (x,), (np.ones_like(x),))[1])
    return y, forward, pullback(np.ones_like(y))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("f", UNARY, ids=lambda f: f.__name__)
def test_functions_of_one_number(f, dtype):
    first, second, conventions = UNARY[f]
    special = np.array([0.0, -0.0, inf, -inf, nan], dtype)
    x = np.concatenate([points(dtype), special])
    y, (forward,), (reverse,) = both_modes(f, x)
    np.testing.assert_array_equal(y, f(x))
    np.testing.assert_array_equal(forward, reverse)
    for v, ours in zip(x, reverse, strict=True):
        exact = conventions[float(v)] if float(v) in conventions else mp.nan if np.isnan(v) else first(mp.mpf(float(v)))
        assert np.isnan(v) or close(ours, mp.mpf(exact), dtype), (v, ours, exact)
    linear = f in (np.positive, np.negative)
    assert np.isnan(reverse[-1]) != linear, "a nan is hidden"
    for empty in (x[:0], x[:0].reshape(0, 3)):
        assert [d.shape for d in (both_modes(f, empty)[1] + list(both_modes(f, empty)[2]))] == [empty.shape] * 2
    if second:
        x = points(dtype)
        exact = [mp.mpf(second(mp.mpf(float(v)))) for v in x]

        def slope(x):
            return vjp(f, x)[1](np.ones_like(x))[0]

        for ours in (jvp(slope, (x,), (np.ones_like(x),))[1], vjp(slope, x)[1](np.ones_like(x))[0]):
            for v, our, right in zip(x, ours, exact, strict=True):
                assert close(our, right, dtype, 16), (v, our, right)


def over(x, length):
    return x / length if length else mp.mpf(0)


def power_base(x, n):
    return mp.mpf(0) if n == 0 else mp.inf if x == 0 and n < 1 else n * x ** (n - 1)


def power_exponent(x, n):
    return mp.mpf(0) if x == 0 and n > 0 else -mp.inf if x == 0 else x**n * mp.log(x)


def share(x, other):
    return (1 + mp.sign(x - other)) / 2


# The derivative in both arguments, and those at infinities, which have a limit
BINARY = {
    np.add: (lambda a, b: 1, lambda a, b: 1, {(inf, 1): (1, 1), (1, -inf): (1, 1), (inf, -inf): (1, 1)}),
    np.subtract: (lambda a, b: 1, lambda a, b: -1, {(inf, 1): (1, -1), (1, -inf): (1, -1), (inf, inf): (1, -1)}),
    np.multiply: (lambda a, b: b, lambda a, b: a, {(inf, 1): (1, inf), (inf, 0): (0, inf)}),
    np.divide: (
        lambda a, b: 1 / b,
        lambda a, b: -a / b**2,
        {(inf, 1): (1, -inf), (1, inf): (0, 0), (1, 0): (inf, -inf), (0, 0): (inf, nan), (inf, inf): (0, nan)},
    ),
    np.maximum: (share, lambda a, b: share(b, a), {(inf, 1): (1, 0), (inf, inf): (0.5, 0.5), (-inf, 1): (0, 1)}),
    np.minimum: (lambda a, b: share(b, a), share, {(inf, 1): (0, 1), (inf, inf): (0.5, 0.5), (-inf, 1): (1, 0)}),
    np.logaddexp: (
        lambda a, b: logistic(a - b),
        lambda a, b: logistic(b - a),
        {(inf, 1): (1, 0), (1, inf): (0, 1), (-inf, 1): (0, 1), (inf, inf): (nan, nan), (-inf, -inf): (nan, nan)},
    ),
    np.hypot: (
        lambda a, b: over(a, mp.hypot(a, b)),
        lambda a, b: over(b, mp.hypot(a, b)),
        {(inf, 1): (1, 0), (1, -inf): (0, -1), (inf, inf): (nan, nan), (0, 0): (0, 0), (inf, nan): (nan, nan)},
    ),
    np.arctan2: (
        lambda a, b: b / (a * a + b * b),
        lambda a, b: -a / (a * a + b * b),
        {(inf, 1): (0, 0), (1, -inf): (0, 0), (inf, inf): (nan, nan), (0, 0): (nan, nan), (nan, inf): (nan, nan)},
    ),
    np.power: (
        power_base,
        power_exponent,
        {
            (inf, 2): (inf, inf),
            (inf, -2): (0, 0),
            (inf, 0): (0, inf),
            (0, 2): (0, 0),
            (0, 0): (0, -inf),
            (0, 1): (1, 0),
        },
    ),
    np.remainder: (
        lambda a, b: 1,
        lambda a, b: -mp.floor(a / b),
        {(1, inf): (1, 0), (1, 0): (nan, nan), (inf, 1): (nan, nan)},
    ),
}
KEEP_TOGETHER = (
    np.add,
    np.subtract,
    np.multiply,
    np.divide,
)  # what they do to nan, they do to the derivative elsewhere


def pairs(f, dtype):
    """Return pairs of numbers of similar and of very different size, in the domain of the function."""
    x = points(dtype)
    x = x[:: 2 if dtype == np.float32 else 1] if f in (np.power, np.hypot, np.arctan2) else x[::3]
    one, other = (a.ravel() for a in np.meshgrid(x, x))
    with np.errstate(all="ignore"):
        kept = one > 0 if f is np.power else np.abs(one / other) < 1e3 if f is np.remainder else one < inf
    one, other = one[kept], other[kept]
    if f is np.remainder:  # a kink at multiples
        other = np.where(np.remainder(one, other) == 0, other * dtype(1.5) + dtype(0.25), other).astype(dtype)
        kept = (np.remainder(one, other) != 0) & np.isfinite(other)
        one, other = one[kept], other[kept]
    return one, other


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("f", BINARY, ids=lambda f: f.__name__)
def test_functions_of_two_numbers(f, dtype):
    first, second, conventions = BINARY[f]
    a, b = pairs(f, dtype)
    y, forward, reverse = both_modes(f, a, b)
    np.testing.assert_array_equal(y, f(a, b))
    np.testing.assert_array_equal(forward, reverse)
    for v, w, *ours in zip(a, b, *reverse, strict=True):
        exact = [mp.mpf(g(mp.mpf(float(v)), mp.mpf(float(w)))) for g in (first, second)]
        units = {np.logaddexp: abs(float(v) - float(w)), np.power: abs(np.log(float(v)))}.get(f, 0)  # where it cancels
        steps = 2 + abs(float(w)) if f is np.power else 2
        assert all(close(o, e, dtype, 8 + 4 * units, steps) for o, e in zip(ours, exact, strict=True)), (
            v,
            w,
            ours,
            exact,
        )
    for at, right in conventions.items():
        _, forward, reverse = both_modes(f, *np.array(at, dtype))
        np.testing.assert_array_equal([forward, reverse], [right, right], err_msg=str(at))
    if f not in KEEP_TOGETHER:
        for at in ((nan, 0), (0, nan), (nan, nan), (nan, 2), (2, nan)):
            derivatives = both_modes(f, *np.array(at, dtype))[2]
            assert np.isnan(f(*at)) == np.isnan(derivatives).all(), f"a nan is hidden at {at}"
    empty = np.zeros((0, 3), dtype)
    assert [g.shape for g in both_modes(f, empty, empty[0:])[2]] == [(0, 3), (0, 3)]


LOGITS = [
    *([0.0], [3.0, 3.0], [1.0, 2.0, 3.0], [17.0, 0.0], [40.0, 0.0], [0.0, 80.0, 1.0], [-90.0, 0.0, -95.0]),
    *([37.42994775023705, 0.0], [700.0, 0.0, -20.0], [1e-300, -1e-300], [5.0, 5.0], [1e4, 0.0], [0.3] * 4),
]


def exact_softmax(x):
    """Return the probabilities, and the differences of two entries of the unit matrix that their derivatives need."""
    e = [mp.exp(v - max(x)) for v in x]
    p = [v / mp.fsum(e) for v in e]
    return p, [
        [mp.fsum(q for k, q in enumerate(p) if k != i) if i == j else -p[j] for j in range(len(p))]
        for i in range(len(p))
    ]


def family(x):
    """Return the Jacobian and the second derivatives of softmax, log-softmax and log-sum-exp.

    With d = I − 1 pᵀ: the Jacobian of log-softmax is d, that of softmax pᵢ dᵢⱼ, and that of p in d is −pⱼ dⱼₖ.
    """
    p, d = exact_softmax(x)
    n = range(len(p))
    jacobian = [[p[i] * d[i][j] for j in n] for i in n]
    return {
        softmax.softmax: (jacobian, [[[p[i] * (d[i][k] * d[i][j] - p[j] * d[j][k]) for k in n] for j in n] for i in n]),
        softmax.log_softmax: (d, [[[-p[j] * d[j][k] for k in n] for j in n] for i in n]),
        softmax.logsumexp: (p, jacobian),
        cross_entropy: ([p[0] - 1 if j == 0 and len(p) == 1 else -d[0][j] for j in n], jacobian),
    }


def cross_entropy(x):
    return losses.cross_entropy(x, 0)


def flat(nested):
    return [v for part in nested for v in flat(part)] if isinstance(nested, list) else [nested]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("logits", LOGITS, ids=lambda x: str(x)[:20])
@pytest.mark.parametrize(
    "f", [softmax.softmax, softmax.log_softmax, softmax.logsumexp, cross_entropy], ids=lambda f: f.__name__
)
def test_the_family_of_softmax_keeps_its_tails(f, logits, dtype):
    x = np.array(logits, dtype)
    first, second = family([mp.mpf(float(v)) for v in x])[f]
    scale = 8 + 4 * float(np.ptp(x)) if dtype == np.float64 else 8 + 4 * min(float(np.ptp(x)), 90)
    for mode, jacobian in MODES.items():
        for ours, exact in zip(jacobian(f)(x).ravel(), flat(first), strict=True):
            assert close(ours, exact, dtype, scale), (mode, ours, exact)
        for other, again in MODES.items():
            for ours, exact in zip(again(jacobian(f))(x).ravel(), flat(second), strict=True):
                assert close(ours, exact, dtype, scale), (mode, other, ours, exact)


def test_the_sums_of_softmax_derivatives_are_0():
    x, g = np.array([40.0, 0.0, -3.0]), np.array([0.1, -0.7, 0.3])
    for f in (softmax.softmax, softmax.log_softmax):
        gradient = vjp(f, x)[1](g)[0]
        assert abs(gradient.sum()) <= 1e-16 * np.abs(gradient).max()


@pytest.mark.parametrize("f", [softmax.softmax, softmax.log_softmax, softmax.logsumexp], ids=lambda f: f.__name__)
def test_infinite_logits(f):
    """A single +∞ takes everything, −∞ nothing; several of +∞, or only −∞, have no limit, and nan is nan."""
    one_hot = {softmax.softmax: np.zeros((3, 3)), softmax.log_softmax: [[0, 0, 0], [-1, 1, 0], [-1, 0, 1]]}
    for jacobian in MODES.values():
        np.testing.assert_array_equal(jacobian(f)(np.array([inf, 0, 1])), one_hot.get(f, [1, 0, 0]))
        np.testing.assert_allclose(
            jacobian(f)(np.array([-inf, 0, 0])).ravel(),
            np.ravel(
                {
                    softmax.softmax: [[0, 0, 0], [0, 0.25, -0.25], [0, -0.25, 0.25]],
                    softmax.log_softmax: [[1, -0.5, -0.5], [0, 0.5, -0.5], [0, -0.5, 0.5]],
                }.get(f, [0, 0.5, 0.5])
            ),
        )
        for none in ([inf, inf, 0], [-inf, -inf], [nan, 0]):
            assert np.isnan(jacobian(f)(np.array(none))).all()
        assert jacobian(f)(np.zeros(0)).size == 0


def _binary(targets):
    return lambda a: losses.binary_cross_entropy(a, a.dtype.type(targets))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", [0.0, 0.25, 1.0])
def test_binary_cross_entropy_keeps_its_tails(target, dtype):
    x = points(dtype)
    _, (forward,), (reverse,) = both_modes(_binary(target), x)
    np.testing.assert_array_equal(forward, reverse)
    for v, ours in zip(x, reverse, strict=True):
        a = mp.mpf(float(v))
        assert close(ours, (1 - target) * logistic(a) - target * logistic(-a), dtype, 64 if target == 0.25 else 8)
    at_infinity = both_modes(_binary(target), np.array([inf, -inf, nan], dtype))[2][0]
    np.testing.assert_array_equal(at_infinity, [1 - target, -target, nan])


# Reductions: rows of entries, and the derivative, with the convention that equal extrema share it, and that the kink of
# the standard deviation at equal entries has the symmetric derivative 0.
def deviation(x):
    mean = mp.fsum(x) / len(x)
    std = mp.sqrt(mp.fsum((v - mean) ** 2 for v in x) / len(x))
    return [over(v - mean, len(x) * std) for v in x]


REDUCTIONS = {
    np.sum: lambda x: [1] * len(x),
    np.mean: lambda x: [mp.mpf(1) / len(x)] * len(x),
    np.var: lambda x: [2 * (v - mp.fsum(x) / len(x)) / len(x) for v in x],
    np.std: deviation,
    np.max: lambda x: [mp.mpf(v == max(x)) / x.count(max(x)) for v in x],
    np.min: lambda x: [mp.mpf(v == min(x)) / x.count(min(x)) for v in x],
    np.cumsum: lambda x: list(range(len(x), 0, -1)),
}
ROWS = [[2.0], [0.0, -0.0], [5.0, 5.0, 5.0], [1.0, 2.0, 2.0, -3.0], [0.5, 0.25, 1e-3, -7.0], [1000.0, 1004.0]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("f", REDUCTIONS, ids=lambda f: f.__name__)
def test_reductions(f, dtype):
    for row in ROWS:
        x = np.array(row, dtype)
        exact = REDUCTIONS[f]([mp.mpf(float(v)) for v in x])
        for mode, jacobian in MODES.items():
            ours = np.sum(jacobian(f)(x), axis=0) if f is np.cumsum else jacobian(f)(x)
            assert all(close(o, mp.mpf(e), dtype, 64) for o, e in zip(ours, exact, strict=True)), (mode, row, ours)
    with_nan = grad(lambda x: np.sum(f(x)))(np.array([1, nan, 2], dtype))
    assert np.isnan(with_nan).all() == (f not in (np.sum, np.mean, np.cumsum)), "a nan is hidden"


@pytest.mark.parametrize("f", [np.sum, np.mean, np.var, np.std, np.max, np.min], ids=lambda f: f.__name__)
@pytest.mark.filterwarnings("ignore:Mean of empty slice:RuntimeWarning", "ignore:Degrees of freedom:RuntimeWarning")
def test_reductions_have_numpys_values_and_refusals(f):
    rng = np.random.default_rng(0)
    for x in (
        *(np.full(100, 1000, np.float16), np.ones(70000, np.float16), rng.normal(size=(50, 7)).astype(np.float16)),
        *(rng.normal(size=(5, 300)), np.float16(3), np.array([1e300, -1e300]), np.array([inf, 1]), np.zeros((0, 3)).T),
        *(np.array([60000, 1], np.float16), rng.normal(size=(50, 7)).astype(np.float32), np.zeros(0)),
    ):
        for g in (f, functools.partial(f, axis=0)):
            modes = (lambda x=x, g=g: vjp(g, x)[0], lambda x=x, g=g: jvp(g, (x,), (x,))[0])
            try:
                right = g(x)
            except ValueError:
                for mode in modes:
                    with pytest.raises(ValueError, match="zero-size|axis 0"):
                        mode()
            else:
                for mode in modes:
                    np.testing.assert_array_equal(mode(), right)
                    assert (type(mode()), mode().dtype) == (type(right), right.dtype)


@pytest.mark.parametrize("f", [np.var, np.std], ids=lambda f: f.__name__)
@pytest.mark.filterwarnings("ignore:Mean of empty slice:RuntimeWarning", "ignore:Degrees of freedom:RuntimeWarning")
def test_more_degrees_of_freedom_than_entries(f):
    for ddof in (1, 3, 4, 0.5):
        x = np.array([1.0, 2.0, 4.0])
        np.testing.assert_array_equal(vjp(lambda x, d=ddof: f(x, ddof=d), x)[0], f(x, ddof=ddof))


def test_a_normalized_row_of_equal_entries_is_flat():
    def normalized(x):
        return (x - x.mean()) / (x.std() + 1e-5)

    for jacobian in MODES.values():
        np.testing.assert_allclose(jacobian(normalized)(np.ones(3)), (np.eye(3) - 1 / 3) * 1e5, rtol=1e-9)


REFUSED = {
    "np.clip(x, 1)": lambda x: np.clip(x, 1),
    "np.clip(x, a_min=1)": lambda x: np.clip(x, a_min=1),
    "np.clip(x, a_max=1)": lambda x: np.clip(x, a_max=1),
    "x.clip(a_min=1)": lambda x: x.clip(a_min=1),
    "np.clip(x, 1, 2, min=3)": lambda x: np.clip(x, 1, 2, min=3),
    "np.pad(x, True)": lambda x: np.pad(x, True),
    "np.pad(x, -1)": lambda x: np.pad(x, -1),
    "np.diag of three axes": lambda x: np.diag(x[None]),
    "np.diag of a number": lambda x: np.diag(x[0, 0]),
    "np.std(x, axis=2)": lambda x: np.std(x, axis=2),
    "np.flip(x, (0, 0))": lambda x: np.flip(x, (0, 0)),
    "np.squeeze(x, 0)": lambda x: np.squeeze(x, 0),
    "np.moveaxis(x, [0, 1], [1])": lambda x: np.moveaxis(x, [0, 1], [1]),
    "np.concatenate of numbers": lambda x: np.concatenate([x[0, 0], x[0, 1]]),
}


@pytest.mark.parametrize("f", REFUSED.values(), ids=REFUSED)
def test_what_numpy_refuses_is_refused_under_differentiation(f):
    x = np.arange(6.0).reshape(2, 3)
    with pytest.raises((TypeError, ValueError)) as theirs:
        f(x)
    for mode in (lambda: vjp(f, x), lambda: jvp(f, (x,), (x,))):
        with pytest.raises(theirs.type):
            mode()


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_dot_with_a_number_has_numpys_type(dtype):
    x = np.ones((2, 2), dtype)
    for f in (
        lambda x: np.dot(x, 2.0),
        lambda x: np.dot(2.0, x),
        lambda x: np.outer(x, 2.0),
        lambda x: np.clip(x, 0, 1),
    ):
        assert vjp(f, x)[0].dtype == f(x).dtype
        assert vjp(f, x)[1](f(x))[0].dtype == dtype


def test_a_loss_that_is_nan_has_a_gradient_that_is_nan():
    def loss(w):
        return np.maximum(np.log(w[0]), 0.0) + w[1] ** 2

    np.testing.assert_array_equal(grad(loss)(np.array([-1.0, 2.0])), [nan, 4])
    for f in (lambda v: np.maximum(v, 0.0), lambda v: np.minimum(0.0, v), lambda v: np.clip(v, 0, 1), activations.relu):
        assert np.isnan(grad(f)(nan))
