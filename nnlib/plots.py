"""The look of every figure: one ink, one color a role, SVG that is the same on every run.

Text and lines are drawn in one ink, which the built page replaces by the color of its own text, so that a figure
reads in light and in dark. The role colors keep a contrast of at least 3 to 1 on both backgrounds and stay apart for
color-blind readers (they are the blue, vermilion and green of Okabe and Ito); each also has a line style of its own,
because color alone must not carry a meaning.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nnlib.numerics.arrays import float_array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["BLACK", "DATA", "GRADIENT", "INK", "PARAMETER", "WHITE", "cells", "curve", "figure", "maps", "use_style"]

INK = "#1a1b1c"
DATA = "#0072b2"
PARAMETER = "#d55e00"
GRADIENT = "#009e73"
BLACK, WHITE = "#101112", "#f2f0ec"  # of photographs

TYPEFACE = "Figures of the Book"  # the typeface of the pages, in data/figures.ttf

STYLE: dict[str, Any] = {
    "svg.hashsalt": "every gradient, checked",  # element ids that are the same on every run
    "svg.fonttype": "path",
    "savefig.transparent": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "figure.figsize": (6.4, 3.6),
    "figure.constrained_layout.use": True,
    "font.family": [TYPEFACE, "DejaVu Sans"],  # the second has what the first lacks
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "mathtext.fontset": "cm",
    "lines.linewidth": 1.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "legend.frameon": False,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.color": INK,
    "patch.edgecolor": INK,
    "hatch.color": INK,
}


def use_style() -> None:
    """Use the style from here on; in a notebook, also publish figures as SVG without a date.

    Examples
    --------
    >>> from matplotlib import rc_context, rcParams
    >>> with rc_context():  # the style ends with it
    ...     use_style()
    ...     rcParams["text.color"]
    '#1a1b1c'
    """
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib import font_manager, style

    if TYPEFACE not in font_manager.fontManager.get_font_names():
        font_manager.fontManager.addfont(Path(__file__).parent / "data" / "figures.ttf")

    style.use(STYLE | {"axes.prop_cycle": cycler(color=[DATA, PARAMETER, GRADIENT], linestyle=["-", "--", ":"])})
    if "inline" in mpl.get_backend():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", metadata={"Date": None})  # type: ignore[no-untyped-call]


def figure(columns: int = 1, *, rows: int = 1, width: float = 6.4, height: float = 3.2) -> "tuple[Figure, Any]":
    """Open a figure with a grid of axes; return it with the axes (one, or an array of them).

    Examples
    --------
    >>> from matplotlib.pyplot import close
    >>> opened, axes = figure(2, width=6.4)
    >>> float(opened.get_figwidth()), len(axes)
    (6.4, 2)
    >>> close(opened)
    """
    import matplotlib.pyplot as plt

    return plt.subplots(rows, columns, figsize=(width, height))


def cells(
    axes: "Axes",
    left: float,
    top: float,
    entries: Any,
    *,
    color: str = INK,
    faint: tuple[int, ...] = (),
    frame: bool = True,
) -> None:
    """Draw the entries of a vector as a row of unit squares from a corner on; those named in `faint` are pale.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> cells(axes, 0, 1, [3, 5], color=DATA, faint=(1,))
    >>> [(entry.get_text(), entry.get_alpha()) for entry in axes.texts]
    [('3', 1.0), ('5', 0.45)]
    """
    from matplotlib.patches import Rectangle

    for place, entry in enumerate(entries):
        alpha = 0.45 if place in faint else 1.0
        if frame:
            axes.add_patch(Rectangle((left + place, top - 1), 1, 1, fill=False, edgecolor=color, alpha=alpha))
        axes.text(
            left + place + 0.5, top - 0.5, f"{entry}", color=color, alpha=alpha, ha="center", va="center_baseline"
        )


def maps(
    axes: "Axes",
    arrays: Any,
    *,
    columns: int = 1,
    gap: tuple[float, float] = (0.6, 0.6),
    color: str = INK,
    negative: str = PARAMETER,
    frame: bool = True,
    paper: str | None = None,
    levels: int = 16,
) -> None:
    """Draw images or maps, of shape (count, height, width), as squares in rows; one shade for each of the levels.

    The largest absolute value has the full color, and `gap` says how many squares are left free below and beside each.
    A photograph is the same in light and in dark with ``color=BLACK`` on ``paper=WHITE``, which no theme replaces.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> maps(axes, [[[1, 0], [0, -0.5]]], frame=False)
    >>> [(patch.get_alpha(), len(patch.get_path().vertices)) for patch in axes.patches]
    [(0.5, 5), (1.0, 5)]
    """
    from matplotlib.colors import to_hex, to_rgb
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path as Outline

    values = np.asarray(float_array(arrays, "arrays"), np.float64)
    count, height, width = values.shape
    shades = np.round(levels * values / (np.abs(values).max() or 1))
    place = np.arange(count)
    corners = np.stack([(place // columns) * (height + gap[0]), (place % columns) * (width + gap[1])], axis=1)
    if paper:
        for top, left in corners:
            axes.add_patch(Rectangle((left, top), width, height, facecolor=paper, linewidth=0))
    outlines: dict[float, list[Any]] = {}
    for (top, left), picture in zip(corners, shades, strict=True):
        for shade, (low, high), (begin, end) in _rectangles(picture):
            sides = np.array([[begin, low], [end, low], [end, high], [begin, high], [begin, low]])
            outlines.setdefault(shade, []).append(sides + np.array([left, top]))
    for shade, outline in sorted(outlines.items()):
        codes = [Outline.MOVETO, *[Outline.LINETO] * 3, Outline.CLOSEPOLY] * len(outline)
        fill, strength = color if shade > 0 else negative, abs(shade) / levels
        if paper:  # mixed and not laid over it, so that no seams show where two rectangles meet
            ground, pigment = np.array(to_rgb(paper)), np.array(to_rgb(fill))
            look: dict[str, Any] = {"facecolor": to_hex(ground + strength * (pigment - ground))}
        else:
            look = {"facecolor": fill, "alpha": strength}
        patch = PathPatch(Outline(np.concatenate(outline), codes), linewidth=0, **look)
        patch.set_antialiased(False)
        axes.add_patch(patch)
    for top, left in corners if frame else ():
        axes.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor=INK, alpha=0.3, linewidth=0.6))
    right, bottom = corners[:, 1].max() + width, corners[:, 0].max() + height
    axes.set(xlim=(-0.1, right + 0.1), ylim=(bottom + 0.1, -0.1), aspect="equal")
    axes.axis("off")


def _rectangles(shades: Any) -> list[Any]:
    """Divide a picture into rectangles of one shade, few rather than many: shade, rows, columns; without shade 0."""
    found, left = [], shades != 0
    height, width = shades.shape
    for row, column in np.ndindex(height, width):
        if left[row, column]:
            fits = left & (shades == shades[row, column])
            end, low = column + 1, row + 1
            while end < width and fits[row, end]:
                end += 1
            while low < height and fits[low, column:end].all():
                low += 1
            left[row:low, column:end] = False
            found.append((float(shades[row, column]), (row, low), (column, end)))
    return found


def curve(axes: "Axes", x: Any, y: Any, **style: Any) -> "Line2D":
    """Draw a line through points rounded to six decimals, so that the last bits of a machine do not show.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> curve(Figure().subplots(), [0, 1], [0, 1 / 3]).get_ydata().tolist()
    [0.0, 0.333333]
    """
    (line,) = axes.plot(_rounded(x, "x"), _rounded(y, "y"), **style)
    return line


def _rounded(values: Any, name: str) -> Any:
    exact = np.asarray(float_array(values, name), np.float64)
    large = np.abs(exact) >= 2**30  # has no such decimals worth drawing, and rounding would overflow in the end
    return np.where(large, exact, np.round(np.where(large, 0, exact), 6))
