"""The build waits for the server that sets the mathematics, also on a busy machine."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

import pytest
from sphinxcontrib import katex

from tools.paths import CHAPTERS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a server on a network port there")

LATE = """
import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
time.sleep({pause})
server.listen()
connection, _ = server.accept()
connection.sendall(b"here")
"""


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> type[katex.KaTeXServer]:
    """Return the class with a server whose socket exists half a second before it listens."""
    monkeypatch.syspath_prepend(str(CHAPTERS / "_ext"))

    def command(socket: Path) -> list[str]:
        return [sys.executable, "-c", LATE.format(pause=0.5), str(socket)]

    monkeypatch.setattr(katex.KaTeXServer, "build_command", command)
    return katex.KaTeXServer


def test_a_server_that_listens_late_is_waited_for(late: type[katex.KaTeXServer]) -> None:
    connect = importlib.import_module("book_math").connect
    with tempfile.TemporaryDirectory() as folder:
        process, client = connect(late, Path(folder), 20)
        assert client.recv(4) == b"here"
        client.close()
        process.communicate(timeout=20)


def test_the_wait_has_an_end(late: type[katex.KaTeXServer]) -> None:
    connect = importlib.import_module("book_math").connect
    with tempfile.TemporaryDirectory() as folder, pytest.raises(katex.KaTeXError, match="did not"):
        connect(late, Path(folder), 0.2)
