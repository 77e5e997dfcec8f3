"""The book in other worlds: the oldest packages, the newest, and every Python that is found.

The environment of `make` has exact pins, and there every output is compared strictly, figures included. Here the
chapters' text is compared to the letter, figures by their numbers (trials/elsewhere.py), and the unit tests of nnlib
run. The sessions need that environment: `make setup`, then `.venv/bin/nox`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.lock import PLAIN, UV  # noqa: E402
from tools.paths import VENV, environment  # noqa: E402
from trials.elsewhere import REFERENCE  # noqa: E402

OLDEST, NEWEST, PYTHONS = "3.11", "3.14", ["3.11", "3.12", "3.13", "3.14"]
EXTRAS = f"{ROOT}[plots,notebooks,tests]"

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["oldest", "newest", "pinned"]


def prove(session: nox.Session, name: str, *options: str) -> None:
    """Install nnlib with what the chapters and the tests of nnlib need; run both."""
    session.install(UV)
    session.run("uv", "pip", "install", "--quiet", *options, EXTRAS)
    if not fresh(REFERENCE):
        reference = [str(VENV / "bin" / "python"), "-m", "trials.elsewhere", "--reference"]
        subprocess.run(reference, cwd=ROOT, env=environment(), check=True)
    session.run("python", "-m", "trials.elsewhere", "--compare", name, *session.posargs, env={"PYTHONPATH": str(ROOT)})
    session.run(
        "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(ROOT / "tests" / "nnlib"),
        env={"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"},
    )  # fmt: skip
    session.run("python", "-m", "trials.elsewhere", "--table", env={"PYTHONPATH": str(ROOT)})


def fresh(path: Path) -> bool:
    """Tell whether the pinned figures are newer than everything that draws them."""
    programs = [
        *ROOT.glob("nnlib/**/*.py"),
        *ROOT.glob("nnlib/data/*"),
        *(ROOT / "trials" / f"{name}.py" for name in ("figure_data", "elsewhere")),
    ]
    sources = [*ROOT.glob("chapters/*.md"), ROOT / "index.md", *programs, PLAIN]
    return path.exists() and path.stat().st_mtime > max(source.stat().st_mtime for source in sources)


@nox.session(python=OLDEST)
def oldest(session: nox.Session) -> None:
    """Run with the lowest versions that pyproject.toml allows."""
    prove(session, "oldest", "--resolution", "lowest-direct")


@nox.session(python=PYTHONS[::-1])
def newest(session: nox.Session) -> None:
    """Run with the newest versions of everything that there are today."""
    prove(session, f"newest-{session.python}", "--upgrade")


@nox.session(python=PYTHONS)
def pinned(session: nox.Session) -> None:
    """Run with the versions of requirements.txt."""
    pins = Path(session.create_tmp()) / "pins.txt"
    pins.write_text("\n".join(line for line in PLAIN.read_text().splitlines() if line != "-e ."))
    prove(session, f"pinned-{session.python}", "--constraints", str(pins))
