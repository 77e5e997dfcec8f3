"""What pip's configuration says of the network reaches Node: a registry whose certificate only pip was told of."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import ssl
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from book.pages import network
from tools import install

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
NAMES = ("PIP_CERT", "PIP_PROXY", "NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA", *network.CERTIFICATES)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


@pytest.fixture(autouse=True)
def _a_plain_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing but a configuration file of the test speak of certificates and proxies."""
    for name in (*NAMES, *PROXIES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    (tmp_path / "store").mkdir()
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "store"))  # the machine's own


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Write pip's configuration."""

    def write(text: str) -> None:
        (tmp_path / "pip.conf").write_text(text)
        monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))

    return write


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """Make an authority that nobody knows, and a certificate of this machine in its name; return the authority's."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    openssl(*new, "-subj", "/CN=A proxy", "-keyout", "ca.key", "-out", "ca.pem")
    signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:localhost"]
    leaf = ["-addext", "basicConstraints=critical,CA:FALSE"]
    openssl(*new, "-subj", "/CN=localhost", *signed, *leaf, "-keyout", "own.key", "-out", "own.pem")
    return tmp_path / "ca.pem"


def package() -> bytes:
    """Return the archive of a package with nothing in it."""
    text, stream = b'{"name": "small", "version": "1.0.0"}', io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        about = tarfile.TarInfo("package/package.json")
        about.size = len(text)
        archive.addfile(about, io.BytesIO(text))
    return stream.getvalue()


@pytest.fixture
def project(tmp_path: Path, authority: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder that needs one package, of a registry behind a certificate of the authority."""
    archive = package()
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()

    class Registry(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"https://localhost:{server.server_address[1]}/small/-/small-1.0.0.tgz"
            version = {"name": "small", "version": "1.0.0", "dist": {"tarball": address, "integrity": digest}}
            about = {"name": "small", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
            body = archive if self.path.endswith(".tgz") else json.dumps(about).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem", tmp_path / "own.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    folder = tmp_path / "project"
    folder.mkdir()
    needs = {"name": "a", "version": "1.0.0", "dependencies": {"small": "1.0.0"}}
    small = {"version": "1.0.0", "integrity": digest}
    lock = {"name": "a", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": needs, "node_modules/small": small}}
    (folder / "package.json").write_text(json.dumps(needs))
    (folder / "package-lock.json").write_text(json.dumps(lock))
    monkeypatch.setattr(install, "LOG", tmp_path / "install.log")
    monkeypatch.setenv("npm_config_registry", f"https://localhost:{server.server_address[1]}/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    own = install.environment() | {"npm_config_cache": str(tmp_path / "npm")}
    monkeypatch.setattr(install, "environment", lambda: own)
    yield folder
    server.shutdown()
    server.server_close()


@needs_openssl
@pytest.mark.slow
@pytest.mark.skipif(not install.PYTHON.exists(), reason="the environment of make")
def test_npm_fetches_through_a_certificate_that_only_pip_knows(
    project: Path, authority: Path, tmp_path: Path, configure: Callable[[str], None]
) -> None:
    with pytest.raises(SystemExit, match=r"A certificate was refused: the Node packages .* tell pip its file"):
        install.install_node_modules(project)
    in_store = Path(shutil.copy(authority, tmp_path / "store"))
    install.install_node_modules(project)
    assert (project / "node_modules" / "small" / "package.json").exists()

    in_store.unlink()
    shutil.rmtree(project / "node_modules")
    shutil.rmtree(tmp_path / "npm")
    configure(f"[global]\ncert = {authority}\n")
    install.install_node_modules(project)
    assert (project / "node_modules" / "small" / "package.json").exists()


@pytest.mark.parametrize("name", network.CERTIFICATES)
def test_each_variable_that_pip_heeds_reaches_node(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "pip_settings", lambda python: {})
    file = tmp_path / "a certificate.pem"
    monkeypatch.setenv(name, str(file))
    assert "NODE_EXTRA_CA_CERTS" not in network.for_node()  # there is no such file
    file.touch()
    assert network.for_node() == {"NODE_EXTRA_CA_CERTS": str(file), "NODE_USE_SYSTEM_CA": "1"}


def test_the_setting_that_pip_heeds_is_the_one_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configure: Callable[[str], None]
) -> None:
    for name in ("global", "install", "variable", "requests"):
        (tmp_path / name).touch()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "requests"))
    configure(f"[global]\ncert = {tmp_path / 'global'}\n")
    assert network.for_node()["NODE_EXTRA_CA_CERTS"] == str(tmp_path / "global")
    configure(f"[install]\ncert = {tmp_path / 'install'}\n[global]\ncert = {tmp_path / 'global'}\n")
    assert network.for_node()["NODE_EXTRA_CA_CERTS"] == str(tmp_path / "install")
    monkeypatch.setenv("PIP_CERT", str(tmp_path / "variable"))
    assert network.for_node()["NODE_EXTRA_CA_CERTS"] == str(tmp_path / "variable")


def test_what_node_was_told_stays(monkeypatch: pytest.MonkeyPatch, configure: Callable[[str], None]) -> None:
    configure(f"[global]\ncert = {__file__}\nproxy = localhost:3128\n")
    for name, value in (("NODE_EXTRA_CA_CERTS", "a"), ("NODE_USE_SYSTEM_CA", "0"), ("https_proxy", "b")):
        monkeypatch.setenv(name, value)
    assert network.for_node(sys.executable) == {"HTTP_PROXY": "http://localhost:3128"}


@pytest.mark.parametrize("proxy", ["localhost:3128", "http://localhost:3128"])
def test_a_proxy_that_pip_knows_reaches_node(proxy: str, configure: Callable[[str], None]) -> None:
    configure(f"[global]\nproxy = {proxy}\n")
    found = network.for_node()
    assert found["HTTPS_PROXY"] == found["HTTP_PROXY"] == "http://localhost:3128"
