"""The handwritten digits that the book trains on, shipped inside the package.

See :doc:`/chapters/digits`.

Where they come from: "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, 1998, UCI Machine
Learning Repository, https://doi.org/10.24432/C50P49, under the license CC BY 4.0. These are the 1,797 images of its
test file, written by 13 people none of whom wrote for its training file. Each began as a bitmap of 32 × 32; a pixel
counts the ink in one of its blocks of 4 × 4, from 0 to 16. The counts are unchanged; `load_digits` divides them by 16.

``tests/nnlib/oracles/make_digits.py`` made the file from the copy in scikit-learn.
"""

import hashlib
import io
import zipfile
import zlib
from importlib import resources

import numpy as np
import numpy.typing as npt

from nnlib.numerics.arrays import Array

__all__ = ["load_digits"]

SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"  # of the pixels and then the labels


def load_digits() -> tuple[Array, npt.NDArray[np.int64]]:
    """Return the 1,797 images of handwritten digits and their labels.

    Returns
    -------
    images : ndarray, shape (1797, 8, 8)
        float64 in [0, 1], in steps of 1/16: 0 is paper, 1 is ink. New arrays on every call.
    labels : ndarray, shape (1797,)
        int64 from 0 to 9.

    Raises
    ------
    ValueError
        If the file in the package is damaged.

    Notes
    -----
    E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, CC BY
    4.0. Described in :section:`digits-data`.

    Examples
    --------
    >>> images, labels = load_digits()
    >>> images.shape, labels.shape
    ((1797, 8, 8), (1797,))
    """
    return _decode(resources.files("nnlib").joinpath("data/digits.npz").read_bytes())


def _decode(content: bytes) -> tuple[Array, npt.NDArray[np.int64]]:
    """Read the file, and make sure that it holds what it held when the book was written."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError("nnlib/data/digits.npz is damaged and cannot be read; install nnlib again") from error
    found = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    if found != SHA256:
        raise ValueError(f"nnlib/data/digits.npz is damaged: its SHA-256 is {found}, not {SHA256}; install nnlib again")
    return images / 16.0, labels.astype(np.int64)
