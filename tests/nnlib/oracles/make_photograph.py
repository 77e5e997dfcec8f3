"""Make nnlib/data/photograph.npz from the picture "camera" that scikit-image carries.

scikit-image is needed for nothing else, and is not among the book's dependencies: run this with any Python that has it,
``python -m tests.nnlib.oracles.make_photograph``. The file that it writes is part of the package, so readers never do.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[3] / "nnlib" / "data" / "photograph.npz"


def main() -> None:
    """Write the file and print its digest, which belongs into nnlib/datasets.py."""
    from skimage.data import camera

    blocks = camera()[40:328, 60:348].reshape(48, 6, 48, 6).astype(np.float64)
    gray = np.round(blocks.mean(axis=(1, 3))).astype(np.uint8)
    np.savez_compressed(TARGET, gray=gray)
    print(f"{TARGET.name}: SHA-256 of the content {hashlib.sha256(gray.tobytes()).hexdigest()}")


if __name__ == "__main__":
    main()
