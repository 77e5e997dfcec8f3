"""What can be differentiated, read from the registry of rules and from what a traced array answers to."""

import importlib
import inspect
from typing import Any

import numpy as np

import nnlib
from nnlib.engine.numpy_composed import COMPOSED, LOCALLY_CONSTANT
from nnlib.engine.traced import Traced, name_of
from nnlib.rules import operations

OPERATORS = {
    **{f"__{name}__": f"x {sign} y" for name, sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"))},
    **{f"__{name}__": f"x {sign} y" for name, sign in (("pow", "**"), ("matmul", "@"), ("mod", "%"))},
    **{"__neg__": "-x", "__pos__": "+x", "__abs__": "abs(x)", "__getitem__": "x[index]", "__iter__": "for row in x"},
}


def supported() -> dict[str, dict[str, str]]:
    """Return the calls that can be differentiated, in both modes and any number of times.

    Returns
    -------
    dict
        For each kind its calls, with the arguments that they take under differentiation, and a note where there is one.
        The kinds are "elementwise" and "arrays" (functions of NumPy), "constant" (those whose derivative is zero
        wherever it exists), "operators" and "methods" of arrays, "nnlib", and "other": operations registered elsewhere.

    Notes
    -----
    The book's page "What can be differentiated" shows the same, what holds at kinks, and what to use instead of others.

    Examples
    --------
    >>> "np.tanh" in supported()["elementwise"]
    True
    >>> [call for call in supported()["arrays"] if call.startswith("np.sum")]
    ['np.sum(a, axis=None, *, keepdims=False)']
    >>> [call for call in supported()["arrays"] if call.startswith("np.sort")]
    []
    """
    for module in dir(nnlib):
        if not module.startswith("_"):
            importlib.import_module(f"nnlib.{module}")  # registers its operations
    found: dict[str, dict[str, str]] = {"elementwise": {}, "arrays": {}, "nnlib": {}, "other": {}}
    for op in operations():
        name = name_of(op.function)
        if op.name.startswith("_") or name.startswith("nnlib.engine."):
            continue  # stands behind another function or an operator
        if not name.startswith("np."):
            arguments = _arguments(op.implementation) if op.signature else f"({', '.join(op.arrays)})"
            found["nnlib" if name.startswith("nnlib.") else "other"][name + arguments] = f"in {', '.join(op.arrays)}"
        elif op.signature is None:
            kind = "arrays" if getattr(op.function, "signature", None) else "elementwise"  # what a ufunc works on
            found[kind][f"{name}({', '.join(op.arrays)})" if kind == "arrays" else name] = _other_names(op.function)
        else:
            found["arrays"][f"{name}{_arguments(op.implementation)}"] = _note(op.implementation)
    for function, made in COMPOSED.items():
        found["arrays"][f"{name_of(function)}{_arguments(made)}"] = _note(made)
    answers = {name for name, value in vars(Traced).items() if "refuse" not in getattr(value, "__name__", "")}
    return {
        **{kind: dict(sorted(calls.items())) for kind, calls in found.items()},
        "constant": {name_of(f): _other_names(f) for f in sorted(LOCALLY_CONSTANT, key=name_of)},
        "operators": {text: "" for name, text in OPERATORS.items() if name in answers},
        "methods": {f"x.{name}": "" for name in sorted(answers) if name[0] != "_" and hasattr(np.ndarray, name)},
    }


def _note(function: Any) -> str:
    """Give what the docstring says, to go on a line."""
    text = inspect.getdoc(function) or ""
    return text[:1].lower() + text[1:].rstrip(".")


def _other_names(function: Any) -> str:
    """Give the further names under which NumPy has a function."""
    return ", ".join(f"np.{name}" for name, value in vars(np).items() if value is function and name != value.__name__)


def _arguments(function: Any) -> str:
    """Write the arguments of a function, with their defaults and without their types."""
    signature = inspect.signature(function)
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=inspect.Signature.empty))
