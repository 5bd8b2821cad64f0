"""Finds places for labels: near where they belong, and clear of everything else.

Each label brings the places that it could take. A place costs what it hides; two labels on
top of each other, or a label on a node, cost more than everything else together. Places are
first taken one after the other, then improved one at a time and in pairs until nothing gets
better. No chance is involved: the same wishes get the same places.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from templates.drawings.geometry import Box, Disc, Segment, covered, overlap, overlap_disc

CLASH = 1000.0
"""Cost of a label on a label or on a node, besides 100 for each pixel."""

CROSSING, HIDDEN = 5.0, 0.5
"""Cost of a strange line under a label: once, and for each pixel of it."""

ROUNDS = 12


class Wish(NamedTuple):
    """A label and where it could stand."""

    boxes: tuple[Box, ...]
    dislike: tuple[float, ...]
    """For each box, how much worse than the best it is in itself."""
    own: int = -1
    """The line that it belongs to and may cover."""


class Places(NamedTuple):
    """The box chosen for each wish, and whether all stand clear of labels and nodes."""

    boxes: tuple[Box, ...]
    clear: bool


@lru_cache(maxsize=256)
def place(wishes: tuple[Wish, ...], discs: tuple[Disc, ...], lines: tuple[Segment, ...]) -> Places:
    """Choose a box for each wish.

    The arguments say everything there is to know, so remembering the answer cannot carry
    anything from one drawing to the next; a class of students shares one placing.
    """
    costs = [_costs(wish, discs, lines) for wish in wishes]
    chosen = _Search(wishes, costs).run()
    boxes = tuple(wish.boxes[n] for wish, n in zip(wishes, chosen, strict=True))
    return Places(boxes, _clear(boxes, discs))


def _clear(boxes: Sequence[Box], discs: Sequence[Disc]) -> bool:
    pairs = ((a, b) for n, a in enumerate(boxes) for b in boxes[:n])
    if any(overlap(a, b) > 0 for a, b in pairs):
        return False
    return not any(overlap_disc(box, disc) > 0 for box in boxes for disc in discs)


def _costs(wish: Wish, discs: Sequence[Disc], lines: Sequence[Segment]) -> list[float]:
    strange = [line for number, line in enumerate(lines) if number != wish.own]
    return [
        dislike + _on_discs(box, discs) + _on_lines(box, strange)
        for box, dislike in zip(wish.boxes, wish.dislike, strict=True)
    ]


def _on_discs(box: Box, discs: Sequence[Disc]) -> float:
    return sum(
        _clash(overlap_disc(box, disc)) for disc in discs if _near(box, disc.x, disc.y, disc.r)
    )


def _near(box: Box, x: float, y: float, r: float) -> bool:
    return math.hypot(box.x - x, box.y - y) < box.reach + r


def _clash(depth: float) -> float:
    return CLASH + 100 * depth if depth > 0 else 0.0


def _on_lines(box: Box, lines: Sequence[Segment]) -> float:
    under = (covered(box, line) for line in lines if _passes(box, line))
    return sum(CROSSING + HIDDEN * length for length in under if length > 0)


def _passes(box: Box, line: Segment) -> bool:
    """Whether the line comes near the box at all; lines run from left to right."""
    reach = box.reach
    if line.x1 > box.x + reach or line.x2 < box.x - reach:
        return False
    return min(line.y1, line.y2) <= box.y + reach and max(line.y1, line.y2) >= box.y - reach


class _Search:
    """Coordinate descent over the choices, with a memory for pairs that were compared."""

    def __init__(self, wishes: Sequence[Wish], costs: Sequence[Sequence[float]]) -> None:
        self.wishes = wishes
        self.costs = costs
        self.chosen = [-1] * len(wishes)
        self.rivals = _rivals(wishes)
        self._pairs: dict[tuple[int, int, int, int], float] = {}

    def run(self) -> list[int]:
        for n in range(len(self.wishes)):
            self.chosen[n] = self.best(n)
        for _ in range(ROUNDS):
            if not self.improve() and not self.improve_pairs():
                break
        return self.chosen

    def pair(self, n: int, a: int, m: int, b: int) -> float:
        """Cost of two labels together at two places."""
        key = (n, a, m, b) if n < m else (m, b, n, a)
        if key not in self._pairs:
            self._pairs[key] = _clash(overlap(self.wishes[n].boxes[a], self.wishes[m].boxes[b]))
        return self._pairs[key]

    def cost(self, n: int, a: int, without: int = -1) -> float:
        """Cost of label n at place a among the others as they stand."""
        total = self.costs[n][a]
        for m in self.rivals[n]:
            if m != without and self.chosen[m] >= 0:
                total += self.pair(n, a, m, self.chosen[m])
        return total

    def best(self, n: int) -> int:
        return min(range(len(self.costs[n])), key=lambda a: self.cost(n, a))

    def improve(self) -> bool:
        before = list(self.chosen)
        for n in range(len(self.wishes)):
            self.chosen[n] = self.best(n)
        return self.chosen != before

    def improve_pairs(self) -> bool:
        """Move two labels that clash at once, where neither can give way alone."""
        before = list(self.chosen)
        for n, rivals in enumerate(self.rivals):
            for m in rivals:
                if m < n and self.pair(n, self.chosen[n], m, self.chosen[m]) > 0:
                    self.chosen[n], self.chosen[m] = self.best_pair(n, m)
        return self.chosen != before

    def best_pair(self, n: int, m: int) -> tuple[int, int]:
        here = [self.cost(n, a, without=m) for a in range(len(self.costs[n]))]
        there = [self.cost(m, b, without=n) for b in range(len(self.costs[m]))]
        choices = ((a, b) for a in range(len(here)) for b in range(len(there)))
        return min(
            choices, key=lambda ab: here[ab[0]] + there[ab[1]] + self.pair(n, ab[0], m, ab[1])
        )


def _rivals(wishes: Sequence[Wish]) -> list[list[int]]:
    """For each wish those that it could meet at all."""
    circles = [_circle(wish.boxes) for wish in wishes]
    return [
        [m for m, other in enumerate(circles) if m != n and _meet(circle, other)]
        for n, circle in enumerate(circles)
    ]


def _circle(boxes: Sequence[Box]) -> Disc:
    x = sum(box.x for box in boxes) / len(boxes)
    y = sum(box.y for box in boxes) / len(boxes)
    return Disc(x, y, max(math.hypot(box.x - x, box.y - y) + box.reach for box in boxes))


def _meet(a: Disc, b: Disc) -> bool:
    return math.hypot(a.x - b.x, a.y - b.y) < a.r + b.r
