"""An edition without some of the chapters: read from _toc.yml, built, and tested like the whole book."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from book import attribution, edition
from tests.copies import build, copy_book, copy_project
from tools.browser import find
from tools.paths import ROOT

CHAPTER = """# The *first* one

(first-part)=
## A $K - 1$ part

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-first
---
# no heading
label = name = 1
```

```{math}
:label: eq-first
a = b
```

:::{admonition} A box
:name: box-first
:::
"""


def test_labels_are_found_with_their_places() -> None:
    chapter, part = "The *first* one", "A $K - 1$ part"
    assert edition.places(CHAPTER) == {
        "first-part": edition.Place(chapter, part, own=True),
        "fig-first": edition.Place(chapter, part),
        "eq-first": edition.Place(chapter, part),
        "box-first": edition.Place(chapter, part),
    }


def small(folder: Path, contents: str, **pages: str) -> Path:
    """Write a book of small pages."""
    (folder / "chapters").mkdir(exist_ok=True)
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\n{contents}\n")
    for name, text in pages.items():
        (folder / ("index.md" if name == "index" else f"chapters/{name}.md")).write_text(text)
    return folder


def test_every_form_of_contents_is_read(tmp_path: Path) -> None:
    parts = "parts:\n- chapters:\n  - file: chapters/one.md\n    sections:\n    - file: chapters/two"
    small(tmp_path, parts, index="# I\n", one="# One\n", two="# Two\n", three=CHAPTER)
    assert edition.listed(tmp_path) == ["index", "chapters/one", "chapters/two"]
    assert edition.left_out(tmp_path) == ["chapters/three"]
    assert edition.Edition.of(tmp_path).pages == {"chapters/three": "The *first* one"}


@pytest.mark.parametrize(("line", "whole"), [("", False), ("meta: {edition: whole}", True), ("meta: {}", False)])
def test_the_promise_is_one_line(tmp_path: Path, line: str, whole: bool) -> None:
    assert edition.is_whole(small(tmp_path, line)) is whole


def test_another_promise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="edition: hole; it must be whole, or be left out in an edition of your own"):
        edition.is_whole(small(tmp_path, "meta: {edition: hole}"))


def test_a_label_that_moved_into_the_edition_does_not_lead_out(tmp_path: Path) -> None:
    small(tmp_path, "chapters:\n- file: chapters/one", index="# I\n", one="# One\n\n(first-part)=\n## P\n", two=CHAPTER)
    assert "first-part" not in edition.Edition.of(tmp_path).labels
    assert "eq-first" in edition.Edition.of(tmp_path).labels


# Built

PAGES = {
    "index": """# A small book

It stays. It leads {doc}`out <chapters/out>`. It explains {term}`second`.

- {doc}`chapters/out` goes
- {doc}`chapters/inside` stays
""",
    "inside": """# Inside

(inside-part)=
## A part

A {term}`first`, {term}`a second <second>`.
By {eq}`eq-first`: {ref}`first-part`, {ref}`words <box-first>`, {doc}`out`, {doc}`the page <out>`, [a link](out.md).
In {numref}`fig-first`, says {cite:t}`rudin1976`, and {cite:p}`naumann2008`.

This is dead: {ref}`nowhere`.

This, too: {section}`nobody`.
""",
    "assignments": """# The assignments

There are {total}`questions`.

item | answered in
:--- | :---
S1 | {ref}`inside-part`
S2 | {ref}`first-part`
S3 | {ref}`first-part` and {ref}`inside-part`

## All of them elsewhere

item | answered in
:--- | :---
S4 | {ref}`box <box-first>`
""",
    "glossary": """# Glossary

```{glossary}
first
  The first.
  See {section}`first-part, inside-part`.

second
  The second.
  See {section}`first-part`.
