"""Statistics of every step of a group, and where its students first go wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from grader.marking.batch import CARRIED, CORRECT, UNDETERMINED, VERDICTS
from grader.marking.words import LOST
from grader.report.groups import Cohort
from grader.report.results import Results
from grader.report.statistics import discriminations
from problems.arithmetic.elementary import BoolArray
from problems.misconceptions.names import BOTH
from templates.class_report.survey import Deviation, SlipStatistics, StepStatistics
from templates.feedback.report import Verdict


def step_statistics(cohort: Cohort) -> tuple[StepStatistics, ...]:
    """Facility, discrimination and verdicts of each step, in the order of the worksheet."""
    told = discriminations(cohort.points)
    mean = cohort.credit.mean(axis=0)
    return tuple(
        StepStatistics(
            id,
            cohort.label(id),
            _counts(cohort, n),
            float(mean[n]),
            None if np.isnan(told[n]) else float(told[n]),
        )
        for n, id in enumerate(cohort.questions)
    )


def _counts(cohort: Cohort, column: int) -> dict[Verdict, int]:
    tally = np.bincount(cohort.verdicts[:, column], minlength=len(VERDICTS))
    return {verdict: int(n) for verdict, n in zip(VERDICTS, tally, strict=True) if n}  # type: ignore[misc]


# first deviations --------------------------------------------------------------------------


def in_order_of_work(cohort: Cohort) -> list[int]:
    """Columns in the order in which steps are computed; formulas after all numbers.

    It is the order in which the checker looks for the first deviation.
    """
    place = {id: n for n, id in enumerate(cohort.exercise.graph.steps)}
    last = len(place)
    order = [place.get(id, last + n) for n, id in enumerate(cohort.questions)]
    return list(np.argsort(order, kind="stable"))


def deviations(cohort: Cohort) -> tuple[tuple[Deviation, ...], int]:
    """Where students go wrong for the first time.

    Returns:
        The steps at which somebody does, in the order of the work, and how many never do.
    """
    order = in_order_of_work(cohort)
    lost = _lost(cohort)[:, order]
    fine = np.isin(cohort.verdicts[:, order], (CORRECT, CARRIED, UNDETERMINED))
    deviates = lost.any(axis=1)
    first = np.where(deviates, lost.argmax(axis=1), lost.shape[1])
    # all_fine_from[i, j]: every step from j on is fine in submission i
    from_end = np.logical_and.accumulate(fine[:, ::-1], axis=1)[:, ::-1]
    all_fine_from = np.hstack([from_end, np.ones((cohort.count, 1), dtype=bool)])
    following = np.minimum(first + 1, len(order))
    consistent = deviates & all_fine_from[np.arange(cohort.count), following]
    return tuple(_deviations(cohort, order, first, consistent)), int(np.sum(~deviates))


def _lost(cohort: Cohort) -> BoolArray:
    return np.isin(cohort.verdicts, [VERDICTS.index(verdict) for verdict in LOST])


def _deviations(
    cohort: Cohort, order: list[int], first: np.ndarray, consistent: BoolArray
) -> Iterator[Deviation]:
    counts = np.bincount(first, minlength=len(order) + 1)
    reached = cohort.count - np.concatenate([[0], np.cumsum(counts)])
    after = np.bincount(first[consistent], minlength=len(order) + 1)
    for n, column in enumerate(order):
        if counts[n]:
            id = cohort.questions[column]
            yield Deviation(id, cohort.label(id), int(counts[n]), int(reached[n]), int(after[n]))


# slips -------------------------------------------------------------------------------------


def slip_statistics(cohort: Cohort, results: Results) -> tuple[SlipStatistics, ...]:
    """Misconceptions by how many students have them, each with its steps.

    Two in one cell count both.
    """
    own = (
        results.steps.lazy()
        .filter(
            pl.col("verdict").is_in(("slip", "repeated"))
            & pl.col("slip").is_not_null()
            & (pl.col("slip") != "")
        )
        .join(pl.LazyFrame({"row": cohort.rows.astype(np.uint32)}), on="row", how="semi")
        .select(
            "row", pl.col("slip").cast(pl.String).str.split(BOTH), pl.col("id").cast(pl.String)
        )
        .explode("slip")
        .collect()
    )
    who = dict(own.group_by("slip").agg(pl.col("row").n_unique()).iter_rows())
    at: dict[str, list[tuple[str, str, int]]] = {slip: [] for slip in who}
    for slip, id, count in own.group_by("slip", "id").len().iter_rows():
        at[slip].append((id, cohort.label(id), count))
    column = {id: n for n, id in enumerate(cohort.questions)}
    found = [
        SlipStatistics(
            slip,
            count,
            cohort.count,
            tuple(sorted(at[slip], key=lambda one: (-one[2], column.get(one[0], len(column))))),
        )
        for slip, count in who.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.submissions, one.slip)))
