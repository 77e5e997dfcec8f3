"""The built book, built once for all tests, and a browser to look at it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools import chapters
from tools.browser import INSTALL, chromium
from tools.fileserver import served
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


@pytest.fixture(scope="session")
def chapter() -> str:
    """Return the page of a chapter to look at: softmax, or the first one of an edition without it."""
    pages = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters.notebooks()]
    return max((name for name in pages if name != "index.html"), key=lambda name: name == "chapters/softmax.html")


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


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Return a function that serves a folder and returns its address."""
    with ExitStack() as servers:
        yield lambda folder: servers.enter_context(served(folder))


@pytest.fixture(scope="session")
def site(book: Path, serve: Callable[[Path], str]) -> str:
    """Return the address at which the book is served."""
    return serve(book)
