"""Ball arithmetic: a value together with the error that honest work may carry.

A ball (m, r) holds every number that a student who keeps to the stated precision may have
at this point. The radius is rigorous, not first order: for every choice of arguments inside
their balls the true result lies inside the result's ball. Centres and radii are floats, or
arrays over exercises.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from problems.arithmetic import elementary
from problems.arithmetic.elementary import DUST, Number, Truth, greater, where

VAST = 1e150
"""The radius of what cannot be bounded: vast, not infinite, so that times an exact 0 it
vanishes."""

LEAST = 1e-100
"""A divisor that may come nearer to zero than this bounds nothing."""

SLACK = DUST
"""Floating-point dust granted on top of a radius, relative to the value or to 1."""


class Ball:
    """Centre `m`, radius `r` >= 0.

    >>> Ball(2.0, 0.1) * Ball(3.0, 0.0)
    Ball(6.0, 0.30000000000000004)
    """

    __slots__ = ("m", "r")

    def __init__(self, m: Number, r: Number = 0.0) -> None:
        self.m = m
        self.r = r

    def __repr__(self) -> str:
        return f"Ball({self.m}, {self.r})"

    def at(self, index: int) -> Ball:
        """The ball of one of several exercises; what is the same for all is one number.

        >>> Ball(np.array([0.25, 0.5]), 0.125).at(1)
        Ball(0.5, 0.125)
        """
        return Ball(_one(self.m, index), _one(self.r, index))

    def __add__(self, other: Ball) -> Ball:
        return Ball(self.m + other.m, self.r + other.r)

    def __sub__(self, other: Ball) -> Ball:
        return Ball(self.m - other.m, self.r + other.r)

    def __neg__(self) -> Ball:
        return Ball(-self.m, self.r)

    def __mul__(self, other: Ball) -> Ball:
        radius = abs(self.m) * other.r + abs(other.m) * self.r + self.r * other.r
        return Ball(self.m * other.m, radius)

    def __truediv__(self, other: Ball) -> Ball:
        """A vast radius where the divisor's ball holds zero, or all but holds it."""
        size = abs(other.m)
        room = size - other.r
        free = room > LEAST
        safe, least = where(free, other.m, 1.0), where(free, room * size, 1.0)
        radius = (abs(self.m) * other.r + size * self.r) / least
        return Ball(self.m / safe, where(free, radius, VAST))

    def widened(self, by: Number) -> Ball:
        """The same centre, `by` more radius: what writing the value down may cost."""
        return Ball(self.m, self.r + by)


def square(b: Ball) -> Ball:
    """The square, tighter than b * b: both factors err together.

    >>> square(Ball(3.0, 0.5))
    Ball(9.0, 3.25)
    """
    return Ball(b.m * b.m, 2.0 * abs(b.m) * b.r + b.r * b.r)


def increasing(f: Callable[[Number], Number], b: Ball) -> Ball:
    """The image of a ball under an increasing function, from its values at the ends."""
    m = f(b.m)
    return Ball(m, greater(f(b.m + b.r) - m, m - f(b.m - b.r)))


def power(b: Ball, exponent: int) -> Ball:
    """A whole power from 1 on, tighter than a product: all factors err together.

    >>> power(Ball(2.0, 0.5), 3).m, power(Ball(0.0, 0.5), 4).r
    (8.0, 0.0625000000000625)
    """
    m = elementary.power(b.m, exponent)
    low = elementary.power(b.m - b.r, exponent)
    high = elementary.power(b.m + b.r, exponent)
    # an even power is convex: it rises on one side by more than it falls on the other
    return spread(m, low, high) if exponent % 2 else spread(m, m, greater(low, high))


def largest(balls: Sequence[Ball]) -> Ball:
    """The largest of some numbers, each known to its ball.

    >>> largest([Ball(1.0, 0.25), Ball(0.75, 0.75)])
    Ball(1.0, 0.5000000000005)
    """
    m = elementary.largest([b.m for b in balls])
    low = elementary.largest([b.m - b.r for b in balls])
    return spread(m, low, elementary.largest([b.m + b.r for b in balls]))


def winner(balls: Sequence[Ball], index: int) -> Ball:
    """Whether one of some numbers is the largest: 1 or 0, with radius 1 where balls touch.

    Equal numbers without radius are decided as `elementary.winner` decides them.

    >>> [winner([Ball(0.5, 0.1), Ball(0.9, 0.1), Ball(2.0, 1.0)], n) for n in (0, 1)]
    [Ball(0.0, 0.0), Ball(0.0, 1.0)]
    """
    m = elementary.winner([b.m for b in balls], index)
    own = balls[index]
    won: Truth = m == m
    lost: Truth = m > 1
    for n, other in enumerate(balls):
        if n != index:
            certain: Truth = (own.r + other.r == 0) | apart(own, other)
            ahead = elementary.beats(own.m, other.m, first=index < n)
            won, lost = won & certain & (ahead == 1), lost | (certain & (ahead == 0))
    return Ball(m, where(won | lost, 0.0, 1.0))


def spread(m: Number, low: Number, high: Number) -> Ball:
    """The ball round m from a lower to an upper end; vast where that is no number any more."""
    r = greater(high - m, m - low) * (1.0 + SLACK)
    return Ball(m, where(r < math.inf, r, VAST))


def within(answer: Number, ball: Ball, wider: Number = 0.0) -> Truth:
    """Whether an answer lies in the ball, up to floating-point dust.

    >>> within(0.5, Ball(0.4, 0.1)), within(0.51, Ball(0.4, 0.1))
    (True, False)
    """
    inside: Truth = abs(answer - ball.m) <= ball.r + wider + SLACK * greater(abs(ball.m), 1.0)
    return inside


def apart(a: Ball, b: Ball) -> Truth:
    """Whether two balls have no number in common: the difference shows at any honest rounding.

    >>> apart(Ball(0.4, 0.1), Ball(0.7, 0.1)), apart(Ball(0.4, 0.1), Ball(0.55, 0.1))
    (True, False)
    """
    differ: Truth = abs(a.m - b.m) > a.r + b.r + SLACK * greater(abs(a.m), 1.0)
    return differ


def _one(number: Number, index: int) -> float:
    if isinstance(number, np.ndarray) and number.ndim:
        return float(number[index] if len(number) > 1 else number[0])
    return float(number)
