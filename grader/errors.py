"""What the grader refuses; extends `problems.errors`. All errors of this room stand here.

BpgradeError
 +- AnswerError       a text is no answer, or more than one
 +- ApiError          an answer of the REST interface other than success
 +- AssignmentError   an assignment folder cannot be found, read or written
 +- CallError         a learning platform could not be asked for something
 |   +- AddressError    its address may not be called: internal, or not https
 |   +- RefusalError    it answers that it will not, or not now
 |   +- RequestError    what is to be sent cannot stand in a request
 |   +- ResponseError   an answer of no use: too long, or not what was asked for
 |   +- SilenceError    no connection, no answer in time, or one that breaks off
 |       +- CertificateError  nobody that this system trusts says who it is
 +- ClosedError       nothing is taken: not open, or no attempts left
 +- ClusterError      no workers where they were said to be
 +- ConflictError     the same key came with other content before
 +- FullError         somebody has as many jobs as they may have at a time
 +- JoinError         a course of ours and one of a platform cannot be joined
 +- NobodyError       a launch that is believed and leads nowhere
 +- PlatformFileError a learning platform's file is not what it should be; all faults are listed
 +- PlatformError     a learning platform refuses, or says what cannot be understood
 |   +- NotTaken        a grade was sent, and something else stands there
 |   +- RightsError     the token's owner may not do this
 |   +- TokenError      no token, or one that the platform does not know
 |   +- Unreachable     no answer, or none of use, after several tries
 |       +- Unclear       it may have been done all the same
 +- PolicyChangedError  another policy holds than when the work was marked
 +- RefusedLaunchError  a launch is not believed
 +- ReportError       a results folder cannot be found, or is not what a report is made of
 +- RosterError       rows of a roster cannot be used; all are listed
 +- ServiceError      the service cannot start, or not do what was asked
 |   +- RegistrationError  a platform cannot be registered
 +- SubmissionError   a file cannot be read as a submission at all
 |   +- EmptyForm       a worksheet of ours in which nothing is filled in
 +- SpecError
 |   +- PolicyError     a policy file says something that is not allowed
 +- TooOftenError     more tries than are allowed

What is no refusal stands beside the tree, so that nobody who shows refusals takes it for one:

Exception
 +- LostError         a job was cancelled, or another worker has it now
 +- NotStoredError    the database failed; nothing was kept
 +- UncutError        a table that is not cut into ranges, but read as a whole

None of them derives from the command line's or a web framework's exceptions: the same rows
are shown by all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from problems.errors import BpgradeError, SpecError
from problems.reasons import Reason
from templates.words.sentences import reason_in, sentence

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
    reason: Reason

    @property
    def message(self) -> str:
        """The reason in words."""
        return sentence(self.reason)

    @property
    def place(self) -> str:
        """File, row and column."""
        place = ":".join(str(p) for p in (self.file, self.row) if p is not None)
        return f"{place}: {self.column}" if self.column else place

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        """The form in reports."""
        file, row, column, code, reason = self
        place = {"file": file, "row": row, "column": column}
        return {**place, "code": code, "message": self.message, **reason.as_json()}

    @staticmethod
    def from_json(doc: Mapping[str, Any]) -> Problem:
        """Back from what `as_json` gave, also of a bpgrade that stored sentences alone."""
        return Problem(doc["file"], doc["row"], doc["column"], doc["code"], reason_in(doc))


class Lost(NamedTuple):
    """Why there is no exercise for what a file says; the code is one of docs/formats.md."""

    code: str
    reason: Reason

    @property
    def message(self) -> str:
        """The reason in words."""
        return sentence(self.reason)


class Fault(NamedTuple):
    """What is wrong with something, for whoever knows where it stands."""

    code: str
    reason: Reason


class ProblemsError(BpgradeError):
    """Carries every problem, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class AnswerError(BpgradeError):
    """A text that is no answer, or more than one.

    Attributes:
        code: one of `grader.read.codes.CODES`.
        position: where in the text, from 0; len(text) where something is missing at its end.
        reason: what is wrong and what to do.
        length: how many characters are meant.
    """

    def __init__(self, code: str, position: int, reason: Reason, length: int = 1) -> None:
        self.code = code
        self.position = position
        self.reason = reason
        self.length = length
        super().__init__(code, position, reason, length)

    @property
    def message(self) -> str:
        """The reason in words."""
        return sentence(self.reason)

    def __str__(self) -> str:
        return self.message

    def moved(self, by: int) -> AnswerError:
        """The same refusal of a text that has `by` more characters before it."""
        return AnswerError(self.code, self.position + by, self.reason, self.length)


class AssignmentError(BpgradeError):
    """An assignment folder cannot be found, read or written."""


class ReportError(BpgradeError):
    """A results folder cannot be found, or something in it is missing or broken."""


class ServiceError(BpgradeError):
    """The service cannot start, or not do what was asked."""


class RegistrationError(ServiceError):
    """A platform cannot be registered; the message says why, in words for an administrator."""


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


class RequestError(CallError):
    """What is to be sent cannot stand in a request."""


class SilenceError(CallError):
    """No connection, no answer in time, or one that breaks off.

    Args:
        said: in words.
        sent: whether the request may have arrived, and been done.
    """

    def __init__(self, said: str, sent: bool = True) -> None:
        self.sent = sent
        super().__init__(said)


class CertificateError(SilenceError):
    """No certificate that this system trusts; nothing was sent."""

    def __init__(self, said: str) -> None:
        super().__init__(said, sent=False)


class ResponseError(CallError):
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


# the service -------------------------------------------------------------------------------


class ApiError(BpgradeError):
    """An answer of the REST interface other than success.

    Args:
        status: of HTTP.
        code: one of `grader.web.api.refusals.CODES`.
        detail: what is wrong and what to do; without it what the code means.
        problems: everything that is wrong with a file or with fields.
        headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        problems: Iterable[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.detail = detail
        self.problems = tuple(problems)
        self.headers = dict(headers or {})
        super().__init__(code)


class ClosedError(BpgradeError):
    """Nothing is taken: not open, or no attempts left; the message says which."""


class ConflictError(BpgradeError):
    """The same key came with other content before."""


class FullError(BpgradeError):
    """Somebody has as many jobs as they may have at a time; the message says so."""


class PolicyChangedError(BpgradeError):
    """Another policy holds than when the work was marked; nothing was changed."""


class TooOftenError(BpgradeError):
    """More tries than are allowed; the middleware answers a script of our pages with 429.

    Args:
        seconds: until one is allowed.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"not allowed for another {seconds:.0f} s")


class JoinError(BpgradeError):
    """The two cannot be joined; the message says why, in words for a teacher."""


class NobodyError(BpgradeError):
    """A launch that is believed and leads nowhere; the code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class RefusedLaunchError(BpgradeError):
    """The launch is not believed; the code says why."""

    def __init__(self, code: str, status: int = 403, retry: str = "") -> None:
        self.code, self.status = code, status
        self.retry = retry
        """Query that begins the launch again, in a window of its own."""
        super().__init__(code)


# no refusals -------------------------------------------------------------------------------


class LostError(Exception):
    """The job was cancelled, or another worker has it now."""


class NotStoredError(Exception):
    """The store failed; nothing was kept, and it may be sent again."""


class UncutError(Exception):
    """A table that is not cut into ranges: whoever reads it takes it as a whole."""
