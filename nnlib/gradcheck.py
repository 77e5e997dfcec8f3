"""Derivatives from function values alone, and the check of all others against them.

See :section:`chain-check`.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nnlib.numerics.arrays import Array, float_array

HALVINGS = 45
COLUMNS = 7
LUCK = 10  # how far the best of many differences may be off, measured in its own estimate
NOISE = 1000 * float(np.finfo(np.float64).eps)  # what rounding may leave where numbers near 1 cancel
EPS = float(np.finfo(np.float64).eps)


def directional_derivative(f: Callable[[Array], Any], x: Any, direction: Any) -> Array:
    """Return the derivative of `f` at `x` along `direction`, from central differences.

    Parameters
    ----------
    f : callable
        Takes an array like x, returns an array of any shape.
    x : array_like
        The point. It is converted to float64.
    direction : array_like
        Same shape as x.

    Returns
    -------
    ndarray
        float64, the shape of f(x). For smooth f the relative error is about 1e-11. At a kink it is the mean of the
        slopes on both sides, beside one that of this side, as far as rounding lets a difference be told: to about
        1e-16 of the largest value of f, divided by the distance from the kink.

    Raises
    ------
    ValueError
        If the direction does not have the shape of x, or is not finite.
    TypeError
        If x, the direction or a value of f is not real.

    Notes
    -----
    Ridders's method: halve the step repeatedly, extrapolate to step zero with Richardson's scheme, and keep, for each
    entry of the result, the value whose neighbors in the scheme differ least, rounding errors included. So each entry
    chooses its own step, and steps that leave the domain of f do no harm.
    C. J. F. Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in Engineering Software 4, 1982.

    Examples
    --------
    >>> float(directional_derivative(np.exp, 0.0, 2.0).round(8))
    2.0
    """
    return _along(f, np.asarray(float_array(x), np.float64), direction)[0]


def _along(f: Callable[[Array], Any], x: Array, direction: Any) -> tuple[Array, Array]:
    """Do the work of `directional_derivative`; the second result estimates the error of the first."""
    direction = np.asarray(float_array(direction, "direction"), np.float64)
    if direction.shape != x.shape:
        raise ValueError(f"direction has shape {direction.shape}, x has shape {x.shape}; they must be equal")
    length = np.max(np.abs(direction), initial=0.0)
    if length == 0:
        zero = np.zeros_like(_values(f(x.copy())))
        return zero, zero
    if not math.isfinite(length):
        raise ValueError("direction must be finite; got an infinity or a nan")
    if not 2.0**-500 < length < 2.0**500:  # a step along it would over- or underflow
        unit = 2.0 ** math.floor(math.log2(length))
        derivative, error = _along(f, x, direction / unit)
        with np.errstate(over="ignore"):
            return derivative * unit, error * unit
    moving = np.abs(x[direction != 0])
    h = 2.0 ** np.floor(np.log2(max(1.0, float(moving.max())) / length) - 1)  # a power of two, for x ± h to be exact
    with np.errstate(all="ignore"):
        return _ridders(lambda h: _values(f(x + h * direction)), h)


def _ridders(f: Callable[[float], Array], h: float) -> tuple[Array, Array]:
    """Extrapolate (f(h) − f(−h)) / 2h to h = 0 by Ridders's method; nan where no two steps agree.

    Returns the derivative and an estimate of its error, both for each entry. With every halving the slopes to the left
    and to the right of 0 come nearer to each other where f is smooth, and do not while a kink lies between 0 and h;
    their difference then counts as an error, too.
    """
    middle = f(0.0)
    last_bend: Any = np.asarray(np.inf)
    best = np.asarray(np.nan)
    error = np.asarray(np.inf)
    previous: list[Any] = []
    last_changes: list[Any] = []
    for _ in range(HALVINGS):
        above, below = f(h), f(-h)
        rounding = EPS * np.maximum(np.abs(above), np.abs(below)) / h
        if np.all(np.isfinite(error) & (error <= rounding)):  # a smaller step can only add rounding error
            break
        bend = np.abs((above - middle) - (middle - below)) / h
        kink = np.where((bend > 0.75 * last_bend) & (bend > 8 * rounding), bend, 0.0)
        row: list[Any] = [(above - below) / (2 * h)]
        changes: list[Any] = []
        for order, older in enumerate(previous[:COLUMNS], start=1):
            row.append(row[-1] + (row[-1] - older) / (4.0**order - 1))
            changes.append(np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - older)))
        for value, change, last in zip(row[1:], changes, last_changes, strict=False):
            # One small change may be chance, two in a row are not.
            estimate = np.maximum(change, last) + rounding + kink
            better = estimate < error  # False for nan
            best, error = np.where(better, value, best), np.where(better, estimate, error)
        previous, last_changes, last_bend = row, changes, bend
        h /= 2
    return np.broadcast_to(best, np.shape(above)).copy(), np.broadcast_to(error, np.shape(above))


def _values(result: Any) -> Array:
    """Return what a function gave as float64, or say that it is not real."""
    if result is None:
        raise TypeError("f returned None; a function that is differentiated ends with return and its result")
    return np.asarray(float_array(result, "the value of f"), np.float64)


def numerical_jacobian(f: Callable[[Array], Any], x: Any) -> Array:
    """Return the Jacobian of `f` at `x` from central differences, one column an entry of x.

    Parameters
    ----------
    f, x
        As in `directional_derivative`, which also says what is refused.

    Returns
    -------
    ndarray
        float64, shape ``f(x).shape + x.shape``: entry [i..., j...] is ∂f(x)[i...]/∂x[j...].
        For smooth f the error is about 1e-11 of the largest entry, with a step chosen for each entry. Where no step
        agrees with the next, as beside a point at which f is not finite, it is nan.

    Notes
    -----
    See `directional_derivative` for the method.

    Examples
    --------
    >>> numerical_jacobian(lambda x: x[0] * x, [2.0, 3.0]).round(8).tolist()
    [[4.0, 0.0], [3.0, 2.0]]
    """
    x = np.asarray(float_array(x), np.float64)
    columns = []
    for j in np.ndindex(x.shape):
        unit = np.zeros_like(x)
        unit[j] = 1
        columns.append(directional_derivative(f, x, unit))
    if not columns:
        return np.zeros(_values(f(x.copy())).shape + x.shape)
    jacobian = np.stack(columns, axis=-1)
    return jacobian.reshape(jacobian.shape[:-1] + x.shape)


def numerical_gradient(f: Callable[[Array], Any], x: Any) -> Array:
    """Return the gradient of a scalar function `f` at `x` from central differences.

    Parameters
    ----------
    f : callable
        Takes an array like x, returns one number.
    x
        As in `directional_derivative`.

    Returns
    -------
    ndarray
        float64, shape of x.

    Raises
    ------
    ValueError
        If f returns more than one number; `numerical_jacobian` handles that.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**2).sum(), [1.0, 2.0]).round(8).tolist()
    [2.0, 4.0]
    """
    shape = np.shape(f(np.array(float_array(x), np.float64)))
    if shape != ():
        raise ValueError(f"numerical_gradient needs a function that returns one number, got shape {shape}")
    return numerical_jacobian(f, x)


def check_gradients(f: Callable[..., Any], *args: Any, order: int = 1, tolerance: float = 1e-8, seed: int = 0) -> None:
    """Check both modes of differentiation of `f` at `args` against each other and against central differences.

    For each argument with a random tangent v, and a random cotangent u: Jv from forward mode must agree with the
    central difference along v, entry by entry, and ⟨u, Jv⟩ with ⟨Jᵀu, v⟩ from reverse mode. Random u and v see every
    entry of J; the gradient of a plain sum would not, for softmax it is zero.

    Parameters
    ----------
    f : callable
        A function of arrays, returning an array.
    *args : array_like
        The point, away from kinks. It is converted to float64.
    order : int
        2 also checks the derivatives of the derivatives.
    tolerance : float
        The largest difference allowed, relative to the largest value. Where the central difference itself is less
        certain than that, as beside a large constant, its own error is allowed, and where it cannot be told from zero,
        what rounding leaves of numbers near 1; but never more than the tolerance relative to the larger of the largest
        value and 1.
    seed : int
        Chooses u and v.

    Raises
    ------
    AssertionError
        If two values differ, naming the function, the argument and both values.
    ValueError
        If the order is not 1 or 2, or there is no argument.

    Examples
    --------
    >>> check_gradients(np.sin, [0.5, 1.0])  # says nothing where all agree
    """
    if order not in (1, 2):
        raise ValueError(f"the order must be 1 or 2, got {order}")
    if not args:
        raise ValueError("check_gradients needs at least one argument of f: without one there is nothing to check")
    from nnlib.autodiff import jvp, vjp  # the accused: what else stands here must not need it

    rng = np.random.default_rng(seed)
    points = [np.asarray(float_array(x), np.float64) for x in args]
    y, pullback = vjp(f, *points)
    u = rng.normal(size=np.shape(y))
    cotangents = pullback(u)
    for i, x in enumerate(points):

        def along(z: Any, i: int = i) -> Any:
            return f(*points[:i], z, *points[i + 1 :])

        v = rng.normal(size=x.shape)
        jv = jvp(along, (x,), (v,))[1]
        where = f"{getattr(f, '__name__', 'f')}, argument {i}"
        numerical, error = _along(along, x, v)
        unsure = LUCK * float(np.max(error, initial=0.0))
        if float(np.max(np.abs(numerical), initial=0.0)) <= 1000 * unsure:  # it may be zero, and what is left rounding
            unsure = max(unsure, NOISE)
        _compare(f"{where}: Jv", jv, "the central difference", numerical, tolerance, unsure)
        parts = max(float(np.max(np.abs(part), initial=0.0)) for part in (u * jv, cotangents[i] * v))
        sums = np.sum(u * jv), "⟨Jᵀu, v⟩", np.sum(cotangents[i] * v)
        _compare(f"{where}: ⟨u, Jv⟩", *sums, tolerance, unsure * float(np.sum(np.abs(u))), parts)
    if order == 2:
        tangents = [rng.normal(size=x.shape) for x in points]
        n = len(points)
        check_gradients(
            _named(f, "jvp", lambda *z: jvp(f, z[:n], z[n:])[1]), *points, *tangents, tolerance=tolerance, seed=seed + 1
        )
        for i in range(n):
            check_gradients(
                _named(f, "vjp", lambda u, *z, i=i: vjp(f, *z)[1](u)[i]), u, *points, tolerance=tolerance, seed=seed + 1
            )


def _named(f: Callable[..., Any], mode: str, derivative: Callable[..., Any]) -> Callable[..., Any]:
    derivative.__name__ = f"the {mode} of {getattr(f, '__name__', 'f')}"
    return derivative


def _compare(what: str, a: Any, other: str, b: Any, tolerance: float, unsure: float, parts: float = 0.0) -> None:
    """Raise unless two arrays agree; nan agrees with nothing. `parts` is the size of what was added up to them."""
    difference = np.abs(a - b)
    size = max(float(np.max(np.abs(b), initial=0.0)), parts)
    allowed = tolerance * max(1.0, size)
    if unsure < allowed:  # False for nan
        allowed = max(tolerance * size, unsure)
    if not np.all(difference <= allowed):
        worst = np.unravel_index(np.argmax(np.where(np.isnan(difference), np.inf, difference)), np.shape(difference))
        place = f" at {tuple(map(int, worst))}" if worst else ""
        raise AssertionError(f"{what} is {a[worst]:.12g}{place}, {other} is {b[worst]:.12g}")