```
""",
    "out": CHAPTER,
}
EXPECTED = {
    "index": "A small book It stays. It explains second. Inside stays",
    "inside": "Inside A part A first, a second. By (The first one: A K−1 part): A K−1 part, words, The first one, "
    "the page, a link. In The first one: A K−1 part, says Rudin (1976), and (Naumann, 2008). This is dead: nowhere. "
    "This, too: nobody.",
    "assignments": "The assignments There are 2. item answered in S1 A part S3 A K−1 part and A part",
    "glossary": "Glossary first The first. See Inside: A part.",
}


def read(page: Path) -> str:
    """Return the text of a built page, without what stands beside it for copying and linking."""
    article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").article
    assert article is not None
    for extra in article.select(".headerlink, .katex-html, annotation"):
        extra.decompose()
    text = re.sub(r"\s+", " ", article.get_text(" ", strip=True))
    return re.sub(r"K\s*−\s*1", "K−1", re.sub(r" (?=[,.:;)])|(?<=\() ", "", text))


@pytest.mark.slow
def test_links_out_become_words_and_dead_ones_are_named(tmp_path: Path) -> None:
    folder = copy_book(tmp_path)
    for page in (folder / "chapters").glob("*.md"):
        page.unlink()
    names = "".join(f"\n- file: chapters/{name}" for name in PAGES if name not in ("index", "out"))
    status, said = build(small(folder, f"chapters:{names}", **PAGES))
    assert status == 1
    assert len(said.splitlines()) == 3, said
    assert re.search(r"inside\.md:10: WARNING: undefined label: 'nowhere'", said)
    assert re.search(r"inside\.md:12: ERROR: No section of the book has the label nobody\. Correct the label", said)
    html = folder / "_build" / "html"
    pages = {name: html / ("index.html" if name == "index" else f"chapters/{name}.html") for name in EXPECTED}
    assert {name: read(page) for name, page in pages.items()} == EXPECTED
    assert not (html / "chapters" / "out.html").exists()


# As an instructor

KEPT = ("activations", "softmax", "losses")
TITLE = "Neural networks: first & second week"
URL, SITE = "https://github.com/prof/nn-course", "https://prof.github.io/nn-course"
CHECKS = ["test_recorded.py", "test_assignments.py", "test_references.py", "test_glossary.py", "test_api_page.py"]
OF_PAGES = ["test_files.py", "test_links.py", "test_downloads.py"]
BUT = "not planted and not passes and not invalid and not heavy and not is_found"  # these try the tests themselves
WORKFLOW = ".github/workflows/pages.yml"


def changed(path: Path, pattern: str, new: str) -> None:
    """Replace what a pattern finds in a file, once."""
    text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), flags=re.M | re.S)
    assert count == 1, f"{pattern!r} is {count} times in {path.name}"
    path.write_text(text, encoding="utf-8")


def run(folder: Path, *command: str | Path, **more: str) -> tuple[int, str]:
    """Run Python in a folder, with the folder's own packages."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "BOOK_"))}
    env |= {"PYTHONPATH": str(folder), **more}
    program = [sys.executable, "-m", *command]
    answer = subprocess.run(program, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return answer.returncode, answer.stdout + answer.stderr


def prove(folder: Path, *names: str, **more: str) -> tuple[int, str]:
    """Run these tests of a copy on the copy, but for the slowest and for those that try the tests themselves."""
    return run(folder, "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", "-k", BUT, *found(folder, names))


def found(folder: Path, names: Sequence[str]) -> list[Path]:
    files = [path for name in names for path in (folder / "tests").rglob(name)]
    assert len(files) == len(names)
    return files


def publish(folder: Path) -> tuple[str, Path]:
    """Run the workflow that publishes, as far as it runs here; return what it said, and the folder that it uploads.

    What it installs is there already, the types of the code are those of this folder, and of the tests it runs those
    that an edition may fail.
    """
    changed(folder / "tools" / "verify.py", r'^    \("types"[^\n]*\n', "")
    steps = yaml.safe_load((folder / WORKFLOW).read_text(encoding="utf-8"))["jobs"]["build"]["steps"]
    programs = folder / "programs"
    programs.mkdir()
    (programs / "make").write_text(f'#!/bin/sh\nexec {shutil.which("make")} -o setup -o setup-tests "$@"\n')
    (programs / "make").chmod(0o755)
    (programs / "chromium").symlink_to(str(find()))
    tests = " ".join(map(str, found(folder, [*CHECKS, *OF_PAGES])))
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "BOOK_", "MAKE"))}
    env |= {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder),
        "PYTEST_ADDOPTS": f"-p no:cacheprovider -m 'not slow' -k '{BUT}' {tests}",
    }
    said = ""
    for step in steps:
        if "run" in step:
            command = ["bash", "-e", "-c", step["run"]]
            answer = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
            said += answer.stdout + answer.stderr
            assert answer.returncode == 0, said
    uploads = [step["with"]["path"] for step in steps if "upload-pages-artifact" in step.get("uses", "")]
    assert len(uploads) == 1
    return said, folder / uploads[0]


@pytest.mark.slow
@pytest.mark.whole_book
@pytest.mark.skipif(sys.platform == "win32" or shutil.which("make") is None, reason="needs make and a POSIX shell")
@pytest.mark.skipif(find() is None, reason="needs Chromium, which the workflow would install")
def test_three_chapters_with_another_name_and_no_solutions_are_published(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    chapters, config = folder / "chapters", folder / "_config.yml"
    # What an instructor does: leave out chapters, drop a section and a question, rename a heading, rename the book.
    for name in sorted(path.stem for path in (ROOT / "tests" / "recorded").glob("*.ipynb")):
        if name not in (*KEPT, "index", "notation"):
            changed(folder / "_toc.yml", rf"^  - file: chapters/{name}\n", "")
    changed(config, r"^title: .*?$", f'title: "{TITLE}"')
    changed(config, r"^author: .*?$", "author: A. Professor")
    changed(config, r"^copyright: .*?$", 'copyright: "2031"')
    changed(config, r"^solutions: yes", "solutions: no")
    changed(config, r"^  # baseurl: https://OWNER.github.io/NAME", f"  baseurl: {SITE}")
    changed(config, r"^# repository: \{url: https://github.com/OWNER/NAME,", f"repository: {{url: {URL},")
    changed(chapters / "softmax.md", r"^\(softmax-chain\)=\n.*?(?=^\(softmax-entropy\)=)", "")
    changed(chapters / "softmax.md", r"^## The Jacobian$", "## All partial derivatives")
    changed(chapters / "assignments.md", r"^S0\.Q1\.1 [^\n]*\n", "")

    # Each is named with what to do; and that all is there is a promise of the whole book, which can be taken back.
    status, said = prove(folder, "test_assignments.py", "test_recorded.py")
    assert status == 1
    assert "chapters/mlp.md is not in _toc.yml: add `- file: chapters/mlp` where it belongs, or" in said
    assert "chapters/assignments.md lacks the rows of S0.Q1.1: " in said
    assert "If this is an edition of your own, delete that line" in said
    dead = re.findall(r"chapters/assignments\.md:(\d+): .* links to softmax-chain, .* take the row out", said)
    assert len(set(dead)) == 1, said
    changed(folder / "_toc.yml", rf"^{re.escape(edition.PROMISE)}.*?\n", "")
    lines = (chapters / "assignments.md").read_text(encoding="utf-8").splitlines(keepends=True)
    del lines[int(dead[0]) - 1]
    (chapters / "assignments.md").write_text("".join(lines), encoding="utf-8")

    status, said = run(folder, "tools.record", chapters / "softmax.md")
    assert status == 0, said
    said, html = publish(folder)
    assert "chapters/mlp, and the tests of the whole book" in said
    assert sorted(path.stem for path in (html / "downloads").glob("*.ipynb")) == sorted([*KEPT, "notation"])
    api = read(html / "chapters" / "api.html")
    assert "Derived in Softmax: All partial derivatives." in api
    assert "Derived in Convolution" not in api
    assert read(html / "index.html").startswith(TITLE)
    for page in html.rglob("*.html"):
        tree = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        assert tree.title is not None
        assert tree.title.get_text().endswith(TITLE)
        foot = tree.select_one("footer")
        assert foot is not None
        assert "© 2031 A. Professor. Adapted from Every Gradient, Checked by its authors, under" in foot.get_text()
        last = foot.select("a")[-1]["href"]
        assert last == (attribution.LICENSE if page.stem == "search" else URL)
        assert not tree.select(".solution")
        assert page.stem in ("teaching", "api") or not re.search("solution", read(page), re.I)
    note = nbformat.read(html / "downloads" / "softmax.ipynb", 4).cells[1].source
    assert (html / ".nojekyll").is_file()
    assert f"From {TITLE}, executed. Adapted from Every Gradient, Checked by its authors, under [CC BY 4.0]" in note
    assert "multilayer perceptron:" not in read(html / "index.html")
