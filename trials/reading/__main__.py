"""How the pages read (`make measure`): this book beside a stock Jupyter Book of the same chapters, in one run.

Both are served from this machine, compressed, and looked at by the same Chromium. What the stock pages fetch from other
hosts is counted; then its MathJax is served from here too, as if that host were as near as the book.
"""

import argparse
import gzip
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tools import markdown
from tools.browser import INSTALL, chromium, find
from tools.fileserver import Quiet, served
from tools.paths import BUILD, VENV
from trials.reading import stock
from trials.speed import machine

LIGHTHOUSE = Path(__file__).with_name("lighthouse")
CHAPTERS = ["softmax", "mlp", "convolution"]
MATHJAX = re.compile(r"https://cdn\.jsdelivr\.net/npm/mathjax@3/es5/")
COMPRESSED = {".html", ".css", ".js", ".svg", ".json", ".map"}
RUNS = 3


class Compressing(Quiet):
    """A file server that compresses what a host would compress."""

    def do_GET(self) -> None:
        """Answer with a file."""
        path = Path(self.translate_path(self.path.partition("?")[0]))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        body, packed = path.read_bytes(), path.suffix in COMPRESSED
        body = gzip.compress(body, 6, mtime=0) if packed else body
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with suppress(ConnectionError):  # a browser that goes on to the next page need not wait for this one
            self.wfile.write(body)


