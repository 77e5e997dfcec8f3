"""A reader hears what is right, which slip it was, or what would decide; and never the answer."""

import ast
import dataclasses
from fractions import Fraction
from pathlib import Path

import pytest

from practice.answers import Choice, Formula, Integer, Matrix, Number, Settings, Shape, Vector
from practice.draw import Draw
from practice.judging import NEAR, OTHER, judge
from practice.problem import Entry, Problem, problem
from practice.text import article, filled, plain, tex
from tests.practice.stress import complaints


def made(answer, slips, **more):
    texts = {"question": "What is $<n>$?", "hint": "Look.", "solution": "It is $<answer>$."}
    return Problem(answer=answer, slips=slips, **texts | {"given": {"n": 3}} | more).written(Draw(0))


QUARTER = made(
    Number(Fraction(1, 4)),
    {"m11": (Fraction(3, 4), "The cases are swapped."), "sign": (-0.25, "Minus.")},
    check="It is small.",
)


@pytest.mark.parametrize(
    ("typed", "kind", "slip"),
    [
        ("1/4", "right", ""),
        ("0.25", "right", ""),
        ("0.25004", "right", ""),
        ("0.2501", "right", ""),
        ("0.2507", "near", ""),
        ("3/4", "slip", "m11"),
        ("−0.25", "slip", "sign"),
        ("0.5", "other", ""),
        ("a quarter", "form", ""),
        ("1/4, 1/4", "form", ""),
    ],
)
def test_a_number(typed, kind, slip):
    verdict = judge(QUARTER, typed)
    assert (verdict.kind, verdict.slip) == (kind, slip)
    assert "1/4" not in verdict.words
    assert "0.25" not in verdict.words


def test_the_words():
    assert judge(QUARTER, "3/4").words == "The cases are swapped."
    assert judge(QUARTER, "0.5").words == f"{OTHER} It is small."
    assert judge(QUARTER, "0.2507").words == NEAR
    assert judge(QUARTER, "?").words.endswith("The answer is a number, as a fraction or to 4 decimals.")


def test_a_slip_may_have_another_form_than_the_answer():
    count = made(Integer(4), {"m26": (Fraction(9, 2), "Not rounded."), "five": (5, "Too many.")})
    assert judge(count, "4.5").slip == "m26"
    assert judge(count, "3.7").kind == "form"
    gradient = made(Vector((0.6, 0.8)), {"m17": ((1.0,), "One number."), "half": ((0.3, 0.4), "Half.")})
    assert judge(gradient, "1").slip == "m17"
    assert judge(gradient, "1, 2, 3").kind == "form"
    assert judge(gradient, "1, 2").kind == "other"


def test_the_shape_of_a_matrix_and_the_length_of_a_shape():
    matrix = made(Matrix(((1, 2), (3, 4))), {"t": (((1, 3), (2, 4)), "Transposed."), "m19": (((1,),), "One.")})
    assert judge(matrix, "1 2; 3 4").kind == "right"
    assert judge(matrix, "1 3; 2 4").slip == "t"
    assert judge(matrix, "1").slip == "m19"
    assert judge(matrix, "1 2 3; 4 5 6").kind == "form"
    shape = made(Shape((64, 32, 32)), {"m25": ((32, 32), "No channels."), "t": ((32, 32, 64), "Last.")})
    assert judge(shape, "64x32x32").kind == "right"
    assert judge(shape, "32 × 32").slip == "m25"
    assert judge(shape, "1.5, 2").kind == "form"


def test_a_formula_is_compared_by_value():
    size = made(
        Formula("n - k + 1", letters={"n": (9, 30), "k": (2, 5)}),
        {"m30": ("n - k - 1", "The sign."), "none": ("n - k", "One.")},
    )
    assert judge(size, "1 - k + n").kind == "right"
    assert judge(size, "size = n − (k − 1)").kind == "right"
    assert judge(size, "n-k").slip == "none"
    assert judge(size, "n + k").kind == "other"
    assert judge(size, "n - m").kind == "form"


