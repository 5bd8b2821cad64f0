"""The round trip through Canvas's files: gradebook and archive in, gradebook and feedback out."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from canvas_files import COLUMN, Book, User, entry, typed
from click.testing import CliRunner, Result
from fillers import by_pypdf
from handed_in import assignment, exercise_of, right, tidy, with_id
from moodle_files import archive, others, read_back

from grader.cli import cli
from templates.pages.fields import field_name

ROSTER = """student,name,email
S001,Ann Ångström,ann@example.org
S002,Bob O'Brien,bob@example.org
S003,Cy Li Wei,cy@example.org
"""
ANN = User(12345, "Ångström, Ann", "S001", "ann")
BOB = User(12346, "O'Brien, Bob", "S002", "bob")
CY = User(12347, "Li Wei, Cy", "S003", "cy", "4.50")


class Trip:
    """`bpgrade canvas grade`, run once."""

    def __init__(self, done: Result, out: Path) -> None:
        assert not done.exception or isinstance(done.exception, SystemExit), done.exception
        self.status, self.text, self.stderr, self.out = (
            done.exit_code,
            done.stdout,
            done.stderr,
            out,
        )
        if out.exists():
            self.book = (out / "Grades.csv").read_bytes()
            self.codes = [row["code"] for row in read_back((out / "problems.csv").read_bytes())]
            steps = read_back((out / "done.csv").read_bytes())
            self.actions = {step["key"]: step["action"] for step in steps}

    def scores(self, delimiter: str = ",") -> dict[str, str]:
        text = self.book.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        return {row["ID"]: row[COLUMN] for row in rows if row["ID"]}

    def feedback(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.out / "feedback.zip") as found:
            return {name: found.read(name) for name in found.namelist()}


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("canvas"), roster=ROSTER)


def work(hw: Path, user: User, **wrong: str) -> bytes:
    return with_id(exercise_of(hw, user.sis), **wrong)


def run(
    hw: Path,
    tmp_path: Path,
    book: Book,
    files: Mapping[str, bytes],
    *more: str,
    column: str = COLUMN,
    feedback: str = "none",
) -> Trip:
    (tmp_path / "Grades.csv").write_bytes(book.data())
    (tmp_path / "submissions.zip").write_bytes(archive(files))
    words = ["canvas", "grade", "--gradebook", str(tmp_path / "Grades.csv"), "--submissions"]
    words += [str(tmp_path / "submissions.zip"), "--column", column, "--assignment", str(hw)]
    done = CliRunner().invoke(cli, [*words, "--feedback-as", feedback, *more])
    return Trip(done, tmp_path / "graded")


def test_only_one_column_changes(hw: Path, tmp_path: Path) -> None:
    """Points possible, read-only columns, the test student and all others stay."""
    book = Book([ANN, BOB, CY])
    files = {
        entry(ANN, "answers.csv"): work(hw, ANN),
        entry(BOB, "answers.csv", 67891, late=True): work(hw, BOB, net_h1="9.9"),
    }
    done = run(hw, tmp_path, book, files)
    assert done.status == 0, done.stderr
    assert others(book.data(), done.book, (COLUMN,)) == []
    scores = done.scores()
    assert scores["12345"] == "10.00"
    assert 9 < float(scores["12346"]) < 10
    assert scores["12347"] == "4.50"
    assert scores["999"] == ""
    assert (tmp_path / "Grades.csv").read_bytes() == book.data()


@pytest.mark.parametrize(
    "book",
    [
        Book([ANN, BOB], sis=False),
        Book([ANN, BOB], first_last=True, bom=True),
        Book([ANN, BOB], delimiter=";", possible="10,00"),
        Book([ANN, BOB], posting=False),
    ],
    ids=["no SIS ids", "names apart, BOM", "semicolons and commas", "no posting row"],
)
def test_gradebooks_of_every_form(hw: Path, tmp_path: Path, book: Book) -> None:
    """What is exported depends on the course and on the teacher's settings."""
    plain = tidy(right(exercise_of(hw, "S001")))
    done = run(hw, tmp_path, book, {entry(ANN, "answers.csv"): plain})
    assert done.status == 0, done.stderr
    assert done.scores(book.delimiter) == {"12345": "10.00", "12346": "", "999": ""}


