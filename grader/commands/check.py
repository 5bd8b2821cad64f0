"""bpgrade check: grade submissions and show every step's verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from grader.assignments.folder import Folder
from grader.commands.check_output import print_as, print_counts, print_notes
from grader.commands.options import named_policy
from grader.errors import PolicyError, Problem
from grader.intake.collect import Gathered, Work, gather
from grader.marking.mark import Handed, mark_all
from grader.marking.policy import Policy
from grader.marking.policy_file import names
from grader.read.answer_sheet import AnswerSheet
from grader.results.crosscheck import other_exercise
from grader.results.feedback import Graded, write_feedback
from grader.support.terminal import Bar, plural, progress
from problems.reasons import as_told

FEW = 5
"""So many files need no progress bar."""
LARGE = 200_000
"""Bytes of tables from which on it pays to load what marks columns."""
TOGETHER = 1_000
"""Submissions that are judged as columns, between two steps of the progress bar."""

EXAMPLES = """\b
Examples:
  bpgrade check hw1/students/ada/answers.csv
  bpgrade check inbox moodle.zip --assignment hw1 --output json
  bpgrade check inbox/*.csv --assignment hw1 --policy strict --feedback feedback
  bpgrade check class.csv --assignment hw1 --results hw1/results --workers 2
"""


@dataclass(frozen=True)
class Options:
    """What is asked for besides the files, as the options of the command say it."""

    assignment: Path | None
    output: str
    policy: Policy | None
    feedback: Path | None
    feedback_as: str
    results: Path | None
    steps_as: str
    workers: int | None
    scheduler: str | None
    verbose: bool


@click.command(epilog=EXAMPLES)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="SUBMISSION...",
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--assignment",
    type=click.Path(exists=True, path_type=Path),
    help="Assignment folder, where it is not the file's own or above.",
)
@click.option(
    "--output",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
)
@click.option(
    "--policy",
    metavar="NAME|FILE",
    callback=named_policy,
    help=f"How verdicts become points: {', '.join(names())}, or a TOML file. "
    "Without it the assignment's own holds.",
)
@click.option(
    "--feedback",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a page for each student there, showing what the policy allows.",
)
@click.option(
    "--feedback-as",
    type=click.Choice(["html", "pdf", "both"]),
    default="html",
    show_default=True,
    help="What the feedback pages are.",
)
@click.option(
    "--results",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write gradebook, steps and problems there instead of printing them. Tables of a whole "
    "class (CSV, Parquet) of any size are then graded as columns.",
)
@click.option(
    "--steps",
    "steps_as",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="What the steps of --results are written as.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1_000),
    help="Grade tables of a class with so many processes of this machine.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Grade tables of a class on the Dask cluster with this scheduler, tcp://HOST:8786.",
)
@click.option(
    "-v", "--verbose", is_flag=True, help="Every step of every student, also of many files."
)
@click.pass_context
def check(ctx: click.Context, /, files: tuple[Path, ...], **given: Any) -> None:
    """Grade SUBMISSIONs: files, folders and ZIP archives of them, in one call.

    Read are CSV and XLSX tables (a row an answer, or a row a student), JSON, filled PDF
    worksheets and the responses of a Moodle quiz. Whose work it is shows in the exercise's id,
    in a column 'student', in the folder (also those of Moodle and Canvas downloads) or in the
    file's name; what fits nobody is listed. Of one exercise every step is shown, of several one
    line each (-v: every step).

    Exit status: 0 all graded, 1 something could not be graded or needs a look (it is listed),
    2 wrong usage.
    """
    options = Options(**given)
    if options.results is None and (options.workers or options.scheduler):
        raise click.UsageError("--workers and --scheduler are for tables of a class: --results")
    if options.results:
        ctx.exit(_into_files(files, options))
    as_class = None if options.feedback or options.verbose else _printed_as_class(files, options)
    ctx.exit(_printed(files, options) if as_class is None else as_class)


def _into_files(files: tuple[Path, ...], options: Options) -> int:
    """Grade into the folder of --results; the exit status."""
    from grader.commands import classwide

    choice = classwide.Choice(
        options.policy,
        options.results or Path(),
        options.steps_as,
        options.workers,
        options.scheduler,
    )
    if classwide.are_tables(files):
        if options.feedback:
            raise click.UsageError("--feedback needs single files, not a class's table")
        return classwide.grade_class(files, options.assignment, choice, options.output)
    found, graded = _graded(files, options)
    print_notes(found.notes)
    return classwide.grade_files(graded, found.problems, files, choice, options.output)


def _printed_as_class(files: tuple[Path, ...], options: Options) -> int | None:
    """Grade a class's tables as columns and print; the exit status, None if they are none."""
    if sum(file.stat().st_size for file in files if file.is_file()) < LARGE:
        return None  # a few submissions are quicker without what marks columns
    from grader.commands import classwide

    place = classwide.one_place(files, options.assignment)
    if place is None or not classwide.are_tables(files):
        return None
    return classwide.print_class(files, place, options.policy, options.output)


def _printed(files: tuple[Path, ...], options: Options) -> int:
    """Grade and print; the exit status."""
    found, graded = _graded(files, options)
    reports = [(one.report, one.exercise) for one in graded]
    every = [*found.problems, *[p for report, _ in reports for p in report.problems]]
    print_notes(found.notes)
    steps = options.output == "text" and (options.verbose or len(reports) == 1)
    print_as["steps" if steps else options.output](reports, found.problems)
    return print_counts(found.files, len(reports), len(every), options.output)


def _graded(files: tuple[Path, ...], options: Options) -> tuple[Gathered, list[Graded]]:
    """Read and mark, and write pages of feedback if they are wanted."""
    with progress() as bar:
        found = gather(
            files,
            options.assignment,
            lambda done: bar("reading", done, max(done, len(files))),
            options.policy,
        )
        graded = _marked(found, options.policy, bar)
    if options.feedback:
        both = options.feedback_as == "both"
        formats = ("html", "pdf") if both else (options.feedback_as,)
        pages = write_feedback(graded, options.feedback, formats)
        click.echo(f"{options.feedback}: {plural(len(pages), 'feedback page')}", err=True)
    return found, graded


def _marked(found: Gathered, chosen: Policy | None, bar: Bar) -> list[Graded]:
    """Every submission's report, in the order of the files."""
    graded: list[Graded] = []
    for start in range(0, len(found.works), TOGETHER):
        some = found.works[start : start + TOGETHER]
        for folder, policy, works in _by_policy(some, chosen, found.problems):
            handed = [Handed(w.exercise, w.answers, w.problems) for w in works]
            for one, report in zip(works, mark_all(handed, policy), strict=True):
                if problem := other_exercise(one, report, folder):
                    found.problems.append(problem)
                graded.append(Graded(report, one.exercise, folder, policy))
        if len(found.works) > FEW:
            bar("checking", start + len(some), len(found.works))
    return graded


def _by_policy(
    works: Sequence[Work], chosen: Policy | None, problems: list[Problem]
) -> Iterator[tuple[Folder, Policy, list[AnswerSheet]]]:
    """Submissions one after the other that are of one assignment, with its policy.

    What has no policy that can be used is left out, and listed in `problems`.
    """
    for folder, group in groupby(works, key=lambda work: work.folder):
        sheets = [work.submission for work in group]
        try:
            yield folder, folder.policy(chosen), sheets
        except PolicyError as error:
            for one in sheets:
                problems.append(Problem(one.file, one.row, None, "no_policy", as_told(str(error))))
