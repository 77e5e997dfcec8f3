"""The digits: what the source publishes about them, and what happens to a damaged file."""

import gzip
from importlib import resources

import numpy as np
import pytest

from nnlib import datasets
from nnlib.datasets import load_digit_network, load_digits, load_photograph
from nnlib.models import cnn_forward


def test_shapes_and_values():
    images, labels = load_digits()
    assert images.shape == (1797, 8, 8)
    assert images.dtype == np.float64
    assert labels.shape == (1797,)
    assert labels.dtype == np.int64
    assert np.array_equal(np.unique(images), np.arange(17) / 16)


def test_the_counts_that_the_source_publishes():
    _, labels = load_digits()
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_the_first_image_is_a_zero():
    images, labels = load_digits()
    assert (16 * images[0, 0]).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert (16 * images[0, 3]).tolist() == [0, 4, 12, 0, 0, 8, 8, 0]
    assert labels[:10].tolist() == list(range(10))


def test_every_call_returns_new_arrays():
    images, labels = load_digits()
    images[:], labels[:] = 7, 7
    again, fresh = load_digits()
    assert again.max() == 1
    assert fresh[0] == 0


def test_the_network_reads_the_digits():
    params, mean = load_digit_network()
    images, labels = load_digits()
    order = np.random.default_rng(0).permutation(1797)
    assert np.abs(mean - images[order[:1000]].mean(axis=0)).max() < 1e-3
    answers = cnn_forward(params, (images - mean)[order[1000:], None], "relu")[0].argmax(axis=1)
    assert (answers == labels[order[1000:]]).mean() > 0.97


def test_the_photograph_is_light_above_and_dark_in_the_coat():
    photograph = load_photograph()
    assert photograph.shape == (48, 48)
    assert photograph.dtype == np.float64
    assert photograph[:6, :20].min() > 0.7
    assert photograph[30:40, 5:15].max() < 0.2
    photograph[:] = 7
    assert load_photograph().max() < 1


def packaged() -> bytes:
    return resources.files("nnlib").joinpath("data/digits.npz").read_bytes()


def decode(content: bytes) -> None:
    datasets._decode(content, "digits.npz", datasets.SHA256)


@pytest.mark.parametrize("size", [0, 100, 30000])
def test_a_short_file_is_named(size):
    with pytest.raises(ValueError, match=r"digits\.npz is damaged"):
        decode(packaged()[:size])


def test_a_file_of_another_kind_is_named():
    with pytest.raises(ValueError, match=r"digits\.npz is damaged"):
        decode(gzip.compress(b"no arrays"))


@pytest.mark.parametrize("change", ["pixel", "label"])
@pytest.mark.parametrize("i", [0, 1, 500, 1000, 1500, 1796])
def test_one_changed_number_is_noticed(tmp_path, change, i):
    images, labels = load_digits()
    images, labels = (16 * images).astype(np.uint8), labels.astype(np.uint8)
    if change == "pixel":
        images[i, 4, 4] ^= 1
    else:
        labels[i] ^= 1
    np.savez_compressed(tmp_path / "changed.npz", images=images, labels=labels)
    with pytest.raises(ValueError, match=f"its SHA-256 is [0-9a-f]{{64}}, not {datasets.SHA256}; install nnlib again"):
        decode((tmp_path / "changed.npz").read_bytes())
