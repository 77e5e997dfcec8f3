"""The contracts about who may import whom: they hold, each of them catches an import that it forbids."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tools.paths import ROOT, VENV

LAYERS, CIRCLES = "nnlib is built in layers", "nothing goes round in a circle"
PLANTED = [
    ("numerics/arrays", "import nnlib.rules", LAYERS),
    ("softmax", "from nnlib.autodiff import vjp", LAYERS),
    ("models", "def later():\n    from nnlib import autodiff", LAYERS),
    ("training", "from nnlib.engine.traced import plain", LAYERS),
    ("claims", "import nnlib.rules", LAYERS),
    ("plots", "import nnlib.activations", LAYERS),
    ("newcomer", "", LAYERS),
    ("activations", "import nnlib.losses", CIRCLES),
    ("rules", "import nnlib.numerics.windows", "the registry of rules"),
    ("gradcheck", "import nnlib.engine.traced", "finite differences"),
    ("gradcheck", "import nnlib.softmax", "finite differences"),
    ("claims", "import nnlib.numerics.arrays", "what prints, draws and compares"),
    ("numerics/windows", "import scipy.signal", "NumPy alone"),
    ("claims", "import practice.draw", "nnlib knows nothing of the book"),
    ("../practice/softmax", "import book.claims", "practice uses what a reader may import"),
    ("../practice/softmax", "import nnlib.engine.traced", "practice uses what a reader may import"),
    ("../practice/draw", "import practice.answers", "practice is built in layers"),
]


@pytest.mark.parametrize(("module", "line", "contract"), PLANTED, ids=[f"{m}: {line}" for m, line, _ in PLANTED])
def test_a_wrong_import_breaks_its_contract(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in ("nnlib", "practice", "book", "tools", "trials"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    with (tmp_path / "nnlib" / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{line}\n")
    command = [VENV / "bin" / "lint-imports", "--no-logo", "--no-cache"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert any(contract in said and "BROKEN" in said for said in answer.stdout.splitlines()), answer.stdout