@pytest.mark.parametrize("column", [COLUMN, "Homework 1", " Homework 1 "])
def test_the_column_may_be_named_without_its_number(hw: Path, tmp_path: Path, column: str) -> None:
    """Canvas puts its number behind the name."""
    done = run(hw, tmp_path, Book([ANN]), {entry(ANN, "a.csv"): work(hw, ANN)}, column=column)
    assert done.scores()["12345"] == "10.00"


def test_a_wrong_column_is_refused(hw: Path, tmp_path: Path) -> None:
    """An unknown one with the names found; one that Canvas computes."""
    files = {entry(ANN, "a.csv"): work(hw, ANN)}
    done = run(hw, tmp_path, Book([ANN]), files, column="Homework 2")
    assert done.status == 1
    assert "'Homework 1 (1234)'" in done.stderr
    done = run(hw, tmp_path, Book([ANN]), files, column="Current Score")
    assert done.status == 1
    assert "computes this column itself" in done.stderr
    assert not done.out.exists()


def test_no_points_possible_is_refused(hw: Path, tmp_path: Path) -> None:
    """There is nothing to scale to."""
    files = {entry(ANN, "a.csv"): work(hw, ANN)}
    done = run(hw, tmp_path, Book([ANN], possible="0.00"), files)
    assert done.status == 1
    assert "points above 0" in done.stderr


def test_feedback_comes_under_the_names_of_the_students_files(hw: Path, tmp_path: Path) -> None:
    """Canvas finds the submission by the two numbers, and shows the student's own file name."""
    lines = "".join(f"<p>{k}={v}</p>" for k, v in right(exercise_of(hw, "S003")).items())
    files = {
        entry(ANN, "answers.csv"): work(hw, ANN, net_h1="9.9"),
        entry(BOB, "my answers.txt", 67892): work(hw, BOB),
    }
    files |= dict([typed(CY, lines)])
    done = run(hw, tmp_path, Book([ANN, BOB, CY]), files, feedback="both")
    found = done.feedback()
    assert set(found) == {
        "ångströmann_12345_67890_answers.csv",
        entry(BOB, "my answers.txt", 67892),
    }
    assert found["ångströmann_12345_67890_answers.csv"].startswith(b"feedback\r\n")
    assert b"net_h1" in found["ångströmann_12345_67890_answers.csv"]
    pages = sorted(path.name for path in (done.out / "pages").iterdir())
    assert pages == [f"S00{n}.{kind}" for n in (1, 2, 3) for kind in ("html", "pdf")]
    assert "no file to attach feedback to" in done.stderr
    assert "not read as an answer" not in done.stderr
    assert done.scores()["12347"] == "10.00"


def test_marks_of_the_editor_count_as_they_are_seen(hw: Path, tmp_path: Path) -> None:
    """A raised exponent, an equation of Canvas's editor, a number that is crossed out."""
    first, *rest = right(exercise_of(hw, "S001")).items()
    lines = [f"<p>{label} = <s>7</s> {text}&times;10<sup>0</sup></p>" for label, text in rest]
    equation = f'<img class="equation_image" alt="LaTeX: x" data-equation-content="{first[1]}">'
    name, page = typed(ANN, f"<p>{first[0]} = {equation}</p>" + "".join(lines))
    done = run(hw, tmp_path, Book([ANN]), {name: page})
    assert done.scores() == {"12345": "10.00", "999": ""}, done.stderr
    assert "left_out" not in done.codes
    assert "it is crossed" in done.stderr


