"""What a figure shows, as numbers: so that another Matplotlib can be compared, whose drawing differs in the pixels."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

MIME = "application/vnd.figure-data+json"
AGREEMENT = 1e-6  # of the largest number in an array: what a reader could see is a thousand times larger


def publish() -> None:
    """Make the kernel that calls this publish the numbers of each figure next to its picture."""
    from IPython import get_ipython
    from IPython.core.formatters import BaseFormatter
    from matplotlib.figure import Figure
    from traitlets import ObjectName, Unicode

    class FigureData(BaseFormatter):
        format_type = Unicode(MIME)
        print_method = ObjectName("_figure_data_")
        _return_type = str

    # A method and not a registered type: the inline backend forgets the latter when the style chooses SVG.
    setattr(Figure, "_figure_data_", lambda figure: json.dumps(describe(figure)))  # noqa: B010
    get_ipython().display_formatter.formatters[MIME] = FigureData()


def describe(figure: Any) -> dict[str, Any]:
    """Return what the figure's axes show: limits, scales, words, and the numbers of every curve, area and image."""
    return {"axes": [_axes(axes) for axes in figure.axes], "texts": [text.get_text() for text in figure.texts]}


def _axes(axes: Any) -> dict[str, Any]:
    legend = axes.get_legend()
    return {
        "title": axes.get_title(),
        "labels": [axes.get_xlabel(), axes.get_ylabel()],
        "scales": [axes.get_xscale(), axes.get_yscale()],
        "limits": [*axes.get_xlim(), *axes.get_ylim()],
        "legend": [text.get_text() for text in legend.get_texts()] if legend else [],
        "lines": [
            {"points": _numbers(line.get_xydata()), "color": _color(line.get_color()), "style": line.get_linestyle()}
            for line in axes.lines
        ],
        "patches": [
            {
                "outline": _numbers(patch.get_path().transformed(patch.get_patch_transform()).vertices),
                "color": _color(patch.get_facecolor()),
            }
            for patch in axes.patches
        ],
        "collections": [
            {
                "offsets": _numbers(collection.get_offsets()),
                "outlines": [_numbers(path.vertices) for path in collection.get_paths()],
                "colors": _numbers(collection.get_facecolor()),
            }
            for collection in axes.collections
        ],
        "images": [
            {"values": _numbers(image.get_array()), "extent": _numbers(image.get_extent())} for image in axes.images
        ],
        "texts": [{"text": text.get_text(), "at": _numbers(text.get_position())} for text in axes.texts],
    }


def _numbers(values: Any) -> Any:
    return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan).tolist()


def _color(color: Any) -> list[float]:
    from matplotlib.colors import to_rgba

    return list(map(float, to_rgba(color)))


def differences(here: Any, there: Any, where: str = "") -> list[str]:
    """Return where two descriptions differ; numbers agree to ``AGREEMENT`` of the largest in their array."""
    if isinstance(here, dict) and isinstance(there, dict):
        if here.keys() != there.keys():
            return [f"{where}: {sorted(here)} and {sorted(there)}"]
        return [line for key in here for line in differences(here[key], there[key], f"{where} {key}".strip())]
    if _is_array(here) and _is_array(there):
        return _array_differences(np.asarray(here, dtype=float), np.asarray(there, dtype=float), where)
    if isinstance(here, list) and isinstance(there, list):
        if len(here) != len(there):
            return [f"{where}: {len(here)} and {len(there)}"]
        pairs = enumerate(zip(here, there, strict=True), start=1)
        return [line for number, (a, b) in pairs for line in differences(a, b, f"{where} {number}")]
    return [] if here == there else [f"{where}: {here!r} and {there!r}"]


def _is_array(value: Any) -> bool:
    """Tell whether a list holds numbers alone, nested to any depth, but rectangular."""
    if not isinstance(value, list) or not value:
        return False
    try:
        return np.asarray(value).dtype.kind in "fiu"
    except ValueError:
        return False


def _array_differences(here: Any, there: Any, where: str) -> list[str]:
    if here.shape != there.shape:
        return [f"{where}: shapes {here.shape} and {there.shape}"]
    finite = np.abs(here[np.isfinite(here)])
    scale = finite.max() if finite.size else 1.0
    if np.allclose(here, there, rtol=0, atol=AGREEMENT * scale, equal_nan=True):
        return []
    with np.errstate(invalid="ignore"):
        gap = np.nanmax(np.abs(here - there))
    return [f"{where}: up to {gap:.3g} apart, where the largest is {scale:.3g}"]
