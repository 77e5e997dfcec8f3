"""The book in other worlds: the oldest packages, the newest, every Python that is found, and other circumstances.

The environment of `make` has exact pins, and there every output is compared strictly, figures included. With other
packages the chapters' text is compared to the letter and the pictures are left out: another Matplotlib draws the same
curve with other pixels. `make worlds` and `make matrix` call this file; the sessions need the environment of `make`.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
OLDEST, NEWEST, PYTHONS = "3.11", "3.14", ["3.11", "3.12", "3.13", "3.14"]
UV = "uv==0.13.8"
OLD_PROCESSOR = {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"}
CIRCUMSTANCES = {
    "as make test does": {},
    "two BLAS threads": {"BOOK_BLAS_THREADS": "2"},
    "another hash seed": {"PYTHONHASHSEED": "12345"},
    "locale C": {"LC_ALL": "C", "LANG": "C"},
    "German locale": {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
    "time zone of Kathmandu": {"TZ": "Asia/Kathmandu"},
    "terminal of 40 columns": {"COLUMNS": "40", "LINES": "10"},
    "wide terminal, no color": {"COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"},
    "NumPy without AVX-512": {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"},
    "OpenBLAS for Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "OpenBLAS for SkylakeX": {"OPENBLAS_CORETYPE": "SkylakeX"},
    "OpenBLAS for Zen": {"OPENBLAS_CORETYPE": "Zen"},
    "an old processor": OLD_PROCESSOR,
    "all of it at once": OLD_PROCESSOR
    | {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "COLUMNS": "40", "PYTHONHASHSEED": "7"},
}

nox.needs_version = ">=2024.4"
nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["oldest", "newest", "pinned"]


def prove(session: nox.Session, *options: str) -> None:
    """Install nnlib with what the chapters and the tests of nnlib need; run both."""
    session.install(UV)
    session.run("uv", "pip", "install", "--quiet", *options, f"{ROOT}[plots,notebooks,tests]", "nbval")
    blank = Path(session.create_tmp()) / "figures.cfg"
    blank.write_text("[figures]\nregex: (?s)<\\?xml.*</svg>\nreplace: A FIGURE\n")
    compared = ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={blank}"]
    command = ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *compared, *session.posargs]
    env = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    session.run(*command, str(ROOT / "tests" / "recorded"), env=env)
    session.run(*command, str(ROOT / "tests" / "nnlib"), env=env | {"MPLBACKEND": "agg"})


@nox.session(python=OLDEST)
def oldest(session: nox.Session) -> None:
    """Run with the lowest versions that pyproject.toml allows."""
    prove(session, "--resolution", "lowest-direct")


@nox.session(python=PYTHONS[::-1])
def newest(session: nox.Session) -> None:
    """Run with the newest versions of everything that there are today."""
    prove(session, "--upgrade")


@nox.session(python=PYTHONS)
def pinned(session: nox.Session) -> None:
    """Run with the versions of requirements.txt."""
    pins = Path(session.create_tmp()) / "pins.txt"
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins.write_text("\n".join(line for line in lines if line != "-e ."))
    prove(session, "--constraints", str(pins))


@nox.session(venv_backend="none")
@nox.parametrize("name", list(CIRCUMSTANCES), ids=list(CIRCUMSTANCES))
def circumstances(session: nox.Session, name: str) -> None:
    """Run the unit tests and compare every output in this environment, under other circumstances, in another order."""
    files = [*(ROOT / "tests" / "recorded").glob("*.ipynb"), *(ROOT / "tests").rglob("test_*.py")]
    random.Random(name).shuffle(files)  # the files, not the cells of a notebook, which follow from each other
    command = [VENV / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow and not pages"]
    command += ["--nbval", "--nbval-current-env", "--nbval-kernel-startup-timeout=180", "-n", str(os.cpu_count())]
    with session.chdir(ROOT):
        session.run(*map(str, [*command, "--dist", "loadfile", *files]), env=CIRCUMSTANCES[name], external=True)
