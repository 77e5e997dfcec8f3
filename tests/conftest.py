"""What every test run says and knows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from book import edition
from tools import chapters
from tools.paths import ROOT, VENV, environment
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


# What an edition leaves out is not compared either.
collect_ignore = [str(chapters.recording(ROOT / f"{name}.md")) for name in edition.left_out(ROOT)]


def pytest_report_header() -> str | None:
    """Say when this is not the whole book."""
    if edition.is_whole(ROOT):
        return None
    left = ", ".join(edition.left_out(ROOT)) or "no page"
    return f"edition: one of your own, by _toc.yml; left out: {left}, and the tests of the whole book"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs the built book, so that `make check` can leave it out; leave out what this edition is not.

    Files with long tests come first: one that begins last would keep one worker busy while the others have ended.
    """
    for item in items:
        if "pages" in Path(item.path).parent.parts[-1:]:
            item.add_marker(pytest.mark.pages)
    if not edition.is_whole(ROOT):
        elsewhere = [item for item in items if item.get_closest_marker("whole_book")]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]
    long = {item.path for item in items if any(map(item.get_closest_marker, ("slow", "pages")))}
    items.sort(key=lambda item: item.path not in long)


# Files whose tests are long and share nothing but a browser.
APART = (
    "tests/book/pages/test_accessibility.py",
    "tests/book/pages/test_live.py",
    "tests/book/pages/test_reading.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a file with one worker, in order, as the cells of a notebook follow from each other; but for APART."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if nodeid.startswith(APART) else str(super()._split_scope(nodeid))

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


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
    """After outputs that differ, say what to do, and where a promise is not kept, how to take it back."""
    if any("whole_book" in report.keywords for report in terminalreporter.getreports("failed")):
        terminalreporter.section("the whole book", sep="-")
        terminalreporter.line(
            f"_toc.yml promises the whole book (`{edition.PROMISE}`), and tests with the marker whole_book hold it to "
            "that: see above. If this is an edition of your own, delete that line: they are left out then, and what "
            "still fails is an untrue statement or a dead link."
        )
    failed = [report.nodeid for report in terminalreporter.getreports("failed") if ".ipynb::" in report.nodeid]
    if failed:
        chapters = sorted({Path(node.split("::")[0]).stem for node in failed})
        terminalreporter.section("recorded outputs differ", sep="-")
        terminalreporter.line(
            f"{len(failed)} cells of {', '.join(chapters)} no longer print what tests/recorded says. "
            "If the change is meant, run make record and read the difference with git diff. "
            "If not, what the cell calls is wrong."
        )
