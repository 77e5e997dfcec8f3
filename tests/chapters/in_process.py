"""Execute a chapter's code in this process, without a kernel: quick, and with nnlib open to tampering."""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import inspect
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from tools import chapters

# These print, draw or register; they return no value that a claim could compare.
NO_VALUE = {"nnlib.claims", "nnlib.notebook", "nnlib.plots", "nnlib.rules"}


def code(chapter: Path) -> list[str]:
    """Return the sources of the code cells, in order."""
    return list(_code(chapter, chapter.read_text(encoding="utf-8")))


@functools.cache
def _code(chapter: Path, text: str) -> tuple[str, ...]:
    return tuple(cell.source for cell in chapters.read(chapter).cells if cell.cell_type == "code")


def imported(chapter: Path) -> list[tuple[str, str]]:
    """Return module and name of every function of nnlib that the chapter imports, hence calls."""
    found = []
    for node in ast.walk(ast.parse("\n".join(code(chapter)))):
        if isinstance(node, ast.Import) and any(alias.name.startswith("nnlib") for alias in node.names):
            raise ValueError(f"{chapter.name} has `import nnlib…`; chapters write `from nnlib.module import name`")
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("nnlib.")
            and node.module not in NO_VALUE
        ):
            module = importlib.import_module(node.module or "")
            names = [alias.name for alias in node.names]
            functions = [name for name in names if callable(getattr(module, name))]
            found += [(module.__name__, name) for name in functions if _returns_a_value(getattr(module, name))]
    return found


def _returns_a_value(function: Callable[..., Any]) -> bool:
    """Say whether there is anything to scale: a checker that returns None raises instead."""
    return inspect.signature(function).return_annotation is not None


class Scaled:
    """An object, such as a trace, whose attributes and items come out scaled."""

    def __init__(self, value: Any, scale: Callable[[Any], Any]) -> None:
        self._value, self._scale = value, scale

    def __getattr__(self, name: str) -> Any:
        return self._scale(getattr(self._value, name))

    def __getitem__(self, index: Any) -> Any:
        return self._scale(self._value[index])


def scaled(function: Callable[..., Any], factor: float) -> Callable[..., Any]:
    """Return the function with every number of its result multiplied; of a function that it returns, likewise."""

    def scale(value: Any) -> Any:
        if value is None or isinstance(value, str | bytes):
            return value
        if isinstance(value, tuple | list):
            items = [scale(item) for item in value]
            return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
        if isinstance(value, dict):
            return {name: scale(item) for name, item in value.items()}
        if callable(value):
            return scaled(value, factor)
        return value * factor if hasattr(value, "__mul__") else Scaled(value, scale)

    @functools.wraps(function)
    def wrong(*arguments: Any, **options: Any) -> Any:
        return scale(function(*arguments, **options))

    return wrong


@contextlib.contextmanager
def session() -> Iterator[dict[str, Any]]:
    """Yield a namespace like that of a kernel that was just started."""
    mpl.use("Agg")
    with np.printoptions(), mpl.rc_context():
        yield {"__name__": "__main__"}


def run(source: str, number: int, namespace: dict[str, Any]) -> Exception | None:
    """Execute one cell, without its output; return what it raised."""
    import matplotlib.pyplot as plt

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, f"<code cell {number}>", "exec"), namespace)
    except Exception as error:
        return error
    finally:
        plt.close("all")
    return None


def execute(cells: list[str], enough: Callable[[Exception], bool] = lambda error: False) -> list[Exception]:
    """Execute cells in one namespace; go on after an exception, unless it is ``enough``; return all exceptions."""
    raised: list[Exception] = []
    with session() as namespace:
        for number, source in enumerate(cells, start=1):
            error = run(source, number, namespace)
            if error is not None:
                raised.append(error)
                if enough(error):
                    break
    return raised
