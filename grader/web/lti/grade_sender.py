"""Brings queued grades to learning platforms, until they have them."""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from grader.errors import NotStoredError, ServiceError
from grader.support.backoff import growing
from grader.web.lti import outbox
from grader.web.lti.ags import Score, send_score
from grader.web.lti.models import Outgoing, Platform, Sending
from grader.web.lti.outcomes import Busy, Delivered, Down, Older, Outcome, Refused, TokenRefused
from grader.web.submission_store import again, one_writer

log = logging.getLogger("bpgrade.postman")

ENOUGH = 3
"""Failures one after another from which on a platform, not a grade, is taken to be the reason."""
LONGEST_ERROR = 300


@dataclass(frozen=True)
class Pace:
    """How soon grades are sent, in seconds."""

    first: float = 60.0
    """Until the second try; each later one waits twice as long."""
    most: float = 6 * 3600.0
    """Between two tries."""
    quiet: float = 15 * 60.0
    """At most, between two tries of whatever grade at a platform that does not answer."""
    lease: float = 180.0
    """For which a grade is ours: if we end in the middle, another may send it afterwards."""
    poll: float = 5.0
    """Between two looks; what this process queues itself is sent at once."""
    reveal: float = 60.0
    """Between two looks for due dates that have passed."""

    @classmethod
    def from_environment(cls) -> Pace:
        """With other times for tests: `BPGRADE_PACE="first=0.2 lease=1"`.

        Raises:
            ServiceError: no such time.
        """
        pairs = (word.partition("=") for word in os.environ.get("BPGRADE_PACE", "").split())
        try:
            return cls(**{name: float(seconds) for name, _, seconds in pairs})
        except (TypeError, ValueError):
            raise ServiceError("BPGRADE_PACE is written as: first=60 most=21600") from None


BATCH = 10
"""Grades that one platform gets before it is the next one's turn."""
DAY = 86_400.0


