"""Put the pinned packages into .venv and node_modules; a second run finds nothing to do.

Needs the standard library alone: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from book.pages import network
from tools import lab_settings
from tools.paths import LOCK, ROOT, VENV, environment
from tools.progress import Failed, run, say, stop

PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
NODE = ROOT / "book"  # package.json is there
LOG = VENV / "install.log"

FOLDERS = ("ipython", "jupyter", "matplotlib", "npm", "uv")  # what other programs would keep in the home

NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ConnectionResetError|ProxyError|MaxRetryError"
    r"|SSLError|Network is unreachable|Temporary failure in name resolution|Connection refused"
    r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH"
)

NPM_CODE = re.compile(r"npm error( (code|syscall|errno|path|dest) .*)?$")  # lines before the one that tells something
CERTIFICATE = re.compile(r"SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|CERTIFICATE_VERIFY_FAILED")


def digest(*paths: Path) -> str:
    """Return a fingerprint of the files' contents, so that a fresh checkout of the same content is not news."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def wanted() -> dict[str, str]:
    """Return what the environment must have been made from."""
    return {
        "lock": digest(LOCK),
        "package": digest(
            ROOT / "pyproject.toml", ROOT / "nnlib" / "__init__.py", Path(__file__), Path(lab_settings.__file__)
        ),
        "root": str(ROOT),
    }


def stamped(path: Path) -> dict[str, str]:
    """Return what an environment says it was made from; empty when it does not say."""
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {}


def starts(version: tuple[int, int]) -> bool:
    """Tell whether .venv has an interpreter of that version which runs and has pip."""
    command = [str(PYTHON), "-c", "import sys, pip; print(sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == str(version)


def explain(what: str, failure: Failed) -> SystemExit:
    """Turn a failed installation into one line that says what to do."""
    if VENV.is_dir():
        LOG.write_text(failure.log)
    if CERTIFICATE.search(failure.log):  # before the network: pip calls this an SSLError, too
        return stop(
            f"A certificate was refused: {what} could not be downloaded. Behind a proxy with a certificate of its own, "
            "tell pip its file (PIP_CERT=FILE, or pip config set global.cert FILE), which Node is told as well, and "
            f"run make again. Log: {LOG}"
        )
    if NETWORK.search(failure.log):
        return stop(
            f"No network: {what} could not be downloaded. Connect (or set a mirror) and run make again. Log: {LOG}"
        )
    if "No space left" in failure.log:
        return stop(f"The disk is full: {what} need about 2 GB in {ROOT}. Free some space and run make again.")
    lines = [line.strip() for line in failure.log.splitlines() if line.strip()]
    reasons = [line for line in lines if line.startswith("npm error") and not NPM_CODE.match(line)]
    said = (reasons or lines[::-1] or ["no message"])[0]  # npm says what is wrong first, pip last
    return stop(f"{what} could not be installed: {said[:300]} (the whole log: {LOG})")


def pip(*arguments: str) -> list[str]:
    """Return a pip command for the environment."""
    return [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]


def installed() -> int:
    """Return how many packages are in .venv so far."""
    return sum(1 for _ in (VENV / "lib").glob("python*/site-packages/*.dist-info"))


def remove_strays() -> None:
    """Uninstall what an earlier lock brought and this one does not name, so that no test passes by accident."""
    script = "import importlib.metadata as m; print(*{d.name for d in m.distributions()})"
    listed = subprocess.run([str(PYTHON), "-c", script], capture_output=True, text=True, check=True).stdout.split()

    def plain(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    locked = {plain(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(), re.M)}
    strays = sorted({plain(name) for name in listed} - locked - {"pip", "nnlib"})
    if strays:
        run(f"Removing what is no longer needed: {', '.join(strays)}", pip("uninstall", "-y", "-q", *strays))


def bring_to_the_lock() -> None:
    """Bring .venv to the lock with uv, or where uv does not reach what pip reaches, with pip."""
    text = LOCK.read_text()
    count, own = len(re.findall(r"^[A-Za-z0-9._-]+==", text, re.M)), re.search(r"(?m)^uv==(?:.*\\\n)*.*", text)
    with tempfile.TemporaryDirectory() as folder:
        pin = Path(folder, "uv.txt")
        pin.write_text(own[0] if own else "")
        run("Installing uv, which installs the rest", pip("install", "-q", "--require-hashes", "-r", str(pin)))
    command = [str(VENV / "bin" / "uv"), "pip", "sync", "--require-hashes", "--python", str(PYTHON), str(LOCK)]
    try:
        run(
            f"Installing {count} pinned packages (once; about a minute)",
            command,
            env=os.environ | network.for_uv(PYTHON),
        )
    except Failed as failure:
        say(f"uv could not: {failure.log.strip().splitlines()[-1] if failure.log.strip() else 'it said nothing'}")
        run(
            f"Installing {count} pinned packages with pip (once; one to three minutes)",
            pip("install", "--progress-bar", "off", "--require-hashes", "-r", str(LOCK)),
            status=lambda: f"{installed()} of {count} installed" if installed() > 3 else None,
        )
        remove_strays()


def install_packages() -> None:
    """Create .venv where it is missing or unusable, and bring it to the lock."""
    want, have = wanted(), stamped(STAMP)
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    usable = have.get("root", want["root"]) == want["root"] and (inside or starts(sys.version_info[:2]))
    if usable and have == want:
        return
    if not usable:
        if inside:
            raise stop(f"{VENV} was made for {have.get('root')}: run `rm -rf .venv`, then make again.")
        say(f"Creating .venv with Python {sys.version.split()[0]} …")
        try:
            venv.create(VENV, clear=True, with_pip=True, symlinks=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise stop(f"The environment could not be created in {VENV}: {error}") from None
        have = {}
    STAMP.unlink(missing_ok=True)
    if have.get("lock") != want["lock"]:
        try:
            bring_to_the_lock()
        except Failed as failure:
            raise explain("the pinned packages", failure) from None
    try:
        # setuptools is in the lock: no isolation, so nothing more is downloaded.
        run(
            "Installing nnlib from this folder",
            pip("install", "-q", "--no-deps", "--no-build-isolation", "-e", str(ROOT)),
        )
    except Failed as failure:
        raise explain("nnlib", failure) from None
    lab_settings.apply(VENV)
    for folder in FOLDERS:
        (VENV / "var" / folder).mkdir(parents=True, exist_ok=True)
    STAMP.write_text(json.dumps(want, indent=2) + "\n")


def install_node_modules(folder: Path = NODE) -> None:
    """Bring a folder's node_modules to its package-lock.json, with the environment's own Node."""
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / ".installed.json"
    if not lock.exists():
        return
    want = {"lock": digest(lock)}
    if stamped(stamp) == want:
        (stamp.parent / ".package-lock.json").touch()  # the build compares times, and a checkout renews the lock's
        return
    command: list[str | Path] = [VENV / "bin" / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        run(
            f"Installing the Node packages {'(mathematics, accessibility)' if folder == NODE else f'of {folder}'}",
            command,
            env=environment() | network.for_node(PYTHON),
            cwd=folder,
        )
    except Failed as failure:
        raise explain("the Node packages", failure) from None
    stamp.write_text(json.dumps(want) + "\n")


def main() -> None:
    """Install what is missing, and the Node packages of further folders that are named."""
    install_packages()
    for folder in [NODE, *map(Path, sys.argv[1:])]:
        install_node_modules(folder)


if __name__ == "__main__":
    main()
