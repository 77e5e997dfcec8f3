"""Make nnlib/data/digit_network.npz, the trained network of the chapter on digits, and its copy for the page.

Trained with the same deal, batches, rate and seed as in the chapter, whose cell compares the two.
"""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import numpy as np

from nnlib.datasets import load_digits
from nnlib.models import cnn_backward, cnn_forward, cnn_init
from nnlib.training import mean_cross_entropy, sgd_step
from tools.paths import ROOT

NETWORK = ROOT / "nnlib/data/digit_network.npz"
SCRIPT = ROOT / "book/pages/static/touch/digit.data.js"
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


def script(network: dict[str, Any]) -> str:
    """Return what the component that reads a drawn digit is given: the network, and one example of each digit."""
    images, labels = load_digits()
    unseen = np.random.default_rng(0).permutation(len(images))[1000:1297]
    examples = [images[next(row for row in unseen if labels[row] == digit)] for digit in range(10)]
    counts = ["".join("0123456789abcdefg"[round(16 * pixel)] for pixel in image.ravel()) for image in examples]
    packed = {name: base64.b64encode(part.astype("<f4").tobytes()).decode() for name, part in network.items()}
    return (
        "// Made by tools/digit_network.py: the parameters and the mean as float32, and ink from 0 to 16, as 0 to g.\n"
        f"Stage.data = {json.dumps(packed | {'examples': counts})};\n"
    )


if __name__ == "__main__":
    written = BytesIO()
    network = made()
    np.savez_compressed(written, **network)
    SCRIPT.write_text(script(network), encoding="utf-8")
    NETWORK.write_bytes(written.getvalue())
