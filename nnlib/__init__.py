"""The mathematics of neural networks in plain NumPy.

Each module is one topic. The docstring of a function gives its formula, its shapes, and the section of the book
*Every Gradient, Checked* that derives it::

    from nnlib.autodiff import grad
    from nnlib.softmax import softmax

Or ``import nnlib`` and ``nnlib.softmax.softmax``: ``nnlib.softmax`` is always the module, loaded at its first use.

Operations, with their derivative rules beside them
    activations, softmax, losses
    signal, toeplitz                    sliding products, and their matrices
    conv, conv_transpose, pooling       the layers of convolutional networks
Derivatives
    autodiff                            grad, vjp and jvp of ordinary NumPy code
    gradcheck                           finite differences, and the check of all others against them
    trace                               what automatic differentiation does, step by step
    chain                               the order in which Jacobians are multiplied
    rules                               how an operation gets a derivative
Networks
    conv_arithmetic, network_table      sizes, parameters and multiplications
    models, training, datasets
Notebooks
    claims                              equations that run, beside wrong versions that must fail
    notebook, plots
"""

from types import ModuleType

__version__ = "0.1.0"  # the one place: pyproject.toml reads it here


def _modules() -> list[str]:
    """Name the modules for readers. What serves these lies in packages of their own."""
    from pkgutil import iter_modules

    return [found.name for found in iter_modules(__path__) if not found.ispkg and not found.name.startswith("_")]


def __getattr__(name: str) -> ModuleType:
    """Load a module when it is first asked for."""
    from importlib import import_module

    if name.startswith("_") or name not in _modules():
        raise AttributeError(f"module 'nnlib' has no attribute {name!r}; its modules are {', '.join(_modules())}")
    return import_module(f"nnlib.{name}")


def __dir__() -> list[str]:
    """List what a reader uses."""
    return [*_modules(), *(name for name in globals() if name.startswith("__"))]
