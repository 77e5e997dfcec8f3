"""Run tests against changed modules: each in a process of its own that is forked when everything slow is imported.

The changed source never touches the disk: the process that tests it finds it where it would find the module's file.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from tools.paths import ROOT

MEMORY = 6 * 2**30  # bytes; a changed shape may ask for more than there is
SLOW_TO_IMPORT = (
    *("numpy.testing", "scipy.special", "scipy.signal", "scipy.linalg", "scipy.optimize", "scipy.integrate"),
    *("hypothesis.extra.numpy", "autograd.numpy", "mpmath", "sympy", "matplotlib.pyplot", "jupytext", "yaml", "pytest"),
)
SURVIVED = "survived"
CANNOT = "cannot ask:"  # not a verdict: the tests did not run at all


def prepare() -> None:
    """Import what every test needs, but nothing of nnlib."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ["MPLBACKEND"] = "Agg"
    os.chdir(ROOT)
    for name in SLOW_TO_IMPORT:
        importlib.import_module(name)


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module a source other than that of its file."""

    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Step forward for this module alone."""
        if name != self.module:
            return None
        origin = str(Path(path[0]) / (name.rpartition(".")[2] + ".py"))
        spec = importlib.util.spec_from_loader(name, self, origin=origin)
        assert spec is not None
        spec.has_location = True
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave this to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Execute the changed source."""
        assert module.__spec__ is not None
        exec(compile(self.source, str(module.__spec__.origin), "exec"), module.__dict__)


class Chosen:
    """A plug-in of pytest: run these tests alone, in this order; note the first that fails."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.rank = {test: i for i, test in enumerate(tests)}
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Drop the others and sort."""
        items[:] = sorted((item for item in items if item.nodeid in self.rank), key=lambda i: self.rank[i.nodeid])

    def pytest_collectreport(self, report: Any) -> None:
        """Note a file that cannot be imported."""
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note a test that failed."""
        if report.failed:
            self.failed = self.failed or report.nodeid


def run_tests(tests: Sequence[str], root: Path) -> str:
    """Run tests in this process until one fails; return its name, or an empty text."""
    import pytest

    chosen = Chosen(tests)
    files = list(dict.fromkeys(test.split("::")[0] for test in tests))
    options = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "--tb=no", f"--rootdir={root}"]
    sys.path.insert(0, str(root))
    code = pytest.main([*options, *(str(root / file) for file in files)], plugins=[chosen])
    if code in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR) and not chosen.failed:
        return f"{CANNOT} pytest ended with {code!r}"
    return chosen.failed or ("" if code == pytest.ExitCode.OK else "the run of the tests")


def judge(module: str, source: str, tests: Sequence[str], limit: float, root: Path = ROOT) -> str:
    """Return the test that notices a changed module, "time" or "crash" where it only ended, or `SURVIVED`."""
    for file in groups(tests):

        def work(some: Sequence[str] = file) -> str:
            sys.meta_path.insert(0, Changed(module, source))
            return run_tests(some, root)

        if found := apart(work, limit):
            if found.startswith(CANNOT):
                raise RuntimeError(f"{module}: {found}")
            return found
    return SURVIVED


def groups(tests: Sequence[str]) -> Iterator[list[str]]:
    """Yield the tests of the first file, then the others: most mutants need no more than the first."""
    first = [test for test in tests if test.split("::")[0] == tests[0].split("::")[0]]
    yield from (part for part in (first, [test for test in tests if test not in set(first)]) if part)


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
        except BaseException as error:  # whatever a mutant does must not escape into a second copy of this program
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
