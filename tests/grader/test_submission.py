"""Files as students and spreadsheets make them; every problem at once, good rows still used."""

from __future__ import annotations

import random

import pytest
from issued_exercises import exercises

from grader.errors import SubmissionError
from grader.mark import mark
from grader.read.submission import Read, read_submissions

EXERCISE = exercises("mazur")[0]
OTHER = exercises("mazur")[1]
ROWS = [(EXERCISE.labels[id], EXERCISE.printed[id]) for id in EXERCISE.asked]


def find(id: str, student: str):
    for exercise in (EXERCISE, OTHER):
        if exercise.id == id or (not id and exercise.student == student):
            return exercise
    return f"no exercise {id!r} of {student!r}"


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
        (2, "step", "unknown_step"),
        (3, "answer", "not_a_number"),
        (4, "answer", "ambiguous_separator"),
        (6, "answer", "not_finite"),
        (7, "exercise", "unknown_exercise"),
    ]
    assert "did you mean 'net_h1'" in one.problems[0].message
    assert mark(one.exercise, one.answers).score == 1


def test_a_step_answered_twice_differently_is_refused_with_both_rows() -> None:
    """Neither answer is chosen."""
    label, text = ROWS[0]
    result = read(tidy([(label, text), ROWS[1], (label, "9.9999")]))
    (one,) = result.submissions
    (problem,) = one.problems
    assert problem.code == "contradiction"
    assert "row 2" in problem.message
    assert "row 4" in problem.message
    verdicts = {s.id: s.verdict for s in mark(one.exercise, one.answers).steps}
    assert verdicts[EXERCISE.asked[0]] == "unreadable"
    assert verdicts[EXERCISE.asked[1]] == "correct"


def test_the_same_answer_twice_and_blank_repeats_are_harmless() -> None:
    """A file pasted together from two versions."""
    label, text = ROWS[0]
    result = read(tidy([(label, ""), (label, text), (label, text), (label, "")]))
    (one,) = result.submissions
    assert one.problems == []
    assert mark(one.exercise, one.answers).score == 1


HOPELESS = [
    (b"", "empty_file"),
    (b"  \r\n \r\n", "empty_file"),
    (b"a,b,c\n1,2,3\n", "missing_column"),
    (b"step,answer,answer\nx,1,2\n", "duplicate_column"),
    (b"\x89PNG\x00\x00\x00", "not_text"),
    (b"PK\x03\x04\x00\x00", "not_text"),
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
    assert [p.code for p in result.problems] == ["row_too_long"]
    assert mark(EXERCISE, result.submissions[0].answers).score == 3


@pytest.mark.parametrize("seed", range(6))
def test_shuffled_rows_give_the_same_report(seed: int) -> None:
    """No order dependence between the steps of a file."""
    rows = [*ROWS[:5], (ROWS[5][0], "7.7777"), (ROWS[6][0], ""), (ROWS[7][0], "oops"), *ROWS[8:]]
    (first,) = read(tidy(rows)).submissions
    random.Random(seed).shuffle(rows)
    (again,) = read(tidy(rows)).submissions
    assert mark(again.exercise, again.answers) == mark(first.exercise, first.answers)
