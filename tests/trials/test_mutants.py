"""What checks the checks: weak tests and weak chapters are found out, and the reviewed list says what exists."""

import ast
import json
import os
import subprocess
import sys
from dataclasses import asdict

import pytest

from tools.paths import ROOT
from trials.faults import plant as slips
from trials.faults.__main__ import page as faults_page
from trials.mutants import cover, plant, report, reviewed

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

# The reviewed list


@pytest.mark.parametrize("entry", reviewed.entries(), ids=lambda entry: f"{entry.module}-{entry.function}-{entry.was}")
def test_every_entry_has_a_reason_and_names_a_line_that_exists(entry):
    assert entry.problem() == ""


@pytest.mark.parametrize("entry", reviewed.entries("fault"), ids=lambda entry: f"{entry.module}-{entry.was}")
def test_every_fault_on_the_list_has_a_reason_and_can_be_planted(entry):
    assert len(entry.reason.split()) >= 4
    chapter = ROOT / ("index.md" if entry.module == "index" else f"chapters/{entry.module}.md")
    assert any(entry.speaks_of(fault) for fault in slips.faults(chapter))


def test_an_entry_that_names_nothing_is_found():
    entry = reviewed.Entry("It makes no difference at all.", "softmax", "softmax", "no such line")
    assert entry.problem() == "softmax, softmax: no line reads 'no such line'"
    assert reviewed.Entry("It makes no difference at all.", "sofmax").problem() == "there is no module sofmax"
    assert reviewed.Entry("because", "softmax").problem().startswith("an entry without a reason")
    assert reviewed.Entry("", pattern="a").problem().startswith("an entry without a reason")


def test_an_entry_speaks_of_its_line_wherever_it_stands():
    place = plant.Place("tiny", "double", 7, "return 2 * x", "return  3*x")
    reason = "It makes no difference at all."
    assert reviewed.Entry(reason, "tiny", "double", "return 2*x").speaks_of(place)
    assert reviewed.Entry(reason, "tiny", "double", "return 2 * x", ("return 3 * x",)).speaks_of(place)
    assert reviewed.Entry(reason, pattern=r"3\*x$").speaks_of(place)
    for other in (
        reviewed.Entry(reason, "tiny", "double", "return 2 * x", ("return 1 * x",)),
        reviewed.Entry(reason, "tiny", "triple", "return 2 * x"),
        reviewed.Entry(reason, "small", "double", "return 2 * x"),
        reviewed.Entry(reason, pattern=r"3\*y"),
    ):
        assert not other.speaks_of(place)


def test_a_pattern_speaks_of_what_a_change_brings_in():
    reason = "It makes no difference at all."
    entry = reviewed.Entry(reason, pattern="strict=False")
    was, brought = "for a in zip(x, y, strict=True):", "for a in zip(x, y, strict=False):"
    assert entry.speaks_of(plant.Place("tiny", "double", 7, was, brought))
    assert not entry.speaks_of(plant.Place("tiny", "double", 7, brought, "for a in zip(x[1:], y, strict=False):"))


RESHAPE = next(entry for entry in reviewed.entries() if entry.pattern.startswith("reshape"))


@pytest.mark.parametrize(
    ("was", "now", "excused"),
    [
        ("x.reshape(-1)", "x.reshape(- 2)", True),
        ("w.reshape(groups, len(w) // groups, -1)", "w.reshape(groups, len(w) // groups, -2)", True),
        ("np.reshape(a, (-1, 1))", "np.reshape(a, (-2, 1))", True),
        ("np.reshape(np.stack(a, axis=-1), s)", "np.reshape(np.stack(a, axis=-2), s)", False),
        ("p.reshape(v[-1].shape + s)", "p.reshape(v[-2].shape + s)", False),
        ("j.reshape(j.shape[:-1] + s)", "j.reshape(j.shape[:-2] + s)", False),
        ("x.reshape(n - 1, k)", "x.reshape(n - 2, k)", False),
    ],
)
def test_only_a_negative_length_of_a_shape_is_excused(was, now, excused):
    assert RESHAPE.speaks_of(plant.Place("tiny", "double", 7, was, now)) is excused


# Places

SOURCE = """\
from functools import cache


@cache
def double(x: int) -> int:
    return 2 * x


class Pair:
    def first(self):
        def inner(x):
            return x

        return inner(1)
"""


def test_a_change_is_named_by_its_line_and_its_function():
    tree = ast.parse(SOURCE)
    names = {4: "double", 5: "double", 6: "double", 1: "module", 9: "Pair", 10: "Pair.first", 12: "Pair.first.inner"}
    assert {line: plant.function_at(tree, line) for line in names} == names
    assert plant.difference(SOURCE, SOURCE.replace("2 * x", "2 + x")) == (6, "return 2 * x", "return 2 + x")
    assert plant.difference(SOURCE, SOURCE.replace("\n@cache", "")) == (4, "@cache", "")


