"""Follow-through from the computation itself, for one submission or a column of them.

The graph of steps is walked once. A step that misses its true ball is tried again with the
student's own earlier values: each deviating parent enters as written, as it truly is, or as
it follows from the student's values before it (who copies wrongly carries on with what the
calculator shows). Steps left blank, unreadable or not asked for are recomputed from the
nearest answered ancestors.

All quantities are arrays over submissions of one plan, so one student and a million are
marked by the same lines. Source: docs/grading.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from problems import ids
from problems.ball import Ball, apart, within
from problems.elementary import BoolArray, FloatArray, array
from problems.expression import BALLS, Expression
from problems.gate import is_straight
from problems.graph import Graph, Step
from problems.precision import Precision
from problems.solve import Solution

BLANK, UNREADABLE, CORRECT, IMPRECISE, CARRIED, SLIP, WRONG = range(7)
VERDICTS = ("blank", "unreadable", "correct", "imprecise", "carried", "slip", "wrong")
"""Verdict codes in arrays, and their names."""

OWN, TRUE, RECOMPUTED = range(3)
"""How a deviating parent may enter."""

MOST_COMBINATIONS = 256
"""Mixtures of parents tried for one answer, those with the most own values first."""

COARSEST = 0.1
"""A number written with fewer digits must still say something: half a unit of its last digit
is at most this share of the true value. Without this bound "1" would pass for 0.77."""

PARROTED = 0.25
"""A number that fills at least this share of the answers (and four of them) proves nothing
when it is carried: it was written everywhere, not computed."""

COPIED = 0.1
"""Share of the answers (and four of them) that are wrong and copied from a parent, from which
on a copied number proves nothing."""

UPDATES = ("new.w", "new.b")

Codes = NDArray[np.int8]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Submissions of one plan: answers as arrays, nan where no number was read."""

    graph: Graph
    precision: Precision
    true: Solution
    values: Mapping[str, FloatArray]
    """Asked id -> the numbers written."""
    units: Mapping[str, FloatArray]
    """Asked id -> one unit of the last digit written."""
    unreadable: Mapping[str, BoolArray]
    """Asked id -> where something stands that is no number."""
    count: int

    @property
    def asked(self) -> tuple[str, ...]:
        """Ids of the asked steps."""
        return tuple(self.values)


@dataclass
class Standing:
    """What the walk finds: verdicts, and the values that each step hands on."""

    verdicts: dict[str, Codes] = field(default_factory=dict)
    effective: dict[str, Ball] = field(default_factory=dict)
    """What a child would take from a step: the own answer, else the recomputed value."""
    deviates: dict[str, BoolArray] = field(default_factory=dict)
    """Where the effective value is visibly not the true one; absent if nowhere."""
    open: dict[str, BoolArray] = field(default_factory=dict)
    """Where a child may have worked with another than the true value; absent if nowhere."""
    recomputed: dict[str, Ball] = field(default_factory=dict)
    """What follows from the values before the step, where any of them deviates."""
    stale: dict[str, BoolArray] = field(default_factory=dict)
    """Where `recomputed` differs from the true value; absent if nowhere."""
    shadow: dict[str, Ball] = field(default_factory=dict)
    """For steps without an answer: what follows if answered parents were only miscopied, that
    is, from what the calculator showed before they were written down."""
    loose: dict[str, BoolArray] = field(default_factory=dict)
    """Where a right answer lies more than its own digit beside the true value: a child may
    have worked with either; absent if nowhere."""
    dead: dict[str, BoolArray] = field(default_factory=dict)
    """Where the effective value cannot be carried further; absent if nowhere."""
    dead_recomputed: dict[str, BoolArray] = field(default_factory=dict)
    dead_shadow: dict[str, BoolArray] = field(default_factory=dict)
    used: dict[str, dict[int, tuple[str, ...]]] = field(default_factory=dict)
    """Step -> submission -> ids of the deviating values that its verdict rests on."""


def gathered(ball: Ball, at: Indices, count: int) -> Ball:
    """The ball of some submissions; what all of them share stays a float."""
    return Ball(_picked(ball.m, at, count), _picked(ball.r, at, count))


def _picked(value: object, at: Indices, count: int) -> FloatArray:
    found = np.asarray(value, dtype=np.float64)
    return found[at] if found.shape == (count,) else found


def spread(value: object, count: int) -> FloatArray:
    """A value as an array over submissions."""
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (count,))


