"""The edition without solutions, and what it says to a wrong wish."""

from __future__ import annotations

from pathlib import Path

import pytest

from book.solutions import wanted


@pytest.mark.parametrize(
    ("setting", "wish", "answer"),
    [
        ("", "", True),
        ("solutions: yes", "", True),
        ("solutions: no", "", False),
        ("solutions: no", "yes", True),
        ("solutions: yes", "no", False),
    ],
)
def test_a_wish_goes_before_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, wish: str, answer: bool
) -> None:
    (tmp_path / "_config.yml").write_text(f"title: A book\n{setting}\n")
    monkeypatch.setenv("SOLUTIONS", wish)
    assert wanted(tmp_path) is answer


def test_another_wish_or_setting_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_config.yml").write_text("solutions: maybe\n")
    monkeypatch.delenv("SOLUTIONS", raising=False)
    with pytest.raises(ValueError, match=r"_config\.yml says solutions: maybe; it must be yes or no"):
        wanted(tmp_path)
    monkeypatch.setenv("SOLUTIONS", "perhaps")
    with pytest.raises(ValueError, match="SOLUTIONS is 'perhaps'; it must be yes or no"):
        wanted(tmp_path)
