"""What it costs to import nnlib, in a fresh process, next to NumPy alone.

Python compiles a module when it is first imported, and keeps the result. All modules here come out of such a cache, as
they do for a reader from the second time on.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial

from trials.speed.rounds import Case

MODULES = "nnlib.softmax", "nnlib.conv", "nnlib.autodiff", "nnlib.plots"


def imports() -> Iterator[Case]:
    """Each module against ``import numpy``."""
    with tempfile.TemporaryDirectory() as cache:
        kept = {"PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}  # an empty value means no
        load = partial(_import, {**os.environ, **kept})
        for module in MODULES:
            yield Case(module, {"nnlib": partial(load, module), "import numpy": partial(load, "numpy")}, tolerance=None)


def _import(environment: dict[str, str], module: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, env=environment)
