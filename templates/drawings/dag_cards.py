"""A node of a computation graph with its numbers: a gate with its wire, or a grid.

The value stands above a gate's wire and the gradient below it, as circuits are drawn in courses;
a cell of a grid has both in two lines. A card knows the room that it needs, so that cards that
are laid side by side never touch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from problems.formulas.formula import EQUALS
from templates.drawings.dag import Cell, Dag, DagNode, Slot
from templates.drawings.drawing import HEIGHT, LOOKS, Area, Circle, Line, Mark, Shape, Words
from templates.drawings.geometry import Point
from templates.drawings.layers import Extent
from templates.formulas.spans import Label, Span, label, side_by_side, text_width

Flow = Literal["right", "down"]
TEXT, GRID_TEXT, NAME_TEXT, GATE_TEXT, SHARED_TEXT = 12.5, 11.0, 15.0, 12.0, 10.5
LEAST_NAME = 10.0
"""Size of a symbol below which its circle becomes wider instead."""
RADIUS = 16.0
PAD = 3.5
STEEPEST = 0.9
"""Up to which angle to the flow a line goes straight for a circle's middle, in radians."""
INSET = 0.6 * RADIUS
"""How far a label above or below a circle may begin left of its centre."""
LINE = HEIGHT * TEXT
GRID_LINE = 14.0
BLANK = 3.4
"""Width of a blank box, in em."""
BOX_HEIGHT = 13.0
SIZE_TEXT = 11.0
NOTHING = Label()


def number_room(dag: Dag) -> float:
    """Width of the widest number of a graph, in em; no narrower than a blank box."""
    nodes = (*dag.shared, *dag.nodes)
    slots = [s for n in nodes for c in n.all_cells() for s in (c.value, c.gradient) if s]
    slots += [edge.gradient for edge in dag.edges if edge.gradient]
    return max([BLANK, *(said(slot).width for slot in slots)])


def said(slot: Slot, prefix: Label = NOTHING) -> Label:
    """A number with its name, behind the letter of its mark."""
    letter = LOOKS[slot.mark].letter
    parts = [Label((Span(letter),), 0.2), prefix] if letter else [prefix]
    if slot.text:
        parts.append(Label((Span(slot.text.replace("-", "−")),)))
    return side_by_side(parts)


@dataclass(frozen=True)
class Card:
    """A node as it is drawn, about the point where its line passes: the middle of its body."""

    node: DagNode
    room: float
    """Width of a number, in em."""

    def extent(self, flow: Flow) -> Extent:
        """The room that it takes."""
        left, right, top, bottom = self.reach(flow)
        if flow == "right":
            return Extent(left + right, top, bottom)
        return Extent(top + bottom, left, right)

    def reach(self, flow: Flow) -> tuple[float, float, float, float]:
        """How far it goes to the left, right, top and bottom."""
        raise NotImplementedError

    def shapes(self, x: float, y: float, flow: Flow) -> Iterator[Shape]:
        """What is painted, with the middle of its body at a point."""
        raise NotImplementedError

    def entry(self, x: float, y: float, flow: Flow, start: Point) -> Point:
        """Where a line that comes from a point ends."""
        raise NotImplementedError

    def exit(self, x: float, y: float, flow: Flow) -> Point:
        """Where its own line begins."""
        raise NotImplementedError


