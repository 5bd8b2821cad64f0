"""What an exchange with a learning platform would change, and why not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from grader.errors import Problem
from grader.lms.memory import Entry
from grader.lms.platform import Assignment, Criterion, CurrentGrade, Platform, PlatformSubmission
from problems.reasons import Reason, because
from templates.words.sentences import sentence

if TYPE_CHECKING:
    from grader.assignments.folder import Folder
    from grader.lms.memory import Memory
    from grader.lms.outcome import Outcome

CLOSE = Decimal("0.005")
"""Platforms keep more decimals than we send."""

Action = Literal["grade", "hand out", "same", "keep", "hold", "skip", "fail"]
"""`grade` and `hand out` are sent; `same` and `keep` stand there already; `hold` is somebody
else's grade; `skip` is nothing to be graded; `fail` could not be graded."""


@dataclass(frozen=True)
class Change:
    """What happens to one person."""

    key: str
    """The user's id on the platform."""
    who: str
    """The name there."""
    action: Action
    reason: Reason | None = None
    """Why that and nothing else."""
    submission: PlatformSubmission | None = None
    old: Decimal | None = None
    """The grade that stands there."""
    new: Decimal | None = None
    files: tuple[str, ...] = ()
    """Names of what is attached."""
    outcome: Outcome | None = field(default=None, repr=False)
    student: str = ""
    """The id in the class list, where it is known."""
    mark: str = ""
    problem: Problem | None = None
    """What the reason was taken from."""
    known: Entry = field(default_factory=Entry)
    """What was remembered when this was planned."""

    @property
    def why(self) -> str:
        """The reason in words; '' if there is none."""
        return sentence(self.reason) if self.reason else ""

    @property
    def sends(self) -> bool:
        """Whether something is written to the platform."""
        return self.action in ("grade", "hand out")

    @property
    def submitted(self) -> datetime | None:
        """When it was handed in."""
        return self.submission.submitted if self.submission else None

    def __str__(self) -> str:
        if self.action == "grade":
            old = "no grade" if self.old is None else f"{self.old:.2f}"
            return f"{self.who}: {old} -> {self.new:.2f}, {self.why}"
        return (
            f"{self.who}: {self.action}, {self.why}" if self.why else f"{self.who}: {self.action}"
        )


@dataclass
class Plan:
    """Everything that was found; nothing is written yet. Iterating gives the changes."""

    folder: Folder
    platform: Platform
    assignment: Assignment
    memory: Memory
    by: str
    """Digest of policy and exercises."""
    pages: tuple[str, ...] = ("html", "pdf")
    """Formats of the feedback that is attached."""
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """What could not be read, with file and row."""
    notes: list[str] = field(default_factory=list)
    silent: int = 0
    """Students of the course who have handed in nothing."""

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    @property
    def to_send(self) -> list[Change]:
        """What is written when the plan is applied."""
        return [one for one in self.changes if one.sends]

    @property
    def clean(self) -> bool:
        """Whether everything could be graded."""
        return not self.problems and not any(one.action == "fail" for one in self.changes)


@dataclass(frozen=True)
class SentChange:
    """What came of a change that was sent."""

    change: Change
    failed: Reason | None = None
    """Why it failed; None if it stands there."""

    @property
    def fault(self) -> str:
        """The same in words; '' if it stands there."""
        return sentence(self.failed) if self.failed else ""


def equal(one: Decimal | None, other: Decimal | None) -> bool:
    """Whether two grades are the same, or both missing.

    >>> equal(Decimal("8.5"), Decimal("8.50000")), equal(None, Decimal(0))
    (True, False)
    """
    if one is None or other is None:
        return one is other
    return abs(one - other) < CLOSE


def decided(
    known: Entry, standing: CurrentGrade, submission: PlatformSubmission, new: Decimal, mark: str
) -> tuple[Action, Reason]:
    """Whether a grade is sent.

    Args:
        known: what was sent before.
        standing: what stands there now.
        submission: what was graded.
        new: the grade it gets.
        mark: of its feedback.
    """
    if standing.excused:
        return "hold", because("excused")
    current = standing.points
    if current is not None and not _ours(known, current):
        if equal(current, new) and not known.ours:
            return "same", because("stands_already")
        return "hold", _foreign(known)
    if current is None and known.points is not None and submission.attempt <= known.attempt:
        return "hold", because("removed_by_hand")
    if equal(current, new) and known.mark == mark and known.sending is None:
        return "same", because("sent_before")
    if known.sending is not None:
        return "grade", because("cut_short")
    if current is None and not known.submission:
        return "grade", because("new")
    anew = submission.fingerprint != known.submission
    return "grade", because("handed_in_anew") if anew else because("graded_anew")


def untouched(known: Entry, standing: CurrentGrade) -> tuple[Action, Reason]:
    """The same where nothing was handed in since."""
    if equal(standing.points, known.points):
        return "keep", because("nothing_new")
    if standing.points is None:
        return "hold", because("removed_by_hand")
    return "hold", _foreign(known)


def _ours(known: Entry, current: Decimal) -> bool:
    return any(equal(current, one) for one in known.ours)


def _foreign(known: Entry) -> Reason:
    return because("changed_by_hand") if known.ours else because("graded_by_another")


def mark_of(assignment: str, key: str, attempt: int, points: Decimal, text: str) -> str:
    """A name for one person's feedback, such as `bpgrade 3f9ac2d1e0`."""
    what = repr((assignment, key, attempt, f"{points:.2f}", text))
    return f"bpgrade {hashlib.sha256(what.encode()).hexdigest()[:10]}"


def rubric_points(
    criteria: Sequence[Criterion], sections: dict[str, tuple[Decimal, Decimal]], points: Decimal
) -> dict[str, Decimal]:
    """Points for the rows of a rubric; empty where they are not the worksheet's sections.

    Args:
        criteria: the rubric.
        sections: title -> points that were reached and that can be, on the platform's scale.
        points: the grade, which the rows must add up to.
    """
    titles = {title.casefold().strip(): found for title, found in sections.items()}
    names = [one.name.casefold().strip() for one in criteria]
    if not criteria or sorted(names) != sorted(titles) or len(set(names)) != len(names):
        return {}
    if any(
        abs(titles[name][1] - one.points) >= 1 for name, one in zip(names, criteria, strict=True)
    ):
        return {}
    found = {one.id: titles[name][0] for name, one in zip(names, criteria, strict=True)}
    off = points - sum(found.values())
    if abs(off) > Decimal("0.01") * len(found):
        return {}
    largest = max(found, key=lambda id: found[id])
    found[largest] += off
    return found
