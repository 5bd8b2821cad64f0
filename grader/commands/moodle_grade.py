"""bpgrade moodle grade: the worksheet and the archive of an assignment, graded."""

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
from grader.lms.roundtrip import RoundTrip
from grader.marking.policy import Policy

EXAMPLES = """\b
Examples:
  bpgrade moodle grade --worksheet "Grades-BP1-Homework 1-2.csv" \\
      --submissions download.zip --assignment hw1
  bpgrade moodle grade --worksheet hw1/Grades.csv --submissions hw1/download.zip \\
      --policy strict --feedback-as pdf --blank-as-zero
"""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=EXAMPLES)
@click.option(
    "--worksheet",
    required=True,
    metavar="CSV",
    type=_FILE,
    help="The grading worksheet, as Moodle's 'Download grading worksheet' saves it; in quotes, "
    "for its name has the assignment's spaces.",
)
@click.option(
    "--submissions",
    required=True,
    multiple=True,
    metavar="ZIP",
    type=click.Path(exists=True, path_type=Path),
    help="What 'Download all submissions' saves, or the folder it was unpacked to; several times "
    "for several groups.",
)
@assignment_option("the worksheet")
@policy_option()
@graded_option("the worksheet")
@feedback_option()
@click.option("--drafts", is_flag=True, help="Grade what was saved but not handed in, too.")
@click.option(
    "--blank-as-zero",
    is_flag=True,
    help="0 for those who handed in nothing and have no grade yet; without it they are left "
    "alone.",
)
@click.pass_context
def grade(
    ctx: click.Context,
    worksheet: Path,
    submissions: tuple[Path, ...],
    assignment: Path | None,
    policy: Policy | None,
    out: Path | None,
    feedback_as: str,
    drafts: bool,
    blank_as_zero: bool,
) -> None:
    """Grade an assignment of Moodle with two of its files, and make the two to upload.

    In Moodle, open the assignment's submissions; under their actions are 'Download grading
    worksheet' and 'Download all submissions'. Written are the graded rows of the same worksheet,
    with grades and comments filled in and nothing else changed, and an archive of feedback
    files; upload both there. docs/moodle.md has every step.

    Rows that are not graded are not in the new worksheet, so that Moodle leaves them alone.

    Exit status: 0 all graded, 1 something could not be graded (it is listed), 2 wrong usage.
    """
    from grader.commands.roundtrip_output import show
    from grader.lms.moodle.archive import submissions as read_submissions
    from grader.lms.moodle.files import FEEDBACK_ZIP, Choice, grade_worksheet
    from grader.lms.moodle.worksheet import Worksheet
    from grader.lms.roundtrip import age_note, read_given, write_done
    from grader.support.terminal import progress

    target = out or worksheet.parent / "graded"
    folder, holds = opened(assignment, worksheet.resolve().parent, policy)
    sheet = Worksheet(read_given(worksheet), worksheet.name)
    handed = read_submissions(submissions)
    choice = Choice(FEEDBACK_FORMATS[feedback_as], drafts, blank_as_zero)
    with progress() as bar:
        done = grade_worksheet(sheet, handed, folder, holds, choice, bar)
    done.notes += age_note(worksheet)
    write_done(done, target, [worksheet, *submissions])
    uploads = {worksheet.name: _about(done)}
    if choice.formats:
        uploads[FEEDBACK_ZIP] = "for 'Upload multiple feedback files in a zip'"
    show(done, target, uploads)
    if done.problems:
        ctx.exit(1)


def _about(done: RoundTrip) -> str:
    """What the new worksheet is for, and how many changes of grades Moodle will count."""
    from grader.support.terminal import plural

    if not any(step.grade for step in done.steps):
        return "no row was graded: nothing to upload"
    return f"for 'Upload grading worksheet': {plural(done.updated, 'grade')} will change"
