"""One exercise answered in several places: one of them counts, or none if they contradict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import Problem
from grader.read.answer_sheet import AnswerSheet
from problems.reasons import Reason, because


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of several submissions of one exercise."""

    counts: int | None
    """Which of them counts; None if they contradict."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def settled(group: Sequence[AnswerSheet]) -> Settled:
    """The one that counts of several by the same student; contradictions name both places."""
    written = [one for one in group if one.answers] or list(group)[:1]
    first = written[0]
    differ = [one for one in written[1:] if not one.same_as(first)]
    problems, notes = [], []
    for one in group:
        if one is first or any(one is other for other in differ):
            continue
        id, student = one.exercise.id, one.exercise.student
        reason = because("left_blank_here", exercise=id, student=student, counts=first.place)
        if one.answers:
            reason = because("answered_alike", exercise=id, student=student, counts=first.place)
        notes.append(_twice(one, reason))
    for one in differ:
        id, student = one.exercise.id, one.exercise.student
        reason = because("answered_otherwise", exercise=id, student=student, other=first.place)
        problems.append(_twice(one, reason))
    at = next(n for n, one in enumerate(group) if one is first)
    return Settled(None if differ else at, tuple(problems), tuple(notes))


def _twice(one: AnswerSheet, reason: Reason) -> Problem:
    return Problem(one.file, one.row, None, "duplicate_file", reason)
