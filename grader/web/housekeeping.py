"""What is over and of no use any more is deleted: tallies, sessions, results of long work."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from grader.web import limits
from grader.web.assignments import discard
from grader.web.jobs import files
from grader.web.jobs.models import LIVE, Job, State
from grader.web.models import Assignment

UNFINISHED = timedelta(hours=2)
"""Nothing takes as long to be made."""
FRUITLESS = (State.FAILED, State.CANCELLED)


def clear() -> int:
    """Delete it; how many rows that were."""
    sessions, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return sessions + limits.clear_ended() + files.clear() + discard_unfinished()


def discard_unfinished() -> int:
    """Remove assignments that were cut off while they were made; how many."""
    half = Assignment.every.filter(making=True).exclude(jobs__state__in=LIVE)
    old = Q(created__lt=timezone.now() - UNFINISHED)
    found = list(half.filter(old | Q(jobs__state__in=FRUITLESS)).distinct())
    for assignment in found:
        Job.objects.filter(assignment=assignment).update(assignment=None)  # tells why
        discard(assignment)
    return len(found)