def test_problems_name_the_text_entry_and_its_line(hw: Path, tmp_path: Path) -> None:
    """There is no file besides."""
    name, page = typed(ANN, "<p>Hello</p><p>net_h1 = 1</p><p>nett = 1</p>")
    run(hw, tmp_path, Book([ANN]), {name: page})
    rows = read_back((tmp_path / "graded" / "problems.csv").read_bytes())
    told = [(row["file"], row["row"]) for row in rows if row["code"] == "bad_step"]
    assert [(file.rsplit("/", 1)[-1], row) for file, row in told] == [(name, "3")]


def test_a_filled_worksheet_gets_a_pdf_back(tmp_path: Path) -> None:
    """Under the PDF's own name."""
    hw = assignment(tmp_path, "mazur", "--formats", "pdf,csv", roster=ROSTER)
    sheet = (hw / "students" / "S001" / "worksheet.pdf").read_bytes()
    exercise = exercise_of(hw, "S001")
    filled = by_pypdf(sheet, {field_name(1, id): exercise.printed[id] for id in exercise.asked})
    done = run(hw, tmp_path, Book([ANN]), {entry(ANN, "worksheet.pdf"): filled}, feedback="html")
    assert done.feedback()[entry(ANN, "worksheet.pdf")].startswith(b"%PDF-")


def test_an_excused_or_unassigned_student_is_left_alone(hw: Path, tmp_path: Path) -> None:
    """A score would end what the teacher decided."""
    users = [replace(ANN, score="EX"), replace(BOB, score="N/A")]
    files = {entry(ANN, "a.csv"): work(hw, ANN), entry(BOB, "a.csv"): work(hw, BOB)}
    done = run(hw, tmp_path, Book(users), files)
    assert done.codes == ["locked", "locked"]
    assert done.book == Book(users).data()


def test_who_is_not_in_the_gradebook_is_listed(hw: Path, tmp_path: Path) -> None:
    """And what is named otherwise; anonymous archives name no user at all."""
    files = {
        entry(ANN, "a.csv"): work(hw, ANN),
        entry(BOB, "a.csv"): work(hw, BOB),
        "loose.csv": b"step,answer\n",
        "anon_Ab3x9_67_a.csv": work(hw, BOB),
        "brienbob_12345_link.html": b"<html></html>",
    }
    done = run(hw, tmp_path, Book([ANN]), files)
    assert sorted(done.codes) == ["anonymous", "bad_name", "not_a_file", "unknown_user"]
    assert done.status == 1
    assert done.scores()["12345"] == "10.00"


def test_blank_as_zero_only_fills_blank_cells(hw: Path, tmp_path: Path) -> None:
    """Neither a score by hand nor the test student's."""
    done = run(
        hw, tmp_path, Book([ANN, BOB, CY]), {entry(ANN, "a.csv"): work(hw, ANN)}, "--blank-as-zero"
    )
    assert done.scores() == {"12345": "10.00", "12346": "0.00", "12347": "4.50", "999": ""}


def test_work_of_which_nothing_can_be_read_gets_no_score(hw: Path, tmp_path: Path) -> None:
    """A person must look at it."""
    labels = right(exercise_of(hw, "S001"))
    bad = tidy(dict.fromkeys(labels, "see my notebook"), exercise=exercise_of(hw, "S001").id)
    files = {entry(ANN, "a.csv"): bad, entry(BOB, "b.csv", 67891): work(hw, BOB)}
    done = run(hw, tmp_path, Book([ANN, BOB]), files, "--blank-as-zero")
    assert done.status == 1
    assert done.scores() == {"12345": "", "12346": "10.00", "999": ""}
    assert done.actions["12345"] == "refused"
    assert set(done.codes) == {"not_a_number", "empty"}


