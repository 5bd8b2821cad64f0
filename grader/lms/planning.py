"""What an exchange would change: what was handed in, beside what stands on the platform."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from grader.assignments.collation import told_apart
from grader.assignments.folder import EXERCISES, Folder
from grader.assignments.roster import safe_name
from grader.errors import (
    AssignmentError,
    PlatformError,
    Problem,
    RightsError,
    TokenError,
    reason_of,
)
from grader.lms import memory as memories
from grader.lms.changes import (
    Action,
    Change,
    Plan,
    decided,
    mark_of,
    untouched,
)
from grader.lms.memory import Memory
from grader.lms.outcome import Outcome
from grader.lms.platform import (
    Attachment,
    CurrentGrade,
    Person,
    Platform,
    PlatformSubmission,
)
from grader.lms.received import Judged, Received, owner_of
from grader.marking.policy import Policy
from grader.read.archives.archive import LARGEST
from grader.read.platforms.online_text import answers_in
from problems.reasons import Reason, because

PATIENCE = 3
"""So many people in a row for whom the platform did not answer, and we stop."""
Told = Callable[[str, int, int], object]
"""Called with a phase, how much of it is done, and of how much."""


def silent(phase: str, done: int, of: int) -> None:
    """No progress shown."""


def begun(folder: Folder, platform: Platform, by: str) -> Plan:
    """A plan without changes yet.

    Args:
        folder: the assignment.
        platform: with its assignment.
        by: what grades depend on besides the submission, see `digest`.
    """
    assignment = platform.assignment()
    host = urlsplit(platform.site).netloc
    path = memories.place(folder.path, platform.name, host, assignment.id)
    return Plan(folder, platform, assignment, Memory(path), by, notes=list(assignment.notes))


def digest(folder: Folder, policy: Policy) -> str:
    """What grades depend on besides the submission."""
    found = hashlib.sha256(repr(policy).encode())
    try:
        found.update((folder.path / EXERCISES).read_bytes())
    except OSError as error:
        raise AssignmentError(f"{EXERCISES} cannot be read: {reason_of(error)}") from None
    return found.hexdigest()[:16]


def wanted_people(
    people: dict[str, Person], folder: Folder, only: Collection[str], made: Plan
) -> _Everybody | set[str]:
    """Keys of those who are looked at."""
    if not only:
        return _Everybody(people)
    found: set[str] = set()
    for text in only:
        who = folder.people.named(text).student
        keys = {
            key
            for key, one in people.items()
            if text in (key, *one.names) or (who and owner(one, folder) == who)
        }
        if not keys:
            made.problems.append(
                Problem(text, None, None, "identity", because("nobody_called_so"))
            )
        found |= keys
    return found


class _Everybody(set[str]):
    """All keys, those of people who are not in the course included: they are told of."""

    def __contains__(self, key: object) -> bool:
        return True


def owner(person: Person, folder: Folder) -> str:
    """Which student of ours somebody on the platform is; '' if none."""
    return owner_of(person.names, folder.people).student


class Planner:
    """Goes through the submissions of a class.

    Args:
        plan: where the changes are put.
        people: the course, by key.
        standings: the grades that stand there.
        force: whether they are replaced whoever gave them.
    """

    def __init__(
        self,
        plan: Plan,
        people: dict[str, Person],
        standings: dict[str, CurrentGrade],
        force: bool,
    ) -> None:
        self.plan = plan
        self.people = people
        self.standings = standings
        self.force = force
        self.owners = {key: owner(one, plan.folder) for key, one in people.items()}
        """User -> the student whom the names fit, or ''."""
        self.keys_of: dict[str, list[str]] = {}
        for key, student in self.owners.items():
            self.keys_of.setdefault(student, []).append(key)
        self.names = told_apart({key: (one.shown, key) for key, one in people.items()})
        self.graded_for = {
            exercise: key
            for key, known in plan.memory.people.items()
            for exercise in known.exercises
        }

    def name(self, key: str) -> str:
        """How messages call somebody who may have left."""
        return self.label(key) if key in self.people else f"user {key}"

    def standing(self, key: str) -> CurrentGrade:
        """The grade that stands there."""
        return self.standings.get(key, CurrentGrade())

    def label(self, key: str) -> str:
        """How messages call somebody; no two alike."""
        return f"{self.people[key].shown} ({key})"

    def is_new(self, one: PlatformSubmission) -> bool:
        """Whether a submission is to be graded; else it is put into the plan with the reason."""
        person = self.people.get(one.key)
        if person is None:
            self._add(one, "skip", because("not_of_this_course"))
            return False
        if one.refused:
            skipped = one.refused.key in ("a_draft", "nothing_handed_in")
            self._add(one, "skip" if skipped else "fail", one.refused)
            return False
        known = self.plan.memory.of(one.key)
        seen = (known.submission, known.by) == (one.fingerprint, self.plan.by)
        if self.force or not seen or known.sending is not None:
            return True
        self._add(one, *untouched(known, self.standing(one.key)))
        return False

    def _add(self, one: PlatformSubmission, action: Action, reason: Reason, **more: Any) -> None:
        person = self.people.get(one.key)
        known = self.plan.memory.of(one.key)
        change = Change(
            one.key,
            self.names[one.key] if person else f"user {one.key}",
            action,
            reason,
            one,
            self.standing(one.key).points,
            known=known,
            student=known.student,
        )
        self.plan.changes.append(replace(change, **more))

    def fetched(self, new: Sequence[PlatformSubmission], told: Told) -> list[Received]:
        """The files of some people; who cannot be fetched is put into the plan."""
        received = []
        for n, one in enumerate(new, 1):
            label = self.label(one.key)
            try:
                files = tuple((f"{label}/{file.name}", self._bytes(file)) for file in one.files)
            except TokenError:
                raise
            except PlatformError as error:
                self._add(one, "fail", because("not_fetched", why=str(error)))
            else:
                before = len(self.plan.problems)
                texts = self._typed(one.text, f"{label}/text")
                doubt = len(self.plan.problems) > before
                names = self.people[one.key].names
                received.append(Received(label, names, files, texts, doubt))
            told("fetching", n, len(new))
        return received

    def _typed(self, text: str, name: str) -> tuple[tuple[str, bytes], ...]:
        """The answers that somebody typed, as a table."""
        read = answers_in(text.encode(), name)
        self.plan.problems += read.problems
        self.plan.notes += map(str, read.notes)
        return () if read.table is None else ((name, read.table),)

    def _bytes(self, file: Attachment) -> bytes:
        if file.size > LARGEST:
            raise PlatformError(f"{file.size:,} bytes are too many; the limit is {LARGEST:,}")
        data = self.plan.platform.fetch(file)
        if file.size and len(data) != file.size:
            raise PlatformError(f"{len(data):,} bytes came, there should be {file.size:,}")
        return data

    def settle(
        self, new: Sequence[PlatformSubmission], received: Sequence[Received], found: Judged
    ) -> None:
        """From what was found in the files to changes."""
        arrived = {one.key for one in received}
        self.plan.problems += found.problems
        every = self.plan.problems
        self.plan.notes += [str(one) for one in found.notes]
        for one in new:
            label = self.label(one.key)
            if label not in arrived:
                continue
            outcome = found.outcomes.get(label)
            own = [p for p in every if p.file.startswith(f"{label}/")]
            refused = self._foreign(one.key, outcome) if outcome else None
            if refused is not None:
                self._add(one, "fail", refused)
            elif outcome is None:
                first = own[0] if own else None
                reason = _placed(first, label) if first else because("no_answers_handed_in")
                self._add(one, "fail", reason, problem=first)
            else:
                self._graded(one, outcome)

    def _foreign(self, key: str, outcome: Outcome) -> Reason | None:
        """Why somebody gets nothing for an exercise; None if it is theirs.

        The exercise may have been graded for somebody else in an earlier run, or be the
        exercise of somebody whom the platform's names fit.
        """
        for graded in outcome.graded:
            other = self.graded_for.get(graded.exercise.id, key)
            if other != key:
                exercise, name = graded.exercise.id, self.name(other)
                return because("graded_for_another", exercise=exercise, name=name)
        student = outcome.student.student
        others = [other for other in self.keys_of.get(student, ()) if other != key]
        if not others:
            return None
        name = self.name(others[0])
        if self.owners[key] == student:
            return because("fits_the_same_student", name=name, student=student)
        return because("exercise_of_another_person", name=name)

    def _graded(self, one: PlatformSubmission, outcome: Outcome) -> None:
        plan, known, standing = self.plan, self.plan.memory.of(one.key), self.standing(one.key)
        points = outcome.points(float(plan.assignment.most))
        mark = mark_of(plan.assignment.id, one.key, one.attempt, points, outcome.text())
        action, reason = decided(known, standing, one, points, mark)
        if action == "hold" and self.force and not standing.excused:
            action, reason = "grade", because("forced", why=reason)
        if action == "grade":
            action, reason = self._taken(one, reason)
        self._add(
            one, action, reason, new=points, outcome=outcome, mark=mark,
            files=tuple(page_names(plan)) if action == "grade" else (),
            student=outcome.student.student,
        )  # fmt: skip

    def _taken(self, one: PlatformSubmission, reason: Reason) -> tuple[Action, Reason]:
        """Whether the platform takes a grade; Moodle would keep its own, and yet our comment."""
        try:
            fixed = self.plan.platform.fixed(one.key)
        except (TokenError, RightsError):
            raise
        except PlatformError as error:
            return "fail", because("not_looked_up", why=str(error))
        if fixed:
            return "fail", because("grade_is_fixed", how=fixed)
        return "grade", reason


def _placed(problem: Problem, label: str) -> Reason:
    """A problem without the name of the person in whose row it is told."""
    own = problem._replace(file=problem.file.removeprefix(f"{label}/"))
    return because("problem_at", place=own.place, why=own.reason)


def page_names(plan: Plan) -> dict[str, str]:
    """Name of a feedback file -> its format."""
    base = safe_name(plan.folder.path.name)
    return {f"{base}-feedback.{format}": format for format in plan.pages}
