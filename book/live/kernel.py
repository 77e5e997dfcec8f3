"""What runs the cells of a page: one namespace, as in a notebook, and everything that a cell shows told as events.

In a page it runs inside Pyodide. It needs no browser, so the tests and `make live-check` run it elsewhere, too.

A package that takes long to load is loaded when a cell uses it, not when one imports it: until then an import at the
top of a cell binds its names to placeholders.
"""

from __future__ import annotations

import ast
import io
import linecache
import os
import sys
import time
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

Event = dict[str, Any]

HEAVY = {
    "matplotlib": "matplotlib",
    "mpl_toolkits": "matplotlib",
    "scipy": "scipy",
    "sympy": "sympy",
    "mpmath": "sympy",
}
FIGURES = "matplotlib"
DRAWING = "nnlib.plots"  # the module whose functions draw
FILE = "cell "  # how the name of a cell's file begins
LONGEST = 200_000  # characters that one cell may print
PAUSE = 0.1  # seconds between two pieces of what a cell prints


class Later:
    """What stands for an imported name until its package is loaded."""

    def __init__(self, group: str, statement: str) -> None:
        self.__dict__.update(_group=group, _statement=statement)

    def __getattr__(self, name: str) -> Any:
        """Say what to do: a cell has used the name in a way that could not be foreseen."""
        raise RuntimeError(f"{self._group} is not loaded yet. Name it in the cell itself, then run the cell again.")

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Say the same."""
        return self.__getattr__("call")


class Printed(io.TextIOBase):
    """A stream whose text is told in pieces."""

    def __init__(self, name: str, tell: Callable[[Event], None]) -> None:
        self.kind, self.send = name, tell
        self.begin()

    def begin(self) -> None:
        """Forget what an earlier cell has printed."""
        self.waiting: list[str] = []
        self.length, self.told = 0, time.monotonic()

    def writable(self) -> bool:
        """Say that one may write here."""
        return True

    def write(self, text: str) -> int:
        """Take text; tell it when there is a pause, or a cell ends."""
        kept = text[: max(0, LONGEST - self.length)]
        if kept != text and self.length <= LONGEST:
            kept += "\n… (the rest is left out)\n"
        self.length += len(text)
        self.waiting.append(kept)
        if time.monotonic() - self.told > PAUSE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Tell what waits."""
        if text := "".join(self.waiting):
            self.send({"kind": "stream", "name": self.kind, "text": text})
        self.waiting, self.told = [], time.monotonic()


