"""Which value stands behind the children of a step that is not written.

Each wrong child, solved for the unwritten value with its other parents as the student has them,
tells a value; children that fit the same value explain each other. Values that catalogued slips
give are tried too. A child is explained by one unwritten step alone: of steps that claim it the
one counts that explains the most. Source: docs/grading.md, Unwritten steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from grader.marking.batch import (
    BLANK,
    CARRIED,
    CORRECT,
    IMPRECISE,
    SLIP,
    UNDETERMINED,
    UNREADABLE,
    VERDICTS,
    WRONG,
    Batch,
    Codes,
    Indices,
    Standing,
    gathered,
    spread,
)
from grader.marking.inversion import Reader
from problems.arithmetic.ball import Ball, apart
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.computation.solve import rule_ball
from problems.computation.steps import Graph, Step
from problems.misconceptions.slips import OF_THE_PEN, wrong_rules
from problems.rules.expression import BALLS, Expression, Ref, replaced

FEWEST = 2
"""So many wrong children at least must agree on an unwritten value."""
NARROW = 0.4
"""How far off it may be, as a share of the value, for them to tell it."""
IS_FINE = np.isin(np.arange(len(VERDICTS)), (CORRECT, CARRIED, IMPRECISE))
"""By verdict: whether an answer is right or follows."""
AGREES = IS_FINE | (np.arange(len(VERDICTS)) == UNDETERMINED)
"""By verdict: whether an answer speaks for the values that it rests on."""
NAMELESS = ""


@dataclass(frozen=True)
class Inferred:
    """The value behind the children of an unwritten step, for some submissions."""

    step: str
    at: Indices
    value: FloatArray
    off: FloatArray
    """How far the value may be off."""
    slips: Sequence[str]
    """The catalogued slip that gives the value; empty where none does."""
    explained: Mapping[str, BoolArray]
    """Child -> where the value explains it."""
    rank: FloatArray
    """How many children it explains; a half more where no right answer speaks against it, a
    quarter more where a slip gives it."""


class Known(dict[str, Ball]):
    """What children take from each step, for some submissions, found when it is first read."""

    def __init__(self, batch: Batch, graph: Graph, standing: Standing, at: Indices) -> None:
        super().__init__()
        self._batch, self._graph, self._at = batch, graph, at
        self._standing = standing

    def __missing__(self, id: str) -> Ball:
        walked = self._standing[id].effective
        if walked is not None:
            ball = gathered(walked, self._at, self._batch.count)
        else:
            step = self._graph.steps[id]
            ball = rule_ball(step.kind, step.rule, self, self._batch.precision)
        self[id] = ball
        return ball


def inferred(batch: Batch, graph: Graph, standing: Standing) -> list[Inferred]:
    """The values of unwritten steps that wrong answers agree on.

    Args:
        batch: the submissions.
        graph: the steps, those that may have been worked without being asked for among them.
        standing: what the walk found, slips named.

    Returns:
        By step; no two of one submission explain the same child.
    """
    found = []
    ways = routes(graph, batch.asked)
    for id, where in _doubtful(ways, standing.verdicts):
        at = np.flatnonzero(where)
        behind = _Behind(batch, graph, standing, graph.steps[id], ways[id], at).agreed()
        if behind is not None:
            found.append(behind)
    return _claimed(found)


class Route(NamedTuple):
    """How an answered step reads one that is not."""

    child: str
    rule: Expression
    own: bool
    """Whether it is the child's own rule, and not another right way to it."""


@lru_cache(maxsize=256)
def routes(graph: Graph, asked: tuple[str, ...]) -> Mapping[str, tuple[Route, ...]]:
    """Step -> the asked steps that read it, directly or through steps that are not asked for.

    A step that only one other reads, which is not asked for either, is left out: whatever the
    one explains the other does.
    """
    found: dict[str, tuple[Route, ...]] = {}
    written = set(asked)
    for id in reversed(list(graph.steps)):
        children = [graph.steps[child] for child in graph.children[id]]
        between = [c for c in children if c.id not in written and id in c.rule.refs()]
        through: dict[Expression, Expression] = {Ref(c.id): c.rule for c in between}
        ways: dict[str, Route] = {}
        for child in children:
            read = [rule for rule in (child.rule, *child.others) if id in rule.refs()]
            if read and child.id in written:
                ways[child.id] = Route(child.id, read[0], read[0] is child.rule)
        for route in (route for c in between for route in found[c.id]):
            ways.setdefault(route.child, route)
        found[id] = tuple(
            route._replace(rule=replaced(route.rule, through.get)) for route in ways.values()
        )
    return {
        id: found[id] for id in graph.steps if id in written or not _is_idle(graph, id, written)
    }


