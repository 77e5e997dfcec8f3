"""The runs under other circumstances are really under them, and a difference between them is seen."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tools.paths import ROOT
from trials import matrix


def test_files_come_in_another_order_for_each_seed_and_all_of_them_come() -> None:
    orders = [matrix.files(seed, notebooks_only=False) for seed in (1, 2)]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])
    assert {"tests/test_softmax.py", "tests/recorded/softmax.ipynb"} <= set(orders[0])
    assert all((ROOT / name).exists() for name in orders[0])
    assert matrix.files(1, notebooks_only=False) == orders[0]


def test_the_settings_have_names_of_their_own_and_differ() -> None:
    assert len({setting.name for setting in matrix.SETTINGS}) == len(matrix.SETTINGS) == 20
    assert len({(str(setting.variables), setting.workers) for setting in matrix.SETTINGS}) == len(matrix.SETTINGS)


def test_a_run_is_under_its_circumstances(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "test_planted.py"
    planted.write_text(
        "import os, time\n"
        "def test_variables():\n"
        "    assert os.environ['OPENBLAS_NUM_THREADS'] == '2'\n"
        "    assert os.environ['COLUMNS'] == '40'\n"
        "def test_zone():\n"
        "    assert time.timezone == -20700\n"
    )
    monkeypatch.setattr(matrix, "files", lambda seed, notebooks_only: [str(planted)])
    good = matrix.Setting("planted", {"BOOK_BLAS_THREADS": "2", "COLUMNS": "40", "TZ": "Asia/Kathmandu"}, workers=0)
    result = matrix.run(good, 1, "not pages", notebooks_only=True)
    assert result["good"]
    assert result["counts"] == {"passed": 2}
    monkeypatch.setattr(matrix, "BUILD", tmp_path)
    bad = matrix.Setting("planted", {"BOOK_BLAS_THREADS": "2", "COLUMNS": "40", "TZ": "UTC"}, workers=0)
    result = matrix.run(bad, 1, "not pages", notebooks_only=True)
    assert not result["good"]
    assert result["counts"] == {"passed": 1, "failed": 1}
    assert matrix.verdict([result]) == ["planted"]


@pytest.mark.skipif(
    shutil.which("localedef") is None or not Path("/usr/share/i18n/locales/de_DE").exists(),
    reason="the system does not describe the locale",
)
def test_a_locale_that_is_not_installed_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = tmp_path / "test_planted.py"
    planted.write_text(
        "import locale\n"
        "def test_comma():\n"
        "    locale.setlocale(locale.LC_ALL, '')\n"
        "    assert locale.str(1.5) == '1,5'\n"
    )
    monkeypatch.setattr(matrix, "files", lambda seed, notebooks_only: [str(planted)])
    monkeypatch.setattr(matrix, "LOCALES", tmp_path / "locales")
    monkeypatch.setattr(matrix, "installed", lambda name: False)
    german = matrix.Setting("German", {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}, workers=0)
    assert matrix.impossible(german) is None
    assert matrix.run(german, 1, "not pages", notebooks_only=True)["counts"] == {"passed": 1}


def outcome(name: str, good: bool = True, **counts: int) -> dict[str, Any]:
    return {"name": name, "seed": 1, "workers": 0, "variables": {"TZ": "UTC"}, "counts": counts, "good": good}


def test_a_run_that_counts_otherwise_is_a_difference() -> None:
    results = [outcome("a", passed=5), outcome("b", passed=5), outcome("c", passed=4, skipped=1)]
    assert matrix.verdict(results) == ["c"]
    assert matrix.verdict(results[:2]) == []
    assert "different: c." in matrix.table(results, {})
    text = matrix.table(results[:2], {"German locale": "not installed"})
    assert "| a | `TZ=UTC` | 1 | 1 | 5 passed |" in text
    assert "2 runs; no difference. Not run: German locale (not installed)." in text


def test_the_last_line_of_pytest_is_read() -> None:
    assert matrix.counts("x\n2 failed, 3 passed, 1 skipped, 1 error in 4.20s\n") == {
        "failed": 2, "passed": 3, "skipped": 1, "error": 1,
    }  # fmt: skip
    assert matrix.counts("no summary") == {}


def test_what_cannot_be_had_is_said() -> None:
    nowhere = matrix.Setting("nowhere", {"LC_ALL": "xx_XX.UTF-8"})
    assert matrix.impossible(nowhere) == "locale xx_XX.UTF-8 is not installed"
    assert matrix.impossible(matrix.Setting("plain", {"LC_ALL": "C"})) is None
