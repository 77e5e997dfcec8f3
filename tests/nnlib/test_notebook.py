"""How chapters print numbers, so that every machine prints the same."""

import doctest
import math

import matplotlib as mpl
import numpy as np
import pytest

from nnlib import notebook, plots
from nnlib.notebook import glue, setup, show


def shown(capsys, *values, **named):
    show(*values, **named)
    return capsys.readouterr().out


def test_the_examples():
    assert doctest.testmod(notebook, raise_on_error=True) == (0, 5)


def test_setup_makes_arrays_print_the_same_everywhere():
    with np.printoptions(), mpl.rc_context():
        setup()
        options = np.get_printoptions()
        assert str(np.array([1 / 3, 2e-17, 12])) == "[ 0.3333  0.     12.    ]"
        assert "..." not in str(np.zeros(200))
        assert "..." in str(np.zeros(201))
        assert max(map(len, str(np.arange(100.0)).splitlines())) <= options["linewidth"] == 88
        assert mpl.rcParams["svg.hashsalt"] == plots.STYLE["svg.hashsalt"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (True, "True"),
        ("as it is", "as it is"),
        (1 + 2j, "(1+2j)"),
        ([1, 20, 300], "[  1  20 300]"),
        ([True, False], "[ True False]"),
        (-0.00004, "0"),
        (0.00006, "0.0001"),
        (math.inf, "inf"),
        ([], "[]"),
        ([[0.25], [-10.0]], "[[0.25]\n [ -10]]"),
    ],
)
def test_values_are_shown_without_noise(capsys, value, text):
    assert shown(capsys, value) == text + "\n"


def test_decimals_and_significant_digits(capsys):
    assert shown(capsys, 2 / 3, decimals=2) == "0.67\n"
    assert shown(capsys, 12345.678, decimals=0) == "12346\n"
    assert shown(capsys, [1e-20, -0.0], significant=2) == "[1e-20     0]\n"


def test_several_values_and_names(capsys):
    assert shown(capsys, 1, "and", [2.5]) == "1 and [2.5]\n"
    assert shown(capsys, "matrix", [[1], [2]]) == "matrix\n[[1]\n [2]]\n"
    assert shown(capsys, W=[[1, 2], [3, 4]]) == "W = [[1 2]\n     [3 4]]\n"
    assert shown(capsys) == ""


def test_long_rows_break_at_the_width_of_the_page(capsys):
    lines = shown(capsys, np.full(40, 0.1234)).splitlines()
    assert [len(line) for line in lines] == [84, 84, 84, 29]


def test_a_quoted_number_is_published_in_the_form_of_myst_nb(monkeypatch):
    published = []
    monkeypatch.setattr("IPython.display.display", lambda *data, **how: published.append((*data, how)))
    glue("loss", 2 / 3)
    glue("point", [1 / 3, 2], decimals=2)
    glue("tiny", 2.0**-60, significant=3)
    texts = {how["metadata"]["scrapbook"]["name"]: list(data.values()) for data, how in published}
    assert texts == {"loss": ["0.6667"], "point": ["(0.33, 2)"], "tiny": ["8.67e-19"]}
    for data, how in published:
        assert list(data) == ["application/papermill.record/text/plain"]
        assert how["raw"] is True
        assert how["metadata"]["scrapbook"]["mime_prefix"] == "application/papermill.record/"


def test_how_to_round_is_said_by_name():
    with pytest.raises(TypeError, match="positional"):
        glue("loss", 2 / 3, 2)


def test_large_integers_are_shown_exactly(capsys):
    assert shown(capsys, 2**53 + 1) == "9007199254740993\n"


def test_rounding_is_that_of_numpy_and_leaves_integers_alone(capsys):
    for value, decimals in ((106.65, 1), (1.00005, 4), (2.5, 0), (1234.5, 0)):
        assert float(shown(capsys, value, decimals=decimals)) == np.round(value, decimals)
    for exact in (8261396269559852.0, 14551756204681148.0):  # np.round would multiply, and lose the last digit
        assert int(shown(capsys, exact, decimals=1)) == exact


def test_unsigned_integers_are_shown_exactly_and_unrounded(capsys):
    assert shown(capsys, np.uint64(2**53 + 1), 123456, significant=3) == "9007199254740993 123456\n"
