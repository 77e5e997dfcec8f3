"""Do a piece of work in a process of its own, in bounded time and memory, and hear one line of it."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable

MEMORY = 6 * 2**30  # bytes; a changed shape may ask for more than there is


def apart(work: Callable[[], str], limit: float) -> str:
    """Do `work` in a forked process and return its text; "time" when it takes too long, "crash" when it dies.

    The limit is in seconds of the processor, so that a busy machine changes no verdict; of the clock, it is ten times.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _silence(limit)
        text = "crash"
        try:
            text = work()
        except BaseException as error:  # whatever a fault does must not escape into a second copy of this program
            text = f"crash: {type(error).__name__}"
        finally:
            os.write(writing, f":{text}".encode()[:4000])
            os._exit(0)
    os.close(writing)
    end = time.monotonic() + 10 * limit
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() > end:
            os.kill(child, signal.SIGXCPU)
        time.sleep(0.005)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    if said:
        return said.decode()[1:]
    return "time" if os.WIFSIGNALED(ended[1]) and os.WTERMSIG(ended[1]) == signal.SIGXCPU else "crash"


def _silence(limit: float) -> None:
    """Send what the child prints nowhere, and bound its time and memory."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 9))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
