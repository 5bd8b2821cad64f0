"""Two slips at one step: what one makes of a rule that another has changed already.

Slips are transformations of rules, so two of them are their composition. Some work on any
number whatever its rule (sign, decimal point, a factor too many): those are found by letting
them work on the step itself, and wrap whatever another slip gives. All others change a rule
from inside; two of these belong together only if they give the same number in either order,
for else one has spoilt what the other works on.

Source: docs/grading.md, Slips.
"""

from __future__ import annotations

import zlib
from collections import ChainMap, Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from problems.arithmetic.elementary import FloatArray, Number, array
from problems.computation.steps import Graph
from problems.misconceptions.catalogue import Site, WrongRule
from problems.misconceptions.names import BOTH
from problems.misconceptions.slips import COPIED, TRIED, named_only, wrong_rules
from problems.rules.expression import NUMBERS, Expression, Ref

PLACE = {entry.name: n for n, entry in enumerate(TRIED)}
NUDGE = 1e-6
"""By how much a number is moved to see how a slip stretches it."""
GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two slips at a step, by falling likelihood."""

    step: str
    singles: tuple[WrongRule, ...]
    """Every wrong rule of the step by itself."""
    names: tuple[str, ...]
    """Of each pair: the names of its slips in the order of the catalogue."""
    bases: tuple[WrongRule, ...]
    wraps: tuple[WrongRule, ...]
    composed: tuple[Expression, ...]
    order: tuple[int, ...]
    """Which of all wrapped and composed rules the pairs are."""

    def numbers(
        self, values: Mapping[str, FloatArray], shape: tuple[int, ...]
    ) -> tuple[FloatArray, FloatArray]:
        """What each pair gives, and how far a wrap stretches what it works on.

        Args:
            values: for each id that the rules read its numbers.
            shape: of these numbers.

        Returns:
            Two arrays over pairs and the shape: the numbers, and how much they change for each
            1 of the number inside, at least 1. Who shifts the point of a number that was
            rounded already is ten times as far off.
        """
        inner = stacked([base.rule for base in self.bases], values, shape)
        outer, moved = (self._wrapped(values, inner + by) for by in (0.0, NUDGE))
        composed = stacked(self.composed, values, shape)
        stretch = [np.abs(b - a) / NUDGE for a, b in zip(outer, moved, strict=True)]
        found = np.concatenate([*outer, composed])
        stretched = np.fmax(1.0, np.concatenate([*stretch, np.ones_like(composed)]))
        order = list(self.order)
        return found[order], stretched[order]

    def _wrapped(self, values: Mapping[str, FloatArray], inner: FloatArray) -> list[FloatArray]:
        known = ChainMap({self.step: inner}, values)  # type: ignore[arg-type]
        return [np.broadcast_to(w.rule.evaluate(known, NUMBERS), inner.shape) for w in self.wraps]


def stacked(
    rules: tuple[Expression, ...] | list[Expression],
    values: Mapping[str, FloatArray],
    shape: tuple[int, ...],
) -> FloatArray:
    """The numbers of several rules as one array, shape (rules, *shape)."""
    found: FloatArray = np.empty((len(rules), *shape))
    for n, rule in enumerate(rules):
        found[n] = rule.evaluate(values, NUMBERS)
    return found


@lru_cache(maxsize=4096)
def pairs(graph: Graph, id: str) -> Pairs:
    """Every two catalogued slips that can meet at a step.

    >>> from problems.computation.graph import build
    >>> from problems.computation.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(2, (Layer(1),))))
    >>> {"plus-for-minus+rate-left-out", "sign-flipped+point-shifted"} <= {
    ...     *pairs(graph, "new.w.1.1.1").names
    ... }
    True
    """
    singles = (*wrong_rules(graph, id), *named_only(graph, id))
    bases = tuple(one for one in singles if one.gated and one.slip not in COPIED)
    wraps = tuple(_wraps(graph, id))
    wrapping = {wrap.slip for wrap in wraps}
    composed = dict(_composed(graph, id, [b for b in bases if b.slip not in wrapping]))
    every = [(base.slip, wrap.slip) for wrap in wraps for base in bases]
    outside = [
        a != b and (a not in wrapping or PLACE[a] < PLACE[b])  # of two wraps the order is free
        for a, b in every
    ]
    every += composed.values()
    outside += [True] * len(composed)
    often = Counter(wrong.slip for wrong in singles)
    # A slip with many rules is the less likely to be meant by each of them.
    rare = [max(1, often[a]) * max(1, often[b]) for a, b in every]
    order = sorted(np.flatnonzero(outside).tolist(), key=rare.__getitem__)
    names = tuple(BOTH.join(sorted(every[n], key=PLACE.__getitem__)) for n in order)
    return Pairs(id, singles, names, bases, wraps, tuple(composed), tuple(order))


def _applied(graph: Graph, id: str, rule: Expression) -> Iterator[WrongRule]:
    """What every slip makes of a rule that stands in a step's place."""
    site = Site(graph, replace(graph.steps[id], rule=rule), graph.parse(id))
    for entry in TRIED:
        if entry.gated and entry.applies(site.id.row):
            for wrong, _ in entry.made(site):
                if wrong != rule:
                    yield WrongRule(entry.name, wrong)


def _wraps(graph: Graph, id: str) -> Iterator[WrongRule]:
    """Slips that work on any number at a step; their rules read the step itself."""
    found: set[Expression] = set()
    for wrong in _applied(graph, id, Ref(id)):
        if id in wrong.rule.refs() and wrong.rule not in found:
            found.add(wrong.rule)
            yield wrong


def _composed(
    graph: Graph, id: str, bases: list[WrongRule]
) -> Iterator[tuple[Expression, tuple[str, str]]]:
    """Two slips inside a rule that give one number in either order."""
    inside = {base.slip for base in bases}
    known = {_print(base.rule) for base in bases} | {_print(graph.steps[id].rule)}
    before: dict[tuple[tuple[str, str], bytes], Expression] = {}
    for base in bases:
        for wrong in _applied(graph, id, base.rule):
            if wrong.slip in inside and wrong.slip != base.slip:
                number = _print(wrong.rule)
                if number not in known and ((wrong.slip, base.slip), number) in before:
                    known.add(number)
                    yield wrong.rule, (base.slip, wrong.slip)
                before[(base.slip, wrong.slip), number] = wrong.rule


def _print(rule: Expression) -> bytes:
    """Tells rules apart as functions: their values where each id has numbers of its own."""
    points = {
        ref: 0.1 + 0.8 * ((np.arange(1, 4) * (zlib.crc32(ref.encode()) % 9973) * GOLDEN) % 1.0)
        for ref in rule.refs()
    }
    with np.errstate(all="ignore"):
        found: Number = rule.evaluate(points, NUMBERS)
    return f"{np.array2string(array(found), precision=9)}".encode()
