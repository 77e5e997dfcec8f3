"""What it costs to import nnlib, in a fresh process, next to NumPy alone."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.rounds import Case

MODULES = "nnlib.softmax", "nnlib.conv", "nnlib.autodiff", "nnlib.plots"


def imports() -> Iterator[Case]:
    """Each module against ``import numpy``."""
    for module in MODULES:
        yield Case(
            module, {"nnlib": partial(_import, module), "import numpy": partial(_import, "numpy")}, tolerance=None
        )


def _import(module: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
