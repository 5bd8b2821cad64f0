"""bpgrade export qti: an assignment as a QTI 2.1 package."""

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
  bpgrade export qti hw1                 all items, a test for each student
  bpgrade export qti hw1 --per-student   a package each, with one test
"""


INSTEAD = "bpgrade check (or bpgrade moodle grade, bpgrade canvas grade)"


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--one-file/--per-student", default=True, help="[one file]")
@click.option("--no-slips", is_flag=True, help="Right or wrong, nothing between.")
@only
@policy
@out
def qti(
    folder: Path,
    one_file: bool,
    no_slips: bool,
    only: tuple[str, ...],
    policy: str | None,
    out: Path | None,
    force: bool,
) -> None:
    """Write the assignment in FOLDER as a QTI 2.1 package."""
    from grader.export import classes, output
    from grader.export.qti import package

    opened = folders.Folder(folders.find(folder))
    valued, tally = opened.policy(policy), Tally()
    with progress() as bar:
        people = classes.owned(opened, only, bar)
        if one_file:
            target = output.place_file(output.place(opened, "qti.zip", None), out)
            data = package(opened.order, people, valued, not no_slips, tally)
            refuse_formulas(tally, "QTI", INSTEAD)
            output.write_one(target, [data], force)
        else:
            target = output.place(opened, "qti", out)

            def files() -> Iterator[tuple[str, bytes]]:
                for one in people:
                    data = package(opened.order, iter([one]), valued, not no_slips, tally)
                    yield f"{one.student.folder}.zip", data
                refuse_formulas(tally, "QTI", INSTEAD)  # before the folder is put in its place

            output.write_several(target, files(), force)
    what = f"{plural(tally.questions, 'item')} of {plural(tally.students, 'student')}"
    said(f"{target}: {what}, {plural(tally.steps, 'field')}", _facts(tally))


def _facts(tally: Tally) -> Iterator[str]:
    yield FACTS["secret"]
    yield FACTS["alone"]
    yield from tally.alternatives()
    if tally.formulas:
        yield f"{plural(tally.formulas, 'question')} for formulas left out: QTI has no algebra."