def test_what_nothing_executes_is_no_change():
    def same(a, b):
        return plant._executed(ast.parse(a)) == plant._executed(ast.parse(b))

    assert same("def f(x: int | None = 1) -> int: pass", "def f(x: int = 1): pass")
    assert same("x: int = 1", "x: str = 1")
    assert same("y = not a == b", "y = a != b")
    assert same("Size = int | None", "Size = int & None")
    assert not same("def f(x: int = 1): pass", "def f(x: int = 2): pass")
    assert not same("y = a == b", "y = a != b")
    assert not same("def f(): return a | b", "def f(): return a & b")


def test_cosmic_ray_plants_the_mutants(tmp_path):
    pytest.importorskip("cosmic_ray", reason="make mutants installs it")
    (tmp_path / "tiny.py").write_text("def double(x: int | None, y=True):\n    return -(2 * x) if x >= 0 else y\n")
    found = {mutant.now for mutant in plant.mutants(tmp_path / "tiny.py")}
    assert "return (2 * x) if x >= 0 else y" in found
    assert "return -(2 / x) if x >= 0 else y" in found
    assert "return -(2 * x) if x > 0 else y" in found
    assert any("y=False" in now for now in found)
    assert not any("int &" in now for now in found)


# A weak test suite is found out

PROJECT = {
    "nnlib/__init__.py": "",
    "nnlib/tiny.py": "def double(x):\n    return 2 * x\n\n\ndef unused(x):\n    return x + 1\n",
    "tests/test_tiny.py": "from nnlib.tiny import double\n\n\ndef test_sign():\n    assert double(3) > 0\n",
}
STRONG = "\n\ndef test_value():\n    assert double(3) == 6\n"
SCRIPT = """
import ast, json, sys
from pathlib import Path
from trials.mutants import cover, judge

root = Path(sys.argv[1])
covered = cover.measure(root / "cover.json", root)
source = (root / "nnlib" / "tiny.py").read_text()
tests = covered.tests("tiny", ast.parse(source), 2)
said = {"tests": tests, "unused": covered.lines["tiny"].get(6, [])}
for name, change in json.loads(sys.argv[2]).items():
    said[name] = judge.judge("nnlib.tiny", source.replace("2 * x", change), tests, 3, root)
try:
    judge.judge("nnlib.tiny", source, ["tests/test_gone.py::test_it"], 3, root)
except RuntimeError as error:
    said["gone"] = str(error)
print(json.dumps(said))
"""
CHANGES = {
    "sound": "2 * x", "wrong": "3 * x", "opposite": "-2 * x", "endless": "[0 for _ in iter(int, 1)]",
    "fatal": "__import__('os')._exit(3)", "broken": "2 * x)",
}  # fmt: skip


def test_tests_of_nnlib_are_found_through_the_files_beside_them(tmp_path):
    (tmp_path / "tests").mkdir()
    for name, text in {
        "test_direct": "from nnlib.softmax import softmax\n",
        "test_through": "import rows\n",
        "rows": "import json\nfrom nnlib import softmax\n",
        "test_other": "import json\nfrom tools import book\n",
    }.items():
        (tmp_path / "tests" / f"{name}.py").write_text(text)
    assert [path.stem for path in cover.about_nnlib(tmp_path)] == ["test_direct", "test_through"]
    assert {"test_hostile_input", "test_docstrings"} <= {path.stem for path in cover.about_nnlib(ROOT)}


def examined(folder, **files):
    for name, text in (PROJECT | files).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    env = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-c", SCRIPT, str(folder), json.dumps(CHANGES)]
    answer = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


@needs_fork
def test_a_weak_test_lets_a_mutant_survive_and_a_strong_one_does_not(tmp_path):
    sign, value = "tests/test_tiny.py::test_sign", "tests/test_tiny.py::test_value"
    weak = examined(tmp_path)
    assert weak == {
        "tests": [sign], "unused": [], "sound": "survived", "wrong": "survived", "opposite": sign, "endless": "time",
        "fatal": "crash", "broken": "tests/test_tiny.py", "gone": weak["gone"],
    }  # fmt: skip
    assert weak["gone"].startswith("nnlib.tiny: cannot ask:")  # tests that do not run are no verdict
    strong = examined(tmp_path, **{"tests/test_tiny.py": PROJECT["tests/test_tiny.py"] + STRONG})
    assert (strong["sound"], strong["wrong"]) == ("survived", value)


