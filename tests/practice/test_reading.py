"""What people type becomes the value that they mean, or is refused. The same table tests the code of the pages."""

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice import reading

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
READERS = {
    "number": reading.number,
    "whole": lambda typed: reading.number(typed, whole=True),
    "numbers": reading.numbers,
    "sizes": lambda typed: reading.numbers(typed, whole=True),
    "rows": reading.rows,
}


def agree(read, value):
    if value is None:
        with pytest.raises(reading.Refused):
            read()
    else:
        np.testing.assert_allclose(read(), value, rtol=1e-12)


@pytest.mark.parametrize(("kind", "typed", "value"), [(kind, *case) for kind in READERS for case in CASES[kind]])
def test_numbers(kind, typed, value):
    agree(lambda: READERS[kind](typed), value)


@pytest.mark.parametrize(("names", "typed", "value"), CASES["named"])
def test_settings(names, typed, value):
    agree(lambda: reading.named(typed, names), value)


@pytest.mark.parametrize(("letters", "typed", "value"), CASES["formula"])
def test_formulas(letters, typed, value):
    agree(lambda: reading.formula(typed, letters), value)


def trees():
    numbers = st.integers(0, 99).map(str) | st.decimals("0.1", "9.9", places=1).map(str)
    leaves = numbers | st.sampled_from(["n", "k"])

    def grown(inner):
        pairs = st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
        return pairs | inner.map(lambda t: f"-{t}") | inner.map(lambda t: f"({t})^2")

    return st.recursive(leaves, grown, max_leaves=8)


@settings(max_examples=200)
@given(trees(), st.integers(1, 9), st.integers(1, 9))
def test_a_formula_has_the_value_that_python_gives_it(text, n, k):
    expected = eval(text.replace("^", "**"), {"n": n, "k": k})
    if len(text) <= reading.LONGEST:
        np.testing.assert_allclose(reading.formula(text, {"n": n, "k": k}), expected, rtol=1e-9)


@settings(max_examples=200)
@given(st.text(alphabet="0123456789.,;+-*/^()[]= xnkeπσ−×½√%\\{}_lnsqrt\n", max_size=40))
def test_nothing_that_is_typed_breaks(text):
    for read in [
        *READERS.values(),
        lambda t: reading.named(t, ["n", "k"]),
        lambda t: reading.formula(t, {"n": 2, "k": 3}),
    ]:
        with contextlib.suppress(reading.Refused):
            read(text)


def test_what_is_long_is_refused():
    with pytest.raises(reading.Refused, match="too long"):
        reading.number("1+" * 200 + "1")
    with pytest.raises(reading.Refused):
        reading.number("(" * 150)
