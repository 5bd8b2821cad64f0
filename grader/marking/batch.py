"""Submissions as columns, and what the walk over the graph finds about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from problems.arithmetic.ball import Ball
from problems.arithmetic.elementary import BoolArray, FloatArray, array
from problems.arithmetic.precision import Precision
from problems.computation.solve import Solution
from problems.computation.steps import Graph

(
    BLANK,
    UNREADABLE,
    CORRECT,
    IMPRECISE,
    CARRIED,
    SLIP,
    WRONG,
    UNDETERMINED,
    REPEATED,
) = range(9)
VERDICTS = (
    "blank",
    "unreadable",
    "correct",
    "imprecise",
    "carried",
    "slip",
    "wrong",
    "undetermined",
    "repeated",
)
"""Verdict codes in arrays, and their names."""

COARSEST = 0.1
"""A number written with fewer digits must still say something: half a unit of its last digit
is at most this share of the true value. Without this bound "1" would pass for 0.77."""

SHORT = 1.5
"""A number whose last digit is worth more units than this has fewer digits than asked."""

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
    offs: Mapping[str, FloatArray] = field(default_factory=dict)
    """Id of a step -> how far its value may be off, where it was found behind its children
    instead of on the sheet."""

    @property
    def asked(self) -> tuple[str, ...]:
        """Ids of the asked steps."""
        return tuple(self.values)


Mark = BoolArray | None
"""Where something holds of a step; None if nowhere."""
Flag = Literal["zeroed", "copied", "weak", "elaborate", "chance", "guessed"]
"""Marks that are put down submission by submission."""


@dataclass(slots=True)
class StepStanding:
    """What the walk finds at one step: a verdict, and the values that it hands on."""

    verdict: Codes | None = None
    """None where no number is asked for."""
    effective: Ball | None = None
    """What a child would take from the step: the own answer, else the recomputed value."""
    deviates: Mark = None
    """Where the effective value is visibly not the true one."""
    open: Mark = None
    """Where a child may have worked with another than the true value."""
    recomputed: Ball | None = None
    """What follows from the values before the step, where any of them deviates."""
    reached: Mark = None
    """Where any of them does, if there is a recomputed value."""
    beyond: Mark = None
    """Where the recomputed value reaches beyond the true ball: a child may come out visibly
    different even if the step itself would not."""
    loose: Mark = None
    """Where a right answer lies more than its own digit beside the true value: a child may
    have worked with either."""
    dead: Mark = None
    """Where the effective value cannot be carried further,"""
    dead_recomputed: Mark = None
    """and where the recomputed one cannot."""
    coarse: Mark = None
    """Where an own answer that is not right was written with fewer digits than asked."""
    untold: Mark = None
    """Where a number has too few digits to be told from what costs no work."""
    zeroed: Mark = None
    """Where an answer follows from an own 0 that hides whatever comes after."""
    unfounded: Mark = None
    """Where an answer follows from numbers that nothing on the sheet explains."""
    elaborate: Mark = None
    """Where the wrong rule behind a slip takes work as the right one does."""
    chance: Mark = None
    """Where such a rule gives a number that stands on the sheet by chance."""
    guessed: Mark = None
    """Where an answer follows from an unwritten value that no slip explains."""
    weak: Mark = None
    """Where an answer is carried though a rough guess would have done."""
    copied: Mark = None
    """Where an answer that follows is undetermined only because it equals one of its
    ingredients."""
    vouched: Mark = None
    """Where a verdict `carried` would be `undetermined`, had the student not shown that kind of
    rule elsewhere."""
    used: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Submission -> ids of the deviating values that its verdict rests on."""
    shown: dict[int, str] = field(default_factory=dict)
    """Submission that left the step blank -> the slip there that its children show."""

    def mark(self, flag: Flag, at: Indices | int, count: int) -> None:
        """Put a mark down.

        Args:
            flag: which.
            at: of which submissions.
            count: how many there are.
        """
        found: Mark = getattr(self, flag)
        if found is None:
            found = np.zeros(count, dtype=bool)
            setattr(self, flag, found)
        found[at] = True


class Standing(dict[str, StepStanding]):
    """Step or given -> what the walk finds there, in the order of the computation."""

    def __missing__(self, id: str) -> StepStanding:
        self[id] = found = StepStanding()
        return found

    @property
    def verdicts(self) -> dict[str, Codes]:
        """Asked step -> its verdicts, which may be changed in place."""
        return {id: one.verdict for id, one in self.items() if one.verdict is not None}

    def table(self) -> Codes:
        """All verdicts as one array, shape (asked steps, submissions)."""
        return np.stack(list(self.verdicts.values()))

    def any(self, flag: Flag) -> bool:
        """Whether a mark holds anywhere."""
        return any(getattr(one, flag) is not None for one in self.values())


def held(mark: Mark, nowhere: BoolArray) -> BoolArray:
    """A mark as an array, also where it holds nowhere."""
    return nowhere if mark is None else mark


def either(mark: Mark, more: BoolArray) -> BoolArray:
    """Where a mark holds, or something else does."""
    return more if mark is None else mark | more


def gathered(ball: Ball, at: Indices, count: int) -> Ball:
    """The ball of some submissions; what all of them share stays a float."""
    return Ball(_picked(ball.m, at, count), _picked(ball.r, at, count))


def _picked(value: object, at: Indices, count: int) -> FloatArray:
    found = np.asarray(value, dtype=np.float64)
    return found[at] if found.shape == (count,) else found


def spread(value: object, count: int) -> FloatArray:
    """A value as an array over submissions."""
    if isinstance(value, np.ndarray) and value.shape == (count,):
        return value
    return np.full(count, value, dtype=np.float64)


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
    speaks = (unit > asked * SHORT) & (0.5 * unit <= COARSEST * np.abs(m))
    rounded = np.abs(value - m) <= 0.5 * unit * (1 + 1e-9) + 1e-12
    size = np.abs(value)
    cut = (size <= np.abs(m)) & (np.abs(m) < size + unit) & (value * m > 0)
    coarse: BoolArray = speaks & (rounded | cut)
    return coarse
