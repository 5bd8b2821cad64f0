"""The round trip through Moodle's files: worksheet and archive in, worksheet and feedback out.

Every silent damage of Moodle's imports is a test: it must be refused or told, never passed on.
"""

from __future__ import annotations

import io
import os
import re
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handed_in import assignment, exercise_of, right, tidy, unmarked, with_id
from moodle_files import (
    CHANGED_WORDS,
    DRAFT,
    GRADED,
    LANGUAGES,
    NOTHING,
    SUBMITTED,
    Row,
    Sheet,
    archive,
    entry,
    others,
    read_back,
)
from typed_rules import key_text

from grader.cli import cli

ROSTER = """student,name,email
S001,Ann Ångström,ann@example.org
S002,Bob O'Brien,bob@example.org
S003,Cy Li Wei,cy@example.org
S004,Ann Lee,ann1@example.org
S005,Ann Lee,ann2@example.org
"""
ANN = Row(3, "Ann Ångström", "ann", "S001", "ann@example.org")
BOB = Row(4, "Bob O'Brien", "bob", "S002", "bob@example.org")
CY = Row(5, "Cy Li Wei", "cy", "S003", "cy@example.org")
LEE1 = Row(6, "Ann Lee", "lee1", "S004", "ann1@example.org")
LEE2 = Row(7, "Ann Lee", "lee2", "S005", "ann2@example.org")
CLASS = [ANN, BOB, CY, LEE1, LEE2]


class Trip:
    """`bpgrade moodle grade`, run once."""

    def __init__(self, done: Result, out: Path) -> None:
        assert not done.exception or isinstance(done.exception, SystemExit), done.exception
        self.status, self.text, self.stderr = done.exit_code, done.stdout, done.stderr
        self.out = out
        if not out.exists():
            return
        self.sheet = (out / "Grades.csv").read_bytes()
        self.rows = {
            row["Identifier"]: row for row in read_back(self.sheet) if "Identifier" in row
        }
        self.steps = read_back((out / "done.csv").read_bytes())
        self.problems = read_back((out / "problems.csv").read_bytes())
        self.codes = [problem["code"] for problem in self.problems]
        self.actions = {step["key"]: step["action"] for step in self.steps}

    def grades(self) -> dict[str, str]:
        """The grades to upload; '' for rows that are left out."""
        return {key: self.rows[key]["Grade"] if key in self.rows else "" for key in self.actions}

    def feedback(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.out / "feedback.zip") as found:
            return {name: found.read(name) for name in found.namelist()}


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("moodle"), roster=ROSTER)


def run(
    hw: Path,
    tmp_path: Path,
    sheet: bytes | Sheet,
    files: Mapping[str, bytes],
    *more: str,
    feedback: str = "none",
) -> Trip:
    data = sheet.data() if isinstance(sheet, Sheet) else sheet
    (tmp_path / "Grades.csv").write_bytes(data)
    (tmp_path / "download.zip").write_bytes(archive(files))
    words = ["moodle", "grade", "--worksheet", str(tmp_path / "Grades.csv")]
    words += ["--submissions", str(tmp_path / "download.zip"), "--assignment", str(hw)]
    out = tmp_path / "graded"
    return Trip(CliRunner().invoke(cli, [*words, "--feedback-as", feedback, *more]), out)


def work(hw: Path, row: Row, **wrong: str) -> bytes:
    return with_id(exercise_of(hw, row.idnumber), **wrong)


def unnamed(hw: Path, row: Row) -> bytes:
    """Answers that say neither the exercise nor the student."""
    return tidy(right(exercise_of(hw, row.idnumber)))


def all_of(hw: Path, rows: Sequence[Row] = CLASS) -> dict[str, bytes]:
    return {entry(row, "answers.csv"): work(hw, row) for row in rows}


# the way there and back --------------------------------------------------------------------


def test_only_grade_and_comment_change(hw: Path, tmp_path: Path) -> None:
    """BOM, quotes, line ends, dates and every other cell stay as Moodle wrote them."""
    rows = [
        replace(ANN, online="0.3775   ", status=GRADED, grade="72.00", graded="now", feedback="x"),
        replace(BOB, online='say "hi", then\ngo'),
        replace(CY, status=NOTHING),
    ]
    sheet = Sheet(rows)
    files = {entry(ANN, "answers.csv"): work(hw, ANN, net_h1="9.9")} | all_of(hw, [BOB])
    done = run(hw, tmp_path, sheet, files)
    assert done.status == 0, done.stderr
    assert others(sheet.data(), done.sheet, CHANGED_WORDS, {"Participant 5"}) == []
    assert done.sheet.startswith(b"\xef\xbb\xbfIdentifier,")
    grades = done.grades()
    assert 90 < float(grades["Participant 3"]) < 100
    assert grades["Participant 4"] == "100.00"
    assert grades["Participant 5"] == ""
    assert done.rows["Participant 3"]["Feedback comments"].startswith("<p>")
    assert "<code>net_h1</code>" in done.rows["Participant 3"]["Feedback comments"]
    assert "Participant 5" not in done.rows
    assert (tmp_path / "Grades.csv").read_bytes() == sheet.data()


