"""Several attempts of one student at one exercise: which of them counts.

A quiz report has a row an attempt. The policy says which counts; an attempt that was not
finished counts only where there is no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import Problem
from grader.marking.mark import mark
from grader.marking.policy import Policy
from grader.read.answer_sheet import AnswerSheet
from problems.reasons import because

RULES = {
    "average": because("the_average_counts"),
    "best": because("the_best_counts"),
    "last": because("the_last_counts"),
}
"""Which of several attempts counts, as policies say it -> what is said of the others."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of several attempts."""

    counts: AnswerSheet | None
    """None if the policy asks for what one report cannot show."""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def counted(attempts: Sequence[AnswerSheet], policy: Policy) -> Counted:
    """The attempt that counts.

    Args:
        attempts: of one exercise, in the order of time; at least one.
        policy: `best` or `last`, and how many count at all.
    """
    finished = [one for one in attempts if one.finished] or list(attempts)
    taken = finished if policy.attempts.most is None else finished[: policy.attempts.most]
    rule = policy.attempts.counts
    if rule == "average" and len(taken) > 1:
        first = taken[0]
        id, student, count = first.exercise.id, first.exercise.student, len(taken)
        reason = because("average_of_attempts", count=count, student=student, exercise=id)
        return Counted(None, (Problem(first.file, first.row, None, "duplicate_file", reason),))
    chosen = taken[-1] if rule == "last" else max(taken, key=lambda one: _score(one, policy))
    notes = [_note(one, chosen, rule) for one in attempts if one is not chosen]
    if not chosen.finished:
        reason = because("attempt_not_finished")
        notes.append(Problem(chosen.file, chosen.row, None, "unfinished", reason))
    return Counted(chosen, (), tuple(notes))


def superseded(earlier: AnswerSheet, last: AnswerSheet) -> Problem:
    """What is said of files that were handed in again: a platform keeps all of them.

    Args:
        earlier: what does not count.
        last: what does.
    """
    id, student = earlier.exercise.id, earlier.exercise.student
    reason = because("handed_in_again", exercise=id, student=student, counts=last.place)
    return Problem(earlier.file, earlier.row, None, "attempt", reason)


def _score(one: AnswerSheet, policy: Policy) -> float:
    return mark(one.exercise, one.answers, policy, one.problems).score


def _note(one: AnswerSheet, chosen: AnswerSheet, rule: str) -> Problem:
    why = RULES[rule] if one.finished else because("it_is_not_finished")
    reason = because(
        "attempt_does_not_count",
        student=one.exercise.student,
        exercise=one.exercise.id,
        why=why,
        row=chosen.row or 0,
    )
    return Problem(one.file, one.row, None, "attempt", reason)
