"""What somebody may see of an assignment at a moment: the one place that decides it.

Pages, files, the REST interface, launches and links ask here before they show numbers,
answers, verdicts or keys.

| of an assignment that is | it is there | its numbers | what was found |
|---|---|---|---|
| a draft, or withdrawn | no | no | no |
| published, opens later | yes | no | no |
| open, or closed again | yes | yes | as its feedback says |

Its staff see everything at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.web.models import Assignment, Role


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be seen."""

    assignment: bool
    """That it is there: title, dates, own receipts."""
    numbers: bool
    """One's own exercises and what was answered, and practice."""
    findings: bool
    """Verdicts, points, messages, as much of them as the policy shows."""


def sight_of(assignment: Assignment, role: Role | str, now: datetime) -> Sight:
    """What somebody with a role in its course may see.

    Args:
        assignment: of which.
        role: theirs.
        now: the moment.
    """
    if role != Role.STUDENT:
        return Sight(True, True, True)
    published = assignment.published
    begun = published and assignment.begun_at(now)
    return Sight(published, begun, begun and assignment.shows_feedback(now))
