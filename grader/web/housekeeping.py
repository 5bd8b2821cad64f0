"""What is over and of no use any more is deleted: tallies, sessions, logins of platforms."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.utils import timezone

from grader.web import limits

HOURLY = 3600.0
"""Seconds between two clearings."""


def clear() -> int:
    """Delete it; how many rows that were."""
    sessions, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return sessions + limits.clear_ended()
