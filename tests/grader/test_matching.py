"""Whose work it is: by content, by folder, by file name; what fits nobody is listed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from handed_in import ROSTER, assignment, check, exercise_of, right, table, tidy, with_id, zipped

from grader.assignments.matching import Owner, People, owner_of
from grader.assignments.roster import with_folders
from grader.cli import cli
from templates.words.sentences import sentence


@pytest.fixture
def hw(tmp_path: Path) -> Path:
    return assignment(tmp_path)


PEOPLE = People(
    with_folders(tuple(line.split(",")) for line in ROSTER.splitlines()[1:])  # type: ignore[misc]
)
PLACES = [
    ("s001/answers.csv", "s001"),
    ("Ada Example/answers.csv", "s001"),
    ("example, ada/answers.csv", "s001"),
    ("Example_Ada/deep/down/x.csv", "s001"),
    ("ada@example.org/x.csv", "s001"),
    ("Ada Example_11_assignsubmission_file/x.csv", "s001"),
    ("Ada Example_11_assignsubmission_file_/x.csv", "s001"),
    ("Ada Example_11_assignsubmission_file_x.csv", "s001"),
    ("Zoe Lukasz OBrien_4_assignsubmission_file/x.csv", "s003"),
    ("ZOË ŁUKASZ O’BRIEN/x.csv", "s003"),
    ("exampleada_123_456_answers.csv", "s001"),
    ("exampleada_LATE_123_456_answers.csv", "s001"),
    ("adaexample_123_456_answers-1.csv", "s001"),
    ("obrienzoelukasz_1_2_x.csv", "s003"),
    ("inbox/s002.csv", "s002"),
    ("inbox/answers_s002.csv", "s002"),
    ("inbox/ben sample - worksheet (2).csv", "s002"),
    ("Participant 3_3_assignsubmission_file/answers.csv", ""),
    ("Nobody/answers.csv", ""),
    ("answers.csv", ""),
    ("Ann Lee_5_assignsubmission_file/answers.csv", ""),
]


@pytest.mark.parametrize(("place", "student"), PLACES)
def test_places_name_students(place: str, student: str) -> None:
    """By id, folder, e-mail address or name, accents and order of names aside."""
    assert owner_of(place.split("/"), PEOPLE).student == student


def test_a_name_that_fits_two_is_no_guess() -> None:
    """Both are named, so that the teacher can tell them apart."""
    found = owner_of(["Ann Lee", "answers.csv"], PEOPLE)
    assert found.doubt is not None
    assert sentence(found.doubt) == "'Ann Lee' fits 2 students (s004, s005)"
    assert found == Owner(doubt=found.doubt)


def bare(hw: Path, student: str) -> bytes:
    """Answers that do not say whose they are."""
    return tidy(right(exercise_of(hw, student)))


def test_a_folder_is_walked_and_matched_by_its_names(hw: Path, tmp_path: Path) -> None:
    """As an archive of a learning platform looks when it is unpacked."""
    inbox = tmp_path / "inbox"
    files = {
        "Ada Example_11_assignsubmission_file/answers.csv": bare(hw, "s001"),
        "sub/s002/anything.csv": bare(hw, "s002"),
        "zoe@example.org.csv": bare(hw, "s003"),
        "specimencai_9_8_answers.csv": bare(hw, "s006"),
        "Ann Lee/answers.csv": bare(hw, "s004"),
        "who.csv": bare(hw, "s005"),
        "Thumbs.db": b"x",
    }
    for name, data in files.items():
        (inbox / name).parent.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(data)
    done = check(hw, inbox)
    assert done.percent == dict.fromkeys(["s001", "s002", "s003", "s006"], 100)
    assert {Path(p["file"]).relative_to(inbox).as_posix() for p in done.problems} == {
        "Ann Lee/answers.csv",
        "who.csv",
    }
    assert set(done.codes) == {"identity"}
    assert any("s004, s005" in p["message"] for p in done.problems)
    assert "Thumbs.db" in done.stderr
    assert done.summary == "6 files, 4 submissions graded, 2 problems"


def test_content_comes_before_the_file_name(hw: Path, tmp_path: Path) -> None:
    """A file may be called anything; the exercise's id tells."""
    path = tmp_path / "s002.csv"
    path.write_bytes(with_id(exercise_of(hw, "s001")))
    assert check(hw, path).percent == {"s001": 100}


def test_another_students_work_in_ones_folder_is_refused(hw: Path, tmp_path: Path) -> None:
    """Neither is graded by it: both names are told."""
    path = tmp_path / "all.zip"
    path.write_bytes(
        zipped({"Ben Sample_2_assignsubmission_file/a.csv": with_id(exercise_of(hw, "s001"))})
    )
    done = check(hw, path)
    assert done.percent == {}
    assert done.codes == ["identity"]
    assert "'s001'" in done.problems[0]["message"]
    assert "'s002'" in done.problems[0]["message"]


def test_a_student_column_may_hold_what_the_class_list_holds(hw: Path, tmp_path: Path) -> None:
    """Id, e-mail address or name, in one wide table of the class."""
    rows = []
    for who, id in (("s001", "s001"), ("ben@example.org", "s002"), ("Cai Specimen", "s006")):
        rows.append([who, *right(exercise_of(hw, id)).values()])
    rows.append(["Ann Lee", *["0.5"] * 41])
    path = tmp_path / "class.csv"
    path.write_bytes(table(["student", *right(exercise_of(hw, "s001"))], rows))
    done = check(hw, path)
    assert done.percent == {"s001": 100, "s002": 100, "s006": 100}
    assert [(p["row"], p["code"]) for p in done.problems] == [(5, "identity")]


