"""Build the book aside, from nothing, and put it in place of the old one only when it is whole."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from tools.paths import BUILD, ROOT, VENV, environment
from tools.progress import Failed, run, say, stop

HTML = BUILD / "html"
INTERRUPTED = 130  # the exit status of a program that Ctrl-C ended
ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
FULL = tuple(os.strerror(number) for number in (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)))


def progress(line: str) -> str | None:
    """Return the lines of a build that tell how far it is."""
    if line.startswith("Without Run: "):
        return line
    done = re.match(r"(.*\.md): Executed notebook in ([0-9.]+) seconds", line)
    return f"  {os.path.relpath(done[1], ROOT)}: executed in {float(done[2]):.1f} s" if done else None


def build(folder: Path) -> Path:
    """Build into ``folder``, every chapter executed, every warning an error; return the folder of the pages."""
    command: list[str | Path] = [
        VENV / "bin" / "jupyter-book",
        "build",
        ROOT,
        "-n",
        "-W",
        "--keep-going",
        "--path-output",
        folder,
    ]
    run("Building the book", command, env=environment(), cwd=ROOT, show=progress, errors=[])
    pages = folder / "_build" / "html"
    if not (pages / "index.html").is_file():
        raise Failed(1, f"no index.html in {pages}")
    return pages


def swap(pages: Path) -> None:
    """Put new pages in the place of the old ones by renaming, so that no reader meets half a book."""
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="old-") as old:
        if HTML.exists():
            HTML.rename(Path(old) / "html")
        try:
            pages.rename(HTML)
        except BaseException:
            if not HTML.exists() and (Path(old) / "html").exists():
                (Path(old) / "html").rename(HTML)
            raise


def build_and_swap() -> None:
    """Build in a folder of its own; raise ``Failed`` with the log, and leave the old book, when anything is wrong."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="fresh-", ignore_cleanup_errors=True) as fresh:
        try:
            pages = build(Path(fresh))
        except Failed:
            reports = Path(fresh) / "_build" / "html" / "reports"
            if reports.is_dir():
                with contextlib.suppress(OSError):
                    shutil.copytree(reports, BUILD / "reports", dirs_exist_ok=True)
            raise
        swap(pages)


def explain(log: str) -> str:
    """Return what a reader is told after a failed build: where the reasons are, or that the disk is full."""
    if reason := next((reason for reason in FULL if reason in log), None):
        return f"The book was not built: {reason.lower()} ({BUILD}). Make room, then run make book again."
    path = BUILD / "book.log"
    try:
        path.write_text(log)
    except OSError as error:
        return f"The book was not built; the reasons are above. The log could not be kept ({error.strerror})."
    return f"The book was not built; the reasons are above, the whole log in {path}."


def kept() -> str:
    """Say where the old book is, if there is one."""
    return f" The previous book is still in {HTML}." if HTML.exists() else ""


def interrupt(*_: object) -> NoReturn:
    """Treat a request to end like Ctrl-C: what was begun is removed.

    It may be repeated, as make passes on to its commands what they were sent too: a second one would stop the removal.
    """
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> None:
    """Build and swap; on failure the old book stays, and a line says so."""
    try:
        build_and_swap()
    except Failed as failure:
        raise stop(explain(failure.log) + kept()) from None
    except OSError as error:
        raise stop(explain(f"{error.strerror}: {error.filename}") + kept()) from None
    except KeyboardInterrupt:
        print(f"Interrupted: the book was not built.{kept()}", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    say(f"The book is ready:\n{HTML / 'index.html'}")


if __name__ == "__main__":
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:  # a command in the background is told to ignore Ctrl-C
            signal.signal(number, interrupt)
    main()
