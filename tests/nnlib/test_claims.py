"""Claims hold, bite, and explain themselves when they fail."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from nnlib.claims import VERDICT, ClaimFailed, claim, claim_order


def test_prints_one_stable_line(capsys):
    claim("eq-sum", [0.1 + 0.2, 1.0], [0.3, 1.0], rejects={"off by a part in a million": [0.3, 1.000001]})
    assert capsys.readouterr().out == (
        "✓ eq-sum                         2 entries agree; rejects: off by a part in a million\n"
    )


@pytest.mark.parametrize(
    ("sides", "verdict"),
    [
        (([1.0, 2.0], [1.0, 2.0], [1.0, 2.0]), "2 entries agree, three ways"),
        ((3, 3), "1 entry equals exactly"),
        (([1, 2], [1, 2]), "2 entries equal exactly"),
        ((2.0, 2.0), "1 entry agrees"),
        ((np.zeros((2, 3)), 0.0), "6 entries agree"),
        ((Fraction(1, 3), Fraction(2, 6)), "1 entry equals exactly"),
        (((2, 3), (2, 3)), "2 entries equal exactly"),
        ((sympy.sin("x") ** 2, 1 - sympy.cos("x") ** 2), "proved"),
    ],
)
def test_verdicts(sides, verdict, capsys):
    claim("eq-a", *sides, rejects={"nonsense": np.inf if verdict != "proved" else sympy.Symbol("x")})
    assert f" {verdict}; rejects: nonsense" in capsys.readouterr().out


def test_a_failing_claim_names_the_worst_case_both_values_and_the_tolerance(capsys):
    with pytest.raises(ClaimFailed, match=r"side 1 and side 2 differ most at index \(1,\): 2\.0 against 2\.5 .*1e-08"):
        claim("eq-a", [1.0, 2.0], [1.1, 2.5], rejects={"x": [9.0, 9.0]})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("sides", [(..., 2.0), (2.0, ...), (..., ...)])
def test_a_side_that_is_left_open_is_the_readers_turn_and_no_verdict(sides, capsys):
    claim("eq-a", *sides, rejects={"x": 3.0})
    claim_order("eq-b", *sides, rejects={"x": (3.0, 2.0)})
    said = capsys.readouterr().out
    assert said == "your turn: eq-a\nyour turn: eq-b\n"
    assert not VERDICT.search(said)


@pytest.mark.parametrize("sides", [([1.0, 2.0], [1.0, 3.0]), ([1.0, 3.0], [1.0, 2.0])])
def test_a_side_that_is_a_wrong_version_fails_with_its_name_and_without_the_answer(sides):
    with pytest.raises(ClaimFailed) as raised:
        claim("eq-a", *sides, rejects={"another": [9.0, 9.0], "a sign lost": [1.0, 3.0]})
    number = 1 + [side == [1.0, 3.0] for side in sides].index(True)
    assert str(raised.value) == f"eq-a does not hold: side {number} is a wrong version, 'a sign lost'"


def test_what_is_left_open_is_held_to_the_form_of_a_claim():
    with pytest.raises(ValueError, match="at least one wrong version"):
        claim("eq-a", ..., 2.0, rejects={})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1.0, 1.001),
        (1.0, 1 + 1e-6),
        ([1.0, np.nan], [1.0, np.nan]),
        (np.inf, -np.inf),
        ([1.0], [1.0, 1.0]),
        (3, 4),
        ("valid", "full"),
        (Fraction(1, 3), Fraction(1, 3) + Fraction(1, 10**30)),
        (sympy.Symbol("x"), sympy.Symbol("y")),
        (sympy.eye(2), sympy.eye(3)),
        (1e-12, 1.0),
    ],
)
def test_different_sides_fail(left, right):
    with pytest.raises(ClaimFailed, match="does not hold"):
        claim("eq-a", left, right, rejects={"nonsense": "nonsense"})


def test_infinities_of_one_sign_agree():
    claim("eq-a", [np.inf, -np.inf], [np.inf, -np.inf], rejects={"signs": [np.inf, np.inf]})


def test_the_scale_is_the_largest_entry_unless_each_is_asked_for():
    claim("eq-a", [1e6, 1e-9], [1e6, 2e-9], rejects={"x": [1e6, 1.0]})
    with pytest.raises(ClaimFailed, match="index"):
        claim("eq-a", [1e6, 1e-9], [1e6, 2e-9], rejects={"x": [1e6, 1.0]}, relative_to="each")


def test_a_wrong_version_that_passes_raises():
    with pytest.raises(ClaimFailed, match="no bite: the wrong version 'the same'"):
        claim("eq-a", [1.0, 2.0], [1.0, 2.0], rejects={"the same": [1.0, 2.0 + 1e-12]})


def test_a_wrong_version_may_be_of_another_shape():
    claim("eq-a", [1.0, 2.0], [1.0, 2.0], rejects={"a vector forgotten": [[1.0, 2.0]]})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((("softmax", 1, 1), {"x": 2}), "must look like"),
        ((("eq-a", 1), {"x": 2}), "two to 6 sides, not 1"),
        ((("eq-a", 1, 1), {}), "at least one wrong version"),
        ((("eq-a", 1, 1), {"a; b": 2}), "without ';'"),
    ],
)
def test_bad_arguments(arguments, message):
    (args, rejects) = arguments
    with pytest.raises(ValueError, match=message):
        claim(*args, rejects=rejects)


def test_a_wrong_scale_is_named():
    with pytest.raises(ValueError, match="'largest' or 'each'"):
        claim("eq-a", 1, 1, rejects={"x": 2}, relative_to="biggest")


def test_order(capsys):
    x = np.array([1.0, 2.0, 3.0])
    claim_order("eq-order", x, x + 1, [5, 5, 5], rejects={"the wrong way round": (x + 1, x)})
    assert "6 inequalities hold; rejects: the wrong way round" in capsys.readouterr().out


def test_a_failing_order_names_the_case():
    with pytest.raises(ClaimFailed, match=r"side 2 is above side 3: 4\.0 against 3\.5"):
        claim_order("eq-a", [1, 2], [3, 4], [5, 3.5], rejects={"x": (1, 0)})


def test_an_order_with_nan_fails():
    with pytest.raises(ClaimFailed):
        claim_order("eq-a", 0.0, np.nan, rejects={"x": (1, 0)})


def test_a_wrong_order_that_passes_raises():
    with pytest.raises(ClaimFailed, match="no bite"):
        claim_order("eq-a", 0, 1, rejects={"also true": (0, 2)})


def test_a_rounded_side_is_compared_with_a_tolerance_even_next_to_an_exact_one(capsys):
    claim("eq-half", [1, 2], [1 + 1e-12, 2], rejects={"another": [1, 3]})
    claim("eq-half", [1 + 1e-12, 2], [1, 2], rejects={"another": [1, 3]})
    assert capsys.readouterr().out.count("2 entries agree;") == 2
    with pytest.raises(ClaimFailed, match="equality"):
        claim("eq-exact", [1, 2], [1, 3], rejects={"another": [0, 0]})


def test_the_tolerance_itself_is_allowed():
    claim("eq-edge", 1.0, 1.5, rejects={"more": 1.75}, tolerance=1 / 3)
    claim("eq-zero", 0.0, 0.0, rejects={"more": 1e-300}, tolerance=0)
    claim("eq-small", 0.0, 0.25, rejects={"more": 0.5}, tolerance=0.25)  # the scale is at least 1
    claim_order("eq-below", 1.25, 1.0, rejects={"more": (1.5, 1.0)}, tolerance=0.2)


def test_an_infinity_does_not_widen_the_tolerance():
    for chain in (([2.0, 1.0], [1.0, np.inf]), ([-np.inf, 2.0], [0.0, 1.0]), ([2.0], [-np.inf])):
        with pytest.raises(ClaimFailed, match="side 1 is above side 2"):
            claim_order("eq-chain", *chain, rejects={"reversed": (1.0, 0.0)})
    for sides in (([1.0, np.inf], [2.0, np.inf]), ([1.0, np.inf], [1.0, -np.inf]), (np.inf, 1.0)):
        for scale in ("largest", "each"):
            with pytest.raises(ClaimFailed, match="differ most"):
                claim("eq-same", *sides, rejects={"zero": np.zeros_like(np.asarray(sides[0]))}, relative_to=scale)


@pytest.mark.parametrize(
    ("count", "ways"),
    [(2, ""), (3, ", three ways"), (4, ", four ways"), (5, ", five ways"), (6, ", six ways")],
)
def test_the_sides_are_counted(count, ways, capsys):
    claim("eq-ways", *[1.0] * count, rejects={"two": 2})
    assert f"1 entry agrees{ways}; rejects: two" in capsys.readouterr().out


@pytest.mark.parametrize("count", [0, 1, 7])
def test_too_few_or_too_many_sides_are_refused(count):
    with pytest.raises(ValueError, match="a claim takes two to 6 sides"):
        claim("eq-ways", *[1.0] * count, rejects={"two": 2})


def test_a_symbol_is_compared_with_a_plain_number(capsys):
    x = sympy.Symbol("x")
    one = sympy.sin(x) ** 2 + sympy.cos(x) ** 2
    claim("eq-one", one, 1, rejects={"two": 2})
    claim("eq-one", 1, one, rejects={"two": 2 * one})
    assert capsys.readouterr().out.count("proved; rejects: two") == 2


def test_the_tolerance_of_an_order_is_relative_to_the_largest_value():
    claim_order("eq-large", 1e6 + 0.05, 1e6, rejects={"more": (1e6 + 1, 1e6)}, tolerance=1e-7)
    claim_order("eq-large", -1e6, -1e6 - 0.05, rejects={"more": (-1e6, -1e6 - 1)}, tolerance=1e-7)
    for chain in ((-1.0, -2.0), (2.0, 1.0), (1e-9, -1e-9)):
        with pytest.raises(ClaimFailed, match="side 1 is above side 2"):
            claim_order("eq-below", *chain, rejects={"reversed": (1.0, 0.0)})
    with pytest.raises(ClaimFailed, match="side 2 is above side 3: 2.0 against 1.5"):
        claim_order("eq-below", 1.0, [2.0, 1.0], [1.5, 3.0], rejects={"reversed": (1.0, 0.0)})


@pytest.mark.filterwarnings("error")
def test_infinities_are_compared_without_a_warning():
    claim(
        "eq-infinite",
        np.array([np.inf, 1.0]),
        np.array([np.inf, 1.0]),
        rejects={"the other": [-np.inf, 1.0]},
        tolerance=0,
    )
    claim_order("eq-infinite", np.inf, np.inf, rejects={"more": (np.inf, 0.0)})


def test_an_order_forgives_rounding_on_the_scale_of_one_or_of_the_largest(capsys):
    claim_order("eq-below", 1.0 + 1e-13, 1.0, rejects={"more": (1.0 + 1e-11, 1.0)})
    claim_order("eq-below", 0.25, 0.0, rejects={"more": (0.4, 0.0)}, tolerance=0.25)
    claim_order("eq-below", np.inf, np.inf, rejects={"more": (np.inf, 0.0)})
    assert capsys.readouterr().out.count("1 inequality holds; rejects: more") == 3
    claim_order("eq-below", [0, 1], [1, 2], rejects={"reversed": ([1, 2], [0, 1])})
    assert "2 inequalities hold; rejects: reversed" in capsys.readouterr().out


def test_a_claim_about_nothing_is_refused():
    with pytest.raises(ValueError, match="the sides are empty"):
        claim("eq-empty", np.zeros(0), np.zeros(0), rejects={"one": 1.0})
    with pytest.raises(ValueError, match="the sides are empty"):
        claim("eq-empty", np.zeros(0), 1.0, rejects={"one": 2.0})
    with pytest.raises(ValueError, match="the sides are empty"):
        claim_order("eq-empty", np.zeros(0), 1.0, rejects={"two": (2.0, 1.0)})


def test_infinities_agree_without_any_tolerance():
    with np.errstate(invalid="ignore"):
        claim("eq-a", [np.inf, 1], [np.inf, 1.0], rejects={"x": [1, 1]}, tolerance=0.0, relative_to="each")
