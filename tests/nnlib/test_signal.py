"""`nnlib.signal` against NumPy, SciPy, exact integers and the definition."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.autodiff import vjp
from nnlib.gradcheck import check_gradients
from nnlib.numerics import overlap_add
from nnlib.signal import convolve, correlate, kept_entries

MODES = ("full", "valid", "same")

# signal, kernel, then full, valid and same, with and without the flip; worked by hand.
WORKED = [
    ([5, 6, 7, 8], [3, 0, 1], [15, 18, 26, 30, 7, 8], [26, 30], [18, 26, 30, 7]),
    ([1, 2, 3, 4], [1, 0, 2], [1, 2, 5, 8, 6, 8], [5, 8], [2, 5, 8, 6]),
    ([1, 1, 4, 4, 4, 1, 1], [0.25, 0.5, 0.25], [0.25, 0.75, 1.75, 3.25, 4, 3.25, 1.75, 0.75, 0.25],
     [1.75, 3.25, 4, 3.25, 1.75], [0.75, 1.75, 3.25, 4, 3.25, 1.75, 0.75]),
    ([1, 1, 4, 4, 4, 1, 1], [0.25] * 3, [0.25, 0.5, 1.5, 2.25, 3, 2.25, 1.5, 0.5, 0.25],
     [1.5, 2.25, 3, 2.25, 1.5], [0.5, 1.5, 2.25, 3, 2.25, 1.5, 0.5]),
]  # fmt: skip
WORKED_NO_FLIP = [
    ([5, 6, 7, 8], [3, 0, 1], [5, 6, 22, 26, 21, 24], [22, 26], [6, 22, 26, 21]),
    ([1, 2, 3, 4], [1, 0, 2], [2, 4, 7, 10, 3, 4], [7, 10], [4, 7, 10, 3]),
    ([1, 2, 3, 4], [1, 2], [2, 5, 8, 11, 4], [5, 8, 11], [2, 5, 8, 11]),
]

finite = st.floats(-1e3, 1e3, width=32)
sequences = arrays(np.float64, st.integers(1, 12), elements=finite)
long_enough = st.integers(overlap_add.SIGNAL, overlap_add.SIGNAL + 3000)


@pytest.mark.parametrize(("x", "w", "full", "valid", "same"), WORKED)
def test_convolve_reproduces_the_worked_examples(x, w, full, valid, same):
    assert [convolve(x, w, mode).tolist() for mode in MODES] == [full, valid, same]


@pytest.mark.parametrize(("x", "w", "full", "valid", "same"), WORKED_NO_FLIP)
def test_correlate_reproduces_the_worked_examples(x, w, full, valid, same):
    assert [correlate(x, w, mode).tolist() for mode in MODES] == [full, valid, same]


def test_default_modes_are_numpys():
    x, w = [1.0, 2.0, 3.0, 4.0], [1.0, 2.0]
    assert convolve(x, w).tolist() == np.convolve(x, w).tolist()
    assert correlate(x, w).tolist() == np.correlate(x, w).tolist()


@pytest.mark.parametrize("mode", MODES)
@given(x=sequences, w=sequences)
def test_both_agree_with_numpy_at_all_lengths(mode, x, w):
    np.testing.assert_array_equal(convolve(x, w, mode), np.convolve(x, w, mode))
    np.testing.assert_array_equal(correlate(x, w, mode), np.correlate(x, w, mode))


@given(x=sequences, w=sequences)
def test_full_and_valid_agree_with_scipy(x, w):
    for mode in ("full", "valid"):
        np.testing.assert_allclose(convolve(x, w, mode), scipy.signal.convolve(x, w, mode, "direct"), atol=1e-6)
        np.testing.assert_allclose(correlate(x, w, mode), scipy.signal.correlate(x, w, mode, "direct"), atol=1e-6)


@given(x=sequences, w=sequences)
def test_full_entries_follow_the_definition(x, w):
    n, k = len(x), len(w)
    flipped = [sum(x[m - j] * w[j] for j in range(k) if 0 <= m - j < n) for m in range(n + k - 1)]
    plain = [sum(x[m + j - k + 1] * w[j] for j in range(k) if 0 <= m + j - k + 1 < n) for m in range(n + k - 1)]
    np.testing.assert_allclose(convolve(x, w), flipped, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(correlate(x, w, "full"), plain, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("mode", MODES)
@given(n=st.integers(1, 12), k=st.integers(1, 12))
def test_kept_entries_cut_every_mode_out_of_full(mode, n, k):
    rng = np.random.default_rng(100 * n + k)
    x, w = rng.normal(size=n), rng.normal(size=k)
    np.testing.assert_allclose(np.convolve(x, w)[kept_entries(mode, n, k)], np.convolve(x, w, mode))
    full = np.correlate(x, w, "full")
    np.testing.assert_allclose(full[kept_entries(mode, n, k, flip=False)], np.correlate(x, w, mode))


@pytest.mark.parametrize("mode", MODES)
@given(x=sequences, w=sequences)
def test_correlate_is_convolve_with_the_flipped_kernel(mode, x, w):
    if len(w) <= len(x) or mode != "same":
        np.testing.assert_allclose(correlate(x, w, mode), convolve(x, w[::-1], mode), rtol=1e-9, atol=1e-6)
    else:
        np.testing.assert_allclose(correlate(x, w, mode), correlate(w, x, mode)[::-1], rtol=1e-9, atol=1e-6)


def test_a_longer_kernel_and_an_even_signal_differ_by_one_place_in_mode_same():
    assert correlate([1, 2], [1, 10, 100], "same").tolist() == [210.0, 21.0, 2.0]
    assert convolve([1, 2], [100, 10, 1], "same").tolist() == [100.0, 210.0, 21.0]


@pytest.mark.parametrize("mode", MODES)
@given(n=long_enough, k=st.integers(overlap_add.KERNEL, 7000), seed=st.integers(0, 99))
def test_long_sequences_agree_with_the_direct_sum(mode, n, k, seed):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=n), rng.normal(size=k)
    assert overlap_add.transform_pays(x, w)
    np.testing.assert_allclose(convolve(x, w, mode), np.convolve(x, w, mode), rtol=0, atol=1e-11)
    np.testing.assert_allclose(correlate(x, w, mode), np.correlate(x, w, mode), rtol=0, atol=1e-11)


def test_many_batches_of_blocks_agree_with_scipy():
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=400_001), rng.normal(size=333)
    np.testing.assert_allclose(convolve(x, w), scipy.signal.oaconvolve(x, w), rtol=0, atol=1e-11)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_an_infinity_or_nan_reaches_only_the_entries_that_use_it(bad):
    x, w = np.ones(6000), np.ones(150)
    x[3000] = bad
    for y in (convolve(x, w), correlate(x, w, "full")):
        assert np.array_equal(~np.isfinite(y), np.isin(np.arange(6149), np.arange(3000, 3150)))


def test_huge_entries_do_not_overflow_in_the_transform():
    x, w = np.full(6000, 1e306), np.zeros(150)
    w[0], w[1] = 100, -100
    assert np.isfinite(convolve(x, w)).all()


@pytest.mark.parametrize("operation", [convolve, correlate])
@pytest.mark.parametrize(("n", "k"), [(5, 3), (6000, 150)])
def test_floating_dtypes_are_kept_and_others_become_float64(operation, n, k):
    x, w = np.arange(n) % 7, np.arange(k) % 3
    expected = getattr(np, operation.__name__)(x, w, "full")
    for dtype in (np.float16, np.float32, np.float64):
        y = operation(x.astype(dtype), w.astype(dtype), "full")
        assert y.dtype == dtype
        np.testing.assert_allclose(y, expected, rtol=float(np.finfo(dtype).eps), atol=1e-11)
    for dtype in (np.int8, np.uint16, np.int64):
        assert operation(x.astype(dtype), w.astype(dtype)).dtype == np.float64
    assert operation(x > 2, w).dtype == np.float64
    assert operation(x.astype(np.float16), w.astype(np.float32)).dtype == np.float32


def test_small_integers_do_not_wrap_around():
    assert convolve(np.array([200], np.uint8), np.array([200], np.uint8)).tolist() == [40000.0]


@pytest.mark.parametrize("operation", [convolve, correlate])
def test_arguments_are_left_alone(operation):
    for n, k in ((7, 3), (6000, 150)):
        x, w = np.linspace(0, 1, n), np.linspace(0, 1, k)
        x.flags.writeable = w.flags.writeable = False
        y = operation(x, w, "full")
        assert not np.shares_memory(y, x)
        assert y.flags.writeable


@pytest.mark.parametrize("operation", [convolve, correlate])
def test_bad_input_is_refused_with_a_reason(operation):
    with pytest.raises(ValueError, match=r"not empty; got shapes \(0,\) and \(2,\)"):
        operation([], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"not empty; got shapes \(2,\) and \(0,\)"):
        operation([1.0, 2.0], [])
    with pytest.raises(ValueError, match=r"one-dimensional.*\(2, 2\) and \(1,\)"):
        operation(np.ones((2, 2)), [1.0])
    with pytest.raises(ValueError, match=r"got shapes \(\) and \(1,\)"):
        operation(1.0, [1.0])
    with pytest.raises(ValueError, match='mode must be "full", "valid" or "same"; got \'circular\''):
        operation([1.0], [1.0], "circular")
    with pytest.raises(TypeError, match="w must hold real numbers"):
        operation([1.0], [1j])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", [convolve, correlate])
@pytest.mark.parametrize(("n", "k"), [(7, 3), (7, 4), (3, 7), (4, 7), (5, 5), (1, 4), (4, 1)])
def test_rules_of_both_arguments(operation, mode, n, k):
    rng = np.random.default_rng(10 * n + k)
    check_gradients(lambda x, w: operation(x, w, mode), rng.normal(size=n), rng.normal(size=k))


def test_the_worked_gradient_of_a_valid_layer():
    # a2 = h1 with kernel w2, not flipped; loss 1·a2₁ + 2·a2₂ + …
    h1, w2, g = np.array([9.0, 0, 7, 0, 11]), np.array([2.0, -1]), np.array([1.0, 2, 3, 4])
    pullback = vjp(correlate, h1, w2)[1]
    assert [gradient.tolist() for gradient in pullback(g)] == [[2, 3, 4, 5, -4], [30, 58]]
    h1, g = np.array([2.0, 0, 9, 0, 7, 0, 11, 0, 4]), np.arange(1.0, 11)
    pullback = vjp(lambda x, w: correlate(x, w, "full"), h1, w2)[1]
    assert [gradient.tolist() for gradient in pullback(g)] == [[3, 4, 5, 6, 7, 8, 9, 10, 11], [210, 177]]


def test_the_sums_inside_the_transform_do_not_overflow_where_no_entry_does():
    for at in range(280, 308, 3):
        x, w = np.full(20_000, 10.0 ** (at - 150)), np.full(150, 1e148)
        assert convolve(x, w, "valid") == pytest.approx(np.full(19_851, 150 * 10.0 ** (at - 2)), rel=1e-9)
    assert np.isfinite(convolve(np.full(20_000, 1e153), np.full(150, 1e152))).all()


def test_the_length_of_the_transform_is_the_smallest_good_one():
    good = sorted(m << k for m in (1, 3, 5, 9, 15) for k in range(13))
    for least in range(1, 4097):
        assert overlap_add._fast_length(least) == next(length for length in good if length >= least)


@pytest.mark.parametrize("mode", ["wrong", "Valid", "zero", "", "a"])
def test_other_modes_are_refused_whatever_the_alphabet_says(mode):
    with pytest.raises(ValueError, match='mode must be "full", "valid" or "same"'):
        kept_entries(mode, 5, 3)


def test_a_kernel_may_need_blocks_longer_than_a_batch():
    x, w = np.ones(70_000), np.ones(10_000)
    np.testing.assert_allclose(convolve(x, w, "valid"), np.full(60_001, 1e4), rtol=1e-12)


@pytest.mark.parametrize(("n", "k"), [(20_000, 2), (150, 120)])
def test_unless_both_are_long_every_entry_is_accurate_to_its_own_size(n, k):
    x, w = np.ones(n), np.eye(1, k)[0]
    x[0] = 1e20  # a transform would bury the others
    assert convolve(x, w)[1:n].tolist() == [1] * (n - 1)


def test_where_the_bound_of_the_transform_overflows_the_sum_is_direct():
    for scale in 10.0 ** np.arange(3, 12):  # the sums are that far below the largest number
        x, w = np.full(60_000, 1e150), np.full(1000, 1.79e308 / 1000 / 1e150 / scale)
        assert convolve(x, w, "valid") == pytest.approx(np.full(59_001, 1.79e308 / scale), rel=1e-9)
