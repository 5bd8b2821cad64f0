"""When work was handed in, and how attempts went, as far as the grade book says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from grader.report.results import KEY
from problems.arithmetic.elementary import FloatArray
from templates.class_report.survey import Attempt, Period, Timeline, Unit

HOURS, DAYS = 72, 92
"""Up to so many hours are shown by the hour, up to so many days by the day."""

MOST = 400
"""Periods at most: a single wrong year must not make thousands of empty ones."""


def timeline(attempts: pl.DataFrame) -> Timeline | None:
    """The course of handing in; None where neither times nor attempts are known."""
    tries = tuple(_attempts(attempts))
    if "submitted" not in attempts.columns:
        return Timeline("day", (), tries, 0) if len(tries) > 1 else None
    read = [_time(text) for text in attempts["submitted"]]
    unread = sum(
        at is None and bool((text or "").strip())
        for at, text in zip(read, attempts["submitted"], strict=True)
    )
    times = _of_one_clock([at for at in read if at is not None])
    if not times:
        return Timeline("day", (), tries, unread) if len(tries) > 1 or unread else None
    percent = attempts["percent"].to_numpy()[[at is not None for at in read]]
    unit = _unit(max(times) - min(times))
    return Timeline(unit, tuple(_periods(times, percent, unit)), tries, unread)


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None


def _of_one_clock(times: list[datetime]) -> list[datetime]:
    """Wall-clock times as they stand; in UTC where the rows have different offsets."""
    offsets = {at.utcoffset() for at in times}
    if len(offsets) > 1:
        times = [(at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC) for at in times]
    return [at.replace(tzinfo=None) for at in times]


def _unit(span: timedelta) -> Unit:
    if span <= timedelta(hours=HOURS):
        return "hour"
    return "day" if span <= timedelta(days=DAYS) else "week"


STEPS: dict[Unit, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


def start_of(at: datetime, unit: Unit) -> datetime:
    """The beginning of the hour, the day, or the week (Monday).

    >>> start_of(datetime(2026, 3, 5, 14, 40), "week")
    datetime.datetime(2026, 3, 2, 0, 0)
    """
    if unit == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _periods(times: list[datetime], percent: FloatArray, unit: Unit) -> Iterator[Period]:
    """Every period from the first to the last, also those in which nothing came."""
    starts = np.array([start_of(at, unit) for at in times], dtype="datetime64[s]")
    found, at, counts = np.unique(starts, return_inverse=True, return_counts=True)
    means = np.bincount(at, weights=percent) / counts
    known = {
        one.item(): (int(n), float(mean))
        for one, n, mean in zip(found, counts, means, strict=True)
    }
    step, start, last = STEPS[unit], min(known), max(known)
    if (last - start) / step >= MOST:
        yield from (Period(one, *known[one]) for one in sorted(known))
        return
    while start <= last:
        yield Period(start, *known.get(start, (0, None)))
        start += step


def _attempts(attempts: pl.DataFrame) -> Iterator[Attempt]:
    """Mean of all first attempts, all second ones, ...; in the order of the grade book where
    it does not number them."""
    number = pl.int_range(1, pl.len() + 1).over(KEY)
    if "attempt" in attempts.columns:
        number = (
            pl.col("attempt")
            .cast(pl.Float64, strict=False)
            .cast(pl.Int64, strict=False)
            .fill_null(number)
        )
    table = (
        attempts.with_columns(number=number)
        .group_by("number")
        .agg(pl.len().alias("count"), pl.col("percent").mean())
    )
    for n, count, mean in table.sort("number").iter_rows():
        yield Attempt(int(n), int(count), float(mean))
