"""The cells of all chapters, executed on all cores before the first page is read.

A cell fails when it raises, does not finish in time, ends its kernel, or prints to standard error; the build then says
where and goes on to the next chapter. A kernel may hold ``book_memory`` gigabytes (_config.yml), so that a cell which
fills memory raises before the machine stands still.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from jupyter_client.manager import AsyncKernelManager
from myst_nb import sphinx_ as myst_nb
from myst_nb.core.execute.base import NotebookClientBase
from myst_nb.core.read import create_nb_reader
from nbclient import NotebookClient
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from traitlets import default

from book.failures import describe, printed_to_stderr
from book.memory import build
from book.problems import report

# What a kernel does before its first cell, where the system has such limits: Windows has none.
LIMIT = """\
import resource as _resource
_hard = _resource.getrlimit(_resource.RLIMIT_DATA)[1]
_resource.setrlimit(_resource.RLIMIT_DATA, ({most} if _hard == _resource.RLIM_INFINITY else min({most}, _hard), _hard))
del _resource, _hard"""


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


@dataclass
class Run:
    """An executed notebook, how long it took, and what ended it: the error, and the cell that was begun last."""

    notebook: Any
    seconds: float = 0.0
    error: Exception | None = None
    begun: int | None = None


async def execute(notebook: Any, folder: Path, timeout: int, memory: float) -> Run:
    """Execute a notebook in place, in a kernel of its own that may hold so many gigabytes."""
    run, start = Run(notebook), time.monotonic()

    def begin(cell: Any, cell_index: int) -> None:
        run.begun = cell_index

    arguments = ["--log-level=CRITICAL"]
    if os.name == "posix":
        arguments.append(f"--IPKernelApp.exec_lines={LIMIT.format(most=int(memory * 2**30))}")
    client = NotebookClient(
        notebook,
        timeout=timeout,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        kernel_manager_class=LocalKernel,
        extra_arguments=arguments,
        on_cell_start=begin,
    )
    try:
        await client.async_execute()
    except Exception as error:  # whatever it is, the other chapters go on
        run.error = error
    run.seconds = time.monotonic() - start
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = join_streams(cell.outputs)
    return run


def join_streams(outputs: Sequence[Any]) -> list[Any]:
    """Join what a cell printed: in how many pieces it arrives is chance."""
    kept: dict[str, Any] = {}
    for number, output in enumerate(outputs):
        name = output["name"] if output["output_type"] == "stream" else str(number)
        if name in kept:
            kept[name]["text"] += output["text"]
        else:
            kept[name] = output
    return list(kept.values())


class Runs:
    """The executions of one build, as many at a time as there are cores, in a thread that ends with the build."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()  # macOS lacks it
        self.slots = asyncio.Semaphore(cores or 1)
        self.begun: dict[str, Future[Run]] = {}
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def begin(self, notebook: Any, path: str) -> Future[Run]:
        """Start a notebook as soon as a core is free."""
        timeout, memory = int(self.app.config.nb_execution_timeout), float(self.app.config.book_memory)

        async def run() -> Run:
            async with self.slots:
                return await execute(notebook, Path(path).parent, timeout, memory)

        self.begun[path] = asyncio.run_coroutine_threadsafe(run(), self.loop)
        return self.begun[path]

    def take(self, notebook: Any, path: str) -> Run:
        """Return the run of this notebook; its cells are the ones that were begun, unless an extension changed them."""
        known = self.begun.pop(path, None)
        run = known.result() if known else None
        if run is None or _code(run.notebook) != _code(notebook):
            run = self.begin(notebook, path).result()
        return run


def _code(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


class Client(NotebookClientBase):  # type: ignore[misc]
    """What MyST-NB asks for the outputs of a page: it waits for them, and reports what failed."""

    def __init__(self, runs: Runs, notebook: Any, source: str, nb_config: Any, logger: Any) -> None:
        super().__init__(notebook, Path(source), nb_config, logger)
        self.runs, self.source = runs, source

    def start_client(self) -> None:
        """Wait for the outputs and put them into the page's notebook."""
        docname, app = self.logger.extra["docname"], self.runs.app
        run = self.runs.take(self.notebook, self.source)
        executed = [cell for cell in run.notebook.cells if cell.cell_type == "code"]
        for cell, done in zip([c for c in self.notebook.cells if c.cell_type == "code"], executed, strict=True):
            cell.outputs, cell.execution_count = done.outputs, done.execution_count
        self.notebook.metadata.update(run.notebook.metadata)
        if run.error:
            index, message = describe(self.notebook, run.error, run.begun)
            build(app).failed.add(docname)  # its later equations lack claims: do not say so too
            report(app, message, (docname, self.cell_line(index)))
        for index, message in printed_to_stderr(self.notebook):
            report(app, message, (docname, self.cell_line(index)))
        self.logger.info(f"Executed notebook in {run.seconds:.2f} seconds")
        self.exec_metadata = {
            "mtime": datetime.now().timestamp(),
            "runtime": run.seconds,
            "method": "force",
            "succeeded": run.error is None,
            "error": type(run.error).__name__ if run.error else None,
            "traceback": None,
        }


def begin(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Start the cells of the pages that are about to be read, in that order."""
    runs = Runs(app)

    def client(notebook: Any, source: str, nb_config: Any, logger: Any, read_fmt: Any = None) -> Client:
        return Client(runs, notebook, source, nb_config, logger)

    myst_nb.create_client = client  # MyST-NB has no setting or entry point for what executes a notebook
    for docname in docnames:
        path = str(env.doc2path(docname))
        text = Path(path).read_text(encoding="utf-8")
        reader = create_nb_reader(path, *(getattr(env, name) for name in ("myst_config", "mystnb_config")), text)
        if reader is not None:
            runs.begin(reader.read(text), path)


def setup(app: Sphinx) -> None:
    """Register the limit of memory."""
    app.add_config_value("book_memory", 4, "", [int, float])
