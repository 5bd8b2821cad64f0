"""What a system that judges every field alone can know of a step.

A field has the true value with its tolerance, and further numbers with a share of the points
and a comment: what the catalogued misconceptions make there, and a wider ball for too few
digits. Other systems take the first number that fits, or the only one; so no two of them with
different outcomes may claim one answer. Where the balls of two slips overlap, each keeps what
is nearer to it, and a misconception goes before a slip of the pen, as in the checker; where
they cannot be told apart, the first of the catalogue stays. Nothing here knows of
follow-through: that needs all fields at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from grader.export import number_format
from grader.marking.batch import COARSEST
from grader.marking.policy import Policy
from problems.arithmetic.ball import SLACK, Ball
from problems.exercise import Exercise
from problems.misconceptions.catalogue import CATALOGUE
from problems.misconceptions.slips import OF_THE_PEN, wrong_rules
from problems.rules.expression import BALLS

NEARLY_HALF = 0.499
"""Of the way to the next slip: what belongs to one of them alone."""

ROUNDED = 5.001
"""Units of the last digit that rounding to one digit fewer may cost, and dust."""

FARTHEST = 1e6
"""Slips with larger numbers, or all but unbounded ones, are left out."""

MOST_WEIGHT = 10_000
"""Larger whole weights are rounded."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A number that is not the right one, and what it is worth."""

    value: str
    tolerance: str
    share: float
    """Of the field's points, 0 to 1."""
    said: str
    """To the student; '' for nothing."""
    slip: str = ""
    """Name of the misconception; '' for too few digits."""


@dataclass(frozen=True, slots=True)
class Field:
    """A step as a field that is judged alone."""

    step: str
    label: str
    value: str
    tolerance: str
    """Absolute; the bounds are right answers too."""
    weight: float
    """Points of the right answer."""
    alternatives: tuple[Alternative, ...] = ()
    """To be tried in this order after the right one."""
    lost: tuple[str, ...] = ()
    """Slips that could not be carried; '' for too few digits."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A slip's ball, before the claims of others."""

    slip: str
    value: float
    radius: float
    share: float
    said: str

    @property
    def misconception(self) -> bool:
        """Whether it is more than a slip of the pen."""
        return self.slip not in OF_THE_PEN

    @property
    def bounded(self) -> bool:
        """Whether it is a number of use."""
        return math.isfinite(self.value) and max(abs(self.value), self.radius) < FARTHEST

    def gap(self, other: _Claim) -> float:
        """How far the centres are apart."""
        return abs(self.value - other.value)

    def differs(self, other: _Claim) -> bool:
        """Whether taking one for the other would be wrong."""
        return (self.share, self.said) != (other.share, other.said)


def fields(exercise: Exercise, policy: Policy, slips: bool = True) -> tuple[Field, ...]:
    """A field for each asked step, in the order of `Exercise.asked`.

    Args:
        exercise: what is asked.
        policy: weights, credits, and what students are told.
        slips: whether misconceptions and missing digits are carried at all.
    """
    with np.errstate(all="ignore"):
        return tuple(_field(exercise, id, policy, slips) for id in exercise.asked)


def _field(exercise: Exercise, id: str, policy: Policy, slips: bool) -> Field:
    true = exercise.solution[id]
    value = number_format.stored(float(true.m))
    tolerance = _covering(true, value)
    full = policy.credit("correct")
    bare = Field(id, exercise.labels[id], value, tolerance, policy.weight(id) * full)
    if not slips or not full:
        return bare
    unit = float(exercise.precision.unit(exercise.parse(id).kind, true))
    right = _Claim("", float(value), float(tolerance), 1.0, "")
    claims = list(_claims(exercise, id, policy, unit))
    kept, lost = _settled(right, claims, unit)
    found = [_alternative(claim) for claim in kept]
    wide = _too_few_digits(exercise, id, policy, right, unit)
    if wide:
        swallowed = any(abs(c.value - right.value) <= wide.radius + unit for c in claims)
        found += [] if swallowed else [_alternative(wide)]
        lost += [""] if swallowed else []
    return replace(bare, alternatives=tuple(found), lost=tuple(lost))


