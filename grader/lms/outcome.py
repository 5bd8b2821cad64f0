"""What a learning platform learns of a student: points, a comment, pages to attach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from grader.assignments.folder import Folder
from grader.assignments.roster import Student
from grader.assignments.worksheets import renderers
from grader.marking.mark import step_of
from grader.marking.policy import Policy
from grader.results.feedback import Graded, feedback_page, student
from templates.feedback.comment import Comment, as_html, as_text, comments
from templates.feedback.page import Checked

CENT = Decimal("0.01")
"""Platforms keep more decimals, and show two."""


@dataclass(frozen=True)
class Outcome:
    """One student's work of one assignment, graded."""

    student: Student
    graded: tuple[Graded, ...]
    """In the order of the exercises; at least one."""
    most: float
    """Points of a faultless student, exercises that were not handed in included."""
    missing: int = 0
    """Exercises of which nothing was handed in, or nothing could be read."""

    @property
    def score(self) -> float:
        """Points of all exercises."""
        return round(math.fsum(one.report.score for one in self.graded), 6)

    def points(self, most: float | None = None) -> Decimal:
        """The score, scaled to a platform's maximum; never more than that.

        Args:
            most: of the platform, None for points as they are.
        """
        share = Decimal(repr(self.score)) / Decimal(repr(self.most)) if self.most else Decimal(0)
        whole = Decimal(repr(most if most is not None else self.most))
        return min((share * whole).quantize(CENT, ROUND_HALF_UP), whole)

    def html(self) -> str:
        """The comment as a fragment of HTML."""
        return as_html(self._comments) + "".join(f"<p>{line}</p>" for line in self._left)

    def text(self) -> str:
        """The comment as plain text."""
        return "\n\n".join([as_text(self._comments), *self._left])

    def pages(self, formats: Sequence[str] = ("html", "pdf")) -> dict[str, bytes]:
        """Format -> the feedback page, whole, as `bpgrade check --feedback` writes it."""
        page = feedback_page(self.graded)
        rendered = renderers(formats, self.graded[0].folder.order.paper)
        return {suffix: render(page) for suffix, render in rendered}

    @property
    def _comments(self) -> list[Comment]:
        parts = [Checked(one.report, one.exercise) for one in self.graded]
        return comments(parts, self.graded[0].policy.show)

    @property
    def _left(self) -> list[str]:
        """What is not there."""
        if not self.missing:
            return []
        what = "exercise was" if self.missing == 1 else "exercises were"
        return [f"{self.missing} {what} not handed in, or could not be read."]


def outcomes(graded: Sequence[Graded]) -> dict[str, Outcome]:
    """Student -> outcome, in the order of the work; all of one assignment."""
    own: dict[str, list[Graded]] = {}
    for one in graded:
        own.setdefault(one.report.student, []).append(one)
    return {id: _outcome(id, works) for id, works in own.items()}


def _outcome(id: str, works: list[Graded]) -> Outcome:
    folder, policy = works[0].folder, works[0].policy
    done = {one.exercise.id for one in works}
    every = list(folder.exercises_of(id).values())
    return Outcome(
        student(folder, id),
        tuple(sorted(works, key=lambda one: one.exercise.number)),
        most_of(folder, id, policy),
        sum(one.id not in done for one in every),
    )


def most_of(folder: Folder, id: str, policy: Policy) -> float:
    """Points of all exercises of a student without a fault."""
    exercises = folder.exercises_of(id).values()
    steps = (step for exercise in exercises for step in exercise.questions)
    return round(math.fsum(policy.weight(step_of(step)) for step in steps), 6)
