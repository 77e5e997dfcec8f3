"""Run a long command so that nobody has to wonder whether it still runs."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

HEARTBEAT = 10.0  # seconds of silence after which the last line of the command is shown


class Failed(Exception):
    """A command ended with an error; ``log`` is all that it printed."""

    def __init__(self, code: int, log: str) -> None:
        super().__init__(f"exit code {code}")
        self.code = code
        self.log = log


def say(text: str) -> None:
    """Print a line at once, whatever the output is connected to."""
    print(text, flush=True)


def elapsed(since: float) -> str:
    """Return the time since ``since`` (a ``time.monotonic`` value) for a reader."""
    seconds = time.monotonic() - since
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def run(
    title: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    show: Callable[[str], str | None] = lambda line: None,
    errors: list[str] | None = None,
    status: Callable[[], str | None] = lambda: None,
) -> str:
    """Run ``command`` under a title; return what it printed (both streams) or raise ``Failed`` with it.

    ``show`` picks the lines worth seeing, rewritten if need be. After ten seconds of silence, a line gives the
    ``status`` or, without one, what the command said last.
    With a list of ``errors``, the standard error of the command is passed through as it comes, and put there.
    """
    start = time.monotonic()
    say(f"{title} …")
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if errors is None else subprocess.PIPE,
        env=env,
        cwd=cwd,
        text=True,
        errors="replace",
        start_new_session=True,  # Ctrl-C reaches this program alone, which then ends the other one
    )
    assert process.stdout is not None
    lines: queue.Queue[str | None] = queue.Queue()
    log: list[str] = []
    threading.Thread(target=_drain, args=(process.stdout, lines), daemon=True).start()
    ended = threading.Event()
    passer = threading.Thread(
        target=_pass_on, args=(process.stderr, log, [] if errors is None else errors, ended), daemon=True
    )
    passer.start()
    spoken = start
    try:
        while True:
            try:
                line = lines.get(timeout=1.0)
            except queue.Empty:
                line = ""
            if line is None:
                break
            if line:
                log.append(line)
                visible = show(plain(line.rstrip()))
                if visible is not None:
                    say(visible)
                    spoken = time.monotonic()
            if time.monotonic() - spoken > HEARTBEAT:
                last = next((text.strip() for text in reversed(log) if text.strip()), "")
                say(f"  … {elapsed(start)}: {status() or plain(last)[:100]}")
                spoken = time.monotonic()
        code = process.wait()
        passer.join()
    except BaseException:
        ended.set()
        _end(process)
        raise
    if code != 0:
        raise Failed(code, "".join(log))
    say(f"  done in {elapsed(start)}")
    return "".join(log)


def _end(process: subprocess.Popen[str]) -> None:
    """End a command and what it started, and wait until it writes no more."""
    for stop_all in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, stop_all)
        else:
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
            return


def plain(text: str) -> str:
    """Return text without terminal colors."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _drain(stream: Iterable[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _pass_on(stream: Iterable[str] | None, log: list[str], errors: list[str], ended: threading.Event) -> None:
    """Show what a command complains about, unless it complains about being ended."""
    for line in stream or ():
        log.append(line)
        errors.append(line)
        if ended.is_set():
            continue
        sys.stderr.write(line if sys.stderr.isatty() else plain(line))
        sys.stderr.flush()


def stop(message: str) -> SystemExit:
    """Return an exception that ends the program with a message on standard error."""
    sys.stdout.flush()
    return SystemExit(message)
