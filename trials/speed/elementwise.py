"""Activations, softmax and its relatives, and cross-entropy with its gradient, against SciPy and PyTorch."""

from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from typing import Any

import numpy as np

from nnlib import activations, losses, softmax
from trials.speed.peers import peer
from trials.speed.rounds import Case

SHAPES = (64, 10), (4096, 1000)


def functions(dtype: str) -> Iterator[Case]:
    """Every function on a classroom batch and on a large one."""
    torch, special = peer("torch"), peer("scipy.special")
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        x = (4 * rng.normal(size=shape)).astype(dtype)
        size = "×".join(map(str, shape))
        for name, ours, theirs, torchs in [
            ("sigmoid", activations.sigmoid, "expit", "sigmoid"),
            ("log_sigmoid", activations.log_sigmoid, "log_expit", "nn.functional.logsigmoid"),
            ("softplus", activations.softplus, None, "nn.functional.softplus"),
            ("tanh", activations.tanh, None, "tanh"),
            ("softmax", softmax.softmax, "softmax", "softmax"),
            ("log_softmax", softmax.log_softmax, "log_softmax", "log_softmax"),
            ("logsumexp", softmax.logsumexp, "logsumexp", "logsumexp"),
        ]:
            axis = {"axis": -1} if ours.__module__ == softmax.__name__ else {}
            runs: dict[str, Any] = {"nnlib": partial(ours, x, **axis)}
            if torch:
                t, dim = torch.from_numpy(x), {"dim": -1} if axis else {}
                runs["torch"] = partial(attrgetter(torchs)(torch), t, **dim)
            if special and theirs:
                runs["scipy"] = partial(getattr(special, theirs), x, **axis)
            yield Case(f"{name} {size}", runs)


def cross_entropy() -> Iterator[Case]:
    """Compute the mean loss and its gradient in the logits, in float32."""
    torch = peer("torch")
    rng = np.random.default_rng(0)
    for rows, classes in [*SHAPES, (512, 50257)]:
        logits = (4 * rng.normal(size=(rows, classes))).astype(np.float32)
        labels = rng.integers(classes, size=rows)

        def ours(logits: Any = logits, labels: Any = labels) -> Any:
            return losses.cross_entropy(logits, labels).mean(), losses.cross_entropy_gradient(logits, labels) / len(
                labels
            )

        runs: dict[str, Any] = {"nnlib": ours}
        if torch:
            t, target = torch.from_numpy(logits).requires_grad_(), torch.from_numpy(labels)

            def theirs(t: Any = t, target: Any = target) -> Any:
                loss = torch.nn.functional.cross_entropy(t, target)
                return loss, torch.autograd.grad(loss, t)[0]

            runs["torch"] = theirs
        yield Case(f"{rows}×{classes}", runs)
