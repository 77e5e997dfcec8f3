"""Put cosmic-ray, with pinned versions, where only this program looks: nobody else needs it in the environment."""

from __future__ import annotations

import sys

from tools.install import digest, pip, stamped
from tools.paths import ROOT, VENV
from tools.progress import Failed, run, stop

PINS = ROOT / "requirements-mutants.txt"
FOLDER = VENV / "var" / "mutants"
STAMP = FOLDER / "installed.json"


def get() -> None:
    """Install what is missing, and make it importable after everything else."""
    want = {"pins": digest(PINS)}
    if stamped(STAMP) != want:
        options = ["install", "-q", "--no-deps", "--require-hashes", "--upgrade", "--target", str(FOLDER)]
        try:
            run("Installing cosmic-ray", pip(*options, "-r", str(PINS)))
        except Failed as failure:
            raise stop(f"cosmic-ray could not be installed: {failure.log.strip()}") from None
        STAMP.write_text(f'{{"pins": "{want["pins"]}"}}\n')
    sys.path.append(str(FOLDER))
