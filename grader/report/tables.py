"""The report's CSV files: every number that stands in it, for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from grader.marking.batch import VERDICTS
from grader.support.spreadsheet import safe_table
from templates.class_report.survey import Survey

Row = list[str]
Header = tuple[str, ...]


def files(survey: Survey) -> dict[str, bytes]:
    """Name -> content.

    `timeline.csv` only where times or attempts are known, `look_at.csv` only where a person
    should look at a sheet.
    """
    found = {name: safe_table(header, rows(survey)) for name, (header, rows) in TABLES.items()}
    if survey.timeline is None:
        del found["timeline.csv"]
    if not survey.looks:
        del found["look_at.csv"]
    return found


def shown(value: float | None) -> str:
    """A number with six significant digits; empty for none.

    >>> shown(0.5), shown(None), shown(1 / 3)
    ('0.5', '', '0.333333')
    """
    return "" if value is None or value != value else f"{value:.6g}"


def _summary(survey: Survey) -> Iterator[Row]:
    for group in survey.groups:
        yield [
            str(group.number), group.topology, str(group.submissions), shown(group.mean),
            shown(group.alpha), str(len(group.steps)), str(group.faultless),
            shown(group.variants.explained),
        ]  # fmt: skip


def _scores(survey: Survey) -> Iterator[Row]:
    for one in survey.scores:
        yield [
            one.student, one.exercise, str(one.number or ""), shown(one.score), shown(one.max),
            shown(one.percent), one.first_deviation, str(one.attempts),
        ]  # fmt: skip


def _steps(survey: Survey) -> Iterator[Row]:
    for group in survey.groups:
        for step in group.steps:
            yield [
                str(group.number), group.topology, step.id, step.label, str(step.total),
                str(step.answered), shown(step.facility), shown(step.discrimination),
                *(str(step.counts.get(verdict, 0)) for verdict in VERDICTS),  # type: ignore[call-overload]
            ]  # fmt: skip


def _slips(survey: Survey) -> Iterator[Row]:
    for group in survey.groups:
        for slip in group.slips:
            for id, label, count in slip.steps:
                yield [
                    str(group.number), group.topology, slip.slip, str(slip.submissions),
                    shown(slip.share), id, label, str(count),
                ]  # fmt: skip


def _deviations(survey: Survey) -> Iterator[Row]:
    for group in survey.groups:
        for one in group.deviations:
            yield [
                str(group.number), group.topology, one.id, one.label, str(one.first),
                str(one.reached), shown(one.hazard), str(one.consistent),
            ]  # fmt: skip


def _variants(survey: Survey) -> Iterator[Row]:
    for group in survey.groups:
        for one in group.variants.features:
            for n, third in enumerate(one.terciles, 1):
                yield [
                    str(group.number), group.topology, one.feature, one.name,
                    shown(one.correlation), shown(one.probability), "yes" if one.clear else "no",
                    str(n), shown(third.low), shown(third.high), str(third.count),
                    shown(third.mean), shown(third.error),
                ]  # fmt: skip


def _foreign(survey: Survey) -> Iterator[Row]:
    for one in survey.foreign:
        yield [
            one.student, str(one.number), one.exercise, one.owner, str(one.answers), str(one.of),
        ]  # fmt: skip


def _agreement(survey: Survey) -> Iterator[Row]:
    for pair in survey.agreement.pairs:
        yield [
            pair.first, pair.second, str(pair.number), str(pair.shared), shown(pair.expected),
            shown(pair.by_chance), " ".join(pair.steps),
        ]  # fmt: skip


def _looks(survey: Survey) -> Iterator[Row]:
    for look in survey.looks:
        yield [look.student, look.exercise, str(look.number or ""), look.why]


def _timeline(survey: Survey) -> Iterator[Row]:
    course = survey.timeline
    if course is None:
        return
    for period in course.periods:
        start = datetime.isoformat(period.start)
        yield [course.unit, start, str(period.submissions), shown(period.mean)]
    for attempt in course.attempts:
        yield ["attempt", str(attempt.number), str(attempt.submissions), shown(attempt.mean)]


GROUP: Header = ("exercise_number", "network")
TABLES: dict[str, tuple[Sequence[str], Callable[[Survey], Iterator[Row]]]] = {
    "summary.csv": (
        (*GROUP, "submissions", "mean_percent", "alpha", "steps", "faultless",
         "explained_by_draw"),
        _summary,
    ),
    "scores.csv": (
        ("student", "exercise", "exercise_number", "score", "max", "percent", "first_deviation",
         "attempts"),
        _scores,
    ),
    "steps.csv": (
        (*GROUP, "id", "step", "submissions", "answered", "facility", "discrimination", *VERDICTS),
        _steps,
    ),
    "slips.csv": (
        (*GROUP, "slip", "submissions", "share", "id", "step", "count"),
        _slips,
    ),
    "first_deviations.csv": (
        (*GROUP, "id", "step", "first", "right_so_far", "share_of_these", "consistent_after"),
        _deviations,
    ),
    "variants.csv": (
        (*GROUP, "given", "label", "correlation", "probability", "clear", "third", "from", "to",
         "submissions", "mean_percent", "standard_error"),
        _variants,
    ),
    "other_exercises.csv": (
        ("student", "exercise_number", "fits_exercise", "of", "answers", "not_own_answers"),
        _foreign,
    ),
    "agreement.csv": (
        ("first", "second", "exercise_number", "shared", "expected", "pairs_by_chance", "steps"),
        _agreement,
    ),
    "look_at.csv": (("student", "exercise", "exercise_number", "why"), _looks),
    "timeline.csv": (("period", "start", "submissions", "mean_percent"), _timeline),
}  # fmt: skip
"""Name of a file -> its columns, and its rows."""
