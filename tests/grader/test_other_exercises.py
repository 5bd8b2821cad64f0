"""A sheet worked on another student's exercise: the teacher is told, the student is not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from handed_in import assignment, exercise_of, exercises_of, right, table, tidy

from grader.assignments.folder import Folder
from grader.bulk import exercise_columns
from grader.cli import cli
from grader.lms.received import Received, judge
from grader.lms.scores import of_submissions
from grader.marking.policy import DEFAULT
from grader.results.crosscheck import OTHER
from problems.exercise import Exercise

FAMILIES = ["mazur", "mazur-delta", "mazur-mixed", "musilek", "lfd", "lfd-numeric", "slides"]
FAMILIES += ["binary", "valchanov", "relu-softmax", "sgd", "two-rounds", "deep"]


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("others"))


def answers(hw: Path, of: str, student: str, number: int = 1) -> bytes:
    """The right answers of one student, handed in by another."""
    own = exercise_of(hw, student, number)
    about = {"exercise": own.id, "student": own.student}
    return tidy(right(exercise_of(hw, of, number)), **about)


def checked(hw: Path, data: bytes, *more: str) -> tuple[int, str, str]:
    path = hw.parent / "handed-in.csv"
    path.write_bytes(data)
    done = CliRunner().invoke(cli, ["check", str(path), "--assignment", str(hw), *more])
    return done.exit_code, done.stdout, done.stderr


def problems(hw: Path, data: bytes) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(checked(hw, data, "--output", "json")[1])[
        "problems"
    ]
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_the_teacher_is_told_whose_numbers_they_are(tmp_path: Path, family: str) -> None:
    hw = assignment(tmp_path, family)
    (found,) = problems(hw, answers(hw, "s002", "s001"))
    assert found["code"] == OTHER
    message = str(found["message"])
    assert exercise_of(hw, "s002").id in message
    assert "(of s002)" in message
    assert f"graded as {exercise_of(hw, 's001').id}" in message
    assert problems(hw, answers(hw, "s001", "s001")) == []


def test_the_marks_stay_as_they_are(hw: Path) -> None:
    """Nothing is taken away and nothing given for somebody else's exercise."""
    _, out, _ = checked(hw, answers(hw, "s002", "s001"), "--output", "json")
    (report,) = json.loads(out)["reports"]
    assert report["student"] == "s001"
    assert report["percent"] < 60
    assert report["problems"] == []
    assert report["remarks"] == []


@pytest.mark.parametrize("output", ["text", "csv"])
def test_it_stands_among_the_problems(hw: Path, output: str) -> None:
    code, out, err = checked(hw, answers(hw, "s002", "s001"), "--output", output)
    assert code == 1
    assert exercise_of(hw, "s002").id in err
    assert exercise_of(hw, "s002").id not in out


def test_feedback_says_nothing_of_it(hw: Path, tmp_path: Path) -> None:
    pages = tmp_path / "feedback"
    _, _, err = checked(
        hw, answers(hw, "s002", "s001"), "--feedback", str(pages), "--feedback-as", "html"
    )
    assert "these are the numbers" in err
    (page,) = pages.iterdir()
    said = page.read_text("utf-8")
    other = exercise_of(hw, "s002")
    assert not [word for word in (other.id, "s002", "Ben", "numbers of exercise") if word in said]


