"""The other libraries, as far as they are installed: all are optional."""

import importlib
import importlib.metadata
from types import ModuleType
from typing import Any

NAMES = "torch", "scipy.signal", "scipy.special", "autograd", "micrograd.engine", "mpmath"


def peer(name: str) -> Any:
    """Return the module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def versions() -> dict[str, str]:
    """Return the versions of what is installed, NumPy first."""
    modules: list[ModuleType | None] = [importlib.import_module("numpy"), *(peer(name) for name in NAMES)]
    found = {}
    for module in modules:
        if module is not None:
            package = module.__name__.partition(".")[0]
            found[package] = importlib.metadata.version(package)
    return found
