"""Answers in workbooks, archives, text fields, quizzes and filled PDF worksheets."""

from __future__ import annotations

import html
import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
from fillers import by_chrome, by_pypdf
from shaping import Files, Sheet, as_number, shape, tidy, wide, written
from sheets_of import sheet as worksheet_of

from grader.lms.moodle.archive import submissions
from problems.exercise import Exercise
from templates.pages.fields import field_name
from templates.pdf.document import pdf
from templates.sheets import sheets

# workbooks ---------------------------------------------------------------------------------


def _book(rows: Sequence[Sequence[object]], title: str = "Sheet1") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(row)
        for cell in page[page.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins with = stays one
    return book


def _saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@shape("XLSX, texts")
def _xlsx(of: Sheet) -> Files:
    return {"a.xlsx": _saved(_book(tidy(of)))}


@shape("XLSX, numbers where they are some")
def _xlsx_numbers(of: Sheet) -> Files:
    rows = [[of.exercise.id, label, as_number(text)] for label, text in of.rows]
    return {"a.xlsx": _saved(_book([["exercise", "step", "answer"], *rows]))}


@shape("XLSX, wide")
def _xlsx_wide(of: Sheet) -> Files:
    return {"a.xlsx": _saved(_book(wide(of)))}


@shape("XLSX, another sheet before it")
def _xlsx_second(of: Sheet) -> Files:
    book = _book([["These are my answers"]], "Notes")
    page = book.create_sheet("Answers")
    for row in _book(tidy(of)).active.iter_rows():
        for cell in row:
            page.cell(cell.row, cell.column, cell.value).data_type = cell.data_type
    return {"a.xlsx": _saved(book)}


# archives ----------------------------------------------------------------------------------


def _zipped(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


@shape("ZIP, the table alone")
def _zip(of: Sheet) -> Files:
    return {"a.zip": _zipped({"answers.csv": written(tidy(of))})}


@shape("ZIP, Moodle's names")
def _zip_moodle(of: Sheet) -> Files:
    table = written([["step", "answer"], *map(list, of.rows)])
    return {"a.zip": _zipped({f"{of.name}_3_assignsubmission_file/answers.csv": table})}


@shape("ZIP, a folder a student, workbook")
def _zip_folder(of: Sheet) -> Files:
    book = _saved(_book([["step", "answer"], *map(list, of.rows)]))
    return {"a.zip": _zipped({f"{of.student}/answers.xlsx": book})}


# text fields, quizzes ----------------------------------------------------------------------


def _typed(of: Sheet, page: str) -> Files:
    """What the reader of Moodle's archives makes of a text field."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.zip"
        name = f"{of.name}_3_assignsubmission_onlinetext/onlinetext.html"
        path.write_bytes(_zipped({name: page.encode()}))
        [person] = submissions([path]).people.values()
    return {f"{of.student}/text{n}.csv": table for n, (_, table) in enumerate(person.texts)}


@shape("text field, lines")
def _lines(of: Sheet) -> Files:
    lines = (f"<p>{html.escape(f'{label} = {text}')}</p>" for label, text in of.rows if text)
    return _typed(of, "".join(lines))


@shape("text field, table")
def _html_table(of: Sheet) -> Files:
    rows = [("step", "answer"), *of.rows]
    cells = ("".join(f"<td>{html.escape(text)}</td>" for text in row) for row in rows)
    return _typed(of, f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>")


@shape("Moodle quiz")
def _quiz(of: Sheet) -> Files:
    texts = [of.typed.get(id, "") for id in of.exercise.asked]
    cell = "; ".join(f"part {n}: {text}" for n, text in enumerate(texts, 1))
    header = ["Last name", "First name", "ID number", "Status", "Started", "Grade/100.00"]
    first, _, last = of.name.rpartition(" ")
    row = [last, first, of.student, "Finished", "22 November 2026  2:24 AM", "57.50", cell]
    return {"quiz.csv": written([[*header, "Response 1"], row], encoding="utf-8-sig")}


# PDF ---------------------------------------------------------------------------------------


_BLANKS: dict[str, bytes] = {}


def _blank(exercise: Exercise) -> bytes:
    """The empty worksheet, made once."""
    if exercise.id not in _BLANKS:
        _BLANKS[exercise.id] = pdf(sheets.worksheet([worksheet_of(exercise)]))
    return _BLANKS[exercise.id]


def _fields(of: Sheet) -> dict[str, str]:
    number = of.exercise.number
    return {field_name(number, id): text for id, text in of.typed.items()}


@shape("PDF, filled by a script", slow=True)
def _pdf(of: Sheet) -> Files:
    return {"a.pdf": by_pypdf(_blank(of.exercise), _fields(of))}


@shape("PDF, typed in Chrome", slow=True)
def _pdf_chrome(of: Sheet) -> Files:
    return {"a.pdf": by_chrome(_blank(of.exercise), _fields(of))}
