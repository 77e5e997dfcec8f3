"""The parts of the pack hold their files, smaller where that helps, and the same files give the same bytes."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from book.live import cells, files, pack
from book.pages import node

TEXT = b"the same line\n" * 1000


def unpacked(script: bytes) -> dict[str, bytes]:
    name, _, rest = script.decode().removeprefix("Live.take(").removesuffix(");\n").partition(", ")
    assert json.loads(name) == "part"
    raw = {file: base64.b64decode(coded) for file, coded in json.loads(rest).items()}
    return {file: gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content for file, content in raw.items()}


def test_a_part_holds_its_files_and_two_are_the_same() -> None:
    noise = bytes(range(256))
    made = pack.script("part", {"a.txt": TEXT, "b.bin": noise})
    assert unpacked(made) == {"a.txt": TEXT, "b.bin": noise}
    assert len(made) < len(TEXT) / 2
    assert made == pack.script("part", {"a.txt": TEXT, "b.bin": noise})


def test_the_script_of_the_page_is_whole_without_its_comments(tmp_path: Path) -> None:
    path = tmp_path / "live.js"
    path.write_text(cells.script(), encoding="utf-8")
    subprocess.run([node.NODE, "--check", path], check=True)


@pytest.mark.slow
@pytest.mark.skipif(not files.CORE.exists(), reason="needs the Node packages that make installs")
def test_compiled_files_hold_no_time_and_stand_where_their_sources_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "a.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("a/__init__.py", "x = 1\n")
        archive.writestr("a/broken.py", "x = = 1\n")
        archive.writestr("a/data.txt", "data")
    made = []
    for place in ("first", "second"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / place))
        made.append(pack.compiled([wheel])[wheel])
    assert made[0].read_bytes() == made[1].read_bytes()
    assert zipfile.ZipFile(made[0]).namelist() == ["a/__init__.pyc", "a/broken.py", "a/data.txt"]
