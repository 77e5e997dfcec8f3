"""In JupyterLab, as `make lab` starts it, every page opens whole, runs, and is saved as it was.

One server and one browser serve all tests. They wait for conditions, never for a time, and a dialog that a busy machine
brings up is answered.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.copies import HEADER, copy_book
from tools import browser, chapters
from tools.paths import ROOT, VENV, environment

SCRIPT = Path(__file__).with_name("lab.js").read_text(encoding="utf-8")
PATIENCE = 180_000  # milliseconds, for a condition that a busy machine is slow to meet
PAGES = [page.relative_to(ROOT).as_posix() for page in chapters.pages()]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser.find() is None, reason="needs Chromium"),
    pytest.mark.skipif(Path(sys.prefix).resolve() != VENV.resolve(), reason="needs the environment that make creates"),
]


@dataclass
class Lab:
    """A running JupyterLab in a browser, the copy of the book that it serves, and the home of its reader."""

    page: Page
    folder: Path
    home: Path
    outside: list[str]  # requests to elsewhere

    def ask(self, script: str, *values: Any) -> Any:
        """Run a function of JavaScript with the arguments."""
        return self.page.evaluate(f"values => ({script})(...values)", list(values))

    def wait(self, script: str) -> None:
        """Wait until an expression is true."""
        self.page.wait_for_function(script, timeout=PATIENCE)

    def close(self) -> None:
        """Close all notebooks, without questions."""
        self.ask("async () => { for (const w of [...lab.app.shell.widgets('main')]) w.dispose() }")


def serve(folder: Path, home: Path, settings: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start JupyterLab as `make lab` does, with an empty home; return its process and its address."""
    command: list[str | Path] = [sys.executable, "-m", "tools.lab", "--folder", folder, "--no-browser", "--port=0"]
    command += [
        "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
    ]
    remembered = {name: str(settings) for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")}
    settings.mkdir()
    log = settings / "log"  # a file: nobody would empty a pipe, and a full one stops the server
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment() | remembered | {"HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    end = time.monotonic() + PATIENCE / 1000
    while process.poll() is None and time.monotonic() < end:
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/lab", log.read_text()):
            return process, found[0]
        time.sleep(0.1)
    process.kill()
    pytest.fail("JupyterLab did not start:\n" + log.read_text())


def answer(dialog: Locator) -> None:
    """Accept what a dialog offers: a kernel, another try."""
    dialog.locator(".jp-Dialog-button.jp-mod-accept").last.click()


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start JupyterLab on a copy of the book and open it in a browser that cannot reach any other machine."""
    place = tmp_path_factory.mktemp("lab")
    folder, home = copy_book(place / "book"), place / "home"
    home.mkdir()
    process, address = serve(folder, home, place / "settings")
    outside: list[str] = []

    def stay(route: Route) -> None:
        outside.append(route.request.url)
        route.abort()

    try:
        with browser.chromium() as chromium:
            page = chromium.new_page()
            page.set_default_timeout(PATIENCE)
            page.route(lambda url: not re.match(r"(https?|wss?)://(localhost|127\.0\.0\.1):|data:|blob:", url), stay)
            page.add_locator_handler(page.locator(".jp-Dialog").last, answer)
            page.goto(f"{address}/tree/chapters?reset")
            page.wait_for_function("window.jupyterapp")
            page.evaluate("window.jupyterapp.restored.then(() => true)")
            page.evaluate(SCRIPT)
            yield Lab(page, folder, home, outside)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:  # an extension of JupyterLab that is still starting can keep it waiting
            process.kill()
            process.wait()


def test_a_double_click_opens_a_chapter_that_runs_and_is_saved_as_it_was(lab: Lab) -> None:
    chapter = lab.folder / "chapters" / "softmax.md"
    before = chapter.read_bytes()
    lab.page.locator(".jp-DirListing-item", has_text="softmax.md").dblclick()
    notebook = lab.page.locator(".jp-NotebookPanel")
    expect(notebook.locator("h1", has_text="Softmax")).to_be_visible(timeout=PATIENCE)
    lab.wait("lab.app.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'")
    lab.ask("() => lab.app.commands.execute('notebook:run-all-cells').then(() => true)")
    code = "lab.app.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code')"
    lab.wait(f"{code}.every(cell => cell.model.executionCount)")
    outputs = lab.ask(f"() => {code}.map(cell => [cell.model.sharedModel.getSource(), cell.model.outputs.toJSON()])")
    assert [output for _, given in outputs for output in given if output["output_type"] == "error"] == []
    assert all(given == [] for source, given in outputs if source.startswith("%%capture solution")), "answers in sight"
    assert lab.ask(
        f"() => {code}.every(cell => cell.inputHidden || !cell.model.sharedModel.getSource().startsWith('%%'))"
    )
    pictures = [output for _, given in outputs for output in given if "image/svg+xml" in output.get("data", {})]
    assert len(pictures) == before.count(b"  figure:")
    text = "lab.app.shell.currentWidget.content.widgets[1].node.querySelector('.myst')"
    assert lab.ask(f"() => lab.looked({text})") == []
    lab.ask("() => lab.app.commands.execute('docmanager:save').then(() => true)")
    assert chapter.read_bytes() == before
    assert [path.relative_to(lab.home) for path in lab.home.rglob("*") if path.is_file()] == []
    lab.close()


def test_every_cell_of_a_notebook_sees_the_macros_of_the_first(lab: Lab) -> None:
    lab.ask("path => lab.app.commands.execute('docmanager:open', {path}).then(() => true)", "chapters/notation.md")
    cells = "lab.app.shell.currentWidget?.content?.widgets"
    texts = f"{cells}?.filter(cell => cell.model.type === 'markdown')"
    lab.wait(f"{texts}?.length && {texts}.every(cell => !cell.placeholder && cell.node.querySelector('.myst'))")
    lab.wait(f"{texts}.every(cell => !lab.looked(cell.node.querySelector('.myst')).length)")
    assert lab.ask(f"() => {texts}.filter(cell => cell.node.querySelector('.katex')).length") >= 9
    lab.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_error_and_what_is_folded_is_closed(lab: Lab, path: str) -> None:
    assert lab.ask("lab.page", path) == []


@pytest.mark.parametrize(
    ("planted", "complaint"),
    [
        (r"$\unknown$", "error: Undefined control sequence"),
        (r"$$\unknown$$", "error: Undefined control sequence"),
        ("{eq}`eq-unknown`", "error: Cross Reference Not Found"),
        ("{cite:t}`unknown`", "error: Citation Not Found"),
        ("{glue:text}`unknown`", "unknown role: unknown"),
        ("```{unknown}\n```", "unknown - Unknown Directive"),
        ("![missing](missing.png)", "no picture: "),
        ("Half a formula, \\frac{1}{2}.", "as typed: "),
        ("<details open><summary>Solution</summary>\n\nAn answer.\n\n</details>", "open: "),
    ],
)
def test_a_planted_defect_is_found(lab: Lab, planted: str, complaint: str) -> None:
    (lab.folder / "chapters" / "planted.md").write_text(f"{HEADER}Before.\n\n{planted}\n", encoding="utf-8")
    found = lab.ask("lab.page", "chapters/planted.md")
    assert found != []
    assert found[0].startswith(f"cell 1: {complaint}")


def test_an_edit_is_saved_as_it_is_typed(lab: Lab) -> None:
    chapter = lab.folder / "chapters" / "losses.md"
    before = chapter.read_text(encoding="utf-8")
    script = """async path => {
        const panel = await lab.app.commands.execute('docmanager:open', {path});
        await panel.context.ready;
        const cell = panel.content.widgets.find(cell => cell.model.sharedModel.getSource().startsWith('# Losses'));
        cell.model.sharedModel.setSource(cell.model.sharedModel.getSource().replace('# Losses', '# All losses'));
        await panel.context.save();
    }"""
    lab.ask(script, "chapters/losses.md")
    assert chapter.read_text(encoding="utf-8") == before.replace("# Losses", "# All losses")
    lab.close()


def test_a_copy_opens_like_its_chapter(lab: Lab) -> None:
    script = """async (path, copy) => {
        const panel = await lab.app.commands.execute('docmanager:open', {path});
        await panel.context.ready;
        await lab.app.serviceManager.contents.save(copy, {type: 'notebook', content: panel.context.model.toJSON()});
    }"""
    lab.ask(script, "chapters/autodiff.md", "work/autodiff.md")
    lab.close()
    assert (lab.folder / "work" / "autodiff.md").read_bytes() == (lab.folder / "chapters" / "autodiff.md").read_bytes()
    assert lab.ask("lab.page", "work/autodiff.md") == []


def test_nothing_was_asked_of_another_machine(lab: Lab) -> None:
    assert lab.outside == []