def test_grades_are_scaled_to_the_maximum(hw: Path, tmp_path: Path) -> None:
    """ASCII, a decimal point, two decimals, whatever the assignment's maximum."""
    rows = [replace(row, maximum="7.50") for row in CLASS[:2]]
    first = next(iter(right(exercise_of(hw, "S002"))))
    files = all_of(hw, [ANN]) | {entry(BOB, "a.csv"): work(hw, BOB, **{first: "77"})}
    done = run(hw, tmp_path, Sheet(rows), files)
    grades = done.grades()
    assert grades["Participant 3"] == "7.50"
    assert 6.5 < float(grades["Participant 4"]) < 7.5
    assert len(grades["Participant 4"]) == 4


def test_feedback_files_come_under_the_participants_number(hw: Path, tmp_path: Path) -> None:
    """`x_<N>_assignfeedback_file/<name>`: the part before the number holds no underscore."""
    done = run(hw, tmp_path, Sheet([ANN, BOB, CY]), all_of(hw, [ANN, BOB]), feedback="both")
    found = done.feedback()
    assert sorted(found) == [
        "x_3_assignfeedback_file/feedback.html",
        "x_3_assignfeedback_file/feedback.pdf",
        "x_4_assignfeedback_file/feedback.html",
        "x_4_assignfeedback_file/feedback.pdf",
    ]
    assert b"Ann \xc3\x85ngstr" in found["x_3_assignfeedback_file/feedback.html"]
    assert found["x_4_assignfeedback_file/feedback.pdf"].startswith(b"%PDF-")


def test_a_second_run_makes_the_same_bytes(hw: Path, tmp_path: Path) -> None:
    """Running again does no harm; what an earlier run made is replaced."""
    files = all_of(hw, [ANN])
    first = run(hw, tmp_path, Sheet([ANN]), files, feedback="both")
    before = {path.name: path.read_bytes() for path in first.out.iterdir()}
    second = run(hw, tmp_path, Sheet([ANN]), files, feedback="both")
    assert second.status == 0
    assert {path.name: path.read_bytes() for path in second.out.iterdir()} == before
    assert set(before) == {"Grades.csv", "feedback.zip", "done.csv", "problems.csv", "made.json"}


def test_the_graded_worksheet_can_be_graded_again(hw: Path, tmp_path: Path) -> None:
    """What was written is itself a worksheet; nothing piles up."""
    files = all_of(hw)
    first = run(hw, tmp_path, Sheet(CLASS), files)
    again = tmp_path / "again"
    again.mkdir()
    second = run(hw, again, first.sheet, files)
    assert second.sheet == first.sheet


def test_nothing_of_the_teachers_is_overwritten(hw: Path, tmp_path: Path) -> None:
    """Neither the inputs nor a folder with other files."""
    done = run(hw, tmp_path, Sheet([ANN]), all_of(hw, [ANN]), "--out", str(tmp_path))
    assert done.status == 1
    assert "choose another --out" in done.stderr
    other = tmp_path / "mine"
    other.mkdir()
    (other / "notes.txt").write_text("keep")
    done = run(hw, tmp_path, Sheet([ANN]), all_of(hw, [ANN]), "--out", str(other))
    assert done.status == 1
    assert [path.name for path in other.iterdir()] == ["notes.txt"]


