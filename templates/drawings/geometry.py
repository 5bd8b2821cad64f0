"""Turned boxes, circles and lines: how far one reaches into another."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle about its centre, turned clockwise."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0
    """In degrees."""

    def axes(self) -> tuple[Point, Point]:
        """Unit vectors along its width and its height."""
        return _axes(self.angle)

    def inside(self, x: float, y: float) -> Point:
        """A point seen from the centre, along the axes."""
        (ux, uy), (vx, vy) = self.axes()
        dx, dy = x - self.x, y - self.y
        return dx * ux + dy * uy, dx * vx + dy * vy

    def corners(self) -> list[Point]:
        """The four corners, in turn."""
        (ux, uy), (vx, vy) = self.axes()
        w, h = self.width / 2, self.height / 2
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return [
            (self.x + a * w * ux + b * h * vx, self.y + a * w * uy + b * h * vy) for a, b in signs
        ]

    def grown(self, by: float) -> Box:
        """The box with a margin on every side."""
        return self._replace(width=self.width + 2 * by, height=self.height + 2 * by)

    @property
    def reach(self) -> float:
        """Radius of the circle round it."""
        return math.hypot(self.width, self.height) / 2


@lru_cache(maxsize=4096)
def _axes(angle: float) -> tuple[Point, Point]:
    """All boxes along one line share their axes, and each is asked thousands of times."""
    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    return (cos, sin), (-sin, cos)


class Disc(NamedTuple):
    """A filled circle."""

    x: float
    y: float
    r: float


class Segment(NamedTuple):
    """A straight line between two points."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def angle(self) -> float:
        """In degrees, clockwise from the x axis."""
        return math.degrees(math.atan2(self.y2 - self.y1, self.x2 - self.x1))

    @property
    def length(self) -> float:
        """Between its ends."""
        return math.hypot(self.x2 - self.x1, self.y2 - self.y1)

    def at(self, t: float) -> Point:
        """The point a share t of the way."""
        return self.x1 + t * (self.x2 - self.x1), self.y1 + t * (self.y2 - self.y1)


def overlap(a: Box, b: Box) -> float:
    """How far two boxes reach into each other; 0 where a line can be drawn between them.

    >>> overlap(Box(0, 0, 10, 4), Box(8, 0, 10, 4)), overlap(Box(0, 0, 10, 4), Box(0, 5, 10, 4))
    (2.0, 0.0)
    """
    if math.hypot(a.x - b.x, a.y - b.y) >= a.reach + b.reach:
        return 0.0
    return max(0.0, min(_depth(a, b, axis) for axis in (*a.axes(), *b.axes())))


def _depth(a: Box, b: Box, axis: Point) -> float:
    """Overlap of the boxes' shadows on an axis; negative is a gap."""
    distance = abs((b.x - a.x) * axis[0] + (b.y - a.y) * axis[1])
    return _half_shadow(a, axis) + _half_shadow(b, axis) - distance


def _half_shadow(box: Box, axis: Point) -> float:
    (ux, uy), (vx, vy) = box.axes()
    along, across = abs(axis[0] * ux + axis[1] * uy), abs(axis[0] * vx + axis[1] * vy)
    return (along * box.width + across * box.height) / 2


def overlap_disc(box: Box, disc: Disc) -> float:
    """How far a circle reaches into a box.

    >>> overlap_disc(Box(0, 0, 10, 4), Disc(7, 0, 3))
    1.0
    """
    x, y = box.inside(disc.x, disc.y)
    gap = math.hypot(max(0.0, abs(x) - box.width / 2), max(0.0, abs(y) - box.height / 2))
    return max(0.0, disc.r - gap)


def covered(box: Box, line: Segment) -> float:
    """How much of a line lies under a box, in pixels.

    >>> covered(Box(0, 0, 10, 4), Segment(-20, 0, 20, 0))
    10.0
    """
    (x1, y1), (x2, y2) = box.inside(line.x1, line.y1), box.inside(line.x2, line.y2)
    start, end = 0.0, 1.0
    for p, step, half in ((x1, x2 - x1, box.width / 2), (y1, y2 - y1, box.height / 2)):
        if step == 0:
            if abs(p) > half:
                return 0.0
            continue
        near, far = sorted(((-half - p) / step, (half - p) / step))
        start, end = max(start, near), min(end, far)
    return max(0.0, end - start) * line.length
