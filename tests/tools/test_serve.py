"""`make serve` on a small book: whatever a page is made from is changed, and the page is seen to change."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.copies import cells, copy_workshop, make
from tools import serve
from tools.browser import INSTALL, chromium
from tools.paths import ROOT

LIMIT = 300  # seconds for a build of a small book, on the slowest machine under the heaviest load

TEXT = """# The text

The first words, by {cite:t}`bridle1990`.

```{math}
:label: def-square
a = b^2
```

```{include} ../trials/reports/report.md
```
"""
LINKS = "# Links\n\nSee {eq}`def-square` in {doc}`text`.\n"
CODE = cells(
    "import nnlib.softmax\nfrom nnlib.datasets import load_digits",
    'print("softmax says", getattr(nnlib.softmax, "WORD", "nothing"))',
    'print("the first digits are", *load_digits()[1][:4])',
)
PAGES = {"text": TEXT, "links": LINKS, "code": CODE, "bibliography": "# Works\n\n```{bibliography}\n```\n"}


def fetch(address: str) -> str:
    """Return what a server answers, whatever proxy the machine has, or that nothing is there."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=60) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()
    except OSError:
        return ""


def save(path: Path, text: str) -> None:
    """Save as many editors do: write another file, and rename it."""
    other = path.with_name(f".{path.name}.new")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    save(path, text.replace(old, new))


class Preview:
    """A preview that runs: its folder, its address, and what it said."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder, self.address, self.said = folder, f"http://127.0.0.1:{port}", ""
        arguments, options = make(folder, "serve", f"PORT={port}")
        self.process = subprocess.Popen(arguments, **options, start_new_session=True)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        for line in self.process.stdout or ():
            self.said += line

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait for a condition; a preview that ended or takes for ever says what it said."""
        end = time.monotonic() + LIMIT
        while not condition():
            assert self.process.poll() is None, f"make serve ended:\n{self.said}"
            assert time.monotonic() < end, f"waited in vain; make serve said:\n{self.said}"
            time.sleep(0.2)

    def shows(self, page: str, pattern: str, *, but_not: str = "^$") -> None:
        """Wait until a page shows the pattern, and not the other one."""

        def right() -> bool:
            found = fetch(f"{self.address}/{page}")
            return bool(re.search(pattern, found)) and not re.search(but_not, found)

        self.wait(right)


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """Start `make serve` on a small book."""
    folder = copy_workshop(tmp_path_factory.mktemp("book"), PAGES)
    (folder / "trials" / "reports").mkdir(parents=True)
    (folder / "trials" / "reports" / "report.md").write_text("A report.\n")
    (folder / "spare.md").write_text("# A spare page\n")
    started = Preview(folder)
    started.wait(lambda: "follows your changes" in started.said)
    assert "WARNING" not in started.said
    yield started
    before = len(started.said)
    os.killpg(started.process.pid, signal.SIGINT)
    started.process.wait(60)
    assert "Traceback" not in started.said[before:]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32" or shutil.which("make") is None, reason="needs make and POSIX signals")