def test_settings_are_judged_by_their_rule():
    rule, up = "floor((i - k)/s) + 1", "ceil((i - k)/s) + 1"
    found = made(Settings(rule, goal=4, given={"i": 8}, least={"k": 1, "s": 1}), {"m26": (up, "Rounded up.")})
    assert {judge(found, typed).kind for typed in ("1, 2", "k=2, s=2", "s = 1, k = 5")} == {"right"}
    assert judge(found, "k = 3, s = 2").slip == "m26"
    assert judge(found, "k = 8, s = 8").kind == "other"
    assert judge(found, "k = 0, s = 2").kind == "form"


def test_a_choice_is_a_letter():
    one = made(Choice("yes"), {"a": ("no", "Not so."), "b": ("perhaps", "Neither.")})
    assert sorted(one.answer.options) == ["no", "perhaps", "yes"]
    letter = "abc"[one.answer.options.index("yes")]
    assert {judge(one, typed).kind for typed in (letter, letter.upper(), f"({letter})", f"{letter})")} == {"right"}
    assert judge(one, "d").kind == "form"
    assert judge(one, "yes").kind == "form"


def test_numbers_are_said_as_people_say_them():
    assert [tex(value) for value in (-0.0, 0.1 + 0.2, 2.0, Fraction(-1, 6), Fraction(4, 2), 65536, (1, -2.5))] == [
        "0", "0.3", "2", r"-\tfrac{1}{6}", "2", r"65\,536", "(1, -2.5)",
    ]  # fmt: skip
    assert [plain(value) for value in (0.1 + 0.2, 2.0, Fraction(1, 3))] == [0.3, 2, 0.3333333333]
    assert filled(r"<p.2> <p.i> <(p.i)> <x:3> \relu", {"p": (1, 2, -3), "i": 3, "x": 2 / 3}) == (
        r"2 -3 \left(-3\right) 0.667 \operatorname{relu}"
    )


def entry(draw):
    return Entry("planted", "softmax", "softmax-definition", (), draw)


def sound(draw):
    n = draw.integer(2, 60)
    return Problem(
        "What is half of $<n>$?",
        Number(Fraction(n, 2)),
        {"the whole": (n, "Not halved."), "twice": (2 * n, "Doubled.")},
        hint="Divide.",
        solution="$<n>/2 = <answer>$",
        given={"n": n},
    )


def half(given):
    return given["n"] / 2


def changed(**changes):
    """Return complaints on the sound problem with something in it replaced."""

    def draw(source):
        right = sound(source)
        return dataclasses.replace(right, **{name: change(right) for name, change in changes.items()})

    return complaints(entry(draw), range(20), half)


def test_a_sound_problem_passes():
    assert not complaints(entry(sound), range(20), half)


