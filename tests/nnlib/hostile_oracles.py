"""Right values for the table of bad input, in extended precision and with plain loops: nothing of nnlib is in them."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np


def wide(*arrays: Any) -> list[Any]:
    """Return arrays in extended precision."""
    return [np.asarray(a, np.longdouble) for a in arrays]


def softmax(x: Any, T: float = 1) -> Any:
    (x,) = wide(x)
    if x.ndim == 0 or x.size == 0:
        return np.ones(x.shape)
    e = np.exp((x - x.max(axis=-1, keepdims=True)) / T)
    return e / e.sum(axis=-1, keepdims=True)


def logsumexp(x: Any) -> Any:
    (x,) = wide(x)
    return np.log(np.exp(x).sum()) if x.size else -np.inf


def jacobian_of_softmax(x: Any) -> Any:
    p = softmax(x)
    return p[..., None] * (np.eye(p.shape[-1]) - p[..., None, :])


def one_hot(labels: Any, classes: int) -> Any:
    return np.asarray(labels)[..., None] == np.arange(classes)


def cross_entropy(logits: Any, labels: Any) -> Any:
    return -np.log((softmax(logits) * one_hot(labels, np.shape(logits)[-1])).sum(axis=-1))


def cross_entropy_gradient(logits: Any, labels: Any) -> Any:
    return softmax(logits) - one_hot(labels, np.shape(logits)[-1])


def full(x: Any, w: Any) -> Any:
    """Multiply two polynomials."""
    x, w = wide(x, w)
    y = np.zeros(len(x) + len(w) - 1, np.longdouble)
    for i, j in product(range(len(x)), range(len(w))):
        y[i + j] += x[i] * w[j]
    return y


def valid(x: Any, w: Any) -> Any:
    x, w = wide(x, w)
    return np.array([sum(x[i + j] * w[j] for j in range(len(w))) for i in range(len(x) - len(w) + 1)])


def toeplitz(w: Any, n: int) -> Any:
    (w,) = wide(w)
    return np.array([[w[j - i] if 0 <= j - i < len(w) else 0 for j in range(n)] for i in range(n - len(w) + 1)])


def conv2d_matrix(w: Any, shape: tuple[int, int]) -> Any:
    (w,) = wide(w)
    units = np.eye(shape[0] * shape[1]).reshape(-1, 1, *shape)
    return conv2d(units, w[None, None]).reshape(len(units), -1).T


# Layers: y[n, o, i, j] = b[o] + Σ w[o, c, p, q] · x[n, c, i·s + p, j·s + q], x padded with zeros


def conv2d(x: Any, w: Any, b: Any = 0.0, stride: int = 1, padding: int = 0) -> Any:
    x, w, b = wide(x, w, b)
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    height, width = ((x.shape[a] - w.shape[a]) // stride + 1 for a in (2, 3))
    y = np.zeros((len(x), len(w), height, width), np.longdouble)
    for n, o, i, j in np.ndindex(y.shape):
        window = x[n, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
        y[n, o, i, j] = (window * w[o]).sum()
    return y + b.reshape(-1, 1, 1)


def conv2d_input_gradient(g: Any, w: Any, image_size: tuple[int, int], stride: int = 1, padding: int = 0) -> Any:
    g, w = wide(g, w)
    size = [n + 2 * padding for n in image_size]
    x = np.zeros((len(g), w.shape[1], *size), np.longdouble)
    for n, o, i, j in np.ndindex(g.shape):
        x[n, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]] += g[n, o, i, j] * w[o]
    return x[:, :, padding : size[0] - padding, padding : size[1] - padding]


def conv2d_weight_gradient(g: Any, x: Any, kernel_size: tuple[int, int], stride: int = 1) -> Any:
    g, x = wide(g, x)
    w = np.zeros((g.shape[1], x.shape[1], *kernel_size), np.longdouble)
    for n, o, i, j in np.ndindex(g.shape):
        window = x[n, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
        w[o] += g[n, o, i, j] * window
    return w


def conv_transpose2d(x: Any, w: Any, b: Any = 0.0, stride: int = 1) -> Any:
    size = [(np.shape(x)[a] - 1) * stride + np.shape(w)[a] for a in (2, 3)]
    (b,) = wide(b)
    return conv2d_input_gradient(x, w, (size[0], size[1]), stride) + b.reshape(-1, 1, 1)


def pool2d(reduce: Any, x: Any, k: int) -> Any:
    (x,) = wide(x)
    height, width = x.shape[2] // k, x.shape[3] // k
    y = np.zeros((*x.shape[:2], height, width), np.longdouble)
    for i, j in np.ndindex(height, width):
        y[:, :, i, j] = reduce(x[:, :, i * k : i * k + k, j * k : j * k + k], axis=(2, 3))
    return y


def mlp(x: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    """Return the scores of a network with one hidden layer of ReLUs."""
    x, W1, b1, W2, b2 = wide(x, W1, b1, W2, b2)
    return np.maximum(x @ W1.T + b1, 0) @ W2.T + b2


def mlp_gradients(x: Any, W1: Any, b1: Any, W2: Any, b2: Any, g: Any) -> Any:
    x, W1, b1, W2, b2, g = wide(x, W1, b1, W2, b2, g)
    hidden = x @ W1.T + b1
    back = (g @ W2) * (hidden > 0)
    return [back.T @ x, back.sum(axis=0), g.T @ np.maximum(hidden, 0), g.sum(axis=0)]


def cnn(x: Any, K1: Any, b1: Any, K2: Any, b2: Any, W3: Any, b3: Any) -> Any:
    hidden = np.maximum(conv2d(x, K1, b1, padding=1), 0)
    hidden = np.maximum(conv2d(hidden, K2, b2, stride=2, padding=1), 0)
    return hidden.reshape(len(hidden), np.shape(W3)[1]) @ np.asarray(W3, np.longdouble).T + b3
