"""Compile what the book needs into exact pins: one resolution makes all files, so that they cannot disagree.

requirements.txt builds the book, runs its chapters and compares their outputs; requirements-dev.txt has what else the
checks need; requirements.lock has both with hashes, for make. .binder/requirements.txt has those of the same pins that
a server for readers needs, and trials/mutants.txt what `make mutants` installs beside the environment.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

from tools.paths import LOCK, ROOT, VENV, environment
from tools.progress import Failed, run, say, stop

SOURCE, PLAIN = ROOT / "requirements.in", ROOT / "requirements.txt"
DEV_SOURCE, DEV = ROOT / "requirements-dev.in", ROOT / "requirements-dev.txt"
READERS = ROOT / ".binder" / "requirements.txt"
EXTRAS = ["plots", "notebooks", "lab"]  # of pyproject.toml: what a reader needs, to run the chapters in JupyterLab
MUTANTS = ROOT / "trials" / "mutants.txt"
COSMIC_RAY = "cosmic-ray==8.7.0"  # plants the mutants; `make mutants` alone needs it, so it stays out of the lock
HEADER = "# Made by `make lock` from requirements.in and requirements-dev.in; edit those instead.\n"
OPTIONS = ["--universal", "--fork-strategy", "fewest", "--python-version", "3.11", "--no-header", "--no-annotate"]
OPTIONS += ["--no-emit-index-url", "--no-emit-find-links"]


def plain(locked: str, *, package: bool = True) -> str:
    """Return the pins of a lock without their hashes and, as the last line, the package of this folder."""
    joined = re.sub(r"\s*\\\n\s+--hash=\S+", "", locked)
    pins = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return HEADER + "\n".join([*pins, *(["-e ."] if package else [])]) + "\n"


def rest(locked: str, base: str) -> str:
    """Return the pins of the packages in a lock that ``base`` does not have."""
    known, lines = versions(base), plain(locked, package=False).splitlines()[1:]
    pins = [line for line in lines if line.partition("==")[0] not in known]
    return HEADER + "\n".join(pins) + "\n"


def versions(locked: str) -> dict[str, set[str]]:
    """Return every version that the lock names, by package."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", locked, re.M):
        found.setdefault(name, set()).add(version)
    return found


def compile_pins(title: str, target: Path, *arguments: str | Path) -> str:
    """Resolve into a file; what stands in it already is kept where it can be."""
    command: list[str | Path] = [VENV / "bin" / "uv", "pip", "compile", *OPTIONS, *arguments, "-o", target]
    run(title, command, env=environment(), cwd=ROOT)
    return target.read_text()


def main() -> None:
    """Compile; refuse two versions of one package, which would be two books."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that the input files allow")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    with tempfile.TemporaryDirectory() as folder:
        draft, base, readers, wanted, beside = (Path(folder, name) for name in ("lock", "base", "readers", "in", "out"))
        draft.write_text(LOCK.read_text())
        beside.write_text(MUTANTS.read_text())
        wanted.write_text(f"{COSMIC_RAY}\n")
        try:
            locked = compile_pins("Resolving", draft, *upgrade, "--generate-hashes", SOURCE, DEV_SOURCE)
            kept: list[str | Path] = ["--constraints", draft]
            base_pins = plain(compile_pins("Choosing what the book needs", base, *kept, SOURCE))
            extras = [f"--extra={extra}" for extra in EXTRAS]
            readers_pins = compile_pins("Choosing what readers need", readers, *extras, *kept, ROOT / "pyproject.toml")
            title = "Resolving what make mutants needs"
            mutants = compile_pins(title, beside, "--generate-hashes", *kept, wanted)
        except Failed as failure:
            log = failure.log.strip()
            raise stop(f"{log}\nThe packages could not be resolved; the lock stays as it was.") from None
    split = sorted(name for name, several in versions(locked).items() if len(several) > 1)
    if split:
        raise stop(f"More than one version of {', '.join(split)}: pin one that serves every Python in requirements.in.")
    LOCK.write_text(HEADER + locked)
    PLAIN.write_text(base_pins)
    DEV.write_text(rest(locked, base_pins))
    READERS.write_text(plain(readers_pins))
    MUTANTS.write_text(HEADER + mutants)
    say(f"{len(versions(locked))} packages in requirements.lock, {len(versions(base_pins))} in requirements.txt")


if __name__ == "__main__":
    main()
