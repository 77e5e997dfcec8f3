"""Automatic differentiation: many scalar operations, and one training step's gradient."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnlib.activations import relu
from nnlib.autodiff import grad, jvp
from nnlib.losses import cross_entropy, cross_entropy_gradient
from trials.speed.peers import peer
from trials.speed.rounds import Case

NODES = 1000


def chain(x: Any) -> Any:
    """Return an expression of 1000 scalar operations in one variable."""
    y = x
    for _ in range(NODES // 4):
        y = (y * x + x) * 0.5 - y * 0.25
    return y


def scalars() -> Iterator[Case]:
    """Differentiate an expression of 1000 scalar operations."""
    torch, autograd, micrograd = peer("torch"), peer("autograd"), peer("micrograd.engine")
    runs: dict[str, Any] = {"nnlib": lambda: grad(chain)(0.5)}
    if micrograd:

        def by_micrograd() -> float:
            x = micrograd.Value(0.5)
            chain(x).backward()
            return float(x.grad)

        runs["micrograd"] = by_micrograd
    if autograd:
        runs["autograd"] = lambda: autograd.grad(chain)(0.5)
    if torch:

        def by_torch() -> Any:
            x = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
            return torch.autograd.grad(chain(x), x)[0]

        runs["torch"] = by_torch
    yield Case(f"{NODES} scalar operations", runs)


def forward() -> Iterator[Case]:
    """Push a tangent of all parameters of that network through its loss."""
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(64, 784)), rng.integers(10, size=64)
    parameters = [rng.normal(size=shape) / 10 for shape in ((784, 128), (128,), (128, 10), (10,))]
    tangents = [rng.normal(size=parameter.shape) for parameter in parameters]

    def loss(parameters: Any) -> Any:
        w1, b1, w2, b2 = parameters
        return cross_entropy(relu(x @ w1 + b1) @ w2 + b2, labels).mean()

    runs = {"nnlib": lambda: jvp(loss, (parameters,), (tangents,)), "the function": lambda: loss(parameters)}
    yield Case("784-128-10, batch 64, float64", runs, tolerance=None)


def network(dtype: str) -> Iterator[Case]:
    """Differentiate the loss of a 784-128-10 network on a batch of 64."""
    torch, autograd = peer("torch"), peer("autograd")
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 784)).astype(dtype)
    labels = rng.integers(10, size=64)
    shapes = (784, 128), (128,), (128, 10), (10,)
    parameters = [(rng.normal(size=shape) / 10).astype(dtype) for shape in shapes]

    def loss(parameters: Any) -> Any:
        w1, b1, w2, b2 = parameters
        return cross_entropy(relu(x @ w1 + b1) @ w2 + b2, labels).mean()

    def by_hand() -> Any:
        w1, b1, w2, b2 = parameters
        hidden = np.maximum(x @ w1 + b1, 0)
        d2 = cross_entropy_gradient(hidden @ w2 + b2, labels) / np.asarray(len(x), dtype)
        d1 = (d2 @ w2.T) * (hidden > 0)
        return x.T @ d1, d1.sum(0), hidden.T @ d2, d2.sum(0)

    runs: dict[str, Any] = {"nnlib": lambda: grad(loss)(parameters), "by hand": by_hand}
    if torch:
        tensors = [torch.from_numpy(parameter).requires_grad_() for parameter in parameters]
        tx, target = torch.from_numpy(x), torch.from_numpy(labels)

        def by_torch() -> Any:
            w1, b1, w2, b2 = tensors
            hidden = torch.relu(tx @ w1 + b1)
            return torch.autograd.grad(torch.nn.functional.cross_entropy(hidden @ w2 + b2, target), tensors)

        runs["torch"] = by_torch
    if autograd:
        anp = peer("autograd.numpy")

        def plain(parameters: Any) -> Any:
            w1, b1, w2, b2 = parameters
            logits = anp.dot(anp.maximum(anp.dot(x, w1) + b1, 0), w2) + b2
            shifted = logits - anp.max(logits, axis=1, keepdims=True)
            losses = anp.log(anp.sum(anp.exp(shifted), axis=1)) - shifted[anp.arange(len(x)), labels]
            return anp.mean(losses)

        runs["autograd"] = lambda: autograd.grad(plain)(parameters)
    yield Case("784-128-10, batch 64", runs)