def is_coarse(
    true: Ball, value: FloatArray, unit: FloatArray, asked: FloatArray | float
) -> BoolArray:
    """Right, but written with fewer digits than asked: rounded, or cut off.

    Args:
        true: where the value should lie.
        value: the number written.
        unit: one unit of its last digit.
        asked: one unit of the last digit asked for.
    """
    m = array(true.m)
    speaks = (unit > asked * 1.5) & (0.5 * unit <= COARSEST * np.abs(m))
    rounded = np.abs(value - m) <= 0.5 * unit * (1 + 1e-9) + 1e-12
    size = np.abs(value)
    cut = (size <= np.abs(m)) & (np.abs(m) < size + unit) & (value * m > 0)
    coarse: BoolArray = speaks & (rounded | cut)
    return coarse


def follow(batch: Batch) -> Standing:
    """Walk the graph and give every asked step of every submission its standing."""
    walk = _Walk(batch)
    with np.errstate(all="ignore"):
        for step in batch.graph.steps.values():
            walk.take(step)
    return walk.found


class _Walk:
    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.count = batch.count
        self.found = Standing()
        self.found.effective.update({id: batch.true[id] for id in batch.graph.givens})
        self.parroted = _parroted(batch)

    # guards ----------------------------------------------------------------------------------

    def copied(self, step: Step) -> BoolArray:
        """Where the answer is the number of one of the step's parents, own or true."""
        value = self.batch.values[step.id]
        near = 0.5 * array(self.batch.precision.unit(step.kind, Ball(value, 0.0)))
        found = np.zeros(self.count, dtype=bool)
        if is_straight(self.batch.graph, step) or len(step.parents) == 1:
            return found  # a ReLU's output, a bias gradient: repeating the parent is the rule
        for parent in step.parents:
            if parent in self.batch.graph.steps and parent not in self.batch.values:
                continue  # a step that is not asked for stands nowhere to be copied from
            for m in (self.batch.values.get(parent), self.batch.true[parent].m):
                if m is not None:
                    found |= np.abs(value - array(m)) <= near
        copied: BoolArray = found & (np.abs(value) > near)  # zeros have a guard of their own
        return copied

    @cached_property
    def copiers(self) -> BoolArray:
        """Who copies instead of computing: several wrong answers are their own parents."""
        copies = np.zeros(self.count, dtype=np.int64)
        answered = np.zeros(self.count, dtype=np.int64)
        for id, value in self.batch.values.items():
            step = self.batch.graph.steps[id]
            if step.kind in UPDATES:
                continue  # behind a dead unit a weight rightly stays as it was
            wrong = ~np.isnan(value) & ~np.asarray(within(value, self.batch.true[id]))
            copies += wrong & self.copied(step)
            answered += ~np.isnan(value)
        habitual: BoolArray = copies >= np.maximum(4, COPIED * answered)
        return habitual

    def repeated(self, step: Step) -> BoolArray:
        """Where the own answer of the iteration before is written again, visibly wrongly."""
        parsed, batch = ids.parse(step.id), self.batch
        before = ids.at(ids.core(step.id), parsed.example, parsed.iteration - 1)
        if parsed.iteration == 1 or before not in batch.values:
            return np.zeros(self.count, dtype=bool)
        value, true, then = batch.values[step.id], batch.true[step.id], batch.true[before]
        near = 0.5 * array(batch.precision.unit(step.kind, Ball(value, 0.0)))
        same: BoolArray = np.abs(value - batch.values[before]) <= near
        again: BoolArray = same & np.asarray(apart(true, then))
        return again

    @cached_property
    def repeaters(self) -> BoolArray:
        """Who writes one iteration's numbers down again as the next one's."""
        again = np.zeros(self.count, dtype=np.int64)
        answered = np.zeros(self.count, dtype=np.int64)
        for id, value in self.batch.values.items():
            if ids.parse(id).iteration > 1:
                again += self.repeated(self.batch.graph.steps[id])
                answered += ~np.isnan(value)
        habitual: BoolArray = again >= np.maximum(4, PARROTED * answered)
        return habitual

    # one step ------------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """Everything about one step, in an order in which its parents are known."""
        marks = self._any(step.parents, self.found.deviates)
        if marks is not None:
            self._recompute(step, marks)
        if step.id in self.batch.values:
            self._judge(step, self._any(step.parents, self.found.open))
        else:
            self._hand_on_recomputed(step.id)
            self._shadow(step)

    def _shadow(self, step: Step) -> None:
        """The value without an answer that follows if its parents were miscopied."""
        found, count = self.found, self.count
        other = {p: ball for p in step.parents if (ball := self.alternative(p)) is not None}
        if not other:
            return
        parents = {p: other.get(p, found.effective[p]) for p in step.parents}
        ball = self.ball(step, step.rule, parents)
        found.shadow[step.id] = Ball(spread(ball.m, count), spread(ball.r, count))
        dead = [mark for p in step.parents if (mark := self.dead_alternative(p)) is not None]
        if dead:
            found.dead_shadow[step.id] = np.logical_or.reduce(dead)
        off = ~np.asarray(within(found.shadow[step.id].m, self.batch.true[step.id]))
        if off.any():
            found.open[step.id] = off | found.open.get(step.id, np.zeros(count, dtype=bool))

    def alternative(self, id: str) -> Ball | None:
        """A second value that a step may have handed on: what the calculator showed."""
        found = self.found
        return found.recomputed.get(id) if id in self.batch.values else found.shadow.get(id)

    def dead_alternative(self, id: str) -> BoolArray | None:
        """Where that second value proves nothing; None if nowhere."""
        found = self.found
        if self.alternative(id) is None:
            return found.dead.get(id)
        if id in self.batch.values:
            return found.dead_recomputed.get(id)
        return found.dead_shadow.get(id)

    def _any(self, parents: Sequence[str], where: Mapping[str, BoolArray]) -> BoolArray | None:
        """Where any parent is marked; None if nowhere."""
        marks = [where[p] for p in parents if p in where]
        return np.logical_or.reduce(marks) if marks else None

    def _recompute(self, step: Step, reached: BoolArray) -> None:
        """What follows from the effective parents, where one of them deviates."""
        at = np.flatnonzero(reached)
        parents = {p: gathered(self.found.effective[p], at, self.count) for p in step.parents}
        part = self.ball(step, step.rule, parents)
        true = self.batch.true[step.id]
        m, r = spread(true.m, self.count).copy(), spread(true.r, self.count).copy()
        m[at], r[at] = part.m, part.r
        stale = reached & ~np.asarray(within(m, true))
        # Where nothing visibly deviates, one ball holds the own and the true value alike.
        both = np.fmax(spread(true.r, self.count), np.abs(m - array(true.m)) + r)
        m = np.where(stale, m, spread(true.m, self.count))
        r = np.where(stale, r, both)
        self.found.recomputed[step.id] = Ball(m, r)
        if stale.any():
            self.found.stale[step.id] = stale
        dead = self._any(step.parents, self.found.dead)
        if dead is not None:
            self.found.dead_recomputed[step.id] = dead

    def ball(self, step: Step, rule: Expression, parents: Mapping[str, Ball]) -> Ball:
        """A rule over chosen parents, with the unit that writing the result may cost."""
        ball: Ball = rule.evaluate(parents, BALLS)
        return ball.widened(self.batch.precision.unit(step.kind, ball))

    def _hand_on_recomputed(self, id: str) -> None:
        found = self.found
        found.effective[id] = found.recomputed.get(id, self.batch.true[id])
        if id in found.stale:
            found.deviates[id] = found.open[id] = found.stale[id]
        if id in found.dead_recomputed:
            found.dead[id] = found.dead_recomputed[id]

    # an answered step ------------------------------------------------------------------------

    def _judge(self, step: Step, reached: BoolArray | None) -> None:
        batch, id = self.batch, step.id
        value, unit = batch.values[id], batch.units[id]
        true = batch.true[id]
        written = ~np.isnan(value)
        asked = spread(
            batch.precision.unit(step.kind, Ball(value, np.zeros(self.count))), self.count
        )
        verdict: Codes = np.full(self.count, BLANK, dtype=np.int8)
        verdict[batch.unreadable[id]] = UNREADABLE
        right = written & np.asarray(within(value, true))
        coarse = written & ~right & (value != self.parroted)
        coarse &= is_coarse(true, value, unit, asked)
        verdict[written] = WRONG
        verdict[right] = CORRECT
        verdict[coarse] = IMPRECISE
        if reached is not None:
            rest = reached & (verdict == WRONG)
            if rest.any():
                _FollowThrough(self, step, verdict, asked).run(np.flatnonzero(rest))
        self.found.verdicts[id] = verdict
        self._hand_on(step, verdict, np.fmax(unit, asked))

    def _hand_on(self, step: Step, verdict: Codes, radius: FloatArray) -> None:
        """What children take: the own answer where there is one."""
        found, id, count = self.found, step.id, self.count
        value = self.batch.values[id]
        written = ~np.isnan(value)
        rest = found.recomputed.get(id, self.batch.true[id])
        found.effective[id] = Ball(
            np.where(written, value, spread(rest.m, count)),
            np.where(written, radius, spread(rest.r, count)),
        )
        off = written & (verdict != CORRECT)
        stale = found.stale.get(id)
        if stale is not None:
            off = off | (~written & stale)
        if off.any():
            found.deviates[id] = off
        if stale is not None or off.any():
            found.open[id] = off if stale is None else off | stale
        loose = (verdict == CORRECT) & (np.abs(value - array(self.batch.true[id].m)) > radius)
        if loose.any():
            found.loose[id] = loose
        dead = self._dead(step, verdict)
        if id in found.dead_recomputed:
            dead = dead | (~written & found.dead_recomputed[id])
        if dead.any():
            found.dead[id] = dead

    def _dead(self, step: Step, verdict: Codes) -> BoolArray:
        """Own answers that prove nothing: zeros, and a number written everywhere.

        A zero that follows rightly from a small own value is `carried` and stays alive.
        """
        value, true = self.batch.values[step.id], self.batch.true[step.id]
        asked = array(self.batch.precision.unit(step.kind, true))
        visible = np.abs(array(true.m)) > array(true.r)
        zero = (np.abs(value) <= 0.5 * asked) & visible
        everywhere = value == self.parroted
        dead: BoolArray = (zero | everywhere) & (verdict == WRONG)
        return dead


