"""What a class's results say: filled by `grader.report`, shown by page, tables and terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from problems.exercise import Exercise
from templates.feedback.report import Verdict

FINE: tuple[Verdict, ...] = ("correct", "carried")
"""Verdicts of work that went on rightly."""

FAILED: tuple[Verdict, ...] = ("slip", "repeated", "wrong", "unreadable")
"""Verdicts of own work that fails."""

Unit = Literal["hour", "day", "week"]


@dataclass(frozen=True, slots=True)
class StepStatistics:
    """One step, over all submissions of a group."""

    id: str
    label: str
    counts: Mapping[Verdict, int]
    """Verdict -> submissions."""
    facility: float
    """Mean credit, 0 to 1."""
    discrimination: float | None
    """Correlation of its points with those of all other steps; None where either is constant."""

    @property
    def answered(self) -> int:
        """Submissions in which something is written there."""
        return self.total - self.counts.get("blank", 0)

    @property
    def total(self) -> int:
        """Submissions."""
        return sum(self.counts.values())

    @property
    def lost(self) -> float:
        """Share of submissions whose own work fails there: slip, wrong or unreadable."""
        bad = sum(self.counts.get(verdict, 0) for verdict in FAILED)
        return bad / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Deviation:
    """How many go wrong for the first time at a step."""

    id: str
    label: str
    first: int
    reached: int
    """Submissions that are without deviation up to here."""
    consistent: int
    """Of `first`: those in which everything after it follows from it."""

    @property
    def hazard(self) -> float:
        """Share of those that were right so far."""
        return self.first / self.reached if self.reached else 0.0


@dataclass(frozen=True, slots=True)
class SlipStatistics:
    """A misconception in a group."""

    slip: str
    """Its name in the catalogue."""
    submissions: int
    """That have it at least once."""
    total: int
    steps: tuple[tuple[str, str, int], ...]
    """Id, label and count of the steps at which it was found, the most frequent first."""

    @property
    def share(self) -> float:
        """Of all submissions."""
        return self.submissions / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Tercile:
    """A third of the class by the value of a given."""

    low: float
    high: float
    count: int
    mean: float
    """Percent."""
    error: float
    """Standard error of the mean, in points of percent."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Whether the score goes with something about the draw."""

    feature: str
    """Id of a given, or `mean slope`."""
    name: str
    """As the text types it."""
    correlation: float
    probability: float
    """Of a correlation at least as strong by chance, with all features looked at allowed for."""
    terciles: tuple[Tercile, ...]
    clear: bool
    """Whether it is worth a word: beyond chance, and not negligible."""
    step: str | None = None
    """Label of the step that goes with it most, where it is clear."""


@dataclass(frozen=True, slots=True)
class Variants:
    """The draws of a group."""

    features: tuple[Variant, ...]
    """The strongest first."""
    explained: float | None
    """Share of the scores' variance that the givens explain linearly, adjusted for their
    number; None for too few submissions."""
    left_out: tuple[str, ...] = ()
    """Givens that are the same for everybody."""


@dataclass(frozen=True, slots=True)
class Group:
    """Submissions that were asked the same steps: one exercise number, one topology."""

    number: int
    exercise: Exercise
    """Any one of them, for the diagram and the notation."""
    submissions: int
    mean: float
    """Percent."""
    alpha: float | None
    """Cronbach's; None where it has no meaning."""
    steps: tuple[StepStatistics, ...]
    """In the order of the worksheet."""
    deviations: tuple[Deviation, ...]
    """In the order of the work; only steps at which somebody deviates first."""
    faultless: int
    """Submissions without any deviation."""
    slips: tuple[SlipStatistics, ...]
    """The most frequent first."""
    variants: Variants

    @property
    def topology(self) -> str:
        """`3-2-2`."""
        return self.exercise.plan.shape


@dataclass(frozen=True, slots=True)
class Pair:
    """Two students who share more wrong answers than chance gives."""

    first: str
    second: str
    number: int
    """Of the exercise."""
    shared: int
    """Different answers in common, wrong for at least one of them."""
    expected: float
    """How many two students as wrong as these share by chance."""
    by_chance: float
    """Pairs in a class of this size that share so many by chance."""
    steps: tuple[str, ...]
    """Labels of the steps."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Answers that are wrong for one exercise and stand in another one too."""

    pairs: tuple[Pair, ...]
    seen: int
    """Rare coincidences in the whole class."""
    expected: float
    """The same by chance."""
    compared: int
    """Submissions."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A submission that was worked on another exercise of the assignment."""

    student: str
    number: int
    """Of the exercise that it should have been."""
    exercise: str
    """The one whose numbers it has; '' where names are left out."""
    owner: str
    """Whose that is."""
    answers: int
    """That are right there and not in the own exercise."""
    of: int
    """That are not right in the own one."""


@dataclass(frozen=True, slots=True)
class Period:
    """An hour, a day or a week of handing in."""

    start: datetime
    submissions: int
    mean: float | None
    """Percent; None where nothing came."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """All first attempts, all second ones, ..."""

    number: int
    submissions: int
    mean: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """When work was handed in, as far as it is known."""

    unit: Unit
    periods: tuple[Period, ...]
    attempts: tuple[Attempt, ...]
    unread: int
    """Rows whose time could not be read."""


@dataclass(frozen=True, slots=True)
class Score:
    """One submission."""

    student: str
    exercise: str
    """Its id; its number where names are left out."""
    number: int
    score: float
    max: float
    percent: float
    first_deviation: str
    """Label of the step, or ''."""
    attempts: int


@dataclass(frozen=True, slots=True)
class Look:
    """A sheet that a person should look at."""

    student: str
    exercise: str
    """Its id; its number where names are left out."""
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that a class report shows."""

    title: str
    students: int
    scores: tuple[Score, ...]
    groups: tuple[Group, ...]
    agreement: Agreement
    timeline: Timeline | None
    notes: tuple[str, ...]
    """What was left out, and why."""
    foreign: tuple[Foreign, ...] = ()
    anonymous: bool = False
    looks: tuple[Look, ...] = ()
    """In the order of the names as shown."""
