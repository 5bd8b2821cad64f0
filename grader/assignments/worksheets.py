"""What is handed out: each student's worksheet, blank answers and, for the teacher, the key.

Students do not depend on each other, so a class is shared among whoever is there to work; the
files are the same whoever makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from grader.assignments.folder import Order
from grader.assignments.roster import Student
from grader.support.spreadsheet import plain_table
from grader.support.workers import Workers
from problems.exercise import Exercise
from problems.exercise_lines import read_back

if TYPE_CHECKING:
    from templates.pages.page import Page
    from templates.sheets.sheets import Sheet

FORMATS = ("pdf", "html", "md", "csv")

BATCH = 8
"""Students whose files are made at once."""


class Progress(Protocol):
    """Told how far long work has come."""

    def __call__(self, phase: str, done: int, of: int) -> None: ...


def silent(phase: str, done: int, of: int) -> None:
    """No progress shown."""


Lines = tuple[Student, tuple[bytes, ...]]
"""A student and their lines of exercises.jsonl."""


def blank_answers(exercises: Sequence[Exercise]) -> bytes:
    """The answers.csv that a student fills in."""
    rows = (
        [exercise.id, exercise.labels[id], _symbol(exercise, id), ""]
        for exercise in exercises
        for id in exercise.questions
    )
    return plain_table(["exercise", "step", "symbol", "answer"], rows)


def _symbol(exercise: Exercise, question: str) -> str:
    from templates.formulas.plain import plain

    return plain(exercise.symbol(question))


def student_files(
    order: Order, student: Student, exercises: Sequence[Exercise]
) -> dict[str, bytes]:
    """Path within the assignment folder -> content, for one student."""
    files: dict[str, bytes] = {}
    rendered = renderers(order.formats, order.paper)
    if rendered:
        work, solved = worksheet(order, student, exercises), key(order, student, exercises)
        for name, render in rendered:
            files[f"students/{student.folder}/worksheet.{name}"] = render(work)
            files[f"keys/{student.folder}.{name}"] = render(solved)
    if "csv" in order.formats:
        files[f"students/{student.folder}/answers.csv"] = blank_answers(exercises)
    return files


def worksheet(order: Order, student: Student, exercises: Sequence[Exercise]) -> Page:
    """The page that a student works on."""
    from templates.sheets import sheets

    return sheets.worksheet([sheet(order, student, one) for one in exercises])


def key(order: Order, student: Student, exercises: Sequence[Exercise]) -> Page:
    """The page with every step worked."""
    from templates.sheets import sheets

    return sheets.key([sheet(order, student, one) for one in exercises])


def renderers(formats: Sequence[str], paper: str) -> list[tuple[str, Callable[[Page], bytes]]]:
    """The page renderers of the chosen formats; csv has none."""
    known: dict[str, Callable[[Page], bytes]] = {
        "pdf": partial(_pdf, paper=paper),
        "html": _html,
        "md": _markdown,
    }
    return [(name, known[name]) for name in formats if name in known]


def _pdf(page: Page, paper: str) -> bytes:
    from templates.pdf.document import Options, pdf

    return pdf(page, Options(paper))


def _html(page: Page) -> bytes:
    from templates.pages.html import html

    return html(page).encode()


def _markdown(page: Page) -> bytes:
    from templates.pages.markdown import markdown

    return markdown(page).encode()


def sheet(order: Order, student: Student, exercise: Exercise) -> Sheet:
    """An exercise with the words of its family, ready to be laid out."""
    from templates.sheets.sheets import Sheet

    family = order.made_by
    sections = family.placed(exercise.graph)
    return Sheet(
        exercise, family.title, family.source, family.instructions, sections, student.shown,
        family.look, family.given, order.formats,
    )  # fmt: skip


# a class -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheets:
    """Some students' worksheets and keys, to be laid out by somebody."""

    order: Order
    owners: tuple[Lines, ...]


def files_of(sheets: Sheets) -> list[dict[str, bytes]]:
    """The files of each student."""
    return [
        student_files(sheets.order, student, [read_back(line) for line in lines])
        for student, lines in sheets.owners
    ]


def write_handouts(
    folder: Path, order: Order, owners: Iterable[Lines], team: Workers
) -> Iterator[int]:
    """Write everybody's files into a folder.

    Args:
        folder: of the assignment; `students` and `keys` are made in it.
        order: formats and paper.
        owners: the class.
        team: who does the work.

    Yields:
        How many more students' files are written.
    """
    waiting = iter(owners)
    batches = iter(lambda: tuple(islice(waiting, BATCH)), ())
    for files in team.map(files_of, (Sheets(order, batch) for batch in batches)):
        for path, data in (item for own in files for item in own.items()):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        yield len(files)