PLANTED = {
    "a solution of another variant": {"solution": lambda p: "$2/2 = 61/2$"},
    "a wrong answer": {"answer": lambda p: Number(p.answer.value + 1)},
    "a number that nobody would say": {"question": lambda p: "What is half of $0.30000000000000004$?"},
    "mathematics left open": {"hint": lambda p: "Divide $<n> by two."},
    "a hint that gives the answer away": {"hint": lambda p: "It is $<answer>$, or is it?"},
    "a single slip": {"slips": lambda p: {"twice": p.slips["twice"]}},
    "always the same": {"question": lambda p: "What is half of it?"},
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(name):
    assert changed(**PLANTED[name])


def test_a_slip_that_is_always_right_cannot_be_drawn():
    with pytest.raises(ValueError, match="two values are the same"):
        changed(slips=lambda p: p.slips | {"half": (p.answer.value, "But that is right.")})


def test_a_slip_that_is_sometimes_right_is_drawn_anew():
    def draw(source):
        n = source.integer(2, 60)
        return dataclasses.replace(
            sound(source), answer=Integer(n), slips={"even": (n + n % 2, "Even."), "no": (-n, "No.")}, given={"n": n}
        )

    assert all(entry(draw).variant(seed).answer.value % 2 for seed in range(20))


def test_a_tolerance_that_takes_a_slip_for_the_answer_is_refused():
    with pytest.raises(ValueError, match="two values are the same"):
        changed(answer=lambda p: Number(p.answer.value, tolerance=100.0))


def test_a_choice_that_always_stands_first_is_seen(monkeypatch):
    def draw(source):
        n = source.integer(2, 60)
        return dataclasses.replace(
            sound(source), answer=Choice("$<n>$"), slips={"a": ("1", "One."), "b": ("0", "None.")}, given={"n": n}
        )

    monkeypatch.setattr(Draw, "shuffled", lambda self, items: list(items))
    assert any(
        "placed" in complaint for complaint in complaints(entry(draw), range(20), lambda given: f"${given['n']}$")
    )


def test_two_problems_do_not_share_a_name(monkeypatch):
    monkeypatch.setattr("practice.problem._ENTRIES", {})
    problem("planted-twice", section="softmax-definition")(sound)
    with pytest.raises(ValueError, match="two problems named"):
        problem("planted-twice", section="softmax-definition")(sound)


def test_the_second_computation_does_not_import_what_it_judges():
    for path in (Path(__file__).parent / "second").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name.partition(".")[0] for name in imported} <= {"numpy", "sympy", "fractions", "itertools", "math"}


def test_the_article_before_a_number():
    assert [number for number in range(1, 90) if article(number) == "an"] == [8, 11, 18, *range(80, 90)]


def test_how_many_numbers_a_vector_has_is_said_with_what_stands_between_them():
    pair = made(Vector((6, 11)), {"exchanged": ((11, 6), "Exchanged."), "one": ((6, 6), "Twice the same.")})
    assert judge(pair, "x1 = 6, x2 = 11").kind == "right"
    assert judge(pair, "x2 = 11, x1 = 6").words.startswith("Type only the numbers, in their order, without names.")
    assert judge(pair, "x1 = 6 x2 = 11").words == "The answer has 2 numbers, with commas between them."
    assert judge(pair, "6 + 11 + ε").words.startswith("Leave out ε: type the value, a comma and the tangent.")


def test_a_letter_that_stands_for_a_value_is_not_called():
    ramp = made(Formula("2*x*H", letters={"x": (-2.0, 2.0), "H": (0, 1)}), {"line": ("2*x", "A line.")})
    assert judge(ramp, "2xH").kind == "right"
    for typed in ("2xH(x)", "2H(x)"):
        assert judge(ramp, typed).words.startswith("Write H alone, without (x).")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1 1/9", "Write a mixed number as a fraction or a decimal, such as 21/2 or 10.5."),
        ("10½", "Write a mixed number as a fraction or a decimal, such as 21/2 or 10.5."),
        ("26 z^3", "Give the coefficient alone, without the power of z."),
        ("26z", "Give the coefficient alone, without the power of z."),
    ],
)
def test_what_is_close_to_a_number_is_refused_with_a_way_out(typed, words):
    count = made(Integer(26), {"more": (27, "More."), "fewer": (25, "Fewer.")})
    assert judge(count, typed).words.startswith(words)


def test_the_smallest_number_may_be_rounded_up():
    smallest = made(Number(13.8629, digits=2), {"a": (2.77, "One."), "b": (6.02, "Two.")})
    assert {judge(smallest, typed).kind for typed in ("13.86", "13.87")} == {"right"}


def test_the_rows_of_a_matrix_may_stand_in_brackets():
    matrix = made(Matrix(((-6, 3), (-10, 5))), {"t": (((-6, -10), (3, 5)), "Transposed."), "o": (((1,),), "One.")})
    assert judge(matrix, "(-6, 3), (-10, 5)").kind == "right"
    assert "commas between the numbers of a row, and a semicolon or a new line between rows" in judge(matrix, "?").words
