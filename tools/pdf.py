"""Print the built book (`make pdf`): every page as a PDF of its own, and all of them as one with a title page.

What is printed is the text of a page alone, with every box open. In the whole book links lead from chapter to chapter;
in a chapter, a link to another one is plain text, because the other file may not be there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer
from playwright.sync_api import Browser, Page

from book.attribution import file_name
from tools import book, browser
from tools.paths import BUILD
from tools.progress import say, stop

PDF = BUILD / "pdf"
COLUMN = 658  # the width of the text on A4, in pixels, less the margins of book/pages/static/css/7-print.css
LEFT_OUT = {"headerlink", "copy", "downloads"}  # classes; scripts, too
WIDE = """() => {
  const room = document.body.getBoundingClientRect().right + 1;
  const boxes = [...document.querySelectorAll(".equation-body, .katex-html .base, table, pre, img")];
  const name = (box) => (box.closest("[id]") || {id: box.tagName}).id;
  const drawn = (box) => (box.matches(".equation-body") ? box.querySelector(".katex") || box : box);
  const over = boxes.filter((box) => drawn(box).getBoundingClientRect().right > room
    || (box.matches(".equation-body, pre") && box.scrollWidth > box.clientWidth + 2));
  return [...new Set(over.map(name))];
}"""


def names(html: Path) -> list[str]:
    """Return the pages of a built book in the order of its list of chapters, the root page first."""
    index = BeautifulSoup((html / "index.html").read_text(encoding="utf-8"), "html.parser")
    listed = [str(link["href"]) for link in index.select(".book-nav a")]
    return list(dict.fromkeys(["index.html", *(name for name in listed if name.endswith(".html"))]))


def _key(name: str) -> str:
    return Path(name).stem


def article(html: Path, name: str, together: Sequence[str]) -> Tag:
    """Return the text of a page with its boxes open; ``together`` are the pages that are printed with it."""
    page = html / name
    text = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find("article")
    if not isinstance(text, Tag):
        raise stop(f"{page} has no article to print; run make book")
    for tag in text.find_all(lambda tag: tag.name == "script" or not LEFT_OUT.isdisjoint(tag.get("class", ()))):
        tag.decompose()
    for tag in text.find_all("details"):
        tag["open"] = ""
    for tag in text.find_all(id=True):
        tag["id"] = f"{_key(name)}--{tag['id']}"
    for image in text.find_all("img"):
        del image["loading"]
        image["src"] = (page.parent / str(image["src"])).resolve().as_uri()
    files = {(html / other).resolve(): other for other in together}
    for link in text.find_all("a", href=True):
        address, anchor = urldefrag(str(link["href"]))
        if urlsplit(address).scheme:
            continue
        target = (page.parent / address).resolve() if address else page.resolve()
        inside = files.get(target)
        if inside is None:
            link.unwrap()
        else:
            link["href"] = f"#{_key(inside)}--{anchor}" if anchor else f"#{_key(inside)}"
    text["id"] = _key(name)
    return text


def document(html: Path, articles: Sequence[Tag], title: str, front: str = "") -> str:
    """Return the page that is printed."""
    style = (html / "_static" / "book.css").as_uri()
    return (
        f'<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="{style}"></head><body class="printed">'
        f"{front}{''.join(map(str, articles))}</body></html>"
    )


def heading_of(html: Path, name: str) -> str:
    """Return the first heading of a page with its number, as HTML."""
    text = (html / name).read_text(encoding="utf-8")
    heading = BeautifulSoup(text, "html.parser", parse_only=SoupStrainer("h1")).h1
    for link in heading.select(".headerlink") if heading else ():
        link.decompose()
    return heading.decode_contents() if heading else name


def front_matter(html: Path, pages: Sequence[str]) -> tuple[str, str]:
    """Return the title of the book, and its title page with the list of chapters."""
    index = BeautifulSoup((html / "index.html").read_text(encoding="utf-8"), "html.parser")
    heading, foot = index.select_one("article h1"), index.select_one("footer.foot p")
    title = heading.find(string=True, recursive=False) if heading else ""
    claim = heading.find_next("p") if heading else None
    entries = []
    for part in index.select(".book-nav .part, .book-nav a"):
        if part.name == "p":
            entries.append(f'<li class="part">{escape(part.get_text())}</li>')
        elif str(part["href"]) in pages:
            entries.append(f'<li><a href="#{_key(str(part["href"]))}">{heading_of(html, str(part["href"]))}</a></li>')
    return str(title), (
        f'<header class="title-page"><p class="book-title">{escape(str(title))}</p>'
        f"<p>{escape(claim.get_text()) if claim else ''}</p>"
        f'<p class="imprint">{escape(foot.get_text().strip()) if foot else ""}</p></header>'
        f'<nav class="contents"><h1>Contents</h1><ul>{"".join(entries)}</ul></nav>'
    )


def too_wide(page: Page) -> list[str]:
    """Return what is wider than the column on paper, by the nearest id."""
    page.set_viewport_size({"width": COLUMN, "height": 900})
    page.emulate_media(media="print", color_scheme="light")
    return list(page.evaluate(WIDE))


def print_page(chrome: Browser, text: str, target: Path) -> list[str]:
    """Print a document; return what is too wide for the paper."""
    with tempfile.TemporaryDirectory(prefix="print-") as folder:
        source = Path(folder, "page.html")
        source.write_text(text, encoding="utf-8")
        page = chrome.new_page(java_script_enabled=True)
        try:
            page.goto(source.as_uri())
            page.evaluate("document.fonts.ready.then(() => true)")
            found = too_wide(page)
            page.pdf(path=target, prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
        finally:
            page.close()
    return [f"{target.name}: {name} is wider than the paper" for name in found]


def write(html: Path, folder: Path) -> list[str]:
    """Print every page and the book; return what is too wide."""
    folder.mkdir(parents=True, exist_ok=True)
    pages, complaints = names(html), list[str]()
    title, front = front_matter(html, pages)
    with browser.chromium() as chrome:
        for name in pages[1:]:
            text = article(html, name, [name])
            heading = text.find("h1")
            own = f"{heading.get_text()} · {title}" if heading else title
            target = folder / f"{_key(name)}.pdf"
            complaints += print_page(chrome, document(html, [text], own), target)
            say(str(target))
        articles = [article(html, name, pages) for name in pages]
        heading = articles[0].find("h1")
        if isinstance(heading, Tag):  # the title page has said it
            heading.string = "About this book"
            subtitle = heading.find_next_sibling("p")
            if isinstance(subtitle, Tag):
                subtitle.decompose()
        target = folder / f"{file_name(title)}-book.pdf"
        complaints += print_page(chrome, document(html, articles, title, front), target)
        say(str(target))
    return complaints


def main() -> None:
    """Print the built book."""
    if not (book.HTML / "index.html").is_file():
        raise stop("The book is not built yet: run make book.")
    try:
        complaints = write(book.HTML, PDF)
    except FileNotFoundError:
        raise stop(f"No Chromium was found, so nothing was printed. {browser.INSTALL}") from None
    if complaints:
        raise stop("\n".join(complaints))


if __name__ == "__main__":
    main()
