"""Workbooks with several sheets, merged cells, titles, and those saved as Strict Open XML."""

from __future__ import annotations

import pytest
from issued_exercises import exercises
from workbooks import strict, workbook

from grader.errors import Lost, SubmissionError
from grader.marking.mark import mark
from grader.read.answer_sheet import Read
from grader.read.tables.table import UPLOAD
from grader.read.tables.workbook import read_workbook
from problems.reasons import as_told

EXERCISE, OTHER = exercises("mazur")[:2]
HEADER = ["exercise", "step", "symbol", "answer"]
LABELS = [EXERCISE.labels[id] for id in EXERCISE.asked]


def find(id: str, student: str, number: int = 0):
    for one in (EXERCISE, OTHER):
        if one.id == id or (not id and student == one.student):
            return one
    return Lost("bad_id", as_told(f"no exercise {id!r}"))


def rows(exercise=EXERCISE, blank: bool = False, **other: object) -> list[list[object]]:
    """The sheet as it is handed out, filled in or not; `other` are answers of their own."""
    found: list[list[object]] = [HEADER]
    for id in exercise.asked:
        label = exercise.labels[id]
        answer = other.get(label, None if blank else float(exercise.printed[id]))
        found.append([exercise.id, label, label, answer])
    return found


def read(data: bytes) -> Read:
    return read_workbook(data, "a.xlsx", find, UPLOAD)


def percents(found: Read) -> list[float]:
    return [mark(one.exercise, one.answers).percent for one in found.submissions]


BLANK, FILLED = rows(blank=True), rows()
NOTES = [["student", "group"], [EXERCISE.student, "A"]]
ONE = {
    "template first": ({"Template": BLANK, "Mine": FILLED}, []),
    "template last": ({"Mine": FILLED, "Template": BLANK}, []),
    "template without rows": ({"Template": [HEADER], "Mine": FILLED}, []),
    "notes first": (
        {"Notes": NOTES, "Mine": FILLED},
        [],
    ),
    "hidden template": ({"Template": BLANK, "Mine": FILLED}, ["Template"]),
    "hidden sheet filled": ({"Mine": FILLED, "Form": BLANK}, ["Mine"]),
    "alike": ({"Mine": FILLED, "Copy": FILLED}, []),
    "alike and hidden": ({"Copy": FILLED, "Mine": FILLED}, ["Copy"]),
}


@pytest.mark.parametrize("case", ONE)
def test_the_sheet_with_answers_counts(case: str) -> None:
    """Wherever it stands; that others were left out is said."""
    sheets, hidden = ONE[case]
    found = read(workbook(sheets, hidden))
    assert percents(found) == [100]
    assert found.problems == ()
    assert {note.code for note in found.notes} <= {"duplicate_file"}
    assert bool(found.notes) == (case != "template without rows")


@pytest.mark.parametrize("hidden", [[], ["Draft"]])
def test_two_sheets_that_differ_are_refused_with_both_readings(hidden: list[str]) -> None:
    """Which cell says what; nothing is chosen."""
    draft = rows(**{LABELS[0]: 9, LABELS[1]: 8})
    found = read(workbook({"Draft": draft, "Mine": FILLED}, hidden))
    assert found.submissions == ()
    (problem,) = found.problems
    assert problem.code == "duplicate_file"
    right = repr(str(float(EXERCISE.printed[EXERCISE.asked[0]])))
    for words in ("cell D2 of the sheet 'Draft'", "cell D2 of the sheet 'Mine'", "'9'", right):
        assert words in problem.message
    assert ("(hidden)" in problem.message) == bool(hidden)
    assert "and 1 more" in problem.message


def test_the_cell_is_named_in_a_table_with_a_row_a_student_too() -> None:
    """The column is that of the step."""
    header: list[object] = ["student", *LABELS]
    right: list[object] = [float(EXERCISE.printed[id]) for id in EXERCISE.asked]
    wrong = [*right[:2], 7, *right[3:]]
    sheets = {"A": [header, [EXERCISE.student, *right]], "B": [header, [EXERCISE.student, *wrong]]}
    (problem,) = read(workbook(sheets)).problems
    assert "cell D2 of the sheet 'B'" in problem.message


def test_an_exercise_on_two_sheets_is_read_from_both() -> None:
    """Forward pass here, backward pass there; and every exercise on a sheet of its own."""
    half = len(FILLED) // 2
    halves = {"Forward": FILLED[:half], "Backward": [HEADER, *FILLED[half:]]}
    assert percents(read(workbook(halves))) == [100]
    two = read(workbook({"One": FILLED, "Two": rows(OTHER)}))
    assert percents(two) == [100, 100]


