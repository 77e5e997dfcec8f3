"""Make nnlib/data/digits.npz from the copy of the digits that scikit-learn carries.

scikit-learn is needed for nothing else, and is not among the book's dependencies: run this with any Python that has it
and NumPy, ``python -m tests.nnlib.oracles.make_digits``. The file that it writes is part of the package, so readers
never do.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).resolve().parents[3] / "nnlib" / "data" / "digits.npz"


def digest(images: Any, labels: Any) -> str:
    """Return the SHA-256 of the pixels followed by the labels, one byte each, as `nnlib.datasets` checks it."""
    return hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()


def main() -> None:
    """Write the file and print its digest, which belongs into nnlib/datasets.py."""
    from sklearn.datasets import load_digits

    source = load_digits()
    images, labels = source.images.astype(np.uint8), source.target.astype(np.uint8)
    if not (images == source.images).all() or images.shape != (1797, 8, 8) or images.max() != 16:
        raise SystemExit("this copy does not hold 1797 images of 8 × 8 counts from 0 to 16")
    TARGET.parent.mkdir(exist_ok=True)
    np.savez_compressed(TARGET, images=images, labels=labels)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, SHA-256 of the content {digest(images, labels)}")


if __name__ == "__main__":
    main()
