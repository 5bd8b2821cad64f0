"""Drafts: what stands in the fields, kept on the server; of two tabs the newer text wins.

How long ago a field was typed comes with it, not a time of day: the clocks of students' devices
are not to be trusted, their stopwatches are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from grader.web.models import Draft, Task
from grader.web.submission_store import again

OLDEST = 60 * 24 * 3600 * 1000
"""Milliseconds; nothing that waits in a browser is taken to be older."""


@dataclass(frozen=True)
class Change:
    """A field as somebody left it."""

    text: str
    base: str | None = None
    """What stood there before, as far as the page knew; None if it did not say."""
    age: int = 0
    """Milliseconds since it was typed."""


@dataclass(frozen=True)
class Saved:
    """A draft after a change."""

    answers: Mapping[str, str]
    """Question -> what is kept now."""
    changed: datetime
    replaced: Mapping[str, str] = field(default_factory=dict)
    """Question -> what another tab had written there, and which is gone from the draft."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Question -> what came now and is older than what another tab has written there."""


def draft_of(task: Task) -> dict[str, str]:
    """Question -> as typed."""
    found = Draft.objects.filter(task=task).first()
    return dict(found.answers) if found else {}


def save(task: Task, changes: Mapping[str, Change]) -> Saved:
    """Keep what was typed.

    Raises:
        NotStoredError: the database did not confirm it.
    """
    return again(lambda: _saved(task, changes))


def _saved(task: Task, changes: Mapping[str, Change]) -> Saved:
    now = int(time.time() * 1000)
    replaced: dict[str, str] = {}
    refused: dict[str, str] = {}
    with transaction.atomic():
        draft, _ = Draft.objects.select_for_update().get_or_create(task=task)
        for question, change in changes.items():
            when = now - min(max(0, change.age), OLDEST)
            before = str(draft.answers.get(question, ""))
            if when < int(draft.times.get(question, 0)):
                if change.text not in ("", before):
                    refused[question] = change.text
                continue
            if before not in ("", change.text) and change.base not in (None, before):
                replaced[question] = before
            draft.answers[question] = change.text
            draft.times[question] = when
        if changes:
            draft.changed = timezone.now()
            draft.save()
    return Saved(dict(draft.answers), draft.changed, replaced, refused)