@pytest.mark.parametrize(
    "name", ["answers.csv", "LATE_anon_x1y2_67890_answers.csv", "strangerzed_999999_1_answers.csv"]
)
def test_an_archive_of_nobodys_work_gives_nobody_a_zero(
    hw: Path, tmp_path: Path, name: str
) -> None:
    """Neither one without Canvas's names nor one of another course."""
    files = {name: work(hw, ANN)}
    done = run(hw, tmp_path, Book([ANN, BOB]), files, "--blank-as-zero")
    assert done.status != 0
    assert not done.out.exists()


def test_a_damaged_file_was_handed_in_all_the_same(hw: Path, tmp_path: Path) -> None:
    """Its sender gets no 0."""
    files = {entry(ANN, "a.csv"): work(hw, ANN), entry(BOB, "b.csv", 67891): work(hw, BOB)}
    data = bytearray(archive(files))
    at = data.find(b"b.csv") + len("b.csv") + 8
    data[at : at + 8] = bytes(8)
    (tmp_path / "damaged.zip").write_bytes(data)
    (tmp_path / "Grades.csv").write_bytes(Book([ANN, BOB]).data())
    words = ["canvas", "grade", "--gradebook", str(tmp_path / "Grades.csv"), "--submissions"]
    words += [str(tmp_path / "damaged.zip"), "--column", COLUMN, "--assignment", str(hw)]
    words += ["--feedback-as", "none", "--blank-as-zero"]
    done = Trip(CliRunner().invoke(cli, words), tmp_path / "graded")
    assert done.codes == ["broken_entry"]
    assert done.actions["12346"] == "refused"
    assert done.scores()["12346"] == ""


def test_the_first_two_numbers_are_user_and_file(hw: Path, tmp_path: Path) -> None:
    """Whatever numbers the student's own file name holds."""
    plain = tidy(right(exercise_of(hw, "S001")))
    files = {entry(ANN, "hw_12346_1_answers.csv"): plain}
    done = run(hw, tmp_path, Book([ANN, BOB]), files)
    assert done.scores()["12345"] == "10.00"
    assert done.actions["12346"] == "kept"


def test_another_students_work_earns_nothing(hw: Path, tmp_path: Path) -> None:
    """Canvas's login says who it is."""
    done = run(hw, tmp_path, Book([ANN, BOB]), {entry(BOB, "a.csv"): work(hw, ANN)})
    assert done.codes == ["identity"]
    assert done.actions["12346"] == "refused"
    said = " ".join(done.stderr.split())
    assert "the work of 'S001'" in said
    assert "but it was handed in by 'S002'" in said
    assert "lies in" not in said


def test_a_moodle_worksheet_is_no_gradebook(hw: Path, tmp_path: Path) -> None:
    """The message names what was found."""
    (tmp_path / "Grades.csv").write_bytes(b"Identifier,Grade\nParticipant 3,5\n")
    (tmp_path / "submissions.zip").write_bytes(archive({"a_1_2_b.csv": b"x"}))
    words = ["canvas", "grade", "--gradebook", str(tmp_path / "Grades.csv"), "--submissions"]
    words += [str(tmp_path / "submissions.zip"), "--column", "x", "--assignment", str(hw)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 1
    assert "'Identifier', 'Grade'" in done.stderr


@pytest.mark.parametrize("possible", ["1,000.00", "1.000,00", "1 000,00", "1'000"])
def test_points_possible_may_mark_thousands(hw: Path, tmp_path: Path, possible: str) -> None:
    """Canvas writes 1,000.00."""
    files = {entry(ANN, "a.csv"): work(hw, ANN)}
    done = run(hw, tmp_path, Book([ANN], possible=possible), files)
    assert done.scores()["12345"] == "1000.00"


def test_points_possible_with_two_readings_are_refused(hw: Path, tmp_path: Path) -> None:
    done = run(hw, tmp_path, Book([ANN], possible="1,000"), {entry(ANN, "a.csv"): work(hw, ANN)})
    assert done.status != 0
    assert "may mean 1 or 1000 points" in " ".join(done.stderr.split())
