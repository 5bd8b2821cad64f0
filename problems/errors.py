"""Everything bpgrade refuses, in one tree; `grader.errors` extends it.

BpgradeError
 +- SpecError        what was asked for cannot be made; carries every complaint
 |   +- FamilyError  a family file says something that is not allowed
 |   +- GateError    no draw of this family passes the quality gate
 +- FormatError      a stored file is not what it should be
     +- FormatTooNew written by a later bpgrade
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class BpgradeError(Exception):
    """Something bpgrade refuses; the text is meant for the person who asked."""


class Complaint(NamedTuple):
    """One thing that is wrong with a specification: where, what, what to do."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class SpecError(BpgradeError):
    """What was asked for cannot be made.

    Attributes:
        complaints: everything that is wrong, never only the first.
    """

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(map(str, self.complaints)))


class FamilyError(SpecError):
    """A family file says something that is not allowed."""


class GateError(SpecError):
    """No draw of this family passes the quality gate."""


class FormatError(BpgradeError):
    """A stored file is not what it should be."""


class FormatTooNew(FormatError):
    """The file was written by a later bpgrade."""
