"""What the grader refuses; extends `problems.errors`.

BpgradeError
 +- AssignmentError   an assignment folder cannot be found, read or written
 +- PlatformFileError a learning platform's file is not what it should be; all faults are listed
 +- PlatformError     a learning platform refuses, or says what cannot be understood
 |   +- TokenError    no token, or one that the platform does not know
 |   +- RightsError   the token's owner may not do this
 |   +- NotTaken      a grade was sent, and something else stands there
 |   +- Unreachable   no answer, or none of use, after several tries
 |       +- Unclear   it may have been done all the same
 +- CallError         a learning platform could not be asked for something
 |   +- AddressError    its address may not be called: internal, or not https
 |   +- SilenceError    no connection, no answer in time, or one that breaks off
 |   +- AnswerError     an answer of no use: too long, or not what was asked for
 |   +- RefusalError    it answers that it will not, or not now
 +- ReportError       a results folder cannot be found, or is not what a report is made of
 +- RosterError       rows of a roster cannot be used; all are listed
 +- SubmissionError   a file cannot be read as a submission at all
 |   +- EmptyForm     a worksheet of ours in which nothing is filled in
 +- SpecError
     +- PolicyError   a policy file says something that is not allowed

None of them derives from the command line's or a web framework's exceptions: the same rows
are shown by all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from problems.errors import BpgradeError, SpecError

if TYPE_CHECKING:
    from problems.exercise import Exercise


def reason_of(error: OSError) -> str:
    """Why a file could not be read or written, in the system's words.

    Some libraries raise errors that carry no such words.

    >>> reason_of(OSError(28, "No space left on device")), reason_of(OSError("bad block"))
    ('No space left on device', 'bad block')
    >>> reason_of(OSError())
    'OSError'
    """
    return error.strerror or str(error) or type(error).__name__


class Problem(NamedTuple):
    """One thing that cannot be graded: where it is, what is wrong, what to do."""

    file: str
    row: int | None
    column: str | None
    code: str
    message: str

    def __str__(self) -> str:
        place = ":".join(str(p) for p in (self.file, self.row) if p is not None)
        where = f"{place}: {self.column}" if self.column else place
        return f"{where}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        """The form in reports."""
        return self._asdict()


class Lost(NamedTuple):
    """Why there is no exercise for what a file says; the code is one of docs/formats.md."""

    code: str
    message: str


class ProblemsError(BpgradeError):
    """Carries every problem, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class AssignmentError(BpgradeError):
    """An assignment folder cannot be found, read or written."""


class ReportError(BpgradeError):
    """A results folder cannot be found, or something in it is missing or broken."""


class ServiceError(BpgradeError):
    """The service cannot start, or not do what was asked."""


class ClusterError(BpgradeError):
    """No workers where they were said to be."""


class PlatformFileError(ProblemsError):
    """A learning platform's worksheet, gradebook or archive cannot be used."""


class PlatformError(BpgradeError):
    """A learning platform refuses something, or answers what cannot be understood."""


class TokenError(PlatformError):
    """There is no token, or the platform does not know it."""


class RightsError(PlatformError):
    """The token's owner may not do this."""


class NotTaken(PlatformError):
    """A grade was sent without an error, and something else stands there."""


class Unreachable(PlatformError):
    """The platform did not answer, or not with anything of use, after several tries."""


class Unclear(Unreachable):
    """The same after something was sent that may have been done all the same."""


class CallError(BpgradeError):
    """A learning platform could not be asked for something; the message says why."""


class AddressError(CallError):
    """An address that may not be called: of an internal network, or not https."""


class SilenceError(CallError):
    """No connection, no answer in time, or one that breaks off."""


class AnswerError(CallError):
    """An answer of no use: too long, or not what was asked for."""


class RefusalError(CallError):
    """A platform answers that it will not do something, or not now."""


class RosterError(ProblemsError):
    """Rows of a roster cannot be used."""


class SubmissionError(ProblemsError):
    """A file cannot be read as a submission."""


class EmptyForm(SubmissionError):
    """A worksheet of ours in which nothing is filled in."""

    def __init__(self, problem: Problem, exercises: tuple[Exercise, ...]) -> None:
        self.exercises = exercises
        super().__init__([problem])


class PolicyError(SpecError):
    """A policy file says something that is not allowed, or there is none of that name."""
