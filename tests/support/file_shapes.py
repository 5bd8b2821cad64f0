"""One student's answers in every shape of file in which they are handed in.

A shape takes a `Sheet` and gives files: path -> bytes, as they lie in a folder that is handed to
the reader. To add one, write a function below `@shape("name")`; the bench and its test take it up.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from fillers import by_chrome, by_pypdf
from sheets_of import sheet as worksheet_of

from grader.lms.moodlezip import submissions
from grader.read.entries import Arrays
from problems.exercise import Exercise
from templates import sheets
from templates.fields import field_name
from templates.pdf.document import pdf

Files = dict[str, bytes]


@dataclass(frozen=True)
class Sheet:
    """What one student hands in."""

    exercise: Exercise
    student: str
    name: str
    typed: Mapping[str, str]
    """Question -> text; what is left out is blank."""

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Label and text, in the order of the worksheet."""
        labels = self.exercise.labels
        return [(labels[id], self.typed.get(id, "")) for id in self.exercise.asked]


Shape = Callable[[Sheet], Files]
SHAPES: dict[str, Shape] = {}
SLOW: set[str] = set()
"""Shapes of which few files are made."""
LISTS: set[str] = set()
"""Shapes with several numbers in a cell: texts with spaces or commas may be refused there."""
ENCODINGS = {"CSV, Windows-1252": "cp1252"}
"""Shapes that cannot hold every sign: ordinary texts may be refused there."""


def shape(name: str, slow: bool = False, lists: bool = False) -> Callable[[Shape], Shape]:
    """Register a shape.

    Args:
        name: as the tables call it.
        slow: whether only a few files of it are made.
        lists: whether a cell holds several numbers.
    """

    def known(function: Shape) -> Shape:
        SHAPES[name] = function
        if slow:
            SLOW.add(name)
        if lists:
            LISTS.add(name)
        return function

    return known


# tables of text ----------------------------------------------------------------------------


def _written(
    rows: Sequence[Sequence[str]],
    delimiter: str = ",",
    end: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
    encoding: str = "utf-8",
) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows(rows)
    return stream.getvalue().encode(encoding, "replace")


def _tidy(of: Sheet) -> list[list[str]]:
    return [["exercise", "step", "answer"], *([of.exercise.id, *row] for row in of.rows)]


def _wide(of: Sheet) -> list[list[str]]:
    labels, texts = zip(*of.rows, strict=True)
    return [["student", *labels], [of.student, *texts]]


def _dialect(name: str, table: Callable[[Sheet], list[list[str]]], **how: object) -> None:
    SHAPES[name] = lambda of: {"answers.csv": _written(table(of), **how)}  # type: ignore[arg-type]


_dialect("CSV", _tidy)
_dialect("CSV, LF", _tidy, end="\n")
_dialect("CSV, CR", _tidy, end="\r")
_dialect("CSV, semicolons", _tidy, delimiter=";")
_dialect("CSV, tabs", _tidy, delimiter="\t")
_dialect("CSV, all quoted", _tidy, quoting=csv.QUOTE_ALL)
_dialect("CSV, byte-order mark", _tidy, encoding="utf-8-sig")
_dialect("CSV, UTF-16", _tidy, encoding="utf-16", delimiter="\t")
_dialect("CSV, Windows-1252", _tidy, encoding="cp1252", delimiter=";")
_dialect("CSV, wide", _wide)
_dialect("CSV, wide, semicolons", _wide, delimiter=";")
_dialect("CSV, wide, all quoted, tabs", _wide, delimiter="\t", quoting=csv.QUOTE_ALL)


@shape("CSV, sep= line")
def _separator_line(of: Sheet) -> Files:
    return {"answers.csv": b"sep=;\r\n" + _written(_tidy(of), delimiter=";")}


@shape("CSV, more columns")
def _more_columns(of: Sheet) -> Files:
    rows = [[of.exercise.id, label, f"sign of {label}", text, ""] for label, text in of.rows]
    return {"a.csv": _written([["exercise", "step", "symbol", "answer", "remark"], *rows])}


@shape("CSV, columns in another order")
def _other_order(of: Sheet) -> Files:
    return {"a.csv": _written([row[::-1] for row in _tidy(of)])}


@shape("CSV, rows in another order")
def _other_rows(of: Sheet) -> Files:
    header, *rows = _tidy(of)
    return {"a.csv": _written([header, *rows[::-1]])}


@shape("CSV, blank rows between")
def _blank_rows(of: Sheet) -> Files:
    return {"a.csv": _written([row for pair in _tidy(of) for row in (pair, ["", "", ""])])}


@shape("CSV, student's folder")
def _folder(of: Sheet) -> Files:
    return {f"{of.student}/answers.csv": _written([["step", "answer"], *map(list, of.rows)])}


