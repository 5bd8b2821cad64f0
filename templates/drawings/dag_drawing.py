"""Draws a computation graph: from left to right, or from top to bottom where it is too deep.

Lines run in channels between layers and never under a number; everything else has room of its
own by construction. Places depend on the graph and on how wide its numbers are, on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from templates.drawings.dag import Dag, DagEdge, described, judged
from templates.drawings.dag_cards import (
    LINE,
    NOTHING,
    PAD,
    TEXT,
    Card,
    Flow,
    card,
    number_room,
    slot_shapes,
)
from templates.drawings.drawing import (
    Area,
    Circle,
    Drawing,
    Line,
    Shape,
    Words,
    bounds,
    moved,
)
from templates.drawings.geometry import Point
from templates.drawings.layers import Extent, Layered, Link, Place

PAGE = (642.0, 800.0)
"""Width and height of what has room on a page of paper, in pixels."""
READABLE = 0.62
"""How much smaller a drawing may be made before another direction is tried."""
MARGIN = 6.0
CHANNEL, STEEP, WIDEST_CHANNEL = 18.0, 0.16, 60.0
"""Between two layers: least, for each pixel that a line climbs there, and most."""
AT_ONCE = 4.0
"""Bodies that begin so near to their layer's edge are reached in one line."""
BACKWARD = (3.0, 3.0)
"""Dash of a line that carries a gradient on to the rule that reads it."""
APART = 26.0
"""Between the graph and the shared givens below it, and between these."""


def draw_dag(dag: Dag) -> Drawing:
    """The drawing: from left to right, unless it is much larger on a page from top to bottom."""
    right = _Layout(dag, "right").drawing()
    if fits(right) >= READABLE:
        return right
    return max(right, _Layout(dag, "down").drawing(), key=fits)


def fits(drawing: Drawing) -> float:
    """By how much a drawing has to be made smaller to fit on a page; 1 where it fits as it is."""
    return min(1.0, PAGE[0] / drawing.width, PAGE[1] / drawing.height)


def shrunk(drawing: Drawing) -> Drawing:
    """The drawing no higher than a page, whatever its width is made to be."""
    on_paper = min(1.0, PAGE[0] / drawing.width)
    factor = min(1.0, PAGE[1] / (drawing.height * on_paper))
    if factor == 1.0:
        return drawing
    return replace(
        drawing,
        width=drawing.width * factor,
        height=drawing.height * factor,
        shapes=tuple(_scaled(shape, factor) for shape in drawing.shapes),
    )


def _scaled(shape: Shape, f: float) -> Shape:
    match shape:
        case Line(x1, y1, x2, y2):
            return replace(shape, x1=x1 * f, y1=y1 * f, x2=x2 * f, y2=y2 * f)
        case Circle(x, y, r):
            return replace(shape, x=x * f, y=y * f, r=r * f)
        case Words(x, y, size=size):
            return replace(shape, x=x * f, y=y * f, size=size * f)
        case Area(points):
            return replace(shape, points=tuple((x * f, y * f) for x, y in points))


@lru_cache(maxsize=128)
def _layered(extents: tuple[Extent, ...], links: tuple[Link, ...]) -> Layered:
    """A class of students shares one arrangement; the arguments say all that there is to know."""
    return Layered(extents, links)


