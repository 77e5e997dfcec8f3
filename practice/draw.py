"""Numbers drawn for a problem: small, sayable, and the same for the same seed everywhere."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A source of numbers. It asks Python for ``random()`` alone, the one method whose values never change."""

    def __init__(self, *seed: object) -> None:
        self._random = random.Random("/".join(map(str, seed)))

    def integer(self, low: int, high: int, but: Sequence[int] = ()) -> int:
        """Return a whole number from low to high, both included, that is none of `but`."""
        return self.one_of([number for number in range(low, high + 1) if number not in but])

    def integers(self, count: int, low: int, high: int, but: Sequence[int] = ()) -> tuple[int, ...]:
        """Return several whole numbers, perhaps some of them equal."""
        return tuple(self.integer(low, high, but) for _ in range(count))

    def distinct(self, count: int, low: int, high: int, but: Sequence[int] = ()) -> tuple[int, ...]:
        """Return several whole numbers, no two of them equal."""
        return tuple(self.shuffled([number for number in range(low, high + 1) if number not in but])[:count])

    def pair(self, n: int) -> tuple[int, int]:
        """Return two different indices, counted from one."""
        first, second = self.distinct(2, 1, n)
        return first, second

    def tenths(self, low: float, high: float, but: Sequence[float] = (0.0,)) -> float:
        """Return a number with one decimal from low to high, not zero unless `but` allows it."""
        return self.integer(round(10 * low), round(10 * high), [round(10 * number) for number in but]) / 10

    def halves(self, low: float, high: float) -> float:
        """Return a multiple of one half from low to high, not zero."""
        return self.integer(round(2 * low), round(2 * high), [0]) / 2

    def shares(self, count: int, low: int = 1, high: int = 6) -> tuple[Fraction, ...]:
        """Return different fractions that sum to one."""
        weights = self.distinct(count, low, high)
        return tuple(Fraction(weight, sum(weights)) for weight in weights)

    def one_of(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[int(self._random.random() * len(options))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in another order."""
        left, order = list(items), list[T]()
        while left:
            order.append(left.pop(int(self._random.random() * len(left))))
        return order
