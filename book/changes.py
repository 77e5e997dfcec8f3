"""What each page was made from: a build makes those anew under which something has changed.

Sphinx compares the text of a page, what it includes, and the settings. It knows neither the code that the cells call
nor this package: what depends on them is read again (``outdated``). Nor does it know that a page shows numbers, titles,
works and claims of other pages: when those change, every page is written again (``pages_to_rewrite``). What is
compared with is written down when a build ends, so that one that was stopped is made up for.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, cast

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book import claims as claimed
from book.memory import build
from book.pages import theme
from book.sources import STATIC, TOOLS, dependencies, digest, files

ALL = "*"  # no page has this name


def _kept(app: Sphinx) -> Path:
    return Path(app.doctreedir, f"made-from-{app.builder.name}.json")


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Return the pages whose cells call other code than when they were made, or that are made in another way."""
    common = [path for path in files(*TOOLS) if STATIC not in path.parents]
    now = {name: digest(*common, *dependencies(Path(env.doc2path(name)))) for name in sorted(env.found_docs)}
    now[app.config.root_doc] += app.config.html_title  # its heading
    before = json.loads(_kept(app).read_text()) if _kept(app).exists() else {}
    build(app).made_from, build(app).made_before = now, before
    return [name for name in now if now[name] != before.get(name)]


def shown(app: Sphinx, env: BuildEnvironment) -> str:
    """Return what pages show of each other: the list of chapters, numbers, titles, terms, works, and claims."""
    std, math, python, cite = (cast(Any, env.get_domain(name)) for name in ("std", "math", "py", "cite"))
    tables = [std.labels, std.anonlabels, std.objects, math.equations, python.objects, env.toc_secnumbers]
    works = [(work.citation_id, work.formatted_entry.label, work.formatted_entry.text) for work in cite.citations]
    claims = [
        (
            name,
            page.cells,
            page.rows,
            [(label, anchor, title) for label, (anchor, title, _) in page.equations.items()],
            [(claim.label, claim.verdict, claim.rejects, claim.anchor) for claim in page.claims],
        )
        for name, page in sorted(claimed.pages(env).items())
    ]
    ordered = [sorted(table.items()) for table in (*tables, env.toc_fignumbers)]
    return repr([theme.chapter_list(app, env.config.root_doc), ordered, works, claims])


def pages_to_rewrite(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return every page if anything changed that pages show of each other."""
    made = build(app)
    made.made_from[ALL] = hashlib.sha256(shown(app, env).encode()).hexdigest()
    return sorted(env.found_docs) if made.made_from[ALL] != made.made_before.get(ALL) else []


def remember(app: Sphinx, exception: Exception | None) -> None:
    """Write down what the pages are made from, now that they are made."""
    if exception is None:
        _kept(app).write_text(json.dumps(build(app).made_from, indent=1))
