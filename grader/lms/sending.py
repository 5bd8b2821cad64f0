"""Grades on their way to a platform: sent in portions, read back, remembered."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from grader.errors import (
    PlatformError,
    TokenError,
    Unreachable,
)
from grader.lms import worksheets
from grader.lms.changes import (
    Change,
    Plan,
    SentChange,
    equal,
    rubric_points,
)
from grader.lms.planning import PATIENCE, page_names
from grader.lms.platform import (
    CurrentGrade,
    Feedback,
)
from problems.reasons import Reason, as_told, because

BATCH = 20
"""Grades that are read back at once."""


def remember(plan: Plan, one: Change, points: Decimal | None) -> None:
    """Keep what stands on the platform now."""
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


class Sender:
    """Sends the changes of a plan.

    Args:
        plan: whose memory is ours alone.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.unanswered = 0
        """People in a row for whom there was no answer."""
        self.over: Reason | None = None
        """Why nothing more is sent."""

    def sent(self, batch: Sequence[Change]) -> list[SentChange]:
        """Send some changes, then read all of them back."""
        faults = {one.key: self._send(one) for one in batch}
        graded = [one for one in batch if one.action == "grade" and not faults[one.key]]
        faults |= self._read_back(graded)
        return [SentChange(one, faults[one.key]) for one in batch]

    def _send(self, one: Change) -> Reason | None:
        """Send one change; returns why that failed, or None."""
        if self.over:
            return because("not_sent", why=self.over)
        if self.plan.memory.of(one.key) != one.known:
            return because("another_run_was_here")
        try:
            if one.action == "hand out":
                worksheets.give(self.plan, one)
            else:
                self.plan.memory.note(one.key, sending=one.new, mark="")
                self.plan.platform.give(one.key, feedback_of(self.plan, one))
        except TokenError as error:
            self.over = as_told(str(error))
            return self.over
        except Unreachable as error:
            self.unanswered += 1
            if self.unanswered >= PATIENCE:
                self.over = because("platform_silent")
            return as_told(str(error))
        except PlatformError as error:
            return as_told(str(error))
        self.unanswered = 0
        return None

    def _read_back(self, graded: Sequence[Change]) -> dict[str, Reason | None]:
        """Compare what was sent with what stands there; returns faults."""
        if not graded:
            return {}
        try:
            standings = self.plan.platform.grades([one.key for one in graded])
        except PlatformError as error:
            why = str(error)
            return {one.key: because("not_read_back", why=why) for one in graded}
        faults: dict[str, Reason | None] = {}
        for one in graded:
            stands = standings.get(one.key, CurrentGrade()).points
            if equal(stands, one.new):
                remember(self.plan, one, points=one.new)
                faults[one.key] = None
            else:
                kept = because("no_grade") if stands is None else f"{stands:.2f}"
                faults[one.key] = because("not_taken", stands=kept)
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