def test_what_was_graded_is_not_replaced_while_it_is_read(hw: Path, tmp_path: Path) -> None:
    """The worksheet of an earlier run, with the earlier run's folder as --out."""
    first = run(hw, tmp_path, Sheet([ANN]), all_of(hw, [ANN]))
    words = ["moodle", "grade", "--worksheet", str(first.out / "Grades.csv"), "--submissions"]
    words += [str(tmp_path / "download.zip"), "--assignment", str(hw), "--out", str(first.out)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 1
    assert "would be replaced" in done.stderr
    assert (first.out / "Grades.csv").read_bytes() == first.sheet


def test_a_folder_of_submissions_may_hold_what_was_made(hw: Path, tmp_path: Path) -> None:
    """An earlier run's files are no submissions."""
    folder = tmp_path / "unpacked"
    for name, data in all_of(hw, [ANN]).items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(data)
    more = ["--submissions", str(folder), "--out", str(folder / "graded")]
    for _ in range(2):
        done = run(hw, tmp_path, Sheet([ANN, BOB]), all_of(hw, [BOB]), *more)
        assert done.status == 0, done.stderr


# who is who --------------------------------------------------------------------------------


def test_two_students_of_one_name_are_told_apart(hw: Path, tmp_path: Path) -> None:
    """The participant's number joins the files, the ID number says who it is."""
    files = {
        entry(LEE1, "answers.csv"): unnamed(hw, LEE1),
        entry(LEE2, "answers.csv"): unnamed(hw, LEE1),  # what is right for the other one
    }
    done = run(hw, tmp_path, Sheet([LEE1, LEE2]), files)
    grades = done.grades()
    assert grades["Participant 6"] == "100.00"
    assert float(grades["Participant 7"]) < 50
    assert [step["student"] for step in done.steps] == ["S004", "S005"]


def test_two_of_one_name_without_identity_need_the_exercise_id(hw: Path, tmp_path: Path) -> None:
    """Nobody is guessed at: the one file that says its exercise counts, the other is listed."""
    sheet = Sheet([LEE1, LEE2], identity=())
    files = {
        entry(LEE1, "answers.csv"): work(hw, LEE1),
        entry(LEE2, "answers.csv"): unnamed(hw, LEE2),
    }
    done = run(hw, tmp_path, sheet, files)
    assert done.grades() == {"Participant 6": "100.00", "Participant 7": ""}
    assert done.codes == ["identity"]
    assert "fits 2 students" in done.problems[0]["message"]
    assert done.status == 1


def test_an_assignment_with_formulas_goes_round_as_well(tmp_path: Path) -> None:
    """Grade, comment and pages, a wrong formula included."""
    place = tmp_path / "mixed"
    place.mkdir()
    mixed = assignment(place, "mazur-mixed", roster=ROSTER)
    exercise = exercise_of(mixed, ANN.idnumber)
    typed = {exercise.labels[id]: key_text(exercise, id) for id in exercise.questions}
    last = exercise.labels[exercise.questions[-1]]
    files = {
        entry(ANN, "answers.csv"): tidy(typed | {last: f"7*({typed[last]})"}, exercise=exercise.id)
    }
    done = run(mixed, tmp_path, Sheet([ANN]), files, feedback="both")
    assert done.status == 0, done.stderr
    assert 0 < float(done.grades()["Participant 3"]) < 100
    assert {name.rsplit(".", 1)[-1] for name in done.feedback()} == {"html", "pdf"}


def test_somebody_elses_work_earns_nothing(hw: Path, tmp_path: Path) -> None:
    """The platform's login says who it is, whatever the file says."""
    done = run(
        hw,
        tmp_path,
        Sheet([replace(ANN, status=NOTHING), BOB]),
        {entry(BOB, "a.csv"): work(hw, ANN)},
    )
    assert done.codes == ["identity"]
    assert done.grades() == {"Participant 3": "", "Participant 4": ""}
    said = " ".join(done.stderr.split())
    assert "the work of 'S001'" in said
    assert "but it was handed in by 'S002'" in said
    assert "lies in" not in said


def test_names_with_apostrophes_umlauts_and_underscores(hw: Path, tmp_path: Path) -> None:
    """`'` and `/` vanish from Moodle's file names, `_` becomes a space."""
    rows = [ANN, BOB, replace(CY, name="Cy Li_Wei"), replace(LEE1, name="Ann / Lee")]
    done = run(hw, tmp_path, Sheet(rows), all_of(hw, rows))
    assert done.status == 0, done.stderr
    assert set(done.grades().values()) == {"100.00"}


@pytest.mark.parametrize("columns", [(), ("username",), ("email",), ("idnumber", "username")])
def test_identity_columns_depend_on_the_site(
    hw: Path, tmp_path: Path, columns: tuple[str, ...]
) -> None:
    """`showuseridentity` may name any of them, or none."""
    done = run(hw, tmp_path, Sheet([ANN, BOB], identity=columns), all_of(hw, [ANN, BOB]))
    assert set(done.grades().values()) == {"100.00"}


def test_anonymous_marking(hw: Path, tmp_path: Path) -> None:
    """No names anywhere: the exercise's id decides, and that is said."""
    files = {
        entry(ANN, "answers.csv", anonymous=True): work(hw, ANN),
        entry(BOB, "answers.csv", anonymous=True): unnamed(hw, BOB),
    }
    done = run(hw, tmp_path, Sheet([ANN, BOB], anonymous=True), files)
    assert done.grades() == {"Participant 3": "100.00", "Participant 4": ""}
    assert "names nobody" in done.stderr
    assert done.codes == ["identity"]


def test_anonymous_marking_of_typed_answers(hw: Path, tmp_path: Path) -> None:
    """A line with the exercise's id names the work, and whose text has none is told so."""
    exercise = exercise_of(hw, ANN.idnumber)
    lines = [f"{k} = {v}" for k, v in right(exercise).items()]
    said = "<p>" + "<br>".join([f"exercise = {exercise.id}", *lines]) + "</p>"
    other = [f"{k} = {v}" for k, v in right(exercise_of(hw, BOB.idnumber)).items()]
    files = {
        entry(ANN, "onlinetext.html", kind="onlinetext", anonymous=True): said.encode(),
        entry(BOB, "onlinetext.html", kind="onlinetext", anonymous=True): "<br>".join(
            other
        ).encode(),
    }
    done = run(hw, tmp_path, Sheet([ANN, BOB], anonymous=True), files)
    assert done.grades() == {"Participant 3": "100.00", "Participant 4": ""}
    assert done.codes == ["identity"]
    begins = exercise.id.split("-")[0]
    assert f"a line 'exercise = {begins}-…'" in done.problems[0]["message"]
    assert "column 'student'" not in done.problems[0]["message"]
    assert "a typed text needs a line 'exercise = ...'" in " ".join(done.stderr.split())


def test_files_of_two_assignments_are_noticed(hw: Path, tmp_path: Path) -> None:
    """A participant's number is another person's in another assignment."""
    stranger = replace(BOB, number=3)
    done = run(hw, tmp_path, Sheet([ANN]), {entry(stranger, "a.csv"): work(hw, ANN)})
    assert done.codes == ["other_assignment"]
    assert done.grades() == {"Participant 3": ""}


def test_one_file_of_a_group_earns_nobody_points(hw: Path, tmp_path: Path) -> None:
    """Where groups hand in together, the group's name stands ahead of the student's."""
    rows = [ANN, BOB]
    files = {f"Group A-{entry(row, 'answers.csv')}": work(hw, ANN) for row in rows}
    anybody = Sheet(rows, anonymous=True)
    done = run(hw, tmp_path, anybody, files)
    assert done.codes == ["identity", "identity"]
    assert "came from Participant 4 as well" in done.problems[0]["message"]
    named = run(hw, tmp_path, Sheet(rows), files)
    assert named.grades() == {"Participant 3": "100.00", "Participant 4": ""}


# archives in all their forms ---------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [{}, {"folders": False}, {"old": True}],
    ids=["folders", "no folders", "before 4.1"],
)
def test_archives_of_every_form(hw: Path, tmp_path: Path, form: dict[str, bool]) -> None:
    """Folders on and off, and with the underscore of older versions; folders inside."""
    files = {
        entry(ANN, "answers.csv", **form): unnamed(hw, ANN),
        entry(BOB, "sub/dir/x.csv", **form): unnamed(hw, BOB),
    }
    done = run(hw, tmp_path, Sheet([ANN, BOB]), files)
    assert done.status == 0, done.stderr
    assert done.grades() == {"Participant 3": "100.00", "Participant 4": "100.00"}


