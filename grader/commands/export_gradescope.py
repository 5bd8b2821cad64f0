"""bpgrade export gradescope: an autograder that checks an assignment on Gradescope."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from grader.assignments import folder as folders
from grader.commands.export_options import out, policy, said
from grader.support.terminal import plural, progress

EXAMPLES = """\b
Examples:
  bpgrade export gradescope hw1                 hw1/exports/gradescope.zip
  bpgrade export gradescope hw1 --policy exam   graded and shown as in an exam
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@policy
@out
def gradescope(folder: Path, policy: str | None, out: Path | None, force: bool) -> None:
    """Write an autograder for the assignment in FOLDER, to be uploaded to Gradescope.

    It is bpgrade itself: follow-through, slips and hints are as in `bpgrade check`.
    """
    from grader.export import output
    from grader.lms.gradescope import export

    opened = folders.Folder(folders.find(folder))
    with progress() as bar:
        data, students = export.archive(opened, policy, bar)
    target = output.place_file(output.place(opened, "gradescope.zip", None), out)
    output.write_one(target, [data], force)
    said(f"{target}: autograder for {plural(students, 'student')}", _facts(opened))


def _facts(opened: folders.Folder) -> Iterator[str]:
    yield (
        "Everything is carried: it runs bpgrade. It holds everybody's exercises and the class "
        "list, but no solved value, no key and not the assignment's secret; on Gradescope only "
        "instructors can download it."
    )
    without = sum(not one.email for one in opened.roster.values())
    if without:
        yield (
            f"{plural(without, 'student')} without an e-mail address: they are found by their "
            "name, and refused if two share it."
        )
    yield "After a reissue, or a new student in the class, export and upload it again."
