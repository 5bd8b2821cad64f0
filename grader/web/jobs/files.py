"""Results that are files: in the data folder, for the service alone, for a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from grader.errors import ServiceError
from grader.web.database import free_bytes
from grader.web.jobs.models import Job

FOLDER = "results"
KEPT = timedelta(days=1)
PART = ".part"


def place_of(job: Job) -> Path:
    """Where its result lies."""
    return Path(settings.DATA) / FOLDER / job.pk


@contextmanager
def written(job: Job) -> Iterator[Path]:
    """A file to write; it is the job's result once the block is done.

    Raises:
        ServiceError: the disk is nearly full.
    """
    place = place_of(job)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    if free_bytes(place.parent) < settings.LEAST_FREE:
        raise ServiceError("The server's disk is nearly full. Tell its administrator.")
    aside = place.with_name(f"{place.name}-{job.owner}{PART}")
    try:
        aside.touch(0o600)
        yield aside
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)


def discard(job: Job) -> None:
    """Delete its result, and what a process that was killed has left of it."""
    place = place_of(job)
    for file in (place, *place.parent.glob(f"{job.pk}-*{PART}")):
        file.unlink(missing_ok=True)


def clear() -> int:
    """Delete jobs that ended a day ago, and files that belong to none; how many jobs."""
    ended, _ = Job.objects.filter(ended__lt=timezone.now() - KEPT).delete()
    folder = Path(settings.DATA) / FOLDER
    if folder.is_dir():
        found = list(folder.iterdir())  # first: a file that comes now is of a job that comes now
        kept = set(Job.objects.values_list("pk", flat=True))
        for file in found:
            if file.name.removesuffix(PART)[:ID] not in kept:
                file.unlink(missing_ok=True)
    return ended


ID = 16
"""Letters of a job's id."""


def clear_earlier(job: Job) -> None:
    """Delete results of the same work that this one replaces."""
    for earlier in Job.objects.filter(key=job.key, ended__isnull=False).exclude(pk=job.pk):
        place_of(earlier).unlink(missing_ok=True)
        earlier.delete()
