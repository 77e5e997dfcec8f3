"""Every function that a chapter calls on small arrays, next to its formula in plain NumPy, as one would type it.

The plain formulas check nothing, and most of them overflow or lose digits somewhere.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nnlib import activations, conv, conv_transpose, losses, models, pooling, signal, softmax, toeplitz, training
from trials.speed.rounds import Case

SHAPES = (3,), (64, 10), (4096, 1000)
BATCH = SHAPES[1]


def formulas(dtype: str) -> Iterator[Case]:
    """Return what works on arrays of any shape, at three sizes and along either axis, and then the layers."""
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        size = "×".join(map(str, shape))
        x, y = ((4 * rng.normal(size=shape)).astype(dtype) for _ in range(2))
        inside, labels = rng.uniform(size=shape).astype(dtype), rng.integers(shape[-1], size=shape[:-1])
        for name, ours, plain in ELEMENTWISE:
            yield _case(f"{name} {size}", ours, plain, x)
        yield _case(f"squared_error {size}", losses.squared_error, lambda f, y: (f - y) ** 2, x, y)
        yield _case(f"binary_cross_entropy {size}", losses.binary_cross_entropy, _binary_cross_entropy, x / 4, inside)
        yield _case(f"cross_entropy {size}", losses.cross_entropy, _cross_entropy, x, labels)
        yield _case(f"cross_entropy_gradient {size}", losses.cross_entropy_gradient, _cross_entropy_gradient, x, labels)
        for axis in (-1, 0)[: len(shape)]:
            for name, ours, plain in ALONG_AN_AXIS:
                yield _case(f"{name} {size}, axis {axis}", ours, plain, x, axis)
        if shape != SHAPES[-1]:
            yield _case(f"softmax_jacobian {size}", softmax.softmax_jacobian, _softmax_jacobian, x)
            yield from _sequences(size, x.ravel()[: 10 * shape[0]], y.ravel()[: shape[-1]])
    yield from _layers(rng, dtype)


def _case(name: str, ours: Callable[..., Any], plain: Callable[..., Any], *arguments: Any) -> Case:
    with np.errstate(all="ignore"):
        return Case(name, {"nnlib": partial(ours, *arguments), "plain": partial(plain, *arguments)})


def _exp_shifted(x: Any, axis: int) -> Any:
    return np.exp(x - x.max(axis=axis, keepdims=True))


def _softmax(x: Any, axis: int = -1) -> Any:
    e = _exp_shifted(x, axis)
    return e / e.sum(axis=axis, keepdims=True)


def _log_softmax(x: Any, axis: int = -1) -> Any:
    z = x - x.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def _logsumexp(x: Any, axis: int) -> Any:
    return x.max(axis=axis) + np.log(_exp_shifted(x, axis).sum(axis=axis))


def _softmax_jacobian(x: Any) -> Any:
    p = _softmax(x)
    return p[..., None] * np.eye(x.shape[-1], dtype=x.dtype) - p[..., :, None] * p[..., None, :]


def _binary_cross_entropy(a: Any, y: Any) -> Any:
    f = 1 / (1 + np.exp(-a))
    return -y * np.log(f) - (1 - y) * np.log(1 - f)


def _cross_entropy(a: Any, labels: Any) -> Any:
    log_p = _log_softmax(a)
    return -log_p[np.arange(len(a)), labels] if a.ndim > 1 else -log_p[labels]


def _cross_entropy_gradient(a: Any, labels: Any) -> Any:
    p = _softmax(a)
    p[(np.arange(len(a)), labels) if a.ndim > 1 else labels] -= 1
    return p


ELEMENTWISE: list[tuple[str, Any, Any]] = [
    ("heaviside", activations.heaviside, lambda x: np.heaviside(x, x.dtype.type(0.5))),
    ("sign", activations.sign, np.sign),
    ("relu", activations.relu, lambda x: np.maximum(x, 0)),
    ("sigmoid", activations.sigmoid, lambda x: 1 / (1 + np.exp(-x))),
    ("softplus", activations.softplus, lambda x: np.log(1 + np.exp(x))),
    ("log_sigmoid", activations.log_sigmoid, lambda x: -np.log(1 + np.exp(-x))),
    ("tanh", activations.tanh, np.tanh),
]
ALONG_AN_AXIS: list[tuple[str, Any, Any]] = [
    ("softmax", softmax.softmax, _softmax),
    ("log_softmax", softmax.log_softmax, _log_softmax),
    ("logsumexp", softmax.logsumexp, _logsumexp),
]


def _sequences(size: str, x: Any, w: Any) -> Iterator[Case]:
    yield _case(f"convolve {size}", signal.convolve, np.convolve, x, w)
    yield _case(f"correlate {size}", signal.correlate, np.correlate, x, w)
    yield _case(f"toeplitz_matrix {size}", toeplitz.toeplitz_matrix, _toeplitz, w, len(x))
    yield _case(f"hankel_matrix {size}", toeplitz.hankel_matrix, _hankel, x, len(w))
    yield _case(
        f"conv_transpose1d {size}",
        lambda x, w: conv_transpose.conv_transpose1d(x[None, None], w[None, None])[0, 0],
        np.convolve,
        x,
        w,
    )


def _hankel(x: Any, k: int) -> Any:
    return sliding_window_view(x, k).copy()


def _toeplitz(w: Any, n: int) -> Any:
    matrix = np.zeros((n - len(w) + 1, n), w.dtype)
    for i in range(len(matrix)):
        matrix[i, i : i + len(w)] = w
    return matrix


def _layers(rng: np.random.Generator, dtype: str) -> Iterator[Case]:
    """Layers on the images of the digits chapter: 64 of 8 × 8, and networks on 64 examples of 10 numbers."""
    x, w = rng.normal(size=(64, 8, 8, 8)).astype(dtype), rng.normal(size=(8, 8, 3, 3)).astype(dtype)
    g = rng.normal(size=(64, 8, 6, 6)).astype(dtype)
    layer, image, kernel = "8×8, 3×3 kernels", (8, 8), (3, 3)
    in_x = partial(_gradient, conv.conv2d_input_gradient, image)
    in_w = partial(_gradient, conv.conv2d_weight_gradient, kernel)
    yield _case(f"conv2d {layer}", conv.conv2d, _conv2d, x, w)
    yield _case(f"conv2d_input_gradient {layer}", in_x, _input_gradient, g, w)
    yield _case(f"conv2d_weight_gradient {layer}", in_w, _weight_gradient, g, x)
    yield _case("conv2d 3×3, 2×2 kernel", conv.conv2d, _conv2d, x[:1, :1, :3, :3], w[:1, :1, :2, :2])
    yield _case("conv2d_matrix", lambda w: toeplitz.conv2d_matrix(w, (8, 8)), _conv2d_matrix, w[0, 0])
    for name, ours, plain in [
        ("max_pool2d", pooling.max_pool2d, lambda t: t.max(axis=(3, 5))),
        ("avg_pool2d", pooling.avg_pool2d, lambda t: t.mean(axis=(3, 5))),
    ]:
        yield _case(name, partial(_pooled, ours), lambda x, f=plain: f(x.reshape(64, 8, 4, 2, 4, 2)), x)
    params = {n: a.astype(dtype) for n, a in models.mlp_init(rng, (10, 20, 3)).items()}
    batch, labels = rng.normal(size=BATCH).astype(dtype), rng.integers(3, size=BATCH[0])
    scores, kept = models.mlp_forward(params, batch)
    upstream = training.mean_cross_entropy(scores, labels)[1]
    yield _case("mlp_forward", lambda p, x: models.mlp_forward(p, x)[0], _mlp, params, batch)
    yield _case("mlp_backward", _listed(models.mlp_backward), _mlp_backward, params, kept, upstream)
    yield _case("mean_cross_entropy", training.mean_cross_entropy, _mean_cross_entropy, scores, labels)
    yield _case("sgd_step", _listed(training.sgd_step), _sgd_step, params, params, 0.1, 0.01)


def _gradient(function: Callable[..., Any], size: tuple[int, int], g: Any, other: Any) -> Any:
    return function(g, other, size)


def _pooled(pool: Callable[..., Any], x: Any) -> Any:
    return pool(x, 2)


def _listed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: list(function(*arguments).values())


def _conv2d(x: Any, w: Any) -> Any:
    return np.einsum("ncijpq,ocpq->noij", sliding_window_view(x, w.shape[2:], (2, 3)), w, optimize=True)


def _input_gradient(g: Any, w: Any) -> Any:
    padded = np.pad(g, ((0, 0), (0, 0), (2, 2), (2, 2)))
    return _conv2d(padded, w[:, :, ::-1, ::-1].swapaxes(0, 1))


def _weight_gradient(g: Any, x: Any) -> Any:
    return np.einsum("ncijpq,noij->ocpq", sliding_window_view(x, (3, 3), (2, 3)), g, optimize=True)


def _conv2d_matrix(w: Any) -> Any:
    matrix = np.zeros((6, 6, 8, 8), w.dtype)
    for i, j in np.ndindex(6, 6):
        matrix[i, j, i : i + 3, j : j + 3] = w
    return matrix.reshape(36, 64)


def _mlp(p: Any, x: Any) -> Any:
    return np.log(1 + np.exp(x @ p["W1"].T + p["b1"])) @ p["W2"].T + p["b2"]


def _mlp_backward(p: Any, kept: Any, g: Any) -> Any:
    g1 = (g @ p["W2"]) / (1 + np.exp(-kept["a1"]))
    return [g1.T @ kept["x"], g1.sum(axis=0), g.T @ kept["h1"], g.sum(axis=0)]


def _mean_cross_entropy(a: Any, labels: Any) -> Any:
    return _cross_entropy(a, labels).mean(), _cross_entropy_gradient(a, labels) / np.asarray(len(a), a.dtype)


def _sgd_step(params: Any, gradients: Any, rate: float, penalty: float) -> Any:
    return [p - rate * (gradients[name] + 2 * penalty * p) for name, p in params.items()]
