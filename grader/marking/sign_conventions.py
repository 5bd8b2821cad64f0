"""The two sign conventions of the literature for delta, and standing under either.

Some texts put the minus of the error into delta (Mazur mentions it): then *all* deltas have
the opposite sign, and the gradients and updates come out right all the same. A student who
works so is right; a student who merely lost a sign is not, for then the gradients are wrong.
Source: docs/grading.md, Slips.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from grader.marking.batch import CARRIED, CORRECT, UNDETERMINED, Batch, Codes, Indices, Standing
from grader.marking.diagnose import Named, diagnose
from grader.marking.follow import follow
from grader.marking.magnitude import powers_of_ten
from grader.marking.repeats import charge_once
from grader.marking.slip_pairs import name_pairs
from grader.marking.undetermined import settle
from grader.marking.unwritten import recover
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.computation.kinds import Role

MOST = 0.8
"""Share of the answered gradients and updates that must be fine under the other convention."""


@dataclass(frozen=True)
class Judged:
    """Standing of every answer, slips named, and who uses the other sign convention."""

    standing: Standing
    slips: Named
    flipped: BoolArray
    closed: BoolArray
    """Whose answers show so little that a person should look: many of them are undetermined."""
    power: Indices
    """By which power of ten all answers are too large (4: 7775 for 0.7775) or, below 0, too
    small; 0 where they are not."""


def judge(batch: Batch, unwritten: bool = True) -> Judged:
    """Follow every submission through, under the convention that it uses, and name slips.

    Args:
        batch: the submissions.
        unwritten: whether wrong answers may be explained by a value that is not written, and
            by two slips in one cell.
    """
    with np.errstate(all="ignore"):  # cells that hold no number
        return _judged(batch, unwritten)


def _judged(batch: Batch, unwritten: bool) -> Judged:
    standing = follow(batch)
    if not standing.verdicts:  # nothing but formulas is asked for
        nobody = np.zeros(batch.count, dtype=bool)
        return Judged(standing, {}, nobody, nobody, np.zeros(batch.count, dtype=np.int64))
    flipped = _flipped(batch, standing)
    if flipped.any():
        batch = _negated(batch, flipped)
        standing = follow(batch)
    named = diagnose(batch, standing)
    if unwritten:
        recover(batch, standing, named)
    closed = settle(batch, standing, named)
    charge_once(batch, standing, named)
    if unwritten:
        name_pairs(batch, standing, named)
    return Judged(standing, named, flipped, closed, powers_of_ten(batch, standing))


def _of_role(batch: Batch, *roles: Role) -> list[str]:
    return [id for id in batch.asked if batch.graph.steps[id].role in roles]


def _fine(verdict: Codes) -> BoolArray:
    """Right, imprecise, or following from own values: the first are neighbouring codes."""
    fine: BoolArray = ((verdict >= CORRECT) & (verdict <= CARRIED)) | (verdict == UNDETERMINED)
    return fine


def _flipped(batch: Batch, standing: Standing) -> BoolArray:
    """Who writes every delta with the opposite sign and still gets the updates right."""
    deltas = _of_role(batch, Role.DELTA)
    suspects = _suspects(batch, standing, deltas)
    if not suspects.any():
        return suspects
    other = follow(_negated(batch, suspects))
    verdicts = other.verdicts
    good = suspects.copy()
    for id in deltas:
        good &= np.isnan(batch.values[id]) | _fine(verdicts[id])
    after = _of_role(batch, Role.GRADIENT, Role.UPDATE)
    answered = np.zeros(batch.count)
    fine = np.zeros(batch.count)
    for id in after:
        answered += ~np.isnan(batch.values[id])
        fine += _fine(verdicts[id])
    better = _fine_steps(other) > _fine_steps(standing)
    return good & better & (answered > 0) & (fine >= MOST * answered)


def _fine_steps(standing: Standing) -> FloatArray:
    """How many steps of each submission keep credit: a mere sign slip loses by negation."""
    return np.sum([_fine(verdict) for verdict in standing.verdicts.values()], axis=0)  # type: ignore[no-any-return]


def _suspects(batch: Batch, standing: Standing, deltas: list[str]) -> BoolArray:
    """All answered deltas have the opposite sign, and not all of them are fine as they are."""
    opposite = np.ones(batch.count, dtype=bool)
    missed = np.zeros(batch.count, dtype=bool)
    verdicts = standing.verdicts
    for id in deltas:
        value, true = batch.values[id], batch.true[id]
        visible = np.abs(array(true.m)) > array(true.r)
        opposite &= np.isnan(value) | ~visible | (value * array(true.m) < 0)
        missed |= ~np.isnan(value) & ~_fine(verdicts[id])
    return opposite & missed


def _negated(batch: Batch, where: BoolArray) -> Batch:
    values = dict(batch.values)
    for id in _of_role(batch, Role.DELTA):
        values[id] = np.where(where, -values[id], values[id])
    return replace(batch, values=values)
