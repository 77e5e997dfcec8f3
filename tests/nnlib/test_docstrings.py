"""Every public function and class has an example, and the examples give what they say."""

import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nnlib
from tests.nnlib.public import MODULES, public

EVERY = sorted(module.name for module in pkgutil.walk_packages(nnlib.__path__, "nnlib."))
PUBLIC = [(module, name) for module in MODULES for name in sorted(public(module))]

WITHOUT_EXAMPLE = {
    "notebook.setup": "changes the printing and the figures of the whole process; every chapter begins with it",
    "notebook.glue": "shows nothing outside a page",
    "rules.register": "would register an operation of the example for the whole process",
    "rules.differentiable": "would register an operation of the example for the whole process",
    "rules.rule": "would register an operation of the example for the whole process",
    "trace.Trace": "its tables fill pages; chapters/autodiff.md shows them",
    "trace.trace": "its tables fill pages; chapters/autodiff.md shows them",
}


def examples(function: Callable[..., Any], module: Any) -> list[doctest.DocTest]:
    function = inspect.unwrap(function)  # doctest passes over decorated functions; np is what a reader has imported
    found = doctest.DocTestFinder().find(function, module.__name__, module=False, globs={"np": np, **vars(module)})
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", EVERY)
def test_the_examples_of_a_module(name: str) -> None:
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner()
    for value in vars(module).values():
        if getattr(value, "__module__", None) == module.__name__:
            for test in examples(value, module):
                runner.run(test)
    assert runner.failures == 0


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_what_is_public_has_an_example_or_a_reason(module: str, name: str) -> None:
    imported = importlib.import_module(f"nnlib.{module}")
    assert bool(examples(getattr(imported, name), imported)) != (f"{module}.{name}" in WITHOUT_EXAMPLE)


def test_a_reason_speaks_of_something_public() -> None:
    assert set(WITHOUT_EXAMPLE) <= {f"{module}.{name}" for module, name in PUBLIC}
