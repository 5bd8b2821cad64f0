"""bpgrade check --results: a whole class's tables graded into files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from grader.assignments import folder as folders
from grader.bulk.changes import CHANGES_FILE, changes_in
from grader.bulk.checked_singly import write_results
from grader.bulk.results import GRADEBOOK_FILE, PROBLEMS_FILE, STEPS_FILE
from grader.bulk.run import Graded, grade
from grader.bulk.survey import is_class_table
from grader.errors import Problem
from grader.intake.sources import parts_of
from grader.marking.policy import Policy
from grader.read.download_names import handed_in_at
from grader.results.feedback import Graded as One
from grader.support.terminal import plural, printable, progress
from grader.support.workers import workers

SHOWN = 10
"""Problems printed; all are in the file."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How a class is graded."""

    policy: Policy | None
    """None for the assignment's own."""
    out: Path
    steps_as: str
    workers: int | None = None
    scheduler: str | None = None


def are_tables(files: Sequence[Path]) -> bool:
    """Whether all files are tables that are graded as columns.

    One that a platform keeps of several attempts is not: its name says which.
    """
    return all(is_class_table(file) and not handed_in_at(parts_of(file)) for file in files)


def grade_class(
    files: Sequence[Path], assignment: Path | None, chosen: Choice, output: str
) -> int:
    """Grade tables as columns; the exit status.

    Raises:
        AssignmentError: no assignment, or the results cannot be written.
        ClusterError: no workers.
        PolicyError: the assignment's policy cannot be used.
    """
    place = folders.find(assignment or files[0].parent)
    opened = folders.Folder(place)
    policy = opened.policy(chosen.policy)
    with progress() as bar, workers(chosen.workers, chosen.scheduler) as hands:
        found = grade(files, place, policy, chosen.out, hands, chosen.steps_as, bar)
    _print_notes(found.notes)
    mean = found.points / found.submissions if found.submissions else 0.0
    _print(files, found, mean, chosen, output)
    return 1 if found.problems else 0


def grade_files(
    graded: Sequence[One],
    problems: Sequence[Problem],
    files: Sequence[Path],
    chosen: Choice,
    output: str,
) -> int:
    """Write what was checked one by one as results; the exit status."""
    count = write_results(graded, problems, files, chosen.out, chosen.steps_as)
    every = [*problems, *(p for one in graded for p in one.report.problems)]
    answers = sum(len(one.report.steps) for one in graded)
    found = Graded(len(graded), answers, count, few=every[: 2 * SHOWN])
    mean = sum(one.report.percent for one in graded) / len(graded) if graded else 0.0
    _print(files, found, mean, chosen, output)
    return 1 if count else 0


def _print(files: Sequence[Path], found: Graded, mean: float, chosen: Choice, output: str) -> None:
    steps = STEPS_FILE[chosen.steps_as]
    if output == "json":
        doc = {
            "format": 1,
            "results": str(chosen.out),
            "submissions": found.submissions,
            "answers": found.answers,
            "mean_percent": round(mean, 1),
            "problems": found.problems,
        }
        click.echo(json.dumps(doc, ensure_ascii=False, indent=1))
        return
    for problem in found.few[:SHOWN]:
        click.echo(f"  {printable(str(problem))}", err=True)
    if found.problems > SHOWN:
        where = chosen.out / PROBLEMS_FILE
        click.echo(f"  ... and {found.problems - SHOWN:,} more, all in {where}", err=True)
    click.echo(
        f"{plural(len(files), 'file')}, {plural(found.submissions, 'submission')} graded, "
        f"{plural(found.problems, 'problem')}"
    )
    if found.submissions:
        click.echo(f"mean {mean:.1f} %")
    click.echo(f"  {chosen.out / GRADEBOOK_FILE}  a row a submission")
    click.echo(f"  {chosen.out / steps}  a row an asked step")
    click.echo(f"  {chosen.out / PROBLEMS_FILE}  what could not be used")
    changes = changes_in(chosen.out)
    if changes:
        said = f"{plural(changes.steps, 'step')} in {plural(changes.submissions, 'submission')}"
        click.echo(f"  {chosen.out / CHANGES_FILE}  {said} judged otherwise than before")
    click.echo(f"See them with: bpgrade report {chosen.out}")


def _print_notes(notes: Sequence[Problem], most: int = 20) -> None:
    for note in notes[:most]:
        click.echo(f"note: {printable(str(note))}", err=True)
    if len(notes) > most:
        click.echo(f"... and {len(notes) - most:,} more notes", err=True)