class _FollowThrough:
    """Tries mixtures of own, true and recomputed parents for the answers that missed."""

    def __init__(self, walk: _Walk, step: Step, verdict: Codes, asked: FloatArray) -> None:
        self.walk = walk
        self.batch = walk.batch
        self.found = walk.found
        self.step = step
        self.verdict = verdict
        self.asked = asked

    def run(self, at: Indices) -> None:
        """Submissions with the same deviating parents are tried together."""
        found = self.found
        off = [p for p in self.step.parents if p in found.open]
        loose = [p for p in self.step.parents if p in found.loose]
        nowhere = np.zeros(self.batch.count, dtype=bool)
        beside_open = [found.loose[p] & ~found.open.get(p, nowhere) for p in loose]
        marks = [*(found.open[p] for p in off), *beside_open]
        pattern = np.zeros(len(at), dtype=np.int64)
        for n, mark in enumerate(marks[:62]):
            pattern |= mark[at].astype(np.int64) << n
        for bits in np.unique(pattern):
            chosen = [p for n, p in enumerate(off) if bits >> n & 1]
            beside = [p for n, p in enumerate(loose, len(off)) if bits >> n & 1]
            if chosen:
                self._group(at[pattern == bits], chosen, beside)

    def _group(self, at: Indices, off: list[str], loose: list[str]) -> None:
        """Submissions whose deviating parents are exactly `off`: all choices at once."""
        options = [self._options(p) for p in off] + [(OWN, TRUE)] * len(loose)
        table = np.array(list(choices(options, len(off))), dtype=np.int64)
        count = self.batch.count
        parents = {p: gathered(self.found.effective[p], at, count) for p in self.step.parents}
        barred = np.zeros((len(table), len(at)), dtype=bool)
        for column, parent in enumerate([*off, *loose]):
            parents[parent], dead = self._entered(parent, table[:, column], at)
            barred |= dead
        open_ = np.ones(len(at), dtype=bool)
        for rule in (self.step.rule, *self.step.others):
            open_ &= ~self._try(at, rule, parents, open_ & ~barred, off, table)

    def _options(self, parent: str) -> tuple[int, ...]:
        """An answered parent may be miscopied: what follows from before it is an option too."""
        return (OWN, TRUE) if self.walk.alternative(parent) is None else (OWN, TRUE, RECOMPUTED)

    def _entered(self, parent: str, how: Indices, at: Indices) -> tuple[Ball, BoolArray]:
        """A parent as it enters each choice, and where it proves nothing: (choices, at)."""
        found, count = self.found, self.batch.count
        sources = [found.effective[parent], self.batch.true[parent]]
        sources.append(self.walk.alternative(parent) or sources[1])
        balls = [gathered(ball, at, count) for ball in sources]
        m = np.stack([spread(ball.m, len(at)) for ball in balls])[how]
        r = np.stack([spread(ball.r, len(at)) for ball in balls])[how]
        alive = np.zeros(len(at), dtype=bool)
        marks = (found.dead.get(parent), None, self.walk.dead_alternative(parent))
        dead = np.stack([alive if mark is None else mark[at] for mark in marks])[how]
        return Ball(m, r), dead

    def _try(
        self,
        at: Indices,
        rule: Expression,
        parents: Mapping[str, Ball],
        open_: BoolArray,
        off: list[str],
        table: Indices,
    ) -> BoolArray:
        """Where some choice explains the answer; those get their verdict."""
        id = self.step.id
        ball = self.walk.ball(self.step, rule, parents)
        value, unit = self.batch.values[id][at], self.batch.units[id][at]
        all_own = (table == OWN).all(axis=1)[:, None]
        updated = self.step.kind in UPDATES
        repeats = self.walk.repeated(self.step)[at] & self.walk.repeaters[at]
        repeats = repeats & ~(all_own & updated)
        proves = ~repeats & (all_own | ~self._copies(at))
        exact = open_ & np.asarray(within(value, ball)) & proves
        coarse = open_ & is_coarse(ball, value, unit, self.asked[at])
        carried, rough = exact.any(axis=0), coarse.any(axis=0) & ~exact.any(axis=0)
        self.verdict[at[carried]] = CARRIED
        self.verdict[at[rough]] = IMPRECISE
        first = np.where(carried, exact.argmax(axis=0), coarse.argmax(axis=0))
        notes = self.found.used.setdefault(id, {})
        for n in np.flatnonzero(carried | rough):
            chosen = table[first[n]]
            notes[int(at[n])] = tuple(
                p for p, how in zip(off, chosen, strict=False) if how != TRUE
            )
        hit: BoolArray = carried | rough
        return hit

    def _copies(self, at: Indices) -> BoolArray:
        """Where a habitual copier writes one of the step's own parents once more.

        A mixture that happens to give a copied number proves nothing then; for anybody else
        an equal number is a coincidence.
        """
        copied = self.walk.copied(self.step)[at]
        return copied & self.walk.copiers[at] if copied.any() else copied