class _Layout:
    """One attempt at a drawing."""

    def __init__(self, dag: Dag, flow: Flow) -> None:
        self.dag = dag
        self.flow: Flow = flow
        self.room = number_room(dag)
        self.cards = [card(node, self.room) for node in dag.nodes]
        links = tuple(Link(e.source, e.target, self.label_extent(e)) for e in dag.edges)
        self.layered = _layered(tuple(one.extent(flow) for one in self.cards), links)
        self.starts, self.ends = self.along()

    def label_extent(self, edge: DagEdge) -> Extent | None:
        """The room of a number that stands on a line."""
        if edge.gradient is None or edge.gradient.empty:
            return None
        width = self.room * TEXT + 2 * PAD
        if self.flow == "right":
            return Extent(width, 4.0, LINE + 2)
        return Extent(LINE + 2, 4.0, width)

    def along(self) -> tuple[list[float], list[float]]:
        """Where each layer begins and ends, along the flow."""
        starts, ends, at = [], [], 0.0
        places = self.layered.places
        for layer in self.layered.layers:
            starts.append(at)
            ends.append(at + max(places[n].extent.along for n in layer))
            climbs = [abs(places[m].at - places[n].at) for n in layer for m in places[n].below]
            at = ends[-1] + min(WIDEST_CHANNEL, CHANNEL + STEEP * max(climbs, default=0.0))
        return starts, ends

    def point(self, along: float, across: float) -> Point:
        return (along, across) if self.flow == "right" else (across, along)

    def middle(self, place: Place) -> Point:
        """The middle of a node's body."""
        assert place.node is not None
        left, right, top, bottom = self.cards[place.node].reach(self.flow)
        start, end = self.starts[place.layer], self.ends[place.layer]
        before, after = (left, right) if self.flow == "right" else (top, bottom)
        slack = (end - start - before - after) / 2
        ahead = {"gate": 0.0, "leaf": 2.0}.get(self.dag.nodes[place.node].shape, 1.0)
        if self.flow == "down":
            ahead = 1.0
        return self.point(start + ahead * slack + before, place.at)

    # lines ---------------------------------------------------------------------------------------

    def lines(self) -> Iterator[Line]:
        """Each piece once, though several lines run through it."""
        dashed: dict[tuple[Point, Point], bool] = {}
        for n, m, backward in self.joints():
            a, b = self.layered.places[n], self.layered.places[m]
            start = self.leaves(a)
            pieces = self.through_channel(start, b)
            if a.node is not None:
                own = self.cards[a.node].exit(*self.middle(a), self.flow)
                pieces.append((own, start))
            for piece in pieces:
                dashed[piece] = dashed.get(piece, True) and backward
        for (start, end), backward in dashed.items():
            if start != end:
                yield Line(*start, *end, dash=BACKWARD if backward else ())

    def joints(self) -> Iterator[tuple[int, int, bool]]:
        """Pairs of places that are joined, and whether only gradients are read that way."""
        backward = {(edge.source, edge.target): edge.backward for edge in self.dag.edges}
        for n, place in enumerate(self.layered.places):
            own = {way for (source, _), way in backward.items() if source == place.source}
            for m in place.below:
                target = self.layered.places[m].node
                there = None if target is None else backward.get((place.source, target))
                yield n, m, own == {True} if there is None else there

    def leaves(self, place: Place) -> Point:
        """Where lines from a place enter the channel behind its layer."""
        return self.point(self.ends[place.layer], place.at)

    def through_channel(self, start: Point, place: Place) -> list[tuple[Point, Point]]:
        """From the channel's beginning to a place; straight on from where its layer begins."""
        edge = self.point(self.starts[place.layer], place.at)
        if place.node is None:
            return [(start, edge), (edge, self.leaves(place))]
        body, middle = self.cards[place.node], self.middle(place)
        end = body.entry(*middle, self.flow, edge)
        way = end[0] - edge[0] if self.flow == "right" else end[1] - edge[1]
        if way < AT_ONCE:
            return [(start, body.entry(*middle, self.flow, start))]
        return [(start, edge), (edge, end)]

    # shapes --------------------------------------------------------------------------------------

    def shapes(self) -> Iterator[Shape]:
        yield from self.lines()
        for place in self.layered.places:
            if place.node is not None:
                yield from self.cards[place.node].shapes(*self.middle(place), self.flow)
            elif place.link is not None:
                yield from self.on_line(place, self.dag.edges[place.link])

    def on_line(self, place: Place, edge: DagEdge) -> Iterator[Shape]:
        """A gradient that comes along a line: below it, or beside it."""
        middle = (self.starts[place.layer] + self.ends[place.layer]) / 2
        x, y = self.point(middle, place.at)
        if self.flow == "right":
            y += LINE / 2 + 1
        else:
            x += place.extent.after / 2
        if edge.gradient:
            yield from slot_shapes(x, y, edge.gradient, NOTHING, "focus")

    def drawing(self) -> Drawing:
        """The shapes, moved to positive coordinates, with the shared givens below."""
        found = list(self.shapes())
        left, _, right, bottom = bounds(found)
        found += _in_rows(
            [card(node, self.room) for node in self.dag.shared],
            (left, bottom + APART), max(right - left, 0.75 * PAGE[0]),
        )  # fmt: skip
        left, top, right, bottom = bounds(found)
        shapes = tuple(moved(shape, MARGIN - left, MARGIN - top) for shape in found)
        words = f"{described(self.dag)} {judged(self.dag)}".strip()
        width, height = right - left + 2 * MARGIN, bottom - top + 2 * MARGIN
        return Drawing(width, height, self.dag.title, words, shapes)


def _in_rows(cards: Sequence[Card], at: Point, width: float) -> Iterator[Shape]:
    """Cards side by side in as many rows as they need."""
    x, y, row = 0.0, 0.0, list[tuple[Card, float]]()
    rows: list[list[tuple[Card, float]]] = []
    for one in cards:
        left, right, _, _ = one.reach("right")
        if row and x + left + right > width:
            rows.append(row)
            row, x = [], 0.0
        row.append((one, x + left))
        x += left + right + APART
    rows += [row] if row else []
    for row in rows:
        up = max(one.reach("right")[2] for one, _ in row)
        down = max(one.reach("right")[3] for one, _ in row)
        for one, along in row:
            yield from one.shapes(at[0] + along, at[1] + y + up, "right")
        y += up + down + APART / 2
