"""The handwritten digits that the book trains on, a network that has learned them, and a photograph to filter.

See :doc:`/chapters/digits`.

Where they come from: "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, 1998, UCI Machine
Learning Repository, https://doi.org/10.24432/C50P49, under the license CC BY 4.0. These are the 1,797 images of its
test file, written by 13 people none of whom wrote for its training file. Each began as a bitmap of 32 × 32; a pixel
counts the ink in one of its blocks of 4 × 4, from 0 to 16. The counts are unchanged; `load_digits` divides them by 16.

``tests/nnlib/oracles/make_digits.py`` made the file from the copy in scikit-learn, and
``tools/digit_network.py`` the network. The photograph is a part of "camera" in scikit-image, by Lav Varshney, CC0.
"""

import hashlib
import io
import zipfile
import zlib
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from nnlib.numerics.arrays import Array

__all__ = ["load_digit_network", "load_digits", "load_photograph"]

SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"  # of the pixels and then the labels
NETWORK_SHA256 = "e29ff58d6c323a9b5860062641c6b52a0dd79605bd7e7a5643b4d1a4f1362c54"  # of the arrays, one after another
PHOTOGRAPH_SHA256 = "b852d248fb69e74a6fbe148073f3934be096cd201fb783e91aefb8e23626dc17"


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
    arrays = _packaged("digits.npz", SHA256)
    return arrays["images"] / 16.0, arrays["labels"].astype(np.int64)


def load_digit_network() -> tuple[dict[str, Array], Array]:
    """Return the convolutional network that the chapter on digits trains, and the mean image of its training set.

    Returns
    -------
    params : dict
        K1, b1, K2, b2, W3, b3 as from `nnlib.models.cnn_init`, for the ramp; float64 numbers of half precision.
    mean : ndarray, shape (8, 8)
        What was subtracted from every image before training.

    Raises
    ------
    ValueError
        If the file in the package is damaged.

    Notes
    -----
    Trained in :section:`digits-choosing`, with the first seed.

    Examples
    --------
    >>> params, mean = load_digit_network()
    >>> sum(part.size for part in params.values()), mean.shape
    (3818, (8, 8))
    """
    arrays = _packaged("digit_network.npz", NETWORK_SHA256)
    params: dict[str, Array] = {name: part.astype(np.float64) for name, part in arrays.items()}
    return params, params.pop("mean")


def load_photograph() -> Array:
    """Return a photograph of a photographer, 48 × 48 pixels.

    Returns
    -------
    photograph : ndarray, shape (48, 48)
        float64 in [0, 1]: 0 is black, 1 is white. A new array on every call.

    Raises
    ------
    ValueError
        If the file in the package is damaged.

    Notes
    -----
    A part of "camera", which scikit-image carries, made smaller. By Lav Varshney, CC0. Filtered in
    :section:`convolution-pictures`.

    Examples
    --------
    >>> load_photograph().shape
    (48, 48)
    """
    arrays = _packaged("photograph.npz", PHOTOGRAPH_SHA256)
    return arrays["gray"] / 255.0


def _packaged(name: str, sha256: str) -> dict[str, npt.NDArray[Any]]:
    return _decode(resources.files("nnlib").joinpath("data", name).read_bytes(), name, sha256)


def _decode(content: bytes, name: str, sha256: str) -> dict[str, npt.NDArray[Any]]:
    """Read a file, and make sure that it holds what it held when the book was written."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = dict(stored)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"nnlib/data/{name} is damaged and cannot be read; install nnlib again") from error
    found = hashlib.sha256(b"".join(array.tobytes() for array in arrays.values())).hexdigest()
    if found != sha256:
        raise ValueError(f"nnlib/data/{name} is damaged: its SHA-256 is {found}, not {sha256}; install nnlib again")
    return arrays
