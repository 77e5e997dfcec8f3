"""The one place that decides about dtypes."""

import numpy as np
import pytest

from nnlib.numerics.arrays import float_array, float_arrays, is_traced, real_number


class Follower:
    """What a traced value looks like from outside."""

    def __array_function__(self, function, types, args, kwargs):
        return function.__name__


def test_floats_are_kept_without_a_copy():
    for dtype in (np.float16, np.float32, np.float64):
        x = np.zeros(3, dtype)
        assert float_array(x) is x


def test_other_numbers_become_float64():
    for x in (1, True, [1, 2], np.arange(3, dtype=np.uint8), np.zeros(2, ">f8")):
        assert float_array(x).dtype == np.dtype(np.float64)


@pytest.mark.parametrize("bad", [1j, "a", b"a", [None], np.longdouble(1), np.datetime64("2020-01-01"), object()])
def test_anything_else_is_refused_by_name(bad):
    with pytest.raises(TypeError, match=r"weights must hold real numbers .*got dtype"):
        float_array(bad, "weights")


def test_several_arrays_share_the_promoted_dtype():
    single, double = np.zeros(2, np.float32), np.zeros(2)
    assert [a.dtype for a in float_arrays(x=single, w=double)] == [np.float64] * 2
    assert [a.dtype for a in float_arrays(x=single, w=2)] == [np.float32] * 2
    assert [a.dtype for a in float_arrays(x=single, w=2.5)] == [np.float32] * 2
    assert [a.dtype for a in float_arrays(x=1, w=True)] == [np.float64] * 2
    assert [a.dtype for a in float_arrays(x=single, w=[1, 2])] == [np.float64] * 2


def test_what_has_the_common_dtype_is_not_copied():
    single, double = np.zeros(2, np.float32), np.zeros(2)
    assert float_arrays(x=single, w=2.0)[0] is single
    assert float_arrays(x=single, w=double)[1] is double


def test_traced_values_pass_through():
    follower = Follower()
    follower.dtype = np.dtype(np.float32)
    assert float_arrays(x=follower, w=np.zeros(2))[0] is follower  # whatever the dtype of the others
    assert is_traced(follower)
    assert not is_traced(np.zeros(2))
    assert not is_traced(np.float64(1))
    assert not is_traced([follower])
    assert float_array(follower) is follower


def test_an_integer_beyond_float64_is_an_infinity_of_its_sign():
    assert real_number(10**400, "k") == np.inf
    assert real_number(-(10**400), "k") == -np.inf
