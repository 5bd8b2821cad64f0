"""Formulas as boxes: glyphs, rules and fields, each at its place, in em.

A box has a baseline; x grows to the right and y upwards, from the left end of that line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Glyph(NamedTuple):
    """One glyph of the formula's font."""

    id: int
    size: float
    """Relative to the formula."""


class Rule(NamedTuple):
    """A filled bar; its lower left corner is its place."""

    width: float
    height: float


class Field(NamedTuple):
    """A place to write an answer in; its lower left corner is its place."""

    step: str
    width: float
    height: float


@dataclass(slots=True)
class Box:
    """Parts in their places, and how much room they take."""

    width: float = 0.0
    ascent: float = 0.0
    """Above the baseline."""
    descent: float = 0.0
    """Below it, positive."""
    parts: list[tuple[float, float, Box | Glyph | Rule | Field]] = field(default_factory=list)
    slant: float = 0.0
    """Italic correction of a lone letter."""
    lone: int | None = None
    """The glyph, if the box is just one letter."""

    @property
    def height(self) -> float:
        """Ascent and descent together."""
        return self.ascent + self.descent

    def put(self, x: float, y: float, box: Box) -> None:
        """Place a box inside this one and make room for it above and below."""
        self.parts.append((x, y, box))
        self.ascent = max(self.ascent, box.ascent + y)
        self.descent = max(self.descent, box.descent - y)

    def append(self, box: Box, space: float = 0.0) -> None:
        """Put a box to the right of what is there."""
        self.put(self.width + space, 0.0, box)
        self.width += space + box.width


class Placed(NamedTuple):
    """All marks of a box, in reading order, with their places."""

    glyphs: list[tuple[float, float, Glyph]]
    rules: list[tuple[float, float, Rule]]
    fields: list[tuple[float, float, Field]]


def placed(box: Box) -> Placed:
    """The box laid open.

    >>> inner = Box(1, 0.5, 0, [(0.0, 0.0, Rule(1, 0.5))])
    >>> placed(Box(3, 1, 0, [(2.0, 0.25, inner)])).rules
    [(2.0, 0.25, Rule(width=1, height=0.5))]
    """
    found = Placed([], [], [])
    _lay_open(box, 0.0, 0.0, found)
    return found


def _lay_open(box: Box, x: float, y: float, found: Placed) -> None:
    for dx, dy, part in box.parts:
        match part:
            case Glyph():
                found.glyphs.append((x + dx, y + dy, part))
            case Box():
                _lay_open(part, x + dx, y + dy, found)
            case Rule():
                found.rules.append((x + dx, y + dy, part))
            case Field():
                found.fields.append((x + dx, y + dy, part))


def beside(boxes: Iterable[Box]) -> Box:
    """Boxes on one baseline, without space between them."""
    whole = Box()
    for box in boxes:
        whole.append(box)
    return whole
