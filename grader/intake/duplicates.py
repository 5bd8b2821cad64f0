"""One exercise answered in several places: one of them counts, or none if they contradict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import Problem
from grader.read.answer_sheet import AnswerSheet
from problems.exercise import Exercise
from problems.reasons import as_told


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
        how = "answered alike" if one.answers else "left blank"
        message = f"{_whose(one.exercise)} is {how} here; {first.place} counts"
        notes.append(_twice(one, message))
    for one in differ:
        message = (
            f"{_whose(one.exercise)} is answered here and, differently, in {first.place}; "
            "keep one of them"
        )
        problems.append(_twice(one, message))
    at = next(n for n, one in enumerate(group) if one is first)
    return Settled(None if differ else at, tuple(problems), tuple(notes))


def _whose(exercise: Exercise) -> str:
    return f"exercise {exercise.id} of {exercise.student}"


def _twice(one: AnswerSheet, message: str) -> Problem:
    return Problem(one.file, one.row, None, "duplicate_file", as_told(message))
