"""A build that fails says which chapter and cell, ends with an error, and leaves the good book as it was.

Each failure is tried on a book of three pages, through `make book`.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.copies import cells, copy_workshop, make
from tools import book

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32" or shutil.which("make") is None, reason="needs make and POSIX signals"),
]

WORDS = "# The first page\n\n(a-place)=\n## A place\n\n```{math}\n:label: def-square\na = b^2\n```\n"
GOOD = cells("x = 1", "print(x + 1)")


@pytest.fixture(scope="module")
def good_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a book of three pages that was built."""
    folder = copy_workshop(tmp_path_factory.mktemp("book"), {"one": WORDS, "two": GOOD})
    status, said = make_book(folder)
    assert status == 0, said
    assert said.splitlines()[-1] == str(folder / "_build" / "html" / "index.html")
    return folder


@pytest.fixture
def folder(good_book: Path, tmp_path: Path) -> Path:
    """Return a copy of the book, the built one included."""
    copy = tmp_path / "book"
    shutil.copytree(good_book, copy, symlinks=True)
    return copy


def make_book(folder: Path, **more: Any) -> tuple[int, str]:
    """Build; return the exit status and what was said."""
    arguments, options = make(folder, "book")
    answer = subprocess.run(arguments, **options, **more, timeout=120, check=False)
    return answer.returncode, answer.stdout


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of the built book."""
    html = folder / "_build" / "html"
    return {str(path.relative_to(html)): path.read_bytes() for path in sorted(html.rglob("*")) if path.is_file()}


def fails(folder: Path, *expected: str, before: dict[str, bytes] | None = None, **more: Any) -> str:
    """Build, and check that it fails with these patterns in its message and leaves the old book; return the rest."""
    before = before or contents(folder)
    status, said = make_book(folder, **more)
    assert status != 0, said
    for pattern in expected:
        assert re.search(pattern, said, re.M), f"{pattern!r} is not in:\n{said}"
    assert f"The previous book is still in {folder / '_build' / 'html'}." in said
    assert contents(folder) == before
    assert not list((folder / "_build").glob("fresh-*"))
    assert not list((folder / "_build").glob("old-*"))
    return said


# Cells


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (("x = 1", "x / 0"), r"chapters/two\.md:19: ERROR: Code cell 2 raised ZeroDivisionError\."),
        (
            ("import time", "time.sleep(600)"),
            r"chapters/two\.md:19: ERROR: Code cell 2 did not finish within 2 seconds \(execute: timeout in _config",
        ),
        (("import os", "os._exit(3)"), r"chapters/two\.md:19: ERROR: Code cell 2 ended its kernel: it crashed, was"),
        (
            ("import sys", "print('careful', file=sys.stderr)"),
            r"chapters/two\.md:19: ERROR: Code cell 2 printed to standard error:\ncareful",
        ),
        (
            ("kept = []", "while True:\n    kept.append(bytearray(10**8))"),
            r"chapters/two\.md:19: ERROR: Code cell 2 raised MemoryError\.",
        ),
    ],
    ids=["raises", "hangs", "kills its kernel", "prints to stderr", "fills memory"],
)
def test_a_cell_that_fails_is_named(folder: Path, sources: tuple[str, str], expected: str) -> None:
    (folder / "chapters" / "two.md").write_text(cells(*sources))
    config = (folder / "_config.yml").read_text()
    seconds = 2 if "sleep" in sources[1] else 120
    changed = re.sub(r"(?m)^    book_memory: \d+", "    book_memory: 0.5", config)
    changed = re.sub(r"(?m)^  timeout: \d+", f"  timeout: {seconds}", changed)
    (folder / "_config.yml").write_text(changed)
    said = fails(folder, expected, r"The book is not finished: 1 problem")
    assert "Traceback (most recent call last)\n  File" not in said  # a cell's traceback at most, none of the build's


# Text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See {ref}`no-such-place`.", r"one\.md:\d+: WARNING: undefined label: 'no-such-place'"),
        ("See [there](nowhere.md).", r"one\.md:\d+: WARNING: .*target not found: 'nowhere\.md'"),
        ("```{math}\n:label: def-square\nc = d\n```", r"one\.md:\d+: WARNING: duplicate label of equation def-square"),
        ("![A line that rises](missing.png)", r"one\.md:\d+: WARNING: image file not readable: chapters/missing\.png"),
        (
            "```{math}\n:label: def-c\n\\frac{1\n```",
            r"one\.md:\d+: ERROR: Mathematics def-c cannot be set: .*\\frac\{1",
        ),
    ],
    ids=["broken reference", "broken link", "duplicate label", "missing figure", "TeX error"],
)
def test_a_fault_in_the_text_is_named(folder: Path, text: str, expected: str) -> None:
    (folder / "chapters" / "one.md").write_text(f"{WORDS}\n{text}\n")
    (folder / "chapters" / "two.md").write_text("# The second page\n")  # no kernel is needed
    fails(folder, expected, r"The book was not built; the reasons are above, the whole log in .*book\.log")
    assert re.search(expected, (folder / "_build" / "book.log").read_text())


# The machine


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """Put the built book onto a disk of its own that has hardly any room left."""
    build = folder / "_build"
    saved = build.rename(folder / "saved")
    build.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(build)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk; a limit on the size of files is tried instead")
    try:
        shutil.copytree(saved, build, dirs_exist_ok=True)
        free = os.statvfs(build)
        (build / "filler").write_bytes(bytes(free.f_bavail * free.f_bsize - 2**16))
        yield folder
    finally:
        subprocess.run(["umount", str(build)], check=True)


def test_a_full_disk_is_said(small_disk: Path) -> None:
    (small_disk / "chapters" / "two.md").write_text("# The second page\n")
    fails(small_disk, r"^The book was not built: no space left on device \(.*_build\)\. Make room, then run make book")


def test_a_file_that_may_not_grow_is_said(folder: Path) -> None:
    import resource

    (folder / "chapters" / "two.md").write_text("# The second page\n")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**12, 2**12))

    fails(folder, r"^The book was not built: file too large \(.*_build\)\. Make room", preexec_fn=limit)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_an_interrupted_build_leaves_nothing_behind(folder: Path, how: signal.Signals) -> None:
    before = contents(folder)
    started = folder / "started"
    source = f"import os, pathlib, time\npathlib.Path({str(started)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    (folder / "chapters" / "two.md").write_text(cells(source))
    arguments, options = make(folder, "book")
    # Tests that run in the background inherit that Ctrl-C is ignored; a person's build does not.
    heard = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(arguments, **options, start_new_session=True, preexec_fn=heard)  # noqa: PLW1509
    wait(lambda: started.exists() and started.read_text() != "")
    os.killpg(process.pid, how)  # as a terminal does: make gets it, and what make runs
    os.killpg(process.pid, how)  # an impatient reader
    said, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert f"Interrupted: the book was not built. The previous book is still in {folder / '_build' / 'html'}." in said
    assert "Traceback" not in said
    assert contents(folder) == before
    assert [path.name for path in (folder / "_build").iterdir()] == ["html"]
    wait(lambda: not alive(int(started.read_text())))


def wait(condition: Any, seconds: float = 60) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def alive(process: int) -> bool:
    """Tell whether a process runs; one that only waits to be collected does not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


# The last step


def test_the_old_book_comes_back_when_the_new_one_cannot_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = tmp_path / "html"
    html.mkdir()
    (html / "index.html").write_text("old")
    monkeypatch.setattr(book, "BUILD", tmp_path)
    monkeypatch.setattr(book, "HTML", html)
    with pytest.raises(FileNotFoundError):
        book.swap(tmp_path / "missing")
    assert (html / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["html"]


def test_a_log_that_cannot_be_kept_is_no_second_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "BUILD", tmp_path / "missing")
    assert book.explain("reasons").endswith(f"The log could not be kept ({os.strerror(errno.ENOENT)}).")