@shape("CSV, student's name in the file's")
def _named(of: Sheet) -> Files:
    table = [["step", "answer"], *map(list, of.rows)]
    return {f"{of.name}.csv": _written(table)}


@shape("CSV, two halves")
def _halves(of: Sheet) -> Files:
    header, *rows = _tidy(of)
    blank = [[*row[:2], ""] for row in rows]
    middle = len(rows) // 2
    return {"a.csv": _written([header, *rows[:middle], *blank[middle:], *rows[middle:]])}


# vectors and matrices in one cell ----------------------------------------------------------


def _arrays(of: Sheet, row: str, entry: str) -> list[tuple[str, str]]:
    """Label and text, with every vector and matrix as one answer.

    Args:
        of: what is handed in.
        row: what stands between rows.
        entry: what stands between the numbers of a row.
    """
    labels, arrays = of.exercise.labels, Arrays(of.exercise)
    found: dict[str, str] = {}
    for id in of.exercise.asked:
        base = re.sub(r"\[[\d,]+\]", "", labels[id])
        layout = arrays.find(base)
        if layout is None:
            found[labels[id]] = of.typed.get(id, "")
        else:
            rows = (entry.join(of.typed.get(id, "") for id in cells) for cells in layout.cells)
            found[base] = f"[{row.join(rows)}]"
    return list(found.items())


def _array_table(of: Sheet, row: str, entry: str, delimiter: str = ",") -> Files:
    rows = [[of.exercise.id, *one] for one in _arrays(of, row, entry)]
    return {"a.csv": _written([["exercise", "step", "answer"], *rows], delimiter)}


@shape("CSV, arrays with semicolons and commas", lists=True)
def _array_commas(of: Sheet) -> Files:
    return _array_table(of, "; ", ", ")


@shape("CSV, arrays with semicolons and spaces", lists=True)
def _array_spaces(of: Sheet) -> Files:
    return _array_table(of, "; ", " ")


@shape("CSV, arrays with brackets for rows", lists=True)
def _array_brackets(of: Sheet) -> Files:
    rows = [(label, text) for label, text in _arrays(of, "], [", ", ")]
    rows = [(label, f"[{text}]" if "], [" in text else text) for label, text in rows]
    table = [[of.exercise.id, *one] for one in rows]
    return {"a.csv": _written([["exercise", "step", "answer"], *table], delimiter=";")}


@shape("CSV, arrays with rows on lines", lists=True)
def _array_lines(of: Sheet) -> Files:
    return _array_table(of, "\n", " ")


# JSON --------------------------------------------------------------------------------------


def _record(of: Sheet) -> dict[str, object]:
    return {"exercise": of.exercise.id, "answers": dict(of.rows)}


@shape("JSON, texts")
def _json(of: Sheet) -> Files:
    return {"a.json": json.dumps(_record(of)).encode()}


@shape("JSON, numbers where they are some")
def _json_numbers(of: Sheet) -> Files:
    answers = {label: _as_number(text) for label, text in of.rows}
    return {"a.json": json.dumps(_record(of) | {"answers": answers}, ensure_ascii=False).encode()}


@shape("JSON, list of one")
def _json_list(of: Sheet) -> Files:
    return {"a.json": b"\xef\xbb\xbf" + json.dumps([_record(of)], indent=2).encode()}


def _as_number(text: str) -> object:
    """What a program makes of a text: a number if it is one in its own language."""
    whole = text.lstrip("-")
    if not text.isascii() or "_" in text or (whole[:1] == "0" and whole[1:2].isdigit()):
        return text  # a program that makes 6851 of 06851 has lost what was typed
    try:
        return float(text)
    except ValueError:
        return text


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
    return {"a.xlsx": _saved(_book(_tidy(of)))}


@shape("XLSX, numbers where they are some")
def _xlsx_numbers(of: Sheet) -> Files:
    rows = [[of.exercise.id, label, _as_number(text)] for label, text in of.rows]
    return {"a.xlsx": _saved(_book([["exercise", "step", "answer"], *rows]))}


@shape("XLSX, wide")
def _xlsx_wide(of: Sheet) -> Files:
    return {"a.xlsx": _saved(_book(_wide(of)))}


@shape("XLSX, another sheet before it")
def _xlsx_second(of: Sheet) -> Files:
    book = _book([["These are my answers"]], "Notes")
    page = book.create_sheet("Answers")
    for row in _book(_tidy(of)).active.iter_rows():
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
    return {"a.zip": _zipped({"answers.csv": _written(_tidy(of))})}


@shape("ZIP, Moodle's names")
def _zip_moodle(of: Sheet) -> Files:
    table = _written([["step", "answer"], *map(list, of.rows)])
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
    return {"quiz.csv": _written([[*header, "Response 1"], row], encoding="utf-8-sig")}


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