def test_an_archive_may_be_unpacked_or_packed_anew(hw: Path, tmp_path: Path) -> None:
    """Some browsers unpack what they download; some people pack it with a folder round it."""
    folder = tmp_path / "unpacked" / "download"
    for name, data in all_of(hw, [ANN]).items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(data)
    around = {f"round/{name}": data for name, data in all_of(hw, [BOB]).items()}
    done = run(hw, tmp_path, Sheet([ANN, BOB]), around, "--submissions", str(folder.parent))
    assert set(done.grades().values()) == {"100.00"}


def test_several_files_of_one_student(hw: Path, tmp_path: Path) -> None:
    """What repeats is a note; what contradicts is refused, with both places."""
    answers = right(exercise_of(hw, "S001"))
    first = next(iter(answers))
    other = tidy(answers | {first: "9.99"})
    files = {entry(ANN, "a.csv"): tidy(answers), entry(ANN, "b.csv"): tidy(answers)}
    assert run(hw, tmp_path, Sheet([ANN]), files).grades() == {"Participant 3": "100.00"}
    files = {entry(ANN, "a.csv"): tidy(answers), entry(ANN, "b.csv"): other}
    done = run(hw, tmp_path, Sheet([ANN]), files)
    assert done.codes == ["duplicate_file"]
    assert done.actions == {"Participant 3": "refused"}


def lowered(label: str) -> str:
    return re.sub("_(.+)", r"<sub>\1</sub>", label)


ONLINE = {
    "a table as CSV": lambda answers: (
        "<p>step,answer<br>" + "<br>".join(f"{k},{v}" for k, v in answers.items()) + "</p>"
    ),
    "a table from a spreadsheet program": lambda answers: (
        "<table><tbody><tr><td><b>Step</b></td><td>Answer</td></tr>"
        + "".join(f"<tr><td>{k}</td><td>\n{v}&nbsp;</td></tr>" for k, v in answers.items())
        + "</tbody></table>"
    ),
    "lines": lambda answers: (
        "<p>Dear teacher</p>" + "".join(f"<p>{k} = {v}</p>" for k, v in answers.items())
    ),
    "lines with colons": lambda answers: (
        '<div class="no-overflow"><ul>'
        + "".join(f"<li>{k}: {v}</li>" for k, v in answers.items())
        + "</ul></div>"
    ),
    "marks of the editor": lambda answers: "".join(
        f"<p>{lowered(k)} = <s>7</s><i>{v[:3]}</i><b>{v[3:]}</b>×10<sup><span>0</span></sup></p>"
        for k, v in answers.items()
    ),
    "text with line ends": lambda answers: (
        "<pre>" + "\r\n".join(f"{k}={v}" for k, v in answers.items()) + "</pre>"
    ),
}


@pytest.mark.parametrize("form", ONLINE)
def test_answers_in_the_text_field(hw: Path, tmp_path: Path, form: str) -> None:
    """Moodle keeps what is pasted as HTML."""
    html = ONLINE[form](right(exercise_of(hw, "S001"))).encode()
    files = {entry(ANN, "onlinetext.html", kind="onlinetext"): html}
    done = run(hw, tmp_path, Sheet([ANN]), files)
    assert done.grades() == {"Participant 3": "100.00"}, done.stderr
    assert done.status == 0


WRONG: dict[str, tuple[str, str]] = {
    "lines": ("<p>Dear teacher</p><p>{}</p><p>net_h1 = 1/0</p><p>nett = 1</p>", "</p><p>"),
    "pasted": ("<pre>step\tanswer\n{}\nnet_h1\t1/0\nnett\t1</pre>", "\n"),
    "table": (
        "<table><tr><td>step</td><td>answer</td></tr>{}<tr></tr>"
        "<tr><td>net_h1</td><td>1/0</td></tr><tr><td>nett</td><td>1</td></tr></table>",
        "",
    ),
}
"""Two steps, then (after a blank row in the table) two answers of no use."""
CELLS = {
    "lines": "{} = {}",
    "pasted": "{}\t{}",
    "table": "<tr><td>{}</td><td>{}</td></tr>",
}
PLACES = {"lines": ["4", "5"], "pasted": ["4", "5"], "table": ["5", "6"]}


@pytest.mark.parametrize("form", WRONG)
def test_problems_name_the_text_and_its_line(hw: Path, tmp_path: Path, form: str) -> None:
    """As the student sees them, not as they are in a table that is made inside."""
    page, between = WRONG[form]
    good = list(right(exercise_of(hw, "S001")).items())[-2:]
    html = page.format(between.join(CELLS[form].format(*pair) for pair in good))
    name = entry(ANN, "onlinetext.html", kind="onlinetext")
    done = run(hw, tmp_path, Sheet([ANN]), {name: html.encode()})
    assert [(one["code"], one["row"]) for one in done.problems] == list(
        zip(["division_by_zero", "bad_step"], PLACES[form], strict=True)
    )
    assert {one["file"] for one in done.problems} == {f"download.zip/{name}"}
    assert ".csv" not in done.stderr.replace("problems.csv", "").replace("Grades.csv", "")


