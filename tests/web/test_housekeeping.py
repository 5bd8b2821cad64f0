"""What is over is deleted by the hour; what lasts stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from grader.web import housekeeping
from grader.web.limits import wait
from grader.web.models import Tally

pytestmark = pytest.mark.django_db


def session(lasting: timedelta) -> str:
    store = SessionStore()
    store["who"] = "ada"
    store.save()
    end = timezone.now() + lasting
    Session.objects.filter(pk=store.session_key).update(expire_date=end)
    return str(store.session_key)


def test_sessions_that_are_over_go() -> None:
    over, lasts = session(timedelta(seconds=-1)), session(timedelta(hours=1))
    housekeeping.clear()
    assert not Session.objects.filter(pk=over).exists()
    assert Session.objects.filter(pk=lasts).exists()


def test_counts_that_are_over_go() -> None:
    wait("over", 5, 60)
    wait("lasts", 5, 60)
    Tally.objects.filter(what="over").update(until=timezone.now() - timedelta(seconds=1))
    assert housekeeping.clear() == 1
    assert [one.what for one in Tally.objects.all()] == ["lasts"]