def _is_idle(graph: Graph, id: str, written: set[str]) -> bool:
    """Whether one other step alone reads a step and is not asked for either."""
    children = graph.children[id]
    return len(children) == 1 and children[0] not in written


def _doubtful(
    routes: Mapping[str, Sequence[Route]], verdicts: Mapping[str, Codes]
) -> Iterator[tuple[str, BoolArray]]:
    """Unwritten steps, and where so many of their children are lost that they may explain them.

    One is enough for a step that is asked and blank; two must agree on one that is not asked.
    """
    lost = {id: is_lost(verdict) for id, verdict in verdicts.items()}
    lost = {id: here for id, here in lost.items() if here.any()}
    for id, ways in routes.items():
        children = [lost[way.child] for way in ways if way.child in lost]
        asked = id in verdicts
        if len(children) < (1 if asked else FEWEST):
            continue
        if asked:
            where = np.logical_or.reduce(children)
            where &= (verdicts[id] == BLANK) | (verdicts[id] == UNREADABLE)
        else:
            where = np.sum(children, axis=0) >= FEWEST
        if where.any():
            yield id, where


def is_lost(verdict: Codes) -> BoolArray:
    """Where an answer is wrong, whether a slip is found or not."""
    lost: BoolArray = (verdict == WRONG) | (verdict == SLIP)
    return lost


class _Behind:
    """One unwritten step and its children, in the submissions where they may tell it."""

    def __init__(
        self,
        batch: Batch,
        graph: Graph,
        standing: Standing,
        step: Step,
        ways: Sequence[Route],
        at: Indices,
    ) -> None:
        self.batch, self.graph, self.step, self.at = batch, graph, step, at
        self.known = Known(batch, graph, standing, at)
        self.rules = wrong_rules(graph, step.id)
        verdicts = standing.verdicts
        self.verdicts = {route.child: verdicts[route.child][at] for route in ways}
        self.fewest = 1 if step.id in verdicts else FEWEST
        self.readers = [self._reader(route) for route in ways]
        self.lost = [(r, is_lost(self.verdicts[r.child])) for r in self.readers]
        self.lost = [(r, here) for r, here in self.lost if here.any()]

    def _reader(self, route: Route) -> Reader:
        refs = dict.fromkeys(ref for ref in route.rule.refs() if ref != self.step.id)
        beside = {ref: self.known[ref] for ref in refs}
        answer = self.batch.values[route.child][self.at]
        unit = self._unit(self.graph.steps[route.child], answer)
        return Reader(route.child, self.step.id, route.rule, route.own, beside, answer, unit)

    def _unit(self, step: Step, value: FloatArray) -> FloatArray:
        """One unit of the last place asked for; of no number that of 0."""
        number = np.where(np.isfinite(value), value, 0.0)
        unit = self.batch.precision.unit(step.kind, Ball(number, 0.0))
        return np.broadcast_to(array(unit), value.shape)

    def agreed(self) -> Inferred | None:
        """The value that explains most wrong children; None where there is none.

        Two children at least must agree; of a step that is asked and blank one is enough, if a
        catalogued slip explains all that are wrong. No child that is right by its own rule may
        contradict.
        """
        if len(self.lost) < self.fewest:
            return None
        middle, off, slip = self._candidates()
        agree, good, fits, far = self._judged(middle, off, slip >= 0)
        if not good.any():
            return None
        strict = self._is_undisputed(middle, off, good)
        # Of those that explain most, one that nothing speaks against, then the nearest.
        rank = np.where(good, agree + 0.5 * strict + 0.25 * (slip >= 0), 0.0)
        best = np.argmin(np.where(rank == rank.max(axis=0), far, np.inf), axis=0)
        rows = np.flatnonzero(good.any(axis=0))
        pick = best[rows], rows
        return Inferred(
            self.step.id,
            self.at[rows],
            middle[pick],
            off[pick],
            [self.rules[n].slip if n >= 0 else NAMELESS for n in slip[pick].tolist()],
            {child: fit[pick] for child, fit in fits.items()},
            rank[pick],
        )

    def _candidates(self) -> tuple[FloatArray, FloatArray, Indices]:
        """Values that may stand behind wrong children: (candidates, at).

        First what each child tells that is a straight line in the step, then those of
        catalogued slips.

        Returns:
            The values, how far off each may be, and which wrong rule gives it; -1 for none.
        """
        told = [reader.solved() for reader, _ in self.lost]
        middle = np.stack(
            [np.where(here, m, np.nan) for (m, _), (_, here) in zip(told, self.lost, strict=True)]
        )
        off = np.stack([off for _, off in told])
        if not self.rules:
            return middle, off, np.full(middle.shape, -1, dtype=np.int64)
        wrong = self._catalogue()
        number = array(wrong.m)
        every = np.concatenate((middle, number))
        offs = np.concatenate((off, self._unit(self.step, number)))
        return every, offs, self._slips(every, offs, wrong)

    def _catalogue(self) -> Ball:
        """What each wrong rule gives at the student's own values: (rules, at)."""
        size = len(self.at)
        balls: list[Ball] = [wrong.rule.evaluate(self.known, BALLS) for wrong in self.rules]
        ball = Ball(
            np.stack([spread(ball.m, size) for ball in balls]),
            np.stack([spread(ball.r, size) for ball in balls]),
        )
        return ball.widened(self.batch.precision.unit(self.step.kind, ball))

    def _slips(self, middle: FloatArray, off: FloatArray, wrong: Ball) -> Indices:
        """Which wrong rule gives a candidate, the nearest; -1 where none: (candidates, at)."""
        m, r = array(wrong.m)[:, None], array(wrong.r)[:, None]
        distance = np.abs(middle - m)
        hit = (distance <= r + off) & np.asarray(apart(Ball(m, r), Ball(0.0, 0.0)))
        pen = np.array([rule.slip in OF_THE_PEN for rule in self.rules])
        misconceived = hit[~pen].any(axis=0)
        hit &= ~(pen[:, None, None] & misconceived)  # the pen explains what no misconception does
        nearest = np.where(hit, distance, np.inf).argmin(axis=0)
        return np.where(hit.any(axis=0), nearest, -1)

    def _judged(
        self, middle: FloatArray, off: FloatArray, named: BoolArray
    ) -> tuple[FloatArray, BoolArray, dict[str, BoolArray], FloatArray]:
        """Per candidate: how many children agree, whether that is enough, who, and how far off."""
        agree, telling, far = (np.zeros(middle.shape) for _ in range(3))
        nameless, sharp = (np.zeros(middle.shape, dtype=bool) for _ in range(2))
        fits: dict[str, BoolArray] = {}
        for reader, here in self.lost:
            distance, most = reader.misfit(middle, off)
            fit = (distance <= most) & here
            fits[reader.child] = fit
            agree += fit
            telling += fit & reader.tells()
            sharp |= fit & reader.moves(middle, NARROW)
            nameless |= fit & (self.verdicts[reader.child] == WRONG)
            far += np.where(fit, distance, 0.0)
        wrong = np.sum([here for _, here in self.lost], axis=0)
        # Where every child has a slip of its own, those explain as much.
        good = (telling >= FEWEST) & (off <= NARROW * np.abs(middle)) & nameless
        good |= named & (agree >= self.fewest) & (agree == wrong) & sharp
        good &= np.abs(middle - array(self.known[self.step.id].m)) > off
        for reader in self.readers:
            here = self._is_fine(reader)
            if reader.own and here.any():
                distance, most = reader.misfit(middle, off)
                good &= ~here | (distance <= most)
        return agree, good, fits, far

    def _is_fine(self, reader: Reader) -> BoolArray:
        fine: BoolArray = AGREES[self.verdicts[reader.child]]
        return fine

    def _is_undisputed(self, middle: FloatArray, off: FloatArray, good: BoolArray) -> BoolArray:
        """Where no right child speaks against a candidate that may be worked another way too."""
        undisputed = good.copy()
        for reader in self.readers:
            here = self._is_fine(reader)
            if not reader.own and here.any():
                distance, most = reader.misfit(middle, off)
                undisputed &= ~here | (distance <= most)
        return undisputed


