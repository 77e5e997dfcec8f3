"""Bad input over the whole public API: always the right value or a clear error, and no argument is ever changed."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import numpy as np
import pytest

from tests.nnlib import hostile_rows_derivatives, hostile_rows_layers, hostile_rows_values
from tests.nnlib.hostile import LAYOUTS, NO_NUMBERS, SHAPES, VALUE, Row, leaves, patterns
from tests.nnlib.public import MODULES, public

ROWS = {**hostile_rows_values.ROWS, **hostile_rows_layers.ROWS, **hostile_rows_derivatives.ROWS}
INTEGERS = (np.int8, np.uint8, np.int64, np.uint64, np.bool_)
FLOATS = (np.float16, np.float32, np.float64)

pytestmark = pytest.mark.filterwarnings("error")


def test_every_public_function_has_a_row() -> None:
    expected = set()
    for name in MODULES:
        module = importlib.import_module(f"nnlib.{name}")
        expected |= {f"{name}.{n}" for n in public(name) if inspect.isfunction(getattr(module, n))}
    within = ("engine.", "naive.")  # no reader calls these; bad input must not pass through them in silence, either
    assert {name for name in ROWS if not name.startswith(within)} == expected


def copies(values: Any) -> Any:
    """Return what the arguments hold, to compare with later."""
    if isinstance(values, np.ndarray):
        return (values.dtype, values.shape, values.strides, values.flags.writeable, values.tolist())
    if isinstance(values, dict):
        return {name: copies(value) for name, value in values.items()}
    return [copies(value) for value in values] if isinstance(values, list | tuple) else values


def run(row: Row, **changed: Any) -> Any:
    """Call the function, and make sure that its arguments are as they were."""
    arguments = {**row.good, **changed}
    before = copies(arguments)
    try:
        return row.call(**arguments)
    finally:
        np.testing.assert_equal(copies(arguments), before)


def same(result: Any, right: Any, tolerance: float) -> None:
    """Compare results, containers and all; text and numbers of other kinds must be equal."""
    ours, theirs = leaves(result), leaves(right)
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        if b is None or isinstance(b, str | slice | int):
            assert a == b
            continue
        assert np.shape(a) == np.shape(b)
        scale = float(np.max(np.abs(b), initial=0, where=np.isfinite(b)))
        np.testing.assert_allclose(np.asarray(a, float), np.asarray(b, float), rtol=tolerance, atol=tolerance * scale)


def cases(*needed: str) -> list[Any]:
    """Return the rows with what a test needs of them, as parameters with names."""
    chosen = {name: row for name, row in ROWS.items() if all(getattr(row, attribute) for attribute in needed)}
    return [pytest.param(row, id=name) for name, row in chosen.items()]


@pytest.mark.parametrize("row", cases("oracle"))
def test_good_input_gives_the_right_value(row: Row) -> None:
    same(run(row), row.oracle(*row.good.values()), 1e-8)  # type: ignore[misc]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("row", cases("arrays"))
def test_the_layout_of_an_array_does_not_matter(row: Row, layout: str) -> None:
    if layout == "nested lists" and not row.lists:
        return
    plain = run(row)
    for name in row.arrays:
        same(run(row, **{name: LAYOUTS[layout](row.good[name])}), plain, 1e-13)


def _expected(row: Row, expected: str, arguments: dict[str, Any]) -> None:
    if expected == VALUE:
        assert row.oracle is not None
        same(run(row, **arguments), row.oracle(*{**row.good, **arguments}.values()), 1e-8)
        return
    with pytest.raises(ValueError, match=expected):
        run(row, **arguments)


SHAPED = [
    pytest.param(row, array, kind, expected, id=f"{name}-{array}-{kind}")
    for name, row in ROWS.items()
    for array, kind, expected in patterns(row)
    if expected
]


@pytest.mark.parametrize(("row", "array", "kind", "expected"), SHAPED)
def test_another_shape_gives_the_right_value_or_an_error(row: Row, array: str, kind: str, expected: str) -> None:
    _expected(row, expected, {array: SHAPES[kind](row.good[array])})


REAL = "must hold real numbers|labels must be integers|is a masked array|must have shape|must hold W|must hold K"


@pytest.mark.parametrize("kind", NO_NUMBERS)
@pytest.mark.parametrize("row", cases("arrays", "numbers"))
def test_what_is_not_a_real_number_is_refused(row: Row, kind: str) -> None:
    for name in row.arrays:
        if name in row.integers and kind == "masked":
            continue
        if (kind == "nothing" and _optional(row, name)) or (kind == "a huge Python integer" and not row.lists):
            continue
        with pytest.raises((TypeError, ValueError), match=REAL):
            run(row, **{name: NO_NUMBERS[kind](row.good[name])})


def _optional(row: Row, name: str) -> bool:
    try:
        parameter = inspect.signature(row.call).parameters.get(name)
    except ValueError:  # the call wraps np.sin, to which an older NumPy gives no signature
        return False
    return parameter is not None and parameter.default is None


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("row", cases("arrays", "numbers", "oracle"))
def test_floating_dtypes_are_kept(row: Row, dtype: type) -> None:
    typed = {name: row.good[name].astype(dtype) for name in row.arrays if name not in row.integers}
    result = run(row, **typed)
    for part in leaves(result):
        if isinstance(part, np.ndarray | np.generic):
            assert part.dtype == (dtype if row.keeps else np.float64)
    wide = {name: array.astype(np.float64) for name, array in typed.items()}
    right = row.oracle(*{**row.good, **wide}.values())  # type: ignore[misc]
    same(result, right, max(1e-8, 64 * float(np.finfo(dtype).eps)))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("row", cases("arrays", "numbers", "oracle"))
def test_integers_are_taken_as_float64(row: Row, dtype: type) -> None:
    whole = {
        name: np.round(2 * np.abs(row.good[name])).astype(dtype) for name in row.arrays if name not in row.integers
    }
    if "targets" in whole:
        whole["targets"] = (row.good["targets"] > 0.5).astype(dtype)
    result = run(row, **whole)
    assert all(part.dtype == np.float64 for part in leaves(result) if isinstance(part, np.ndarray | np.generic))
    same(result, row.call(**{**row.good, **{name: array.astype(np.float64) for name, array in whole.items()}}), 1e-13)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
@pytest.mark.parametrize("row", cases("integers"))
def test_labels_are_integers_of_any_kind(row: Row, dtype: type) -> None:
    for name in row.integers:
        same(run(row, **{name: row.good[name].astype(dtype)}), run(row), 0)
        for wrong in (np.float64, np.bool_):
            with pytest.raises(TypeError, match="labels must be integers, the indices of classes; got dtype"):
                run(row, **{name: row.good[name].astype(wrong)})


REFUSED = [
    pytest.param(row, change, error, message, id=f"{name}-{'-'.join(change)}-{number}")
    for name, row in ROWS.items()
    for number, (change, error, message) in enumerate(row.refused)
]


@pytest.mark.parametrize(("row", "change", "error", "message"), REFUSED)
def test_other_bad_arguments_are_refused(
    row: Row, change: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        run(row, **change)
