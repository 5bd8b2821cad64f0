"""Work of which nothing could be read is never worth 0 points: it is told, not graded."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from handed_in import assignment, check, exercise_of, right, table, tidy, zipped
from workbooks import workbook

from grader.assignments.folder import Folder
from grader.cli import cli
from grader.lms.received import Received, judge
from grader.marking.policy import DEFAULT


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("unread"))


def nothing(hw: Path) -> dict[str, bytes]:
    """Files of the first student in which there is no answer that can be read."""
    exercise = exercise_of(hw, "s001")
    labels = list(right(exercise))
    blank: list[list[object]] = [["step", "answer"], *([label, None] for label in labels)]
    return {
        "blank.csv": (hw / "students" / "s001" / "answers.csv").read_bytes(),
        "words.csv": tidy(dict.fromkeys(labels, "see my notebook"), exercise=exercise.id),
        "foreign.csv": tidy({"s1[1]": "0.5", "v9": "1"}, exercise=exercise.id),
        "blank-row.csv": table(["student", *labels], [["s001", *[""] * len(labels)]]),
        "blank.xlsx": workbook({"A": blank, "B": blank}),
        "blank.json": json.dumps({"exercise": exercise.id, "answers": {}}).encode(),
        "nulls.json": json.dumps(
            {"exercise": exercise.id, "answers": dict.fromkeys(labels)}
        ).encode(),
    }


NAMES = [
    "blank.csv", "words.csv", "foreign.csv", "blank-row.csv", "blank.xlsx", "blank.json",
    "nulls.json",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("way", ["named", "folder", "archive"])
def test_it_is_told_and_not_graded(name: str, way: str, hw: Path, tmp_path: Path) -> None:
    """Whose it is, and why; the work of others beside it counts."""
    inbox = tmp_path / "inbox"
    (inbox / "s001").mkdir(parents=True)
    (inbox / "s001" / name).write_bytes(nothing(hw)[name])
    (inbox / "good.csv").write_bytes(
        tidy(right(exercise_of(hw, "s002")), exercise=exercise_of(hw, "s002").id)
    )
    files = [inbox]
    if way == "named":
        files = [inbox / "s001" / name, inbox / "good.csv"]
    elif way == "archive":
        members = {p.relative_to(inbox).as_posix(): p.read_bytes() for p in inbox.rglob("*.*")}
        (tmp_path / "a.zip").write_bytes(zipped(members))
        files = [tmp_path / "a.zip"]
    if way == "named" and name in ("blank.xlsx",):
        return  # neither the file nor its place says whose it is
    done = check(hw, *files)
    assert done.percent == {"s002": 100}
    assert done.status == 1
    said = [problem["message"] for problem in done.problems if problem["code"] == "empty"]
    assert len(said) == 1
    assert "of s001" in said[0]
    assert "not graded" in said[0]


@pytest.mark.parametrize("name", NAMES)
def test_no_gradebook_has_it(name: str, hw: Path, tmp_path: Path) -> None:
    """Neither as results (columns for a table, one by one for the rest) nor in an export."""
    folder = tmp_path / "s001"
    folder.mkdir()
    path = folder / name
    path.write_bytes(nothing(hw)[name])
    results = tmp_path / "results"
    words = ["check", str(path), "--assignment", str(hw), "--results", str(results)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 1
    book, problems = results / "gradebook.csv", results / "problems.csv"
    assert not book.exists() or "s001" not in book.read_text("utf-8")
    assert len(list(csv.DictReader(io.StringIO(problems.read_text("utf-8"), newline="")))) > 0
    good = tmp_path / "good.csv"
    other = exercise_of(hw, "s002")
    good.write_bytes(tidy(right(other), exercise=other.id))
    template = tmp_path / "canvas.csv"
    template.write_text(
        "Student,ID,SIS User ID,Section,HW\nPoints Possible,,,,10\n,1,s001,S,\n,2,s002,S,\n"
    )
    out = tmp_path / "out.csv"
    words = ["export", "gradebook", str(hw), "--as", "canvas", "--template", str(template)]
    words += ["--put", "HW", "--out", str(out), "--submissions", str(path)]
    CliRunner().invoke(cli, [*words, "--submissions", str(good)])
    assert out.read_text().splitlines()[2:] == [",1,s001,S,", ",2,s002,S,10.00"]


@pytest.mark.parametrize("name", NAMES)
def test_a_platform_hears_of_no_grade(name: str, hw: Path) -> None:
    """Moodle's and Canvas's files and synchronisation, LTI's and Gradescope's all ask here."""
    sent = Received("3", ("s001",), ((name, nothing(hw)[name]),))
    judged = judge([sent], Folder(hw), DEFAULT)
    assert judged.outcomes == {}
    assert "empty" in [problem.code for problem in judged.problems]


def test_one_answer_is_enough(hw: Path, tmp_path: Path) -> None:
    """However wrong it is, and whatever else cannot be read."""
    labels = list(right(exercise_of(hw, "s001")))
    typed = dict.fromkeys(labels, "?") | {labels[0]: "99.1234"}
    path = tmp_path / "a.csv"
    path.write_bytes(tidy(typed, exercise=exercise_of(hw, "s001").id))
    assert check(hw, path).percent == {"s001": 0}


def test_of_two_exercises_the_blank_one_is_told(tmp_path: Path) -> None:
    """The other one is graded."""
    hw = assignment(tmp_path, "mazur", "--exercises", "2")
    one, other = (exercise_of(hw, "s001", number) for number in (1, 2))
    rows = [[one.id, label, text] for label, text in right(one).items()]
    rows += [[other.id, label, ""] for label in right(other)]
    path = tmp_path / "a.csv"
    path.write_bytes(table(["exercise", "step", "answer"], rows))
    done = check(hw, path)
    assert [report["exercise"] for report in done.reports] == [one.id]
    assert done.codes == ["empty"]
    assert other.id in done.problems[0]["message"]
