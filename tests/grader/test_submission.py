"""Files as students and spreadsheets make them; every problem at once, good rows still used."""

from __future__ import annotations

import random

import pytest
from issued_exercises import exercises

from grader.errors import Lost, SubmissionError
from grader.marking.mark import mark
from grader.read.answer_sheet import Read
from grader.read.builder import MORE_UNKNOWN, MOST_UNKNOWN
from grader.read.csv_file import read_submissions
from problems.reasons import as_told

EXERCISE = exercises("mazur")[0]
OTHER = exercises("mazur")[1]
ROWS = [(EXERCISE.labels[id], EXERCISE.printed[id]) for id in EXERCISE.asked]


def find(id: str, student: str):
    for exercise in (EXERCISE, OTHER):
        if exercise.id == id or (not id and exercise.student == student):
            return exercise
    return Lost("bad_id", as_told(f"no exercise {id!r} of {student!r}"))


def tidy(rows, header: str = "exercise,step,answer", id: str = EXERCISE.id) -> bytes:
    return "\r\n".join([header, *[f"{id},{label},{text}" for label, text in rows]]).encode()


def read(data: bytes) -> Read:
    return read_submissions(data, "ada.csv", find)


def score(data: bytes) -> float:
    (one,) = read(data).submissions
    return mark(one.exercise, one.answers).percent


ENCODED = [
    tidy(ROWS),
    b"\xef\xbb\xbf" + tidy(ROWS),
    tidy(ROWS).decode().encode("utf-16"),
    tidy(ROWS).replace(b"\r\n", b"\n"),
    tidy(ROWS).replace(b",", b";"),
    tidy(ROWS).replace(b",", b"\t"),
    tidy(ROWS).replace(b",", b";").replace(b".", b","),
    tidy(ROWS, "Exercise,STEP,Answer"),
    tidy(ROWS) + b"\r\n\r\n,,\r\n",
]


@pytest.mark.parametrize("data", ENCODED, ids=range(len(ENCODED)))
def test_usual_dialects_give_full_marks(data: bytes) -> None:
    """BOM, UTF-16, line ends, semicolons, tabs, decimal comma, header case, blank rows."""
    result = read(data)
    assert [str(p) for p in result.problems] == []
    assert [str(p) for s in result.submissions for p in s.problems] == []
    assert score(data) == 100.0


def test_wide_tables_hold_a_student_a_row() -> None:
    """`student,exercise,<label>,...`."""
    header = ",".join(["student", "exercise", *[f'"{label}"' for label, _ in ROWS]])
    lines = [header]
    for exercise in (EXERCISE, OTHER):
        values = [exercise.printed[id] for id in exercise.asked]
        lines.append(",".join([exercise.student, exercise.id, *values]))
    result = read("\n".join(lines).encode())
    assert len(result.submissions) == 2
    assert all(mark(s.exercise, s.answers).percent == 100 for s in result.submissions)


def test_all_problems_of_a_file_are_reported_with_their_places() -> None:
    """One round of mending, and the good rows are graded all the same."""
    rows = [("net_hl", "0.1"), ("net_h1", "abc"), ("net_h2", "1,234"), ROWS[1], ("E_o1", "nan")]
    data = tidy(rows).replace(b"1,234", b'"1,234"') + b"\r\nmazur-nobody,net_h1,0.5"
    result = read(data)
    (one,) = result.submissions
    found = [(p.row, p.column, p.code) for p in (*one.problems, *result.problems)]
    assert found == [
        (2, "step", "bad_step"),
        (3, "answer", "not_a_number"),
        (4, "answer", "ambiguous_separator"),
        (6, "answer", "not_a_number"),
        (7, "exercise", "bad_id"),
    ]
    assert "did you mean 'net_h1'" in one.problems[0].message
    assert mark(one.exercise, one.answers).score == 1


def test_a_step_answered_twice_differently_is_refused_with_both_rows() -> None:
    """Neither answer is chosen."""
    label, text = ROWS[0]
    result = read(tidy([(label, text), ROWS[1], (label, "9.9999")]))
    (one,) = result.submissions
    (problem,) = one.problems
    assert problem.code == "duplicate_step"
    assert "row 2" in problem.message
    assert "row 4" in problem.message
    verdicts = {s.id: s.verdict for s in mark(one.exercise, one.answers).steps}
    assert verdicts[EXERCISE.asked[0]] == "unreadable"
    assert verdicts[EXERCISE.asked[1]] == "correct"


def test_a_flood_of_unknown_steps_costs_little_and_the_rest_is_read() -> None:
    flood = [(f"z{n}", "1") for n in range(20_000)]
    (one,) = read(tidy([*flood, *ROWS])).submissions
    assert len(one.answers) == len(EXERCISE.asked)
    assert len(one.problems) == MOST_UNKNOWN + 1
    assert one.problems[-1].reason == MORE_UNKNOWN
    assert {problem.code for problem in one.problems} == {"bad_step"}


def test_the_same_answer_twice_and_blank_repeats_are_harmless() -> None:
    """A file pasted together from two versions."""
    label, text = ROWS[0]
    result = read(tidy([(label, ""), (label, text), (label, text), (label, "")]))
    (one,) = result.submissions
    assert one.problems == []
    assert mark(one.exercise, one.answers).score == 1


HOPELESS = [
    (b"", "empty"),
    (b"  \r\n \r\n", "empty"),
    (b"a,b,c\n1,2,3\n", "missing_column"),
    (b"step,answer,answer\nx,1,2\n", "duplicate_column"),
    (b"\x89PNG\x00\x00\x00", "not_csv"),
    (b"PK\x03\x04\x00\x00", "not_csv"),
]


