"""Layered drawings of graphs: layers by longest path, few crossings, straight lines.

After Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system
structures" (1981): lines over several layers go through places of their own, the order within a
layer follows barycentres, and positions within it are the least squares to their neighbours.
Nothing is left to chance: the same graph gets the same drawing.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

SWEEPS = 12
ROUNDS = 24
AIR = 14.0
"""Between two things of a layer, in pixels."""
LANE = 5.0
"""Half of what a line needs that passes a layer."""
STRAIGHT, SERIES = 16.0, 4.0
"""How much more a passing line, and two nodes that have only each other, want to be straight
than a node wants to be near its neighbours."""


NEARLY, BEND = 16.0, 40.0
"""Up to where two places are put in line that are nearly so: nodes, and what lines pass."""


class Extent(NamedTuple):
    """Room that something takes: along the flow, and across it on both sides of its line."""

    along: float
    before: float
    after: float


class Link(NamedTuple):
    """A line between two nodes, with the room of its label."""

    source: int
    target: int
    label: Extent | None = None


@dataclass
class Place:
    """Something in a layer: a node, a label, or where a line passes."""

    layer: int
    extent: Extent
    source: int
    """The node that its line comes from; of a node itself."""
    node: int | None = None
    link: int | None = None
    """The link whose label it is."""
    at: float = 0.0
    """Of its line, across the flow."""
    above: list[int] = field(default_factory=list)
    """Places that lead to it."""
    below: list[int] = field(default_factory=list)


class Layered:
    """A graph in layers, with a position for everything.

    Args:
        extents: room of each node.
        links: lines; each leads from an earlier node to a later one.
        fixed: layers of the nodes, where they are known already.
    """

    def __init__(
        self, extents: Sequence[Extent], links: Sequence[Link], fixed: Sequence[int] | None = None
    ) -> None:
        self.links = links
        own = fixed or by_longest_path(len(extents), links)
        labelled = sorted({own[link.target] for link in links if link.label})
        shift = [layer + sum(n <= layer for n in labelled) for layer in range(max(own) + 1)]
        self.places = [Place(shift[own[n]], extent, n, node=n) for n, extent in enumerate(extents)]
        self._passing: dict[tuple[int, int], int] = {}
        for n, link in enumerate(links):
            self._lead(n, link)
        self.layers: list[list[int]] = [[] for _ in range(1 + max(p.layer for p in self.places))]
        for n in self._first_order():
            self.layers[self.places[n].layer].append(n)
        self._uncross()
        self._align()

    # places that lines pass ------------------------------------------------------------------

    def _lead(self, number: int, link: Link) -> None:
        last = self.places[link.target].layer - (1 if link.label else 0)
        n = link.source
        for layer in range(self.places[n].layer + 1, last):
            n = self._pass(link.source, layer, n)
        if link.label:
            self.places.append(Place(last, link.label, link.source, link=number))
            self._join(n, len(self.places) - 1)
            n = len(self.places) - 1
        self._join(n, link.target)

    def _pass(self, source: int, layer: int, before: int) -> int:
        """The place where all lines from one source pass a layer."""
        if (source, layer) not in self._passing:
            self.places.append(Place(layer, Extent(0.0, LANE, LANE), source))
            self._passing[source, layer] = len(self.places) - 1
            self._join(before, len(self.places) - 1)
        return self._passing[source, layer]

    def _join(self, a: int, b: int) -> None:
        if b not in self.places[a].below:
            self.places[a].below.append(b)
            self.places[b].above.append(a)

    # order within layers -----------------------------------------------------------------------

    def _first_order(self) -> list[int]:
        """From each end of the graph backward: what is read first stands first."""
        found: dict[int, None] = {}

        def visit(start: int) -> None:
            stack = [start]
            while stack:
                n = stack.pop()
                if n not in found:
                    found[n] = None
                    stack.extend(reversed(self.places[n].above))

        for n in range(len(self.places) - 1, -1, -1):
            if not self.places[n].below:
                visit(n)
        return list(found)

    def _uncross(self) -> None:
        best, fewest = [list(layer) for layer in self.layers], self.crossings()
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            order = self.layers if down else self.layers[::-1]
            for layer in order[1:]:
                self._by_barycentre(layer, down)
            now = self.crossings()
            if now < fewest:
                best, fewest = [list(layer) for layer in self.layers], now
        self.layers = best

    def _by_barycentre(self, layer: list[int], down: bool) -> None:
        rank = {n: k for one in self.layers for k, n in enumerate(one)}
        centre = {}
        for k, n in enumerate(layer):
            near = self.places[n].above if down else self.places[n].below
            centre[n] = sum(rank[m] for m in near) / len(near) if near else float(k)
        layer.sort(key=centre.__getitem__)

    def crossings(self) -> int:
        """How many pairs of lines between neighbouring layers cross."""
        found = 0
        for upper, lower in pairwise(self.layers):
            at = {n: k for k, n in enumerate(lower)}
            met: list[int] = []
            for n in upper:
                ends = [at[m] for m in self.places[n].below]
                found += sum(len(met) - bisect_right(met, end) for end in ends)
                for end in ends:
                    insort(met, end)
        return found

    # positions -----------------------------------------------------------------------------------

    def _align(self) -> None:
        for layer in self.layers:
            self._settle(layer, [0.0] * len(layer), [1.0] * len(layer))
        for turn in range(ROUNDS):
            for layer in self.layers if turn % 2 == 0 else self.layers[::-1]:
                wishes = [self._wish(n) for n in layer]
                self._settle(layer, [at for at, _ in wishes], [weight for _, weight in wishes])
        self._straighten()

    def _straighten(self) -> None:
        """Put in line what is nearly so, the nearest first; what is in line moves together."""
        group = {n: {n} for n in range(len(self.places))}
        pairs = [(n, m) for n, place in enumerate(self.places) for m in place.below]
        for n, m in sorted(pairs, key=lambda pair: (self._bend(*pair), pair)):
            bend = self.places[m].at - self.places[n].at
            passing = self.places[n].node is None or self.places[m].node is None
            if group[n] is group[m] or abs(bend) > (BEND if passing else NEARLY):
                continue
            for moving, by in ((group[m], -bend), (group[n], bend)):
                if all(self._has_room(k, by, moving) for k in moving):
                    for k in moving:
                        self.places[k].at += by
                    together = group[n] | group[m]
                    group |= dict.fromkeys(together, together)
                    break

    def _bend(self, n: int, m: int) -> float:
        return abs(self.places[m].at - self.places[n].at)

    def _has_room(self, n: int, by: float, moving: set[int]) -> bool:
        """Whether a place can move, together with others, and stay clear of its neighbours."""
        layer = self.layers[self.places[n].layer]
        k = layer.index(n)
        if by > 0 and k + 1 < len(layer):
            return layer[k + 1] in moving or self._gap(n, layer[k + 1]) - by >= AIR - 1e-6
        if by < 0 and k > 0:
            return layer[k - 1] in moving or self._gap(layer[k - 1], n) + by >= AIR - 1e-6
        return True

    def _gap(self, n: int, m: int) -> float:
        """Between two neighbours of a layer."""
        a, b = self.places[n], self.places[m]
        return b.at - b.extent.before - a.at - a.extent.after

    def _wish(self, n: int) -> tuple[float, float]:
        """Where its neighbours would have it, and how much."""
        place = self.places[n]
        pulls = [(self.places[m].at, self._pull(m, n)) for m in place.above]
        pulls += [(self.places[m].at, self._pull(n, m)) for m in place.below]
        weight = sum(pull for _, pull in pulls)
        if not weight:
            return place.at, 0.1
        return sum(at * pull for at, pull in pulls) / weight, weight

    def _pull(self, n: int, m: int) -> float:
        """How much two joined places want to be in line."""
        a, b = self.places[n], self.places[m]
        if a.node is None and b.node is None:
            return STRAIGHT
        alone = len(a.below) == 1 and len(b.above) == 1
        return SERIES if alone else 1.0

    def _settle(self, layer: list[int], wishes: list[float], weights: list[float]) -> None:
        """Positions with room for everything, nearest to the wishes (isotonic regression)."""
        offset, offsets = 0.0, []
        for k, n in enumerate(layer):
            if k:
                before = self.places[layer[k - 1]]
                offset += before.extent.after + AIR + self.places[n].extent.before
            offsets.append(offset)
        pools: list[list[float]] = []
        for wish, weight, offset in zip(wishes, weights, offsets, strict=True):
            pools.append([wish - offset, weight, 1])
            while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
                value, heavy, count = pools.pop()
                last = pools[-1]
                last[0] = (last[0] * last[1] + value * heavy) / (last[1] + heavy)
                last[1] += heavy
                last[2] += count
        settled = [value for value, _, count in pools for _ in range(int(count))]
        for n, value, offset in zip(layer, settled, offsets, strict=True):
            self.places[n].at = value + offset


def by_longest_path(count: int, links: Sequence[Link]) -> list[int]:
    """The layer of each node; what reads nothing stands right before its first reader.

    >>> by_longest_path(4, [Link(0, 1), Link(1, 2), Link(3, 2)])
    [0, 1, 2, 1]
    """
    layers = [0] * count
    for link in sorted(links, key=lambda link: link.target):
        layers[link.target] = max(layers[link.target], layers[link.source] + 1)
    fed = {link.target for link in links}
    for n in range(count):
        readers = [layers[link.target] for link in links if link.source == n]
        if n not in fed and readers:
            layers[n] = min(readers) - 1
    return layers
