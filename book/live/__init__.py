"""Run in the page: what the build does so that a reader can run and edit each cell, without a server or a network.

``files`` gets the interpreter and its packages, each accepted by its hash; ``pack`` makes classic scripts of them,
which a page loads when somebody asks; ``cells`` gives a page the code of its cells; ``kernel`` runs it, in the page.
"""

from __future__ import annotations

import os

ALLOWED = {"yes": True, "no": False}


def wanted() -> bool:
    """Tell whether the pages shall run their cells: unless LIVE=no is in the environment."""
    answer = os.environ.get("LIVE") or "yes"
    if answer not in ALLOWED:
        raise ValueError(f"LIVE is {answer!r}; it must be yes or no")
    return ALLOWED[answer]
