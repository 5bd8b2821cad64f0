"""Where a report's results are, and where the report goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.assignments import folder as folders
from grader.assignments.folder import META, Folder
from grader.assignments.worksheets import renderers
from grader.bulk.results import GRADEBOOK_FILE
from grader.errors import ReportError
from grader.report.tables import TABLES, files
from grader.support.atomic_files import new_folder
from templates.class_report.page import class_report
from templates.class_report.survey import Survey

RESULTS, REPORT = "results", "report"
PAGE = "report"


def results_folder(folder: Path) -> Path:
    """The folder itself, or the results of the assignment that it is.

    Raises:
        ReportError: neither holds a grade book.
    """
    for place in (folder, folder / RESULTS):
        if (place / GRADEBOOK_FILE).is_file():
            return place
    where = f"{folder / RESULTS}" if (folder / META).is_file() else f"{folder}"
    raise ReportError(
        f"no {GRADEBOOK_FILE} in {where}; a report is made of a graded class: name the folder "
        f"with {GRADEBOOK_FILE} and its steps, or the assignment folder that holds it as "
        f"{RESULTS}/"
    )


def assignment_of(results: Path, named: Path | None) -> Folder:
    """The assignment whose results they are.

    Raises:
        AssignmentError: there is none in the folder or above, nor was one named.
    """
    return Folder(folders.find(named or results))


def write_report(survey: Survey, out: Path, formats: Sequence[str], paper: str) -> list[Path]:
    """Write the pages and tables, all or nothing.

    Args:
        survey: what it says.
        out: the folder; an earlier report in it is replaced, anything else is not touched.
        formats: `html`, `pdf` or both.
        paper: size of the printed page.

    Raises:
        ReportError: something else stands there.
        AssignmentError: it cannot be written.
    """
    strange = _not_ours(out)
    if strange:
        raise ReportError(
            f"{out} holds {strange}, which is no part of a report; choose another --out"
        )
    page = class_report(survey)
    with new_folder(out, replace=True) as aside:
        for suffix, render in renderers(formats, paper):
            (aside / f"{PAGE}.{suffix}").write_bytes(render(page))
        for name, content in files(survey).items():
            (aside / name).write_bytes(content)
    return sorted(out.iterdir())


def _not_ours(out: Path) -> str:
    """Something in the folder that no report wrote, or ''."""
    if not out.exists():
        return ""
    if not out.is_dir():
        return "a file's place"
    ours = {*TABLES, f"{PAGE}.html", f"{PAGE}.pdf"}
    return next((path.name for path in sorted(out.iterdir()) if path.name not in ours), "")
