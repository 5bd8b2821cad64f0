"""A step's rule read backwards: which value of one parent its answer tells, and which it fits.

All quantities are arrays over submissions; candidates for the parent's value may stand on axes
before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from problems.arithmetic.ball import SLACK, Ball
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.arithmetic.precision import power_of_ten
from problems.rules.expression import BALLS, NUMBERS, Expression, Ref

BEND = 1e-9
"""How far from a straight line a rule may be for its parent to be solved for."""
POINTS = np.array([[0.0], [1.0], [2.0]])
"""Where a rule is evaluated to see whether it is a straight line."""
SHIFTS = np.array([[power_of_ten(power)] for power in range(-3, 4)])
"""What a copied number may be multiplied by."""


@dataclass(frozen=True)
class Reader:
    """An answered step that reads a parent whose value is not known."""

    child: str
    parent: str
    rule: Expression
    """The way to the child that reads the parent."""
    own: bool
    """Whether that is the child's own rule, and not another right way to it."""
    beside: Mapping[str, Ball]
    """What else the rule reads, as the student has it."""
    answer: FloatArray
    unit: FloatArray
    """One unit of the last place asked for."""

    @cached_property
    def _line(self) -> tuple[FloatArray, FloatArray, BoolArray]:
        """The rule as a straight line in the parent's value: at 0, per 1, and where it bends."""
        beside = {ref: ball.m for ref, ball in self.beside.items()}
        found = array(self.rule.evaluate({**beside, self.parent: POINTS}, NUMBERS))
        zero, one, two = np.broadcast_to(found, (len(POINTS), *self.answer.shape))
        slope = one - zero
        bend = np.abs(two - one - slope)
        scale = 1.0 + np.fmax(np.fmax(np.abs(zero), np.abs(one)), np.abs(two))
        return zero, slope, ~(bend <= BEND * scale)

    def solved(self) -> tuple[FloatArray, FloatArray]:
        """The parent's value that the answer tells, and how far off it may be; nan where none."""
        start, slope, bends = self._line
        safe = np.where(bends | (slope == 0), np.nan, slope)
        return (self.answer - start) / safe, self.unit / np.abs(safe)

    def misfit(self, middle: FloatArray, off: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How far the answer is from what follows from a value, and how far it may be, in units.

        Args:
            middle: values of the parent.
            off: how far each may be off.
        """
        ball: Ball = self.rule.evaluate({**self.beside, self.parent: Ball(middle, off)}, BALLS)
        far: FloatArray = np.abs(self.answer - array(ball.m)) / self.unit
        return far, 1.0 + SLACK + array(ball.r) / self.unit

    def moves(self, middle: FloatArray, share: float) -> BoolArray:
        """Where the answer would be another if the parent were smaller by a share of itself.

        Where an activation is flat any parent far enough out gives the same answer.
        """
        distance, most = self.misfit(middle * (1.0 - share), np.zeros_like(middle))
        moves: BoolArray = distance > most
        return moves

    def tells(self) -> BoolArray:
        """Where the answer took work.

        It is none of the child's other ingredients, up to its sign and decimal point, and does
        not repeat the parent.
        """
        tells = np.full(self.answer.shape, not isinstance(self.rule, Ref))
        size, near = np.abs(self.answer), 0.5 * self.unit
        for ball in self.beside.values():
            tells &= (np.abs(size - np.abs(array(ball.m)) * SHIFTS) > near).all(axis=0)
        return tells
