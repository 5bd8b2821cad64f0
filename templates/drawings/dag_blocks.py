"""Which quantities of a recipe are drawn as one: a matrix as a grid, a long vector as a column.

What is read along a recurrence stays apart for each of its steps, so that no block reads itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from problems.computation.kinds import Role
from problems.computation.steps import Graph
from problems.recipes import names
from problems.recipes.recipe import Recipe

FEW = 3
"""Entries of a vector that are drawn as nodes of their own."""


class Block(NamedTuple):
    """Quantities of one name that are drawn as one node, row by row."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    time: int | None = None
    """Their step of the recurrence that they belong to."""

    @property
    def ids(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(id for row in self.rows for id in row)


class Read(NamedTuple):
    """That one quantity reads another one, or its gradient."""

    source: str
    target: str
    backward: bool


def forward_ids(graph: Graph) -> tuple[str, ...]:
    """Givens and what lines define, each after what it reads; no derivatives."""
    steps = (id for id in graph.steps if graph.parse(id).role is Role.QUANTITY)
    return (*graph.givens, *steps)


def reads(graph: Graph) -> Iterator[Read]:
    """Who reads what among the forward quantities; always one that stands before it."""
    assert isinstance(graph.plan, Recipe)
    derivatives = graph.plan.program.derivatives
    met: set[str] = set()
    for id in forward_ids(graph):
        step = graph.steps.get(id)
        for parent in step.parents if step else ():
            found = derivatives.get(names.bare(parent))
            if not found:
                yield Read(parent, id, False)
            elif found.by in met:
                yield Read(found.by, id, True)
        met.add(id)


@lru_cache(maxsize=64)
def blocks(graph: Graph, few: int = FEW) -> tuple[Block, ...]:
    """The blocks of a recipe's graph, each after what it reads.

    Args:
        graph: of a recipe.
        few: entries of a vector that are nodes of their own; with 0 there is one block a name,
            over all steps of time, which may read itself and later ones.
    """
    ids = forward_ids(graph)
    found = list(reads(graph))
    if few == 0:
        own: dict[str, list[str]] = {}
        for id in (*(id for id in ids if id in graph.steps), *graph.givens):
            own.setdefault(names.name(id), []).append(id)
        given = [name for name, entries in own.items() if entries[0] not in graph.steps]
        order = dict.fromkeys([*given, *own])
        return tuple(one for name in order for one in _shaped(name, own[name], None, 1))
    times = _Times(ids, found).found()
    groups: dict[str, list[str]] = {}
    for id in ids:
        groups.setdefault(_key(id, times), []).append(id)
    split: list[Block] = []
    for members in groups.values():
        name = names.name(members[0])
        split += _shaped(name, members, times.get(name), few)
    return _in_order(split, found)


def _key(id: str, times: Mapping[str, int | None]) -> str:
    """Name, or name and time, or id of what it is drawn together with."""
    name, at, _ = names.apart(id)
    if name not in times:
        return name
    place = times[name]
    return id if place is None else names.entry(name, at[place : place + 1])


def _shaped(name: str, ids: Sequence[str], place: int | None, few: int) -> Iterator[Block]:
    """A grid, a column, or each quantity for itself; of one step of time, if that has a place."""
    time = None if place is None else names.apart(ids[0]).indices[place]
    rest = {id: _without(id, place) for id in ids}
    deep = len(rest[ids[0]])
    if len(ids) > 1 and (deep > 1 or len(ids) > few):
        lines: dict[tuple[int, ...], list[str]] = {}
        for id in sorted(ids, key=rest.__getitem__):
            lines.setdefault(rest[id][:-1] if deep > 1 else rest[id], []).append(id)
        yield Block(name, tuple(map(tuple, lines.values())), time)
    else:
        yield from (Block(name, ((id,),), time) for id in ids)


def _without(id: str, place: int | None) -> tuple[int, ...]:
    return tuple(index for n, index in enumerate(names.apart(id).indices) if n != place)


def _in_order(found: Sequence[Block], between: Sequence[Read]) -> tuple[Block, ...]:
    """Each block after those that it reads, else as they stand."""
    of = {id: n for n, block in enumerate(found) for id in block.ids}
    waits: list[set[int]] = [set() for _ in found]
    for read in between:
        if of[read.source] != of[read.target]:
            waits[of[read.target]].add(of[read.source])
    order: list[int] = []
    done: set[int] = set()
    while len(order) < len(found):
        ready = [n for n in range(len(found)) if n not in done and waits[n] <= done]
        order += ready
        done |= set(ready)
    return tuple(found[n] for n in order)


class _Times:
    """Names that stay apart along a recurrence, and by which of their indices."""

    def __init__(self, ids: Sequence[str], between: Sequence[Read]) -> None:
        self.ids = ids
        self.reads = between
        self.names: dict[str, list[str]] = {}
        for id in ids:
            self.names.setdefault(names.name(id), []).append(id)
        self.places: dict[str, int | None] = {}

    def found(self) -> Mapping[str, int | None]:
        """Name -> place of the index that is its time; None where each entry stands alone."""
        ring = self.cyclic()
        if ring:
            before = self.ancestors()
            for name in ring:
                self.places[name] = self.place(name, before)
        for name in self.cyclic():
            self.places[name] = None
        while self.follow():
            pass
        return self.places

    def key(self, id: str) -> str:
        return _key(id, self.places)

    def cyclic(self) -> list[str]:
        """Names with blocks that read themselves, by whatever way."""
        above: dict[str, set[str]] = {}
        for read in self.reads:
            above.setdefault(self.key(read.target), set()).add(self.key(read.source))
        found: dict[str, None] = {}
        for key in above:
            if key in _reached(above, key):
                found[names.name(key)] = None
        return list(found)

    def ancestors(self) -> dict[str, set[str]]:
        """Id -> ids of its own name that it depends on."""
        parents: dict[str, list[str]] = {id: [] for id in self.ids}
        for read in self.reads:
            parents[read.target].append(read.source)
        at = {id: n for n, id in enumerate(self.ids)}
        bits: dict[str, int] = {}
        for id in self.ids:
            bits[id] = 0
            for parent in parents[id]:
                bits[id] |= bits[parent] | (1 << at[parent])
        return {
            id: {other for other in self.names[names.name(id)] if bits[id] >> at[other] & 1}
            for id in self.ids
        }

    def place(self, name: str, before: Mapping[str, set[str]]) -> int | None:
        """The first index that grows along every way from an entry to another one."""
        pairs = [
            (_without(other, None), _without(id, None))
            for id in self.names[name]
            for other in before[id]
        ]
        deep = self.names[name][0].count(".")
        for strict in (True, False):
            for n in range(deep):
                if all(a[n] < b[n] if strict else a[n] <= b[n] for a, b in pairs):
                    return n
        return None

    def follow(self) -> bool:
        """Let one more name follow those that it reads or that read it, step by step."""
        for name, ids in self.names.items():
            if name in self.places or "." not in ids[0]:
                continue
            for place in range(ids[0].count(".")):
                if self.goes_along(name, place):
                    self.places[name] = place
                    return True
        return False

    def goes_along(self, name: str, place: int) -> bool:
        """Whether its index keeps in step with the times of what it reads and is read by."""
        apart: dict[str, set[int]] = {}
        times: set[int] = set()
        for read in self.reads:
            for own, other in ((read.source, read.target), (read.target, read.source)):
                time = self.time(other)
                if names.name(own) == name and time is not None:
                    at = names.apart(own).indices[place]
                    apart.setdefault(names.name(other), set()).add(at - time)
                    times.add(at)
        return len(times) > 1 and all(len(found) == 1 for found in apart.values())

    def time(self, id: str) -> int | None:
        name, at, _ = names.apart(id)
        place = self.places.get(name)
        return None if place is None else at[place]


def _reached(above: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    stack = list(above.get(start, ()))
    while stack:
        key = stack.pop()
        if key not in found:
            found.add(key)
            stack.extend(above.get(key, ()))
    return found
