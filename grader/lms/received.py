"""What somebody handed in on a learning platform, bound to who they are there.

Identity comes from the platform's login, never from a file: work that belongs to another
student of the class is refused, and so is one exercise that comes from two people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from grader.assignments.folder import Folder
from grader.assignments.matching import Owner, People
from grader.errors import Problem
from grader.intake.collect import gather_from
from grader.intake.sources import Item, handed_in
from grader.lms.outcome import Outcome, outcomes
from grader.marking.mark import mark
from grader.marking.policy import Policy
from grader.read.platforms.online_text import AHEAD
from grader.read.tables.table import UPLOAD
from grader.results.crosscheck import other_exercise
from grader.results.feedback import Graded
from problems.reasons import as_told, because


@dataclass(frozen=True, slots=True)
class Received:
    """One person's files."""

    key: str
    """How the platform calls this person, such as a participant's number or a user's id."""
    names: tuple[str, ...]
    """What it says about them, the surest first: ID number, user name, e-mail, full name."""
    files: tuple[tuple[str, bytes], ...]
    """Names as messages call them, and the bytes."""
    texts: tuple[tuple[str, bytes], ...] = ()
    """Names of text fields as messages call them, and the tables made out of them."""
    doubt: bool = False
    """Whether something of theirs was told of already that could not be read."""

    @property
    def place(self) -> str:
        """The first of it, for messages about all of it; '' if there is nothing."""
        return next((name for name, _ in (*self.files, *self.texts)), "")


@dataclass
class Judged:
    """What was found in all of them."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """Key -> the graded work."""
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def judge(
    received: Sequence[Received],
    folder: Folder,
    policy: Policy,
    told: Callable[[int], object] = lambda count: None,
) -> Judged:
    """Grade what was handed in.

    Work of which nothing can be read is told and has no outcome: it is the wrong file, rather
    than that of a student who knows nothing, and a person must look at it.

    Args:
        received: a person at most once.
        folder: the assignment.
        policy: what verdicts are worth.
        told: called with the number of people done so far.
    """
    found = Judged()
    works: dict[str, list[Graded]] = {}
    for n, one in enumerate(received, 1):
        works[one.key] = _graded(one, folder, policy, found)
        told(n)
    _refuse_shared(works, received, found)
    for one in received:
        for outcome in outcomes(works[one.key]).values():
            if not (_nothing_read(outcome) and _told(one, found)):
                found.outcomes[one.key] = outcome
    return found


def _nothing_read(outcome: Outcome) -> bool:
    """Whether there is no answer at all in what was handed in."""
    return all(
        step.verdict in ("blank", "unreadable")
        for one in outcome.graded
        for step in one.report.steps
    )


def _told(one: Received, found: Judged) -> bool:
    """Whether there is a problem with somebody's files."""
    names = tuple(name for name, _ in (*one.files, *one.texts))
    return one.doubt or any(problem.file.startswith(names) for problem in found.problems)


def owner_of(names: Iterable[str], people: People) -> Owner:
    """The student of the class list whom a platform's names fit; the first that fits counts."""
    doubts = []
    for name in filter(None, names):
        owner = people.named(name)
        if owner.student:
            return Owner(owner.student, name, sure=True)
        doubts.append(owner.doubt or because("not_in_class_list", name=name[:60]))
    return Owner(doubt=because("doubts", doubts=doubts) if doubts else None)


def _graded(one: Received, folder: Folder, policy: Policy, found: Judged) -> list[Graded]:
    owner = owner_of(one.names, folder.people)
    files = (
        item for name, data in one.files for item in handed_in(name, data, folder.path, owner)
    )
    texts = (
        Item(name, folder.path, (), table, UPLOAD, owner=owner, ahead=AHEAD)
        for name, table in one.texts
    )
    gathered = gather_from(chain(files, texts), folder, policy)
    found.problems += gathered.problems
    found.notes += gathered.notes
    graded = []
    for work in gathered.works:
        sent = work.submission
        report = mark(sent.exercise, sent.answers, policy, sent.problems)
        found.problems += report.problems
        if problem := other_exercise(sent, report, folder):
            found.problems.append(problem)
        graded.append(Graded(report, sent.exercise, folder, policy))
    students = {work.report.student for work in graded}
    if len(students) > 1:  # only possible where the platform's names fit nobody
        where = one.place
        message = f"work of several students ({', '.join(sorted(students))}) from one person"
        found.problems.append(Problem(where, None, None, "identity", as_told(message)))
        return []
    return graded


def _refuse_shared(
    works: dict[str, list[Graded]], received: Sequence[Received], found: Judged
) -> None:
    """Of an exercise that several people sent none counts; all are told."""
    senders: dict[str, list[str]] = {}
    for key, graded in works.items():
        for work in graded:
            senders.setdefault(work.exercise.id, []).append(key)
    by_key = {one.key: one for one in received}
    for exercise, keys in senders.items():
        if len(keys) == 1:
            continue
        for key in keys:
            others = ", ".join(other for other in keys if other != key)
            message = f"exercise {exercise} came from {others} as well; nobody gets points for it"
            where = by_key[key].place
            found.problems.append(Problem(where, None, None, "identity", as_told(message)))
            works[key] = [one for one in works[key] if one.exercise.id != exercise]
