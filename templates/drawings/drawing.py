"""A drawing as a list of primitives, the same for SVG and PDF.

Lengths are CSS pixels (1/96 inch), y grows downwards, angles turn clockwise. Colours are
meant, not named: a primitive has a mark, and each medium knows its inks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from templates.drawings.geometry import Box, Point
from templates.formulas.spans import Label

Mark = Literal["plain", "right", "partly", "wrong", "focus", "faint"]
Shown = Literal["values", "names", "nothing"]


class Look(NamedTuple):
    """How a mark shows without any colour."""

    width: float
    """Of its lines, in pixels."""
    dash: tuple[float, ...]
    letter: str
    """Added to its label or node."""


LOOKS: dict[Mark, Look] = {
    "plain": Look(1.1, (), ""),
    "right": Look(1.8, (), "✓"),
    "partly": Look(1.8, (7, 3), "≈"),
    "wrong": Look(1.8, (2.5, 2.5), "✗"),
    "focus": Look(2.6, (), ""),
    "faint": Look(0.7, (), ""),
}
"""Never colour alone: every mark that judges has its own dash and letter."""

INKS: dict[str, str] = {
    "right": "#19703a",
    "partly": "#8a5a00",
    "wrong": "#b3261e",
    "focus": "#1f4e9e",
    "faint": "#8c8c8c",
}
"""Marks and tones that have a colour of their own, on white paper; others are black."""

BIAS_DASH = (4.0, 3.0)
"""Of lines and circles that belong to a bias."""

SOLID = (0.0,)
"""The dash of a line that shows a mark's colour without its dash."""

PAD = 3.0
"""Paper left and right of a label."""

HEIGHT = 1.24
"""Height of a label in em."""


def pattern(mark: Mark, dash: tuple[float, ...]) -> tuple[float, ...]:
    """The dash of a line; empty if it has none.

    >>> pattern("wrong", ()), pattern("wrong", SOLID)
    ((2.5, 2.5), ())
    """
    found = dash or LOOKS[mark].dash
    return () if found == SOLID else found


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 1.1
    mark: Mark = "plain"
    dash: tuple[float, ...] = ()
    """Of its own; empty takes that of the mark."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle, filled with the paper."""

    x: float
    y: float
    r: float
    mark: Mark = "plain"
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """A label centred on a point, on a halo of paper if it lies on lines."""

    x: float
    y: float
    label: Label
    size: float
    angle: float = 0.0
    """In degrees."""
    mark: Mark = "plain"
    halo: bool = False
    anchor: Literal["start", "middle", "end"] = "middle"

    @property
    def width(self) -> float:
        """In pixels."""
        return self.label.width * self.size

    @property
    def height(self) -> float:
        """From above the ascenders to below a subscript, in pixels."""
        return HEIGHT * self.size


@dataclass(frozen=True, slots=True)
class Area:
    """A filled outline."""

    points: tuple[Point, ...]
    mark: Mark = "plain"
    tint: float = 1.0
    """How much of its ink: 1 is full, 0 is the paper."""


Shape = Line | Circle | Area | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes in the order in which they are painted."""

    width: float
    height: float
    title: str
    """What it is, in a few words."""
    description: str
    """What it shows, for those who cannot see it."""
    shapes: tuple[Shape, ...]
    shown: Shown = "values"
    """What the labels of the edges say: names with values, names alone, or nothing."""


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """The shape elsewhere."""
    match shape:
        case Line(x1, y1, x2, y2):
            return replace(shape, x1=x1 + dx, y1=y1 + dy, x2=x2 + dx, y2=y2 + dy)
        case Circle(x, y) | Words(x, y):
            return replace(shape, x=x + dx, y=y + dy)
        case Area(points):
            return replace(shape, points=tuple((x + dx, y + dy) for x, y in points))


def bounds(shapes: Sequence[Shape]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom end of all shapes."""
    corners = [corner for shape in shapes for corner in _extent(shape)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _extent(shape: Shape) -> list[Point]:
    match shape:
        case Line(x1, y1, x2, y2):
            return [(x1, y1), (x2, y2)]
        case Circle(x, y, r):
            return [(x - r, y - r), (x + r, y + r)]
        case Area(points):
            return list(points)
        case Words():
            return box_of(shape).corners()


def box_of(words: Words) -> Box:
    """The rectangle that a label covers."""
    shift = {"start": 0.5, "middle": 0.0, "end": -0.5}[words.anchor] * words.width
    return Box(words.x + shift, words.y, words.width + 2 * PAD, words.height, words.angle)
