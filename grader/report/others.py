"""Submissions that another exercise of the assignment fits better than their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from grader.assignments.folder import Folder
from grader.marking.attribution import Fit, Keys, Sheets, foreign
from grader.marking.batch import VERDICTS
from grader.report.agreement import numbers
from grader.report.groups import Cohort
from grader.report.results import Results
from grader.results.crosscheck import ENOUGH, LOST


class Other(NamedTuple):
    """One of them."""

    student: str
    exercise: str
    number: int
    """Which exercise of the assignment it should have been."""
    fit: Fit


def others(cohorts: Sequence[Cohort], results: Results, folder: Folder) -> list[Other]:
    """Everybody who worked on another exercise than their own, in the order of the results."""
    return [one for cohort in cohorts for one in _of(cohort, results, folder)]


def _of(cohort: Cohort, results: Results, folder: Folder) -> Iterator[Other]:
    lost = np.isin(cohort.verdicts, [VERDICTS.index(name) for name in LOST]).sum(axis=1)
    at = np.flatnonzero(lost >= ENOUGH)
    if not len(at):
        return
    sheets = _sheets(cohort, results, at)
    among = sum(keys.count for keys in folder.keys)
    best: dict[int, Fit] = {}
    for keys in folder.keys:
        if keys.asks_like(cohort.exercise):
            for fit in foreign(sheets, keys, among):
                if fit.sheet not in best or fit.chance < best[fit.sheet].chance:
                    best[fit.sheet] = fit
    for n, fit in sorted(best.items()):
        yield Other(sheets.own.students[n], sheets.own.ids[n], cohort.number, fit)


def _sheets(cohort: Cohort, results: Results, at: np.ndarray) -> Sheets:
    """What some of a cohort answered."""
    asked = {id: k for k, id in enumerate(cohort.exercise.asked)}
    values, units = (np.full((len(asked), cohort.count), np.nan) for _ in range(2))
    answers = numbers(cohort, results)
    steps = [asked.get(id, -1) for id in answers["step"].to_list()]
    known = np.array(steps, dtype=np.int64) >= 0
    place = np.array(steps, dtype=np.int64)[known], answers["who"].to_numpy()[known]
    values[place] = answers["value"].to_numpy()[known]
    units[place] = answers["unit"].to_numpy()[known]
    ids = results.submissions["exercise"].gather(cohort.rows[at]).to_list()
    givens = {id: given[at] for id, given in cohort.givens.items()}
    own = Keys(cohort.exercise, ids, cohort.students[at].tolist(), givens)
    return Sheets(own, values[:, at], units[:, at])
