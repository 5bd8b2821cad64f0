"""Whose exercise answers belong to: numbers that are another exercise's, not one's own.

Every student has other numbers, and the assignment knows all of them. A sheet whose answers miss
the own true values and lie within those of one other exercise, again and again, was worked on that
exercise. Nothing is said by chance: an answer counts only where the two exercises visibly differ,
once for all that follows from it, and the class itself says how easily a number is met.

Whether somebody copied, took the wrong sheet or handed in for a friend cannot be seen from
numbers. This is for the teacher, and changes no mark.

Source: docs/formats.md, `other_exercise`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grader.marking.batch import Indices, spread
from problems.arithmetic.elementary import BoolArray, FloatArray
from problems.arithmetic.precision import power_of_ten
from problems.computation.solve import solve
from problems.exercise import Exercise

BY_CHANCE = 1e-6
"""How many of a sheet's other exercises may fit so well by chance; beyond that nothing is said."""

SHARE = 0.5
"""Of the answers that are not the own exercise's so many must be the other one's."""

LEAST = 5
"""Answers that must speak for another exercise, each for itself."""

CHANCE = 0.01
"""That an answer meets another exercise's value by chance, at the least: in a small class nobody
can tell, and this is more than was measured in large ones (some 10 units of 10,000)."""

COMMON = 0.1
"""A number that is near the right one in more than this share of the exercises is anybody's."""

MOST = 512
"""Exercises that one answer may speak for; where more have such a number it finds nobody."""

COARSE = 10.0
"""An answer whose last digit is more than so many units asked for tells nothing."""

WIDEST = 10.0
"""A value whose ball is so many times wider than it is for most exercises tells nothing."""

SLICE = 512
"""Sheets compared at once."""


@dataclass(frozen=True, eq=False)
class Keys:
    """The true values of exercises that ask the same, as columns."""

    mould: Exercise
    """Any of them: steps, order and precision hold for all."""
    ids: Sequence[str]
    students: Sequence[str]
    givens: Mapping[str, FloatArray]
    """Id of a given -> its number in each exercise."""

    @property
    def count(self) -> int:
        """Exercises."""
        return len(self.ids)

    @cached_property
    def balls(self) -> tuple[FloatArray, FloatArray]:
        """Centres and radii of the asked steps: shape (asked, exercises)."""
        true = solve(self.mould.graph, self.givens, self.mould.precision)
        asked = self.mould.asked
        centres = np.array([spread(true[id].m, self.count) for id in asked])
        return centres, np.array([spread(true[id].r, self.count) for id in asked])

    @cached_property
    def places(self) -> dict[str, int]:
        """Id of an exercise -> its column."""
        return {id: n for n, id in enumerate(self.ids)}

    @cached_property
    def columns(self) -> list[_Column]:
        """The same in order, step by step."""
        return [_Column(m, r) for m, r in zip(*self.balls, strict=True)]

    def asks_like(self, other: Exercise) -> bool:
        """Whether an exercise asks for the same numbers, so that the columns fit it too."""
        mould = self.mould
        return (mould.plan, mould.precision, mould.asked) == (
            other.plan,
            other.precision,
            other.asked,
        )


@dataclass(frozen=True, eq=False)
class Sheets:
    """What was answered to the same exercises, submission by submission."""

    own: Keys
    """The exercise of each submission."""
    values: FloatArray
    """The numbers written, nan for none: shape (asked, submissions)."""
    units: FloatArray
    """One unit of the last digit written of each."""

    @cached_property
    def foreign(self) -> BoolArray:
        """Which numbers are not those of the own exercise, and written finely enough to tell."""
        centres, radii = self.own.balls
        mould = self.own.mould
        asked = np.array([_unit(mould, id) for id in mould.asked])[:, None]
        size = np.abs(self.values) if mould.precision.significant is not None else 1.0
        with np.errstate(invalid="ignore"):
            fine = self.units <= COARSE * asked * size * (1 + 1e-9)
            missed = np.abs(self.values - centres) > radii + 0.5 * self.units
        found: BoolArray = fine & missed & np.isfinite(self.values)
        return found


@dataclass(frozen=True, slots=True)
class Fit:
    """A sheet that another exercise fits."""

    sheet: int
    exercise: str
    student: str
    """To whom the exercise belongs."""
    answers: int
    """That are the other exercise's and not the own one's."""
    of: int
    """That are not the own one's at all."""
    chance: float
    """How many of the exercises would fit so well by chance."""


def _unit(mould: Exercise, id: str) -> float:
    """One unit of the last place asked for; with significant figures of a number near 1."""
    places = mould.precision.places(mould.graph.steps[id].kind)
    return power_of_ten(-places if mould.precision.significant is None else 1 - places)


def foreign(sheets: Sheets, keys: Keys, among: int) -> list[Fit]:
    """Sheets that another exercise fits, and which one.

    Args:
        sheets: what was answered.
        keys: exercises that ask the same; the own ones may be among them.
        among: how many exercises there are to choose from, these included.
    """
    if not sheets.own.mould.asked:
        return []
    enough = np.flatnonzero(sheets.foreign.sum(axis=0) >= LEAST)
    if not keys.count or not len(enough):
        return []
    search = _Search(sheets, keys, among)
    fits: list[Fit] = []
    for start in range(0, len(enough), SLICE):
        fits += search.fits(enough[start : start + SLICE])
    return fits


