"""Deal the digits again, as chapters/digits.md does, and compare with the mistakes that the chapter writes down.

Run ``python -m trials.deals`` for all twenty, which takes about ten minutes, or ``python -m trials.deals 3 7`` for two.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Callable
from typing import Any

from tests.chapters.in_process import session
from tests.chapters.parts import Makers, parts
from tools.paths import CHAPTERS
from tools.progress import say

CHAPTER = CHAPTERS / "digits.md"


def made(*names: str) -> list[Any]:
    """Run the cells of the chapter that make these functions, and return them."""
    sources, _, _ = parts(CHAPTER)
    makers = Makers(sources)
    cells = {0}.union(*(makers.of(_maker(makers, name)) for name in names))
    with session() as namespace:
        for number in sorted(cells):
            exec(compile(sources[number], f"<code cell {number + 1}>", "exec"), namespace)
        return [namespace[name] for name in names]


def written_down() -> list[list[float]]:
    """Return the rows of the chapter: for each network the chosen rate, and the mistakes of five seeds together."""
    sources, _, _ = parts(CHAPTER)
    first = ast.parse(sources[_maker(Makers(sources), "played")]).body[0]
    assert isinstance(first, ast.Assign)
    rows: list[list[float]] = ast.literal_eval(first.value)
    return rows


def _maker(makers: Makers, name: str) -> int:
    cell = makers.maker(name, range(len(makers.bound)))
    if cell is None:
        raise LookupError(f"{CHAPTER.name} does not define {name}")
    return cell


def differing(play: Callable[[int], list[float]], rows: list[list[float]], deals: list[int]) -> list[int]:
    """Play these deals, and return those that do not give what is written down."""
    found = []
    for deal in deals:
        row = play(deal)
        same = row == rows[deal]
        say(f"  deal {deal}: {row}" + ("" if same else f", but the chapter has {rows[deal]}"))
        found += [] if same else [deal]
    return found


def main() -> None:
    """Play the deals, and fail where one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deals", nargs="*", type=int, help="numbers of deals; all that the chapter has by default")
    rows = written_down()
    chosen = parser.parse_args().deals or list(range(len(rows)))
    (play,) = made("play")
    sys.exit(1 if differing(play, rows, chosen) else 0)


if __name__ == "__main__":
    main()