class TestEachSourceIsFollowed:
    def test_a_chapter(self, preview: Preview) -> None:
        preview.shows("chapters/text.html", "The first words")
        change(preview.folder / "chapters" / "text.md", "The first words", "Better words")
        preview.shows("chapters/text.html", "Better words")

    def test_nnlib(self, preview: Preview) -> None:
        preview.shows("chapters/code.html", "softmax says nothing")
        with (preview.folder / "nnlib" / "softmax.py").open("a") as file:
            file.write('\nWORD = "hello"\n')
        preview.shows("chapters/code.html", "softmax says hello")

    def test_a_style_sheet(self, preview: Preview) -> None:
        with (preview.folder / "book" / "pages" / "static" / "css" / "7-print.css").open("a") as file:
            file.write("\n.planted { color: red }\n")
        preview.shows("_static/book.css", r"\.planted")

    def test_the_settings(self, preview: Preview) -> None:
        config = preview.folder / "_config.yml"
        save(config, re.sub(r"(?m)^title: .*", "title: Another title", config.read_text(encoding="utf-8")))
        for page in ("index.html", "chapters/text.html", "chapters/code.html"):
            preview.shows(page, "<title>.*Another title</title>")

    def test_the_table_of_contents(self, preview: Preview) -> None:
        (preview.folder / "spare.md").rename(preview.folder / "chapters" / "spare.md")
        toc = preview.folder / "_toc.yml"
        save(toc, toc.read_text(encoding="utf-8") + "- file: chapters/spare\n")
        preview.shows("chapters/spare.html", "<h1>A spare page")
        for page in ("index.html", "chapters/text.html", "chapters/code.html"):
            preview.shows(page, '<li><a href="[^"]*">A spare page')

    def test_the_bibliography(self, preview: Preview) -> None:
        works = preview.folder / "chapters" / "references.bib"
        change(works, "Bridle, John S.", "Somebody, Else")
        preview.shows("chapters/bibliography.html", "Somebody")
        preview.shows("chapters/text.html", "by .*Somebody")

    def test_what_a_page_takes_from_elsewhere(self, preview: Preview) -> None:
        preview.shows("chapters/links.html", r"See .*\(1\)")
        change(preview.folder / "book" / "pages" / "theme" / "page.html", "Skip to the text", "Go to the text")
        change(preview.folder / "trials" / "reports" / "report.md", "A report", "A second report")
        first = "```{math}\n:label: def-first\nc = d\n```\n\n```{math}\n:label: def-square"
        change(preview.folder / "chapters" / "text.md", "```{math}\n:label: def-square", first)
        preview.shows("chapters/links.html", r"See .*\(2\)")
        preview.shows("chapters/text.html", r"Go to the text[\s\S]*A second report")

    def test_the_digits_and_what_is_wrong_with_them(self, preview: Preview) -> None:
        data, module = (preview.folder / "nnlib" / name for name in ("data/digits.npz", "datasets.py"))
        preview.shows("chapters/code.html", "the first digits are 0 1 2 3")
        with np.load(data) as arrays:
            images, labels = arrays["images"], arrays["labels"][::-1].copy()
        with data.open("wb") as file:
            np.savez(file, images=images, labels=labels)
        preview.shows("chapters/code.html", r"ERROR: Code cell 3 raised ValueError")
        found = re.search(r"its SHA-256 is (\w+), not (\w+)", fetch(f"{preview.address}/chapters/code.html"))
        assert found is not None
        change(module, found[2], found[1])
        preview.shows("chapters/code.html", "the first digits are 8 9 8 0", but_not='role="alert"')

    def test_a_broken_chapter_shows_its_error_and_the_next_good_save_recovers(self, preview: Preview) -> None:
        code, text = (preview.folder / "chapters" / f"{name}.md" for name in ("code", "text"))
        change(code, 'print("softmax', '1 / 0\nprint("softmax')
        for page in ("chapters/code.html", "index.html"):
            preview.shows(page, r'role="alert"[\s\S]*code\.md:\d+: ERROR: Code cell 2 raised ZeroDivisionError')
        preview.shows("chapters/code.html", "softmax says", but_not="softmax says hello")
        assert "Code cell 2 raised ZeroDivisionError" in preview.said
        before = preview.said.count("code.md: executed")
        change(text, "# The text", "# The text, edited")  # what is wrong elsewhere is not forgotten
        preview.shows("chapters/text.html", r'role="alert"[\s\S]*ZeroDivisionError[\s\S]*The text, edited')
        change(code, '1 / 0\nprint("softmax', 'print("well, softmax')
        preview.shows("chapters/code.html", "well, softmax says", but_not='role="alert"')
        preview.shows("chapters/text.html", "The text, edited", but_not='role="alert"')
        assert preview.said.count("code.md: executed") == before + 2  # with the text, and repaired

    def test_settings_that_cannot_be_read(self, preview: Preview) -> None:
        toc = preview.folder / "_toc.yml"
        good = toc.read_text(encoding="utf-8")
        save(toc, "format: [")
        preview.shows("index.html", 'role="alert"')
        save(toc, good)
        preview.shows("index.html", "A small book", but_not='role="alert"')


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32" or shutil.which("make") is None, reason="needs make and POSIX signals")
def test_an_open_page_follows_by_itself_without_an_old_style_sheet(preview: Preview) -> None:
    try:
        with chromium() as browser:
            page = browser.new_page()
            page.goto(f"{preview.address}/chapters/links.html")
            with (preview.folder / "book" / "pages" / "static" / "css" / "1-base.css").open("a") as file:
                file.write("\nh1 { outline: 3px dotted red }\n")
            page.wait_for_function(
                "getComputedStyle(document.querySelector('h1')).outlineStyle == 'dotted'", timeout=LIMIT * 1000
            )
    except FileNotFoundError as error:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{error} {INSTALL}")


def test_every_file_of_the_book_is_looked_at() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    wanted = re.compile(r"(chapters|book|nnlib|trials/reports)/|index\.md$|_\w+\.yml$")
    assert {ROOT / name for name in listed if wanted.match(name) and (ROOT / name).exists()} <= set(serve.stamps())


# The server alone


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a folder with one page; yield its address."""
    policy = '<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">'
    (tmp_path / "index.html").write_text(f"<html><head>{policy}</head><body><p>one</p></body></html>")
    (tmp_path / "style.css").write_text("p { }")
    monkeypatch.setattr(serve.Preview, "problems", "one.md:1: ERROR: <p>")
    with serve.listen(0, tmp_path) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/"
        listening.shutdown()


def test_a_page_says_what_is_wrong_and_may_run_the_script_that_reloads_it(server: str) -> None:
    page = fetch(server)
    assert "<p>one</p>" in page
    assert "one.md:1: ERROR: &lt;p&gt;" in page
    assert "location.reload()" in page
    assert "Content-Security-Policy" not in page
    assert fetch(server + "style.css") == "p { }"


def test_a_page_that_is_not_there_yet_waits_for_a_build(server: str) -> None:
    page = fetch(server + "chapters/new.html")
    assert "There is no such page yet." in page
    assert "location.reload()" in page


def test_the_preview_is_for_this_machine_alone() -> None:
    with serve.listen(0) as listening:
        assert listening.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with serve.listen(0) as listening, pytest.raises(SystemExit, match=r"choose another .* PORT="):
        serve.listen(listening.server_address[1])
