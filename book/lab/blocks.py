"""Blocks of text that JupyterLab cannot show, and what it shows in their place.

The lines of a block stay where they are, as comments, above what is shown::

    %| ```{include} _trust/user.md
    %| ```
    (the table)
    %|

So saving takes out what was shown and keeps the block.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from book.lab.names import Names

FENCE = re.compile(r"^(?P<fence>`{3,})\{(?P<name>[\w-]+)\}(?P<given>[^\n]*)\n(?P<body>.*?)^(?P=fence)$", re.M | re.S)
KEPT = re.compile(r"((?:^%\| .*\n)+)(?:.*\n)*?^%\|$", re.M)
AUTOMODULE = re.compile(r"automodule:: (\S+)\n\s*:members: (.+)")
END = re.compile(r"^:{3,}\{solution-end\}$", re.M)
MORE = "::::::{admonition} More of the solution\n:class: dropdown\n"
REST = re.compile(re.escape(MORE) + r"\n(.*?)\n\n:{6}$", re.M | re.S)


def show(text: str, page: str, names: Names) -> str:
    """Put what can be read in the place of blocks that are made when the book is built."""

    def replace(found: re.Match[str]) -> str:
        make = MAKERS.get(found["name"])
        shown = make(found["given"].strip(), found["body"], page, names) if make else None
        if shown is None:
            return found[0]
        kept = "\n".join(f"%| {line}" for line in found[0].splitlines())
        return f"{kept}\n\n{shown.strip()}\n\n%|"

    return FENCE.sub(replace, text)


def restore(text: str) -> str:
    """Return the text with its blocks."""
    text = KEPT.sub(lambda found: re.sub(r"(?m)^%\| ", "", found[1]).rstrip("\n"), text)
    return REST.sub(r"\1", text)


def fold(text: str) -> str:
    """Fold what stands at the top of a cell and still belongs to a solution."""
    end = END.search(text)
    rest, others = (text[: end.start()].strip("\n"), f"\n\n{text[end.start() :]}") if end else (text, "")
    return f"{MORE}\n{rest}\n\n::::::{others}" if rest else text


def _include(given: str, body: str, page: str, names: Names) -> str | None:
    path = names.root / PurePosixPath(page).parent / given
    return path.read_text(encoding="utf-8") if path.exists() else None


def _functions(given: str, body: str, page: str, names: Names) -> str | None:
    found = AUTOMODULE.search(body)
    if not found:
        return None
    members = ", ".join(f"`{name.strip()}`" for name in found[2].split(","))
    return f"{members}.\n`help({found[1]})` in a code cell prints what they do."


def _works(given: str, body: str, page: str, names: Names) -> str:
    works = sorted(names.works.values(), key=lambda work: (work.get("author", ""), work.get("year", "")))
    lines = (
        f"- {work.get('author', '').replace(' and ', '; ')} ({work.get('year')}). *{work.get('title')}*."
        for work in works
    )
    return "\n".join(lines)


def _derivatives(given: str, body: str, page: str, names: Names) -> str:
    if given == "kinks":  # with values that the build computes
        return _at_the_build(given, body, page, names)
    return f'`autodiff.supported()["{given}"]` in a code cell, after `from nnlib import autodiff`, gives this list.'


def _at_the_build(given: str, body: str, page: str, names: Names) -> str:
    return ":::{note}\nWhat stands here is collected when the book is built: `make book`.\n:::"


MAKERS: dict[str, Callable[[str, str, str, Names], str | None]] = {
    "include": _include,
    "eval-rst": _functions,
    "bibliography": _works,
    "ledger": _at_the_build,
    "derivatives": _derivatives,
    "practice": _at_the_build,
    "practice-chapters": _at_the_build,
}
