"""`nnlib.conv_arithmetic` against real layers, a search over everything, and the complete solution sets of the book."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib.conv import conv1d
from nnlib.conv_arithmetic import Setting, conv_output_size, solve_conv


@given(i=st.integers(1, 30), k=st.integers(1, 6), s=st.integers(1, 4), p=st.integers(0, 5), d=st.integers(1, 4))
def test_the_size_is_that_of_a_real_layer(i, k, s, p, d):
    x, w = np.zeros((1, 1, i)), np.zeros((1, 1, k))
    if d * (k - 1) + 1 > i + 2 * p:
        with pytest.raises(ValueError, match="spans"):
            conv_output_size(i, k, s, p, d)
    else:
        assert conv_output_size(i, k, s, p, d) == conv1d(x, w, stride=s, padding=p, dilation=d).shape[2]


@pytest.mark.parametrize(
    ("i", "p", "d", "k", "s", "o"),
    [
        (64, 3, 1, 8, 2, 32), (64, 3, 7, 2, 2, 32), (32, 0, 1, 4, 4, 8), (32, 0, 1, 8, 4, 7), (8, 0, 1, 2, 2, 4),
        (8, 2, 2, 3, 2, 4), (8, 1, 1, 4, 2, 4), (6, 0, 1, 3, 2, 2), (128, 3, 1, 8, 2, 64), (256, 0, 1, 8, 2, 125),
    ],
)  # fmt: skip
def test_the_worked_sizes(i, p, d, k, s, o):
    assert conv_output_size(i, k, s, p, d) == o
    assert Setting(k, s, p, d) in solve_conv(i, o)


def settings(names, found):
    return [tuple(getattr(one, name) for name in names) for one in found]


def test_the_complete_solution_sets():
    first = solve_conv(64, 32, k=8, d=1)
    assert settings("sp", first) == [(2, 3), (3, 19), (4, 34), (4, 35), (5, 50), (5, 51)]
    assert settings("sp", solve_conv(64, 32, k=8, d=1, sensible=True)) == [(2, 3)]

    wide = solve_conv(64, 32, d=7, s=2, max_k=11)
    assert settings("kp", wide) == [(k, 7 * (k - 1) // 2) for k in range(1, 12)]

    pools = {
        windows: settings("ks", solve_conv(32, 8, p=0, d=1, windows=windows)) for windows in ("tiling", "disjoint")
    }
    assert pools == {"tiling": [(4, 4)], "disjoint": [(1, 4), (2, 4), (3, 4), (4, 4)]}
    overlapping = [(9, 3), (10, 3), (11, 3), (17, 2), (18, 2), (25, 1)]
    assert settings("ks", solve_conv(32, 8, p=0, d=1)) == pools["disjoint"] + overlapping

    assert settings("ks", solve_conv(8, 4, p=0, d=1)) == [(1, 2), (2, 2), (5, 1)]
    assert settings("ks", solve_conv(8, 4, p=2, d=2)) == [(1, 3), (2, 3), (3, 2), (5, 1)]
    assert settings("ks", solve_conv(8, 4, p=2, d=2, sensible=True)) == [(2, 3), (3, 2), (5, 1)]
    assert settings("ks", solve_conv(8, 4, p=1, d=1)) == [(1, 3), (3, 2), (4, 2), (7, 1)]
    assert settings("ks", solve_conv(8, 4, p=1, d=1, sensible=True)) == [(3, 2), (4, 2), (7, 1)]


@given(
    i=st.integers(1, 7), o=st.integers(1, 8), data=st.data(), sensible=st.booleans(),
    windows=st.sampled_from(["any", "disjoint", "tiling"]),
)  # fmt: skip
def test_nothing_is_missing_and_nothing_is_wrong(i, o, data, sensible, windows):
    given = {
        name: data.draw(st.none() | st.integers(least, 6)) for name, least in [("k", 1), ("s", 1), ("p", 0), ("d", 1)]
    }
    bounds = {name: data.draw(st.none() | st.integers(least, 9)) for name, least in [("k", 1), ("s", 1), ("p", 0)]}
    limits = {"k": 100, "s": i, "p": i, "d": 100} | {name: bound for name, bound in bounds.items() if bound is not None}

    def candidates(name):
        return [given[name]] if given[name] is not None else range(min(limits[name], 3 * i + 18) + 1)

    expected = []
    for k, s, p in itertools.product(candidates("k"), candidates("s"), candidates("p")):
        for d in candidates("d"):
            span = d * (k - 1) + 1
            if k < 1 or s < 1 or d < 1 or span > i + 2 * p or (k == 1 and d > 1 and given["d"] is None):
                continue
            fits = {"any": True, "disjoint": s >= span, "tiling": s == span}[windows]
            if conv_output_size(i, k, s, p, d) == o and fits and (p < span or not sensible):
                expected.append(Setting(k, s, p, d))
    bounds = {f"max_{name}": bound for name, bound in bounds.items()}
    assert solve_conv(i, o, **given, **bounds, sensible=sensible, windows=windows) == sorted(expected)


def test_with_one_output_any_large_stride_will_do():
    assert settings("s", solve_conv(5, 1, k=3, p=0, d=1)) == [(3,), (4,), (5,)]
    assert settings("s", solve_conv(5, 1, k=3, p=0, d=1, max_s=7)) == [(3,), (4,), (5,), (6,), (7,)]
    assert settings("s", solve_conv(5, 1, k=3, p=0, d=1, s=1000)) == [(1000,)]


def test_bad_input_is_refused_with_a_reason():
    with pytest.raises(ValueError, match="the kernel spans 7 entries; the padded input has only 6"):
        conv_output_size(4, 3, p=1, d=3)
    with pytest.raises(ValueError, match="s must be an integer of at least 1; got 0"):
        conv_output_size(4, 3, 0)
    with pytest.raises(ValueError, match="p must be an integer of at least 0; got -1"):
        conv_output_size(4, 3, p=-1)
    with pytest.raises(ValueError, match=r"i must be an integer of at least 1; got 4\.0"):
        conv_output_size(4.0, 3)
    with pytest.raises(ValueError, match="o must be an integer of at least 1; got 0"):
        solve_conv(4, 0)
    with pytest.raises(ValueError, match="max_p must be an integer of at least 0; got -2"):
        solve_conv(4, 2, max_p=-2)
    with pytest.raises(ValueError, match='"any", "disjoint" or "tiling"; got \'overlapping\''):
        solve_conv(4, 2, windows="overlapping")


def test_input_and_output_may_be_named_and_the_rest_must_be():
    assert settings("ks", solve_conv(i=8, o=4, p=0, d=1)) == [(1, 2), (2, 2), (5, 1)]
    with pytest.raises(TypeError, match="positional"):
        solve_conv(8, 4, 2)
    assert conv_output_size(i=8, k=2) == 7


def test_sizes_that_no_float_holds():
    assert solve_conv(2**60, 2, k=1, s=2**60, p=0, d=1) == []
    assert solve_conv(2**60, 2, k=1, s=2**60 - 1, p=0, d=1) == [Setting(1, 2**60 - 1, 0, 1)]
