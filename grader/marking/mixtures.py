"""Mixtures of own, true and recomputed parents that may explain an answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from grader.marking.batch import (
    CARRIED,
    IMPRECISE,
    SHORT,
    UNDETERMINED,
    WRONG,
    Batch,
    Codes,
    Flag,
    Indices,
    Standing,
    gathered,
    is_coarse,
    spread,
)
from grader.marking.evidence import is_determined, is_firm, is_no_guess
from grader.marking.guards import Guards
from problems.arithmetic.ball import Ball, within
from problems.arithmetic.elementary import BoolArray, FloatArray, Number, array, greater
from problems.computation.kinds import Role
from problems.computation.steps import Step
from problems.rules.expression import Expression, Numbers
from problems.rules.functions import LEAST_ARGUMENT

OWN, TRUE, RECOMPUTED = range(3)
"""How a deviating parent may enter."""

UNBOUNDED = 1e100
"""Radius from which on a ball says nothing."""

MOST_COMBINATIONS = 256
"""Mixtures of parents tried for one answer, those with the most own values first."""


class Walk(Protocol):
    """What is known when a step is reached: see `grader.marking.follow`."""

    batch: Batch
    found: Standing
    guards: Guards

    def ball(self, step: Step, rule: Expression, parents: Mapping[str, Ball]) -> Ball:
        """A rule over chosen parents."""

    def sources(self, step: Step) -> tuple[tuple[str, ...], tuple[Step, ...]]:
        """What a step rests on through steps that are not asked for, and those steps."""

    def effective(self, id: str) -> Ball:
        """What children take from a step or a given before it."""


class Mixtures:
    """Tries mixtures of own, true and recomputed parents for the answers that missed."""

    def __init__(self, walk: Walk, step: Step, verdict: Codes, asked: FloatArray) -> None:
        self.walk = walk
        self.batch = walk.batch
        self.found = walk.found
        self.step = step
        self.verdict = verdict
        self.asked = asked

    def run(self, at: Indices) -> None:
        """Mix the step's own parents; then, through parents that are not asked for, theirs."""
        self._level(at, self.step.parents, ())
        sources, between = self.walk.sources(self.step)
        rest = at[self._is_open(at)]
        if between and len(rest):
            self._level(rest, sources, between)

    def _is_open(self, at: Indices) -> BoolArray:
        """Where a further choice may explain an answer, or explain it by more than nothing."""
        verdict = self.verdict[at]
        still: BoolArray = (verdict == WRONG) | (verdict == UNDETERMINED)
        return still

    def _level(self, at: Indices, parents: Sequence[str], between: Sequence[Step]) -> None:
        """Submissions with the same deviating parents are tried together."""
        found = self.found
        opened = {p: mark for p in parents if (mark := found[p].open) is not None}
        beside_true = {p: mark for p in parents if (mark := found[p].loose) is not None}
        off, loose = list(opened), list(beside_true)
        nowhere = np.zeros(self.batch.count, dtype=bool)
        beside_open = [beside_true[p] & ~opened.get(p, nowhere) for p in loose]
        marks = [*opened.values(), *beside_open]
        pattern = np.zeros(len(at), dtype=np.int64)
        for n, mark in enumerate(marks[:62]):
            pattern |= mark[at].astype(np.int64) << n
        for bits in np.unique(pattern) if len(at) > 1 else pattern:
            chosen = [p for n, p in enumerate(off) if bits >> n & 1]
            beside = [p for n, p in enumerate(loose, len(off)) if bits >> n & 1]
            if chosen:
                self._group(at[pattern == bits], parents, chosen, beside, between)

    def _group(
        self,
        at: Indices,
        sources: Sequence[str],
        off: list[str],
        loose: list[str],
        between: Sequence[Step],
    ) -> None:
        """Submissions whose deviating sources are exactly `off`.

        All own values come first, by themselves: most answers follow from them. The mixtures
        are tried all at once, as one more axis.
        """
        options = [self._options(p) for p in off] + [(OWN, TRUE)] * len(loose)
        table = choice_table(tuple(options), len(off))
        named = [*off, *loose]
        for rows in (table[:1], table[1:]):
            at = at[self._is_open(at)]
            if len(at) and len(rows):
                parents, barred = self._parents(at, sources, named, rows)
                for step in between:
                    parents[step.id] = self.walk.ball(step, step.rule, parents)
                self._ways(at, parents, ~barred, off, rows)

    def _parents(
        self, at: Indices, sources: Sequence[str], named: list[str], rows: Indices
    ) -> tuple[dict[str, Ball], BoolArray]:
        """Every source as it enters each choice, and which choices prove nothing."""
        count = self.batch.count
        parents = {p: gathered(self.walk.effective(p), at, count) for p in sources}
        barred = np.zeros((len(rows), len(at)), dtype=bool)
        all_own = len(rows) == 1 and not rows.any()
        for column, parent in enumerate(named):
            if all_own:
                dead = self.found[parent].dead
                barred |= False if dead is None else dead[at]
            else:
                parents[parent], dead = self._entered(parent, rows[:, column], at)
                barred |= dead
        return parents, barred

    def _ways(
        self,
        at: Indices,
        parents: Mapping[str, Ball],
        open_: BoolArray,
        off: list[str],
        rows: Indices,
    ) -> None:
        """The step's rule, then other right ways to it, until the answer is explained."""
        for rule in (self.step.rule, *self.step.others):
            open_ = open_ & ~self._try(at, rule, parents, open_, off, rows)
            if not open_.any():
                return

    def _options(self, parent: str) -> tuple[int, ...]:
        """An answered parent may be miscopied: what follows from before it is an option too."""
        answered = parent in self.batch.values
        if answered and self.found[parent].recomputed is not None:
            return (OWN, TRUE, RECOMPUTED)
        return (OWN, TRUE)

    def _entered(self, parent: str, how: Indices, at: Indices) -> tuple[Ball, BoolArray]:
        """A parent as it enters each choice, and where it proves nothing: (choices, at)."""
        found, count = self.found[parent], self.batch.count
        sources = [self.walk.effective(parent), self.batch.true[parent]]
        sources.append(found.recomputed or sources[1])
        balls = [gathered(ball, at, count) for ball in sources]
        m = np.stack([spread(ball.m, len(at)) for ball in balls])[how]
        r = np.stack([spread(ball.r, len(at)) for ball in balls])[how]
        alive = np.zeros(len(at), dtype=bool)
        marks = (found.dead, None, self._useless(parent))
        dead = np.stack([alive if mark is None else mark[at] for mark in marks])[how]
        return Ball(m, r), dead

    def _useless(self, parent: str) -> BoolArray | None:
        """Where the recomputed value proves nothing: behind a wrong 0, or it is the true one."""
        reached, dead = self.found[parent].reached, self.found[parent].dead_recomputed
        if reached is None:
            return None
        useless: BoolArray = ~reached
        return useless if dead is None else useless | dead

    def _try(
        self,
        at: Indices,
        rule: Expression,
        parents: Mapping[str, Ball],
        open_: BoolArray,
        off: list[str],
        table: Indices,
    ) -> BoolArray:
        """Where some choice explains the answer and shows work; those need no further one."""
        id = self.step.id
        ball = self.walk.ball(self.step, rule, parents)
        value, unit = self.batch.values[id][at], self.batch.units[id][at]
        all_own = (table == OWN).all(axis=1)[:, None]
        updated = self.step.role is Role.UPDATE
        guards = self.walk.guards
        repeats = guards.repeated(self.step)[at] & guards.repeaters[at]
        repeats = (repeats | guards.kept(self.step)[at]) & ~(all_own & updated)
        follows = self._explains(value, ball, rule, parents) & ~repeats
        exact = open_ & follows
        coarse = np.zeros_like(open_)
        if (unit > SHORT * self.asked[at]).any():
            coarse = open_ & is_coarse(ball, value, unit, self.asked[at])
            short = guards.too_short(id, self.asked)[at]
            held = exact & short & self._from_coarse(at, off, table)
            exact, coarse = exact & ~held, coarse | held
        zeroed = follows.any(axis=0) & ~exact.any(axis=0) & (self.verdict[at] == WRONG)
        if zeroed.any():
            self._mark("zeroed", at[zeroed])
        if not (exact.any() or coarse.any()):
            return np.zeros(len(at), dtype=bool)
        still = guards.stands_still(self.step, ball, at)
        shows = is_determined(self.batch, self.step, value, ball, parents) & ~still
        plain = exact & ~shows & ~still & is_no_guess(self.batch, self.step, ball, parents)
        self._mark("copied", at[plain.any(axis=0)])
        return self._settled(at, rule, ball, parents, exact, coarse, shows, off, table)

    def _from_coarse(self, at: Indices, off: list[str], table: Indices) -> BoolArray:
        """Which choices take an own number that has too few digits: shape (choices, at)."""
        taken = np.zeros((len(table), len(at)), dtype=bool)
        for column, parent in enumerate(off):
            coarse = self.found[parent].coarse
            if coarse is not None:
                taken |= (table[:, column] == OWN)[:, None] & coarse[at]
        return taken

    def _settled(
        self,
        at: Indices,
        rule: Expression,
        ball: Ball,
        parents: Mapping[str, Ball],
        exact: BoolArray,
        coarse: BoolArray,
        shows: BoolArray,
        off: list[str],
        table: Indices,
    ) -> BoolArray:
        """Verdicts of what is explained; where work is shown, no further choice is needed."""
        strong, rough = exact & shows, coarse & shows
        carried = strong.any(axis=0)
        silent = exact.any(axis=0) & ~carried
        imprecise = rough.any(axis=0) & ~carried & ~silent & (self.verdict[at] == WRONG)
        silent &= self.verdict[at] == WRONG
        self.verdict[at[carried]] = CARRIED
        self.verdict[at[silent]] = UNDETERMINED
        self.verdict[at[imprecise]] = IMPRECISE
        if carried.any():
            firm = (strong & is_firm(self.batch.graph, self.step, ball, parents)).any(axis=0)
            self._mark("weak", at[carried & ~firm])
        first = np.where(
            carried,
            strong.argmax(axis=0),
            np.where(silent, exact.argmax(axis=0), rough.argmax(axis=0)),
        )
        self._note(at, first, carried | silent | imprecise, off, table, set(rule.refs()))
        hit: BoolArray = carried | imprecise
        return hit

    def _mark(self, flag: Flag, at: Indices) -> None:
        if len(at):
            self.found[self.step.id].mark(flag, at, self.batch.count)

    def _note(
        self,
        at: Indices,
        first: Indices,
        hit: BoolArray,
        off: list[str],
        table: Indices,
        read: set[str],
    ) -> None:
        """Whose values the answers that were explained rest on."""
        notes = self.found[self.step.id].used
        deep = not set(off) & read
        named: dict[int, tuple[str, ...]] = {}
        for submission, choice in zip(at[hit].tolist(), first[hit].tolist(), strict=True):
            if choice not in named:
                named[choice] = tuple(
                    p
                    for p, how in zip(off, table[choice], strict=False)
                    if how != TRUE and (p in read or deep)
                )
            notes[submission] = named[choice]

    def _explains(
        self, value: FloatArray, ball: Ball, rule: Expression, parents: Mapping[str, Ball]
    ) -> BoolArray:
        """Whether the ball holds the answer.

        A ball without bounds says nothing: the logarithm of an own output of 0.0000 may be
        anything below. There the answer must lie between the rule's values at the ends of its
        parents, an output of 0 being taken as a very small one.
        """
        inside = np.asarray(within(value, ball))
        bounded = array(ball.r) < UNBOUNDED
        if bounded.all():
            return inside
        ends = []
        for side in (-1.0, 1.0):
            at_end = {ref: parents[ref].m + side * parents[ref].r for ref in rule.refs()}
            ends.append(array(rule.evaluate(at_end, CLAMPED)))
        asked = array(self.batch.precision.unit(self.step.kind, Ball(value, 0.0)))
        low, high = np.fmin(*ends) - asked, np.fmax(*ends) + asked
        explained: BoolArray = np.where(bounded, inside, (value >= low) & (value <= high))
        return explained


class _Clamped(Numbers):
    """Numbers with a logarithm of 0 and a root of less than 0: the centres of their balls."""

    def call(self, name: str, x: Number) -> Number:
        """As `Numbers.call`, but never undefined."""
        least = LEAST_ARGUMENT.get(name)
        return super().call(name, x if least is None else greater(x, least))


CLAMPED = _Clamped()


@lru_cache(maxsize=4096)
def choice_table(options: tuple[tuple[int, ...], ...], deviating: int) -> Indices:
    """`choices` as an array, shape (choices, parents)."""
    return np.array(list(choices(options, deviating)), dtype=np.int64)


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
