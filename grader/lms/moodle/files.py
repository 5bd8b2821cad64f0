"""Moodle's worksheet and archive of submissions in, worksheet and feedback archive out.

Rows are joined on the participant's number, which tells two students of one name apart. Who a
participant is in the class list is said by the worksheet: ID number, user name, e-mail address,
name; where it says nothing, by the exercise's id in the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from grader.assignments.folder import Folder
from grader.assignments.worksheets import Progress, silent
from grader.errors import Problem
from grader.lms.moodle.archive import Handed, Submissions, feedback_archive
from grader.lms.moodle.worksheet import Participant, Worksheet
from grader.lms.outcome import Outcome
from grader.lms.received import Judged, Received, judge
from grader.lms.roundtrip import GRADED, KEPT, REFUSED, ZERO, RoundTrip, Step
from grader.marking.policy import Policy
from grader.read.folding import folded
from problems.reasons import as_told

FEEDBACK_ZIP = "feedback.zip"
_SHORTEST = 12
"""Letters of a name that Moodle may have cut off."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a teacher chooses."""

    formats: tuple[str, ...] = ("html", "pdf")
    """Of the feedback pages; none for no archive."""
    drafts: bool = False
    """Whether work that was not handed in yet is graded."""
    blank_as_zero: bool = False
    """Whether students who handed in nothing get a 0."""


NO_CHOICE = Choice()


def grade_worksheet(
    sheet: Worksheet,
    handed: Submissions,
    folder: Folder,
    policy: Policy,
    choice: Choice = NO_CHOICE,
    told: Progress = silent,
) -> RoundTrip:
    """Grade what was handed in, and fill the worksheet.

    Args:
        sheet: as downloaded.
        handed: the archive of the same assignment.
        folder: the assignment of bpgrade.
        policy: what verdicts are worth.
        choice: of the teacher.
        told: the progress.
    """
    done = RoundTrip(problems=[*sheet.problems(), *handed.problems])
    done.notes += [*sheet.notes(), *handed.notes]
    received = _received(sheet, handed, choice, done)
    judged = judge(received, folder, policy, lambda n: told("grading", n, len(received)))
    done.problems += judged.problems
    done.notes += judged.notes
    trip = _Trip(sheet, handed, judged, choice, done)
    for one in sheet.people.values():
        done.steps.append(trip.step(one))
    done.notes += sheet.replaced(trip.comments)
    done.files[sheet.file] = sheet.filled(trip.grades, trip.comments, trip.typed)
    if choice.formats:
        done.files[FEEDBACK_ZIP] = feedback_archive(trip.pages(told))
    return done


def _received(
    sheet: Worksheet, handed: Submissions, choice: Choice, done: RoundTrip
) -> list[Received]:
    """What is graded; everything else is told."""
    found = []
    for one in handed.people.values():
        where = next((name for name, _ in (*one.files, *one.texts)), sheet.file)
        fault = _fault(sheet, one)
        if fault:
            code, message = fault
            done.problems.append(Problem(where, None, None, code, as_told(message)))
        elif draft := _draft(sheet.people[one.number], choice):
            done.notes.append(Problem(where, None, None, "draft", as_told(draft)))
        elif one.files or one.texts:
            person = sheet.people[one.number]
            names = person.names or ((one.name,) if one.name else ())
            found.append(
                Received(person.key, names, tuple(one.files), tuple(one.texts), one.doubt)
            )
    return found


def _fault(sheet: Worksheet, one: Handed) -> tuple[str, str] | None:
    """Why something that was handed in is not graded."""
    person = sheet.people.get(one.number)
    if not person:
        return "unknown_participant", (
            f"participant {one.number} is in the archive, but not in {sheet.file}: both must be "
            "of the same assignment and group, downloaded one after the other"
        )
    names = (one.name, *one.spellings)
    if one.name and person.name and not any(same_name(name, person.name) for name in names):
        return "other_assignment", (
            f"participant {one.number} is called {one.name[:60]!r} here and "
            f"{person.name[:60]!r} in {sheet.file}: these are files of two assignments"
        )
    return None


def _draft(person: Participant, choice: Choice) -> str:
    """What is said of work that was saved, but not handed in; '' if it is graded."""
    if choice.drafts or not person.draft:
        return ""
    return (
        f"{person.key} has not handed in yet ({person.status[:40].strip(' -')}); "
        "--drafts grades it all the same"
    )


def same_name(archive: str, worksheet: str) -> bool:
    """Whether a name of the archive can be that of the worksheet.

    Moodle leaves out of file names what no file name may hold, cuts long ones, and puts the
    group's name ahead where groups hand in together.

    >>> same_name("Bob OBrien", "Bob O'Brien"), same_name("Ann Lee", "Ben Lee")
    (True, False)
    >>> same_name("Group A-Ann Lee", "Ann Lee")
    True
    """
    parts, others = (re.findall(r"[^\W_]+", folded(text)) for text in (archive, worksheet))
    one, other = "".join(parts), "".join(others)
    if one == other or sorted(parts) == sorted(others):
        return True
    if "-" in archive and one.endswith(other) and other:
        return True
    return len(one) >= _SHORTEST and other.startswith(one)


