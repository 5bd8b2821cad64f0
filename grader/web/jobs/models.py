"""A piece of long work, and how far it has come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from grader.web.ids import new_id


class State(models.TextChoices):
    """How far a job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (State.WAITING, State.RUNNING)
"""Not ended yet."""


class Job(models.Model):
    """Work that somebody asked for."""

    id = models.CharField(primary_key=True, max_length=24, default=new_id)
    kind = models.CharField(max_length=20)
    """Of `grader.web.jobs.kinds.KINDS`."""
    title = models.CharField(max_length=300)
    """What is made, for people."""
    key = models.CharField(max_length=64)
    """Whoever asks for the same while it is made gets the same job."""
    arguments = models.JSONField(default=dict)
    course = models.ForeignKey("bpgrade.Course", models.CASCADE, related_name="jobs")
    assignment = models.ForeignKey(
        "bpgrade.Assignment", models.CASCADE, null=True, related_name="jobs"
    )
    """What it is about, or what it makes."""
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="jobs"
    )
    """Who asked first."""
    teachers = models.BooleanField(default=False)
    """Whether assistants have no part in it."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    """0 where it is not known how much there is."""
    words = models.CharField(max_length=1000, blank=True)
    """What is being done, what came of it, or why it failed."""
    address = models.CharField(max_length=300, blank=True)
    """Where the result is shown."""
    file = models.CharField(max_length=300, blank=True)
    """Name of the file to download; it lies under the job's id, see `files`."""
    tries = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=24, blank=True)
    """Of the claim: whoever holds another one has lost it."""
    beat = models.DateTimeField(null=True)
    """When its worker was last heard of."""
    asked = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_job_of_a_key",
            ),
        )
        indexes = (models.Index(fields=["state", "asked"]),)

    @property
    def live(self) -> bool:
        """Whether it waits or is being made."""
        return self.state in LIVE
