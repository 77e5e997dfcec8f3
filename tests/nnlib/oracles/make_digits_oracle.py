"""Record PyTorch's gradients of both networks in tests/nnlib/oracles/digits.npz.

PyTorch is large and not among the book's dependencies: run this with any Python that has it, NumPy and nnlib,
``python -m tests.nnlib.oracles.make_digits_oracle``. Every test run compares nnlib with the recorded values, and,
where PyTorch is installed, with fresh ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nnlib.datasets import load_digits
from nnlib.models import cnn_init, mlp_init

TARGET = Path(__file__).with_name("digits.npz")
EXAMPLES = 20
CASES = [
    (network, activation, loss)
    for network in ("mlp", "cnn")
    for activation, loss in (("softplus", "cross-entropy"), ("relu", "squared error"))
]


def start(network: str, biases: float = 0.1) -> tuple[dict[str, Any], Any, Any]:
    """Return parameters with biases that are not zero, images in the shape of the network, and labels."""
    rng = np.random.default_rng(11)
    params = mlp_init(rng) if network == "mlp" else cnn_init(rng)
    params |= {name: rng.normal(scale=biases, size=part.shape) for name, part in params.items() if part.ndim == 1}
    images, labels = load_digits()
    shape = (EXAMPLES, 64) if network == "mlp" else (EXAMPLES, 1, 8, 8)
    return params, images[:EXAMPLES].reshape(shape), labels[:EXAMPLES]


def pytorch(network: str, activation: str, loss: str, biases: float = 0.1) -> dict[str, Any]:
    """Return the loss, and PyTorch's gradient in every parameter, in float64."""
    import torch
    from torch.nn import functional

    params, x, labels = start(network, biases)
    act = {"softplus": functional.softplus, "relu": functional.relu}[activation]
    p = {name: torch.tensor(part, requires_grad=True) for name, part in params.items()}
    x, labels = torch.tensor(x), torch.tensor(labels)
    if network == "mlp":
        scores = functional.linear(act(functional.linear(x, p["W1"], p["b1"])), p["W2"], p["b2"])
    else:
        h = act(functional.conv2d(x, p["K1"], p["b1"], padding=1))
        h = act(functional.conv2d(h, p["K2"], p["b2"], stride=2, padding=1))
        scores = functional.linear(h.flatten(1), p["W3"], p["b3"])
    if loss == "cross-entropy":
        value = functional.cross_entropy(scores, labels)
    else:
        target = functional.one_hot(labels, 10).to(torch.float64)
        value = ((torch.softmax(scores, 1) - target) ** 2).sum() / len(x)
    value.backward()
    return {"loss": value.item()} | {name: part.grad.numpy() for name, part in p.items()}


def on_the_page() -> list[float]:
    """Return the ten numbers that chapters/digits.md quotes: a weighted sum of each gradient, all biases zero."""
    numbers = []
    for network in ("mlp", "cnn"):
        gradients = pytorch(network, "softplus", "cross-entropy", biases=0.0)
        parts = [part.ravel() for name, part in gradients.items() if name != "loss"]
        numbers += [float(part @ np.cos(np.arange(1, part.size + 1))) for part in parts]
    return numbers


def main() -> None:
    """Write the file."""
    import torch

    arrays = {f"{'/'.join(case)}/{name}": np.asarray(value) for case in CASES for name, value in pytorch(*case).items()}
    arrays["on the page"] = np.array(on_the_page())
    TARGET.parent.mkdir(exist_ok=True)
    arrays["version"] = np.array(torch.__version__)
    np.savez_compressed(TARGET, allow_pickle=False, **arrays)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, {len(arrays) - 1} arrays of PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
