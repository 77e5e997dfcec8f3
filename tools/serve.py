"""Preview the book on this machine; rebuild and reload the page when a file changes.

sphinx-autobuild, tried for this, brings six packages, watches .venv and what it builds, and lets a browser keep an old
style sheet.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import threading
import time
from functools import partial
from html import escape
from http.server import ThreadingHTTPServer
from pathlib import Path

from book.sources import PAGES, TOOLS, files
from tools.book import progress
from tools.fileserver import Quiet
from tools.paths import BUILD, ROOT, VENV, environment
from tools.progress import Failed, plain, run, say, stop

FOLDER = BUILD / "serve"
HTML = FOLDER / "_build" / "html"
PAUSE = 0.5  # seconds between two looks at the files
RELOAD = """<script>setInterval(async () => {
  const now = await fetch("/-/built").then(answer => answer.text(), () => "BUILT");
  if (now !== "BUILT") location.reload();
}, 1000);</script>"""
ALERT = '<pre role="alert" style="margin:0;padding:1rem;border:.25rem solid #d55e00;white-space:pre-wrap">{}</pre>'


class Preview(Quiet):
    """Serve pages, each with what the last build complained of and a script that reloads it after the next one."""

    built, problems = 0, ""  # when the last build ended, and what it said

    def do_GET(self) -> None:
        """Answer with a page, a file, or the time of the last build."""
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if self.path == "/-/built":
            self.answer(str(self.built), "text/plain")
        elif file.suffix == ".html":
            page = file.read_text(encoding="utf-8") if file.is_file() else "<body>There is no such page yet.</body>"
            # The finished book allows no script but its own; the preview adds one.
            page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page, flags=re.I)
            alert = ALERT.format(escape(self.problems)) if self.problems else ""
            page = page.replace("<body>", "<body>" + alert, 1)
            page = page.replace("</body>", RELOAD.replace("BUILT", str(self.built)) + "</body>")
            self.answer(page, "text/html", 200 if file.is_file() else 404)
        else:
            super().do_GET()

    def answer(self, text: str, kind: str, status: int = 200) -> None:
        """Send a text."""
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        """Keep the browser from showing an earlier build."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def build() -> None:
    """Bring the pages up to date as far as possible; what is wrong is shown here and on the pages."""
    command: list[str | Path] = [VENV / "bin" / "jupyter-book", "build", ROOT, "-n", "--path-output", FOLDER]
    problems: list[str] = []
    try:
        run("Building", command, env=environment(), cwd=ROOT, show=progress, errors=problems)
    except Failed:
        say("  the build failed; the reasons are above")
        problems = problems or ["The build failed; the reasons are where make serve runs."]
    Preview.problems, Preview.built = plain("".join(problems)), time.time_ns()


def listen(port: int, folder: Path = HTML) -> ThreadingHTTPServer:
    """Return a server of the pages, for this machine alone."""
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(Preview, directory=str(folder)))
    except OSError as error:
        raise stop(f"Port {port}: {error.strerror}; choose another with make serve PORT={port + 1}") from None


def stamps() -> dict[Path, int]:
    """Return when each source was saved. Many editors save by replacing the file, and some disks report no changes."""
    found = {}
    for path in files(*PAGES, *TOOLS):
        with contextlib.suppress(OSError):  # it has just gone
            found[path] = path.stat().st_mtime_ns
    return found


def main() -> None:
    """Build, serve, watch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    server = listen(port)
    seen = last = stamps()
    build()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(f"The book is at http://127.0.0.1:{port}/ and follows your changes; Ctrl-C ends.")
    while True:
        time.sleep(PAUSE)
        now = stamps()
        if seen != now == last:  # and nothing is being saved any more
            changed = sorted({str(path.relative_to(ROOT)) for path, _ in now.items() ^ seen.items()})
            say(f"Changed: {', '.join(changed[:5])}{' …' if len(changed) > 5 else ''}")
            seen = now
            build()
        last = now


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
