"""`nnlib.network_table` against the book's two networks, and against networks that really run."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from nnlib.autodiff import grad
from nnlib.conv import conv2d
from nnlib.network_table import Conv, Dense, Pool, summarize
from nnlib.pooling import avg_pool2d

FIRST = summarize([Conv(32, 8, s=2, p=3), Pool(2), Conv(64, 3, p=1)], (3, 128, 128))
SECOND = summarize([Conv(64, 8, s=2), Pool(5), Conv(128, 4, p=1)], (3, 256, 256))


def columns(summary, *names):
    return [tuple(getattr(row, name) for name in names) for row in summary.rows[1:]]


def test_the_two_networks_of_the_book():
    assert columns(FIRST, "shape", "scalars", "weights", "parameters", "multiply_adds") == [
        ((32, 64, 64), 131072, 6144, 6176, 25165824),
        ((32, 32, 32), 32768, 0, 0, 0),
        ((64, 32, 32), 65536, 18432, 18496, 18874368),
    ]
    assert FIRST.rows[-1].receptive_field == (18, 18)
    assert FIRST.rows[-1].stride == (4, 4)
    assert columns(SECOND, "shape", "scalars", "weights", "parameters", "multiply_adds") == [
        ((64, 125, 125), 1000000, 12288, 12352, 192000000),
        ((64, 25, 25), 40000, 0, 0, 0),
        ((128, 24, 24), 73728, 131072, 131200, 75497472),
    ]
    assert SECOND.rows[-1].receptive_field == (46, 46)
    assert SECOND.rows[-1].stride == (10, 10)
    assert FIRST.total[:6] == ("total", (64, 32, 32), 65536, 24576, 24672, 44040192)


def test_the_table_in_plain_text():
    assert str(FIRST).splitlines() == [
        "layer                      output  scalars  weights  with biases  multiply-adds  receptive field  stride",
        "input                   3×128×128   49,152        0            0              0                1       1",
        "conv 32, k=8, s=2, p=3   32×64×64  131,072    6,144        6,176     25,165,824                8       2",
        "pool k=2                 32×32×32   32,768        0            0              0               10       4",
        "conv 64, k=3, p=1        64×32×32   65,536   18,432       18,496     18,874,368               18       4",
        "total                                        24,576       24,672     44,040,192",
    ]
    assert repr(FIRST) == str(FIRST)


def test_the_table_in_html_has_headings_and_the_same_cells():
    html = FIRST._repr_html_()
    assert html.count('<th scope="col">') == 8
    assert html.count('<th scope="row">') == 5
    assert '<tr><th scope="row">pool k=2</th><td>32×32×32</td><td>32,768</td>' in html


LAYERS = [Conv(4, (3, 2), s=(2, 1), p=(1, 2), d=(1, 2), groups=2), Pool((2, 3), s=(1, 2)), Conv(6, 2, d=2, bias=False)]


def run(x, weights, biases):
    x = conv2d(x, weights[0], biases[0], (2, 1), (1, 2), (1, 2), 2)
    x = avg_pool2d(x, (2, 3), (1, 2))
    return conv2d(x, weights[1], None, dilation=2)


def test_shapes_counts_and_fields_are_those_of_a_network_that_runs():
    summary = summarize(LAYERS, (2, 17, 19))
    rng = np.random.default_rng(0)
    weights, biases = [rng.uniform(1, 2, (4, 1, 3, 2)), rng.uniform(1, 2, (6, 4, 2, 2))], [np.zeros(4)]
    x = rng.normal(size=(1, 2, 17, 19))
    y = run(x, weights, biases)
    assert summary.rows[-1].shape == y.shape[1:]
    assert summary.total.weights == sum(w.size for w in weights)
    assert summary.total.parameters == summary.total.weights + 4
    assert summary.rows[1].multiply_adds == weights[0].size * 9 * 21

    def touched(i, j):  # rows and columns of the input that one output depends on
        reached = np.argwhere(grad(lambda x: run(x, weights, biases)[0, :, i, j].sum())(x)[0].any(axis=0))
        return reached.min(axis=0), reached.max(axis=0)

    first, last = touched(2, 2)
    assert tuple(last - first + 1) == summary.rows[-1].receptive_field == (9, 9)
    assert tuple(touched(3, 3)[0] - first) == summary.rows[-1].stride == (2, 2)


def test_sequences_and_dense_layers():
    summary = summarize([Conv(4, 3, s=2), Pool(2, 1), Dense(10), Dense(3, bias=False)], (1, 20))
    assert columns(summary, "layer", "shape", "parameters") == [
        ("conv 4, k=3, s=2", (4, 9), 16), ("pool k=2, s=1", (4, 8), 0), ("dense 10", (10,), 330), ("dense 3", (3,), 30)
    ]  # fmt: skip
    assert columns(summary, "receptive_field", "stride") == [((3,), (2,)), ((5,), (2,)), ((20,), ()), ((20,), ())]
    assert columns(summarize([Dense(5)], (7,)), "multiply_adds", "parameters") == [(35, 40)]
    assert len(str(summary).splitlines()) == 7


def test_bad_networks_are_refused_with_a_reason():
    with pytest.raises(TypeError, match="a layer is a Conv, a Pool or a Dense; got 'relu'"):
        summarize(["relu"], (3, 8, 8))
    with pytest.raises(ValueError, match="the kernel spans 9 entries; the padded input has only 8"):
        summarize([Conv(4, 9)], (3, 8, 8))
    with pytest.raises(ValueError, match="3 channels and 4 outputs cannot be split into 2 groups"):
        summarize([Conv(4, 3, groups=2)], (3, 8, 8))
    with pytest.raises(ValueError, match=r"k must have one size for each of 2 direction\(s\); got \(1, 2, 3\)"):
        summarize([Pool((1, 2, 3))], (3, 8, 8))
    with pytest.raises(ValueError, match=r"k must have one size for each of 2 direction\(s\); got \(1,\)"):
        summarize([Pool((1,))], (3, 8, 8))
    with pytest.raises(ValueError, match=r"one size for each of 0 direction\(s\)"):
        summarize([Dense(4), Conv(4, 3)], (3, 8, 8))
    with pytest.raises(ValueError, match="channels must be an integer of at least 1; got 0"):
        summarize([Conv(0, 3)], (3, 8, 8))
    with pytest.raises(ValueError, match="input_shape must be one or more integers of at least 1; got"):
        summarize([], (3, 0))


def test_the_input_row_and_the_total():
    row = summarize([], (3, 5, 4)).rows[0]
    assert row == ("input", (3, 5, 4), 60, 0, 0, 0, (1, 1), (1, 1))
    summary = summarize([Conv(2, 3), Dense(4)], (3, 5, 4))
    assert summary.total == ("total", (4,), 4, 54 + 48, 54 + 2 + 48 + 4, 54 * 6 + 48, (5, 4), ())


def test_only_what_is_unusual_is_written_out():
    layers = [
        Conv(2, 3), Conv(2, (3, 2)), Conv(2, 3, s=2), Conv(2, 3, p=1), Conv(2, 3, d=2), Conv(2, 3, groups=2),
        Pool(2), Pool(2, s=2), Pool(3, s=1), Pool(2, p=1), Pool(1, d=2),
    ]  # fmt: skip
    assert [row.layer for layer in layers for row in summarize([layer], (2, 9, 9)).rows[1:]] == [
        "conv 2, k=3", "conv 2, k=3×2", "conv 2, k=3, s=2", "conv 2, k=3, p=1", "conv 2, k=3, d=2",
        "conv 2, k=3, groups=2", "pool k=2", "pool k=2", "pool k=3, s=1", "pool k=2, p=1", "pool k=1, d=2",
    ]  # fmt: skip


def test_a_size_that_is_not_positive_is_refused():
    for layer in (Conv(2, 0), Conv(2, 3, s=0), Conv(2, 3, p=-1), Conv(2, 3, d=0), Conv(2, 3, groups=0), Dense(0)):
        with pytest.raises(ValueError, match="must be an integer of at least"):
            summarize([layer], (2, 9, 9))
    with pytest.raises(ValueError, match="2 channels and 3 outputs cannot be split into 2 groups"):
        summarize([Conv(3, 3, groups=2)], (2, 9, 9))
    assert summarize([Conv(1, 1), Dense(1)], (1, 1, 1)).total.weights == 2


def test_a_pair_of_sizes_needs_two_directions():
    for sizes in ((3,), (3, 3, 3)):
        with pytest.raises(ValueError, match=r"k must have one size for each of 2 direction\(s\)"):
            summarize([Conv(4, sizes)], (1, 8, 8))


@pytest.mark.parametrize(("name", "least"), [("k", 1), ("s", 1), ("d", 1), ("p", 0)])
def test_a_size_is_not_below_its_least(name, least):
    with pytest.raises(ValueError, match=f"{name} must be an integer of at least {least}"):
        summarize([Conv(**{"channels": 4, "k": 3, name: least - 1})], (1, 8, 8))


def test_layers_are_values_that_can_be_compared_and_not_changed():
    assert len({Conv(8, k=3), Conv(8, k=3), Conv(8, k=5), Pool(2), Dense(10), Dense(10)}) == 4
    for thing, name in ((Conv(8, k=3), "k"), (Pool(2), "k"), (Dense(10), "channels"), (summarize([], (1, 8)), "rows")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, 1)
