"""Build the book aside, from nothing, and put it in place of the old one only when it is whole."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from tools.paths import BUILD, ROOT, VENV, environment
from tools.progress import Failed, run, say, stop

HTML = BUILD / "html"


def progress(line: str) -> str | None:
    """Return the lines of a build that tell how far it is."""
    done = re.match(r"(.*\.md): Executed notebook in ([0-9.]+) seconds", line)
    return f"  {os.path.relpath(done[1], ROOT)}: executed in {float(done[2]):.1f} s" if done else None


def build(folder: Path) -> Path:
    """Build into ``folder``, every chapter executed, every warning an error; return the folder of the pages."""
    command: list[str | Path] = [
        VENV / "bin" / "jupyter-book",
        "build",
        ROOT,
        "-n",
        "-W",
        "--keep-going",
        "--path-output",
        folder,
    ]
    run("Building the book", command, env=environment(), cwd=ROOT, show=progress, errors_at_once=True)
    pages = folder / "_build" / "html"
    if not (pages / "index.html").is_file():
        raise Failed(1, f"no index.html in {pages}")
    return pages


def swap(pages: Path) -> None:
    """Put new pages in the place of the old ones by renaming, so that no reader meets half a book."""
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="old-") as old:
        if HTML.exists():
            HTML.rename(Path(old) / "html")
        pages.rename(HTML)


def main() -> None:
    """Build and swap; on failure the old book stays."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="fresh-") as fresh:
        try:
            pages = build(Path(fresh))
        except Failed as failure:
            (BUILD / "book.log").write_text(failure.log)
            reports = Path(fresh) / "_build" / "html" / "reports"
            if reports.is_dir():
                shutil.copytree(reports, BUILD / "reports", dirs_exist_ok=True)
            kept = f" The previous book is still in {HTML}." if HTML.exists() else ""
            raise stop(
                f"The book was not built; the reasons are above, the whole log in {BUILD / 'book.log'}.{kept}"
            ) from None
        swap(pages)
    say(f"The book is ready:\n{HTML / 'index.html'}")


if __name__ == "__main__":
    main()
