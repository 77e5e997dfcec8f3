"""Make nnlib/data/digit_network.npz: the convolutional network of the chapter on digits, trained and rounded.

The same deal, batches, rate and seed as in the chapter, whose cell compares the two.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from nnlib.datasets import load_digits
from nnlib.models import cnn_backward, cnn_forward, cnn_init
from nnlib.training import mean_cross_entropy, sgd_step
from tools.paths import ROOT

NETWORK = ROOT / "nnlib/data/digit_network.npz"
RATE, EPOCHS = 0.8, 12


def made() -> dict[str, Any]:
    """Return the parameters and the mean image of the training set, as float16."""
    images, labels = load_digits()
    rows = np.random.default_rng(0).permutation(len(images))[:1000]
    mean = images[rows].mean(axis=0)
    centered = (images - mean)[:, None]
    rng = np.random.default_rng(0)
    params = cnn_init(rng)
    for _ in range(EPOCHS):
        for batch in rng.permutation(rows).reshape(-1, 50):
            scores, kept = cnn_forward(params, centered[batch], "relu")
            _, gradient = mean_cross_entropy(scores, labels[batch])
            params = sgd_step(params, cnn_backward(params, kept, gradient), RATE)
    return {name: np.asarray(part, np.float16) for name, part in {**params, "mean": mean}.items()}


if __name__ == "__main__":
    written = BytesIO()
    np.savez_compressed(written, **made())
    NETWORK.write_bytes(written.getvalue())