def test_it_needs_no_library_of_tables(hw: Path, tmp_path: Path) -> None:
    """An autograder that a platform runs has only what reading and marking needs."""
    path = tmp_path / "answers.csv"
    path.write_bytes(answers(hw, "s002", "s001"))
    run = "import sys; sys.modules['polars'] = None; from grader.cli import main; main()"
    command = [sys.executable, "-c", run, "check", str(path), "--assignment", str(hw)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert exercise_of(hw, "s002").id in done.stderr


def test_an_own_exercise_handed_in_as_another(tmp_path: Path) -> None:
    """Two exercises of one student, interchanged."""
    hw = assignment(tmp_path, "mazur", "--exercises", "2")
    first, second = exercise_of(hw, "s001", 1), exercise_of(hw, "s001", 2)
    (found,) = problems(hw, tidy(right(second), exercise=first.id))
    assert f"exercise {second.id} (another one of the same student)" in str(found["message"])


def test_an_exercise_with_too_few_answers_is_not_compared(hw: Path) -> None:
    """Four numbers of somebody else may be anybody's slips."""
    own, other = exercise_of(hw, "s001"), exercise_of(hw, "s002")
    few = dict(list(right(other).items())[:4])
    assert problems(hw, tidy(few, exercise=own.id)) == []


# a class's tables --------------------------------------------------------------------------


def wide(hw: Path) -> bytes:
    """Everybody's own numbers but those of s002 and s005, who hand in s001's and s006's."""
    friend = {"s002": "s001", "s005": "s006"}
    every = exercises_of(hw)
    by_student = {one.student: one for one in every}
    rows = [
        [one.id, *right(by_student[friend.get(one.student, one.student)]).values()]
        for one in every
        if one.student != "s006"  # who has not handed in yet
    ]
    return table(["exercise", *right(every[0])], rows)


@pytest.mark.parametrize("part", [48 << 20, 12_000], ids=["one part", "several parts"])
def test_tables_of_a_class_say_the_same(
    hw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    """Wherever in the class the friend stands, handed in or not."""
    monkeypatch.setattr(exercise_columns, "PART", part)
    (hw / "exercises.roll" / "roll.json").unlink(missing_ok=True)
    out = tmp_path / "results"
    checked(hw, wide(hw), "--results", str(out))
    found = pl.read_csv(out / "problems.csv", infer_schema=False)
    one_by_one = problems(hw, wide(hw))
    assert found["code"].to_list() == [OTHER, OTHER]
    assert found["message"].to_list() == [one["message"] for one in one_by_one]
    assert found["row"].to_list() == [str(one["row"]) for one in one_by_one] == ["3", "6"]
    book = pl.read_csv(out / "gradebook.csv")
    assert sorted(book.filter(pl.col("percent") < 100)["student"].to_list()) == ["s002", "s005"]


def test_the_class_report_lists_it(hw: Path, tmp_path: Path) -> None:
    """With names, and without: then no id tells who it was."""
    out = tmp_path / "results"
    checked(hw, wide(hw), "--results", str(out))
    for more in ((), ("--anonymous",)):
        place = tmp_path / f"report{len(more)}"
        done = CliRunner().invoke(
            cli, ["report", str(out), "--assignment", str(hw), "--out", str(place), *more]
        )
        assert done.exit_code == 0, done.output
        assert "2 submissions have the numbers of another student's exercise" in done.output
        listed = pl.read_csv(place / "other_exercises.csv", infer_schema=False)
        page = (place / "report.html").read_text("utf-8")
        other = exercise_of(hw, "s006").id
        if more:
            assert "somebody without results" in listed["of"].to_list()
            assert listed["student"].str.starts_with("student ").all()
            assert listed["fits_exercise"].to_list() == [None, None]
            assert not [name for name in ("s001", "s006", other) if name in page]
        else:
            assert listed["student"].to_list() == ["s002", "s005"]
            assert listed["of"].to_list() == ["s001", "s006"]
            assert f"{other} of s006" in page


# learning platforms ------------------------------------------------------------------------


def test_what_a_platform_collected_is_compared_too(hw: Path) -> None:
    data = answers(hw, "s002", "s001")
    received = Received("7", ("ada@example.org",), (("answers.csv", data),))
    found = judge([received], Folder(hw), DEFAULT)
    assert [problem.code for problem in found.problems] == [OTHER]
    (graded,) = found.outcomes["7"].graded
    assert "s002" not in json.dumps(graded.report.as_json())


def test_so_is_what_goes_into_a_gradebook(hw: Path, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(answers(hw, "s002", "s001"))
    scores = of_submissions(Folder(hw), [path], DEFAULT)
    assert [problem.code for problem in scores.problems] == [OTHER]


def cell(one: Exercise) -> str:
    return "; ".join(f"part {n}: {text}" for n, text in enumerate(right(one).values(), 1))


QUIZ = ["Last name", "First name", "ID number", "Status"]


def quiz(response: str, shown: str, called: tuple[str, str]) -> bytes:
    return table([*QUIZ, *called], [["Example", "Ada", "s001", "Finished", response, shown]])


@pytest.mark.parametrize(
    "called",
    [("Response 1", "Right answer 1"), ("Antwort 1", "Richtige Antwort 1")],
    ids=["en", "de"],
)
def test_a_quiz_that_asked_for_another_exercise(hw: Path, called: tuple[str, str]) -> None:
    """The report says what was right there, so this is no guess; yet it is graded as their own."""
    own, other = exercise_of(hw, "s001"), exercise_of(hw, "s002")
    (found,) = problems(hw, quiz(cell(other), cell(other), called))
    assert found["code"] == OTHER
    assert found["row"] == 2
    assert f"not the numbers of {own.id} (s001) but those of exercise {other.id} (s002)" in str(
        found["message"]
    )
    assert problems(hw, quiz(cell(own), cell(own), called)) == []
    (copied,) = problems(hw, quiz(cell(other), cell(own), called))
    assert str(copied["message"]).startswith(f"these are the numbers of exercise {other.id}")


def test_a_quiz_that_asked_for_an_exercise_of_nobody(hw: Path, tmp_path: Path) -> None:
    """As after an exercise was drawn anew."""
    earlier = assignment(tmp_path, "mazur", "--exercises", "2")
    old = exercise_of(earlier, "s001", 2)
    (found,) = problems(hw, quiz(cell(old), cell(old), ("Response 1", "Right answer 1")))
    assert "those of no exercise that the assignment has now" in str(found["message"])


@pytest.mark.parametrize("shown", ["", "-", "part 1: 0.3775; ...", "0.5", "part 1: x; part 2: y"])
def test_what_a_quiz_calls_right_and_cannot_be_read_says_nothing(hw: Path, shown: str) -> None:
    own = exercise_of(hw, "s001")
    assert problems(hw, quiz(cell(own), shown, ("Response 1", "Right answer 1"))) == []