def test_contradictions_in_the_text_name_both_lines(hw: Path, tmp_path: Path) -> None:
    """The message says them too."""
    html = b"<p>Hello</p><p>net_h1 = 1</p><p></p><p>net_h1 = 2</p><p>net_h2 = 1</p>"
    name = entry(ANN, "onlinetext.html", kind="onlinetext")
    done = run(hw, tmp_path, Sheet([ANN]), {name: html})
    (problem,) = done.problems
    assert problem["row"] == "3"
    assert "answered in row 2 and again, differently, in row 3" in problem["message"]


def test_prose_in_the_text_field_is_told(hw: Path, tmp_path: Path) -> None:
    """Nothing is guessed; an empty field is no submission."""
    files = {
        entry(ANN, "onlinetext.html", kind="onlinetext"): b"<p>See my file, please</p>",
        entry(BOB, "onlinetext.html", kind="onlinetext"): b"<p>&nbsp;</p>",
    }
    done = run(hw, tmp_path, Sheet([ANN, BOB]), files)
    assert done.codes == ["missing_column"]
    assert "Participant 3" in done.actions
    assert done.actions["Participant 3"] == "refused"


def test_a_line_with_a_number_that_is_not_understood_is_a_problem(
    hw: Path, tmp_path: Path
) -> None:
    """An answer could be in it."""
    lines = "".join(f"<p>{k} = {v}</p>" for k, v in right(exercise_of(hw, "S001")).items())
    html = f"{lines}<p>and w5 is 0.3</p>".encode()
    done = run(
        hw, tmp_path, Sheet([ANN]), {entry(ANN, "onlinetext.html", kind="onlinetext"): html}
    )
    assert done.grades() == {"Participant 3": "100.00"}
    assert done.codes == ["not_csv"]


def test_files_without_moodles_names_belong_to_nobody(hw: Path, tmp_path: Path) -> None:
    """Beside others they are listed; alone the archive is refused."""
    files = all_of(hw, [ANN]) | {"answers.csv": work(hw, BOB)}
    done = run(hw, tmp_path, Sheet([ANN, BOB]), files)
    assert done.codes == ["bad_name", "not_in_archive"]
    assert done.grades() == {"Participant 3": "100.00", "Participant 4": ""}


@pytest.mark.parametrize("alphabet", ["utf-8", "cp437", "cp850", "cp1252"])
def test_an_archive_that_was_packed_anew_is_the_same(
    hw: Path, tmp_path: Path, alphabet: str
) -> None:
    """Finder and Explorer lose the mark of UTF-8; the name must fit the worksheet's."""
    (tmp_path / "Grades.csv").write_bytes(Sheet([ANN]).data())
    name = entry(ANN, "answers.csv").replace("/", "\\").encode(alphabet)
    (tmp_path / "download.zip").write_bytes(unmarked({b"hw1\\" + name: unnamed(hw, ANN)}))
    words = ["moodle", "grade", "--worksheet", str(tmp_path / "Grades.csv")]
    words += ["--submissions", str(tmp_path / "download.zip"), "--assignment", str(hw)]
    words += ["--feedback-as", "none"]
    done = Trip(CliRunner().invoke(cli, words), tmp_path / "graded")
    assert done.grades() == {"Participant 3": "100.00"}, done.stderr
    assert done.status == 0


# what Moodle would swallow -----------------------------------------------------------------


def test_the_archive_and_the_worksheet_must_fit(hw: Path, tmp_path: Path) -> None:
    """Moodle skips an unknown participant in silence."""
    done = run(hw, tmp_path, Sheet([ANN]), all_of(hw, [ANN, BOB]))
    assert done.codes == ["unknown_participant"]
    assert done.status == 1
    assert done.grades() == {"Participant 3": "100.00"}


def test_without_a_submission_cells_stay(hw: Path, tmp_path: Path) -> None:
    """A grade and a comment given by hand are the teacher's."""
    by_hand = replace(BOB, grade="55.00", graded="now", feedback="spoke with me", status=GRADED)
    rows = [ANN, by_hand, replace(CY, status=NOTHING)]
    done = run(hw, tmp_path, Sheet(rows), all_of(hw, [ANN]))
    assert done.status == 0
    assert sorted(done.rows) == ["Participant 3"]
    assert done.actions["Participant 5"] == "kept"
    done = run(hw, tmp_path, Sheet(rows), all_of(hw, [ANN]), "--blank-as-zero")
    assert done.grades() == {
        "Participant 3": "100.00", "Participant 4": "", "Participant 5": "0.00",
    }  # fmt: skip
    assert done.actions["Participant 5"] == "zero"


def test_zero_is_not_for_those_whose_work_could_not_be_read(hw: Path, tmp_path: Path) -> None:
    """Something was handed in; a person must look at it."""
    files = {entry(ANN, "answers.csv"): b"\x89PNG broken"}
    done = run(hw, tmp_path, Sheet([ANN]), files, "--blank-as-zero")
    assert done.grades() == {"Participant 3": ""}
    assert done.actions == {"Participant 3": "refused"}