@pytest.mark.parametrize(("data", "code"), HOPELESS)
def test_what_is_no_table_of_answers_is_refused_in_one_line(data: bytes, code: str) -> None:
    """With what was found and what is needed."""
    with pytest.raises(SubmissionError) as caught:
        read(data)
    assert [p.code for p in caught.value.problems] == [code]
    assert caught.value.problems[0].file == "ada.csv"


def test_a_row_that_is_too_long_is_named_and_the_rest_used() -> None:
    """An unquoted decimal comma makes one cell two."""
    data = tidy(ROWS[:3]) + f"\r\n{EXERCISE.id},{ROWS[3][0]},0,5,7".encode()
    result = read(data)
    assert [p.code for p in result.problems] == ["too_many_fields"]
    assert mark(EXERCISE, result.submissions[0].answers).score == 3


GERMAN = tidy(ROWS).replace(b",", b";").replace(b".", b",")
DIALECTS = [
    b"sep=;\r\n" + tidy(ROWS).replace(b",", b";"),
    b'"sep=\t"\r\n' + tidy(ROWS).replace(b",", b"\t"),
    tidy(ROWS).replace(b"\r\n", b"\r"),
    tidy(ROWS).decode().encode("utf-16-le"),
    tidy(ROWS).decode().encode("utf-16-be"),
    b"\xef\xbb\xbf\xef\xbb\xbf" + tidy(ROWS),
    tidy(ROWS, 'exercise,step,"answer\n"'),
    tidy(ROWS) + b"\r\n\x1a",
    GERMAN,
    b"sep=;\n" + GERMAN,
]


@pytest.mark.parametrize("data", DIALECTS, ids=range(len(DIALECTS)))
def test_rarer_dialects_give_full_marks(data: bytes) -> None:
    """`sep=` lines, CR alone, UTF-16 without a mark, two marks, a break in a quoted header."""
    assert score(data) == 100.0
    assert read(data).problems == ()


def test_the_other_rows_settle_what_a_comma_means() -> None:
    """1,178 alone could be 1178; among 0,5933 and 0,7775 it cannot. The report says so."""
    (label, _), (other, _) = ROWS[:2]
    head = f"exercise;step;answer\n{EXERCISE.id};{label};1,178\n"
    settled = read(f"{head}{EXERCISE.id};{other};0,5933\n".encode())
    (one,) = settled.submissions
    assert one.problems == []
    assert [answer.value for answer in one.answers.values()] == [1.178, 0.5933]
    assert [(note.row, note.code) for note in settled.notes] == [(2, "ambiguous_separator")]
    alone = read(head.encode())
    assert [p.code for p in alone.submissions[0].problems] == ["ambiguous_separator"]


def test_a_decimal_comma_that_made_two_cells_is_not_read_as_a_whole_number() -> None:
    """`net_h1,0,3775` under `step,answer,comment` is not 0."""
    data = f"exercise,step,answer,comment\n{EXERCISE.id},{ROWS[0][0]},0,3775\n".encode()
    (one,) = read(data).submissions
    assert [p.code for p in one.problems] == ["ambiguous_separator"]
    assert mark(EXERCISE, one.answers).score == 0


FATAL = [
    (tidy(ROWS[:3]) + b'\r\nx,"y', "unclosed_quote", 5),
    (tidy(ROWS[:3]) + b'\r\nx,"y"z,1', "quoting", 5),
    (tidy(ROWS[:3]) + b"\r\nx,y\\,1,2", "too_many_fields", 5),
    (tidy(ROWS[:3]) + b"\r\nexercise,step,answer", "duplicate_header", 5),
    (tidy(ROWS[:3]) + b"\r\nx,y,\x00", "bad_char", 5),
    (tidy(ROWS[:3]) + b"\r\nx,y,\x81", "encoding", 5),
    (b"step|answer\nnet_h1|0.5\n", "delimiter", 1),
    (b"step,answer\n", "no_rows", 1),
    (b"<html><table>", "not_csv", None),
]


@pytest.mark.parametrize(("data", "code", "row"), FATAL)
def test_faults_that_leave_the_other_rows_in_doubt_are_fatal(data, code: str, row) -> None:
    """With the line where it shows."""
    with pytest.raises(SubmissionError) as caught:
        read(data)
    assert [(p.code, p.row) for p in caught.value.problems] == [(code, row)]


def test_windows_1252_is_read_and_said() -> None:
    """A comment with an umlaut; numbers are ASCII."""
    result = read(tidy(ROWS, "exercise,step,answer,gepr\u00fcft").decode().encode("cp1252"))
    assert [note.code for note in result.notes] == ["encoding"]
    assert mark(EXERCISE, result.submissions[0].answers).percent == 100


def test_a_student_twice_in_a_wide_table_is_two_submissions() -> None:
    """Who gathers them refuses the contradiction with both rows."""
    label = ROWS[0][0]
    data = f"exercise,{label}\n{EXERCISE.id},0.5\n{EXERCISE.id},0.6\n".encode()
    assert [one.place for one in read(data).submissions] == ["ada.csv:2", "ada.csv:3"]


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_rows_give_the_same_report(seed: int) -> None:
    """No order dependence between the steps of a file."""
    rows = [*ROWS[:5], (ROWS[5][0], "7.7777"), (ROWS[6][0], ""), (ROWS[7][0], "oops"), *ROWS[8:]]
    (first,) = read(tidy(rows)).submissions
    random.Random(seed).shuffle(rows)
    (again,) = read(tidy(rows)).submissions
    assert mark(again.exercise, again.answers) == mark(first.exercise, first.answers)
