"""When a cell fails, say which: chapter, cell, claim and traceback, and go on to the next chapter.

A cell fails when it raises, does not finish in time, ends its kernel, or prints to standard error. A kernel may hold
``book_memory`` gigabytes (_config.yml), so that a cell which fills memory raises before the machine stands still.
"""

from __future__ import annotations

import ast
import os
import re
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from jupyter_cache.executors.utils import single_nb_execution
from jupyter_client.manager import AsyncKernelManager
from myst_nb.core import render
from myst_nb.core.execute import ExecutionError, direct
from myst_nb.core.execute.direct import NotebookClientDirect
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from sphinx.application import Sphinx
from traitlets import default

from book.problems import report

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]


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

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        if resource is not None:
            options["preexec_fn"] = partial(_limit_memory, int(_app[0].config.book_memory * 2**30))
        await super()._async_launch_kernel(kernel_cmd, **options)


def _limit_memory(most: int) -> None:
    """Let this process hold so many bytes of data of its own; libraries and shared memory do not count."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))


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


def describe(notebook: Any, error: BaseException, running: int | None = None) -> tuple[int, str]:
    """Return the index of the failing cell and the message for the console; ``running`` is the cell that was begun."""
    code = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    failing = [
        (number, index, cell, output)
        for number, (index, cell) in enumerate(code, start=1)
        for output in cell.outputs
        if output.output_type == "error"
    ]
    if isinstance(error, CellTimeoutError | DeadKernelError):
        failing = []  # what the cell showed while it was stopped is no cause
    if not failing:  # a timeout or a kernel that died: the last cell that was started
        started = [item for item in enumerate(code, start=1) if item[1][1].execution_count is not None]
        begun = [item for item in enumerate(code, start=1) if item[1][0] == running]
        number, (index, cell) = (begun or started or [(1, code[0])])[-1]
        return index, f"Code cell {number} {_end(error)}\n{cell.source}"
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


def _end(error: BaseException) -> str:
    """Say how a cell ended that did not raise."""
    if isinstance(error, CellTimeoutError):
        seconds = re.search(r"after ([\d.]+) seconds", str(error))
        return f"did not finish{f' within {seconds[1]} seconds' if seconds else ''} (execute: timeout in _config.yml):"
    if isinstance(error, DeadKernelError):
        return "ended its kernel: it crashed, was stopped from outside, or the system had no memory left:"
    return f"did not finish: {error}"


def printed_to_stderr(notebook: Any) -> list[tuple[int, str]]:
    """Return index and message of each code cell that printed to standard error."""
    code = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    found = []
    for number, (index, cell) in enumerate(code, start=1):
        text = "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
        if text:
            found.append((index, f"Code cell {number} printed to standard error:\n{ANSI.sub('', text).rstrip()}"))
    return found


def _start_client(self: NotebookClientDirect) -> None:
    docname = self.logger.extra["docname"]
    try:
        _stock_start_client(self)
    except (ExecutionError, RuntimeError) as error:  # a kernel that dies is a RuntimeError
        index, message = describe(self.notebook, error.__cause__ or error, _begun.get(id(self.notebook)))
        _app[0].book_failed_pages.add(docname)  # its later equations lack claims: do not say so too
        report(_app[0], message, (docname, self.cell_line(index)))
    for index, message in printed_to_stderr(self.notebook):
        report(_app[0], message, (docname, self.cell_line(index)))


def _execute(notebook: Any, **options: Any) -> Any:
    """Run a notebook in a kernel of our own kind, and remember which cell was begun last."""

    def begin(cell: Any, cell_index: int) -> None:
        _begun[id(notebook)] = cell_index

    options |= {"kernel_manager_class": LocalKernel, "extra_arguments": ["--log-level=CRITICAL"]}
    return single_nb_execution(notebook, **options, on_cell_start=begin)


_begun: dict[int, int] = {}
_stock_start_client = NotebookClientDirect.start_client
_app: list[Sphinx] = []


def setup(app: Sphinx) -> None:
    """Wrap the client that myst-nb executes chapters with."""
    _app[:] = [app]
    app.book_failed_pages = set()
    app.add_config_value("book_memory", 4, "")
    NotebookClientDirect.start_client = _start_client
    render.coalesce_streams = join_streams
    direct.single_nb_execution = _execute
