"""A clock that stands still until it is moved: for windows, dates and ends of things."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone


class Clock:
    """The service's time, in the place of the machine's.

    Args:
        monkeypatch: puts the machine's back afterwards.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = timezone.now()
        monkeypatch.setattr(timezone, "now", self.now)

    def now(self) -> datetime:
        """What the service takes for the present."""
        return self._now

    def pass_by(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self._now += timedelta(seconds=seconds)
