"""What every test run says and knows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tools.paths import VENV, environment
from tools.progress import plain

# The same examples on every run and no deadline, so that a busy machine fails nothing. The weekly run explores.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True, scope="session")
def _own_environment() -> Iterator[None]:
    """Run kernels and child processes as `make` does, also when pytest was started by hand.

    On the pip route there is no .venv to keep things in: there, only a figure's backend is freed.
    """
    with pytest.MonkeyPatch.context() as patch:
        if Path(sys.prefix).resolve() == VENV.resolve():
            for name, value in environment().items():
                patch.setenv(name, value)
        patch.delenv("MPLBACKEND", raising=False)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the built book, so that `make check` can leave it out."""
    for item in items:
        if "pages" in Path(item.path).parent.parts[-1:]:
            item.add_marker(pytest.mark.pages)


class AtOnce:
    """Name a failure when it happens: the whole report comes at the end, minutes later."""

    def __init__(self, config: pytest.Config) -> None:
        self.plugins = config.pluginmanager

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self.plugins.get_plugin("terminalreporter")  # none in the workers
        if report.failed and terminal:
            crash = getattr(report.longrepr, "reprcrash", None)
            lines = plain(crash.message if crash else str(report.longrepr)).strip().splitlines()
            why = " ".join(lines[: 1 if crash else 2])  # nbval says in the second line what is amiss
            terminal.write(f"\nFAILED {report.nodeid}: {why[:200]}\n", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Watch for failures."""
    config.pluginmanager.register(AtOnce(config))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """After outputs that differ, say what to do: the stock message shows the difference alone."""
    failed = [report.nodeid for report in terminalreporter.getreports("failed") if ".ipynb::" in report.nodeid]
    if failed:
        chapters = sorted({Path(node.split("::")[0]).stem for node in failed})
        terminalreporter.section("recorded outputs differ", sep="-")
        terminalreporter.line(
            f"{len(failed)} cells of {', '.join(chapters)} no longer print what tests/recorded says. "
            "If the change is meant, run make record and read the difference with git diff. "
            "If not, what the cell calls is wrong."
        )
