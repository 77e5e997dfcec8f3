"""How chapters print numbers, and the style of their figures."""

import doctest
import math

import matplotlib as mpl
import matplotlib.pyplot as plt
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


# Figures


@pytest.fixture
def _style():
    with mpl.rc_context():
        plots.use_style()
        yield
        plt.close("all")


@pytest.mark.usefixtures("_style")
def test_the_style_of_a_figure():
    figure, axes = plots.figure()
    first, second, third = (axes.plot([0, 1], [0, i])[0] for i in range(3))
    assert {side: spine.get_visible() for side, spine in axes.spines.items()} == {
        "left": True, "bottom": True, "top": False, "right": False
    }  # fmt: skip
    assert not axes.legend(["a"]).get_frame_on()
    assert figure.get_constrained_layout()
    assert figure.get_facecolor() == axes.get_facecolor() == (0, 0, 0, 0)
    assert mpl.rcParams["savefig.transparent"] is True
    assert [line.get_color() for line in (first, second, third)] == [plots.DATA, plots.PARAMETER, plots.GRADIENT]
    assert [line.get_linestyle() for line in (first, second, third)] == ["-", "--", ":"]
    assert axes.xaxis.label.get_color() == axes.title.get_color() == plots.INK
    assert tuple(figure.get_size_inches()) == (6.4, 3.2)
    assert tuple(plt.figure().get_size_inches()) == (6.4, 3.6)
    assert first.get_linewidth() == 1.8
    assert axes.spines["left"].get_linewidth() == 0.8
    assert axes.title.get_fontsize() == axes.xaxis.label.get_fontsize() == axes.text(0, 0, "a").get_fontsize() == 11


@pytest.mark.usefixtures("_style")
def test_a_grid_of_axes():
    figure, axes = plots.figure(3, rows=2, width=5, height=4)
    assert axes.shape == (2, 3)
    assert tuple(figure.get_size_inches()) == (5, 4)
    assert plots.figure(2)[1].shape == (2,)


@pytest.mark.usefixtures("_style")
def test_a_vector_is_drawn_as_unit_squares():
    _, axes = plots.figure()
    plots.cells(axes, 2, 5, ["a", "b"], color=plots.DATA, faint=(1,))
    assert [square.get_bbox().bounds for square in axes.patches] == [(2, 4, 1, 1), (3, 4, 1, 1)]
    assert [square.get_fill() for square in axes.patches] == [False, False]
    assert [square.get_alpha() for square in axes.patches] == [1, 0.45]
    assert [text.get_position() for text in axes.texts] == [(2.5, 4.5), (3.5, 4.5)]
    assert [text.get_text() for text in axes.texts] == ["a", "b"]
    assert [text.get_alpha() for text in axes.texts] == [1, 0.45]
    assert {text.get_color() for text in axes.texts} == {plots.DATA}
    plots.cells(axes, 0, 0, [1], frame=False)
    assert len(axes.patches) == 2
    assert axes.texts[2].get_color() == plots.INK


@pytest.mark.usefixtures("_style")
def test_a_curve_is_rounded_to_six_decimals():
    _, axes = plots.figure()
    line = plots.curve(axes, [0, 1 / 3], [1e-9, 2 / 3], color="red")
    assert line.get_xdata().tolist() == [0, 0.333333]
    assert line.get_ydata().tolist() == [0, 0.666667]
    assert line.get_color() == "red"