class _Trip:
    """Decides what becomes of each row."""

    def __init__(
        self,
        sheet: Worksheet,
        handed: Submissions,
        judged: Judged,
        choice: Choice,
        done: RoundTrip,
    ) -> None:
        self.sheet, self.handed, self.judged = sheet, handed, judged
        self.choice, self.done = choice, done
        self.grades: dict[int, Decimal] = {}
        self.comments: dict[int, str] = {}
        self.outcomes: dict[int, Outcome] = {}
        self.typed: list[int] = []
        """Whose grades were typed into the worksheet."""

    def step(self, one: Participant) -> Step:
        """What is done with a row."""
        outcome = self.judged.outcomes.get(one.key)
        if outcome is None:
            return self._without(one)
        student = outcome.student.student
        if not one.changeable:
            return self._locked(one, student)
        grade = outcome.points(float(one.most))
        self.grades[one.number] = grade
        self.comments[one.number] = outcome.html()
        self.outcomes[one.number] = outcome
        message = f"{outcome.score:g} of {outcome.most:g} points"
        if outcome.missing:
            message += f", {outcome.missing} not handed in"
        return self._made(one, GRADED, student, message, grade)

    def _without(self, one: Participant) -> Step:
        """A row of somebody of whom nothing could be graded."""
        if one.typed:
            return self._typed(one)
        if one.number in self.handed.people:
            if one.draft and not self.choice.drafts:
                return self._made(one, KEPT, "", "not handed in yet (draft); see --drafts")
            return self._made(one, REFUSED, "", "could not be graded; see problems")
        if one.has_grade:
            return self._made(one, KEPT, "", "nothing handed in")
        if one.submitted:
            return self._absent(one, "submitted, but not in the archive")
        if self.choice.blank_as_zero and not one.draft and one.changeable:
            if not one.nothing:
                return self._absent(one, "not in the archive, and its status is not understood")
            if self.sheet.says(one):
                return self._commented(one, "0")
            self.grades[one.number] = Decimal(0)
            return self._made(one, ZERO, "", "nothing handed in", Decimal(0))
        return self._made(one, KEPT, "", "nothing handed in")

    def _locked(self, one: Participant, student: str) -> Step:
        """A row of which Moodle would take the comment alone: it is left out, and told."""
        message = (
            f"{one.key}: its grade is locked or overridden in the gradebook; Moodle would "
            "ignore the grade and still store the comment. Unlock it there, and download "
            "the worksheet afresh"
        )
        column = self.sheet.named("changeable")
        problem = Problem(self.sheet.file, one.line, column, "locked", as_told(message))
        self.done.problems.append(problem)
        return self._made(one, REFUSED, student, "locked in the gradebook")

    def _typed(self, one: Participant) -> Step:
        """A row into which somebody typed a grade, before we read it.

        It goes back only where Moodle stores the number that was meant.
        """
        if not one.changeable:
            return self._locked(one, "")
        grade = self.sheet.typed_grade(one)
        if grade is None:
            return self._made(one, REFUSED, "", f"typed {one.grade[:20]!r}; see problems")
        if self.sheet.says(one):
            return self._commented(one, one.grade[:20])
        self.typed.append(one.number)
        return self._made(one, KEPT, "", "typed into the worksheet", grade)

    def _commented(self, one: Participant, grade: str) -> Step:
        """A row whose comment would lose its form by the upload: it is left out, and told."""
        message = (
            f"{one.key}: a comment stands there, and uploading the row would flatten it to plain "
            f"text; enter the grade {grade} in Moodle by hand"
        )
        column = self.sheet.named("feedback")
        problem = Problem(self.sheet.file, one.line, column, "commented", as_told(message))
        self.done.problems.append(problem)
        return self._made(one, REFUSED, "", "commented by hand; see problems")

    def _absent(self, one: Participant, why: str) -> Step:
        """A row of somebody who handed in, or may have: its cells stay, and it is told."""
        said = one.status[:40].strip(" -")
        message = (
            f"{one.key}: {why} (status: {said!r}); download all submissions afresh, of all "
            "groups, or grade it by hand"
        )
        column = self.sheet.named("status") if "status" in self.sheet.columns else None
        problem = Problem(self.sheet.file, one.line, column, "not_in_archive", as_told(message))
        self.done.problems.append(problem)
        return self._made(one, REFUSED, "", why)

    def _made(
        self,
        one: Participant,
        action: str,
        student: str,
        message: str,
        grade: Decimal | None = None,
    ) -> Step:
        shown = "" if grade is None else f"{grade:.2f}"
        most, before = f"{one.most:.2f}", "" if action == KEPT and one.typed else one.grade
        return Step(one.key, one.name, student, action, shown, most, before, message)

    def pages(self, told: Progress) -> dict[int, dict[str, bytes]]:
        """Participant's number -> the files that a student gets."""
        found: dict[int, dict[str, bytes]] = {}
        for n, (number, outcome) in enumerate(self.outcomes.items(), 1):
            found[number] = named_pages(outcome, self.choice.formats)
            told("feedback", n, len(self.outcomes))
        return found


def named_pages(outcome: Outcome, formats: Sequence[str]) -> dict[str, bytes]:
    """`feedback.html` and `feedback.pdf` of one student."""
    return {f"feedback.{suffix}": data for suffix, data in outcome.pages(formats).items()}
