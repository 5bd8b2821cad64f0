"""From what was handed in to submissions: read, matched to students, none of them twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.assignments import folder as folders
from grader.assignments.folder import Folder
from grader.assignments.matching import Owner, agreed, owner_of, with_name
from grader.errors import (
    AssignmentError,
    EmptyForm,
    Lost,
    PolicyError,
    Problem,
    SubmissionError,
)
from grader.intake.attempts import counted, superseded
from grader.intake.duplicates import settled
from grader.intake.sources import Item, items
from grader.marking.policy import Policy
from grader.read.answer_sheet import AnswerSheet, Find
from grader.read.download_names import receipt_of
from grader.read.files import read_file
from grader.read.platforms.receipt import sender_in
from problems.exercise import Exercise
from problems.reasons import Reason, as_told, because


@dataclass(frozen=True, slots=True)
class Work:
    """One student's answers to one exercise, and the assignment they belong to."""

    submission: AnswerSheet
    folder: Folder


@dataclass
class Gathered:
    """Everything that was found."""

    works: list[Work] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    """What was left out or read in a way worth saying; nothing is lost by it."""
    files: int = 0


def gather(
    paths: Sequence[Path],
    assignment: Path | None = None,
    told: Callable[[int], object] = lambda count: None,
    policy: Policy | None = None,
) -> Gathered:
    """Read all files in and below some places.

    Args:
        paths: files, folders and archives.
        assignment: the assignment's folder, where it is not the files' own or above.
        told: called with the number of files done so far.
        policy: which of several attempts counts; None for the assignment's own.
    """
    found = Gathered()
    reader = _Reader(assignment, found, policy)
    try:
        for item in items(paths):
            reader.take(item)
            told(found.files)
    except SubmissionError as error:
        found.problems += error.problems
    reader.settle()
    return found


def gather_from(items: Iterable[Item], folder: Folder, policy: Policy | None = None) -> Gathered:
    """Read files that belong to one assignment, which is open.

    Args:
        items: the files.
        folder: the assignment.
        policy: which of several attempts counts; None for the assignment's own.
    """
    found = Gathered()
    reader = _Reader(folder.path, found, policy)
    reader.opened[folder.path] = folder
    for item in items:
        reader.take(item)
    reader.settle()
    return found


class _Reader:
    def __init__(
        self, assignment: Path | None, found: Gathered, policy: Policy | None = None
    ) -> None:
        self.assignment = assignment
        self.policy = policy
        self.found = found
        self.opened: dict[Path, Folder | AssignmentError] = {}
        self.empty: list[tuple[Folder, EmptyForm]] = []

    def take(self, item: Item) -> None:
        """Read one file."""
        if item.note:
            self.found.notes.append(item.note)
            return
        self.found.files += 1
        if item.problem:
            self.found.problems.append(item.problem)
            return
        folder = self.folder(item.start)
        if isinstance(folder, AssignmentError):
            problem = Problem(item.file, None, None, "no_assignment", as_told(str(folder)))
            self.found.problems.append(problem)
            return
        try:
            find = finder(folder, place_of(item, folder), sent=item.owner is not None)
            read = read_file(item.data, item.file, find, item.limits, item.ahead)
        except EmptyForm as error:
            self.empty.append((folder, error))
        except SubmissionError as error:
            self.found.problems += error.problems
        except AssignmentError as error:
            self.found.problems.append(
                Problem(item.file, None, None, "no_assignment", as_told(str(error)))
            )
        else:
            for one in read.submissions:
                one.sent = item.sent
                self.found.works.append(Work(one, folder))
            self.found.problems += read.problems
            self.found.notes += read.notes

    def folder(self, start: Path) -> Folder | AssignmentError:
        """The assignment's folder, opened once."""
        start = self.assignment or start
        if start not in self.opened:
            try:
                place = folders.find(start)
                known = self.opened.get(place)
                self.opened[start] = self.opened[place] = known or Folder(place)
            except AssignmentError as error:
                self.opened[start] = error
        return self.opened[start]

    def settle(self) -> None:
        """Keep one submission of each exercise; refuse contradictions with both places."""
        groups: dict[tuple[Path, str], list[Work]] = {}
        for work in self.found.works:
            key = (work.folder.path, work.submission.exercise.id)
            groups.setdefault(key, []).append(work)
        self.found.works = []
        for group in map(self.one_attempt, map(self.last_sent, groups.values())):
            if not group:
                continue
            found = settled([work.submission for work in group])
            self.found.problems += found.problems
            self.found.notes += found.notes
            if found.counts is not None:
                self.keep(group[found.counts])
        for folder, error in self.empty:
            others = [groups.get((folder.path, one.id)) for one in error.exercises]
            kept = self.found.notes if all(others) else self.found.problems
            kept += error.problems

    def last_sent(self, group: list[Work]) -> list[Work]:
        """Of what was handed in at several times, where names say when, the last filled one."""
        times = {work.submission.sent for work in group}
        if len(times) == 1 or "" in times:
            return group
        written = [work for work in group if not work.submission.unread] or group
        last = max(work.submission.sent for work in written)
        kept = [work for work in group if work.submission.sent == last]
        for work in group:
            if work.submission.sent != last:
                self.found.notes.append(superseded(work.submission, kept[0].submission))
        return kept

    def keep(self, work: Work) -> None:
        """Grade it, unless nothing could be read: then a person must look at it."""
        if work.submission.unread:
            self.found.problems += [*work.submission.problems, work.submission.nothing()]
        else:
            self.found.works.append(work)

    def one_attempt(self, group: list[Work]) -> list[Work]:
        """Of several attempts at a quiz the one that counts, besides what else there is."""
        attempts = [work for work in group if work.submission.attempt]
        if not attempts or (len(attempts) == 1 and attempts[0].submission.finished):
            return group
        attempts.sort(key=lambda work: work.submission.attempt)
        folder = attempts[0].folder
        found = counted([work.submission for work in attempts], self.policy or _own(folder))
        self.found.problems += found.problems
        self.found.notes += found.notes
        return [
            work
            for work in group
            if not work.submission.attempt or work.submission is found.counts
        ]


