"""Files count by their hash alone, whatever source they come from; what is missing is missing in one line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from book import live
from book.live import files


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Let one file be wanted, and the cache be empty."""
    content = b"a wheel"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LIVE_FILES", str(tmp_path / "given"))
    (tmp_path / "given").mkdir()
    monkeypatch.setattr(files, "wanted", lambda: {"a.whl": frozenset({hashlib.sha256(content).hexdigest()})})
    return content


def never(missing: files.Hashes) -> Iterator[tuple[str, bytes]]:
    raise AssertionError("no source should have been asked")


def silent(missing: files.Hashes) -> Iterator[tuple[str, bytes]]:
    raise TimeoutError
    yield


def test_a_file_of_the_local_folder_is_taken_and_kept(tmp_path: Path, one: bytes) -> None:
    (tmp_path / "given" / "a.whl").write_bytes(one)
    assert files.get((files.from_folder, never))["a.whl"].read_bytes() == one
    assert files.get((never,))["a.whl"].read_bytes() == one


def test_another_file_of_the_same_name_is_not_taken(tmp_path: Path, one: bytes) -> None:
    (tmp_path / "given" / "a.whl").write_bytes(b"another wheel")
    with pytest.raises(files.Missing, match="a\\.whl"):
        files.get((files.from_folder, silent))


def test_a_source_that_does_not_answer_is_passed_over(tmp_path: Path, one: bytes) -> None:
    (tmp_path / "given" / "a.whl").write_bytes(one)
    assert files.get((silent, files.from_folder)) != {}


def test_a_kept_file_that_was_damaged_is_got_anew(tmp_path: Path, one: bytes) -> None:
    (tmp_path / "given" / "a.whl").write_bytes(one)
    files.get((files.from_folder,))["a.whl"].write_bytes(b"half")
    assert files.get((files.from_folder,))["a.whl"].read_bytes() == one


@pytest.mark.skipif(not files.CORE.exists(), reason="needs the Node packages that make installs")
def test_every_package_is_wanted_by_a_hash_of_a_lock() -> None:
    locked = {entry["sha256"] for entry in files.lock()["packages"].values()}
    for name, hashes in files.wanted().items():
        assert hashes <= locked or name.startswith(files.PLAIN)
        assert all(len(found) == 64 for found in hashes)
        assert hashes


def test_live_is_yes_or_no(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer, wanted in (("", True), ("yes", True), ("no", False)):
        monkeypatch.setenv("LIVE", answer)
        assert live.wanted() is wanted
    monkeypatch.setenv("LIVE", "maybe")
    with pytest.raises(ValueError, match="yes or no"):
        live.wanted()
