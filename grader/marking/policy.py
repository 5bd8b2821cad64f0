"""How verdicts become points: pure functions of a policy and what was judged.

A policy never decides what is right, only what it is worth; regrading needs no more than the
files that are there. `grader.marking.policy_file` reads policies from TOML.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, Protocol

from problems.computation import ids
from problems.misconceptions.names import BOTH
from problems.recipes.names import beginnings
from templates.feedback.show import Show

DEFAULT_CREDITS: Mapping[str, float] = MappingProxyType(
    {
        "correct": 1.0,
        "imprecise": 0.5,
        "carried": 1.0,
        "undetermined": 0.0,
        "slip": 0.0,
        "repeated": 1.0,
        "wrong": 0.0,
        "blank": 0.0,
        "unreadable": 0.0,
    }
)
NOTHING: Mapping[str, float] = MappingProxyType({})
HOURS = 24
DUST = 9
"""Decimals to which a sum of points is exact; what is beyond them is floating-point dust."""


class Judged(Protocol):
    """A step with its credit and weight, such as `templates.feedback.report.StepReport`."""

    @property
    def credit(self) -> float:
        """0 to 1."""

    @property
    def weight(self) -> float:
        """Points of the step."""


@dataclass(frozen=True, slots=True)
class Late:
    """What lateness costs."""

    off_per_day: float = 0.0
    """Taken off for each day begun, counted from the deadline; 0 for no cost."""
    unit: Literal["percent", "points"] = "percent"
    """`percent` of the points earned, or `points`."""
    grace_hours: float = 0.0
    """So much lateness costs nothing."""
    most_off: float = math.inf
    """Never more than this, in the same unit."""
    cut_off_hours: float = math.inf
    """From here on nothing counts."""

    def left(self, score: float, hours: float) -> float:
        """What a score is worth that came so many hours after the deadline.

        >>> late = Late(off_per_day=10, grace_hours=1, most_off=50, cut_off_hours=168)
        >>> [late.left(40, hours) for hours in (-3, 1, 2, 25, 160, 169)]
        [40, 40, 36.0, 32.0, 20.0, 0.0]
        """
        if hours <= max(0.0, self.grace_hours):
            return score
        if hours > self.cut_off_hours:
            return 0.0
        off = min(self.off_per_day * math.ceil(hours / HOURS), self.most_off)
        return max(0.0, score - (score * off / 100 if self.unit == "percent" else off))


@dataclass(frozen=True, slots=True)
class Attempts:
    """Which of several submissions counts."""

    counts: Literal["best", "last", "average"] = "best"
    most: int | None = None
    """Later attempts are not counted; None for any number."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a score is rounded, always half up."""

    decimals: int = 2
    step: float | None = None
    """To whole steps such as 0.25, instead of decimals."""

    def of(self, score: float) -> float:
        """The rounded score.

        >>> Rounding().of(2.675), Rounding(1).of(0.25), Rounding(step=0.25).of(3.125)
        (2.68, 0.3, 3.25)
        """
        exact = Decimal(repr(round(score, DUST)))
        unit = Decimal(1).scaleb(-self.decimals) if self.step is None else Decimal(repr(self.step))
        return float((exact / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit)


@dataclass(frozen=True)
class Policy:
    """Credits, weights and rules of a course."""

    name: str = "default"
    title: str = ""
    """What it is for, in a line."""
    credits: Mapping[str, float] = field(default_factory=lambda: dict(DEFAULT_CREDITS))
    """Verdict -> share of a step's points."""
    follow_through: float = 1.0
    """Multiplies the credit of `carried`; 0 for no follow-through."""
    slips: Mapping[str, float] = field(default_factory=dict)
    """Name of a slip -> its credit, where it is not that of `slip`; a repetition has at least
    as much."""
    off_per_digit: float | None = None
    """Taken off the credit of `correct` for each missing digit, instead of `imprecise`."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Step, layer (`dw.2`) or kind of step -> points; 1 where nothing fits."""
    late: Late = Late()
    attempts: Attempts = Attempts()
    rounding: Rounding = Rounding()
    show: Show = field(default_factory=Show)

    def credit(self, verdict: str, slip: str | None = None, missing: int = 1) -> float:
        """Share of a step's points, 0 to 1.

        Args:
            verdict: one of the closed set.
            slip: the misconception's name, where the verdict is `slip` or `repeated`; two in
                one cell are worth what a wrong number is.
            missing: how many digits fewer than asked, where it is `imprecise`.
        """
        if verdict == "carried":
            return self.credits["carried"] * self.follow_through
        if BOTH in (slip or ""):
            return self.credits["wrong"]
        if verdict in ("slip", "repeated"):
            once = self.slips.get(slip or "", self.credits["slip"])
            return once if verdict == "slip" else max(once, self.credits["repeated"])
        if verdict == "imprecise" and self.off_per_digit is not None:
            left = self.credits["correct"] - self.off_per_digit * missing
            return max(0.0, round(left, DUST))
        return self.credits[verdict]

    def weight(self, id: str) -> float:
        """Points of a step; what fits it best counts.

        >>> policy = Policy(weights={"dw": 2.0, "dw.2": 3.0, "dw.2.1.1": 0.5})
        >>> [policy.weight(id) for id in ("net.1.1", "dw.1.1.1", "n2:dw.2.1.2", "dw.2.1.1@2")]
        [1.0, 2.0, 3.0, 0.5]
        """
        if not self.weights:
            return 1.0
        return next((self.weights[p] for p in patterns(id) if p in self.weights), 1.0)

    def rounded(self, score: float, most: float = math.inf) -> float:
        """A score as it is shown and exported; rounding never lifts it above `most`."""
        return min(self.rounding.of(score), most)

    def score(self, steps: Iterable[Judged]) -> float:
        """Credits times weights, rounded."""
        steps = list(steps)
        most = round(math.fsum(step.weight for step in steps), DUST)
        return self.rounded(math.fsum(step.credit * step.weight for step in steps), most)

    def with_late(self, score: float, hours_late: float) -> float:
        """The score after the late rule; at most what it was."""
        return self.rounded(self.late.left(score, hours_late), score)

    def of_attempts(self, scores: Sequence[float]) -> float:
        """What counts of several attempts, given in the order of time; 0 for none."""
        counted = list(scores if self.attempts.most is None else scores[: self.attempts.most])
        if not counted:
            return 0.0
        match self.attempts.counts:
            case "best":
                return max(counted)
            case "last":
                return counted[-1]
            case "average":
                return self.rounded(math.fsum(counted) / len(counted), max(counted))


DEFAULT = Policy(title="Full credit for what follows from own values, half for too few digits")


@lru_cache(maxsize=65536)
def patterns(id: str) -> tuple[str, ...]:
    """Keys of `[weights]` that mean a step, the closest first.

    >>> patterns("n2:dw.2.1")
    ('n2:dw.2.1', 'dw.2.1', 'n2:dw.2', 'dw.2', 'n2:dw', 'dw')
    """
    try:
        found = ids.parse(id)
    except ValueError:  # of a recipe, whose names no policy knows: by its text alone
        return beginnings(id)
    places = [(n, i) for n in (found.example, None) for i in (found.iteration, 1)]
    return tuple(dict.fromkeys(ids.at(core, *at) for core in _cores(id, found) for at in places))


def _cores(id: str, found: ids.StepId) -> Iterator[str]:
    """The step itself, then with fewer and fewer indices."""
    yield ids.core(id)
    for count in range(len(found.indices), -1, -1):
        yield ids.stem(found, count)
    yield found.kind
