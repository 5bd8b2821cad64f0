"""bpgrade report: what a graded class got right and wrong, in pictures and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.support.terminal import paragraph, plural

if TYPE_CHECKING:
    from templates.class_report.survey import Survey

EXAMPLES = """\b
Examples:
  bpgrade report hw1                      of hw1/results, into hw1/results/report
  bpgrade report results --assignment hw1 --out meeting --format pdf
  bpgrade report hw1 --anonymous          students are numbers, in every file
"""


@click.command(epilog=EXAMPLES)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--assignment",
    type=click.Path(exists=True, path_type=Path),
    help="Assignment folder, where it is not the results' own or above.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write; an earlier report there is replaced.  [report/ in the results]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "pdf", "both"]),
    default="both",
    show_default=True,
    help="What the report is; the tables are always CSV.",
)
@click.option(
    "--anonymous",
    is_flag=True,
    help="Leave out names and ids: students become numbers, the same in all files.",
)
def report(
    folder: Path, assignment: Path | None, out: Path | None, form: str, anonymous: bool
) -> None:
    """Report on the class whose results are in FOLDER.

    FOLDER holds gradebook.csv and steps.parquet or steps.csv, or is an assignment folder with
    a folder results/. Shown are the scores, how hard each step is and whether it tells
    students apart, where the class fails in the network, common slips and what to reteach,
    where work first goes wrong, whether one draw is harder than another, and answers that
    students share though they have different numbers. docs/report.md explains each.
    """
    from grader.report.files import REPORT, assignment_of, results_folder, write_report
    from grader.report.results import read
    from grader.report.survey import survey

    place = results_folder(folder)
    opened = assignment_of(place, assignment)
    found = survey(read(place), opened, anonymous)
    formats = ("html", "pdf") if form == "both" else (form,)
    target = out or place / REPORT
    written = write_report(found, target, formats, opened.order.paper)
    _print_summary(found)
    click.echo(
        f"{target}: {', '.join(path.name for path in written if path.suffix != '.csv')} "
        f"and {plural(sum(path.suffix == '.csv' for path in written), 'table')}"
    )


def _print_summary(found: Survey) -> None:
    from templates.class_report.findings import findings, words

    for finding in findings(found):
        click.echo(paragraph(words(finding.parts), "  ").removeprefix("  "))
    for note in found.notes:
        click.echo(paragraph(f"left out: {note}", "  ").removeprefix("  "), err=True)