def lighthouse(address: str, *, desktop: bool) -> dict[str, Any]:
    """Run Lighthouse once."""
    flags = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [VENV / "bin" / "node", LIGHTHOUSE / "node_modules" / "lighthouse" / "cli" / "index.js", address]
        command += ["--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
        command += ["--preset=desktop"] if desktop else ["--only-categories=performance"]
        env = {"PATH": "/usr/bin:/bin", "CHROME_PATH": find() or "", "HOME": folder}
        answer = subprocess.run(list(map(str, command)), env=env, capture_output=True, text=True, check=False)
        if not report.exists():
            raise SystemExit(f"Lighthouse failed on {address}:\n{answer.stderr[-2000:]}")
        return dict(json.loads(report.read_text()))


def scores(address: str) -> dict[str, Any]:
    """Return Lighthouse's scores of a page: three runs on a simulated phone, their medians; one on a desktop."""
    phone = [lighthouse(address, desktop=False) for _ in range(RUNS)]

    def median(number: Callable[[dict[str, Any]], float]) -> float:
        return statistics.median(map(number, phone))

    desk = lighthouse(address, desktop=True)["categories"]
    return {
        "phone": round(100 * median(lambda run: run["categories"]["performance"]["score"])),
        "blocking": median(lambda run: run["audits"]["total-blocking-time"]["numericValue"]),
        "shift": median(lambda run: run["audits"]["cumulative-layout-shift"]["numericValue"]),
        "paint": median(lambda run: run["audits"]["largest-contentful-paint"]["numericValue"]),
        "desk": [
            round(100 * desk[name]["score"]) for name in ("performance", "accessibility", "best-practices", "seo")
        ],
    }


def looked_at(home: str, names: list[str]) -> dict[str, Any]:
    """Return what a browser sees of the pages."""
    from tests.book.pages import looks

    found: dict[str, Any] = {
        "foreign": 0,
        "noise": 0,
        "rules": set(),
        "bytes": [],
        "clipped": 0,
        "paper": 0,
        "raw": False,
    }
    with chromium() as browser:
        for name in names:
            for theme in ("light", "dark"):
                with looks.opened(browser, home + name, theme=theme, csp=False) as view:
                    sizes: list[int] = []
                    view.page.on("response", lambda answer, sizes=sizes: sizes.append(_size(answer, home)))
                    view.page.reload(wait_until="networkidle")
                    if theme == "light":
                        found["foreign"] = max(found["foreign"], len(set(looks.strangers(view, home))))
                        found["noise"] += bool([line for line in view.said if line.startswith(("error", "failed"))])
                        found["bytes"].append(sum(sizes))
                    found["rules"] |= {line.split(":")[0] for line in looks.barriers(view)}
            with looks.opened(browser, home + name, width=looks.PHONE, csp=False) as view:
                view.page.wait_for_load_state("networkidle")
                found["clipped"] += _clipped(view.page)
                view.page.set_viewport_size({"width": looks.PAPER, "height": 900})
                view.page.emulate_media(media="print")
                found["paper"] += _wide(view.page)
            with looks.opened(browser, home + name, scripts=False) as view:
                text = view.page.locator("article, main").first.inner_text()
                found["raw"] |= bool(re.search(r"\\\(|\$\$|\\frac|\\begin|\\\[", text))
    return found


def _size(answer: Any, home: str) -> int:
    try:
        return len(answer.body()) if not answer.url.startswith(home) else int(answer.headers.get("content-length", 0))
    except Exception:  # a request that failed has no body
        return 0


CLIPPED = """() => [...document.querySelectorAll('.katex-html, mjx-container')].filter((formula) => {
  const own = formula.getBoundingClientRect();
  for (let box = formula.parentElement; box; box = box.parentElement) {
    const how = getComputedStyle(box).overflowX;
    if (how === "auto" || how === "scroll") return false;
    if (how !== "visible") return own.right > box.getBoundingClientRect().right + 2;
  }
  return own.right > innerWidth + 2;
}).length"""
WIDE = """() => [...document.querySelectorAll('.katex-display, mjx-container[display]')].filter((formula) =>
  formula.scrollWidth > formula.clientWidth + 2 || formula.getBoundingClientRect().right > innerWidth + 2).length"""


def _clipped(page: Any) -> int:
    return int(page.evaluate(CLIPPED))


def _wide(page: Any) -> int:
    return int(page.evaluate(WIDE))


def with_local_mathjax(pages: Path) -> Path:
    """Return a copy of stock pages that finds MathJax beside itself."""
    copy = pages.with_name("local")
    shutil.copytree(pages, copy)
    shutil.copytree(LIGHTHOUSE / "node_modules" / "mathjax" / "es5", copy / "mathjax")
    for page in copy.rglob("*.html"):
        up = "../" * (len(page.relative_to(copy).parts) - 1)
        page.write_text(MATHJAX.sub(f"{up}mathjax/", page.read_text(encoding="utf-8")), encoding="utf-8")
    return copy


def measure(pages: Path, names: list[str], *, local: Path | None = None) -> dict[str, Any]:
    """Return everything that is measured of one book."""
    from tests.book.pages import files

    with served(pages, Compressing) as home:
        found = looked_at(home, names)
    with served(local or pages, Compressing) as home:
        if local:
            near = looked_at(home, names)
            found |= {name: near[name] for name in ("rules", "bytes", "noise", "clipped", "paper")}
        found["scores"] = {name: scores(home + name) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(pages / name, target)
        found["html"] = len(files.invalid(Path(folder)))
    return found


def _span(values: list[float], unit: str = "") -> str:
    low, high = round(min(values)), round(max(values))
    return f"{low}{unit}" if low == high else f"{low} to {high}{unit}"


def row_values(found: dict[str, Any]) -> list[str]:
    """Return one column of the table."""
    results = list(found["scores"].values())
    desk = [_span([result["desk"][number] for result in results]) for number in range(4)]
    return [
        str(found["foreign"]),
        "raw TeX" if found["raw"] else "yes",
        _span([result["phone"] for result in results]),
        _span([result["blocking"] for result in results], " ms"),
        _span([result["paint"] for result in results], " ms"),
        f"{max(result['shift'] for result in results):.3f}",
        ", ".join(desk),
        _span([size / 1024 for size in found["bytes"]], " KiB"),
        str(len(found["rules"])),
        str(found["noise"]),
        str(found["html"]),
        f"{found['clipped']}; {found['paper']}",
    ]


ROWS = [
    "requests to other hosts, on one page",
    "readable without JavaScript",
    "Lighthouse, phone: performance",
    "total blocking time, phone",
    "largest contentful paint, phone",
    "cumulative layout shift, phone",
    "Lighthouse, desktop: performance, accessibility, best practices, SEO",
    "transfer for a first visit, compressed",
    "accessibility rules broken (axe, WCAG 2.2 AA and best practice)",
    "pages with errors in the console",
    "errors in the HTML (html-validate)",
    "formulas cut off at 360 px; wider than the paper",
]


def table(own: dict[str, Any], other: dict[str, Any]) -> str:
    """Return the table in Markdown."""
    rows = zip(ROWS, row_values(own), row_values(other), strict=True)
    return markdown.table([("what is measured", "this book", "stock Jupyter Book"), *rows])


def main() -> None:
    """Measure both books, print the table, and write it."""
    parser = argparse.ArgumentParser(prog="python -m trials.reading", description=__doc__)
    parser.add_argument("--book", type=Path, default=BUILD / "html", help="the built book")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table to a file")
    options = parser.parse_args()
    if not (LIGHTHOUSE / "node_modules").is_dir():
        raise SystemExit(f"Lighthouse is not installed: run `npm ci` in {LIGHTHOUSE} (make measure does).")
    if find() is None:
        raise SystemExit(f"No Chromium was found, so nothing was measured. {INSTALL}")
    names = ["index.html", *(f"chapters/{name}.html" for name in CHAPTERS)]
    description = [
        machine.describe(1)[0].partition(";")[0],
        f"measured on {time.strftime('%Y-%m-%d')}, pages: {', '.join(names)}",
    ]
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        print("Building the stock book …", flush=True)
        pages = stock.build(Path(folder) / "book", CHAPTERS)
        print("Measuring this book …", flush=True)
        own = measure(options.book, names)
        print("Measuring the stock book …", flush=True)
        other = measure(pages, names, local=with_local_mathjax(pages))
    text = "\n".join([table(own, other), "", *(f"- {line[:1].upper()}{line[1:]}" for line in description)])
    print(text)
    for book, found in (("this book", own), ("stock", other)):
        print(book, json.dumps({**found, "rules": sorted(found["rules"])}, indent=1))
    if options.write:
        options.write.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