def _claimed(found: Sequence[Inferred]) -> list[Inferred]:
    """Each child is explained once: by the step that explains most, else by the first."""
    if not found:
        return []
    some = np.unique(np.concatenate([behind.at for behind in found]))
    at = [np.searchsorted(some, behind.at) for behind in found]
    rank = np.zeros((len(found), len(some)))
    explained: dict[str, BoolArray] = {}
    for n, behind in enumerate(found):
        rank[n, at[n]] = behind.rank
        for child, fit in behind.explained.items():
            claims = explained.setdefault(child, np.zeros(rank.shape, dtype=bool))
            claims[n, at[n]] = fit
    kept = np.zeros(rank.shape, dtype=bool)
    rows = np.arange(len(some))
    while rank.any():
        best = rank.argmax(axis=0)
        won = rank[best, rows] > 0
        kept[best[won], rows[won]] = True
        for claims in explained.values():
            rank[claims & claims[best, rows] & won] = 0.0
    return [_some(behind, kept[n, at[n]]) for n, behind in enumerate(found) if kept[n].any()]


def _some(behind: Inferred, kept: BoolArray) -> Inferred:
    """Some of the submissions of a value found."""
    return Inferred(
        behind.step,
        behind.at[kept],
        behind.value[kept],
        behind.off[kept],
        [slip for slip, here in zip(behind.slips, kept.tolist(), strict=True) if here],
        {child: fit[kept] for child, fit in behind.explained.items()},
        behind.rank[kept],
    )
