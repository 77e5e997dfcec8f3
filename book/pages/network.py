"""What pip knows of the network, for uv, Node and npm: a reader says it once.

Behind a proxy that signs with a certificate of its own, pip takes the certificate from PIP_CERT, its configuration, the
variables that its parts know, or the machine's store. Of all these Node heeds none by itself.
Needs the standard library alone: it runs before anything is installed.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")  # what pip heeds where it has no setting
SECTIONS = ("global", "install", ":env:")  # of pip's settings; a later one counts


def for_node(python: str | Path = sys.executable) -> dict[str, str]:
    """Return the variables that tell Node and npm what the pip of ``python`` knows; what is set already stays.

    The certificate is added to those that Node trusts, as are the ones that the machine trusts.
    """
    settings = pip_settings(python)
    named = [settings.get("cert", ""), *(os.environ.get(name, "") for name in CERTIFICATES)]
    files = [file for name in named if name and (file := Path(name).expanduser().absolute()).is_file()]
    found = {"NODE_USE_SYSTEM_CA": "1"}
    if files:
        found["NODE_EXTRA_CA_CERTS"] = str(files[0])
    if proxy := settings.get("proxy"):
        address = proxy if "://" in proxy else f"http://{proxy}"
        found |= {name: address for name in ("HTTP_PROXY", "HTTPS_PROXY") if name.lower() not in os.environ}
    return {name: value for name, value in found.items() if name not in os.environ}


def for_uv(python: str | Path = sys.executable) -> dict[str, str]:
    """Return the variables that tell uv what the pip of ``python`` knows; what is set already stays."""
    settings, names = pip_settings(python), {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    names |= {"find-links": "UV_FIND_LINKS", "proxy": "ALL_PROXY"}
    found = {name: " ".join(settings[key].split()) for key, name in names.items() if settings.get(key)}
    return {name: value for name, value in found.items() if name not in os.environ}


def pip_settings(python: str | Path) -> dict[str, str]:
    """Return the settings that ``pip install`` works with, from its variables and all of its configuration files."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "config", "list"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = [line.partition("=") for line in said.splitlines()]
    found: dict[str, str] = {}
    for section in SECTIONS:
        start = f"{section}."
        found |= {key.removeprefix(start): ast.literal_eval(value) for key, _, value in lines if key.startswith(start)}
    return found
