"""Where things are, and the environment that every program of this project runs in."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BUILD = ROOT / "_build"
CHAPTERS = ROOT / "chapters"
RECORDED = ROOT / "tests" / "recorded"
LOCK = ROOT / "requirements.lock"


def environment() -> dict[str, str]:
    """Return the variables for child processes: this environment first, and nothing read from or written to the home.

    A reader's own Jupyter kernels, IPython start-up files or Matplotlib style would otherwise change the outputs.
    One BLAS thread a process: the tests already use every core, and results must not depend on the count, as
    `make matrix` shows with BOOK_BLAS_THREADS.
    """
    variables = dict(os.environ)
    variables.pop("MPLBACKEND", None)
    variables.pop("PYTHONHOME", None)
    own = VENV / "var"
    threads = variables.get("BOOK_BLAS_THREADS", "1")
    return variables | {
        "PATH": os.pathsep.join([str(VENV / "bin"), variables.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(VENV),
        "IPYTHONDIR": str(own / "ipython"),
        "JUPYTER_CONFIG_DIR": str(own / "jupyter" / "config"),
        "JUPYTER_DATA_DIR": str(own / "jupyter" / "data"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_RUNTIME_DIR": str(own / "jupyter" / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "jupyter" / "lab-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "jupyter" / "lab-workspaces"),
        "MPLCONFIGDIR": str(own / "matplotlib"),
        "npm_config_cache": str(own / "npm"),
        "npm_config_update_notifier": "false",
        "XDG_CACHE_HOME": str(own / "cache"),
        "XDG_CONFIG_HOME": str(own / "config"),
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
