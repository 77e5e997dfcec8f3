"""The package as a whole: what ``import nnlib`` gives, and what its metadata say."""

import doctest
import importlib
import pydoc
import re
import subprocess
import sys
from importlib.metadata import metadata
from types import ModuleType

import pytest
import yaml

import nnlib
from tests.nnlib import public
from tools.paths import CHAPTERS, ROOT

MODULES = [name for name in dir(nnlib) if not name.startswith("__")]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def fresh(script: str) -> str:
    """Return what a script prints in an interpreter that has imported nothing."""
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_importing_the_package_loads_nothing_else() -> None:
    assert fresh("import nnlib, sys; print([m for m in sys.modules if m.startswith(('nnlib.', 'numpy'))])") == "[]\n"


def test_a_module_is_loaded_at_its_first_use() -> None:
    said = fresh(f"import nnlib, sys; print(*[getattr(nnlib, m) is sys.modules['nnlib.' + m] for m in {MODULES}])")
    assert set(said.split()) == {"True"}
    assert fresh("import nnlib, sys; nnlib.chain; print('nnlib.trace' in sys.modules)") == "False\n"


def test_a_module_stays_the_module_whatever_was_imported_from_it() -> None:
    said = fresh("from nnlib.softmax import softmax; import nnlib; print(nnlib.softmax.softmax is softmax)")
    assert said == "True\n"
    assert isinstance(nnlib.trace, ModuleType)


def test_the_listed_modules_are_those_of_the_page_of_functions_and_of_the_help() -> None:
    assert sorted(MODULES) == public.MODULES
    page = (CHAPTERS / "api.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"automodule:: nnlib\.(\w+)", page)) == sorted(MODULES)
    names = [
        name for line in re.findall(r"^    (\w[\w, ]*?)(?:  |$)", nnlib.__doc__, re.M) for name in line.split(", ")
    ]
    assert sorted(names) == sorted(MODULES)
    said = pydoc.render_doc(nnlib, renderer=pydoc.plaintext)
    assert all(line in said for line in nnlib.__doc__.splitlines())


@pytest.mark.parametrize("name", ["sofmax", "softmax_jacobian", "_modules_", "__wrapped__"])
def test_a_name_that_is_no_module_is_told_what_there_is(name: str) -> None:
    with pytest.raises(AttributeError, match=f"module 'nnlib' has no attribute '{name}'; its modules are activations,"):
        getattr(nnlib, name)
    with pytest.raises(ImportError):
        importlib.import_module(f"nnlib.{name}")


def test_the_version_stands_in_one_place() -> None:
    assert nnlib.__version__ == metadata("nnlib")["Version"] == str(CITATION["version"])
    assert f"\n## {nnlib.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version {nnlib.__version__}," in (CHAPTERS / "errata.md").read_text(encoding="utf-8")


def test_the_metadata_say_what_the_package_is() -> None:
    about = metadata("nnlib")
    assert about["License-Expression"] == "BSD-3-Clause"
    assert about["Author"] == ", ".join(author["name"] for author in CITATION["authors"])
    assert about["Description"].startswith("# nnlib\n")
    assert about["Description-Content-Type"] == "text/markdown"


def test_the_example_of_the_description_runs() -> None:
    assert doctest.testfile(str(ROOT / "nnlib" / "README.md"), module_relative=False) == (0, 8)
