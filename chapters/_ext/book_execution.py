"""When a cell fails, say which: chapter, cell, claim and traceback, and go on to the next chapter."""

from __future__ import annotations

import ast
import os
import re
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from book_problems import report
from jupyter_cache.executors.utils import single_nb_execution
from jupyter_client.manager import AsyncKernelManager
from myst_nb.core import render
from myst_nb.core.execute import ExecutionError, direct
from myst_nb.core.execute.direct import NotebookClientDirect
from sphinx.application import Sphinx
from traitlets import default


class LocalKernel(AsyncKernelManager):
    """A kernel that is reached through files instead of network ports, where the system has such sockets.

    Two kernels that start at the same time can be given the same port, and then one of them dies. On Windows, which
    has ports only, the kernel warns that they are not encrypted; its log level keeps that out of the build.
    """

    _folder = TemporaryDirectory(prefix="book-", ignore_cleanup_errors=True)

    @default("transport")
    def _files_or_ports(self) -> str:
        return "ipc" if os.name == "posix" else "tcp"

    @default("connection_file")
    def _in_a_short_path(self) -> str:
        return str(Path(self._folder.name) / f"{uuid4().hex[:8]}.json")


ANSI = re.compile(r"\x1b\[[0-9;]*m")
CELL_FRAME = re.compile(r"Cell In\[\d+\], line (\d+)")


def claim_at(source: str, line: int | None, message: str) -> str | None:
    """Return the label of the claim that failed: the one that the message names, or the call on that line."""
    if named := re.search(r"\beq-[\w-]+", message):
        return named[0]
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return None
    for call in calls:
        is_claim = getattr(call.func, "id", None) == "claim" and call.args and isinstance(call.args[0], ast.Constant)
        if is_claim and line is not None and call.lineno <= line <= (call.end_lineno or call.lineno):
            return str(call.args[0].value)
    return None


def describe(notebook: Any, error: BaseException) -> tuple[int, str]:
    """Return the index of the failing cell and the message for the console."""
    code = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    failing = [
        (number, index, cell, output)
        for number, (index, cell) in enumerate(code, start=1)
        for output in cell.outputs
        if output.output_type == "error"
    ]
    if not failing:  # a timeout or a kernel that died: the last cell that was started
        started = [item for item in enumerate(code, start=1) if item[1][1].execution_count is not None]
        number, (index, cell) = started[-1] if started else (1, code[0])
        return index, f"Code cell {number} did not finish: {error}\n{cell.source}"
    number, index, cell, output = failing[0]
    traceback = ANSI.sub("", "\n".join(output.traceback))
    lines = CELL_FRAME.findall(traceback)
    claim = claim_at(cell.source, int(lines[-1]) if lines else None, output.evalue)
    about = f", claim {claim}," if claim else ""
    return index, f"Code cell {number}{about} raised {output.ename}.\n{traceback}"


def join_streams(outputs: list[Any]) -> list[Any]:
    """Join what a cell printed, in place: in how many pieces it arrives is chance.

    MyST-NB's own function puts a line break between pieces, even where the next one begins with it.
    """
    kept: dict[str, Any] = {}
    for number, output in enumerate(outputs):
        name = output["name"] if output["output_type"] == "stream" else str(number)
        if name in kept:
            kept[name]["text"] += output["text"]
        else:
            kept[name] = output
    outputs[:] = kept.values()
    return outputs


def _start_client(self: NotebookClientDirect) -> None:
    try:
        _stock_start_client(self)
    except ExecutionError as error:
        index, message = describe(self.notebook, error.__cause__ or error)
        _app[0].book_failed_pages.add(
            self.logger.extra["docname"]
        )  # its later equations lack claims: do not say so too
        report(_app[0], message, (self.logger.extra["docname"], self.cell_line(index)))


_stock_start_client = NotebookClientDirect.start_client
_app: list[Sphinx] = []


def setup(app: Sphinx) -> dict[str, bool]:
    """Wrap the client that myst-nb executes chapters with."""
    _app[:] = [app]
    app.book_failed_pages = set()
    NotebookClientDirect.start_client = _start_client
    render.coalesce_streams = join_streams
    direct.single_nb_execution = partial(
        single_nb_execution, kernel_manager_class=LocalKernel, extra_arguments=["--log-level=ERROR"]
    )
    return {"parallel_read_safe": False, "parallel_write_safe": True}
