"""How far nnlib and SciPy are from exact values, over the whole range of float32 and float64; needs mpmath."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from nnlib import activations
from nnlib.softmax import log_softmax, logsumexp, softmax
from trials.speed.peers import peer

DIGITS = 60


class Error(NamedTuple):
    """The largest error of a function: nnlib's, SciPy's where SciPy has the function, and the largest allowed."""

    function: str
    dtype: str
    unit: str
    nnlib: float
    scipy: float | None
    allowed: float


def errors(points: int = 250) -> Iterator[Error]:
    """Measure every function in both precisions, at so many points of each kind."""
    mpmath, special = peer("mpmath"), peer("scipy.special")
    if mpmath is None or special is None:
        return
    with mpmath.workdps(DIGITS), np.errstate(all="ignore"):
        for dtype in (np.float64, np.float32):
            name = np.dtype(dtype).name
            x = _whole_range(dtype, points)
            for function, theirs, exact in (
                (activations.sigmoid, special.expit, lambda v: 1 / (1 + mpmath.exp(-v))),
                (activations.softplus, None, lambda v: mpmath.log1p(mpmath.exp(v))),
                (activations.log_sigmoid, special.log_expit, lambda v: -mpmath.log1p(mpmath.exp(-v))),
                (activations.tanh, None, mpmath.tanh),
            ):
                true = [_exact(mpmath, function.__name__, exact, v) for v in x]
                pair = [max(map(_ulps, f(x), true)) if f else None for f in (function, theirs)]
                yield Error(function.__name__, name, "ulp", *pair, 4)
            yield from _of_vectors(mpmath, special, dtype, points)


def _of_vectors(mpmath: Any, special: Any, dtype: Any, points: int) -> Iterator[Error]:
    worst: dict[str, list[float]] = {"softmax": [0, 0], "log_softmax": [0, 0], "logsumexp": [0, 0]}
    for x in _vectors(dtype, points):
        z = [mpmath.mpf(float(v)) - float(x.max()) for v in x]
        others = list(z)
        others.remove(0)
        tail = mpmath.log1p(mpmath.fsum(map(mpmath.exp, others)))
        log_p = [v - tail for v in z]
        p, total = [mpmath.exp(v) for v in log_p], float(x.max()) + tail
        unit = float(np.spacing(max(abs(dtype(float(total))), abs(x.max()))))
        for i, (soft, log_soft, log_sum) in enumerate(
            [(softmax, log_softmax, logsumexp), (special.softmax, special.log_softmax, special.logsumexp)]
        ):
            for name, error in (
                ("softmax", max(map(_eps, soft(x), p))),
                ("log_softmax", max(map(_eps, log_soft(x), log_p))),
                ("logsumexp", float(abs(mpmath.mpf(float(log_sum(x))) - total)) / unit),
            ):
                worst[name][i] = max(worst[name][i], error)
    units = {"softmax": "eps", "log_softmax": "eps", "logsumexp": "ulp of the largest"}
    allowed = {"softmax": max(worst["softmax"][1], 1), "log_softmax": 16, "logsumexp": 4}
    for name, (ours, theirs) in worst.items():
        yield Error(name, np.dtype(dtype).name, units[name], ours, theirs, allowed[name])


def _whole_range(dtype: Any, n: int) -> Any:
    """Return points of every magnitude and both signs, more of them where the functions bend."""
    info, rng = np.finfo(dtype), np.random.default_rng(0)
    smallest, largest = np.log(float(info.smallest_subnormal)), np.log(float(info.max))
    parts = np.exp(rng.uniform(smallest, largest, n)), rng.uniform(0, -smallest, n), rng.uniform(0, 40, n)
    x = np.concatenate([*parts, rng.normal(size=n)]).astype(dtype)
    return np.concatenate([x, -x])


def _vectors(dtype: Any, n: int) -> Iterator[Any]:
    """Yield scores of every spread from 0.001 to 1000."""
    rng = np.random.default_rng(1)
    for _ in range(n):
        yield (rng.normal(size=rng.integers(2, 20)) * 10.0 ** rng.uniform(-3, 3)).astype(dtype)


def _exact(mpmath: Any, name: str, exact: Any, v: Any) -> Any:
    """Return the exact value; far out, where the digits of mpmath would not do, the limit."""
    if abs(v) < 2000:
        return exact(mpmath.mpf(float(v)))
    below, above = {"sigmoid": (0, 1), "softplus": (0, v), "log_sigmoid": (v, 0), "tanh": (-1, 1)}[name]
    return mpmath.mpf(float(above if v > 0 else below))


def _ulps(value: Any, exact: Any) -> float:
    """Return the error in units of the last place of the exact value, subnormal numbers included."""
    if np.isinf(value):
        return 0.0 if abs(exact) > float(np.finfo(value.dtype).max) else np.inf
    nearest = np.abs(value.dtype.type(float(exact)))
    return float(abs(exact - float(value))) / float(np.spacing(nearest))


def _eps(value: Any, exact: Any) -> float:
    """Return the relative error in units of eps; below the normal numbers, in units of the smallest of them."""
    info = np.finfo(value.dtype)
    return float(abs(exact - float(value)) / (max(abs(exact), float(info.tiny)) * float(info.eps)))
