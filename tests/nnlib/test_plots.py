"""The style of figures, and what their helpers draw."""

import importlib.util
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from nnlib import plots


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
    assert axes.title.get_fontname() == plots.TYPEFACE
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
def test_maps_stand_in_rows_with_one_shade_a_level_and_two_colors():
    _, axes = plots.figure()
    plots.maps(axes, np.array([[[1.0]], [[-1.0]], [[0.5]]]), columns=2, gap=(1, 2), color=plots.DATA)
    shades, frames = axes.patches[:3], axes.patches[3:]
    found = {tuple(patch.get_path().vertices[0]): (patch.get_alpha(), patch.get_facecolor()[:3]) for patch in shades}
    blue, orange = (mpl.colors.to_rgb(color) for color in (plots.DATA, plots.PARAMETER))
    assert found == {(0, 0): (1, blue), (3, 0): (1, orange), (0, 2): (0.5, blue)}
    assert [frame.get_xy() for frame in frames] == [(0, 0), (3, 0), (0, 2)]
    assert axes.get_xlim() == (-0.1, 4.1)
    plots.maps(axes, np.zeros((1, 2, 2)), frame=False)
    assert len(axes.patches) == 6


@pytest.mark.usefixtures("_style")
def test_equal_neighbors_of_a_map_are_one_rectangle():
    _, axes = plots.figure()
    first, second = [[1, 1, -1], [1, 1, 0], [0, 1, 1]], [[1, 1, 1], [0, 0, 0], [1, 0, 1]]
    plots.maps(axes, np.array([first, second]), columns=2, gap=(1, 2), frame=False)
    found = {
        mpl.colors.to_hex(patch.get_facecolor()): sorted(
            (*map(float, outline[0]), *map(float, outline[2]))
            for outline in patch.get_path().vertices.reshape(-1, 5, 2)
        )
        for patch in axes.patches
    }
    assert found == {
        plots.PARAMETER: [(2, 0, 3, 1)],
        plots.INK: [(0, 0, 2, 2), (1, 2, 3, 3), (5, 0, 8, 1), (5, 2, 6, 3), (7, 2, 8, 3)],
    }


@pytest.mark.usefixtures("_style")
@pytest.mark.parametrize("seed", range(5))
def test_the_rectangles_of_a_map_cover_each_square_once(seed):
    shades = np.random.default_rng(seed).integers(-1, 2, size=(6, 7))
    painted = np.zeros((6, 7))
    for shade, rows, columns in plots._rectangles(shades):
        painted[slice(*rows), slice(*columns)] += shade
    assert np.array_equal(painted, shades)


@pytest.mark.usefixtures("_style")
def test_a_map_has_as_many_shades_as_one_asks_for():
    _, axes = plots.figure()
    plots.maps(axes, np.linspace(0, 1, 101)[None, None], frame=False, levels=4)
    assert [patch.get_alpha() for patch in axes.patches] == [0.25, 0.5, 0.75, 1]


@pytest.mark.usefixtures("_style")
def test_a_photograph_lies_on_paper_of_its_own():
    _, axes = plots.figure()
    plots.maps(axes, np.ones((2, 1, 1)), columns=2, color=plots.BLACK, paper=plots.WHITE, frame=False)
    ground, _, ink = axes.patches
    assert mpl.colors.to_hex(ground.get_facecolor()) == plots.WHITE
    assert ground.get_bbox().bounds == (0, 0, 1, 1)
    assert mpl.colors.to_hex(ink.get_facecolor()) == plots.BLACK
    assert plots.BLACK != plots.INK


@pytest.mark.usefixtures("_style")
def test_a_curve_is_rounded_to_six_decimals():
    _, axes = plots.figure()
    line = plots.curve(axes, [0, 1 / 3], [1e-9, 2 / 3], color="red")
    assert line.get_xdata().tolist() == [0, 0.333333]
    assert line.get_ydata().tolist() == [0, 0.666667]
    assert line.get_color() == "red"


@pytest.mark.usefixtures("_style")
def test_numbers_above_one_are_rounded_to_six_decimals_too():
    _, axes = plots.figure()
    line = plots.curve(axes, [4 / 3, 1000 / 3], [2**20 + 1 / 3, 1e300])
    assert line.get_xdata().tolist() == [1.333333, 333.333333]
    assert line.get_ydata().tolist() == [1048576.333333, 1e300]


@pytest.mark.usefixtures("_style")
def test_arguments_may_be_named_and_the_later_ones_must_be():
    _, axes = plots.figure(columns=1)
    plots.cells(axes=axes, left=0, top=1, entries=[3])
    assert axes.texts[0].get_text() == "3"
    with pytest.raises(TypeError, match="positional"):
        plots.figure(2, 3)
    with pytest.raises(TypeError, match="positional"):
        plots.cells(axes, 0, 1, [3], plots.DATA)


@pytest.mark.parametrize(("backend", "formats"), [("module://matplotlib_inline.backend_inline", ["svg"]), ("agg", [])])
def test_only_a_notebook_publishes_svg(backend, formats, monkeypatch):
    chosen = []
    monkeypatch.setattr(mpl, "get_backend", lambda **_: backend)
    monkeypatch.setattr(
        "matplotlib_inline.backend_inline.set_matplotlib_formats", lambda *names, **how: chosen.extend(names)
    )
    with mpl.rc_context():
        plots.use_style()
    assert chosen == formats


def test_the_module_is_imported_without_matplotlib(monkeypatch):
    for name in ("matplotlib", "matplotlib.axes", "matplotlib.figure", "matplotlib.lines"):
        monkeypatch.setitem(sys.modules, name, None)
    module = importlib.util.module_from_spec(plots.__spec__)
    plots.__spec__.loader.exec_module(module)
    assert module.INK == plots.INK
