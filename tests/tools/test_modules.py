"""Every module of the packages can be imported: a command that nobody tried would end at its first line."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import book
import tools
import trials

MODULES = sorted(
    module.name
    for package in (book, tools, trials)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if module.name != "trials.noxfile"  # nox has an environment of its own
)


@pytest.mark.parametrize("name", MODULES)
def test_it_can_be_imported(name: str) -> None:
    importlib.import_module(name)
