"""Results of submissions that were checked one by one: PDF, JSON, archives of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from grader import __version__
from grader.bulk.changes import write_changes
from grader.bulk.results import (
    GRADEBOOK,
    STEPS,
    VERDICT_COLUMNS,
    PartFiles,
    problem_table,
    put_together,
    refuse_other,
)
from grader.errors import Problem
from grader.results.feedback import Graded
from grader.support.atomic_files import new_folder
from problems.texts import shown_path
from templates.feedback.report import Report


def write_results(
    graded: Sequence[Graded],
    problems: Sequence[Problem],
    files: Iterable[Path],
    out: Path,
    form: str,
) -> int:
    """The same files as `grader.bulk.run` makes.

    Args:
        graded: reports in the order in which they are written.
        problems: those that belong to no report.
        files: what was named.
        out: the folder to make; results that are there are replaced.
        form: `parquet` or `csv`, what the steps are written as.

    Returns:
        How many problems there are.
    """
    refuse_other(out)
    every = [*problems, *(p for one in graded for p in one.report.problems)]
    with new_folder(out, replace=True) as folder:
        part = PartFiles(folder, 0, form)
        if graded:
            part.write(gradebook(graded), steps(graded))
        meta: dict[str, object] = {
            "generator": f"bpgrade {__version__}",
            "assignment": shown_path(graded[0].folder.path.name) if graded else "",
            "policy": graded[0].policy.name if graded else "",
            "files": [shown_path(path) for path in files],
            "submissions": len(graded),
            "answers": sum(len(one.report.steps) for one in graded),
        }
        table = problem_table((0, problem) for problem in every)
        count = put_together([part], table, meta, folder)
        part.gradebook.unlink(missing_ok=True)
        part.steps.unlink(missing_ok=True)
        write_changes(out, folder)
    return count


def gradebook(graded: Sequence[Graded]) -> pl.DataFrame:
    """A row a submission."""
    rows = [
        (
            one.report.student,
            one.report.exercise,
            one.exercise.number,
            one.report.score,
            one.report.max,
            one.report.percent,
            one.report.first_deviation or "",
            " ".join(one.report.remarks),
            " ".join(note.message for note in one.report.teacher),
            *_tally(one.report),
            sum(step.code == "follows_vouched" for step in one.report.steps),
            len(one.report.problems),
        )
        for one in graded
    ]
    return pl.DataFrame(rows, schema=GRADEBOOK, orient="row")


def _tally(report: Report) -> list[int]:
    return [sum(step.verdict == name for step in report.steps) for name in VERDICT_COLUMNS]


def steps(graded: Sequence[Graded]) -> pl.DataFrame:
    """A row an asked step of each."""
    rows = [
        (
            one.report.student,
            one.report.exercise,
            step.label,
            step.id,
            step.answer,
            step.verdict,
            step.credit,
            step.weight,
            None if step.formula else step.expected,
            None if step.formula else step.tolerance,
            step.slip,
            " ".join(step.used) or None,
        )
        for one in graded
        for step in one.report.steps
    ]
    plain = {name: pl.String if kind == pl.Categorical else kind for name, kind in STEPS.items()}
    return pl.DataFrame(rows, schema=plain, orient="row").cast(STEPS)  # type: ignore[arg-type]