class _Search:
    """Looks for exercises by values: those of a step in order, so that few are looked at."""

    def __init__(self, sheets: Sheets, keys: Keys, among: int) -> None:
        self.sheets, self.keys, self.among = sheets, keys, among
        self.own = np.array([keys.places.get(id, -1) for id in sheets.own.ids])
        self.columns = keys.columns

    def fits(self, at: Indices) -> Iterator[Fit]:
        """Of some sheets."""
        most = np.zeros((len(self.columns), len(at)), dtype=np.int64)
        met = []
        for k, column in enumerate(self.columns):
            whose, exercise, most[k] = self._met(k, column, at)
            met.append(whose * self.keys.count + exercise)
        pairs, votes = np.unique(np.concatenate(met), return_counts=True)
        strong = votes >= LEAST
        best: dict[int, tuple[int, int]] = {}
        for pair, count in zip(pairs[strong].tolist(), votes[strong].tolist(), strict=True):
            n, exercise = divmod(pair, self.keys.count)
            best[n] = max(best.get(n, (0, 0)), (count, -exercise))
        for n, (_, minus) in best.items():
            fit = self._weighed(int(at[n]), -minus, most[:, n])
            if fit:
                yield fit

    def _met(self, k: int, column: _Column, at: Indices) -> tuple[Indices, Indices, Indices]:
        """Whose answer lies within which exercise's ball, visibly beside the own one; and for
        each sheet how many exercises have such a number."""
        sheets = self.sheets
        asking = np.flatnonzero(sheets.foreign[k, at])
        value, unit = sheets.values[k, at[asking]], sheets.units[k, at[asking]]
        which, exercise, near = column.near(value, COMMON * self.keys.count + LEAST)
        whose = asking[which]
        own_m, own_r = (part[k, at[whose]] for part in sheets.own.balls)
        m, r = (part[k, exercise] for part in self.keys.balls)
        reach = np.maximum(r, 0.5 * unit[which]) * (1 + 1e-9)
        hit = (np.abs(value[which] - m) <= reach) & (np.abs(m - own_m) > r + own_r)
        hit &= exercise != self.own[at[whose]]
        crowd = np.zeros(len(at), dtype=np.int64)
        crowd[asking] = np.where(near > 0, near, np.bincount(which[hit], minlength=len(asking)))
        return whose[hit], exercise[hit], crowd

    # one sheet, one exercise -------------------------------------------------------------------

    def _weighed(self, sheet: int, exercise: int, most: Indices) -> Fit | None:
        """Whether they fit beyond chance and beyond the own exercise."""
        keys, asked = self.keys, self.keys.mould.asked
        missed = self.sheets.foreign[:, sheet]
        value, unit = self.sheets.values[:, sheet], self.sheets.units[:, sheet]
        m, r = (part[:, exercise] for part in keys.balls)
        own_m, own_r = (part[:, sheet] for part in self.sheets.own.balls)
        with np.errstate(invalid="ignore"):
            inside = np.abs(value - m) <= np.maximum(r, 0.5 * unit) * (1 + 1e-9)
        telling = inside & missed & (np.abs(m - own_m) > r + own_r)
        telling &= [column.tells(exercise) for column in self.columns]
        known = {id for id, lies in zip(asked, inside, strict=True) if lies}
        known |= {
            id
            for id, numbers in keys.givens.items()
            if numbers[exercise] == self.sheets.own.givens[id][sheet]
        }
        free = sum(not _follows(keys.mould, asked[k], known) for k in np.flatnonzero(telling))
        answers, of = int(telling.sum()), int(missed.sum())
        others = max(1, keys.count - 2)
        chances = np.clip((most - telling) / others, CHANCE, 1.0)
        by_chance = self.among * tail(float(chances[missed].sum()), free)
        if free < LEAST or answers < SHARE * of or by_chance > BY_CHANCE:
            return None
        return Fit(sheet, keys.ids[exercise], keys.students[exercise], answers, of, by_chance)


def _follows(mould: Exercise, id: str, known: set[str]) -> bool:
    """Whether a value says nothing new: all it is worked out from is the other exercise's."""
    step = mould.graph.steps[id]
    return any(known.issuperset(way.refs()) for way in (step.rule, *step.others))


class _Column:
    """The true values of one step in ascending order."""

    def __init__(self, centres: FloatArray, radii: FloatArray) -> None:
        # near 0 the balls of many exercises meet, and a few vast ones would make all searches long
        tells = (np.abs(centres) > 4 * radii) & (radii <= WIDEST * np.median(radii))
        self._tells = tells
        self._width = float(np.max(radii, initial=0.0, where=tells))
        at = np.flatnonzero(tells)
        self._order = at[np.argsort(centres[at], kind="stable")]
        self._sorted = centres[self._order]

    def tells(self, exercise: int) -> bool:
        """Whether an exercise's value can be told from 0 and within narrow bounds."""
        return bool(self._tells[exercise])

    def near(self, values: FloatArray, most: float) -> tuple[Indices, Indices, Indices]:
        """Index of a value, and an exercise that may hold it; and how many may hold each value
        that stands near those of too many, 0 for all others."""
        low = np.searchsorted(self._sorted, values - self._width, side="left")
        high = np.searchsorted(self._sorted, values + self._width, side="right")
        few = high - low <= min(most, MOST)
        count = np.where(few, high - low, 0)
        which = np.repeat(np.arange(len(values)), count)
        first = np.repeat(low - np.cumsum(count) + count, count)
        return which, self._order[first + np.arange(len(which))], np.where(few, 0, high - low)


def tail(mean: float, least: int) -> float:
    """Chance of at least so many rare events, of which there are `mean` on average (Poisson).

    >>> tail(1.0, 0), round(tail(1.0, 3), 4)
    (1.0, 0.0803)
    """
    if least <= mean:
        return 1.0
    term = math.exp(least * math.log(mean) - mean - math.lgamma(least + 1)) if mean > 0 else 0.0
    total, n = 0.0, least
    while term > 1e-17 * total:
        total += term
        n += 1
        term *= mean / n
    return min(1.0, total)
