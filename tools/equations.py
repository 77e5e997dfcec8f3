"""The displayed equations and the claims of the chapters, read from sources and recordings: no build is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin

from book.claims import NO_CLAIM, NO_EQUATION, parse
from book.labels import IN_DOLLARS, astray, dollar_displays, fault, holds_code
from tools import chapters
from tools.paths import ROOT
from tools.recordings import faults_of_recording

OPTIONS = re.compile(r"---\n(.*?)\n---\n|((?::[\w-]+:.*\n)+)", re.S)
LABEL = re.compile(r"^:?(?:label|name):\s*(\S+)", re.M)


def displayed(text: str, first: int = 1) -> Iterator[tuple[int, str]]:
    """Yield line and label of each ``{math}`` directive, also of those inside other directives; "" for none."""
    for token in MarkdownIt("commonmark").use(colon_fence_plugin).parse(text):
        if token.type not in ("fence", "colon_fence") or token.map is None:
            continue
        line, name = first + token.map[0], token.info.strip().partition(" ")[0]
        if name == "{math}":
            options = OPTIONS.match(token.content)
            label = options and LABEL.search(options[1] or options[2])
            yield line, label[1] if label else ""
        elif not holds_code(name):
            yield from displayed(token.content, line + 1)


def claimed(chapter: Path) -> set[str]:
    """Return the labels on which the recording of a chapter has a verdict.

    Where the chapter was edited since, those in its cells count as well: whether they hold is seen when it is recorded.
    """
    path = chapters.recording(chapter)
    cells = nbformat.read(path, as_version=4).cells if path.exists() else []
    lines = [
        line for cell in cells for output in cell.get("outputs", []) for line in output.get("text", "").splitlines()
    ]
    found = {claim.label for claim in map(parse, lines) if claim}
    if faults_of_recording(chapter):
        code = [cell.source for cell in chapters.read(chapter).cells if cell.cell_type == "code"]
        found |= set(re.findall(r"[\"'](eq-[\w-]+)[\"']", "\n".join(code)))
    return found


def faults(root: Path = ROOT) -> list[str]:
    """Return the equations without a claim, the claims without an equation, and labels that are missing or wrong."""
    pages = {page.relative_to(root).as_posix(): page.read_text(encoding="utf-8") for page in chapters.pages(root)}
    equations = [(label, f"{name}:{line}") for name, text in pages.items() for line, label in displayed(text)]
    claims = {label: page.relative_to(root) for page in chapters.notebooks(root) for label in claimed(page)}
    first = dict(reversed(equations))
    found = [f"{name}:{line}: {IN_DOLLARS}" for name, text in pages.items() for line in dollar_displays(text)]
    found += [f"{name}:{line}: {message}" for name, text in pages.items() for line, message in astray(text)]
    for label, place in equations:
        if message := fault(label):
            found.append(f"{place}: {message}")
        elif first[label] != place:
            found.append(f"{place}: The label {label} stands at {first[label]} already: rename one of the two.")
        elif label.startswith("eq-") and label not in claims:
            found.append(f"{place}: {NO_CLAIM.format(label)}")
    return found + [f"{claims[label]}: {NO_EQUATION.format(label)}" for label in sorted(claims.keys() - first.keys())]


def main() -> None:
    """Print what is amiss, for the hook before a commit."""
    raise SystemExit("\n".join(faults()) or None)


if __name__ == "__main__":
    main()
