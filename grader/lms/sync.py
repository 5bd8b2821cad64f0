"""The exchange with a learning platform: look, plan, apply.

`plan` fetches what was handed in since the last time, checks it and compares with the grades
that stand on the platform; it writes nothing anywhere. `apply` sends what is planned, one
person at a time, and reads back what came of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
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
    Unreachable,
    reason_of,
)
from grader.lms import memory as memories
from grader.lms import worksheets
from grader.lms.changes import (
    Action,
    Change,
    Plan,
    SentChange,
    decided,
    equal,
    mark_of,
    rubric_points,
    untouched,
)
from grader.lms.memory import Memory
from grader.lms.outcome import Outcome
from grader.lms.platform import (
    Attachment,
    CurrentGrade,
    Feedback,
    Person,
    Platform,
    PlatformSubmission,
)
from grader.lms.received import Judged, Received, judge, owner_of
from grader.marking.policy import Policy
from grader.marking.policy_file import folder_policy
from grader.read.archives.archive import LARGEST
from grader.read.platforms.online_text import answers_in

BATCH = 20
"""Grades that are read back at once."""
PATIENCE = 3
"""So many people in a row for whom the platform did not answer, and we stop."""

Told = Callable[[str, int, int], object]
"""Called with a phase, how much of it is done, and of how much."""


def silent(phase: str, done: int, of: int) -> None:
    """No progress shown."""


# looking and planning ------------------------------------------------------------------------


def plan(
    folder: Folder,
    platform: Platform,
    policy: Policy | None = None,
    only: Collection[str] = (),
    force: bool = False,
    pages: Sequence[str] = ("html", "pdf"),
    told: Told = silent,
) -> Plan:
    """What there is to grade, and what would change.

    Args:
        folder: the assignment.
        platform: with its assignment.
        policy: what verdicts are worth; the folder's own where not given.
        only: students to look at: ids, names, e-mail addresses or user ids; all if empty.
        force: grade everything anew, and replace what was entered by hand.
        pages: formats of the feedback to attach.
        told: progress.

    Raises:
        PlatformError: the platform cannot be read.
        AssignmentError: the folder cannot.
        PolicyError: there is no such policy.
    """
    policy = policy or folder_policy(folder.path, folder.order.policy)
    made = _begun(folder, platform, _digest(folder, policy))
    made.pages = tuple(pages) if made.assignment.takes_files else ()
    people = {one.key: one for one in platform.people()}
    wanted = _wanted(people, folder, only, made)
    submissions = [one for one in platform.submissions() if one.key in wanted]
    standings = platform.grades()
    planner = _Planner(made, people, dict(standings), force)
    new = [one for one in submissions if planner.is_new(one)]
    received = planner.fetched(new, told)
    found = judge(received, folder, policy, lambda n: told("checking", n, len(received)))
    planner.settle(new, received, found)
    handed = {one.key for one in submissions}
    made.silent = sum(key in people and key not in handed for key in wanted)
    order = {key: n for n, key in enumerate(people)}
    made.changes.sort(key=lambda one: order.get(one.key, len(order)))
    return made


def _begun(folder: Folder, platform: Platform, by: str) -> Plan:
    assignment = platform.assignment()
    host = urlsplit(platform.site).netloc
    path = memories.place(folder.path, platform.name, host, assignment.id)
    return Plan(folder, platform, assignment, Memory(path), by, notes=list(assignment.notes))


def _digest(folder: Folder, policy: Policy) -> str:
    """What grades depend on besides the submission."""
    found = hashlib.sha256(repr(policy).encode())
    try:
        found.update((folder.path / EXERCISES).read_bytes())
    except OSError as error:
        raise AssignmentError(f"{EXERCISES} cannot be read: {reason_of(error)}") from None
    return found.hexdigest()[:16]


def _wanted(
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
            if text in (key, *one.names) or (who and _owner(one, folder) == who)
        }
        if not keys:
            made.problems.append(
                Problem(text, None, None, "identity", "nobody of this course is called so")
            )
        found |= keys
    return found


class _Everybody(set[str]):
    """All keys, those of people who are not in the course included: they are told of."""

    def __contains__(self, key: object) -> bool:
        return True


def _owner(person: Person, folder: Folder) -> str:
    return owner_of(person.names, folder.people).student


class _Planner:
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
        self.owners = {key: _owner(one, plan.folder) for key, one in people.items()}
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
            self._add(one, "skip", "not a student of this course")
            return False
        if one.fault:
            graded = one.fault.startswith(("a draft", "nothing"))
            self._add(one, "skip" if graded else "fail", one.fault)
            return False
        known = self.plan.memory.of(one.key)
        seen = (known.submission, known.by) == (one.fingerprint, self.plan.by)
        if self.force or not seen or known.sending is not None:
            return True
        self._add(one, *untouched(known, self.standing(one.key)))
        return False

    def _add(self, one: PlatformSubmission, action: Action, why: str, **more: Any) -> None:
        person = self.people.get(one.key)
        known = self.plan.memory.of(one.key)
        change = Change(
            one.key,
            self.names[one.key] if person else f"user {one.key}",
            action,
            why,
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
                self._add(one, "fail", f"not fetched: {error}")
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
            refused = self._foreign(one.key, outcome) if outcome else ""
            if refused:
                self._add(one, "fail", refused)
            elif outcome is None:
                first = own[0] if own else None
                why = _placed(first, label) if first else "no answers in what was handed in"
                self._add(one, "fail", why, problem=first)
            else:
                self._graded(one, outcome)

    def _foreign(self, key: str, outcome: Outcome) -> str:
        """Why somebody gets nothing for an exercise, '' if it is theirs.

        The exercise may have been graded for somebody else in an earlier run, or be the
        exercise of somebody whom the platform's names fit.
        """
        for graded in outcome.graded:
            other = self.graded_for.get(graded.exercise.id, key)
            if other != key:
                return f"exercise {graded.exercise.id} was graded for {self.name(other)}"
        student = outcome.student.student
        others = [other for other in self.keys_of.get(student, ()) if other != key]
        if not others:
            return ""
        if self.owners[key] == student:
            return f"{self.name(others[0])} fits the same student, {student!r}"
        return f"this is the exercise of {self.name(others[0])}"

    def _graded(self, one: PlatformSubmission, outcome: Outcome) -> None:
        plan, known, standing = self.plan, self.plan.memory.of(one.key), self.standing(one.key)
        points = outcome.points(float(plan.assignment.most))
        mark = mark_of(plan.assignment.id, one.key, one.attempt, points, outcome.text())
        action, why = decided(known, standing, one, points, mark)
        if action == "hold" and self.force and not standing.excused:
            action, why = "grade", f"forced: {why}"
        if action == "grade":
            action, why = self._taken(one, why)
        self._add(
            one, action, why, new=points, outcome=outcome, mark=mark,
            files=tuple(page_names(plan)) if action == "grade" else (),
            student=outcome.student.student,
        )  # fmt: skip

    def _taken(self, one: PlatformSubmission, why: str) -> tuple[Action, str]:
        """Whether the platform takes a grade; Moodle would keep its own, and yet our comment."""
        try:
            fixed = self.plan.platform.fixed(one.key)
        except (TokenError, RightsError):
            raise
        except PlatformError as error:
            return "fail", f"not looked up in the gradebook: {error}"
        if fixed:
            return "fail", f"{fixed}: release it there; comment and pages are as they were"
        return "grade", why


def _placed(problem: Problem, label: str) -> str:
    """A problem without the name of the person in whose row it is told."""
    return str(problem._replace(file=problem.file.removeprefix(f"{label}/")))


def page_names(plan: Plan) -> dict[str, str]:
    """Name of a feedback file -> its format."""
    base = safe_name(plan.folder.path.name)
    return {f"{base}-feedback.{format}": format for format in plan.pages}


def hand_out(
    folder: Folder,
    platform: Platform,
    only: Collection[str] = (),
    force: bool = False,
    told: Told = silent,
) -> Plan:
    """Each student's worksheet and blank answers, to be put where only they see them.

    Args:
        folder: the assignment.
        platform: with its assignment.
        only: as for `plan`.
        force: hand out again what was handed out.
        told: progress.

    Raises:
        PlatformError: the platform cannot be read, or takes no files.
    """
    made = _begun(folder, platform, "")
    if not made.assignment.takes_files:
        raise PlatformError(
            f"{made.assignment.name!r} takes no files: switch on 'Feedback files' in its settings"
        )
    people = {one.key: one for one in platform.people()}
    wanted = _wanted(people, folder, only, made)
    standings = platform.grades()
    owners: dict[str, list[str]] = {}
    for key, one in people.items():
        owners.setdefault(_owner(one, folder), []).append(key)
    names = told_apart({key: (one.shown, key) for key, one in people.items()})
    for n, (key, person) in enumerate(people.items(), 1):
        if key in wanted:
            standing, one = standings.get(key, CurrentGrade()), replace(person, shown=names[key])
            made.changes.append(worksheets.planned(made, one, owners, standing, force))
        told("planning", n, len(people))
    return made


# applying ------------------------------------------------------------------------------------


def apply(plan: Plan, told: Told = silent) -> list[SentChange]:
    """Send what is planned.

    A person's failure stops nobody else's grade; only a platform that does not answer at all,
    or does not know the token any more, ends the run. What is done is remembered at once.

    Args:
        plan: made by `plan` or `hand_out`, once; nothing may have been sent since.
        told: progress.

    Returns:
        What came of each change that was to be sent, in the order of the plan.

    Raises:
        AssignmentError: another run is at work, or nothing can be remembered.
    """
    done: list[SentChange] = []
    same = [one for one in plan.changes if one.action == "same"]
    if not plan.to_send and not same:
        return done
    with plan.memory.alone():
        for one in same:
            if plan.memory.of(one.key) == one.known:
                _remember(plan, one, points=one.old)
        sender = _Sender(plan)
        for n in range(0, len(plan.to_send), BATCH):
            done += sender.sent(plan.to_send[n : n + BATCH])
            told("sending", len(done), len(plan.to_send))
    return done


def _remember(plan: Plan, one: Change, points: Decimal | None) -> None:
    submission = one.submission
    assert submission is not None
    assert one.outcome is not None
    plan.memory.note(
        one.key,
        student=one.student,
        exercises=tuple(graded.exercise.id for graded in one.outcome.graded),
        submission=submission.fingerprint,
        attempt=submission.attempt,
        by=plan.by,
        mark=one.mark,
        points=points,
        sending=None,
    )


class _Sender:
    """Sends the changes of a plan.

    Args:
        plan: whose memory is ours alone.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.unanswered = 0
        """People in a row for whom there was no answer."""
        self.over = ""
        """Why nothing more is sent."""

    def sent(self, batch: Sequence[Change]) -> list[SentChange]:
        """Send some changes, then read all of them back."""
        faults = {one.key: self._send(one) for one in batch}
        graded = [one for one in batch if one.action == "grade" and not faults[one.key]]
        faults |= self._read_back(graded)
        return [SentChange(one, faults[one.key]) for one in batch]

    def _send(self, one: Change) -> str:
        """Send one change; returns why that failed, or ''."""
        if self.over:
            return f"not sent: {self.over}"
        if self.plan.memory.of(one.key) != one.known:
            return "not sent: another run was here meanwhile; run the same again"
        try:
            if one.action == "hand out":
                worksheets.give(self.plan, one)
            else:
                self.plan.memory.note(one.key, sending=one.new, mark="")
                self.plan.platform.give(one.key, feedback_of(self.plan, one))
        except TokenError as error:
            self.over = str(error)
            return self.over
        except Unreachable as error:
            self.unanswered += 1
            if self.unanswered >= PATIENCE:
                self.over = "the platform does not answer"
            return str(error)
        except PlatformError as error:
            return str(error)
        self.unanswered = 0
        return ""

    def _read_back(self, graded: Sequence[Change]) -> dict[str, str]:
        """Compare what was sent with what stands there; returns faults."""
        if not graded:
            return {}
        try:
            standings = self.plan.platform.grades([one.key for one in graded])
        except PlatformError as error:
            return {one.key: f"sent, but not read back: {error}" for one in graded}
        faults = {}
        for one in graded:
            stands = standings.get(one.key, CurrentGrade()).points
            if equal(stands, one.new):
                _remember(self.plan, one, points=one.new)
                faults[one.key] = ""
            else:
                kept = "no grade" if stands is None else f"{stands:.2f}"
                faults[one.key] = (
                    f"not taken: {kept} stands there; overridden or locked in the gradebook?"
                )
        return faults


def feedback_of(plan: Plan, one: Change) -> Feedback:
    """What one person gets.

    Platforms that replace files get the worksheets once more, or they would be gone.
    """
    assert one.outcome is not None
    assert one.new is not None
    names = page_names(plan)
    rendered = one.outcome.pages(tuple(names.values())) if names else {}
    files = {name: rendered[format] for name, format in names.items()}
    if files and one.known.handed and plan.platform.replaces_files:
        files |= worksheets.files_of(plan.folder, one.student)
    return Feedback(
        one.new,
        one.outcome.html(),
        one.outcome.text(),
        files,
        one.submission.attempt if one.submission else 1,
        one.mark,
        rubric_points(
            plan.assignment.rubric, worksheets.sections_of(one.outcome, plan.assignment), one.new
        ),
    )


def failures(plan: Plan, done: Sequence[SentChange]) -> Iterator[str]:
    """Everything that went wrong, a line each."""
    yield from map(str, plan.problems)
    yield from (
        f"{one.who}: {one.why}"
        for one in plan.changes
        if one.action == "fail" and one.problem is None
    )
    yield from (f"{one.change.who}: {one.fault}" for one in done if one.fault)
