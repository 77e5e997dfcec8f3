"""What of nnlib is for readers: the modules at its top, and the functions and classes that they offer."""

import importlib
import inspect

from tools.paths import ROOT

MODULES = sorted(path.stem for path in (ROOT / "nnlib").glob("*.py") if path.stem != "__init__")


def public(module: str) -> set[str]:
    """Name what a module offers: its own functions and classes, and those of the folders below that it passes on.

    Where there is an `__all__`, it decides; what it takes from a neighbor belongs to the neighbor.
    """
    imported = importlib.import_module(f"nnlib.{module}")
    elsewhere = {f"nnlib.{name}" for name in MODULES if name != module}
    offered = getattr(imported, "__all__", None)

    def offers(name: str, value: object) -> bool:
        if not (inspect.isfunction(value) or inspect.isclass(value)) or name.startswith("_"):
            return False
        home = value.__module__
        return home == imported.__name__ if offered is None else name in offered and home not in elsewhere

    return {name for name, value in vars(imported).items() if offers(name, value)}
