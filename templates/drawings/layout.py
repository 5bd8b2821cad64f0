"""Draws a network: where units, lines and labels go, and how much the labels may say.

The places depend on the topology and on the length of the longest number, not on the
numbers, so all students of an assignment see the same picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from problems.formulas.formula import EQUALS, Formula
from templates.drawings.diagram import Bias, Diagram, Unit, Weight, abridged, described, entitled
from templates.drawings.drawing import (
    BIAS_DASH,
    HEIGHT,
    LOOKS,
    PAD,
    Circle,
    Drawing,
    Line,
    Mark,
    Shape,
    Shown,
    Words,
    bounds,
    moved,
)
from templates.drawings.geometry import Box, Disc, Point, Segment
from templates.drawings.places import Places, Wish, place
from templates.formulas.spans import Label, Span, label, side_by_side, text_width


class Sizes(NamedTuple):
    """Of a drawing that shows this or that, in pixels."""

    radius: float
    row: float
    """Between the centres of two units of a layer."""
    column: float
    """Between two layers."""
    text: float
    """Of the labels on lines."""


SIZES: dict[Shown, Sizes] = {
    "values": Sizes(19.0, 94.0, 240.0, 12.5),
    "names": Sizes(17.0, 68.0, 210.0, 12.0),
    "nothing": Sizes(15.0, 44.0, 180.0, 12.0),
}
MOST_LABELS: dict[Shown, int] = {"values": 24, "names": 60, "nothing": 10**9}
"""More labels than this are a thicket, even where there is a place for each."""

WIDEST, TALLEST = 560.0, 860.0
"""Between the first and the last layer, and the first and the last unit of a layer."""

DENSE = 50
"""From so many lines on they are drawn thinner."""

MARGIN, GAP, STUB = 8.0, 7.0, 11.0
NAME_SIZE, CAPTION_SIZE, NOTE_SIZE, LEAST_SIZE = 15.0, 13.5, 12.5, 8.0
SHARES = tuple(n / 40 for n in range(7, 34))
"""Where on its line a label may stand."""


def draw(diagram: Diagram, show: Shown | None = None) -> Drawing:
    """The drawing: names and values on the lines, or names alone, or nothing, as room allows.

    Args:
        diagram: the network.
        show: at most this; None shows as much as there is room for.

    >>> from problems.formulas.formula import Sym
    >>> one = ((Unit(Sym("x")),), (Unit(Sym("y")),))
    >>> draw(Diagram(one, (((Weight(Sym("w"), "0.5"),),),))).shown
    'values'
    """
    levels: tuple[Shown, ...] = ("values", "names", "nothing")
    for shown in levels[levels.index(show or "values") :]:
        layout = _Layout(diagram, shown)
        if len(layout.labelled) <= MOST_LABELS[shown] and layout.places.clear:
            break
    return layout.drawing()


class _Edge(NamedTuple):
    """A line of the network with what it says."""

    line: Segment
    weight: Weight
    words: Label
    room: float
    """Width kept free for its words, in pixels."""
    dashed: bool = False
    stub: bool = False
    """Not a line between units, but a short one into its lower end."""


class _Layout:
    """One attempt at a drawing, with the origin at the centre of the first layer."""

    def __init__(self, diagram: Diagram, shown: Shown) -> None:
        self.whole = diagram
        self.diagram = diagram = abridged(diagram)
        self.shown: Shown = shown
        self.layers = diagram.layers
        self.heights = [len(layer) + self.skips(n) for n, layer in enumerate(self.layers)]
        most, columns = max(self.heights), len(self.layers) - 1
        sizes = SIZES[shown]
        self.row = min(sizes.row, TALLEST / max(1, most - 1))
        self.column = min(sizes.column, WIDEST / max(1, columns))
        self.radius = min(sizes.radius, 0.42 * self.row)
        self.size = sizes.text

    # points ----------------------------------------------------------------------------------

    def unit_at(self, layer: int, j: int) -> Point:
        """Centre of a unit, counted from 0."""
        if self.skips(layer) and j == len(self.layers[layer]) - 1:
            j += 1
        return layer * self.column, (j - (self.heights[layer] - 1) / 2) * self.row

    def skips(self, layer: int) -> bool:
        """Whether units are left out, with dots before the last one."""
        return len(self.layers[layer]) < len(self.whole.layers[layer])

    def bias_at(self, number: int) -> Point:
        """Centre of the bias node that feeds the layer above: all stand in one bottom row."""
        fed = [n for n in range(len(self.layers) - 1) if self.node_bias(n)]
        lowest = max(self.heights[n] for n in fed)
        return number * self.column, ((lowest - 1) / 2 + 0.85) * self.row

    def node_bias(self, number: int) -> Bias | None:
        """The bias of a layer, if it is drawn as a node."""
        bias = self.diagram.bias(number)
        return bias if bias and bias.drawn == "node" else None

    @property
    def bias_radius(self) -> float:
        return 0.72 * self.radius

    # lines and what they say -------------------------------------------------------------------

    @cached_property
    def value_room(self) -> float:
        """Width of the longest number with a minus sign, in em."""
        values = [weight.value for _, weight in self._all_weights()]
        return text_width("−") + max((text_width(v.lstrip("-−")) for v in values), default=0.0)

    def _all_weights(self) -> Iterator[tuple[int, Weight]]:
        for number, matrix in enumerate(self.diagram.weights):
            yield from ((number, weight) for weights in matrix for weight in weights)
            bias = self.diagram.bias(number)
            yield from ((number, weight) for weight in (bias.weights if bias else ()))

    def words(self, weight: Weight, always: bool = False) -> Label:
        """What is written on a line; its name `always` where there is room at any density."""
        parts: list[Label] = []
        if weight.name is not None and (always or self.shown != "nothing"):
            parts.append(label(weight.name))
        if weight.value and self.shown == "values":
            parts += [label(EQUALS)] if parts else []
            parts.append(_upright(weight.value.replace("-", "−")))
        letter = LOOKS[weight.mark].letter
        if letter and parts:
            parts.insert(0, _upright(letter, after=0.25))
        return side_by_side(parts)

    def room(self, weight: Weight, words: Label) -> float:
        """Its width as if its number were the longest of all."""
        em = words.width
        if weight.value and self.shown == "values":
            em += self.value_room - text_width(weight.value.replace("-", "−"))
        return em * self.size + 2 * PAD

    def edge(self, line: Segment, weight: Weight, *, dashed: bool, stub: bool = False) -> _Edge:
        words = self.words(weight)
        return _Edge(line, weight, words, self.room(weight, words), dashed, stub)

    @cached_property
    def edges(self) -> list[_Edge]:
        """All lines, the weights of a layer before its bias."""
        found: list[_Edge] = []
        for number, matrix in enumerate(self.diagram.weights):
            for j, weights in enumerate(matrix):
                for i, weight in enumerate(weights):
                    line = self.joined(self.unit_at(number, i), self.unit_at(number + 1, j))
                    found.append(self.edge(line, weight, dashed=False))
            found += self.bias_edges(number)
        return found

    def bias_edges(self, number: int) -> Iterator[_Edge]:
        bias = self.diagram.bias(number)
        if bias is None:
            return
        units = len(self.layers[number + 1])
        shared = len(bias.weights) == 1 and units > 1
        for j in range(units):
            weight = bias.weights[0] if shared else bias.weights[j]
            unit = self.unit_at(number + 1, j)
            if bias.drawn == "stubs":
                yield self.edge(Segment(*unit, *unit), weight, dashed=True, stub=True)
            else:
                silent = Weight(mark=weight.mark) if shared else weight
                line = self.joined(self.bias_at(number), unit, self.bias_radius)
                yield self.edge(line, silent, dashed=True)

    def joined(self, a: Point, b: Point, radius: float | None = None) -> Segment:
        """The line between two circles' rims."""
        whole = Segment(*a, *b)
        start = (self.radius if radius is None else radius) / whole.length
        return Segment(*whole.at(start), *whole.at(1 - self.radius / whole.length))

    # places --------------------------------------------------------------------------------------

    @cached_property
    def labelled(self) -> list[_Edge]:
        """Lines that say something."""
        return [edge for edge in self.edges if edge.words.spans]

    @cached_property
    def hidden_captions(self) -> list[tuple[Point, Unit, Label]]:
        """Captions of units that have lines on both sides."""
        return [
            (self.unit_at(number, j), unit, label(unit.caption))
            for number, layer in enumerate(self.layers[1:-1], 1)
            for j, unit in enumerate(layer)
            if unit.caption is not None
        ]

    @cached_property
    def shared_biases(self) -> list[tuple[Point, Weight, Label]]:
        """What a bias node says below itself, where all its lines say the same."""
        found = []
        for number in range(len(self.layers) - 1):
            bias = self.node_bias(number)
            if bias and len(bias.weights) == 1 and len(self.layers[number + 1]) > 1:
                weight = bias.weights[0]
                found.append((self.bias_at(number), weight, self.words(weight, always=True)))
        return found

    @cached_property
    def places(self) -> Places:
        """Where the labels of lines, hidden captions and shared biases stand, in this order."""
        lines = [edge.line for edge in self.edges if not edge.stub]
        wishes = [self.wish(edge, lines) for edge in self.labelled]
        for point, _, words in self.hidden_captions:
            wishes.append(self.beside(point, words.width * CAPTION_SIZE, CAPTION_SIZE, 2.0))
        for (x, y), weight, words in self.shared_biases:
            drop = self.bias_radius + GAP + HEIGHT * CAPTION_SIZE / 2
            width = self.room(weight, words) * CAPTION_SIZE / self.size
            box = Box(x, y + drop, width, HEIGHT * CAPTION_SIZE)
            wishes.append(Wish((box,), (0.0,)))
        return place(tuple(wishes), tuple(self.discs()), tuple(lines))

    def discs(self) -> Iterator[Disc]:
        """Circles that no label may touch, with a little air round them."""
        for number, layer in enumerate(self.layers):
            for j, unit in enumerate(layer):
                yield Disc(*self.unit_at(number, j), self.radius + PAD)
                if LOOKS[unit.mark].letter:
                    yield from _badges(self.unit_at(number, j), self.radius, unit.note)
            if number < len(self.layers) - 1 and self.node_bias(number):
                yield Disc(*self.bias_at(number), self.bias_radius + PAD)

    def wish(self, edge: _Edge, lines: list[Segment]) -> Wish:
        if edge.stub:
            return self.beside((edge.line.x1, edge.line.y1), edge.room, self.size, STUB)
        height, angle = HEIGHT * self.size, edge.line.angle
        boxes = [Box(*edge.line.at(t), edge.room, height, angle) for t in SHARES]
        dislike = [8.0 * abs(t - 0.5) for t in SHARES]
        return Wish(tuple(boxes), tuple(dislike), lines.index(edge.line))

    def beside(self, point: Point, width: float, size: float, gap: float) -> Wish:
        """A place below a unit or above it."""
        away = self.radius + PAD + gap + HEIGHT * size / 2
        boxes = [Box(point[0], point[1] + s * away, width, HEIGHT * size) for s in (1, -1)]
        return Wish(tuple(boxes), (0.0, 1.0))

    # shapes --------------------------------------------------------------------------------------

    def drawing(self) -> Drawing:
        """The shapes, moved to positive coordinates."""
        shapes = [*self.lines(), *self.labels(), *self.circles(), *self.captions(), *self.dots()]
        left, top, right, bottom = bounds(shapes)
        shifted = tuple(moved(shape, MARGIN - left, MARGIN - top) for shape in shapes)
        width, height = right - left + 2 * MARGIN, bottom - top + 2 * MARGIN
        title, description = entitled(self.whole), described(self.whole)
        return Drawing(width, height, title, description, shifted, self.shown)

    def lines(self) -> list[Line]:
        """The lines, judged ones on top."""
        thin = len(self.edges) > DENSE
        found = [_line(edge.line, edge, thin) for edge in self.edges if not edge.stub]
        boxes = dict(zip(map(id, self.labelled), self.places.boxes, strict=False))
        for edge in self.edges:
            if edge.stub:
                found.append(_line(self.stub_line(edge, boxes.get(id(edge))), edge))
        return sorted(found, key=lambda line: line.mark not in ("plain", "faint"))

    def stub_line(self, edge: _Edge, box: Box | None) -> Segment:
        x, y = edge.line.x1, edge.line.y1
        side = -1 if box is not None and box.y < y else 1
        return Segment(x, y + side * (self.radius + STUB), x, y + side * self.radius)

    def labels(self) -> Iterator[Words]:
        boxes = iter(self.places.boxes)
        for edge in self.labelled:
            yield _words(next(boxes), edge.words, self.size, edge.weight.mark)
        for _, unit, words in self.hidden_captions:
            yield _words(next(boxes), words, CAPTION_SIZE, unit.mark)
        for _, weight, words in self.shared_biases:
            yield _words(next(boxes), words, CAPTION_SIZE, weight.mark)

    def circles(self) -> Iterator[Shape]:
        for number, layer in enumerate(self.layers):
            for j, unit in enumerate(layer):
                at = self.unit_at(number, j)
                yield from self.circle(at, self.radius, unit.name, unit.mark, note=unit.note)
        for number in range(len(self.layers) - 1):
            bias = self.node_bias(number)
            if bias:
                point, radius = self.bias_at(number), self.bias_radius
                yield from self.circle(point, radius, bias.name, bias.mark, BIAS_DASH)

    def circle(
        self, at: Point, r: float, name: Formula, mark: Mark, dash: tuple[float, ...] = (),
        note: str = "",
    ) -> Iterator[Shape]:  # fmt: skip
        yield Circle(*at, r, mark, dash)
        words = label(name)
        size = min(NAME_SIZE, r, 1.5 * r / max(words.width, 0.1))
        if size >= LEAST_SIZE:
            yield Words(*at, words, size, mark=mark)
        letter = LOOKS[mark].letter
        if letter:
            badge = _badge(at, r)
            said = side_by_side(
                [_upright(letter, 0.25), _upright(note)] if note else [_upright(letter)]
            )
            size = NOTE_SIZE if note else 14.0
            yield Words(badge.x, badge.y, said, size, mark=mark, halo=True)

    def captions(self) -> Iterator[Words]:
        """Left of the inputs and right of the outputs."""
        away = self.radius + GAP
        for number, side in ((0, -1), (len(self.layers) - 1, 1)):
            for j, unit in enumerate(self.layers[number]):
                if unit.caption is not None:
                    x, y = self.unit_at(number, j)
                    words = label(unit.caption)
                    yield Words(
                        x + side * away, y, words, CAPTION_SIZE, mark=unit.mark,
                        anchor="end" if side < 0 else "start",
                    )  # fmt: skip

    def dots(self) -> Iterator[Words]:
        """Where units are left out."""
        for number in range(len(self.layers)):
            if self.skips(number):
                x, y = self.unit_at(number, len(self.layers[number]) - 1)
                yield Words(x, y - self.row, _upright("⋮"), 20.0, halo=True)


def _upright(text: str, after: float = 0.0) -> Label:
    return Label((Span(text),), after)


def _badge(at: Point, radius: float) -> Disc:
    """Where the letter of a judged unit stands: above it."""
    return Disc(at[0], at[1] - radius - 9, 8)


def _badges(at: Point, radius: float, note: str) -> Iterator[Disc]:
    """The same for a letter with a note, which is as wide as several letters."""
    badge = _badge(at, radius)
    half = NOTE_SIZE * (0.5 + text_width(note) / 2) if note else 0.0
    steps = math.ceil(half / badge.r)
    for n in range(-steps, steps + 1):
        yield badge._replace(x=badge.x + n * half / max(1, steps))


def _line(segment: Segment, edge: _Edge, thin: bool = False) -> Line:
    mark = edge.weight.mark
    dash = LOOKS[mark].dash or (BIAS_DASH if edge.dashed else ())
    width = LOOKS[mark].width * (0.55 if thin else 1)
    return Line(*segment, width, mark, dash)


def _words(box: Box, words: Label, size: float, mark: Mark) -> Words:
    return Words(box.x, box.y, words, size, box.angle, mark, halo=True)