def choices(options: Sequence[tuple[int, ...]], deviating: int) -> Iterator[tuple[int, ...]]:
    """Ways to enter the parents: all own first, then by the number of others.

    Args:
        options: for each parent the ways it may enter.
        deviating: so many parents, the first ones, deviate; one of them at least must enter
            as it deviates, or nothing is followed through.

    At most `MOST_COMBINATIONS`; of larger products only those with one parent apart.

    >>> list(choices([(0, 1), (0, 1)], 2))
    [(0, 0), (0, 1), (1, 0)]
    """
    size = 1
    for option in options:
        size *= len(option)
    if size <= 4 * MOST_COMBINATIONS:
        every = sorted(itertools.product(*options), key=lambda c: sum(how != OWN for how in c))
        usable = [c for c in every if any(how != TRUE for how in c[:deviating])]
        yield from usable[:MOST_COMBINATIONS]
        return
    width = len(options)
    yield (OWN,) * width
    singles = [
        tuple(how if n == k else OWN for n in range(width))
        for k in range(width)
        for how in options[k][1:]
    ]
    inverse = [tuple(OWN if n == k else TRUE for n in range(width)) for k in range(deviating)]
    yield from (singles + inverse)[: MOST_COMBINATIONS - 1]


def _parroted(batch: Batch) -> FloatArray:
    """For each submission the number that fills a quarter of its answers, else nan."""
    table = np.sort(np.stack([spread(v, batch.count) for v in batch.values.values()]), axis=0)
    answered = np.sum(~np.isnan(table), axis=0)
    least = np.maximum(4, np.ceil(PARROTED * answered)).astype(np.int64)
    best = np.zeros(batch.count, dtype=np.int64)
    found = np.full(batch.count, np.nan)
    run = np.zeros(batch.count, dtype=np.int64)
    for n in range(len(table)):
        same = (table[n] == table[n - 1]) if n else np.zeros(batch.count, dtype=bool)
        run = np.where(same, run + 1, 1)
        longer = (run > best) & ~np.isnan(table[n])
        best = np.where(longer, run, best)
        found = np.where(longer, table[n], found)
    return np.where(best >= least, found, np.nan)
