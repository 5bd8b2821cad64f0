"""What numbers of somebody's own cannot tell apart: said, where a draw could not help.

Exact numbers are not drawn again. What they make the same at the digits asked for, whatever is
drawn for the rest, is no reason to refuse: it is waived in the gate and named, step and slip,
with the digits that would tell.

Source: docs/grading.md, on the quality gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from problems.arithmetic.elementary import FloatArray
from problems.arithmetic.precision import Precision
from problems.computation.solve import Solution, solve
from problems.computation.steps import Graph
from problems.drawing import gate
from problems.drawing.candidates import Candidates, key
from problems.drawing.design import Design
from problems.drawing.reasons import FINE, moved, nearby
from problems.drawing.separation import separation
from problems.drawing.untold import untold
from problems.formulas.labels import naming_of
from problems.rules.expression import Expression

SAMPLE = 256
"""Draws that are looked at, where something is drawn."""
MOSTLY = 0.5
"""Share of the draws in which further digits must tell, to be named."""
MOST_DIGITS = 10

Key = tuple[str, str, str, Expression | None]
"""Name, step, other and rule of a check."""


@dataclass(frozen=True)
class Indistinct:
    """A check of the gate that the exact numbers of a design fail."""

    name: str
    step: str
    kind: str
    """Of the step."""
    other: str
    asked: Precision
    """What the worksheet asks for."""
    enough: Precision | None
    """Fewest digits that would tell; None where not even `MOST_DIGITS` do."""


def key_of(check: gate.Check) -> Key:
    """What tells a check of a design from the others."""
    return check.name, check.step, check.other, check.rule


def forced(design: Design) -> frozenset[Key]:
    """Checks that no draw of a design with numbers of its own can pass.

    >>> from problems.drawing import family
    >>> forced(family.load("mazur").design())
    frozenset()
    """
    if not design.family.own:
        return frozenset()
    grids = tuple((id, grid.texts) for id, grid in design.grids.items())
    asked = design.asked, design.precision, design.family.low, design.version
    return frozenset(map(key_of, _forced(_Sampled(design), design.graph, asked, grids)))


def indistinct(design: Design) -> tuple[Indistinct, ...]:
    """The same in the order of the worksheet, each with the digits that would do."""
    if not design.family.own:
        return ()
    grids = tuple((id, grid.texts) for id, grid in design.grids.items())
    asked = design.asked, design.precision, design.family.low, design.version
    failed = _forced(_Sampled(design), design.graph, asked, grids)
    enough: dict[Key, Precision] = {}
    for precision in _finer(design.precision):
        left = [check for check in failed if key_of(check) not in enough]
        if not left:
            break
        sample = _Sample(replace(design, precision=precision))
        keys = {key_of(check) for check in left}
        told = [c for c in _checks(sample.design) if key_of(c) in keys]
        enough |= {key_of(c): precision for c in told if sample.refused(c) < MOSTLY}
    kinds = {id: step.kind for id, step in design.graph.steps.items()}
    found = [
        Indistinct(c.name, c.step, kinds[c.step], c.other, design.precision, enough.get(key_of(c)))
        for c in failed
    ]
    order = {id: n for n, id in enumerate(design.asked)}
    return tuple(sorted(dict.fromkeys(found), key=lambda one: order.get(one.step, -1)))


def vouched(design: Design) -> bool:
    """Whether what is drawn passes the gate in full: nothing was waived for exact numbers."""
    if design.fixed:
        return False
    seldom = untold(design)
    return all((step, rule) in seldom for _, step, _, rule in forced(design))


def _finer(precision: Precision) -> Iterator[Precision]:
    usual = precision.significant or precision.decimals or 4
    for more in range(1, MOST_DIGITS - usual + 1):
        kinds = tuple((kind, places + more) for kind, places in precision.kinds)
        if precision.significant is not None:
            yield replace(precision, significant=usual + more, kinds=kinds)
        else:
            yield replace(precision, decimals=usual + more, kinds=kinds)


def _checks(design: Design) -> tuple[gate.Check, ...]:
    low, version = design.family.low, design.version
    told = separation(design)
    return gate.checks(design.graph, design.asked, design.precision, low, version, told)


class _Sampled:
    """A design, handed through a cache whose other keys say all that matters of it."""

    def __init__(self, design: Design) -> None:
        self.design = design

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sampled)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=64)
def _forced(
    sampled: _Sampled,
    graph: Graph,
    asked: tuple[tuple[str, ...], Precision, float | None, int],
    grids: tuple[tuple[str, tuple[str, ...]], ...],
) -> tuple[gate.Check, ...]:
    sample = _Sample(sampled.design)
    resting = _resting(graph, sampled.design.always)
    return tuple(
        check
        for check in _checks(sampled.design)
        if check.step in resting and sample.refused(check) == 1.0
    )


def _resting(graph: Graph, always: frozenset[str]) -> frozenset[str]:
    """Steps that rest on a number that is the same in every draw."""
    found: set[str] = set()
    for id, step in graph.steps.items():
        if any(parent in always or parent in found for parent in step.parents):
            found.add(id)
    return frozenset(found)


class _Sample:
    """Some draws of a design, solved; one where all is exact."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.count = 1 if design.fixed else SAMPLE
        candidates = Candidates(design)
        drawn = candidates.values(
            candidates.attempts([key("sample", "forced", "draws")], 0, self.count)
        )
        ids, every = tuple(design.graph.givens), np.arange(self.count)
        there = nearby(ids, design.always, lambda id, alive: drawn[id][alive])
        kept = {id: there(id, every) for id in drawn}
        free = {id: moved(drawn[id], n, False) for n, id in enumerate(ids) if id in drawn}
        self._balls = solve(design.graph, drawn, design.precision)
        self._close = [self._solved(numbers) for numbers in (kept, free)]

    def _solved(self, numbers: Mapping[str, FloatArray]) -> Solution:
        return solve(self.design.graph, dict(numbers), FINE)

    def refused(self, check: gate.Check) -> float:
        """Share of the draws that fail a check, though other numbers would pass it."""
        with np.errstate(all="ignore"):
            return max(
                float(np.mean(np.asarray(check.refuses(self._balls, close))))
                for close in self._close
            )


# words -------------------------------------------------------------------------------------


def worded(design: Design, found: Sequence[Indistinct]) -> list[str]:
    """A line for each, in the names that are typed on the worksheet."""
    naming = naming_of(design.family.notation, design.plan)

    def named(id: str) -> str:
        try:
            return naming.label(id)
        except (KeyError, ValueError):
            return id

    return list(dict.fromkeys(_line(one, named(one.step), named(one.other)) for one in found))


def _line(one: Indistinct, step: str, other: str) -> str:
    asked = one.asked.worded(one.kind)
    more = one.enough.worded(one.kind).split(" ")[0] if one.enough else ""
    unit = "decimals" if one.asked.significant is None else "figures"
    help = f"{more} {unit} would" if more else f"no number of {unit} up to {MOST_DIGITS} would"
    match one.name:
        case "saturated":
            return f"{step}: a unit is saturated or dead"
        case "unbounded":
            return f"{step}: is not bounded, something is divided by what may be 0"
        case "pair":
            return f"{step}: two slips cannot be told from each other at {asked}; {help}"
        case "twins":
            return f"{step}: cannot be told from {other}, beside it, at {asked}; {help}"
        case "slip":
            other = f"'{one.other.replace('-', ' ')}'"
    return f"{step}: cannot be told from {other} at {asked}; {help}"
