"""Tables as spreadsheet programs and people leave them: read alike alone and for a class."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from class_tables import of_results, one_by_one
from handed_in import assignment, check, exercise_of, right, table, tidy

from grader.assignments.roster import read_roster
from grader.assignments.worksheets import silent
from grader.bulk import survey
from grader.bulk.run import grade
from grader.errors import RosterError
from grader.marking.policy import DEFAULT
from grader.support.workers import Workers
from problems.exercise import Exercise

ROSTER = """student,name
0012,Ada Example
0112,Ben Sample
7,Cai Specimen
s01,Dov Muster
"""

Lines = list[list[str]]


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("shapes"), roster=ROSTER)


def sheet(exercise: Exercise, **wrong: str) -> Lines:
    """The filled answers.csv."""
    answers = right(exercise) | wrong
    rows = [[exercise.id, label, label, text] for label, text in answers.items()]
    return [["exercise", "step", "symbol", "answer"], *rows]


def written(lines: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(lines)
    return stream.getvalue()


def first_only(lines: Lines) -> Lines:
    """The exercise's id in its first row alone, as in a merged cell."""
    return [*lines[:2], *[["", *row[1:]] for row in lines[2:]]]


def in_sections(lines: Lines) -> Lines:
    """The id merged over ten rows at a time."""
    return [row if n % 10 == 1 or not n else ["", *row[1:]] for n, row in enumerate(lines)]


def quoted(lines: Lines, delimiter: str) -> str:
    rows = written(lines, delimiter).splitlines()
    return "".join('"' + row.replace('"', '""') + '"\n' for row in rows)


def titled(lines: Lines, delimiter: str, *above: Sequence[str]) -> str:
    return written([*above, *lines], delimiter)


def commas(lines: Lines) -> Lines:
    return [[*row[:3], row[3].replace(".", ",")] for row in lines]


def renamed(lines: Lines, *names: str) -> str:
    return written([list(names), *lines[1:]])


Spelled = Callable[[Lines], str]
SHAPES: dict[str, tuple[Spelled, set[str]]] = {
    "first row only": (lambda t: written(first_only(t)), {"continued"}),
    "merged by sections": (lambda t: written(in_sections(t)), {"continued"}),
    "rows in quotes": (lambda t: quoted(t, ","), {"quoting"}),
    "rows in quotes, semicolons": (lambda t: quoted(commas(t), ";"), {"quoting"}),
    "titles": (
        lambda t: titled(commas(t), ";", ["Homework 1", "Name: Ada"], ["Group A"], ["", ""]),
        {"titles"},
    ),
    "a title with another separator": (
        lambda t: "Homework 1, of Ada, group A\n" + written(commas(t), ";"),
        {"titles"},
    ),
    "a title like a form": (lambda t: titled(t, ",", ["Student", "Ada"], []), {"titles"}),
    "sep and titles": (lambda t: "sep=;\n" + titled(t, ";", ["Homework 1"]), {"titles"}),
    "German header": (lambda t: renamed(t, "Aufgabe", "Schritt", "Symbol", "Antwort:"), set()),
    "French header": (lambda t: renamed(t, "exercice", "Étape", "symbole", "Réponse"), set()),
    "capitals and spaces": (lambda t: renamed(t, "Exercise", " STEP", "Symbol", "Answer "), set()),
    "your answer": (lambda t: renamed(t, "Exercise_ID", "Step", "Symbol", "Your answer"), set()),
    "ids with an apostrophe": (
        lambda t: written([t[0], *[["'" + r[0], *r[1:]] for r in t[1:]]]), set(),
    ),
    "ids with a mark of bytes": (
        lambda t: written([t[0], *[["\ufeff" + r[0] + "\xa0", *r[1:]] for r in t[1:]]]), set(),
    ),
}  # fmt: skip
"""Name -> how a sheet is spelled, and which notes are made of it."""


