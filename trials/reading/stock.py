"""A stock Jupyter Book of the same chapters: its own theme, MathJax from elsewhere, none of this book's extensions."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.paths import ROOT

CONFIG = """title: Every Gradient, Checked
author: The authors of Every Gradient, Checked
execute: {{execute_notebooks: force, timeout: 120}}
parse: {{myst_enable_extensions: [attrs_inline, colon_fence, deflist, dollarmath]}}
bibtex_bibfiles: [chapters/references.bib]
sphinx:
  extra_extensions: [sphinx_exercise]
  config:
    mathjax3_config: {{tex: {{macros: {macros}}}}}
"""


def _macros() -> str:
    import json

    import yaml

    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    macros = {}
    for name, body in settings["sphinx"]["config"]["katex_macros"].items():
        plain = re.sub(r"\\htmlClass\{[\w-]+\}", "", body)
        count = max(map(int, re.findall(r"#(\d)", plain)), default=0)
        macros[name.lstrip("\\")] = [plain, count] if count else plain
    return json.dumps(macros)


def build(folder: Path, names: list[str]) -> Path:
    """Build the chapters in ``names`` and the root page with the settings that Jupyter Book begins with.

    Parameters
    ----------
    folder : Path
        Where the sources and the pages go.
    names : list of str
        The chapters, without folder and ending.
    """
    chapters = folder / "chapters"
    chapters.mkdir(parents=True)
    for name in [*names, "bibliography"]:
        shutil.copy2(ROOT / "chapters" / f"{name}.md", chapters)
    shutil.copy2(ROOT / "chapters" / "references.bib", chapters)
    index = (ROOT / "index.md").read_text(encoding="utf-8")
    (folder / "index.md").write_text(re.sub(r"\{total\}`\w+`", "many", index), encoding="utf-8")
    (folder / "_config.yml").write_text(CONFIG.format(macros=_macros()))
    lines = "".join(f"- file: chapters/{name}\n" for name in [*names, "bibliography"])
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{lines}")
    program = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(folder), "-n"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(program, cwd=folder, env=env, capture_output=True, text=True, check=False)
    pages = folder / "_build" / "html"
    if not (pages / "index.html").is_file():
        raise SystemExit(f"The stock book does not build:\n{answer.stderr[-3000:]}")
    return pages
