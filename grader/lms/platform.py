"""What the exchange of grades needs of a learning platform, whichever it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from grader.errors import NotTaken
from problems.reasons import Reason
from problems.texts import cleaned, seen_line
from templates.words.sentences import sentence


def plain(text: str) -> str:
    """What a platform calls something, fit for a line of a log or a terminal.

    >>> print(plain("Ada" + chr(10) + "Example" + chr(27) + "[31m"))
    Ada\\nExample\\x1b[31m
    """
    return seen_line(cleaned(text))


@dataclass(frozen=True, slots=True)
class Person:
    """A student of the course."""

    key: str
    """The user's id on the platform."""
    names: tuple[str, ...]
    """The surest first: ID number, user name, e-mail, full name; those that are known."""
    shown: str
    """The full name."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A row of a rubric."""

    id: str
    name: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where submissions are and grades go."""

    id: str
    name: str
    most: Decimal
    """The maximum; above 0."""
    course: str
    takes_files: bool = True
    """Whether feedback files can be attached."""
    rubric: tuple[Criterion, ...] = ()
    notes: tuple[str, ...] = ()
    """What a teacher should know, in words."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that somebody handed in; it is not fetched yet."""

    name: str
    size: int
    """Bytes, as the platform says; 0 if it does not."""
    url: str = field(repr=False)
    changed: str = ""
    """When, or an id that changes with the content; '' if the platform does not say."""


@dataclass(frozen=True, slots=True)
class PlatformSubmission:
    """What somebody handed in, last attempt only."""

    key: str
    """Whose: the user's id."""
    attempt: int
    """From 1."""
    submitted: datetime | None
    files: tuple[Attachment, ...]
    text: str = field(default="", repr=False)
    """What was typed into the platform's text field, as HTML."""
    refused: Reason | None = None
    """Why it is not to be graded: a draft, nothing at all; None if it is."""

    @property
    def fault(self) -> str:
        """The same in words; '' if it is to be graded."""
        return sentence(self.refused) if self.refused else ""

    @property
    def fingerprint(self) -> str:
        """Changes when anything is handed in anew."""
        when = self.submitted.isoformat() if self.submitted else ""
        files = sorted((one.name, one.size, one.changed) for one in self.files)
        what = repr((self.attempt, when, files, self.text))
        return hashlib.sha256(what.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class CurrentGrade:
    """The grade that stands on the platform."""

    points: Decimal | None = None
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person gets."""

    points: Decimal | None
    """The grade; None leaves the grade as it is: worksheets that are handed out."""
    html: str
    text: str
    """The comment: platforms take one or the other."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    attempt: int = 1
    """Which attempt the comment is about."""
    mark: str = ""
    """Names this feedback, so that it is never given twice."""
    rubric: Mapping[str, Decimal] = field(default_factory=dict)
    """Criterion -> points."""


def refuse_outside(points: Decimal, most: Decimal) -> None:
    """
    Raises:
        NotTaken: the points are not within 0 and the maximum; platforms ignore that in silence,
            take it for something else, or give extra credit.
    """
    if not (points.is_finite() and 0 <= points <= most):
        raise NotTaken(f"{points} points are not within 0 and {most}; nothing was sent")


class Platform(Protocol):
    """A learning platform, with one of its assignments chosen.

    Every method raises `grader.errors.PlatformError` or one of its kinds.
    """

    @property
    def name(self) -> str:
        """`moodle` or `canvas`."""

    @property
    def site(self) -> str:
        """The platform's address."""

    @property
    def replaces_files(self) -> bool:
        """Whether files that are given take the place of those that were given before."""

    def assignment(self) -> Assignment:
        """The assignment, with its maximum."""

    def people(self) -> Sequence[Person]:
        """The students of its course."""

    def submissions(self) -> Sequence[PlatformSubmission]:
        """Everybody's last attempt, of those who did anything."""

    def grades(self, keys: Sequence[str] = ()) -> Mapping[str, CurrentGrade]:
        """The grades as they are, of some or all; who is missing has none."""

    def fixed(self, key: str) -> str:
        """Why the platform would not take a grade for somebody, in words; '' if it would."""

    def fetch(self, file: Attachment) -> bytes:
        """A file's bytes."""

    def give(self, key: str, feedback: Feedback) -> None:
        """Store a grade with comment and files; doing it twice has the effect of once."""