def test_work_of_which_nothing_can_be_read_gets_no_grade(hw: Path, tmp_path: Path) -> None:
    """A student who writes nothing that makes sense may have sent the wrong file."""
    labels = right(exercise_of(hw, "S001"))
    bad = tidy(dict.fromkeys(labels, "see my notebook"), exercise=exercise_of(hw, "S001").id)
    files = {entry(ANN, "a.csv"): bad} | all_of(hw, [BOB])
    done = run(hw, tmp_path, Sheet([ANN, BOB]), files, "--blank-as-zero")
    assert done.status == 1
    assert done.grades() == {"Participant 3": "", "Participant 4": "100.00"}
    assert done.actions["Participant 3"] == "refused"
    assert "Participant 3" not in done.rows
    assert set(done.codes) == {"not_a_number", "empty"}


def test_one_answer_that_can_be_read_is_graded(hw: Path, tmp_path: Path) -> None:
    """However wrong it is, and whatever else cannot be read."""
    labels = right(exercise_of(hw, "S001"))
    first = next(iter(labels))
    typed = dict.fromkeys(labels, "see my notebook") | {first: "99.1234"}
    data = tidy(typed, exercise=exercise_of(hw, "S001").id)
    done = run(hw, tmp_path, Sheet([ANN]), {entry(ANN, "a.csv"): data})
    assert done.grades() == {"Participant 3": "0.00"}


@pytest.mark.parametrize("name", ["answers.csv", "IMG_1.heic", "answers.gsheet"])
def test_a_blank_sheet_or_no_sheet_gets_no_zero(hw: Path, tmp_path: Path, name: str) -> None:
    """The table as it was handed out, a photograph, a link: whoever sent it is refused."""
    labels = right(exercise_of(hw, "S001"))
    data = {
        "answers.csv": tidy(dict.fromkeys(labels, ""), exercise=exercise_of(hw, "S001").id),
        "IMG_1.heic": b"\x00\x00\x00\x18ftypheic" + bytes(40),
        "answers.gsheet": b'{"url":"https://docs.example.org/x","doc_id":"a"}',
    }[name]
    files = {entry(ANN, name): data} | all_of(hw, [BOB])
    done = run(hw, tmp_path, Sheet([ANN, BOB]), files, "--blank-as-zero")
    assert done.status == 1
    assert done.grades() == {"Participant 3": "", "Participant 4": "100.00"}
    assert done.actions["Participant 3"] == "refused"
    assert len(done.codes) == 1


@pytest.mark.parametrize("maximum", ["1000.00", "1,000.00", "1 000.00", "1'000.00"])
def test_a_maximum_may_mark_its_thousands(hw: Path, tmp_path: Path, maximum: str) -> None:
    """Moodle writes none; a spreadsheet program that saved the worksheet may."""
    done = run(hw, tmp_path, Sheet([replace(ANN, maximum=maximum)]), all_of(hw, [ANN]))
    assert done.grades() == {"Participant 3": "1000.00"}


def test_a_mark_of_thousands_is_no_decimal_comma(hw: Path, tmp_path: Path) -> None:
    """Moodle stores 12 for 12,50 unless its own language writes commas."""
    rows = [replace(ANN, maximum="1,000.00"), replace(BOB, maximum="1,000.00", grade="12,50")]
    done = run(hw, tmp_path, Sheet(rows), all_of(hw, [ANN]))
    assert "ambiguous_separator" in done.codes


@pytest.mark.parametrize("status", [SUBMITTED, NOTHING, ""])
@pytest.mark.parametrize("name", ["answers.csv", "other/answers.csv"])
def test_an_archive_of_nobodys_work_gives_nobody_a_zero(
    hw: Path, tmp_path: Path, name: str, status: str
) -> None:
    """It is the wrong one: refused as a whole, and what was found is named."""
    sheet = Sheet([replace(ANN, status=status)])
    done = run(hw, tmp_path, sheet, {name: work(hw, ANN)}, "--blank-as-zero")
    assert done.status != 0
    assert not done.out.exists()
    said = " ".join(done.stderr.split())
    assert f"found: 'download.zip/{name}'" in said
    assert "Download all submissions" in said


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (SUBMITTED, "refused"),
        ("Zur Bewertung abgegeben -  -  - ", "refused"),
        ("Remis pour évaluation -  -  - ", "refused"),
        ("Enviado para calificar -  -  - ", "refused"),
        ("Consegnato per la valutazione -  -  - ", "refused"),
        ("Ingestuurd voor beoordeling -  -  - ", "refused"),
        ("Submetido para avaliação -  -  - ", "refused"),
        ("Przesłane do oceny -  -  - ", "refused"),
        ("Toimitettu arvioitavaksi -  -  - ", "refused"),
        ("", "refused"),
        (NOTHING, "zero"),
        ("Keine Abgabe -  -  - ", "zero"),
        ("Aucun travail remis -  -  - ", "zero"),
        ("Sin entrega -  -  - ", "zero"),
        ("Nessuna consegna -  -  - ", "zero"),
        ("Niet ingediend -  -  - ", "zero"),
        ("Não enviado -  -  - ", "zero"),
        ("Nie przesłano -  -  - ", "zero"),
        (DRAFT, "kept"),
    ],
)
def test_zero_is_only_for_those_who_did_not_hand_in(
    hw: Path, tmp_path: Path, status: str, action: str
) -> None:
    """Whose work is missing from the archive, or may be, is listed."""
    sheet = Sheet([ANN, replace(BOB, status=status)])
    done = run(hw, tmp_path, sheet, all_of(hw, [ANN]), "--blank-as-zero")
    assert done.actions["Participant 4"] == action
    assert done.grades()["Participant 4"] == ("0.00" if action == "zero" else "")
    assert done.codes == (["not_in_archive"] if action == "refused" else [])


