"""Submissions as columns, and what the walk over the graph finds about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    reached: dict[str, BoolArray] = field(default_factory=dict)
    """Where it does, for the steps that have `recomputed`."""
    beyond: dict[str, BoolArray] = field(default_factory=dict)
    """Where `recomputed` reaches beyond the true ball: a child may come out visibly different
    even if the step itself would not; absent if nowhere."""
    loose: dict[str, BoolArray] = field(default_factory=dict)
    """Where a right answer lies more than its own digit beside the true value: a child may
    have worked with either; absent if nowhere."""
    dead: dict[str, BoolArray] = field(default_factory=dict)
    """Where the effective value cannot be carried further; absent if nowhere."""
    dead_recomputed: dict[str, BoolArray] = field(default_factory=dict)
    coarse: dict[str, BoolArray] = field(default_factory=dict)
    """Where an own answer that is not right was written with fewer digits than asked."""
    untold: dict[str, BoolArray] = field(default_factory=dict)
    """Where a number has too few digits to be told from what costs no work; absent if nowhere."""
    zeroed: dict[str, BoolArray] = field(default_factory=dict)
    """Where an answer follows from an own 0 that hides whatever comes after; absent if nowhere."""
    unfounded: dict[str, BoolArray] = field(default_factory=dict)
    """Where an answer follows from numbers that nothing on the sheet explains; absent if
    nowhere."""
    elaborate: dict[str, BoolArray] = field(default_factory=dict)
    """Where the wrong rule behind a slip takes work as the right one does; absent if nowhere."""
    chance: dict[str, BoolArray] = field(default_factory=dict)
    """Where such a rule gives a number that stands on the sheet by chance; absent if nowhere."""
    guessed: dict[str, BoolArray] = field(default_factory=dict)
    """Where an answer follows from an unwritten value that no slip explains; absent if nowhere."""
    weak: dict[str, BoolArray] = field(default_factory=dict)
    """Where an answer is carried though a rough guess would have done; absent if nowhere."""
    copied: dict[str, BoolArray] = field(default_factory=dict)
    """Where an answer that follows is undetermined only because it equals one of its ingredients;
    absent if nowhere."""
    used: dict[str, dict[int, tuple[str, ...]]] = field(default_factory=dict)
    """Step -> submission -> ids of the deviating values that its verdict rests on."""
    shown: dict[str, dict[int, str]] = field(default_factory=dict)
    """Blank step -> submission -> the slip there that its children show."""
    vouched: dict[str, BoolArray] = field(default_factory=dict)
    """Where a verdict `carried` would be `undetermined`, had the student not shown that kind of
    rule elsewhere; absent if nowhere."""

    def table(self) -> Codes:
        """All verdicts as one array, shape (asked steps, submissions)."""
        return np.stack(list(self.verdicts.values()))


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