def test_the_quick_tests_of_a_line_are_asked_first():
    tree = ast.parse(
        "LIMIT = 1\n\n\ndef f(x, y=2):\n    z = x\n    return z\n\n\ndef g():\n    pass\n"
        "\n\ndef h():\n    pass\n\n\ndef unused():\n    pass\n"
    )
    lines = {
        5: ["tests/test_b.py::slow", "tests/test_m.py::own"], 6: ["tests/test_b.py::quick"], 10: [cover.CLAIMS], 14: [],
    }  # fmt: skip
    seconds = {
        "tests/test_b.py::slow": 9.0,
        "tests/test_b.py::quick": 1.0,
        "tests/test_m.py::own": 5.0,
        cover.CLAIMS: 0,
    }
    known = cover.Cover({"_m": lines}, seconds)
    own, slow, quick = "tests/test_m.py::own", "tests/test_b.py::slow", "tests/test_b.py::quick"
    assert known.tests("_m", tree, 5) == [own, slow]
    assert known.tests("_m", tree, 6) == [quick, own]
    assert known.tests("_m", tree, 4) == [own, quick, slow]  # a signature: whoever runs the body
    assert known.tests("_m", tree, 1) == [own, quick, slow, cover.CLAIMS]  # a constant: whoever runs the module
    assert known.tests("_m", tree, 10) == [own, cover.CLAIMS]
    assert known.tests("_m", tree, 14) == [own, quick, slow, cover.CLAIMS]  # run at import alone, as a constant is
    assert known.tests("_m", tree, 18) == [own]  # nobody runs it


# The figures


def result(verdict, now="b", function="f"):
    return report.Result("m", function, 1, "a", now, verdict)


def test_the_figures_and_the_page(tmp_path):
    explained = [reviewed.Entry("It makes no difference.", "m", "f", "a", ("c",))]
    results = [
        *(result("tests/test_m.py::test") for _ in range(7)), result("time"), result(f"{cover.CLAIMS}::test[softmax]"),
        result("survived"), result("survived", "c"), result("tests/test_m.py::test", "c"),
    ]  # fmt: skip
    sums = report.sums(results, explained)
    assert asdict(sums) == {"tests": 9, "claims": 1, "reviewed": 1, "survived": 1}
    assert (sums.judged, sums.rate) == (12, 10 / 11)
    said = report.summary(results, explained)
    assert said.splitlines()[0] == "survived: m, f, line 1: a  →  b"
    assert "12 mutants: 9 noticed by unit tests, 1 by claims alone, 1 on the reviewed list, 1 survived: 90.9%" in said
    report.write(tmp_path / "last.jsonl", results)
    assert report.read(tmp_path / "last.jsonl") == results
    assert report.read(tmp_path / "none.jsonl") == []
    report.page(results, 40, explained, tmp_path / "page" / "mutants.md", note="A note.")
    text = (tmp_path / "page" / "mutants.md").read_text()
    assert "12, drawn at random with a fixed seed, were judged" in text
    assert "**90.9%** were noticed. A note.\n" in text
    assert "| `m` | 12 | 9 | 1 | 1 | 1 |\n" in text
    assert "| It makes no difference. | 1 |\n" in text


# Faults in chapters

CHAPTER = """\
---
file_format: mystnb
kernelspec: {display_name: Python 3, name: python3}
---

# A chapter

```{code-cell}
from nnlib.claims import claim
from nnlib.notebook import show

x = 3.0
claim("eq-square", x * x, 9.0, rejects={"doubled": x + 3.0})
```

```{code-cell}
show(x + 1)
forgotten = x + 2
x * 5
```
"""
RUN = """
import json, sys
from pathlib import Path
from trials.faults.plant import faults
from trials.faults.run import run

chapter = Path(sys.argv[1])
print(json.dumps([(fault.function, fault.now, verdict) for fault, verdict in run(chapter, list(faults(chapter)))]))
"""


@needs_fork
def test_a_fault_is_caught_by_a_claim_or_by_the_comparison_or_it_survives(tmp_path):
    (tmp_path / "chapter.md").write_text(CHAPTER)
    env = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    command = [sys.executable, "-c", RUN, str(tmp_path / "chapter.md")]
    answer = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    found = {now: verdict for _, now, verdict in json.loads(answer.stdout)}
    assert found["claim('eq-square', x / x, 9.0, rejects={'doubled': x + 3.0})"] == "claim"
    assert found["show(x - 1)"] == found["show(x + 0)"] == "comparison"
    assert found["forgotten = x - 2"] == "survived"
    assert found["x / 5"] == "no effect"


def test_the_table_of_faults():
    counts = {"index": {"claim": 3, "no effect": 1}, "softmax": {"claim": 2, "comparison": 4, "survived": 1}}
    text = faults_page(counts, "today")
    assert "Of 11 faults, 1 had no effect. Of the other 10, **9** were caught: 5 by a claim, 0 by an error, 4" in text
    assert "| {doc}`/index` | 4 | 3 | 0 | 0 | 0 | 0 | 1 |\n" in text
    assert "| {doc}`/chapters/softmax` | 7 | 2 | 0 | 4 | 0 | 1 | 0 |\n" in text