def test_submitted_work_that_is_not_there_is_told(hw: Path, tmp_path: Path) -> None:
    """Whether zeros are asked for or not."""
    done = run(hw, tmp_path, Sheet([ANN, BOB]), all_of(hw, [ANN]))
    assert done.status == 1
    assert done.actions["Participant 4"] == "refused"
    assert "submitted, but not in the archive" in " ".join(done.stderr.split())


def test_a_locked_grade_is_left_alone(hw: Path, tmp_path: Path) -> None:
    """Moodle would store the comment and ignore the grade."""
    locked = replace(ANN, changeable=False, grade="10.00", graded="now", feedback="old")
    done = run(hw, tmp_path, Sheet([locked]), all_of(hw, [ANN]), feedback="html")
    assert done.codes == ["locked"]
    assert done.problems[0]["column"] == "Grade can be changed"
    assert done.sheet == Sheet([]).data()
    assert "no row was graded: nothing to upload" in done.text
    assert done.feedback() == {}


def test_drafts_are_not_graded_unasked(hw: Path, tmp_path: Path) -> None:
    """They are in the archive; only the worksheet's status tells them."""
    draft = replace(ANN, status=DRAFT)
    done = run(hw, tmp_path, Sheet([draft]), all_of(hw, [ANN]), "--blank-as-zero")
    assert (done.status, done.codes, done.actions) == (0, [], {"Participant 3": "kept"})
    assert "has not handed in yet" in " ".join(done.stderr.split())
    assert done.grades() == {"Participant 3": ""}
    done = run(hw, tmp_path, Sheet([draft]), all_of(hw, [ANN]), "--drafts")
    assert done.grades() == {"Participant 3": "100.00"}
    assert done.status == 0


def test_comma_decimals_are_told_where_moodle_reads_none(hw: Path, tmp_path: Path) -> None:
    """12,25 is stored as 12; where the site itself writes commas they are fine."""
    typed = replace(BOB, grade="12,25")
    done = run(hw, tmp_path, Sheet([ANN, typed]), all_of(hw, [ANN]))
    assert done.codes == ["ambiguous_separator"]
    assert "stores 12 for '12,25'" in done.problems[0]["message"]
    german = Sheet([ANN, typed], language="de")
    assert run(hw, tmp_path, german, all_of(hw, [ANN])).codes == []


@pytest.mark.parametrize("grade", ["100.01", "250", "abc", "50 %", "-1"])
def test_grades_that_moodle_skips_are_told(hw: Path, tmp_path: Path, grade: str) -> None:
    """Above the maximum, or no number; whoever typed them into the worksheet."""
    done = run(hw, tmp_path, Sheet([ANN, replace(BOB, grade=grade)]), all_of(hw, [ANN]))
    assert done.codes in (["too_high"], ["not_a_number"])
    assert done.status == 1
    assert done.grades()["Participant 3"] == "100.00"


def test_bare_numbers_are_refused(hw: Path, tmp_path: Path) -> None:
    """A bare 3 instead of Participant 3 is a database error in Moodle."""
    data = Sheet([ANN, BOB]).data().replace(b'"Participant 4"', b"4")
    done = run(hw, tmp_path, data, all_of(hw, [ANN]))
    assert done.status == 1
    assert "Grades.csv:3: Identifier" in done.stderr
    assert "database" in done.stderr
    assert not done.out.exists()


def test_a_participant_twice_is_refused(hw: Path, tmp_path: Path) -> None:
    """Two worksheets put together."""
    done = run(hw, tmp_path, Sheet([ANN, ANN]), all_of(hw, [ANN]))
    assert done.status == 1
    assert "stands in row 2 already" in done.stderr


def test_rewritten_dates_are_told(hw: Path, tmp_path: Path) -> None:
    """Moodle compares this date and skips the row without a word."""
    data = Sheet([replace(ANN, graded="22/11/2026 02:29")]).data()
    done = run(hw, tmp_path, data, all_of(hw, [ANN]))
    assert done.codes == ["date"]
    assert "afresh" in done.problems[0]["message"]


def test_a_worksheet_saved_by_a_spreadsheet_program(hw: Path, tmp_path: Path) -> None:
    """Semicolons and other encodings are refused, a lost BOM is told; what to do is said."""
    good = Sheet([ANN]).data()
    semicolons = good.replace(b",", b";")
    latin = good.decode("utf-8-sig").encode("cp1252")
    for data in (semicolons, latin, b"PK\x03\x04" + good):
        done = run(hw, tmp_path, data, all_of(hw, [ANN]))
        assert done.status == 1
        assert not done.out.exists()
        assert "afresh" in done.stderr or "download that" in done.stderr
    done = run(hw, tmp_path, good[3:], all_of(hw, [ANN]))
    assert done.status == 0
    assert "BOM" in done.stderr
    assert done.sheet.startswith(b"Identifier,")


