"""What is read from the source of a cell: what each claim needs, and what it rejects."""

from __future__ import annotations

from book import checks

CELL = """\
rows = np.ones(3)
# Twice as large.
rows = 2 * rows
other = rows + 1
total = 0.0
for row in rows:
    total += row
filled = np.zeros(2)
filled[0] = total
claim("eq-sum", total, 6.0,
      rejects={"the count": 3,
               "the rows themselves": rows[0]
               + rows[1]})
claim_order("eq-order", filled, 7, rejects={"turned": (7, filled)})
claim("eq-sum", other.sum(), 9, rejects=dict(wrong=1))
"""


def test_a_claim_has_the_lines_that_it_needs_and_no_others() -> None:
    first, second, third = checks.read(CELL)
    assert [check.label for check in (first, second, third)] == ["eq-sum", "eq-order", "eq-sum"]
    assert first.setup == (
        "rows = np.ones(3)\n# Twice as large.\nrows = 2 * rows\ntotal = 0.0\nfor row in rows:\n    total += row"
    )
    assert first.statement.startswith('claim("eq-sum"')
    assert first.statement.endswith("6.0,\n      rejects={...})")
    assert second.setup == first.setup + "\nfilled = np.zeros(2)\nfilled[0] = total"
    assert third.setup == "rows = np.ones(3)\n# Twice as large.\nrows = 2 * rows\nother = rows + 1"


def test_rejected_versions_have_their_expressions_on_one_line() -> None:
    first, second, third = checks.read(CELL)
    assert first.rejected == {"the count": "3", "the rows themselves": "rows[0] + rows[1]"}
    assert second.rejected == {"turned": "(7, filled)"}
    assert third.rejected == {}, "they are not written as names and expressions"


def test_a_name_that_is_bound_anew_needs_only_its_last_value() -> None:
    (check,) = checks.read("x = 1\nx = 2\nclaim('eq-a', x, 2, rejects={'one': 1})")
    assert check.setup == "x = 2"


def test_a_list_that_is_filled_is_needed_with_what_fills_it() -> None:
    cell = "found = []\nfor k in (1, 2):\n    found.append(k)\nfound.sort()\nclaim('eq-a', found, [1, 2], rejects={})"
    (check,) = checks.read(cell)
    assert check.setup == cell[: cell.index("\nclaim")]


def test_functions_that_a_claim_calls_belong_to_it() -> None:
    (check,) = checks.read("@kept\ndef f(x):\n    return 2 * x\n\nclaim('eq-a', f(1), 2, rejects={'one': 1})")
    assert check.setup == "@kept\ndef f(x):\n    return 2 * x"
    assert checks.defined(CELL + "\ndef f():\n    pass") == {"f"}
    assert {"rows", "claim"} <= checks.used(CELL)


def test_names_inside_a_function_or_a_comprehension_are_its_own() -> None:
    source = """\
def f():
    x = 1
    return x

squares = [x**2 for x in range(3)]
x = 5
y, z = [x for x in range(2)]
claim('eq-a', x, 5, rejects={'one': 1})"""
    assert checks.read(source)[0].setup == "x = 5"
