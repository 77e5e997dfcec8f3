"""The page of functions leaves none out."""

import ast
import importlib
import re

from tools.paths import CHAPTERS, ROOT

# What serves other modules of nnlib rather than a reader.
INTERNAL = {
    "conv_naive",
    "numpy_composed",
    "numpy_elementwise",
    "numpy_rules",
    "numpy_shapes",
}
HELPERS = {
    "rules": {"operation", "operations", "rules_for", "unbroadcast"},
}


def public(module: str) -> set[str]:
    """Name what a module defines, and what it takes from a private neighbor to offer it to readers in `__all__`."""
    tree = ast.parse((ROOT / "nnlib" / f"{module}.py").read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    offered = getattr(importlib.import_module(f"nnlib.{module}"), "__all__", [])
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nnlib._"):
            names |= {alias.name for alias in node.names if alias.name in offered}
    return {name for name in names if not name.startswith("_")} - HELPERS.get(module, set())


def test_every_public_function_is_on_the_page() -> None:
    text = (CHAPTERS / "api.md").read_text(encoding="utf-8")
    listed = {
        module: set(re.split(r",\s*", names))
        for module, names in re.findall(r"\.\. automodule:: nnlib\.(\w+)\n +:members: (.+)\n", text)
    }
    modules = {path.stem for path in (ROOT / "nnlib").glob("*.py") if not path.stem.startswith("_")} - INTERNAL
    assert listed == {module: public(module) for module in sorted(modules)}
