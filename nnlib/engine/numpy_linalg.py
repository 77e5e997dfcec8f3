"""Derivative rules for NumPy's linear algebra, and what is made of them.

The rules are those of M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", Advances in Automatic Differentiation, 2008.
"""

import math
import operator
from typing import Any

import numpy as np

from nnlib.engine.numpy_composed import composed
from nnlib.numerics.arrays import as_array, axes_of
from nnlib.rules import differentiable, rule, rules_for, unbroadcast

SMALL = 4  # rows up to which minors cost nothing


def _transposed(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


# Inverses and systems


@rules_for(np.linalg.inv, "a")
def _inv(a: Any) -> Any:
    return np.linalg.inv(a)


rule(
    np.linalg.inv,
    "a",
    jvp=lambda v, y, a: -np.matmul(np.matmul(y, v), y),
    vjp=lambda g, y, a: -np.matmul(np.matmul(_transposed(y), g), _transposed(y)),
)


@differentiable("a", "b")
def solve(a: Any, b: Any) -> Any:
    """Return the solution x of a x = b, for a matrix b or a stack of them."""
    return np.linalg.solve(a, b)


rule(
    solve,
    "a",
    jvp=lambda v, y, a, b: -solve(a, np.matmul(v, y)),
    vjp=lambda g, y, a, b: unbroadcast(-np.matmul(solve(_transposed(a), g), _transposed(y)), a),
)
rule(
    solve,
    "b",
    jvp=lambda v, y, a, b: solve(a, v),
    vjp=lambda g, y, a, b: unbroadcast(solve(_transposed(a), g), b),
)


@composed(np.linalg.solve)
def _solve(a: Any, b: Any) -> Any:
    a, b = as_array(a), as_array(b)
    return solve(a, b[:, None])[..., 0] if b.ndim == 1 else solve(a, b)


# Determinants


def _number_of_matrix(function: Any, slope: Any) -> None:
    """Give a function from a matrix to a number its rules, by the matrix of its partial derivatives."""
    rule(
        function,
        "a",
        jvp=lambda v, y, a: np.sum(v * slope(y, a), axis=(-2, -1)),
        vjp=lambda g, y, a: g[..., None, None] * slope(y, a),
    )


def _cofactors(a: Any) -> Any:
    """Return ∂ det / ∂a from the minors, which exist for a singular matrix, too."""
    n = a.shape[-1]
    others = np.array([[j for j in range(n) if j != i] for i in range(n)], int).reshape(n, max(n - 1, 0))
    minors = a[..., others[:, None, :, None], others[None, :, None, :]]
    return np.linalg.det(minors) * (1 - 2 * (np.add.outer(np.arange(n), np.arange(n)) % 2)).astype(a.dtype)


def _slope_of_det(y: Any, a: Any) -> Any:
    if a.shape[-1] <= SMALL or not np.all(y):
        return _cofactors(a)
    return y[..., None, None] * _transposed(np.linalg.inv(a))


@rules_for(np.linalg.det, "a")
def _det(a: Any) -> Any:
    return np.linalg.det(a)


_number_of_matrix(np.linalg.det, _slope_of_det)


@differentiable("a")
def log_abs_det(a: Any) -> Any:
    """Return the logarithm of the absolute value of the determinant."""
    return np.linalg.slogdet(a)[1]


_number_of_matrix(log_abs_det, lambda y, a: _transposed(np.linalg.inv(a)))


@differentiable("a")
def sign_of_det(a: Any) -> Any:
    """Return the sign of the determinant, whose derivative is zero."""
    return np.linalg.slogdet(a)[0]


rule(
    sign_of_det,
    "a",
    jvp=lambda v, y, a: np.zeros_like(y),
    vjp=lambda g, y, a: np.zeros_like(a),
)


@composed(np.linalg.slogdet)
def _slogdet(a: Any) -> Any:
    kind = type(np.linalg.slogdet(np.eye(1)))
    return kind(sign_of_det(a), log_abs_det(a))


# Norms


@composed(np.linalg.norm)
def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Without the matrix norms that need singular values."""
    ndim = np.ndim(x)
    if axis is None and (ord is None or (ord in ("fro", "f") and ndim == 2) or (ord == 2 and ndim == 1)):
        flat = np.reshape(x, -1)
        length = np.sqrt(np.matmul(flat, flat))
        return np.reshape(length, (1,) * ndim) if keepdims else length
    axes = axes_of(axis, ndim)
    if len(axes) == 1:
        return _vector_norm(x, 2 if ord is None else ord, axes, keepdims)
    if len(axes) == 2:
        return _matrix_norm(x, "fro" if ord is None else ord, axes, keepdims)
    raise ValueError(f"np.linalg.norm goes along one axis or two, got {len(axes)}; name them with axis")


def _vector_norm(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    if isinstance(ord, str):
        raise ValueError(f"np.linalg.norm of a vector needs a number as ord, got {ord!r}")
    size = np.absolute(x)
    if math.isinf(ord):
        return (np.max if ord > 0 else np.min)(size, axis=axis, keepdims=keepdims)
    if ord == 0:
        return np.astype(np.sum(x != 0, axis=axis, keepdims=keepdims), x.dtype)
    if ord == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    if ord == 2:
        return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))
    return np.sum(size**ord, axis=axis, keepdims=keepdims) ** (1 / ord)


def _matrix_norm(x: Any, ord: Any, axes: Any, keepdims: bool) -> Any:
    if ord in ("fro", "f"):
        return np.sqrt(np.sum(x * x, axis=axes, keepdims=keepdims))
    if ord in (2, -2, "nuc"):
        raise NotImplementedError(
            f"np.linalg.norm with ord={ord!r} needs singular values, which have no derivative rule"
        )
    if ord not in (1, -1, math.inf, -math.inf):
        raise ValueError(f"np.linalg.norm of a matrix takes ord None, 'fro', 1, -1, inf or -inf here, got {ord!r}")
    rows, columns = axes
    summed, chosen = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = np.sum(np.absolute(x), axis=summed, keepdims=True)
    extreme = (np.max if ord > 0 else np.min)(sums, axis=chosen, keepdims=True)
    return extreme if keepdims else np.squeeze(extreme, axes)


@composed(np.linalg.vector_norm)
def _array_api_vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    axes = axes_of(axis, x.ndim)
    moved = np.moveaxis(x, axes, tuple(range(x.ndim - len(axes), x.ndim)))
    rows = np.reshape(moved, (*moved.shape[: x.ndim - len(axes)], -1))
    found = _vector_norm(rows, ord, -1, False)
    return np.reshape(found, tuple(1 if i in axes else n for i, n in enumerate(x.shape))) if keepdims else found


@composed(np.linalg.matrix_norm)
def _array_api_matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return _matrix_norm(x, ord, axes_of((-2, -1), x.ndim), keepdims)


# Products


@composed(np.linalg.matrix_power)
def _matrix_power(a: Any, n: int) -> Any:
    """One product for each factor."""
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise np.linalg.LinAlgError(f"np.linalg.matrix_power needs square matrices, got shape {a.shape}")
    n = operator.index(n)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    power = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    for _ in range(n):
        power = np.matmul(power, a)
    return power


@composed(np.linalg.multi_dot)
def _multi_dot(arrays: Any) -> Any:
    """From left to right."""
    product, *rest = arrays
    for factor in rest:
        product = np.dot(product, factor)
    return product


@composed(np.linalg.trace)
def _array_api_trace(x: Any, /, *, offset: int = 0) -> Any:
    return np.trace(x, offset, -2, -1)


@composed(np.linalg.outer)
def _array_api_outer(x1: Any, x2: Any, /) -> Any:
    return np.outer(x1, x2)


@composed(np.linalg.matmul)
def _array_api_matmul(x1: Any, x2: Any, /) -> Any:
    return np.matmul(x1, x2)


@composed(np.linalg.tensordot)
def _array_api_tensordot(x1: Any, x2: Any, /, *, axes: Any = 2) -> Any:
    return np.tensordot(x1, x2, axes)