def _own(folder: Folder) -> Policy:
    """The assignment's own policy; whoever marks says what is wrong with it."""
    try:
        return folder.policy()
    except PolicyError:
        return Policy()


def place_of(item: Item, folder: Folder) -> Owner:
    """Whose work lies where this file lies."""
    if item.owner:
        return item.owner
    if item.path:
        student = folder.student_of_folder(item.path)
        if student:
            return Owner(student, item.path.parent.name, sure=True)
    owner = agreed(owner_of(parts, folder.people) for parts in (item.parts, *item.others))
    called = item.called or _called_beside(item.path)
    return with_name(owner, called, folder.people) if called else owner


def _called_beside(path: Path | None) -> str:
    """The sender's name in the receipt that lies beside a file of Blackboard; '' if none does."""
    receipt = receipt_of(path.name) if path else ""
    if not path or not receipt or not (beside := path.with_name(receipt)).is_file():
        return ""
    with beside.open("rb") as stream:
        return sender_in(stream.read(1_000))


def finder(folder: Folder, owner: Owner, sent: bool = False) -> Find:
    """Looks up what a file says, and falls back on the place where it lies.

    Args:
        folder: the assignment.
        owner: whose place it is.
        sent: whether the owner is who handed it in, as a platform says, not where it lies.
    """

    def find(exercise: str, student: str, number: int = 0, /) -> Exercise | Lost:
        if not (exercise or student or owner.student):
            return Lost("identity", _nobodys(folder, owner, sent))
        named = folder.people.typed(student)
        if named.doubt:
            return Lost("identity", named.doubt)
        who = named.student or student or ("" if exercise else owner.student)
        found = folder.look_up(exercise, who, number)
        if isinstance(found, Lost) and found.code == "bad_id":
            return Lost(found.code, because("not_of_this_assignment", lost=found.reason))
        if owner.sure and not isinstance(found, Lost) and found.student != owner.student:
            place = because("place_of_another", place=owner.by, student=owner.student)
            if sent:
                place = because("handed_in_by", student=owner.student)
            id, student = found.id, found.student
            reason = because("work_of_another", student=student, exercise=id, place=place)
            return Lost("identity", reason)
        return found

    return find


def _nobodys(folder: Folder, owner: Owner, sent: bool) -> Reason:
    """Why it is not known whose work something is, and what would say it."""
    doubt = because("for_doubt", doubt=owner.doubt) if owner.doubt else ""
    if not sent:
        return because("nobodys_place", doubt=doubt)
    return because("nobodys_on_platform", doubt=doubt, family=folder.order.family)
