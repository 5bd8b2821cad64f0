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
from problems.reasons import as_told


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
        message = (
            f"{len(taken)} attempts of {first.exercise.student} at {first.exercise.id}: the "
            "policy counts their average, which no single report shows; export one attempt a "
            "student, or take a policy that counts the best or the last"
        )
        return Counted(
            None, (Problem(first.file, first.row, None, "duplicate_file", as_told(message)),)
        )
    chosen = taken[-1] if rule == "last" else max(taken, key=lambda one: _score(one, policy))
    notes = [_note(one, chosen, rule) for one in attempts if one is not chosen]
    if not chosen.finished:
        message = "this attempt is not finished on the platform; it is graded as it is"
        notes.append(Problem(chosen.file, chosen.row, None, "unfinished", as_told(message)))
    return Counted(chosen, (), tuple(notes))


def superseded(earlier: AnswerSheet, last: AnswerSheet) -> Problem:
    """What is said of files that were handed in again: a platform keeps all of them.

    Args:
        earlier: what does not count.
        last: what does.
    """
    message = (
        f"exercise {earlier.exercise.id} of {earlier.exercise.student} was handed in again: "
        f"{last.place} counts"
    )
    return Problem(earlier.file, earlier.row, None, "attempt", as_told(message))


def _score(one: AnswerSheet, policy: Policy) -> float:
    return mark(one.exercise, one.answers, policy, one.problems).score


def _note(one: AnswerSheet, chosen: AnswerSheet, rule: str) -> Problem:
    why = f"the {rule} counts" if one.finished else "it is not finished"
    message = (
        f"an attempt of {one.exercise.student} at {one.exercise.id} that does not count ({why}); "
        f"row {chosen.row} does"
    )
    return Problem(one.file, one.row, None, "attempt", as_told(message))
