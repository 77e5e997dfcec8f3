"""What came of the mutants: kept in a file, summed up in a few lines, and put on a page of the book."""

from __future__ import annotations

import json
import subprocess
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from tools import markdown
from tools.paths import ROOT
from trials.mutants.cover import CLAIMS
from trials.mutants.judge import SURVIVED
from trials.mutants.plant import Place
from trials.mutants.reviewed import Entry

PAGE = ROOT / "trials" / "reports" / "mutants.md"


@dataclass(frozen=True)
class Result(Place):
    """A mutant, and what noticed it: the name of a test, "time" or "crash" when it came to no end, or nothing."""

    verdict: str


@dataclass(frozen=True)
class Sums:
    """How many were judged, and what noticed them."""

    tests: int
    claims: int
    reviewed: int
    survived: int

    @property
    def judged(self) -> int:
        """All of them."""
        return self.tests + self.claims + self.reviewed + self.survived

    @property
    def rate(self) -> float:
        """The part that was noticed, of those that are not on the reviewed list."""
        rest = self.judged - self.reviewed
        return (rest - self.survived) / rest if rest else 1.0


def sums(results: Sequence[Result], entries: Sequence[Entry]) -> Sums:
    """Count."""
    counts = Counter(_kind(result, entries) for result in results)
    return Sums(counts["test"], counts["claim"], counts["reviewed"], counts[SURVIVED])


def _kind(result: Result, entries: Sequence[Entry]) -> str:
    if result.verdict != SURVIVED:
        return "claim" if result.verdict.startswith(CLAIMS) else "test"
    return "reviewed" if _reason(result, entries) else SURVIVED


def _reason(result: Result, entries: Sequence[Entry]) -> str:
    return next((entry.reason for entry in entries if entry.speaks_of(result)), "")


def read(path: Path) -> list[Result]:
    """Return the results of the last run; none when there was none."""
    return [Result(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


def write(path: Path, results: Sequence[Result]) -> None:
    """Keep results for the next run."""
    path.write_text("".join(json.dumps(asdict(result), ensure_ascii=False) + "\n" for result in results))


def summary(results: Sequence[Result], entries: Sequence[Entry]) -> str:
    """Return what to print: every survivor that nobody has looked at, then the figures."""
    found = sums(results, entries)
    open_ones = sorted((r for r in results if _kind(r, entries) == SURVIVED), key=lambda r: (r.module, r.line))
    lines = [f"survived: {result}" for result in open_ones]
    lines.append(
        f"{found.judged} mutants: {found.tests} noticed by unit tests, {found.claims} by claims alone, "
        f"{found.reviewed} on the reviewed list, {found.survived} survived: {found.rate:.1%} noticed"
    )
    return "\n".join(lines)


def state() -> str:
    """Return the day and the state of the sources, for the page."""
    answer = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    commit = answer.stdout.strip()
    return date.today().isoformat() + (f", commit `{commit}`" if commit else "")


def page(
    results: Sequence[Result],
    planned: int,
    entries: Sequence[Entry],
    path: Path = PAGE,
    *,
    note: str = "",
    sampled: bool = True,
) -> None:
    """Write the tables of the page; the note stands below the figures."""
    modules: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        modules[result.module].append(result)
    whole = sums(results, entries)
    part = f"{whole.judged}, drawn at random with a fixed seed," if sampled else f"{whole.judged}"
    part = "all" if whole.judged == planned else part
    lines = [
        f"Last run: {state()}. Of {planned} mutants, {part} were judged: {whole.tests} were noticed by the unit tests, "
        f"{whole.claims} by the claims alone. {whole.reviewed} are on the reviewed list and {whole.survived} survived. "
        f"Of the {whole.judged - whole.reviewed} that are not on the list, **{whole.rate:.1%}** were noticed."
        + (f" {note}" if note else ""),
        "",
    ]
    rows: list[Sequence[object]] = [
        ("module", "judged", "by unit tests", "by claims alone", "reviewed", "survived"),
    ]
    for module, group in sorted(modules.items(), key=lambda item: item[0].strip("_")):
        s = sums(group, entries)
        rows.append((f"`{module}`", s.judged, s.tests, s.claims, s.reviewed, s.survived))
    lines += [markdown.table(rows, right=range(1, 6))]
    reasons = Counter(_reason(result, entries) for result in results if _kind(result, entries) == "reviewed")
    lines += [
        "",
        "Why the mutants on the list change nothing that a test should see:",
        "",
        markdown.table([("reason", "mutants"), *reasons.most_common()], right=[1]),
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
