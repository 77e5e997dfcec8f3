"""Preview the book on this machine; rebuild and reload the page when a file changes."""

from __future__ import annotations

import argparse
import contextlib
import re
import threading
from collections.abc import Iterable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from watchfiles import Change, PythonFilter, watch

from tools.book import progress
from tools.paths import BUILD, ROOT, VENV, environment
from tools.progress import Failed, run, say, stop

FOLDER = BUILD / "serve"
PAGES = FOLDER / "_build" / "html"
SOURCES = ["chapters", "nnlib", "book", "index.md", "_config.yml", "_toc.yml"]
RELOAD = """<script>
(async function wait(seen) {
  for (;;) {
    try {
      const now = await (await fetch("/-/builds?after=" + seen)).text();
      if (now !== seen) return location.reload();
    } catch (error) { await new Promise(done => setTimeout(done, 1000)); }
  }
})("BUILD");
</script>"""


class Builds:
    """The number of finished builds, which waiting pages ask for."""

    def __init__(self) -> None:
        self.number = 0
        self.changed = threading.Condition()

    def finished(self) -> None:
        """Count a build and wake the pages."""
        with self.changed:
            self.number += 1
            self.changed.notify_all()

    def after(self, number: int, timeout: float = 20.0) -> int:
        """Return the number of builds, at once if it is not ``number``, else when it changes or the time is up."""
        with self.changed:
            self.changed.wait_for(lambda: self.number != number, timeout)
            return self.number


class Handler(SimpleHTTPRequestHandler):
    """Serve the pages, each with a script that reloads it after a build."""

    def __init__(self, builds: Builds, *arguments: object, **options: object) -> None:
        self.builds = builds
        super().__init__(*arguments, **options)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer with a page, a file, or the number of builds."""
        address = urlsplit(self.path)
        if address.path == "/-/builds":
            seen = parse_qs(address.query).get("after", ["0"])[0]
            self.answer(str(self.builds.after(int(seen) if seen.isdigit() else 0)), "text/plain")
            return
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() and address.path.endswith("/") else file
        if file.suffix == ".html" and file.is_file():
            page = file.read_text(encoding="utf-8")
            # The finished book allows no script but its own; the preview adds one.
            page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page, flags=re.I)
            self.answer(
                page.replace("</body>", RELOAD.replace("BUILD", str(self.builds.number)) + "</body>"), "text/html"
            )
            return
        super().do_GET()

    def answer(self, text: str, kind: str) -> None:
        """Send a text that nobody may keep."""
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """Keep the browser from showing an earlier build."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the console belongs to the builds."""


class Sources(PythonFilter):
    """The files whose change asks for a build."""

    extensions = (".py", ".md", ".yml", ".bib", ".css", ".js", ".json", ".svg", ".png", ".html", ".txt", ".npz", ".csv")

    def __call__(self, change: Change, path: str) -> bool:
        """Tell whether a change of this file matters."""
        return super().__call__(change, path) and ".ipynb_checkpoints" not in path


def build(changes: Iterable[Path]) -> None:
    """Bring the pages up to date; a problem is shown, and the page appears as far as it goes.

    Sphinx reads again what changed, and the chapters that import a changed module of nnlib.
    Settings and extensions concern every page.
    """
    command: list[str | Path] = [VENV / "bin" / "jupyter-book", "build", ROOT, "-n", "--path-output", FOLDER]
    if any(path.name == "_config.yml" or "book" in path.parts for path in changes):
        command.append("--all")
    try:
        run("Building", command, env=environment(), cwd=ROOT, show=progress, errors_at_once=True)
    except Failed:
        say("  the build failed; the reasons are above")


def listen(port: int, builds: Builds, folder: Path = PAGES) -> ThreadingHTTPServer:
    """Return a server of the pages, for this machine alone."""
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, builds, directory=str(folder)))
    except OSError as error:
        raise stop(f"Port {port}: {error.strerror}; choose another with make serve PORT={port + 1}") from None


def main() -> None:
    """Build, serve, watch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    builds = Builds()
    server = listen(port, builds)
    build([])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(f"The book is at http://127.0.0.1:{port}/ and follows your changes; Ctrl-C ends.")
    paths = [ROOT / name for name in SOURCES if (ROOT / name).exists()]
    for changes in watch(*paths, watch_filter=Sources(), raise_interrupt=False):
        changed = sorted({Path(path) for _, path in changes})
        say(f"Changed: {', '.join(str(path.relative_to(ROOT)) for path in changed)}")
        build(changed)
        builds.finished()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
