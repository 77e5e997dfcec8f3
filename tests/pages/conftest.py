"""The built book, built once for all tests, and a browser to look at it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.browser import INSTALL, chromium
from tools.paths import ROOT


def build_once(shared: Path) -> Path:
    """Build the book into a folder that all workers share: the first one builds, the others wait."""
    lock, done, failed = shared / "lock", shared / "done", shared / "failed"
    try:
        lock.mkdir()
    except FileExistsError:
        while not done.exists() and not failed.exists():
            time.sleep(0.5)
    else:
        program = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(ROOT), "-n"]
        command = [*program, "-W", "--keep-going", "--path-output", str(shared)]
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        (failed if answer.returncode else done).write_text(answer.stdout + answer.stderr)
    if failed.exists():
        pytest.fail(f"The book does not build:\n{failed.read_text()[-4000:]}", pytrace=False)
    return shared / "_build" / "html"


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built pages: BOOK_HTML, which `make test` sets, or one built here."""
    given = os.environ.get("BOOK_HTML")
    if given == "":
        pytest.fail("The book was not built, so its pages could not be checked: see above.", pytrace=False)
    if given:
        return Path(given)
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "built-book"
    shared.mkdir(exist_ok=True)
    return build_once(shared)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a Chromium; without one, skip with a plain sentence, and fail on CI.

    One a module: Playwright keeps an event loop running, in which other tests of the same process could not start one.
    """
    try:
        with chromium() as started:
            yield started
    except FileNotFoundError as error:
        said = f"{error} So no page was looked at in a browser. {INSTALL}"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)


class Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Return a function that serves a folder and returns its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def site(book: Path, serve: Callable[[Path], str]) -> str:
    """Return the address at which the book is served."""
    return serve(book)
