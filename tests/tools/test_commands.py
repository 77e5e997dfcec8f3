"""What the Makefile calls, and what a machine that lacks something is told."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from book.sources import dependencies
from tests import conftest
from tests.copies import cells, copy_book
from tools import book, chapters, install, lock, record, verify
from tools.paths import LOCK, ROOT
from tools.progress import Failed, run

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


@needs_make
def test_make_alone_explains_every_command() -> None:
    said = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony is not None
    for target in set(phony[1].split()) - {"help", "setup", "setup-tests"}:
        assert f"make {target}" in said


# A machine that lacks something


def set_up_with(folder: Path, script: str | None, **variables: str) -> tuple[int, str]:
    """Run tools/setup in a copy, where the only Python is a shell script that answers as it is told."""
    (folder / "tools").mkdir()
    shutil.copy2(ROOT / "tools" / "setup", folder / "tools")
    programs = folder / "bin"
    programs.mkdir()
    for name in ("sh", "dirname", "echo"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    if script is not None:
        python = programs / "python3"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    env = {"PATH": str(programs), **variables}
    answer = subprocess.run(
        [programs / "sh", folder / "tools" / "setup"], env=env, capture_output=True, text=True, check=False
    )
    assert answer.stdout == ""
    return answer.returncode, answer.stderr


@needs_sh
@pytest.mark.parametrize(
    ("script", "variables", "expected"),
    [
        (None, {}, "No Python found: install 3.11 or newer"),
        (None, {"PYTHON": "/no/such/python"}, "No Python found at /no/such/python: install 3.11 or newer"),
        ('case "$2" in *print*) echo 3.9;; *) exit 1;; esac', {}, "python3 is Python 3.9, and this project needs 3.11"),
        (
            'case "$2" in *print*) echo 3.12;; *ensurepip*) exit 1;; esac',
            {},
            "python3 (Python 3.12) lacks the modules venv and ensurepip: install them (Debian, Ubuntu: apt install "
            "python3.12-venv)",
        ),
        ("echo 'python3: command not found in this version' >&2; exit 127", {}, "No Python found: install 3.11"),
    ],
)
def test_a_python_that_is_missing_or_unfit_is_one_clear_line(
    tmp_path: Path, script: str | None, variables: dict[str, str], expected: str
) -> None:
    code, said = set_up_with(tmp_path, script, **variables)
    assert code == 1
    assert expected in said
    assert said.count("\n") == 1


PIP_OFFLINE = """\
WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError("HTTPSConnection: \
Failed to establish a new connection: [Errno -3] Temporary failure in name resolution")': /simple/numpy/
ERROR: Could not find a version that satisfies the requirement numpy==2.4.6 (from versions: none)
ERROR: No matching distribution found for numpy==2.4.6
"""
NPM_OFFLINE = "npm error code ENOTFOUND\nnpm error network request failed, reason: getaddrinfo ENOTFOUND registry\n"


@pytest.mark.parametrize("log", [PIP_OFFLINE, NPM_OFFLINE])
def test_no_network_is_one_clear_line(log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "LOG", tmp_path / "install.log")
    message = str(install.explain("the pinned packages", Failed(1, log)))
    assert message.startswith("No network: the pinned packages could not be downloaded. Connect")
    assert "\n" not in message
    assert (tmp_path / "install.log").read_text() == log


NPM_CERTIFICATE = """npm error code SELF_SIGNED_CERT_IN_CHAIN
npm error request to https://registry.npmjs.org/katex failed, reason: self-signed certificate in certificate chain
npm error A complete log of this run can be found in: /somewhere/debug-0.log
"""
PIP_CERTIFICATE = "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))"


@pytest.mark.parametrize("log", [NPM_CERTIFICATE, PIP_CERTIFICATE])
def test_a_refused_certificate_names_the_settings_that_help(
    log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "LOG", tmp_path / "install.log")
    message = str(install.explain("the Node packages", Failed(1, log)))
    assert "tell pip its file (PIP_CERT=FILE, or pip config set global.cert FILE)" in message
    assert "\n" not in message


PIP_DAMAGED = "some lines\nERROR: pyproject.toml is damaged\n\n"
NPM_LOCK = """npm warn Unknown user config
npm error code EUSAGE
npm error
npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.
npm error
npm error Run "npm help ci" for more info
npm error A complete log of this run can be found in: /somewhere/debug-0.log
"""


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (PIP_DAMAGED, "ERROR: pyproject.toml is damaged (the whole log"),
        (NPM_LOCK, "npm error `npm ci` can only install packages when your package.json and package-lock.json are in"),
        ("", "no message"),
    ],
)
def test_another_failure_of_an_installation_shows_the_line_that_tells_why(
    log: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "LOG", tmp_path / "install.log")
    assert f"nnlib could not be installed: {expected}" in str(install.explain("nnlib", Failed(1, log)))


# Dependencies


def test_all_files_of_pins_come_from_one_resolution() -> None:
    base, more = lock.PLAIN.read_text(), lock.DEV.read_text()
    assert lock.rest(LOCK.read_text(), base) == more
    assert lock.versions(base) | lock.versions(more) == lock.versions(LOCK.read_text())
    assert not lock.versions(base).keys() & lock.versions(more).keys()
    assert base.endswith("\n-e .\n")


def test_who_reads_the_book_installs_no_checks() -> None:
    names = lock.versions(lock.PLAIN.read_text()).keys()
    assert names >= {"jupyter-book", "numpy", "matplotlib", "pytest", "nbval"}
    assert not names & {"mypy", "ruff", "zizmor", "playwright", "nox", "jupyterlab", "hypothesis"}


def test_every_package_is_pinned_to_one_version_with_hashes() -> None:
    text = LOCK.read_text()
    assert all(len(versions) == 1 for versions in lock.versions(text).values())
    entries = re.split(r"\n(?=\S)", text.strip())[1:]
    assert all(re.match(r"[a-z0-9-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)


def test_the_pins_satisfy_the_input_file() -> None:
    pinned = lock.versions(LOCK.read_text())
    for line in (lock.SOURCE.read_text() + lock.DEV_SOURCE.read_text()).splitlines():
        requirement = line.partition("#")[0].strip()
        if requirement:
            name, _, version = requirement.partition("==")
            assert name in pinned, f"{name} is not in the lock: run make lock"
            assert not version or pinned[name] == {version}, f"{name} is locked otherwise: run make lock"


@pytest.mark.parametrize(
    "path",
    [LOCK, lock.PLAIN, lock.DEV, lock.SOURCE, lock.DEV_SOURCE, lock.MUTANTS, ROOT / "book" / "package-lock.json"],
    ids=lambda path: path.name,
)
def test_no_index_is_named(path: Path) -> None:
    assert not re.search(r"--index|--extra-index|--find-links|--trusted-host|\"resolved\"| @ |file:", path.read_text())


@pytest.mark.parametrize("folder", ["book", "tests/scripts", "trials/reading/lighthouse"])
def test_no_node_package_asks_for_whatever_is_newest(folder: str) -> None:
    """With the next release, `npm ci` would find that the lock no longer fits."""
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    fixed = json.loads((ROOT / folder / "package.json").read_text()).get("overrides", {})
    kinds = ("dependencies", "optionalDependencies", "peerDependencies")
    wanted = [item for package in lock.values() for kind in kinds for item in package.get(kind, {}).items()]
    assert [name for name, version in wanted if not re.search(r"\d|^\*$", version) and name not in fixed] == []


def test_two_versions_of_one_package_are_seen() -> None:
    assert lock.versions("a==1 ; x < 2 \\\n    --hash=sha256:0\na==2 ; x > 2\n") == {"a": {"1", "2"}}


# Building


def test_a_failed_build_leaves_the_old_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "html"
    old.mkdir()
    (old / "index.html").write_text("old")

    def fail(folder: Path) -> Path:
        raise Failed(1, "the log")

    monkeypatch.setattr(book, "BUILD", tmp_path)
    monkeypatch.setattr(book, "HTML", old)
    monkeypatch.setattr(book, "build", fail)
    with pytest.raises(SystemExit, match=r"was not built; .* previous book is still in"):
        book.main()
    assert (old / "index.html").read_text() == "old"
    assert (tmp_path / "book.log").read_text() == "the log"


def test_a_finished_build_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "html"
    old.mkdir()
    (old / "left-over.html").write_text("old")

    def succeed(folder: Path) -> Path:
        pages = folder / "_build" / "html"
        pages.mkdir(parents=True)
        (pages / "index.html").write_text("new")
        return pages

    monkeypatch.setattr(book, "BUILD", tmp_path)
    monkeypatch.setattr(book, "HTML", old)
    monkeypatch.setattr(book, "build", succeed)
    book.main()
    assert [path.name for path in tmp_path.iterdir()] == ["html"]
    assert [path.name for path in old.iterdir()] == ["index.html"]
    assert capsys.readouterr().out.splitlines()[-1] == str(old / "index.html")


def test_a_long_command_shows_signs_of_life(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.progress.HEARTBEAT", 0.5)
    script = "import time; print('halfway', flush=True); time.sleep(2.5)"
    assert run("Waiting", [sys.executable, "-c", script]) == "halfway\n"
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Waiting …"
    assert any(re.fullmatch(r"  … \d+ s: halfway", line) for line in said)
    assert re.fullmatch(r"  done in \d+ s", said[-1])


def test_a_long_command_shows_its_status_where_it_has_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.progress.HEARTBEAT", 0.5)
    run("Waiting", [sys.executable, "-c", "import time; time.sleep(2)"], status=lambda: "2 of 3")
    assert re.search(r"^  … \d+ s: 2 of 3$", capsys.readouterr().out, re.M)


def test_a_failing_command_gives_its_log() -> None:
    with pytest.raises(Failed) as caught:
        run("Failing", [sys.executable, "-c", "import sys; print('why'); sys.exit(3)"])
    assert (caught.value.code, caught.value.log) == (3, "why\n")


# Testing

RUN_ONE = re.findall(
    r"`((?:\w+=\S+ )?\.venv/bin/python -m pytest [^`]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")
)


def test_there_is_a_command_for_a_file_a_test_a_chapter_and_a_page() -> None:
    for part in ("test_softmax.py$", " -k ", r"--nbval .*\.ipynb$", "^BOOK_HTML=.*book/pages"):
        assert any(re.search(part, command) for command in RUN_ONE)


@needs_sh
@pytest.mark.slow
@pytest.mark.parametrize("command", RUN_ONE)
def test_what_contributing_says_about_running_one_test_finds_tests(command: str) -> None:
    """To the point at which they would run: each of them runs in this very test run, too."""
    line = command.replace(".venv/bin/python", sys.executable) + " --collect-only -q"
    answer = subprocess.run(line, cwd=ROOT, shell=True, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    found = re.search(r"^(\d+)(?:/\d+)? tests collected", answer.stdout, re.M)
    assert found
    assert int(found[1]) > 0


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["one process", "workers"])
def test_a_failure_is_named_when_it_happens(tmp_path: Path, workers: list[str]) -> None:
    (tmp_path / "test_two.py").write_text("def test_one():\n    assert 1 == 2, 'why'\ndef test_two():\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "--rootdir", tmp_path, "-q", *workers]
    command += ["-p", "tests.conftest", "-p", "no:cacheprovider", tmp_path]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    said = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False).stdout
    at_once, _, later = said.partition("= FAILURES =")
    assert "FAILED test_two.py::test_one: AssertionError: why\n" in at_once
    assert "1 failed, 1 passed" in later


def test_what_goes_apart_among_workers_is_there() -> None:
    assert [name for name in conftest.APART if not (ROOT / name).is_file()] == []


# Recording


@pytest.mark.slow
@pytest.mark.whole_book
def test_recording_again_changes_no_byte(tmp_path: Path) -> None:
    chapter = ROOT / "chapters" / "softmax.md"
    copied = tmp_path / chapters.recording(chapter).name
    shutil.copy2(chapters.recording(chapter), copied)
    assert record.write(asyncio.run(record.execute(chapter)), copied) is False


@pytest.mark.slow
@pytest.mark.whole_book
def test_a_failing_cell_is_named_with_its_claim_and_leaves_the_recording(tmp_path: Path) -> None:
    folder = copy_book(tmp_path)
    chapter = folder / "chapters" / "softmax.md"
    text = chapter.read_text(encoding="utf-8")
    wrong = text.replace('claim("eq-softmax-sum", softmax(', 'claim("eq-softmax-sum", 2 * softmax(')
    assert wrong != text
    chapter.write_text(wrong, encoding="utf-8")
    with pytest.raises(record.ChapterFailed, match=r"softmax\.md:\d+: Code cell \d+, claim eq-softmax-sum") as caught:
        asyncio.run(record.execute(chapter))
    line = int(re.search(r"softmax\.md:(\d+)", str(caught.value))[1])  # type: ignore[index]
    assert '"eq-softmax-sum", 2 * ' in "\n".join(wrong.splitlines()[line - 1 :]).partition("\n```")[0]
    assert "Cell In[" in str(caught.value)


SOFTMAX = ROOT / "chapters" / "softmax.md"


@pytest.mark.parametrize(
    "name",
    ["softmax", "softmax.md", "chapters/softmax.md", "./chapters/softmax.md", "tests/recorded/softmax.ipynb", SOFTMAX],
)
@pytest.mark.whole_book
def test_a_chapter_is_known_by_any_of_its_names(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert chapters.named([str(name)]) == [SOFTMAX]
    assert chapters.named(["losses", str(name), "index"]) == [
        ROOT / "chapters" / "losses.md",
        SOFTMAX,
        ROOT / "index.md",
    ]
    assert chapters.named([]) == []


@pytest.mark.parametrize("name", ["sofmax", "api", "tests/softmax.md", "chapters"])
@pytest.mark.whole_book
def test_a_name_of_no_chapter_is_answered_with_names_that_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit, match=f"^Not a chapter with code: {name}. These are: ") as refused:
        chapters.named(["softmax", name])
    offered = str(refused.value).partition("These are: ")[2].split(", ")
    assert chapters.named(offered) == chapters.notebooks()


@needs_make
def test_make_passes_the_names_on() -> None:
    command = ["make", "-C", ROOT, "--dry-run", "--no-print-directory", "record", "CHAPTERS=softmax losses"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == ".venv/bin/python -m tools.record  softmax losses"


@pytest.mark.whole_book
def test_the_named_chapters_are_recorded_changed_or_not_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[Path] = []

    async def note(selected: list[Path]) -> list[str]:
        recorded.extend(selected)
        return []

    for name in ("normalize", "remove_orphans"):
        monkeypatch.setattr(record, name, lambda: None)
    monkeypatch.setattr(record, "record", note)
    monkeypatch.setattr(record, "remembered", lambda: {record.label(p): chapters.fingerprint(p) for p in [SOFTMAX]})
    monkeypatch.setattr(sys, "argv", ["record", "softmax.md", "index"])
    monkeypatch.chdir(ROOT)
    record.main()
    assert recorded == [SOFTMAX, ROOT / "index.md"]


@pytest.mark.whole_book
def test_what_a_chapter_depends_on_follows_imports(tmp_path: Path) -> None:
    folder = copy_book(tmp_path)
    chapter = folder / "chapters" / "softmax.md"
    names = {path.name for path in dependencies(chapter, folder)}
    assert {"softmax.py", "claims.py", "plots.py", "arrays.py"} <= names
    assert "toeplitz.py" not in names
    fingerprints = [chapters.fingerprint(chapter, folder)]
    for name in ("toeplitz.py", "numerics/arrays.py", "data/digits.npz"):
        with (folder / "nnlib" / name).open("ab") as file:
            file.write(b"\n")
        fingerprints.append(chapters.fingerprint(chapter, folder))
    assert [new != old for old, new in pairwise(fingerprints)] == [False, True, True]


@pytest.mark.parametrize(
    "code",
    ["import nnlib\nnnlib.softmax.softmax(1)", "from nnlib import softmax", "def f():\n    import nnlib.softmax"],
)
def test_an_import_is_seen_whichever_way_it_is_written(tmp_path: Path, code: str) -> None:
    (tmp_path / "a.md").write_text(cells(code))
    assert ROOT / "nnlib" / "softmax.py" in dependencies(tmp_path / "a.md")


@pytest.mark.whole_book
def test_the_quick_loop_takes_up_what_git_says_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "remembered", dict)
    monkeypatch.setattr(verify, "touched_files", lambda: {ROOT / "nnlib" / "toeplitz.py"})
    names = {path.stem for path in verify.changed()}
    assert "convolution" in names
    assert "softmax" not in names
    monkeypatch.setattr(verify, "touched_files", set)
    assert verify.changed() == []
    monkeypatch.setattr(verify, "touched_files", lambda: None)
    assert verify.changed() == chapters.notebooks()
    monkeypatch.setattr(verify, "remembered", lambda: {p.name: chapters.fingerprint(p) for p in chapters.notebooks()})
    assert verify.changed() == []


# Working habits


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_a_workflow_pins_its_actions_and_asks_for_little(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    used = re.findall(r"uses: (\S+)", path.read_text())
    assert all(name.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) for name in used)


def test_the_workflows_cover_the_supported_pythons() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())["jobs"]
    for job in jobs.values():
        assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


@needs_sh
def test_the_hooks_run_the_pinned_tools() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    for hook in hooks:
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/")
    program = Path(sys.executable).parent / "pre-commit"
    subprocess.run([program, "validate-config"], cwd=ROOT, check=True)


@needs_sh
def test_ci_needs_no_input_and_no_executable_bit_is_missing() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    assert "exec </dev/null" in script.read_text()
