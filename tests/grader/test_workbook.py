"""Workbooks as Excel and LibreOffice write them; cells that hold something else than a number."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest
from issued_exercises import exercises

from grader.errors import Lost, SubmissionError
from grader.marking.mark import mark
from grader.read.files import read_file
from grader.read.tables.table import UPLOAD
from grader.read.tables.workbook import read_workbook
from problems.reasons import as_told

EXERCISE, OTHER = exercises("mazur")[:2]
LABELS = [EXERCISE.labels[id] for id in EXERCISE.asked]


def find(id: str, student: str, number: int = 0):
    for one in (EXERCISE, OTHER):
        if one.id == id or (not id and one.student == (student or EXERCISE.student)):
            return one
    return Lost("bad_id", as_told(f"no exercise {id!r}"))


def right(exercise=EXERCISE) -> list[list[object]]:
    return [[exercise.labels[id], float(exercise.printed[id])] for id in exercise.asked]


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data: bytes, limits=UPLOAD):
    return read_workbook(data, "a.xlsx", find, limits)


HEADER = ["step", "answer"]


def test_numbers_and_texts_are_read() -> None:
    """Typed as numbers, typed as text, below a title, beside other columns."""
    rows = right()
    rows[0][1] = f" {rows[0][1]} "
    titled = [["Homework 1"], [], ["note", *HEADER], *[["x", *row] for row in rows]]
    for data in (workbook([HEADER, *rows]), workbook(titled)):
        found = read(data)
        assert found.problems == ()
        (one,) = found.submissions
        assert one.problems == []
        assert mark(EXERCISE, one.answers).percent == 100


def test_a_number_is_the_shortest_text_that_means_it() -> None:
    """0.5933 does not become 0.59330000000000005, and 0.00001 is read as what it is."""
    (one,) = read(workbook([HEADER, [LABELS[0], 0.5933], [LABELS[1], 0.00001]])).submissions
    texts = [one.answers[id].text for id in EXERCISE.asked[:2]]
    assert texts == ["0.5933", "1e-05"]


def test_wide_workbooks_hold_a_student_a_row() -> None:
    """A class in one sheet."""
    rows = [
        [one.student, *[float(one.printed[id]) for id in one.asked]] for one in (EXERCISE, OTHER)
    ]
    found = read(workbook([["student", *LABELS], *rows]))
    assert [mark(s.exercise, s.answers).percent for s in found.submissions] == [100, 100]


CELLS = [
    ("=1/4", "spreadsheet_formula"),
    (datetime.date(2024, 1, 5), "date"),
    (datetime.time(12, 30), "date"),
    (True, "wrong_type"),
    ("#DIV/0!", "spreadsheet_error"),
]


@pytest.mark.parametrize(("value", "code"), CELLS, ids=lambda value: str(value))
def test_what_is_no_number_is_refused_in_its_cell(value: object, code: str) -> None:
    """With the row and the reason; the others are graded. Never 45296 for a date."""
    rows = right()
    rows[3][1] = value
    (one,) = read(workbook([HEADER, *rows])).submissions
    assert [(p.row, p.column, p.code) for p in one.problems] == [(5, "answer", code)]
    assert mark(EXERCISE, one.answers).score == len(EXERCISE.asked) - 1


def with_values(data: bytes, cell: str, value: str) -> bytes:
    """The workbook with a value stored beside a formula, as spreadsheet programs do."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            text = old.read(entry).decode()
            before, mark_, after = text.partition(f'r="{cell}"')
            after = after.replace("<v />", f"<v>{value}</v>", 1).replace(
                "<v></v>", f"<v>{value}</v>", 1
            )
            new.writestr(entry.filename, before + mark_ + after)
    return out.getvalue()


def test_a_formula_counts_by_the_value_that_is_stored() -> None:
    """Whoever computes in the spreadsheet may hand it in."""
    rows = right()
    value, rows[0][1] = rows[0][1], "=B3+0"
    (one,) = read(with_values(workbook([HEADER, *rows]), "B2", repr(value))).submissions
    assert one.problems == []
    assert mark(EXERCISE, one.answers).percent == 100


def test_the_first_sheet_with_answers_counts() -> None:
    """Others are named."""
    found = read(workbook([["notes"], ["x"]], [HEADER, *right()], [HEADER, *right()]))
    assert len(found.submissions) == 1
    assert [note.column for note in found.notes] == ["Sheet2"]


def refusal(data: bytes, limits=UPLOAD) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(data, limits)
    return caught.value.problems[0].code


def test_what_is_too_large_or_foreign_is_refused() -> None:
    """Before it takes time."""
    assert refusal(workbook([HEADER, *[["x", n] for n in range(2100)]])) == "too_many_rows"
    assert refusal(workbook([[f"c{n}" for n in range(600)], [1]])) == "too_many_columns"
    assert refusal(workbook([[]])) == "empty"
    assert refusal(workbook([["a", "b"], [1, 2]])) == "missing_column"
    assert refusal(workbook([HEADER])) == "no_rows"
    assert refusal(b"step,answer\n") == "not_xlsx"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert refusal(stream.getvalue()) == "not_xlsx"


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_a_torn_workbook_is_refused(cut: float) -> None:
    """A download that was interrupted."""
    data = workbook([HEADER, *right()])
    assert refusal(data[: int(len(data) * cut)]) == "broken_workbook"


def test_a_workbook_is_seen_not_believed() -> None:
    """Called .csv it is still a workbook; a table called .xlsx was renamed by mistake."""
    assert len(read_file(workbook([HEADER, *right()]), "a.csv", find).submissions) == 1
    with pytest.raises(SubmissionError) as caught:
        read_file(b"step,answer\nx,1\n", "a.xlsx", find)
    assert caught.value.problems[0].code == "not_xlsx"


def test_numbers_to_the_right_of_the_table_are_told() -> None:
    """Typed a column too far: no blank cells, and no answers."""
    rows: list[list[object]] = [["exercise", "step", "answer"]]
    rows += [[EXERCISE.id, *row] for row in right()]
    for row in rows[3:]:
        row.insert(2, None)
    found = read_workbook(workbook(rows), "a.xlsx", find, UPLOAD).submissions[0]
    assert [problem.code for problem in found.problems] == ["beside_fields"] * len(rows[3:])
    assert "to the right of the table" in found.problems[0].message
    answered = [step.verdict for step in mark(EXERCISE, found.answers).steps]
    assert answered == ["correct"] * 2 + ["unreadable"] * (len(LABELS) - 2)
