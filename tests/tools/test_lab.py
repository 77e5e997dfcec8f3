"""In JupyterLab, as `make lab` starts it, a double click opens a chapter as a notebook; the home stays untouched."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.copies import copy_book
from tools.paths import ROOT, VENV, environment

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome", "chrome"])), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.skipif(Path(sys.prefix).resolve() != VENV.resolve(), reason="needs the environment that make creates"),
]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[str, Path, Path]]:
    """Start JupyterLab on a copy of the book, with an empty home; yield its address, the copy and the home."""
    folder, home = copy_book(tmp_path / "book"), tmp_path / "home"
    home.mkdir()
    shutil.copy2(ROOT / "pyproject.toml", folder)
    command = [sys.executable, "-m", "tools.lab", "--folder", folder, "--no-browser", "--port=0"]
    process = subprocess.Popen(
        [*command, "--IdentityProvider.token="],
        cwd=ROOT,
        env=environment() | {"HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        found = re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/lab", line)
        if found:
            yield found[0], folder, home
            break
    else:
        pytest.fail("JupyterLab did not start:\n" + "".join(said))
    process.terminate()
    process.wait(20)


def run_it(page: Page, cell: Locator) -> None:
    """Run a cell; a key that JupyterLab did not heed while it was still busy starting is pressed again."""
    prompt = cell.locator(".jp-InputPrompt")
    for _ in range(10):
        prompt.click()
        page.keyboard.press("Shift+Enter")
        with contextlib.suppress(AssertionError):
            expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=20_000)
            return
    pytest.fail("the cell was not executed")


def test_a_double_click_opens_a_chapter_as_a_notebook(lab: tuple[str, Path, Path]) -> None:
    address, folder, home = lab
    chapter = folder / "chapters" / "softmax.md"
    before = chapter.read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"{address}/tree/chapters")
        page.locator(".jp-DirListing-item", has_text="softmax.md").dblclick(timeout=60_000)
        notebook = page.locator(".jp-NotebookPanel")
        expect(notebook.locator("h1", has_text="Softmax")).to_be_visible(timeout=60_000)
        kernel = notebook.locator(".jp-Notebook-ExecutionIndicator")
        expect(kernel).to_have_attribute("data-status", "idle", timeout=120_000)
        first = notebook.locator(".jp-CodeCell").first
        run_it(page, first)
        with page.expect_response(lambda answer: answer.request.method == "PUT" and "softmax.md" in answer.url):
            page.keyboard.press("Control+s")
        browser.close()
    assert chapter.read_text(encoding="utf-8") == before
    assert [path.relative_to(home) for path in home.rglob("*") if path.is_file()] == []