@pytest.mark.parametrize("shape", SHAPES)
def test_a_sheet_in_any_shape_is_worth_full_marks(shape: str, hw: Path, tmp_path: Path) -> None:
    """By itself and as a class's table, with the same notes."""
    spelled, notes = SHAPES[shape]
    path = tmp_path / "answers.csv"
    path.write_bytes(spelled(sheet(exercise_of(hw, "0012"))).encode())
    done = check(hw, path)
    assert done.problems == []
    assert done.percent == {"0012": 100}
    assert {note[3] for note in compared(path, hw, tmp_path)} == notes


def compared(path: Path, hw: Path, tmp_path: Path) -> list[tuple[object, ...]]:
    """The notes of a file, which is graded as columns and one by one."""
    out = tmp_path / "results"
    found = grade([path], hw, DEFAULT, out, Workers(), "parquet", silent)
    many, single = of_results(out, found.notes), one_by_one([path], hw, DEFAULT)
    assert many.problems == single.problems
    assert many.notes == single.notes
    assert many.gradebook.to_dicts() == single.gradebook.to_dicts()
    columns = ["student", "exercise", "id", "answer", "verdict", "credit"]
    assert many.steps.select(columns).rows() == single.steps.select(columns).rows()
    return list(many.notes)


def test_blocks_of_a_class_stay_together(
    hw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the file is cut into ranges."""
    monkeypatch.setattr(survey, "RANGE", 700)
    blocks = [first_only(sheet(exercise_of(hw, who)))[1:] for who in ("0112", "7", "0012", "s01")]
    lines = [sheet(exercise_of(hw, "7"))[0], *[row for block in blocks for row in block]]
    path = tmp_path / "class.csv"
    path.write_text(written(lines))
    assert check(hw, path).percent == dict.fromkeys(("0012", "0112", "7", "s01"), 100)
    assert len(compared(path, hw, tmp_path)) == 1


@pytest.mark.parametrize("size", [700, 100_000])
def test_a_row_that_lost_its_id_goes_to_nobody(
    hw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """In a table that names the exercise in every row a blank is a loss, not a merged cell."""
    monkeypatch.setattr(survey, "RANGE", size)
    one, other = (sheet(exercise_of(hw, who)) for who in ("0012", "0112"))
    lost = [["", *row[1:]] for row in other[1:]]
    path = tmp_path / "class.csv"
    path.write_text(written([*one[:21], *lost]))
    done = check(hw, path)
    assert list(done.percent) == ["0012"]
    assert done.codes == ["identity"]
    assert sum(step["verdict"] == "correct" for step in done.reports[0]["steps"]) == 20
    assert compared(path, hw, tmp_path) == []


def test_answers_above_the_header_are_refused(hw: Path, tmp_path: Path) -> None:
    """A sorted table: what stands above would be lost."""
    lines = sheet(exercise_of(hw, "7"))
    path = tmp_path / "answers.csv"
    path.write_text(written([*lines[1:6], lines[0], *lines[6:]]))
    done = check(hw, path)
    assert done.codes == ["missing_column"]
    assert "put the header" in done.problems[0]["message"]
    compared(path, hw, tmp_path)


def test_a_formula_above_the_header_is_no_title(hw: Path, tmp_path: Path) -> None:
    """It has no digits, and is an answer all the same."""
    path = tmp_path / "answers.csv"
    path.write_text(f"delta_o1,e*s\nstep,answer\nnet_h1,{0.5}\n")
    (problem,) = check(hw, path).problems
    assert "put the header" in problem["message"]


def test_a_class_list_is_read_by_its_own_names_alone(tmp_path: Path) -> None:
    """`Studierende` may be names; whoever makes the list says which column holds the ids."""
    (tmp_path / "roster.csv").write_text("Studierende,E-Mail\nAda Example,a@example.org\n")
    with pytest.raises(RosterError, match="no column 'student'"):
        read_roster(tmp_path / "roster.csv")


def test_a_column_is_not_taken_for_another_in_doubt(hw: Path, tmp_path: Path) -> None:
    """Two columns that may hold the answers; a table with a row a student keeps its columns."""
    lines = sheet(exercise_of(hw, "7"))
    path = tmp_path / "answers.csv"
    path.write_text(renamed(lines, "exercise", "step", "Value", "Result"))
    assert check(hw, path).codes == ["missing_column"]


# ids ---------------------------------------------------------------------------------------

SAID = {
    "12": "0012", "012": "0012", "12.0": "0012", "12,00": "0012", "1.2E+01": "0012",
    "'0012": "0012", "\ufeff0012": "0012", " 0012\xa0": "0012", "112": "0112", "007": "7",
    "7.0": "7", "1.12E+02": "0112", "S01": "s01",
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_an_id_finds_its_student_however_a_spreadsheet_left_it(
    said: str, hw: Path, tmp_path: Path
) -> None:
    """The number is the same, and no other student has it."""
    exercise = exercise_of(hw, SAID[said])
    path = tmp_path / "class.csv"
    path.write_bytes(table(["student", *right(exercise)], [[said, *right(exercise).values()]]))
    assert check(hw, path).percent == {SAID[said]: 100}
    compared(path, hw, tmp_path)


@pytest.mark.parametrize("said", ["2", "120", "0113", "1.2E+03", "1.123457E+11", "s1", "s11"])
def test_no_other_student_is_offered_for_a_number(said: str, hw: Path, tmp_path: Path) -> None:
    """A near number is somebody else's."""
    exercise = exercise_of(hw, "0012")
    path = tmp_path / "class.csv"
    path.write_bytes(table(["student", *right(exercise)], [[said, *right(exercise).values()]]))
    done = check(hw, path)
    assert done.codes == ["identity"]
    message = done.problems[0]["message"]
    wrong = {"s1": ""}.get(said, "did you mean")
    assert not wrong or wrong not in message
    assert "0112" not in message
    compared(path, hw, tmp_path)


def test_an_id_that_two_students_may_have_is_refused(tmp_path: Path) -> None:
    """Both are named."""
    hw = assignment(tmp_path, roster="student\n0012\n012\n")
    exercise = exercise_of(hw, "012")
    path = tmp_path / "class.csv"
    path.write_bytes(table(["student", *right(exercise)], [["12", *right(exercise).values()]]))
    done = check(hw, path)
    assert done.codes == ["identity"]
    assert "fits 2 students (0012, 012)" in done.problems[0]["message"]


def test_a_folder_of_a_number_is_nobodys(hw: Path, tmp_path: Path) -> None:
    """Folders are numbered for other reasons; only a spreadsheet takes zeros away."""
    folder = tmp_path / "inbox" / "12"
    folder.mkdir(parents=True)
    (folder / "answers.csv").write_bytes(tidy(right(exercise_of(hw, "0012"))))
    assert check(hw, tmp_path / "inbox").codes == ["identity"]


# numbers beside empty answers ---------------------------------------------------------------


def beside(lines: Lines, shift: int, name: str = "") -> Lines:
    """From the third answer on everything was typed so many columns to the right."""
    header = [*lines[0], *([name] if shift > 0 else [])]
    moved: Lines = [header]
    for n, row in enumerate(lines[1:]):
        cells = [*row, *[""] * (len(header) - len(row))]
        if n > 1:
            cells += [""] * (4 + shift - len(cells))
            cells[3], cells[3 + shift] = "", cells[3]
        moved.append(cells)
    return moved


@pytest.mark.parametrize(("shift", "name"), [(-1, ""), (1, "my answer"), (1, "Ergebnis")])
def test_numbers_beside_empty_answers_are_told(
    hw: Path, tmp_path: Path, shift: int, name: str
) -> None:
    lines = beside(sheet(exercise_of(hw, "0112")), shift, name)
    file = tmp_path / "a.csv"
    file.write_text(written(lines))
    report = check(hw, file).reports[0]
    verdicts = [step["verdict"] for step in report["steps"]]
    assert verdicts == ["correct"] * 2 + ["unreadable"] * (len(verdicts) - 2)
    assert {problem["code"] for problem in report["problems"]} == {"beside_fields"}
    assert "write it below 'answer'" in report["problems"][0]["message"]
    compared(file, hw, tmp_path)


def test_other_columns_beside_empty_answers_are_nothing(hw: Path, tmp_path: Path) -> None:
    lines = [[*row, "1" if n else "points"] for n, row in enumerate(sheet(exercise_of(hw, "7")))]
    lines[3][3] = ""
    file = tmp_path / "a.csv"
    file.write_text(written(lines))
    report = check(hw, file).reports[0]
    assert report["steps"][2]["verdict"] == "blank"
    assert not report["problems"]


# negative numbers in brackets ---------------------------------------------------------------


def accounted(lines: Lines) -> Lines:
    """The second and fifth answer negative, as formats for accounts write it."""
    return [
        [*row[:3], f"({row[3].lstrip('-')})" if n in (2, 5) else row[3].lstrip("-")]
        for n, row in enumerate(lines)
    ]


def as_wide(lines: Lines) -> Lines:
    """A row a student."""
    head = ["exercise", *[row[1] for row in lines[1:]]]
    return [head, [lines[1][0], *[row[3] for row in lines[1:]]]]


@pytest.mark.parametrize("shape", [list, as_wide])
def test_numbers_in_brackets_beside_bare_ones_have_two_readings(
    hw: Path, tmp_path: Path, shape: Callable[[Lines], Lines]
) -> None:
    lines = accounted(sheet(exercise_of(hw, "0112")))
    file = tmp_path / "a.csv"
    file.write_text(written(shape(lines)))
    report = check(hw, file).reports[0]
    steps = report["steps"]
    assert [n for n, step in enumerate(steps, 1) if step["verdict"] == "unreadable"] == [2, 5]
    number = lines[2][3].strip("()")
    assert f"can be read as {number} or as -{number} (" in steps[1]["message"]
    compared(file, hw, tmp_path)


@pytest.mark.parametrize("other", ["-0.5", "−0.5", "(0.5)"])
def test_brackets_are_nothing_where_minus_signs_are_written_or_all_have_brackets(
    hw: Path, tmp_path: Path, other: str
) -> None:
    lines = sheet(exercise_of(hw, "0112"))
    if "(" in other:
        lines = [lines[0], *[[*row[:3], f"({row[3]})"] for row in lines[1:]]]
    lines[2][3], lines[3][3] = f"({lines[2][3].strip('()')})", other
    file = tmp_path / "a.csv"
    file.write_text(written(lines))
    report = check(hw, file).reports[0]
    assert "unreadable" not in [step["verdict"] for step in report["steps"]]
    compared(file, hw, tmp_path)


# points beside decimal commas ---------------------------------------------------------------


@pytest.mark.parametrize("shape", [list, as_wide])
def test_a_point_that_may_mark_thousands_has_two_readings(
    hw: Path, tmp_path: Path, shape: Callable[[Lines], Lines]
) -> None:
    """Beside decimal commas; a number that can only have a decimal point shows both habits."""
    lines = [[*row[:3], row[3].replace(".", ",")] for row in sheet(exercise_of(hw, "0112"))]
    lines[1][3] = "1.178"
    file = tmp_path / "a.csv"
    file.write_text(written(shape(lines), ";"))
    step = check(hw, file).reports[0]["steps"][0]
    assert step["verdict"] == "unreadable"
    assert "'1.178' can be read as 1,178 or 1178" in step["message"]
    compared(file, hw, tmp_path)
    lines[2][3] = lines[2][3].replace(",", ".")
    file.write_text(written(shape(lines), ";"))
    assert check(hw, file).reports[0]["steps"][0]["verdict"] != "unreadable"
