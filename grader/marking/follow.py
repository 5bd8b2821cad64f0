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

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from grader.marking.batch import (
    BLANK,
    CARRIED,
    CORRECT,
    IMPRECISE,
    SHORT,
    UNDETERMINED,
    UNREADABLE,
    WRONG,
    Batch,
    Codes,
    Mark,
    Standing,
    either,
    gathered,
    is_coarse,
    spread,
)
from grader.marking.evidence import trivial
from grader.marking.guards import Guards
from grader.marking.mixtures import Mixtures
from problems.arithmetic.ball import SLACK, Ball, within
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.computation.solve import rule_ball
from problems.computation.steps import Step
from problems.rules.expression import Expression


def follow(batch: Batch) -> Standing:
    """Walk the graph and give every asked step of every submission its standing."""
    walk = _Walk(batch)
    with np.errstate(all="ignore"):
        for step in batch.graph.steps.values():
            walk.take(step)
        walk.bar(walk.guards.mindless(walk.found.verdicts))
    return walk.found


class _Walk:
    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.count = batch.count
        self.found = Standing()
        for id in batch.graph.givens:
            self.found[id].effective = batch.true[id]
        self.guards = Guards(batch)
        self._sources: dict[str, tuple[tuple[str, ...], tuple[Step, ...]]] = {}

    def bar(self, mindless: BoolArray) -> None:
        """Only what is truly right counts for who did not compute."""
        if not mindless.any():
            return
        for id, verdict in self.found.verdicts.items():
            rests = np.zeros(self.count, dtype=bool)
            rests[list(self.found[id].used)] = True
            parroted = self.batch.values[id] == self.guards.parroted
            followed = mindless & ((verdict == CARRIED) | (verdict == UNDETERMINED))
            verdict[mindless & (verdict == IMPRECISE) & (rests | parroted)] = WRONG
            if followed.any():
                verdict[followed] = UNDETERMINED
                self.found[id].unfounded = followed

    # one step ------------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """Everything about one step, in an order in which its parents are known."""
        marks = self._any(step.parents, "deviates")
        if marks is not None:
            self._recompute(step, marks)
        if step.id in self.batch.values:
            rests_on = dict.fromkeys((*step.parents, *self.sources(step)[0]))
            self._judge(step, self._any(tuple(rests_on), "open"))
        else:
            self._hand_on_recomputed(step.id)

    def sources(self, step: Step) -> tuple[tuple[str, ...], tuple[Step, ...]]:
        """What a step rests on through steps that are not asked for, and those steps.

        Nobody knows which of their own and true values students mixed in a step that stands
        nowhere on their paper, so mixtures reach through it to what does.
        """
        if step.id not in self._sources:
            found: dict[str, None] = {}
            between: dict[str, Step] = {}
            for parent in step.parents:
                hidden = self.batch.graph.steps.get(parent)
                if hidden is None or parent in self.batch.values:
                    found[parent] = None
                    continue
                above, steps = self.sources(hidden)
                found |= dict.fromkeys(above)
                between |= {s.id: s for s in steps} | {parent: hidden}
            self._sources[step.id] = (tuple(found), tuple(between.values()))
        return self._sources[step.id]

    def _any(self, parents: Sequence[str], flag: Literal["deviates", "open", "dead"]) -> Mark:
        """Where any parent is marked; None if nowhere."""
        flags = (getattr(self.found[parent], flag) for parent in parents)
        marks = [mark for mark in flags if mark is not None]
        return np.logical_or.reduce(marks) if marks else None

    def effective(self, id: str) -> Ball:
        """What children take from a step or a given that was walked over."""
        found = self.found[id].effective
        assert found is not None
        return found

    def _recompute(self, step: Step, reached: BoolArray) -> None:
        """What follows from the effective parents, where one of them deviates."""
        at = np.flatnonzero(reached)
        parents = {p: gathered(self.effective(p), at, self.count) for p in step.parents}
        part = self.ball(step, step.rule, parents)
        true = self.batch.true[step.id]
        m, r = spread(true.m, self.count).copy(), spread(true.r, self.count).copy()
        m[at], r[at] = part.m, part.r
        stale = reached & ~np.asarray(within(m, true))
        # Where nothing visibly deviates, one ball holds the own and the true value alike.
        both = np.fmax(spread(true.r, self.count), np.abs(m - array(true.m)) + r)
        beyond = reached & (both > array(true.r) * (1 + 1e-9))
        here = self.found[step.id]
        if beyond.any():
            here.beyond = beyond
        m = np.where(stale, m, spread(true.m, self.count))
        r = np.where(stale, r, both)
        here.recomputed, here.reached = Ball(m, r), reached
        here.dead_recomputed = self._any(step.parents, "dead")

    def ball(self, step: Step, rule: Expression, parents: Mapping[str, Ball]) -> Ball:
        """A rule over chosen parents, with the unit that writing the result may cost."""
        return rule_ball(step.kind, rule, parents, self.batch.precision)

    def _hand_on_recomputed(self, id: str) -> None:
        here = self.found[id]
        here.effective = here.recomputed or self.batch.true[id]
        here.deviates = here.open = here.beyond
        here.dead = here.dead_recomputed

    # an answered step ------------------------------------------------------------------------

    def _judge(self, step: Step, reached: BoolArray | None) -> None:
        batch, id = self.batch, step.id
        value, true = batch.values[id], batch.true[id]
        written = ~np.isnan(value)
        asked = spread(
            batch.precision.unit(step.kind, Ball(value, np.zeros(self.count))), self.count
        )
        verdict: Codes = np.full(self.count, BLANK, dtype=np.int8)
        verdict[batch.unreadable[id]] = UNREADABLE
        right = written & np.asarray(within(value, true))
        missed = written & ~right
        verdict[written] = WRONG
        verdict[right] = CORRECT
        if missed.any():
            self._judge_missed(step, verdict, asked, missed, reached)
        self.found[id].verdict = verdict
        off = batch.offs.get(id)
        self._hand_on(step, verdict, asked if off is None else np.fmax(asked, off))

    def _judge_missed(
        self,
        step: Step,
        verdict: Codes,
        asked: FloatArray,
        missed: BoolArray,
        reached: BoolArray | None,
    ) -> None:
        """Answers that are not right: do they follow, or have they too few digits?"""
        batch, id = self.batch, step.id
        value, unit = batch.values[id], batch.units[id]
        if reached is not None:
            rest = reached & missed
            if rest.any():
                Mixtures(self, step, verdict, asked).run(np.flatnonzero(rest))
        short = missed & (unit > SHORT * asked)
        if short.any():
            self.found[id].coarse = missed & self.guards.too_short(id, asked)
            coarse = short & is_coarse(batch.true[id], value, unit, asked)
            verdict[coarse & (verdict == WRONG)] = IMPRECISE
            self._bar_untold(step, verdict, asked)
        zeroed = self.found[id].zeroed
        if zeroed is not None:
            zeroed &= verdict == WRONG
            verdict[zeroed] = UNDETERMINED

    def _bar_untold(self, step: Step, verdict: Codes, asked: FloatArray) -> None:
        """Of a number with so few digits that it may be a parent too, nobody can tell more."""
        at = np.flatnonzero(verdict == IMPRECISE)
        if not len(at):
            return
        value, unit = self.batch.values[step.id][at], self.batch.units[step.id][at]
        same = np.zeros(len(at), dtype=bool)
        for parent, _ in trivial(self.batch.graph, self.batch.asked, step.id).parents:
            for ball in (self.batch.true[parent], self.effective(parent)):
                number = gathered(ball, at, self.count)
                differs = np.abs(value - array(number.m)) > SLACK * np.abs(value)
                same |= is_coarse(number, value, unit, asked[at]) & differs
        if same.any():
            untold = np.zeros(self.count, dtype=bool)
            untold[at[same]] = True
            self.found[step.id].untold = untold
            verdict[untold] = UNDETERMINED

    def _hand_on(self, step: Step, verdict: Codes, radius: FloatArray) -> None:
        """What children take: the own answer where there is one, to the unit asked for.

        However few digits were written, the number counts as it stands: taken as anything
        that rounds to it, a coarse number would explain whatever follows. Who carried more
        digits than were written had a right number on the calculator, and mixtures try that.
        """
        here, id, count = self.found[step.id], step.id, self.count
        value = self.batch.values[id]
        written = ~np.isnan(value)
        rest = here.recomputed or self.batch.true[id]
        here.effective = Ball(
            np.where(written, value, spread(rest.m, count)),
            np.where(written, radius, spread(rest.r, count)),
        )
        off = written & (verdict != CORRECT)
        beyond = here.beyond
        if beyond is not None:
            off = off | (~written & beyond)
        if off.any():
            here.deviates = off
        if beyond is not None or off.any():
            here.open = either(beyond, off)
        loose = (verdict == CORRECT) & (np.abs(value - array(self.batch.true[id].m)) > radius)
        if loose.any():
            here.loose = loose
        dead = self._dead(step, verdict)
        if here.dead_recomputed is not None:
            dead = dead | (~written & here.dead_recomputed)
        if dead.any():
            here.dead = dead

    def _dead(self, step: Step, verdict: Codes) -> BoolArray:
        """Own answers that prove nothing: a zero where the true value visibly is none.

        A zero that follows rightly from a small own value is `carried` and stays alive.
        """
        value, true = self.batch.values[step.id], self.batch.true[step.id]
        asked = array(self.batch.precision.unit(step.kind, true))
        visible = np.abs(array(true.m)) > array(true.r)
        zero = (np.abs(value) <= 0.5 * asked) & visible
        worthless = verdict == WRONG
        zeroed = self.found[step.id].zeroed
        if zeroed is not None:
            worthless |= zeroed
        dead: BoolArray = zero & worthless
        return dead