def _covering(ball: Ball, value: str) -> str:
    """A tolerance that holds the whole ball around the stored value, with the ball's dust."""
    m, r = float(ball.m), float(ball.r)
    return number_format.at_least(r + abs(m - float(value)) + SLACK * max(abs(m), 1.0))


def _claims(exercise: Exercise, id: str, policy: Policy, unit: float) -> Iterator[_Claim]:
    """Misconceptions that say or give anything; those of the pen come last."""
    told = policy.show.slips and policy.show.messages
    for wrong in wrong_rules(exercise.graph, id):
        ball: Ball = wrong.rule.evaluate(exercise.solution, BALLS)
        value, radius = float(ball.m), float(ball.r) + unit
        share = min(1.0, policy.credit("slip", wrong.slip) / policy.credit("correct"))
        said = CATALOGUE[wrong.slip].student if told else ""
        if share or said:
            yield _Claim(wrong.slip, value, radius, share, said)


def _settled(
    right: _Claim, claims: Sequence[_Claim], unit: float
) -> tuple[list[_Claim], list[str]]:
    """Claims with the part of their balls that is theirs alone, and the slips without any.

    As in the checker, misconceptions go before slips of the pen, which explain only what no
    misconception does.
    """
    kept: list[_Claim] = []
    lost: list[str] = []
    first = [claim for claim in claims if claim.misconception]
    for claim in claims:
        above = [] if claim.misconception else [one for one in first if claim.differs(one)]
        room = min([claim.radius, *(claim.gap(one) - one.radius for one in above)])
        near = [one for one in kept if claim.gap(one) <= unit]
        apart = claim.bounded and claim.gap(right) > claim.radius + right.radius
        if not apart or room < 0.5 * unit or any(map(claim.differs, near)):
            lost.append(claim.slip)
        elif not near:
            kept.append(replace(claim, radius=room))
    return [_narrowed(claim, kept) for claim in kept], lost


def _narrowed(claim: _Claim, kept: Sequence[_Claim]) -> _Claim:
    """Between two of one tier the nearer one counts."""
    tier = [one for one in kept if one.misconception == claim.misconception]
    gaps = [NEARLY_HALF * claim.gap(one) for one in tier if claim.differs(one)]
    return replace(claim, radius=min([claim.radius, *gaps]))


def _too_few_digits(
    exercise: Exercise, id: str, policy: Policy, right: _Claim, unit: float
) -> _Claim | None:
    """What rounding to one digit fewer may make of the right value, if that is worth anything."""
    share = min(1.0, policy.credit("imprecise", None, 1) / policy.credit("correct"))
    radius = ROUNDED * unit
    speaks = radius <= COARSEST * abs(right.value)
    if not share or not speaks or radius <= right.radius:
        return None
    asked = exercise.precision.worded(exercise.parse(id).kind)
    said = f"Too few digits: {asked} are asked for." if policy.show.messages else ""
    return _Claim("", right.value, radius, share, said)


def _alternative(claim: _Claim) -> Alternative:
    value, tolerance = number_format.stored(claim.value), number_format.at_most(claim.radius)
    return Alternative(value, tolerance, claim.share, claim.said, claim.slip)


def whole_weights(weights: Sequence[float]) -> tuple[list[int], float]:
    """Weights as whole numbers in the same proportion, and what they were multiplied by.

    >>> whole_weights([1.0, 0.5, 2.0]), whole_weights([3.0, 0.0])
    (([2, 1, 4], 2.0), ([3, 0], 1.0))
    """
    exact = [Fraction(repr(weight)) for weight in weights]
    factor = Fraction(math.lcm(*(one.denominator for one in exact)))
    most = max(exact, default=Fraction(0)) * factor
    if most > MOST_WEIGHT:
        factor *= MOST_WEIGHT / most
    return [round(one * factor) for one in exact], float(factor)
