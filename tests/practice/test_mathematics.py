"""KaTeX, the typesetter of the pages, accepts every formula in the texts of the problems."""

import json
import re
import subprocess

from book.pages import node
from practice.answers import Choice
from practice.problem import all_problems
from tests.practice.stress import texts

PROGRAM = """
const katex = require(process.argv[1]);
for (const text of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  try { katex.renderToString(text, {throwOnError: true, strict: "error"}); }
  catch (error) { console.log(text, "|", error.message); }
}
"""


def complaints(formulas):
    command = ["node", "-e", PROGRAM, str(node.MODULES / "katex")]
    ran = subprocess.run(command, input=json.dumps(sorted(formulas)), text=True, capture_output=True, check=True)
    return ran.stdout


def test_every_formula_can_be_typeset():
    formulas = set()
    for entry in all_problems():
        for seed in range(3):
            problem = entry.variant(seed)
            formulas |= {
                a or b for _, text in texts(problem) for a, b in re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.S)
            }
            formulas |= set() if isinstance(problem.answer, Choice) else {problem.answer.tex()}
    assert len(formulas) > 1000
    assert not complaints(formulas)


def test_a_wrong_formula_is_seen():
    assert complaints([r"\nonsense{x}"])
