"""Which tests run which lines of nnlib: a mutant is shown to these tests alone, the quick ones and its own first."""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.paths import ROOT
from trials.mutants import judge

CLAIMS = "tests/test_claims_bite.py"  # executes the chapters, in which every claim must hold
LEFT_OUT = "slow or pages"
EXAMPLES = "test_docstrings.py"  # imports every module by its name
ABOUT_PAGES = {"test_page_rules.py"}  # calls nnlib only to have lines to read


@dataclass
class Cover:
    """For each line of each module, the tests that run it; and how long each test takes."""

    lines: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]

    def tests(self, module: str, tree: ast.Module, line: int) -> list[str]:
        """Return the tests that can notice a change in a line, in the order in which to ask them.

        What stands in a body is run by those that pass there; a signature or a decorator, by those that run the body.
        What is executed at import (a constant, a table, a function that makes others) can matter to whoever runs any
        line of the module.
        """
        known = self.lines.get(module, {})
        runs = [known[i] for i in _statement(tree, line) if i in known]
        direct = {test for tests in runs for test in tests}
        around, others = _around(tree, line), set()
        if around is None or (runs and not direct):
            others = {test for tests in known.values() for test in tests}
        elif line < around.body[0].lineno:
            others = {test for i in range(line, (around.end_lineno or line) + 1) for test in known.get(i, [])}
        own = f"tests/test_{module.strip('_')}.py"
        others |= {test for test in self.seconds if test.startswith(own)}  # a file may use the line as it is imported

        def turn(test: str) -> tuple[bool, bool, bool, float]:
            file = test.split("::", maxsplit=1)[0]
            return file == CLAIMS, test not in direct, file != own, self.seconds.get(test, 0.0)

        return sorted(direct | others, key=turn)


def _statement(tree: ast.Module, line: int) -> range:
    """Return the lines of the innermost statement around a line; of a compound one, its head."""
    inside = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line)
    ]
    if not inside:
        return range(line, line + 1)
    least = min(inside, key=lambda node: (node.end_lineno or 0) - node.lineno)
    body = getattr(least, "body", None)
    return range(least.lineno, max(line, body[0].lineno - 1 if body else least.end_lineno or line) + 1)


def _around(tree: ast.Module, line: int) -> ast.FunctionDef | None:
    """Return the innermost function around a line, decorators included."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and min([node.lineno, *(d.lineno for d in node.decorator_list)]) <= line <= (node.end_lineno or line)
    ]
    return min(found, key=lambda node: (node.end_lineno or 0) - node.lineno) if found else None


def about_nnlib(root: Path) -> Iterator[Path]:
    """Yield the test files that import nnlib, themselves or through a file beside them."""
    for path in sorted((root / "tests").glob("test_*.py")):
        if path.name == EXAMPLES or (path.name not in ABOUT_PAGES and _imports_nnlib(path)):
            yield path


def _imports_nnlib(path: Path) -> bool:
    modules = re.findall(r"^(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.M)
    beside = [path.with_name(f"{module}.py") for module in modules]
    return "nnlib" in modules or any(other.exists() and _imports_nnlib(other) for other in beside)


class Watch:
    """A plug-in of pytest: tells the coverage measurement which test runs, and notes how long it takes."""

    def __init__(self, coverage: Any) -> None:
        self.coverage, self.seconds, self.failed = coverage, {}, []  # type: ignore[var-annotated]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Name the test."""
        self.coverage.switch_context(nodeid)
        self.seconds[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Stop the clock."""
        self.coverage.switch_context("")
        self.seconds[nodeid] = time.monotonic() - self.seconds[nodeid]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note what fails without any mutant."""
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Of the file about claims, run only the chapters as they are: the others scale nnlib themselves."""
        items[:] = [i for i in items if CLAIMS not in i.nodeid or "every_claim_holds" in i.nodeid]


def measure(file: Path, root: Path = ROOT) -> Cover:
    """Run the tests once, unchanged, in a process of its own; keep in `file` what ran which line."""

    def work() -> str:
        import coverage
        import pytest

        measuring = coverage.Coverage(data_file=None, source=[str(root / "nnlib")], config_file=False)
        watch = Watch(measuring)
        measuring.start()
        options = ["-q", "-m", f"not ({LEFT_OUT})", "-p", "no:cacheprovider", f"--rootdir={root}"]
        code = pytest.main([*options, *map(str, about_nnlib(root))], plugins=[watch])
        measuring.stop()
        if code != 0 or watch.failed:
            return f"the tests fail without any change: {', '.join(watch.failed) or code}"
        data = measuring.get_data()
        lines = {
            Path(name).stem: {i: [c for c in tests if c] for i, tests in data.contexts_by_lineno(name).items()}
            for name in data.measured_files()
        }
        file.write_text(json.dumps({"lines": lines, "seconds": watch.seconds}))
        return ""

    complaint = judge.apart(work, limit=1800)
    if complaint:
        raise SystemExit(complaint)
    found = json.loads(file.read_text())
    lines = {name: {int(i): tests for i, tests in table.items()} for name, table in found["lines"].items()}
    return Cover(lines, found["seconds"])