@dataclass(frozen=True)
class Gate(Card):
    """A circle with a sign or a symbol, and a wire; a given has its name in place of a circle."""

    @property
    def is_leaf(self) -> bool:
        """Whether it is given, and has no circle."""
        return self.node.shape == "leaf"

    @property
    def name_size(self) -> float:
        width = max(label(self.node.symbol).width, 0.1)
        return NAME_TEXT if self.is_leaf else max(LEAST_NAME, min(NAME_TEXT, 1.5 * RADIUS / width))

    @property
    def half(self) -> float:
        """Half the width of its body."""
        width = label(self.node.symbol).width * self.name_size
        if self.is_leaf:
            return width / 2 + 3
        return max(RADIUS, width / 2 + 0.45 * RADIUS)

    @property
    def name(self) -> Label:
        """The name of a quantity whose gate shows a sign."""
        return NOTHING if self.node.named else label(self.node.cell.name)

    def prefix(self, flow: Flow) -> Label:
        """The name before the value, where it does not stand above the gate."""
        if flow == "right" or self.node.named:
            return NOTHING
        return (
            self.name if self.node.cell.value.empty else side_by_side([self.name, label(EQUALS)])
        )

    def wire(self, flow: Flow) -> float:
        """Its length."""
        cell = self.node.cell
        above = self.prefix(flow).width + (0.0 if cell.value.empty else self.room)
        below = self.room if cell.gradient and not cell.gradient.empty else 0.0
        return max(above, below) * TEXT + 2 * PAD if above or below else 6.0

    def reach(self, flow: Flow) -> tuple[float, float, float, float]:
        own, shared = self.half, self.shared_label.width * SHARED_TEXT
        tall = 0.6 * NAME_TEXT if self.is_leaf else RADIUS
        up = max(tall, LINE + 1)
        if flow == "down":
            left = own + (shared + PAD if shared else 0.0)
            return left, own + self.wire(flow), up, up
        name = self.name.width * GATE_TEXT
        right = max(own + self.wire(flow), shared - INSET, name - INSET)
        down = max(up, tall + 1 + SHARED_TEXT * HEIGHT) if shared else up
        up = max(up, tall + 1 + GATE_TEXT * HEIGHT) if name else up
        return own, right, up, down

    @property
    def shared_label(self) -> Label:
        """Names of the shared givens that it reads."""
        parts: list[Label] = []
        for name in self.node.shared:
            parts += [Label((Span(","),), 0.2)] if parts else []
            parts.append(label(name))
        return side_by_side(parts)

    def entry(self, x: float, y: float, flow: Flow, start: Point) -> Point:
        if self.is_leaf or self.half > RADIUS:
            return (x - self.half, y) if flow == "right" else (x, y - RADIUS)
        dx, dy = x - start[0], y - start[1]
        angle = math.atan2(dy, dx) if flow == "right" else math.atan2(dx, dy)
        steepest = STEEPEST if flow == "right" else 0.0  # numbers stand to the right of it
        angle = max(-steepest, min(STEEPEST, angle))
        along, across = RADIUS * math.cos(angle), RADIUS * math.sin(angle)
        return (x - along, y - across) if flow == "right" else (x - across, y - along)

    def exit(self, x: float, y: float, flow: Flow) -> Point:
        if flow == "right":
            return x + self.half + self.wire(flow), y
        return x, y + (0.75 * NAME_TEXT if self.is_leaf else RADIUS)

    def shapes(self, x: float, y: float, flow: Flow) -> Iterator[Shape]:
        start, long = x + self.half, self.wire(flow)
        yield from self.body(x, y)
        cell, prefix = self.node.cell, self.prefix(flow)
        across = flow == "right"
        if across:
            yield Line(start, y, start + long, y)
        at = start + long / 2 if across else start + PAD
        up = 0.0 if cell.gradient is None and not across else LINE / 2 + 1
        yield from slot_shapes(at, y - up, cell.value, prefix, centred=across)
        if cell.gradient:
            yield from slot_shapes(
                at, y + LINE / 2 + 1, cell.gradient, NOTHING, "focus", centred=across
            )
        if self.name.spans and across:
            yield _beside(x, y - RADIUS - 1 - GATE_TEXT * HEIGHT / 2, self.name, GATE_TEXT)
        if self.node.shared and across:
            at = y + RADIUS + 1 + SHARED_TEXT * HEIGHT / 2
            yield _beside(x, at, self.shared_label, SHARED_TEXT)
        elif self.node.shared:
            yield Words(x - self.half - PAD, y, self.shared_label, SHARED_TEXT, anchor="end")

    def body(self, x: float, y: float) -> Iterator[Shape]:
        if self.half > RADIUS and not self.is_leaf:
            yield from _capsule(x, y, self.half, RADIUS)
        elif not self.is_leaf:
            yield Circle(x, y, RADIUS)
        yield Words(x, y, label(self.node.symbol), self.name_size)


