"""Indexing under differentiation: NumPy alone decides what an index means, and what is taken twice counts twice."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, basic_indices, integer_array_indices

from nnlib.autodiff import grad, jacfwd, jacrev
from nnlib.trace import trace
from tests.nnlib.rule_samples import CUBE, INDICES


def written_out(index: Any) -> str:
    """Name a case in the same way in every process."""
    return re.sub(r" at 0x\w+", "", repr(index))


def selection(index: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return the Jacobian of ``x[index]``: which entries NumPy takes, found by indexing their numbers."""
    size = int(np.prod(shape))
    taken = np.arange(size).reshape(shape)[index]
    return np.eye(size)[np.ravel(taken)].reshape(np.shape(taken) + shape)


@pytest.mark.parametrize("index", INDICES, ids=written_out)
def test_every_kind_of_index_selects_what_numpy_takes(index: Any) -> None:
    expected = selection(index, CUBE.shape)
    for jacobian in (jacfwd, jacrev):
        np.testing.assert_array_equal(jacobian(lambda x: x[index])(CUBE), expected, strict=True)
    weight = np.random.default_rng(1).normal(size=np.shape(CUBE[index]))
    twice = np.einsum("k,ka,kb->ab", 2 * weight.ravel(), *[expected.reshape(-1, CUBE.size)] * 2)
    for outer in (jacfwd, jacrev):
        hessian = outer(grad(lambda x: (weight * x[index] ** 2).sum()))(CUBE)
        np.testing.assert_allclose(hessian.reshape(CUBE.size, CUBE.size), twice, rtol=1e-13)


def test_a_tuple_in_an_index_is_a_list_of_positions() -> None:
    assert grad(lambda x: x[(0, 0),].sum())(np.ones(3)).tolist() == [2, 0, 0]
    assert grad(lambda x: x[0, 0].sum())(np.ones((2, 2))).tolist() == [[1, 0], [0, 0]]


def written(data: st.DataObject, positions: np.ndarray) -> Any:
    """Write an array of positions in one of the ways that NumPy reads alike."""
    values = positions.tolist()
    forms = [positions, values, positions.astype(np.int8)]
    if positions.ndim == 1:
        forms += [tuple(values)] + [range(values[0], values[0] + 1)] * (len(values) == 1)
    return data.draw(st.sampled_from(forms))


@given(st.data(), array_shapes(max_dims=3, max_side=4))
def test_positions_may_be_written_in_any_way(data: st.DataObject, shape: tuple[int, ...]) -> None:
    arrays = data.draw(integer_array_indices(shape, result_shape=array_shapes(max_dims=2, max_side=3)))
    index = tuple(written(data, positions) for positions in arrays)
    x = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_array_equal(jacrev(lambda x: x[index])(x), selection(index, shape), strict=True)


@given(st.data(), array_shapes(min_dims=0, max_dims=3, max_side=4))
def test_slices_and_new_axes(data: st.DataObject, shape: tuple[int, ...]) -> None:
    index = data.draw(basic_indices(shape, allow_newaxis=True))
    x = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_array_equal(jacrev(lambda x: x[index])(x), selection(index, shape), strict=True)


@pytest.mark.parametrize("index", ["a", 1.5, ([0.5],), [[0], [1, 2]], 7, (0, 0, 0, 0), [7], object()], ids=written_out)
def test_what_numpy_refuses_is_refused_in_its_words(index: Any) -> None:
    with pytest.raises((IndexError, ValueError)) as expected:
        CUBE[index]
    with pytest.raises(expected.type) as refused:
        grad(lambda x: x[index].sum())(CUBE)
    assert str(refused.value) == str(expected.value)


@pytest.mark.parametrize(
    ("index", "text"),
    [(((0, 0),), "v₀[[0, 0]]"), ((0, 0), "v₀[0, 0]"), ((slice(None), (1, 1)), "v₀[:, [1, 1]]"), (0, "v₀[0]")],
)
def test_a_trace_tells_a_tuple_of_positions_from_one_position_an_axis(index: Any, text: str) -> None:
    assert text in str(trace(lambda x: x[index], np.ones((2, 2))))
