"""The links that need a repository: none without one; with one named in _config.yml, each leads to its place."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml
from jupyter_book.config import get_final_config

from book import attribution
from book.pages import theme
from tests.book.pages import files
from tools.paths import ROOT

SETTINGS = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
URL = "https://github.com/someone/a-course"


def links(page: str = "chapters/softmax", **repository: str) -> dict[str, str]:
    """Return the links of a page under the book's own settings, but with this repository or none."""
    settings = {name: value for name, value in SETTINGS.items() if name != "repository"}
    settings["launch_buttons"] = {"binderhub_url": "https://mybinder.org"}
    if repository:
        settings["repository"] = repository
    final, _ = get_final_config(user_yaml=settings, sourcedir=ROOT, cli_config={"latex_individualpages": False})
    pages = {"chapters/softmax": {"kernelspec": {}}, "chapters/ledger": {}}
    env = SimpleNamespace(found_docs=set(pages), metadata=pages, doc2path=lambda name: str(ROOT / f"{name}.md"))
    config = SimpleNamespace(html_theme_options=final["html_theme_options"])
    app: Any = SimpleNamespace(config=config, env=env, srcdir=str(ROOT))
    return dict(theme._page_links(app, page))


def test_without_a_repository_there_are_no_such_links() -> None:
    assert links() == {}


def test_with_a_repository_each_link_leads_to_its_place() -> None:
    assert links(url=URL, branch="main") == {
        "Report an error": f"{URL}/issues/new?title=chapters/softmax.md%3A%20",
        "Edit this page": f"{URL}/edit/main/chapters/softmax.md",
        "Run on Binder": "https://mybinder.org/v2/gh/someone/a-course/main?urlpath=lab/tree/chapters/softmax.md",
        "Repository": URL,
    }


def test_a_folder_of_the_repository_is_heeded() -> None:
    found = links(url=f"{URL}/", branch="term", path_to_book="notes/")
    assert found["Edit this page"] == f"{URL}/edit/term/notes/chapters/softmax.md"
    assert found["Run on Binder"].endswith("/term?urlpath=lab/tree/notes/chapters/softmax.md")


def test_a_page_without_code_and_a_repository_elsewhere_are_not_run_on_binder() -> None:
    assert "Run on Binder" not in links("chapters/ledger", url=URL)
    assert set(links(url="https://git.example/a")) == {"Report an error", "Edit this page", "Repository"}
    assert links("search", url=URL) == {}


def elsewhere(page: Path) -> list[str]:
    """Return what a page leads to, but for the links at its foot."""
    foot = [str(link["href"]) for link in files.parsed(page).select("footer a")]
    return [target for _, target in files.links(page) if target not in foot]


def strangers(book: Path) -> list[str]:
    """Complain of links and scripts of services that run notebooks elsewhere; words and the foot may lead there."""
    words = ("thebe", "mybinder", "binderhub", "colab.research")
    found = {page: " ".join(elsewhere(page)) for page in files.pages(book)}
    scripts = [path for path in book.rglob("*.js") if path.name != "search-index.js" and path.parent.name != "pack"]
    found |= {path: path.read_text(encoding="utf-8") for path in scripts}
    return [f"{path.name}: {word}" for path, text in found.items() for word in words if word in text.lower()]


def test_nothing_of_thebe_or_binder_is_in_the_pages(book: Path) -> None:
    assert strangers(book) == []


def test_the_foot_of_a_page_leads_to_the_repository_of_the_edition_and_the_license_alone(book: Path) -> None:
    repository = (SETTINGS.get("repository") or {}).get("url", "").rstrip("/")
    hub = (SETTINGS.get("launch_buttons") or {}).get("binderhub_url", "")
    allowed = tuple(filter(None, [repository, repository and hub, attribution.LICENSE, attribution.ADDRESS]))
    for page in files.pages(book):
        targets = [str(link["href"]) for link in files.parsed(page).select("footer a")]
        assert [target for target in targets if not target.startswith(allowed)] == []
        assert (repository in targets) == bool(repository and page.name != "search.html")


def test_a_planted_launcher_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<a href="https://mybinder.org/v2/gh/a/b/main">Run</a>')
    assert strangers(tmp_path) == ["page.html: mybinder"]
