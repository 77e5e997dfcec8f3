"""Change nnlib in one small place at a time, and see whether its tests notice: ``make mutants``.

Cosmic Ray makes each change in a copy of the package and runs the tests there, those of the changed module first. It
changes decorated functions and what a module computes when it is imported as well. What survives is printed; there is
no list of excuses, only a budget.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import os
import random
import re
import shlex
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import install, markdown
from tools.paths import ROOT, VENV
from tools.progress import Failed, run, say, stop

BUDGET = 0.97  # the share of changes that have to be noticed
SEED = 0
TIMEOUT = 600.0  # seconds for all tests of one change; a loop without end is noticed by it
PINS, FOLDER = ROOT / "trials" / "mutants.txt", VENV / "var" / "mutants"
COPIED = ["nnlib", "tests/__init__.py", "tests/conftest.py", "tests/nnlib", "tools", "pyproject.toml"]
# The slips that people make and that NumPy does not refuse by itself: a shift in the place of a product is an error
# that the first test to pass there sees, and would only flatter the rate.
SLIPS = re.compile(
    r"core/(ReplaceBinaryOperator_(Add_Sub|Add_Mul|Sub_Add|Mul_Div|Mul_Add|Div_Mul|Div_FloorDiv|FloorDiv_Mul|FloorDiv_Div"
    r"|Mod_FloorDiv|Mod_Mul|Pow_Mul|LShift_RShift|RShift_LShift|BitOr_BitAnd|BitOr_BitXor|BitAnd_BitOr|BitXor_BitOr)"
    r"|ReplaceComparisonOperator_(Eq_NotEq|Eq_LtE|Eq_GtE|NotEq_Eq|NotEq_Lt|NotEq_Gt|Lt_LtE|Lt_Gt|LtE_Lt|LtE_GtE|Gt_GtE"
    r"|Gt_Lt|GtE_Gt|GtE_LtE|Is_IsNot|IsNot_Is)"
    r"|ReplaceUnaryOperator_Delete_\w+|AddNot|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceTrueWithFalse|NumberReplacer"
    r"|ReplaceFalseWithTrue|RemoveDecorator|ZeroIterationForLoop|ReplaceBreakWithContinue|ReplaceContinueWithBreak)"
)


def get() -> None:
    """Install Cosmic Ray, in pinned versions, where only this program looks."""
    want = {"pins": install.digest(PINS)}
    if install.stamped(FOLDER / "installed.json") != want:
        options = ["install", "-q", "--no-deps", "--require-hashes", "--upgrade", "--target", str(FOLDER)]
        try:
            run("Installing Cosmic Ray", install.pip(*options, "-r", str(PINS)))
        except Failed as failure:
            raise stop(f"Cosmic Ray could not be installed: {failure.log.strip()}") from None
        (FOLDER / "installed.json").write_text(f'{{"pins": "{want["pins"]}"}}\n')
    sys.path.append(str(FOLDER))


def modules() -> list[str]:
    """Return the modules of nnlib, as paths from the top."""
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "nnlib").rglob("*.py"))


def slips(module: str) -> Iterator[Any]:
    """Yield the changes of one module."""
    from cosmic_ray.commands.init import _all_work_items

    for item in _all_work_items([ROOT / module], {}):
        if SLIPS.fullmatch(item.mutations[0].operator_name):
            yield item.mutations[0]


def matters(change: Any) -> bool:
    """Tell whether a change makes a difference to what Python executes."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = Path(change.module_path).read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(change.operator_name)(), change.occurrence)
    return bool(changed) and executed(changed) not in (None, executed(source))


def executed(source: str) -> str | None:
    """Return what Python executes of a module, in one form: no annotations, and no types that stand for others."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # such as a / in the place of the * that begins the keyword-only arguments
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    tree.body = [part for part in tree.body if not _names_a_type(part)]
    return ast.dump(tree)


def _names_a_type(part: ast.stmt) -> bool:
    return isinstance(part, ast.Assign) and isinstance(part.value, ast.BinOp) and isinstance(part.value.op, ast.BitOr)


def tests_of(module: str) -> list[str]:
    """Return all tests of nnlib: first those named like the module, then those that import it, then the others."""
    stem, name = Path(module).stem, module.removesuffix(".py").replace("/", ".")
    files = sorted((ROOT / "tests" / "nnlib").glob("test_*.py"))

    def distance(path: Path) -> int:
        return 0 if stem in path.stem else 1 if name in path.read_text(encoding="utf-8") else 2

    return [path.relative_to(ROOT).as_posix() for path in sorted(files, key=distance)]


def copy(folder: Path) -> Path:
    """Copy what the tests of nnlib need."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return folder


def judge(change: Any) -> tuple[Any, bool | None, str]:
    """Return a change, whether the tests notice it (None: there is nothing to notice), and the lines that it changes.

    The working folder is a copy of the project.
    """
    import attrs
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import TestOutcome

    module = Path(change.module_path).relative_to(ROOT)
    change = attrs.evolve(change, module_path=module)
    if not matters(change):
        return change, None, ""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    result = mutate_and_test([change], shlex.join([*command, *tests_of(module.as_posix())]), TIMEOUT)
    lines = [line for line in str(result.diff).splitlines() if re.match(r"[-+](?![-+])", line)]
    return change, result.test_outcome != TestOutcome.SURVIVED, "\n".join(lines)


def begin(folder: str) -> None:
    """Give a worker a copy of its own to change."""
    os.chdir(copy(Path(tempfile.mkdtemp(dir=folder))))


def examine(changes: list[Any], workers: int) -> bool:
    """Judge the changes, print what survives and a table, and tell whether enough were noticed."""
    all_of, noticed = Counter[str](), Counter[str]()
    fork = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as folder, fork.Pool(workers, begin, (folder,)) as pool:
        for done, (change, good, lines) in enumerate(pool.imap_unordered(judge, changes), start=1):
            module = str(change.module_path)
            all_of[module] += good is not None
            noticed[module] += bool(good)
            if good is False:
                say(f"survived in {module}, {change.definition_name or 'the module'}:\n{lines}")
            if done % 100 == 0:
                say(f"  … {done} of {len(changes)}, {noticed.total()} noticed")
    rows = [(name, str(count), str(noticed[name])) for name, count in sorted(all_of.items())]
    say(markdown.table([("module", "changes", "noticed"), *rows], right=(1, 2)))
    share = noticed.total() / max(1, all_of.total())
    say(f"{noticed.total()} of {all_of.total()} noticed: {share:.1%} (budget {BUDGET:.0%})")
    return share >= BUDGET


def main() -> None:
    """Make the changes, or a sample of them, and judge them."""
    parser = argparse.ArgumentParser(prog="make mutants ARGS=", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as softmax or engine/reverse; default: all")
    parser.add_argument("--sample", type=int, help="so many changes, drawn at random, the same on every run")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many at once")
    options = parser.parse_args()
    known = {name.removeprefix("nnlib/").removesuffix(".py"): name for name in modules()}
    if unknown := [name for name in options.modules if name not in known]:
        raise SystemExit(f"No module of nnlib: {', '.join(unknown)}. There are {', '.join(known)}.")
    get()
    every = [change for name in options.modules or known for change in slips(known[name])]
    random.Random(SEED).shuffle(every)
    chosen = every[: options.sample]
    say(f"{len(chosen)} of {len(every)} changes")
    sys.exit(0 if examine(chosen, options.workers) else 1)


if __name__ == "__main__":
    main()