@dataclass(frozen=True)
class Grid(Card):
    """Quantities as rows of cells, with their name above."""

    @property
    def has_gradients(self) -> bool:
        """Whether its cells have two lines."""
        return any(cell.gradient is not None for cell in self.node.all_cells())

    @property
    def cell_size(self) -> Point:
        lines = 2 if self.has_gradients else 1
        return self.room * GRID_TEXT + 8, lines * GRID_LINE + 3

    @property
    def size(self) -> Point:
        """Of all cells together; of a block without numbers that of its box."""
        if self.node.shape == "name":
            words = max(label(self.node.symbol).width * NAME_TEXT, _size_words(self.node))
            return max(44.0, words + 14), 40.0
        width, height = self.cell_size
        return width * max(map(len, self.node.cells)), height * len(self.node.cells)

    def reach(self, flow: Flow) -> tuple[float, float, float, float]:
        width, height = self.size
        shared = Gate(self.node, self.room).shared_label.width * SHARED_TEXT
        head = 0.0 if self.node.shape == "name" else NAME_TEXT * HEIGHT
        half = max(width, label(self.node.symbol).width * NAME_TEXT) / 2
        if flow == "down":
            beside = width / 2 + (PAD + shared if shared else 0.0)
            return half, max(half, beside), height / 2 + head, height / 2
        half = max(half, shared / 2)
        under = SHARED_TEXT * HEIGHT if shared else 0.0
        return half, half, height / 2 + head, height / 2 + under

    def entry(self, x: float, y: float, flow: Flow, start: Point) -> Point:
        width, height = self.size
        head = 0.0 if self.node.shape == "name" else NAME_TEXT * HEIGHT
        return (x - width / 2, y) if flow == "right" else (x, y - height / 2 - head)

    def exit(self, x: float, y: float, flow: Flow) -> Point:
        width, height = self.size
        return (x + width / 2, y) if flow == "right" else (x, y + height / 2)

    def shapes(self, x: float, y: float, flow: Flow) -> Iterator[Shape]:
        width, height = self.size
        left, top = x - width / 2, y - height / 2
        name = label(self.node.symbol)
        if self.node.shape == "name":
            yield from _frame(left, top, width, height)
            yield Words(x, y - 8, name, NAME_TEXT)
            yield Words(x, y + 10, Label((Span(self.node.size),)), SIZE_TEXT)
        else:
            yield Words(x, top - NAME_TEXT * HEIGHT / 2, name, NAME_TEXT)
            yield from self.all_cells(left, top)
        words = Gate(self.node, self.room).shared_label
        if words.spans and flow == "right":
            yield Words(x, y + height / 2 + SHARED_TEXT * HEIGHT / 2, words, SHARED_TEXT)
        elif words.spans:
            yield Words(x + width / 2 + PAD, y, words, SHARED_TEXT, anchor="start")

    def all_cells(self, left: float, top: float) -> Iterator[Shape]:
        """The cells, and each line between them once."""
        wide, tall = self.cell_size
        rules: dict[Line, None] = {}
        for i, row in enumerate(self.node.cells):
            for j, cell in enumerate(row):
                yield from self.cell(left + j * wide, top + i * tall, cell)
                rules |= dict.fromkeys(_frame(left + j * wide, top + i * tall, wide, tall))
        yield from rules

    def cell(self, left: float, top: float, cell: Cell) -> Iterator[Shape]:
        """Value above, gradient below; shaded where nothing is said or asked."""
        wide, tall = self.cell_size
        x = left + wide / 2
        if cell.value.empty and (cell.gradient is None or cell.gradient.empty):
            yield _area(left, top, wide, tall, "faint", 0.15)
        y = top + 1.5 + GRID_LINE / 2
        if not cell.value.empty:
            yield from _number(x, y, cell.value, GRID_TEXT, "plain")
        if cell.gradient is None:
            return
        if cell.value.blank or cell.gradient.blank:
            middle = top + tall / 2
            yield Line(left + 4, middle, left + wide - 4, middle, 0.6, "faint", (2.0, 2.0))
        yield from _number(x, y + GRID_LINE, cell.gradient, GRID_TEXT, "focus")


def card(node: DagNode, room: float) -> Card:
    """The card of a node.

    Args:
        node: what is drawn.
        room: width of a number, in em.
    """
    return Grid(node, room) if node.shape in ("grid", "name") else Gate(node, room)


def _beside(x: float, y: float, words: Label, size: float) -> Words:
    """A label above or below a circle, out of the way of lines that come to it from the left."""
    if words.width * size <= 2 * INSET:
        return Words(x, y, words, size)
    return Words(x - INSET, y, words, size, anchor="start")


def slot_shapes(
    x: float, y: float, slot: Slot, prefix: Label, tone: Mark = "plain", *, centred: bool = True
) -> Iterator[Shape]:
    """A number or a blank box behind its name, centred on a point or beginning there."""
    words = said(slot, prefix)
    width = (words.width + (BLANK if slot.blank else 0.0)) * TEXT
    left = x - width / 2 if centred else x
    if words.spans:
        mark = tone if slot.mark == "plain" else slot.mark
        yield Words(left, y, words, TEXT, mark=mark, anchor="start")
    if slot.blank:
        start = left + words.width * TEXT + 1
        yield from _frame(start, y - BOX_HEIGHT / 2, BLANK * TEXT - 2, BOX_HEIGHT, tone)


def _number(x: float, y: float, slot: Slot, size: float, tone: Mark) -> Iterator[Shape]:
    words = said(slot)
    if words.spans:
        yield Words(x, y, words, size, mark=tone if slot.mark == "plain" else slot.mark)


def _size_words(node: DagNode) -> float:
    return text_width(node.size) * SIZE_TEXT


def _frame(
    left: float, top: float, width: float, height: float, mark: Mark = "plain"
) -> Iterator[Line]:
    """Four lines, from left to right and from top to bottom."""
    right, bottom = round(left + width, 3), round(top + height, 3)
    left, top = round(left, 3), round(top, 3)
    yield Line(left, top, right, top, 0.8, mark)
    yield Line(left, bottom, right, bottom, 0.8, mark)
    yield Line(left, top, left, bottom, 0.8, mark)
    yield Line(right, top, right, bottom, 0.8, mark)


def _area(left: float, top: float, width: float, height: float, mark: Mark, tint: float) -> Area:
    right, bottom = left + width, top + height
    return Area(((left, top), (right, top), (right, bottom), (left, bottom)), mark, tint)


def _capsule(x: float, y: float, half: float, radius: float) -> Iterator[Shape]:
    """A circle that is drawn out to the sides."""
    inner = half - radius
    points: list[Point] = []
    for side, start in ((1, -90), (-1, 90)):
        for turn in range(start, start + 181, 15):
            angle = math.radians(turn)
            points.append((x + side * inner + radius * math.cos(angle),
                           y + radius * math.sin(angle)))  # fmt: skip
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
        yield Line(x1, y1, x2, y2)
