"""What the book is made with may be used as it is used, and the workflows that publish it are safe."""

from __future__ import annotations

import email
import importlib.metadata
import json
import re
import zipfile
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from book.live import files
from tools import licenses, lock, workflows
from tools.paths import VENV

needs_node_modules = pytest.mark.skipif(
    not licenses.MODULES.exists(), reason="needs the Node packages that make installs"
)
needs_own_tools = pytest.mark.skipif(
    not (VENV / "bin" / "node").exists(), reason="needs the environment that make creates"
)


@needs_node_modules
def test_the_list_of_licenses_is_that_of_what_is_installed() -> None:
    assert licenses.TARGET.read_text(encoding="utf-8") == licenses.text(), "run make licenses"


@needs_node_modules
def test_every_license_is_allowed() -> None:
    assert licenses.faults() == []


@pytest.mark.parametrize("name", sorted(licenses.ELSEWHERE))
def test_the_license_noted_for_a_package_of_other_systems_is_its_own(name: str) -> None:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not for this system")
    assert licenses.license_of(name) == licenses.ELSEWHERE[name]


def kept_packages() -> dict[str, Path]:
    """Return the packages of the pages that are on this machine, by name."""
    names = [name for group in files.GROUPS.values() for name in group if files.file_name(name).endswith(".whl")]
    found = {name: files.cache() / files.version() / files.file_name(name) for name in names}
    return {name: path for name, path in found.items() if path.exists()}


@needs_node_modules
def test_what_the_pages_load_says_the_license_that_is_listed() -> None:
    packages = kept_packages()
    if not packages:
        pytest.skip("the pages were built without Run")
    for name, path in packages.items():
        with zipfile.ZipFile(path) as archive:
            entry = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            metadata = email.message_from_bytes(archive.read(entry))
        words = [metadata.get("License-Expression"), metadata.get("License"), *(metadata.get_all("Classifier") or [])]
        said = " ".join(str(word) for word in words if word and ("License" in str(word) or len(str(word)) < 40))
        own = {"MIT-CMU": "HPND|Historical Permission", "Matplotlib": "Python Software Foundation"}
        listed = licenses.IN_THE_PAGES[name]
        pattern = own.get(listed, listed.split("-")[0].split(" ")[0])
        assert re.search(pattern, said), (name, listed, said)


@needs_node_modules
@pytest.mark.parametrize("entry", licenses.node_packages(), ids=lambda entry: entry.name)
def test_a_node_package_says_the_license_that_its_lock_says(entry: licenses.Entry) -> None:
    own = [json.loads(path.read_text()) for path in licenses.MODULES.rglob(f"{entry.name}/package.json")]
    assert (entry.version, entry.license) in [(package.get("version"), package.get("license")) for package in own]


@pytest.mark.parametrize(
    ("expression", "good"),
    [
        ("MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND (GPL-3.0-only OR ISC) AND Zlib", True),
        ("(MIT AND GPL-3.0-only) OR LGPL-2.1-only", False),
        ("GPL-3.0-only WITH GCC-exception-3.1", False),
    ],
)
def test_an_expression_is_allowed_when_its_parts_are(expression: str, good: bool) -> None:
    assert licenses.allowed(expression, licenses.PERMISSIVE) is good


def test_a_license_that_is_not_allowed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    copyleft = licenses.Entry("planted", "1.0", "AGPL-3.0-only")
    monkeypatch.setattr(licenses, "python_packages", lambda: [copyleft])
    monkeypatch.setattr(licenses, "node_packages", list)
    monkeypatch.setattr(licenses, "fonts", list)
    assert licenses.faults() == ["planted 1.0 is under AGPL-3.0-only, which is not allowed"]


def test_the_package_itself_needs_permissive_licenses_alone() -> None:
    requires = importlib.metadata.requires("nnlib") or []
    names = {re.split(r"[^\w-]", line)[0] for line in requires}
    assert names >= {"numpy", "matplotlib"}
    runtime = {"numpy", "matplotlib"}
    assert all(licenses.allowed(licenses.license_of(name), licenses.PERMISSIVE) for name in runtime)


@needs_own_tools
def test_actionlint_and_zizmor_find_nothing_in_the_workflows() -> None:
    good, said = workflows.check(sorted(workflows.FOLDER.glob("*.yml")))
    assert good, said


@needs_own_tools
@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("needs: build", "needs: built", "built"),  # a job that does not exist: actionlint
        ("steps.deployment.outputs.page_url", "github.page_url", 'property "page_url" is not defined'),
        ("persist-credentials: false", "fetch-depth: 1", "artipacked"),  # a token left on disk: zizmor
        ("run: .ci/run", "run: echo ${{ github.head_ref }}", "head_ref"),  # a branch's name run as a command: both
        (r"@[0-9a-f]{40} # v6\.0\.2", "@v6", "unpinned-uses"),
        ("permissions:\n  contents: read", "permissions: write-all", "excessive-permissions"),
    ],
)
def test_a_fault_planted_in_a_workflow_is_found(tmp_path: Path, old: str, new: str, finding: str) -> None:
    text = (workflows.FOLDER / "pages.yml").read_text()
    edited = re.sub(old, lambda match: new, text, count=1)
    assert edited != text
    path = tmp_path / ".github" / "workflows" / "pages.yml"
    path.parent.mkdir(parents=True)
    path.write_text(edited)
    good, said = workflows.check([path])
    assert not good
    assert finding in said


def test_the_lock_holds_what_the_input_file_leads_to_and_nothing_else() -> None:
    wanted: dict[str, set[str]] = {}
    lines = [line.partition("#")[0].strip() for line in lock.SOURCE.read_text().splitlines()]
    waiting = [Requirement(line) for line in lines if line]
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), {"", *requirement.extras}
        new = extras - wanted.get(name, set())
        if new:
            wanted[name] = wanted.get(name, set()) | new
            children = map(Requirement, importlib.metadata.requires(name) or [])
            waiting += [
                child
                for child in children
                if child.marker is None or any(child.marker.evaluate({"extra": extra}) for extra in new)
            ]
    pins = [line.partition(";") for line in lock.PLAIN.read_text().splitlines() if "==" in line]
    here = {pin.split("==")[0].strip() for pin, _, marker in pins if not marker or Marker(marker).evaluate()}
    assert here == set(wanted)
