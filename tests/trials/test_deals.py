"""The twenty deals that chapters/digits.md writes down: one is played again, as far as a test may take."""

from __future__ import annotations

import pytest

from trials import deals


@pytest.mark.slow
def test_another_deal_at_its_rates_makes_the_mistakes_that_are_written_down() -> None:
    deal, trained, mistakes, mlp, cnn = deals.made("deal", "trained", "mistakes", "MLP", "CNN")
    X, X2d, train_set, _, test = deal(10)
    row = deals.written_down()[10]
    for network, data, rate, wrong in [(mlp, X, *row[:2]), (cnn, X2d, *row[2:])]:
        five = [trained(network, data, train_set, rate, seed=seed) for seed in range(5)]
        assert sum(mistakes(network, params, data, test) for params in five) == wrong


def test_a_deal_that_differs_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [[4, 47, 0.8, 63], [2, 81, 0.8, 58]]
    assert deals.differing(lambda deal: [4, 47, 0.8, 63], rows, [0, 1]) == [1]
    assert "deal 1: [4, 47, 0.8, 63], but the chapter has [2, 81, 0.8, 58]" in capsys.readouterr().out


def test_the_chapter_writes_down_twenty_deals() -> None:
    rows = deals.written_down()
    assert len(rows) == 20
    assert {len(row) for row in rows} == {4}


def test_a_name_that_the_chapter_does_not_have_is_named() -> None:
    with pytest.raises(LookupError, match=r"digits\.md does not define shuffle"):
        deals.made("shuffle")
