"""bpgrade booklet: a class's worksheets or keys in one PDF, to be printed."""

from __future__ import annotations

from pathlib import Path

import click

from grader.assignments import folder as folders
from grader.assignments.booklets import class_booklet
from grader.errors import AssignmentError, reason_of
from grader.export.output import place_file
from grader.support.atomic_files import write_file
from grader.support.terminal import plural, progress

EXAMPLES = """\b
Examples:
  bpgrade booklet hw1                           all worksheets, ready for two-sided printing
  bpgrade booklet hw1 --keys --single           all keys
  bpgrade booklet hw1 --only ada --only alan    two students
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--keys", is_flag=True, help="The worked keys instead of the worksheets.")
@click.option("--only", multiple=True, metavar="STUDENT", help="Only this student; repeatable.")
@click.option("--single", is_flag=True, help="For one-sided printing: no blank back pages.")
@click.option("--paper", type=click.Choice(["a4", "letter"]), help="[the assignment's]")
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write, or a folder that is there."
)
def booklet(
    folder: Path,
    keys: bool,
    only: tuple[str, ...],
    single: bool,
    paper: str | None,
    out: Path | None,
) -> None:
    """Put all worksheets (or keys) of the assignment in FOLDER into one PDF with bookmarks."""
    opened = folders.Folder(folders.find(folder))
    what = "keys" if keys else "worksheets"
    target = place_file(opened.path / f"{what}.pdf", out)
    with progress() as bar:
        data, count = class_booklet(
            opened, keys, only, paper or opened.order.paper, not single, bar
        )
    try:
        write_file(target, data)
    except OSError as error:
        raise AssignmentError(f"{target} cannot be written: {reason_of(error)}") from None
    click.echo(f"{target}: {what} of {plural(count, 'student')}")
