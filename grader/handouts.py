"""What is handed out: each student's worksheet, blank answers and, for the teacher, the key.

Students do not depend on each other, so a class is shared among the machine's cores; the files
are the same whoever writes them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from grader.folder import Order
from grader.roster import Student
from grader.spreadsheet import plain_table
from problems.exercise import Exercise
from problems.sections import placed

if TYPE_CHECKING:
    from templates.page import Page
    from templates.sheets import Sheet

FORMATS = ("pdf", "html", "md", "csv")

ALONE = 12
"""So many students are written before a second process would have started."""

BATCH = 8
"""Students that a process writes before it reports."""


class Progress(Protocol):
    """Told how far long work has come."""

    def __call__(self, phase: str, done: int, of: int) -> None: ...


def silent(phase: str, done: int, of: int) -> None:
    """No progress shown."""


Own = tuple[Student, Sequence[Exercise]]
"""A student and the exercises that are theirs."""


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
    work, solved = worksheet(order, student, exercises), key(order, student, exercises)
    for name, render in renderers(order.formats, order.paper):
        files[f"students/{student.folder}/worksheet.{name}"] = render(work)
        files[f"keys/{student.folder}.{name}"] = render(solved)
    if "csv" in order.formats:
        files[f"students/{student.folder}/answers.csv"] = blank_answers(exercises)
    return files


def worksheet(order: Order, student: Student, exercises: Sequence[Exercise]) -> Page:
    """The page that a student works on."""
    from templates import sheets

    return sheets.worksheet([sheet(order, student, one) for one in exercises])


def key(order: Order, student: Student, exercises: Sequence[Exercise]) -> Page:
    """The page with every step worked."""
    from templates import sheets

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
    from templates.html import html

    return html(page).encode()


def _markdown(page: Page) -> bytes:
    from templates.markdown import markdown

    return markdown(page).encode()


def sheet(order: Order, student: Student, exercise: Exercise) -> Sheet:
    """An exercise with the words of its family, ready to be laid out."""
    from templates.sheets import Sheet

    family = order.made_by
    sections = tuple(placed(family.sections, exercise.graph))
    return Sheet(
        exercise, family.title, family.source, family.instructions, sections, student.shown,
        family.look, family.given, order.formats,
    )  # fmt: skip


# a class -----------------------------------------------------------------------------------


def write_handouts(folder: Path, order: Order, owners: Sequence[Own], progress: Progress) -> None:
    """Write everybody's files into a folder.

    Args:
        folder: of the assignment; `students` and `keys` are made in it.
        order: formats and paper.
        owners: the class.
        progress: told of the phase `writing`.
    """
    (folder / "keys").mkdir(exist_ok=True)
    workers = min(cores(), -(-len(owners) // BATCH))
    if workers < 2 or len(owners) < ALONE:
        for done, own in enumerate(owners, 1):
            _write(folder, order, [own])
            progress("writing", done, len(owners))
        return
    with ProcessPoolExecutor(workers) as pool:
        try:
            done = 0
            for count in _finished(pool, folder, order, owners, workers):
                done += count
                progress("writing", done, len(owners))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def cores() -> int:
    """Cores that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _finished(
    pool: ProcessPoolExecutor, folder: Path, order: Order, owners: Sequence[Own], workers: int
) -> Iterator[int]:
    """Students written, batch by batch as they are done; few batches wait at a time."""
    batches = (owners[n : n + BATCH] for n in range(0, len(owners), BATCH))
    waiting: set[Future[int]] = set()
    while True:
        for batch in islice(batches, 3 * workers - len(waiting)):
            waiting.add(pool.submit(_write, folder, order, batch))
        if not waiting:
            return
        finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        for one in finished:
            yield one.result()


def _write(folder: Path, order: Order, owners: Sequence[Own]) -> int:
    for student, exercises in owners:
        for path, data in student_files(order, student, exercises).items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return len(owners)
