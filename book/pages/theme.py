"""The page around the text: what the templates in ``theme/`` show beside the chapter itself."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from textwrap import shorten
from typing import Any, cast
from urllib.parse import quote

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from book import attribution

THEME = Path(__file__).with_name("theme")
# The two scripts that stand in the page: before the style sheet the reader's choice of theme, so that no page flashes;
# after it the fonts, which the style sheet holds, so that they are ready before the first paint and no text moves.
INLINE = {name: (THEME / f"{name}.js").read_text(encoding="utf-8").strip() for name in ("theme", "fonts")}


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def content_policy(runs: bool) -> str:
    """Return what a page may load: nothing from elsewhere, and no script but the book's own.

    KaTeX sets lengths in style attributes. A page that runs its cells makes a worker of a script that it has, and the
    interpreter there is WebAssembly.
    """
    scripts = f"script-src 'self' file: {' '.join(map(_hash, INLINE.values()))}"
    rules = [
        "default-src 'none'",
        f"{scripts} blob: 'wasm-unsafe-eval'" if runs else scripts,
        "style-src 'self' file: 'unsafe-inline'",
        "img-src 'self' file: data:",
        "font-src data:",
        "connect-src 'self'",  # the pages ask for nothing; tools that look at them ask for robots.txt
        "form-action 'self' file:",
        "base-uri 'none'",
    ]
    return "; ".join(rules + ["worker-src blob:"] * runs)


def chapter_list(app: Sphinx, pagename: str) -> str:
    """Return the list of all pages, by parts, as HTML; the current page is marked."""
    env, root, builder = app.env, app.config.root_doc, cast(Any, app.builder)
    parts: list[str] = []
    for toctree in env.get_doctree(root).findall(addnodes.toctree):
        if toctree.get("caption"):
            parts.append(f'<p class="part">{toctree["caption"]}</p>')
        items = []
        for _, docname in toctree["entries"]:
            title = builder.render_partial(env.titles[docname])["title"]
            mark = ' aria-current="page"' if docname == pagename else ""
            uri = app.builder.get_relative_uri(pagename, docname)
            items.append(f'<li><a href="{uri}"{mark}>{title}</a></li>')
        parts.append(f"<ul>{''.join(items)}</ul>")
    return "\n".join(parts)


def _sections(parent: nodes.Element) -> list[nodes.section]:
    return [part for part in parent if isinstance(part, nodes.section) and isinstance(part[0], nodes.title)]


def _section_list(app: Sphinx, pagename: str, parent: nodes.Element, levels: int = 2) -> str:
    """Return the sections below a section as nested lists in HTML."""
    numbers, items = app.env.toc_secnumbers.get(pagename, {}), []
    for section in _sections(parent):
        title, anchor = cast(nodes.title, section[0]).deepcopy(), section["ids"][0]
        title.attributes.pop("secnumber", None)
        for reference in list(title.findall(nodes.reference)):
            reference.replace_self(reference.children)
        number = cast(nodes.title, section[0]).get("secnumber") or numbers.get(f"#{anchor}") or ()
        text = "".join(f"{part}." for part in number) + " " + cast(Any, app.builder).render_partial(title)["title"]
        inner = _section_list(app, pagename, section, levels - 1) if levels > 1 else ""
        items.append(f'<li><a href="#{anchor}">{text.strip()}</a>{inner}</li>')
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _page_links(app: Sphinx, pagename: str) -> list[tuple[str, str]]:
    """Return links to a report form, to the page's source and to a server that runs it, if a repository is named."""
    options = app.config.html_theme_options
    url, branch = str(options.get("repository_url") or "").rstrip("/"), options.get("repository_branch") or "main"
    if not url or pagename not in app.env.found_docs or "executablebooks/jupyter-book" in url:
        return []
    source = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
    path = "/".join(part.strip("/") for part in (options.get("path_to_docs") or "", source) if part)
    links = [
        ("Report an error", f"{url}/issues/new?title={quote(f'{source}: ')}"),
        ("Edit this page", f"{url}/edit/{branch}/{path}"),
    ]
    hub = str((options.get("launch_buttons") or {}).get("binderhub_url") or "").rstrip("/")
    on_github = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", url.removesuffix(".git"))
    if hub and on_github and "kernelspec" in app.env.metadata.get(pagename, {}):
        links.append(("Run on Binder", f"{hub}/v2/gh/{on_github[1]}/{branch}?urlpath={quote(f'lab/tree/{path}')}"))
    return [*links, ("Repository", url)]


def _description(doctree: nodes.document) -> str:
    """Return what the page's header says about it (``myst: {html_meta: {description: ...}}``), or how it begins."""
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            return str(meta["content"])
    first = next(iter(doctree.findall(nodes.paragraph)), None)
    return shorten(first.astext(), 160, placeholder=" …") if first else ""


def begin(app: Sphinx) -> None:
    """Do without Sphinx's search; the book has its own."""
    cast(Any, app.builder).search = False


def fill(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Give the template what it shows."""
    pages = _sections(doctree) if doctree else []
    context.update(
        content_policy=content_policy(bool(context["cells"])),
        inline=INLINE,
        description=_description(doctree) if doctree else f"Search {app.config.html_title}.",
        chapter_list=chapter_list(app, pagename),
        section_list="".join(_section_list(app, pagename, page) for page in pages),
        page_links=_page_links(app, pagename),
        page_class="cover" if pagename == app.config.root_doc else "",
        root_doc=app.config.root_doc,
        author=app.config.author,
        adapted=attribution.sentence(app.config, lambda words, url: f'<a href="{url}">{words}</a>'),
    )


def setup(app: Sphinx) -> None:
    """Register the theme."""
    app.add_html_theme("book", str(THEME))