def test_an_old_worksheet_is_told(hw: Path, tmp_path: Path) -> None:
    """Rows that were graded since it was downloaded are skipped in silence."""
    run(hw, tmp_path, Sheet([ANN]), all_of(hw, [ANN]))
    days_ago = time.time() - 3 * 24 * 3600
    os.utime(tmp_path / "Grades.csv", (days_ago, days_ago))
    words = ["moodle", "grade", "--worksheet", str(tmp_path / "Grades.csv"), "--submissions"]
    words += [str(tmp_path / "download.zip"), "--assignment", str(hw), "--feedback-as", "none"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0
    assert "72 hours ago" in done.stderr


def test_no_grade_is_above_the_maximum(hw: Path) -> None:
    """Refused by ourselves, before Moodle can skip it."""
    from decimal import Decimal

    from grader.lms.moodle.worksheet import Worksheet

    sheet = Worksheet(Sheet([ANN]).data(), "Grades.csv")
    for grade in ("100.01", "-0.01"):
        with pytest.raises(ValueError, match="between"):
            sheet.filled({3: Decimal(grade)}, {})


# languages and columns ---------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_worksheets_in_other_languages(hw: Path, tmp_path: Path, language: str) -> None:
    """Headers, words, dates, decimals and 'Participant' in the language of the site."""
    words = LANGUAGES[language]
    rows = [
        ANN,
        replace(BOB, changeable=False),
        replace(CY, status=words["draft"]),
        LEE1,
    ]
    sheet = Sheet(rows, language)
    done = run(hw, tmp_path, sheet, all_of(hw, rows))
    assert done.codes == ["locked"], done.stderr
    assert done.actions[f"{words['participant']}5"] == "kept"
    back = {row[words["identifier"]]: row for row in read_back(done.sheet)}
    key = words["participant"]
    assert {one: row[words["grade"]] for one, row in back.items()} == {
        f"{key}3": "100.00", f"{key}6": "100.00",
    }  # fmt: skip
    assert back[f"{key}3"][words["feedback"]].startswith("<p>")
    gone = {f"{key}4", f"{key}5"}
    assert others(sheet.data(), done.sheet, (words["grade"], words["feedback"]), gone) == []


def test_an_unknown_language_is_read_by_its_shape(hw: Path, tmp_path: Path) -> None:
    """Only what nothing shows is asked for by name."""
    words = {
        "identifier": "Tunniste", "name": "Koko nimi", "grade": "Arvosana",
        "maximum": "Enimmäisarvosana", "changeable": "Arvosanaa voi muuttaa",
        "feedback": "Palautekommentit", "participant": "Osallistuja ", "yes": "Kyllä",
    }  # fmt: skip
    sheet = Sheet([ANN, BOB], words=words)
    done = run(hw, tmp_path, sheet, all_of(hw, [ANN, BOB]))
    back = {row["Tunniste"]: row for row in read_back(done.sheet)}
    assert back["Osallistuja 3"]["Arvosana"] == "100.00"
    assert back["Osallistuja 3"]["Palautekommentit"].startswith("<p>")
    assert "not understood" in done.stderr


def test_another_file_is_refused_with_the_columns_found(hw: Path, tmp_path: Path) -> None:
    """The gradebook export, for instance."""
    data = b"First name,Last name,Assignment: BP (Real)\nAnn,Lee,5\n"
    done = run(hw, tmp_path, data, all_of(hw, [ANN]))
    assert done.status == 1
    assert "'Assignment: BP (Real)'" in done.stderr
    assert "Maximum grade" in done.stderr


def test_a_scale_is_refused(hw: Path, tmp_path: Path) -> None:
    """Points cannot be put on it."""
    sheet = Sheet([replace(ANN, maximum="good, bad")], words={"maximum": "Scale"})
    done = run(hw, tmp_path, sheet, all_of(hw, [ANN]))
    assert done.status == 1
    assert "scale" in done.stderr


def test_without_a_column_for_comments_grades_are_written(hw: Path, tmp_path: Path) -> None:
    """The feedback type may be switched off."""
    done = run(hw, tmp_path, Sheet([ANN], feedback=False), all_of(hw, [ANN]))
    assert done.grades() == {"Participant 3": "100.00"}
    assert "Feedback comments" in done.stderr


def test_the_policy_decides_what_is_shown(hw: Path, tmp_path: Path) -> None:
    """In an exam nobody sees which steps are wrong."""
    files = {entry(ANN, "a.csv"): work(hw, ANN, net_h1="9.9")}
    done = run(hw, tmp_path, Sheet([ANN]), files, "--policy", "exam")
    assert "net_h1" not in done.rows["Participant 3"]["Feedback comments"]


def test_the_terminal_shows_what_was_done_in_80_columns(hw: Path, tmp_path: Path) -> None:
    """Who, how many points, where to upload what."""
    long = replace(CY, name="Cyprian Bartholomew Li Wei of the Long Name", status=NOTHING)
    done = run(hw, tmp_path, Sheet([ANN, long]), all_of(hw, [ANN]), feedback="html")
    assert "100.00/100.00  graded" in done.text
    assert "Upload grading worksheet" in done.text
    assert "1 graded, 1 kept" in done.text
    assert max(len(line) for line in done.text.splitlines() if str(tmp_path) not in line) <= 80


def test_names_that_act_as_formulas_are_made_safe_in_our_list_only(
    hw: Path, tmp_path: Path
) -> None:
    """done.csv is opened by spreadsheet programs; the worksheet is Moodle's."""
    evil = replace(ANN, name="=cmd")
    sheet = Sheet([evil])
    done = run(hw, tmp_path, sheet, {entry(evil, "a.csv"): work(hw, ANN)})
    assert done.steps[0]["name"] == "'=cmd"
    assert others(sheet.data(), done.sheet, CHANGED_WORDS) == []
    assert io.BytesIO(done.sheet).read().count(b"'=cmd") == 0