def test_the_same_work_twice_is_refused_with_both_places(hw: Path, tmp_path: Path) -> None:
    """Unless it is the same, or one of them is blank."""
    ada = exercise_of(hw, "s001")
    first = next(iter(right(ada)))
    one, two, blank = tmp_path / "one.csv", tmp_path / "two.csv", tmp_path / "blank.csv"
    one.write_bytes(with_id(ada))
    two.write_bytes(with_id(ada, **{first: "9.9"}))
    blank.write_bytes(tidy(dict.fromkeys(right(ada), ""), exercise=ada.id))
    done = check(hw, one, two)
    assert done.percent == {}
    assert done.codes == ["duplicate_file"]
    assert done.problems[0]["file"] == str(two)
    assert str(one) in done.problems[0]["message"]
    two.write_bytes(with_id(ada))
    done = check(hw, blank, one, two)
    assert done.percent == {"s001": 100}
    assert done.problems == []
    assert str(two) in done.stderr
    assert str(blank) in done.stderr


def test_a_file_named_twice_counts_once(hw: Path, tmp_path: Path) -> None:
    """By itself and by its folder."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.csv").write_bytes(with_id(exercise_of(hw, "s001")))
    done = check(hw, inbox, inbox / "a.csv", inbox)
    assert done.summary == "1 file, 1 submission graded, 0 problems"


def test_an_assignment_folder_is_checked_as_a_whole(hw: Path) -> None:
    """Only what students have; blank sheets are told, and are no work worth 0 points."""
    (hw / "students" / "s001" / "answers.csv").write_bytes(with_id(exercise_of(hw, "s001")))
    (hw / "students" / "s002" / "answers.csv").write_bytes(bare(hw, "s002"))
    done = check(hw, hw)
    assert done.percent["s001"] == done.percent["s002"] == 100
    assert set(done.percent) == {"s001", "s002"}
    assert set(done.codes) == {"empty"}
    assert any("students/s006/answers.csv" in problem["file"] for problem in done.problems)


def test_a_filled_sheet_counts_before_the_blank_one_beside_it(tmp_path: Path) -> None:
    """Worksheet as PDF left blank, answers.csv filled in."""
    hw = assignment(tmp_path, "musilek", "--formats", "pdf,csv,html,md")
    ada = hw / "students" / "s001"
    (ada / "answers.csv").write_bytes(with_id(exercise_of(hw, "s001")))
    done = check(hw, ada)
    assert done.percent == {"s001": 100}
    assert done.problems == []
    for name in ("worksheet.pdf", "worksheet.html", "worksheet.md"):
        assert name in done.stderr
    (ada / "answers.csv").unlink()
    assert check(hw, ada).codes == ["empty"]


def test_an_empty_folder_and_a_missing_one(hw: Path, tmp_path: Path) -> None:
    """Nothing found is said; a wrong name is wrong use."""
    empty = tmp_path / "empty"
    empty.mkdir()
    assert check(hw, empty).summary == "0 files, 0 submissions graded, 0 problems"
    missing = ["check", str(tmp_path / "missing"), "--assignment", str(hw)]
    assert CliRunner().invoke(cli, missing).exit_code == 2


def test_text_output_ends_with_the_summary(hw: Path, tmp_path: Path) -> None:
    """Files, submissions, problems."""
    path = tmp_path / "a.csv"
    path.write_bytes(with_id(exercise_of(hw, "s001"), net_h1="oops"))
    done = CliRunner().invoke(cli, ["check", str(path), "--assignment", str(hw)])
    assert done.stdout.splitlines()[-1] == "1 file, 1 submission graded, 1 problem"
    assert done.exit_code == 1


def test_csv_output_keeps_its_shape_and_names_are_shown_escaped(hw: Path, tmp_path: Path) -> None:
    """A file's name cannot paint the window, a cell cannot act as a formula."""
    path = tmp_path / "x\x1b[31m.csv"
    path.write_bytes(with_id(exercise_of(hw, "s001"), net_h1="=1+1"))
    words = ["check", str(path), "--assignment", str(hw), "--output", "csv"]
    done = CliRunner().invoke(cli, words)
    assert "\x1b" not in done.output
    assert ",'=1+1," in done.stdout
    assert len(done.stdout.splitlines()) == 42


def test_links_out_of_a_folder_are_not_followed_into_loops(hw: Path, tmp_path: Path) -> None:
    """A folder that links to itself ends."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "again").symlink_to(inbox)
    (inbox / "a.csv").write_bytes(with_id(exercise_of(hw, "s001")))
    assert check(hw, inbox).percent == {"s001": 100}
    shutil.rmtree(inbox)


def test_many_problems_of_one_kind_are_counted(hw: Path, tmp_path: Path) -> None:
    """A file of the wrong assignment does not fill the window a thousand times."""
    path = tmp_path / "a.csv"
    rows = [[f"s{n:05}", "net_h1", "0.5"] for n in range(1_200)]
    path.write_bytes(table(["student", "step", "answer"], rows))
    done = check(hw, path)
    assert len(done.problems) == 501
    assert "700 more" in done.problems[-1]["message"]
    assert json.dumps(done.problems)
