"""bpgrade export canvas: an assignment as quizzes of Canvas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from grader.assignments import folder as folders
from grader.commands.export_options import FACTS, only, out, policy, refuse_formulas, said
from grader.export.tally import Tally
from grader.support.terminal import plural, progress

EXAMPLES = """\b
Examples:
  bpgrade export canvas hw1              hw1/exports/canvas.zip: a quiz for each student
  bpgrade export canvas hw1 --only ada   one student's
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--no-tex", is_flag=True, help="Formulas as plain text.")
@only
@policy
@out
def canvas(
    folder: Path,
    no_tex: bool,
    only: tuple[str, ...],
    policy: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Write the assignment in FOLDER as quizzes for Canvas, a QTI 1.2 package."""
    from grader.export import classes, output
    from grader.lms.canvas.export import package

    opened = folders.Folder(folders.find(folder))
    valued, tally = opened.policy(policy), Tally()
    with progress() as bar:
        people = classes.owned(opened, only, bar)
        data, finer = package(opened.order, people, valued, not no_tex, tally)
    refuse_formulas(tally, "Canvas", "bpgrade canvas grade, or bpgrade canvas sync")
    target = output.place_file(output.place(opened, "canvas.zip", None), out)
    output.write_one(target, [data], force)
    what = f"{plural(tally.steps, 'question')} in quizzes of {plural(tally.students, 'student')}"
    said(f"{target}: {what}", _facts(tally, finer))


def _facts(tally: Tally, finer: int) -> Iterator[str]:
    yield FACTS["secret"]
    yield FACTS["alone"]
    yield (
        "A number is right or wrong: Canvas gives every listed answer full points, so no slip "
        "and no missing digit is carried."
    )
    yield (
        "Each student has a quiz, unpublished and visible to nobody: publish it and assign it to "
        "its student. That makes as many columns in the gradebook; `bpgrade canvas sync` does not."
    )
    if finer:
        yield (
            f"Warning: {plural(finer, 'field')} need more than four decimals, which classic "
            "quizzes cut away: right answers would be judged wrong there."
        )
    if tally.formulas:
        yield f"{plural(tally.formulas, 'question')} for formulas left out: Canvas has no algebra."
