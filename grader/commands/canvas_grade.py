"""bpgrade canvas grade: the gradebook and the archive of an assignment, graded."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.options import (
    FEEDBACK_FORMATS,
    assignment_option,
    feedback_option,
    graded_option,
    opened,
    policy_option,
)
from grader.marking.policy import Policy

EXAMPLES = """\b
Examples:
  bpgrade canvas grade --gradebook Grades.csv --submissions submissions.zip \\
      --column "Homework 1 (1234)" --assignment hw1
  bpgrade canvas grade --gradebook Grades.csv --submissions submissions.zip \\
      --column "Homework 1" --assignment hw1 --blank-as-zero
"""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=EXAMPLES)
@click.option(
    "--gradebook",
    required=True,
    metavar="CSV",
    type=_FILE,
    help="The gradebook, as Canvas's 'Export Entire Gradebook' saves it.",
)
@click.option(
    "--submissions",
    required=True,
    multiple=True,
    metavar="ZIP",
    type=click.Path(exists=True, path_type=Path),
    help="What 'Download Submissions' saves, or the folder it was unpacked to.",
)
@click.option(
    "--column",
    required=True,
    metavar="NAME",
    help="The assignment's column, with or without Canvas's number: 'Homework 1 (1234)'.",
)
@assignment_option("the gradebook")
@policy_option()
@graded_option("the gradebook")
@feedback_option()
@click.option(
    "--blank-as-zero",
    is_flag=True,
    help="0 for those who handed in nothing and have no score yet.",
)
@click.pass_context
def grade(
    ctx: click.Context,
    gradebook: Path,
    submissions: tuple[Path, ...],
    column: str,
    assignment: Path | None,
    policy: Policy | None,
    out: Path | None,
    feedback_as: str,
    blank_as_zero: bool,
) -> None:
    """Grade an assignment of Canvas with two of its files, and make the two to upload.

    Written are the same gradebook, with the scores of one column filled in and nothing else
    changed, and an archive of feedback files for 'Upload Submissions'. docs/canvas.md has
    every step.

    Exit status: 0 all graded, 1 something could not be graded (it is listed), 2 wrong usage.
    """
    from grader.commands.roundtrip_output import show
    from grader.lms.canvas.files import FEEDBACK_ZIP, PAGES, Gradebook, grade_gradebook
    from grader.lms.roundtrip import age_note, read_given, write_done
    from grader.support.terminal import progress

    target = out or gradebook.parent / "graded"
    folder, holds = opened(assignment, gradebook.resolve().parent, policy)
    book = Gradebook(read_given(gradebook), gradebook.name, column)
    formats = FEEDBACK_FORMATS[feedback_as]
    with progress() as bar:
        done = grade_gradebook(book, submissions, folder, holds, formats, blank_as_zero, bar)
    done.notes += age_note(gradebook)
    write_done(done, target, [gradebook, *submissions])
    uploads = {gradebook.name: "for 'Import' in the gradebook"}
    if formats:
        uploads[FEEDBACK_ZIP] = "for 'Upload Submissions' of the assignment"
        uploads[f"{PAGES}/"] = "the same as pages, one a student"
    show(done, target, uploads)
    if done.problems:
        ctx.exit(1)
