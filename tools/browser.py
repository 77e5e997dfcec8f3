"""Where a Chromium is, for the tests of the pages and for everything else that needs one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
INSTALL = "Install one, or set CHROMIUM=/path/to/it."


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    named = [os.environ.get("CHROMIUM", ""), *NAMES]
    return next((path for name in named if name and (path := shutil.which(name))), None)


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Start a Chromium; raise ``FileNotFoundError`` where there is none."""
    with sync_playwright() as playwright:
        path = find() or playwright.chromium.executable_path
        if not Path(path).exists():
            raise FileNotFoundError("No Chromium was found.")
        options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=[*options, "--disable-gpu", *more])
        try:
            yield browser
        finally:
            browser.close()
