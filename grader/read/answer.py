"""One answer of any kind: a number, or a formula where the exercise asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from grader.read.number import Reading, read_number
from problems.computation import ids
from problems.exercise import Exercise

if TYPE_CHECKING:
    from grader.read.formula.formula import Formula, General


class Answer(Protocol):
    """Something that was written: readable or not."""

    @property
    def text(self) -> str:
        """As typed."""


def read_answer(
    exercise: Exercise, id: str, text: str, comma: bool | None = None
) -> Reading | Formula | General | None:
    """What was written for a question.

    Args:
        exercise: whose question it is.
        id: of the question, `delta.1.1` or `delta.1.1:formula`.
        text: as typed.
        comma: whether the file writes decimal commas; None if that is not known.

    Returns:
        None if it is blank.
    """
    if ids.asks_general(id):
        from grader.read.formula.formula import read_general

        return read_general(exercise, id, text)
    if ids.asks_formula(id):
        from grader.read.formula.formula import read_formula

        return read_formula(exercise, ids.step_asked(id), text)
    return read_number(text, name=exercise.labels.get(id, ()), comma=comma)
