"""Compile requirements.in into requirements.txt (exact pins) and requirements.lock (pins with hashes).

Beside them stands trials/mutants.txt, what `make mutants` needs and nobody else.

One resolution makes both files, so they cannot disagree. pip refuses an editable package beside hashes: hence two.
A third, .binder/requirements.txt, has those of the same pins that a server for readers needs.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from tools.paths import LOCK, ROOT, VENV, environment
from tools.progress import Failed, run, say, stop

UV = "uv==0.13.8"
SOURCE = ROOT / "requirements.in"
PLAIN = ROOT / "requirements.txt"
READERS = ROOT / ".binder" / "requirements.txt"
EXTRAS = ["plots", "notebooks", "lab"]  # of pyproject.toml: what a reader needs, to run the chapters in JupyterLab
MUTANTS = ROOT / "trials" / "mutants.txt"
COSMIC_RAY = "cosmic-ray==8.7.0"  # plants the mutants; `make mutants` alone needs it, so it stays out of the lock
HOME = VENV / "var" / "uv"
HEADER = "# Made from requirements.in by `make lock`; edit that file instead.\n"
BESIDE = "# Made by `make lock`: what `make mutants` installs beside the environment, in the versions of the lock.\n"


def plain(locked: str) -> str:
    """Return the pins of a hashed lock without their hashes, and the package of this folder as the last line."""
    joined = re.sub(r"\s*\\\n\s+--hash=\S+", "", locked)
    pins = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return HEADER + "\n".join([*pins, "-e ."]) + "\n"


def versions(locked: str) -> dict[str, set[str]]:
    """Return every version that the lock names, by package."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", locked, re.M):
        found.setdefault(name, set()).add(version)
    return found


def main() -> None:
    """Compile; refuse two versions of one package, which would be two books."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that requirements.in allows")
    arguments = parser.parse_args()
    python = VENV / "bin" / "python"
    uv = HOME / "bin" / "uv"
    options = ["--universal", "--fork-strategy", "fewest", "--python-version", "3.11"]
    options += [
        "--no-header",
        "--no-annotate",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--cache-dir",
        str(HOME / "cache"),
    ]
    upgrade = ["--upgrade"] if arguments.upgrade else []
    try:
        run(f"Installing {UV}", [python, "-m", "pip", "install", "-q", "--upgrade", "--target", HOME, UV])
        # Without a lock to start from, the versions of requirements.txt are kept just as well.
        draft = HOME / "draft.lock"
        previous = LOCK if LOCK.exists() else PLAIN
        draft.write_text("\n".join(line for line in previous.read_text().splitlines() if line != "-e .") + "\n")
        command: list[str | Path] = [uv, "pip", "compile", *options]
        run("Resolving", [*command, *upgrade, "--generate-hashes", "-o", draft, SOURCE], env=environment(), cwd=ROOT)
        readers, package = HOME / "readers.txt", ROOT / "pyproject.toml"
        readers.unlink(missing_ok=True)
        extras = [f"--extra={extra}" for extra in EXTRAS]
        command += [*extras, "--constraints", draft, "-o", readers, package]
        run("Choosing what readers need", command, env=environment(), cwd=ROOT)
        wanted, beside = HOME / "mutants.in", HOME / "mutants.lock"
        wanted.write_text(f"{COSMIC_RAY}\n")
        beside.write_text(MUTANTS.read_text())
        command = [uv, "pip", "compile", *options, "--generate-hashes", "--constraints", draft, "-o", beside, wanted]
        run("Resolving what make mutants needs", command, env=environment(), cwd=ROOT)
    except Failed as failure:
        raise stop(f"{failure.log.strip()}\nThe packages could not be resolved; the lock stays as it was.") from None
    locked = draft.read_text()
    split = sorted(name for name, several in versions(locked).items() if len(several) > 1)
    if split:
        raise stop(f"More than one version of {', '.join(split)}: pin one that serves every Python in requirements.in.")
    LOCK.write_text(HEADER + locked)
    PLAIN.write_text(plain(locked))
    READERS.write_text(plain(readers.read_text()))
    MUTANTS.write_text(BESIDE + beside.read_text())
    say(f"{len(versions(locked))} packages in requirements.txt and requirements.lock")


if __name__ == "__main__":
    main()
