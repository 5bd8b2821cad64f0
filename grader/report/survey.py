"""A class's results surveyed: all statistics of a report in one record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from grader.assignments.folder import Folder
from grader.report.agreement import agreement
from grader.report.groups import Cohort, cohorts
from grader.report.naming import Names, numbered, true_names
from grader.report.others import Other, others
from grader.report.results import Results
from grader.report.statistics import alpha
from grader.report.steps import deviations, slip_statistics, step_statistics
from grader.report.timeline import timeline
from grader.report.variants import variants
from grader.support.terminal import plural
from templates.class_report.survey import Agreement, Foreign, Group, Look, Score, Survey


def survey(results: Results, folder: Folder, anonymous: bool = False) -> Survey:
    """Everything that the report says.

    Args:
        results: what was graded.
        folder: the assignment, for the exercises behind the numbers.
        anonymous: whether students are numbers and exercises have no ids.
    """
    found, notes = cohorts(results, folder)
    earlier = results.attempts.height - results.submissions.height
    if earlier:
        notes.append(
            f"{plural(earlier, 'earlier attempt')}: of each student's attempts the last one counts"
        )
    if results.orphans:
        notes.append(f"{results.orphans} rows of steps belong to no row of the grade book")
    students = results.submissions["student"]
    names = numbered(students, folder.order.secret) if anonymous else true_names(students)
    return Survey(
        folder.order.made_by.title,
        students.n_unique(),
        tuple(_scores(results, found, names, anonymous)),
        tuple(_group(cohort, results) for cohort in found),
        _named(agreement(found, results), names),
        timeline(results.attempts),
        tuple(notes),
        tuple(_foreign(one, names, anonymous) for one in others(found, results, folder)),
        anonymous,
        tuple(_looks(results, found, names, anonymous)),
    )


def _group(cohort: Cohort, results: Results) -> Group:
    first, faultless = deviations(cohort)
    return Group(
        cohort.number,
        cohort.exercise,
        cohort.count,
        float(cohort.percent.mean()),
        alpha(cohort.points),
        step_statistics(cohort),
        first,
        faultless,
        slip_statistics(cohort, results),
        variants(cohort),
    )


def _scores(
    results: Results, found: Sequence[Cohort], names: Names, anonymous: bool
) -> Iterator[Score]:
    """Every submission, in the order of the names as shown."""
    number = {int(row): cohort for cohort in found for row in cohort.rows}
    rows = []
    for line in results.submissions.iter_rows(named=True):
        cohort = number.get(line["row"])
        n = cohort.number if cohort else 0
        first = line["first_deviation"] or ""
        rows.append(
            Score(
                names[line["student"]],
                str(n) if anonymous else line["exercise"],
                n,
                line["score"],
                line["max"],
                line["percent"],
                cohort.label(first) if cohort else ("" if anonymous else first),
                line["attempts"],
            )
        )
    return iter(sorted(rows, key=lambda row: (row.student, row.number)))


def _looks(
    results: Results, found: Sequence[Cohort], names: Names, anonymous: bool
) -> Iterator[Look]:
    """Sheets of which the marking says that a person should look at them."""
    if "for_teacher" not in results.submissions.columns:
        return
    number = {int(row): cohort.number for cohort in found for row in cohort.rows}
    said = results.submissions.filter(pl.col("for_teacher").fill_null("") != "")
    looks = []
    for line in said.iter_rows(named=True):
        n = number.get(line["row"], 0)
        exercise = str(n) if anonymous else line["exercise"]
        looks.append(Look(names[line["student"]], exercise, n, line["for_teacher"]))
    yield from sorted(looks, key=lambda one: (one.student, one.number))


def _foreign(one: Other, names: Names, anonymous: bool) -> Foreign:
    whose = one.fit.student
    return Foreign(
        names[one.student],
        one.number,
        "" if anonymous else one.fit.exercise,
        names.get(whose, "somebody without results" if anonymous else whose),
        one.fit.answers,
        one.fit.of,
    )


def _named(found: Agreement, names: Names) -> Agreement:
    pairs = []
    for pair in found.pairs:
        first, second = sorted((names[pair.first], names[pair.second]))
        pairs.append(replace(pair, first=first, second=second))
    return replace(found, pairs=tuple(pairs))