class Postman(threading.Thread):
    """Sends what is due; any number of them, in any number of processes.

    Args:
        pace: how soon.
        now: the time.
        chance: a number from 0 to 1, so that many services do not come at the same moment.
    """

    def __init__(
        self,
        pace: Pace | None = None,
        now: Callable[[], datetime] = timezone.now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(name="postman", daemon=True)
        self.pace = pace or Pace.from_environment()
        self.now, self.chance = now, chance
        self.ended = threading.Event()
        self._quiet: dict[int, datetime] = {}
        """Platform -> until when nothing is tried."""
        self._failures: dict[int, int] = {}
        """Platform -> failures since something arrived."""
        self._revealed: set[tuple[str, datetime]] = set()
        self._looked: datetime | None = None

    def run(self) -> None:
        """Until `end`."""
        while not self.ended.is_set():
            outbox.news.clear()
            try:
                if self.round():
                    continue
            except NotStoredError:
                log.warning("the database does not answer; tried again later")
            except Exception:
                log.exception("sending grades failed; tried again later")
            if not self.ended.is_set():
                outbox.news.wait(self.pace.poll)

    def end(self) -> None:
        """Finish what is being sent."""
        self.ended.set()
        outbox.news.set()
        if self.is_alive():
            self.join(timeout=10)

    # one round -----------------------------------------------------------------------------

    def round(self) -> int:
        """Send what is due, a few grades to each platform; how many were tried.

        Raises:
            NotStoredError: the database does not answer.
        """
        self._reveal()
        tried = 0
        for platform in again(lambda: list(self._platforms())):
            until = self._quiet.get(platform.pk)
            if until is None or self.now() >= until:
                tried += self._visit(platform)
        return tried

    def _reveal(self) -> None:
        now = self.now()
        if self._looked is None or (now - self._looked).total_seconds() >= self.pace.reveal:
            self._looked = now
            again(lambda: outbox.reveal(now, self._revealed))

    def _due(self) -> QuerySet[Outgoing]:
        rows = Outgoing.objects.filter(state=Sending.WAITING, due__lte=self.now())
        return rows.exclude(placement__lineitem_url="")

    def _platforms(self) -> QuerySet[Platform]:
        waiting = self._due().values("placement__context__platform")
        return Platform.objects.filter(active=True, pk__in=waiting).order_by("pk")

    def _visit(self, platform: Platform) -> int:
        begun = self.now()
        rows = again(lambda: self._claimed(platform))
        for n, row in enumerate(rows):
            late = (self.now() - begun).total_seconds() > self.pace.lease / 2
            if self.ended.is_set() or late or platform.pk in self._quiet:
                again(lambda rest=rows[n:]: self._given_back(rest))  # type: ignore[misc]
                return n
            self._send(platform, row)
        return len(rows)

    def _claimed(self, platform: Platform) -> list[Outgoing]:
        """Some rows that nobody else sends for a while."""
        self._quiet.pop(platform.pk, None)
        with one_writer(), transaction.atomic():
            rows = self._due().filter(placement__context__platform=platform)
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True, of=("self",))
            found = list(rows.select_related("placement").order_by("due", "pk")[:BATCH])
            lease = self.now() + timedelta(seconds=self.pace.lease)
            Outgoing.objects.filter(pk__in=[row.pk for row in found]).update(due=lease)
        return found

    def _given_back(self, rows: list[Outgoing]) -> None:
        with one_writer():
            for row in rows:
                _same(row).update(due=row.due)

    def _send(self, platform: Platform, row: Outgoing) -> None:
        score = Score(row.sub, row.score, row.most, row.comment, row.stamp)
        try:
            outcome = send_score(platform, row.placement.lineitem_url, score)
        except Exception:
            log.exception("a grade could not be sent", extra={"bpgrade": {"row": row.pk}})
            outcome = Down("something went wrong here; the service's log says what")
        again(lambda: self._noted(platform, row, outcome))

    # what came of it -----------------------------------------------------------------------

    def _noted(self, platform: Platform, row: Outgoing, outcome: Outcome) -> None:
        """Only where no newer grade has taken the row over meanwhile."""
        with one_writer(), transaction.atomic():
            match outcome:
                case Delivered() | Older():
                    _same(row).update(
                        state=Sending.SENT, sent=self.now(), tries=F("tries") + 1, error=""
                    )
                    self._answered(platform)
                case Refused(reason):
                    error = reason[:LONGEST_ERROR]
                    _same(row).update(state=Sending.REFUSED, tries=F("tries") + 1, error=error)
                    self._answered(platform)
                case TokenRefused(reason) | Busy(reason, _) | Down(reason):
                    self._later(platform, row, outcome, reason)

    def _later(self, platform: Platform, row: Outgoing, outcome: Outcome, reason: str) -> None:
        told = outcome.seconds if isinstance(outcome, Busy) else None
        due = self.now() + self._wait(row.tries + 1, self.pace.most, told)
        _same(row).update(due=due, tries=F("tries") + 1, error=reason[:LONGEST_ERROR])
        failures = self._failures.get(platform.pk, 0) + 1
        self._failures[platform.pk] = failures
        self._quiet[platform.pk] = self.now() + self._wait(failures, self.pace.quiet, told)
        detail = {"platform": platform.pk, "tries": row.tries + 1, "reason": reason}
        log.warning("a grade could not be sent yet", extra={"bpgrade": detail})

    def _wait(self, tries: int, most: float, told: float | None) -> timedelta:
        """Until the next try.

        Args:
            tries: so far, at least 1.
            most: seconds.
            told: seconds for which the platform wants to be left alone.
        """
        first = self.pace.first
        if told is not None:
            least = max(first, min(told, DAY))
            return timedelta(seconds=least * (1 + 0.1 * self.chance()))
        return timedelta(seconds=growing(tries, first, most, self.chance()))

    def _answered(self, platform: Platform) -> None:
        """After an outage, what failed because of it need not wait out its hours."""
        if self._failures.pop(platform.pk, 0) >= ENOUGH:
            rows = Outgoing.objects.filter(state=Sending.WAITING, tries__gt=0, due__gt=self.now())
            leased = self.now() + timedelta(seconds=self.pace.lease)
            late = rows.filter(placement__context__platform=platform, due__gt=leased)
            late.update(due=leased)


def _same(row: Outgoing) -> QuerySet[Outgoing]:
    """The row, as long as it holds the grade that we know."""
    return Outgoing.objects.filter(pk=row.pk, version=row.version, state=Sending.WAITING)