def test_problems_of_several_sheets_name_the_sheet() -> None:
    """Row 2 of which?"""
    sheets = {"One": rows(**{LABELS[0]: "what"}), "Two": rows(OTHER, **{LABELS[0]: "what"})}
    found = read(workbook(sheets))
    places = [one.problems[0].file for one in found.submissions]
    assert places == ["a.xlsx [One]", "a.xlsx [Two]"]


def test_work_on_an_unknown_exercise_is_not_left_out_in_silence() -> None:
    """A sheet that cannot be used beside one that can."""
    stranger = [HEADER, ["mazur-0000000000", LABELS[0], "", 0.5]]
    found = read(workbook({"Old": stranger, "Mine": FILLED}))
    assert percents(found) == [100]
    assert [problem.code for problem in found.problems] == ["bad_id"]


def test_an_id_in_a_merged_cell_holds_for_all_its_rows() -> None:
    """Only the first of the merged cells has a value in the file."""
    merged = {"Sheet": f"A2:A{len(FILLED)}"}
    data = workbook({"Sheet": FILLED}, merged=merged)
    found = read(data)
    assert percents(found) == [100]
    assert [note.code for note in found.notes] == ["continued"]


@pytest.mark.parametrize(
    ("ref", "refused"),
    [("D2:D4", 3), ("D2:D3", 2), ("C3:D3", 1), ("D2:E2", 0)],
)
def test_an_answer_of_merged_cells_is_refused_not_guessed(ref: str, refused: int) -> None:
    """One value where several were asked for; the other answers count."""
    found = read(workbook({"Sheet": FILLED}, merged={"Sheet": ref}))
    (one,) = found.submissions
    told = [
        p for p in (*found.problems, *one.problems) if f"the cells {ref} are merged" in p.message
    ]
    assert len(told) == refused
    steps = {step.id: step.verdict for step in mark(one.exercise, one.answers).steps}
    verdicts = [steps[id] for id in EXERCISE.asked]
    assert verdicts.count("unreadable") == refused
    assert verdicts.count("correct") == len(LABELS) - refused


def test_merged_answers_of_a_class_are_refused_in_every_column() -> None:
    right: list[object] = [float(EXERCISE.printed[id]) for id in EXERCISE.asked]
    table = [["student", *LABELS], [EXERCISE.student, *right]]
    (one,) = read(workbook({"Sheet": table}, merged={"Sheet": "B2:C2"})).submissions
    verdicts = [step.verdict for step in mark(one.exercise, one.answers).steps]
    assert verdicts.count("unreadable") == 2


@pytest.mark.parametrize("ref", ["A2:C2", "A3:D4"])
def test_an_answer_whose_step_was_merged_away_is_told(ref: str) -> None:
    (one,) = read(workbook({"Sheet": FILLED}, merged={"Sheet": ref})).submissions
    assert [problem.code for problem in one.problems] == ["bad_step"]


def test_merged_cells_that_are_empty_are_blank() -> None:
    (one,) = read(workbook({"Sheet": BLANK}, merged={"Sheet": "D2:D9"})).submissions
    assert {step.verdict for step in mark(one.exercise, one.answers).steps} == {"blank"}


def test_a_title_above_the_header_is_named() -> None:
    found = read(workbook({"Sheet": [["Homework 1", "Ada"], [], *FILLED]}))
    assert percents(found) == [100]
    (note,) = found.notes
    assert (note.code, note.row) == ("titles", 3)
    assert "Homework 1; Ada" in note.message


def test_a_sorted_sheet_is_refused_not_cut_off() -> None:
    """The header went down among the answers; those above it would be lost."""
    with pytest.raises(SubmissionError) as caught:
        read(workbook({"Sheet": [*FILLED[1:4], HEADER, *FILLED[4:]]}))
    (problem,) = caught.value.problems
    assert problem.code == "missing_column"
    assert "put the header" in problem.message


@pytest.mark.parametrize(("cut", "sign"), [(",", "."), (";", ","), ("\t", ".")])
def test_a_csv_file_in_one_column_is_read(cut: str, sign: str) -> None:
    """Opened by a spreadsheet program of a country that cuts otherwise, and saved as XLSX."""
    texts = [["exercise", "step", "symbol", "answer"]]
    for id in EXERCISE.asked:
        label = EXERCISE.labels[id]
        texts.append([EXERCISE.id, f'"{label}"', "", EXERCISE.printed[id].replace(".", sign)])
    found = read(workbook({"answers": [[cut.join(row)] for row in texts]}))
    assert percents(found) == [100]
    assert [note.code for note in found.notes] == ["delimiter"]


def test_strict_open_xml_is_read_like_any_other() -> None:
    """Excel offers it beside the usual kind; only the names of its parts differ."""
    data = strict(workbook({"Template": BLANK, "Mine": FILLED}))
    assert b"purl.oclc.org" in data
    assert percents(read(data)) == [100]