class Kernel:
    """The namespace of a page and what has been loaded for it."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self.names: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
        self.tell = tell
        self.loaded: set[str] = set()
        self.styled = False
        self.streams = [Printed("stdout", tell), Printed("stderr", tell)]
        shell: Any = types.ModuleType("IPython")
        shell.get_ipython, shell.version_info = (lambda: None), (8, 0)  # what Matplotlib asks a notebook
        shell.display = sys.modules["IPython.display"] = types.ModuleType("IPython.display")
        shell.display.display, sys.modules["IPython"] = self.display, shell
        from nnlib import plots

        self.style = plots.use_style
        plots.use_style = self._style_later

    def _style_later(self) -> None:
        self.styled = True

    # What a cell needs

    def needs(self, source: str) -> list[str]:
        """Return what has to be loaded before a cell runs, in a good order."""
        try:
            tree = ast.parse(source)
        except SyntaxError:
            return []
        bound = {name: group for statement in tree.body for name, group in self._deferred(statement)}
        now = {group for statement in tree.body for group in self._imported_inside(statement)}
        used = _used(tree)
        now |= {group for name, group in bound.items() if name in used}
        now |= self._reached(used - bound.keys(), set())
        imports = (part for part in ast.walk(tree) if isinstance(part, ast.ImportFrom) and part.module == DRAWING)
        drawing = {alias.asname or alias.name for part in imports for alias in part.names}
        now |= {FIGURES} if {name for name in drawing & used if not name.isupper()} else set()
        return sorted(now - self.loaded)

    def _deferred(self, statement: ast.stmt) -> Iterator[tuple[str, str]]:
        """Yield the names that an import statement at the top of a cell binds, each with its package."""
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if group := _heavy(alias.name):
                    yield alias.asname or alias.name.split(".")[0], group
        elif isinstance(statement, ast.ImportFrom) and (group := _heavy(statement.module or "")):
            for alias in statement.names:
                if alias.name != "*":
                    yield alias.asname or alias.name, group

    def _imported_inside(self, statement: ast.stmt) -> Iterator[str]:
        """Yield the packages whose import cannot wait: inside a function or a block, or with a star."""
        top = isinstance(statement, ast.Import | ast.ImportFrom)
        for part in ast.walk(statement):
            if isinstance(part, ast.Import) and not top:
                yield from (group for alias in part.names if (group := _heavy(alias.name)))
            if isinstance(part, ast.ImportFrom) and (not top or part.names[0].name == "*"):
                yield from filter(None, [_heavy(part.module or "")])

    def _reached(self, used: set[str], seen: set[str]) -> set[str]:
        """Return the packages that these names lead to, through the functions of earlier cells."""
        found = set[str]()
        for name in used - seen:
            seen.add(name)
            value = self.names.get(name)
            if isinstance(value, Later):
                found.add(value._group)
            elif isinstance(value, types.FunctionType) and value.__module__ == DRAWING:
                found.add(FIGURES)
            else:
                found |= self._reached(set(_names_in(value)), seen)
        return found

    def arrived(self, group: str) -> None:
        """Give the names of a package that was loaded their values."""
        self.loaded.add(group)
        if group == FIGURES:
            self._begin_figures()
        for name, value in list(self.names.items()):
            if isinstance(value, Later) and value._group == group:
                scope: dict[str, Any] = {}
                exec(value._statement, scope)
                self.names[name] = scope[name]

    def _begin_figures(self) -> None:
        os.environ["MPLBACKEND"] = "svg"
        import matplotlib.pyplot as plt

        from nnlib import plots

        plt.switch_backend("svg")
        plt.show = self.show
        plots.use_style = self.style
        if self.styled:
            self.style()

    # A cell

    def run(self, number: int, source: str) -> bool:
        """Run a cell; tell whether it ended well."""
        file = f"{FILE}{number}"
        linecache.cache[file] = (len(source), None, [line + "\n" for line in source.splitlines()], file)
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self.streams
        for stream in self.streams:
            stream.begin()
        try:
            tree = ast.parse(source, file)
            self._run(tree, file)
            self._flush()
            return True
        except BaseException as error:
            self._flush()
            self.tell(failure(error))
            return False
        finally:
            sys.stdout, sys.stderr = before

    def _run(self, tree: ast.Module, file: str) -> None:
        kept: list[ast.stmt] = []
        for statement in tree.body:
            waiting = {name: group for name, group in self._deferred(statement) if group not in self.loaded}
            for alias in list(getattr(statement, "names", [])) if waiting else []:
                if (name := alias.asname or alias.name.split(".")[0]) in waiting:
                    one = _only(statement, alias)
                    self.names[name] = Later(waiting[name], one)
                    statement.names.remove(alias)  # type: ignore[attr-defined]
            if not waiting or getattr(statement, "names", []):
                kept.append(statement)
        last = kept.pop() if kept and isinstance(kept[-1], ast.Expr) else None
        exec(compile(ast.Module(kept, []), file, "exec"), self.names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), file, "eval"), self.names)
            if value is not None:
                self.names["_"] = value
                self.display(value)

    def _flush(self) -> None:
        self.show()
        for stream in self.streams:
            stream.flush()

    def display(self, value: Any, raw: bool = False, metadata: Event | None = None) -> None:
        """Tell a value, as a notebook shows it."""
        self.streams[0].flush()
        if raw:
            text = next((str(text) for kind, text in value.items() if kind.endswith("text/plain")), "")
            self.tell({"kind": "glue", "name": (metadata or {}).get("scrapbook", {}).get("name", ""), "text": text})
        elif hasattr(value, "_repr_html_") and (html := value._repr_html_()):
            self.tell({"kind": "html", "html": html, "text": repr(value)})
        else:
            self.tell({"kind": "value", "text": repr(value)})

    def show(self, *_: Any, **__: Any) -> None:
        """Tell the figures that are open, and close them."""
        plt: Any = sys.modules.get("matplotlib.pyplot")
        for number in plt.get_fignums() if plt else ():
            figure, drawn = plt.figure(number), io.StringIO()
            figure.savefig(drawn, format="svg", bbox_inches="tight", metadata={"Date": None})
            plt.close(number)
            self.streams[0].flush()
            self.tell({"kind": "figure", "svg": drawn.getvalue()})


def _used(tree: ast.Module) -> set[str]:
    """Return the names that a cell uses when it runs: those in a function that it defines, only if it names that."""
    inside: dict[str, set[str]] = {}
    used = set[str]()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            inside[statement.name] = _loaded(statement)
            used |= set[str]().union(*map(_loaded, statement.decorator_list))
        else:
            used |= _loaded(statement)
    waiting = used & inside.keys()
    while waiting:
        name = waiting.pop()
        new = inside[name] - used
        used |= new
        waiting |= new & inside.keys()
    return used


def _loaded(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}


def _heavy(module: str) -> str | None:
    return HEAVY.get(module.split(".", maxsplit=1)[0])


def _only(statement: ast.stmt, alias: ast.alias) -> str:
    """Return an import statement with one of its names."""
    if isinstance(statement, ast.ImportFrom):
        return ast.unparse(ast.ImportFrom(statement.module, [alias], 0))
    return ast.unparse(ast.Import([alias]))


def _names_in(value: Any) -> Iterator[str]:
    """Yield the global names that a function or a class of the page uses."""
    if isinstance(value, type) and value.__module__ == "__main__":
        for part in vars(value).values():
            yield from _names_in(part)
    elif isinstance(value, types.FunctionType) and value.__module__ == "__main__":
        codes = [value.__code__]
        while codes:
            code = codes.pop()
            yield from code.co_names
            codes += [part for part in code.co_consts if isinstance(part, types.CodeType)]


def failure(error: BaseException) -> Event:
    """Return an error as an event: of its traceback what happened in cells, as Python writes it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(FILE)]
    lines = []
    for frame in frames[-6:]:
        inside = "" if frame.name == "<module>" else f", in {frame.name}"
        lines.append(f"  {frame.filename}, line {frame.lineno}{inside}\n")
        lines.append(f"    {frame.line}\n" if frame.line else "")
    said = "".join(traceback.format_exception_only(error)).removeprefix("nnlib.claims.")
    said = said.replace('  File "cell ', "  cell ").replace('", line', ", line")
    return {
        "kind": "error",
        "name": type(error).__name__,
        "text": str(error),
        "trace": ("Traceback (most recent call last):\n" + "".join(lines) if lines else "") + said,
        "unknown": error.name if isinstance(error, NameError) else None,
    }
