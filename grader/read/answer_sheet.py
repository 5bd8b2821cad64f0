"""Answer sheets: what one file says about one exercise, and what else is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from grader.errors import Lost, Problem
from grader.read.answer import Answer
from grader.read.number import Unreadable
from problems.exercise import Exercise
from problems.reasons import because


@dataclass
class AnswerSheet:
    """What one file says about one exercise."""

    exercise: Exercise
    file: str
    answers: dict[str, Answer] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    """Step id -> row of the answer, to name both places of a duplicate."""
    row: int | None = None
    """The row that holds all of it, where it is one."""
    attempt: int = 0
    """Which attempt of a quiz it is, in the order of time; 0 if it is none."""
    unknown: int = 0
    """Steps that the exercise does not have."""
    finished: bool = True
    """Whether the platform says that the attempt is over."""
    sent: str = ""
    """When it was handed in, as a platform has put it into the file's name: later is greater."""
    shown: dict[str, Answer] = field(default_factory=dict)
    """Question -> what the platform calls right there, where it says so."""

    @property
    def place(self) -> str:
        """File and row, for messages."""
        return self.file if self.row is None else f"{self.file}:{self.row}"

    @property
    def unread(self) -> bool:
        """Whether no answer in it could be read: it is blank, or nothing makes sense."""
        return all(isinstance(answer, Unreadable) for answer in self.answers.values())

    def nothing(self) -> Problem:
        """What is said of it where it is unread: the wrong file is no sheet worth 0 points."""
        count = len(self.answers)
        why = because("it_is_blank")
        if count > 1:
            why = because("none_readable", count=count)
        elif count:
            why = because("one_not_readable")
        elif self.problems:
            why = because("no_step_of_this")
        id, student = self.exercise.id, self.exercise.student
        reason = because("nothing_read", exercise=id, student=student, why=why)
        return Problem(self.file, self.row, None, "empty", reason)

    def same_as(self, other: AnswerSheet) -> bool:
        """Whether both say the same, letter by letter."""
        mine = {id: answer.text.strip() for id, answer in self.answers.items()}
        return mine == {id: answer.text.strip() for id, answer in other.answers.items()}


class Find(Protocol):
    """Looks an exercise up by what a file says about it; any of the arguments may be empty."""

    def __call__(self, exercise: str, student: str, number: int = 0, /) -> Exercise | Lost:
        """The exercise, or why there is none.

        Args:
            exercise: its id.
            student: whose it is.
            number: which of the student's exercises, from 1; 0 if that is not said.
        """


@dataclass(frozen=True, slots=True)
class Read:
    """A file's submissions, everything that could not be used, and what else to know."""

    submissions: tuple[AnswerSheet, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    """What was read in a way worth saying; nothing is lost by it."""
