"""The road map: who needs whom, without what follows from it, in lanes that bend and end where they should."""

from __future__ import annotations

import pytest

from book.pages.roadmap import drawing, reduced, stops

NEEDED = {
    "a": set[str](),
    "b": set[str](),
    "c": {"a", "b"},
    "d": {"b", "c"},  # b follows from c
    "e": set[str](),
    "f": {"e"},
    "g": {"a", "e"},
}


def test_what_follows_is_left_out() -> None:
    assert reduced(NEEDED)["d"] == {"c"}
    assert reduced(NEEDED)["g"] == {"a", "e"}


def test_lanes_bend_into_the_dot_of_each_chapter_that_needs_them() -> None:
    found = stops(reduced(NEEDED))
    assert [found[name].lane for name in "abcdefg"] == [0, 1, 1, 1, 1, 2, 1]
    assert found["c"].from_lanes == [0, 1]
    assert found["c"].past == [0]  # g still needs a
    assert found["f"].past == [0, 1]  # and e
    assert [name for name in found if not found[name].goes_on] == ["d", "f", "g"]


@pytest.mark.parametrize("name", NEEDED)
def test_a_line_that_leaves_a_dot_arrives_at_the_next_item(name: str) -> None:
    """What comes in above is what went on below the item before."""
    found = stops(reduced(NEEDED))
    names = list(NEEDED)
    stop = found[name]
    above = set() if name == "a" else {*found[names[names.index(name) - 1]].past}
    if name != "a" and found[names[names.index(name) - 1]].goes_on:
        above.add(found[names[names.index(name) - 1]].lane)
    assert above == {*stop.from_lanes, *stop.past}
    assert drawing(stop, 3).count("<circle") == 1
