"""A graded class in the shape of each platform's gradebook."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from canvas_files import COLUMN, Book, User
from click.testing import CliRunner, Result
from handed_in import assignment, exercise_of, table, with_id
from moodle_files import others

from grader.cli import cli

ROSTER = """student,name,email
s001,Ada Example,ada@example.org
s002,Bob O'Brien,bob@example.org
s003,Zoë Łukasz,zoe@example.org
"""


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of three students are graded, one of them with a slip."""
    hw = assignment(tmp_path_factory.mktemp("books"), roster=ROSTER)
    inbox = hw.parent / "inbox"
    inbox.mkdir()
    (inbox / "a.csv").write_bytes(with_id(exercise_of(hw, "s001")))
    (inbox / "b.csv").write_bytes(with_id(exercise_of(hw, "s002"), net_h1="9.9"))
    words = ["check", str(inbox), "--assignment", str(hw), "--results", str(hw / "results")]
    assert CliRunner().invoke(cli, words).exit_code == 0
    return hw


def export(hw: Path, tmp_path: Path, platform: str, *more: str) -> tuple[Result, Path]:
    out = tmp_path / "out.csv"
    words = ["export", "gradebook", str(hw), "--as", platform, "--out", str(out), *more]
    done = CliRunner().invoke(cli, words)
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    return done, out


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


# files of our own --------------------------------------------------------------------------


def test_a_plain_table(hw: Path, tmp_path: Path) -> None:
    """Who handed in nothing is not in it."""
    done, out = export(hw, tmp_path, "csv")
    assert done.exit_code == 0
    assert out.read_bytes() == (
        b"student,name,email,score,max,percent\r\n"
        b"s001,Ada Example,ada@example.org,41.00,41.00,100.0\r\n"
        b"s002,Bob O'Brien,bob@example.org,40.00,41.00,97.6\r\n"
    )


def test_moodles_csv(hw: Path, tmp_path: Path) -> None:
    """Points with a decimal point, scaled; the import is all or nothing."""
    done, out = export(hw, tmp_path, "moodle", "--max", "10", "--title", "Homework, first")
    assert out.read_bytes() == (
        b'ID number,Email address,"Homework, first"\r\n'
        b"s001,ada@example.org,10.00\r\n"
        b"s002,bob@example.org,9.76\r\n"
    )
    said = " ".join(done.stderr.split())
    assert "override" in said
    assert "make the grade item first, with the maximum" in said
    assert "Under 'Map to' choose 'ID number'" in said


def test_a_folder_as_out_gets_the_file_under_its_usual_name(hw: Path, tmp_path: Path) -> None:
    """Nothing else there is touched."""
    (tmp_path / "notes.txt").write_text("keep")
    export(hw, tmp_path, "moodle", "--out", str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "gradebook-moodle.csv"}


def test_moodles_csv_by_other_columns(hw: Path, tmp_path: Path) -> None:
    """What the student's id is on the platform is the teacher's to say."""
    _, out = export(hw, tmp_path, "moodle", "--match", "Username=student")
    assert out.read_bytes().startswith(b"Username,hw1\r\ns001,41.00\r\n")


def test_moodles_xml(hw: Path, tmp_path: Path) -> None:
    """Keys are the ID numbers of item and student; everything is escaped; overriding is told."""
    done, out = export(hw, tmp_path, "moodle-xml", "--item", "bp<1>&", "--max", "100")
    root = ElementTree.fromstring(out.read_bytes())
    assert root.tag == "results"
    found = [{part.tag: part.text for part in result} for result in root]
    assert found == [
        {"state": "regular", "assignment": "bp<1>&", "student": "s001", "score": "100.00"},
        {"state": "regular", "assignment": "bp<1>&", "student": "s002", "score": "97.56"},
    ]
    assert "override" in done.stderr
    done, _ = export(hw, tmp_path, "moodle-xml")
    assert done.exit_code == 1
    assert "--item" in done.stderr


def test_canvas(hw: Path, tmp_path: Path) -> None:
    """Student, ID, ..., Section and the points possible, as the importer wants them."""
    _, out = export(hw, tmp_path, "canvas", "--title", COLUMN, "--max", "10")
    first, *students = rows(out)
    assert list(first) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", COLUMN]
    assert first["Student"].strip() == "Points Possible"
    assert first[COLUMN] == "10.00"
    assert [(r["Student"], r["SIS User ID"], r[COLUMN]) for r in students] == [
        ("Ada Example", "s001", "10.00"),
        ("Bob O'Brien", "s002", "9.76"),
    ]


def test_blackboard(hw: Path, tmp_path: Path) -> None:
    """Every cell in quotes; without the column's number a new column comes, which is told."""
    done, out = export(hw, tmp_path, "blackboard", "--title", "Homework 1")
    assert out.read_bytes() == (
        b'\xef\xbb\xbf"Username","Homework 1 [Total Pts: 41 Score]"\r\n'
        b'"s001","41.00"\r\n"s002","40.00"\r\n'
    )
    assert "--template" in done.stderr
    title = "Homework 1 [Total Pts: 41 Score] |12345"
    _, out = export(hw, tmp_path, "blackboard", "--title", title)
    assert list(rows(out)[0]) == ["Username", title]


def test_brightspace(hw: Path, tmp_path: Path) -> None:
    """Ids with `#`, `Points Grade`, and the mark at the end of each row."""
    _, out = export(hw, tmp_path, "brightspace", "--title", "Homework 1")
    assert out.read_bytes() == (
        b"OrgDefinedId,Homework 1 Points Grade,End-of-Line Indicator\r\n"
        b"#s001,41.00,#\r\n#s002,40.00,#\r\n"
    )


# a platform's own file ---------------------------------------------------------------------


BLACKBOARD = (
    '"Last Name","First Name","Username","Student ID","Homework 1 [Total Pts: 10 Score] |534",'
    '"Homework 11 [Total Pts: 5 Score] |535"\n'
    '"Example","Ada","ada","s001","","1.00"\n'
    '"O\'Brien","Bob","bob","s002","Needs Grading",""\n'
    '"Łukasz","Zoë","zoe","s003","3.00",""\n'
)


def test_a_blackboard_download_goes_back_with_one_column_filled(hw: Path, tmp_path: Path) -> None:
    """The maximum stands in the header; `Homework 1` is not `Homework 11`."""
    template = tmp_path / "gc.csv"
    template.write_bytes(BLACKBOARD.encode("utf-8-sig"))
    more = ["--template", str(template), "--put", "Homework 1"]
    done, out = export(hw, tmp_path, "blackboard", *more)
    assert done.exit_code == 0, done.stderr
    name = "Homework 1 [Total Pts: 10 Score] |534"
    assert [row[name] for row in rows(out)] == ["10.00", "9.76", "3.00"]
    assert others(template.read_bytes(), out.read_bytes(), (name,)) == []
    assert template.read_bytes() == BLACKBOARD.encode("utf-8-sig")


def test_the_xls_of_blackboard_is_utf16_with_tabs(hw: Path, tmp_path: Path) -> None:
    """It goes back in the same encoding."""
    template = tmp_path / "gc.xls"
    text = "\ufeff" + BLACKBOARD.replace(",", "\t")
    template.write_bytes(text.encode("utf-16-le"))
    more = ["--template", str(template), "--put", "Homework 1"]
    _, out = export(hw, tmp_path, "blackboard", *more)
    back = out.read_bytes().decode("utf-16-le")
    assert back == text.replace('"s001"\t""', '"s001"\t"10.00"').replace("Needs Grading", "9.76")


def test_a_brightspace_export_goes_back(hw: Path, tmp_path: Path) -> None:
    """`#` before ids; the maximum stands in the header."""
    template = tmp_path / "grades.csv"
    name = "Homework 1 Points Grade <Numeric MaxPoints:20 Weight:5 Category:Labs>"
    template.write_bytes(
        table(
            ["OrgDefinedId", "Username", "Last Name", name, "End-of-Line Indicator"],
            [["#s002", "#bob", "O'Brien", "", "#"], ["#s001", "#ada", "Example", "3", "#"]],
        )
    )
    more = ["--template", str(template), "--put", "Homework 1"]
    _, out = export(hw, tmp_path, "brightspace", *more)
    assert [row[name] for row in rows(out)] == ["19.51", "20.00"]
    assert others(template.read_bytes(), out.read_bytes(), (name,)) == []


def test_a_canvas_gradebook_goes_back(hw: Path, tmp_path: Path) -> None:
    """By SIS id or by the sortable name; excused students are left alone."""
    book = Book(
        [
            User(1, "Example, Ada", "s001", "x"),
            User(2, "O'Brien, Bob", "", "", score="EX"),
        ]
    )
    template = tmp_path / "book.csv"
    template.write_bytes(book.data())
    done, out = export(hw, tmp_path, "canvas", "--template", str(template), "--put", "Homework 1")
    assert [row[COLUMN] for row in rows(out)] == ["Manual Posting", "10.00", "10.00", "EX", ""]
    assert others(template.read_bytes(), out.read_bytes(), (COLUMN,)) == []
    assert done.exit_code == 1
    assert "'EX'" in done.stderr


def test_any_other_file(hw: Path, tmp_path: Path) -> None:
    """Semicolons, any names, any encoding; everything else is kept byte for byte."""
    template = tmp_path / "list.csv"
    data = "Nr;Name;Mail;Punkte\r\n1;Łukasz;ZOE@example.org;\r\n2;Ada;ada@example.org;x\r\n"
    template.write_bytes(data.encode())
    more = ["--template", str(template), "--match", "Mail=email", "--put", "Punkte", "--max", "5"]
    done, out = export(hw, tmp_path, "csv", *more)
    assert out.read_bytes() == data.replace(";x", ";5.00").encode()
    assert done.exit_code == 1
    assert "s002 has points, but no row" in done.stderr


def test_a_student_in_two_rows_is_refused(hw: Path, tmp_path: Path) -> None:
    """Neither is filled; the others are."""
    template = tmp_path / "list.csv"
    template.write_bytes(b"student,score\ns001,\ns002,\ns001,\n")
    more = ["--template", str(template), "--put", "score"]
    done, out = export(hw, tmp_path, "csv", *more)
    assert out.read_bytes() == b"student,score\ns001,\ns002,40.00\ns001,\n"
    assert done.exit_code == 1
    assert "rows 2, 4 are all of s001" in done.stderr


@pytest.fixture(scope="module")
def namesakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of two students of one name only the first is graded."""
    roster = "student,name,email\ns001,Ann Lee,a@example.org\ns002,Ann Lee,b@example.org\n"
    hw = assignment(tmp_path_factory.mktemp("namesakes"), roster=roster)
    (hw.parent / "a.csv").write_bytes(with_id(exercise_of(hw, "s001")))
    words = ["check", str(hw.parent / "a.csv"), "--assignment", str(hw)]
    assert CliRunner().invoke(cli, [*words, "--results", str(hw / "results")]).exit_code == 0
    return hw


@pytest.mark.parametrize("row", ["Ann Lee,,", "Ann Lee,s002,", "Ann Lee,b@example.org,"])
def test_nobody_gets_the_points_of_a_namesake(namesakes: Path, tmp_path: Path, row: str) -> None:
    """A list of the other group: the row is that of the student who handed in nothing."""
    template = tmp_path / "list.csv"
    template.write_text(f"who,key,score\n{row}\n", "utf-8")
    for what in ("student", "email"):
        more = ["--template", str(template), "--put", "score"]
        more += ["--match", f"key={what}", "--match", "who=name"]
        done, out = export(namesakes, tmp_path, "csv", *more)
        assert out.read_text("utf-8") == f"who,key,score\n{row}\n"
        assert done.exit_code == 1
        assert "no row here that is theirs alone" in " ".join(done.stderr.split())
    if row == "Ann Lee,,":
        assert "'Ann Lee' fits 2 students (s001, s002)" in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--put", "Points"], "found the columns 'who', 'score'"),
        (["--put", "score"], "no column names a student"),
        (["--put", "score", "--match", "Nr=student"], "no column 'Nr'"),
    ],
)
def test_what_does_not_fit_is_said_with_the_columns_found(
    hw: Path, tmp_path: Path, more: list[str], said: str
) -> None:
    """Nothing is written then."""
    template = tmp_path / "list.csv"
    template.write_bytes(b"who,score\ns001,\n")
    done, out = export(hw, tmp_path, "csv", "--template", str(template), *more)
    assert done.exit_code == 1
    assert said in " ".join(done.stderr.split())
    assert not out.exists()


@pytest.mark.parametrize(
    "more",
    [
        ["--template", "TEMPLATE"],
        ["--match", "ID number"],
        ["--match", "ID number=shoe size"],
        ["--max", "12,5"],
        ["--max", "-1"],
    ],
)
def test_wrong_usage(hw: Path, tmp_path: Path, more: list[str]) -> None:
    """Exit status 2."""
    template = tmp_path / "list.csv"
    template.write_bytes(b"who,score\n")
    more = [str(template) if word == "TEMPLATE" else word for word in more]
    done, out = export(hw, tmp_path, "csv", *more)
    assert done.exit_code == 2
    assert not out.exists()


def test_the_template_is_never_overwritten(hw: Path, tmp_path: Path) -> None:
    """Not even where --out says so."""
    template = tmp_path / "out.csv"
    template.write_bytes(b"student,score\ns001,\n")
    done, _ = export(hw, tmp_path, "csv", "--template", str(template), "--put", "score")
    assert done.exit_code == 1
    assert template.read_bytes() == b"student,score\ns001,\n"


# where the points come from ----------------------------------------------------------------


def test_submissions_are_graded_on_the_spot(hw: Path, tmp_path: Path) -> None:
    """What could not be graded is listed."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "z.csv").write_bytes(with_id(exercise_of(hw, "s003")))
    (inbox / "broken.csv").write_bytes(b"step,answer\nnet_h1,0.5\n")
    done, out = export(hw, tmp_path, "csv", "--submissions", str(inbox))
    assert [(row["student"], row["score"]) for row in rows(out)] == [("s003", "41.00")]
    assert done.exit_code == 1
    assert "broken.csv" in done.stderr


def test_exercises_that_were_not_handed_in_count(tmp_path: Path) -> None:
    """Half of two exercises is 50 %, not 100 %."""
    hw = assignment(tmp_path, "mazur", "--exercises", "2", roster=ROSTER)
    done = tmp_path / "a.csv"
    done.write_bytes(with_id(exercise_of(hw, "s001", 1)))
    _, out = export(hw, tmp_path, "csv", "--submissions", str(done), "--max", "10")
    assert [(row["score"], row["percent"]) for row in rows(out)] == [("5.00", "50.0")]


def test_without_results_the_message_says_what_to_do(tmp_path: Path) -> None:
    """Nothing is graded yet."""
    hw = assignment(tmp_path, roster=ROSTER)
    done, out = export(hw, tmp_path, "csv")
    assert done.exit_code == 1
    assert "gradebook.csv" in done.stderr
    assert not out.exists()


def test_names_cannot_act_as_formulas(tmp_path: Path) -> None:
    """In files that a spreadsheet program opens."""
    roster = "student,name,email\ns001,=cmd|1,ada@example.org\n"
    hw = assignment(tmp_path, roster=roster)
    one = tmp_path / "a.csv"
    one.write_bytes(with_id(exercise_of(hw, "s001")))
    _, out = export(hw, tmp_path, "csv", "--submissions", str(one))
    assert rows(out)[0]["name"] == "'=cmd|1"


# points with marks of thousands -------------------------------------------------------------

THOUSAND = [
    "1000",
    "1,000.00",
    "1.000,00",
    "1 000,00",
    "1\xa0000",
    "1\u202f000.0",
    "1'000",
    "1’000.00",
]


def possible(points: str) -> str:
    """A Canvas gradebook whose assignment is worth so many points."""
    cell = '"' + points + '"'
    users = ",1,s001,S,\n,2,s002,S,\n"
    return f"Student,ID,SIS User ID,Section,HW (1)\n    Points Possible,,,,{cell}\n{users}"


@pytest.mark.parametrize("points", THOUSAND)
def test_points_possible_are_read_with_marks_of_thousands(
    points: str, hw: Path, tmp_path: Path
) -> None:
    """As the platform, or a spreadsheet program of any country, writes them."""
    template = tmp_path / "canvas.csv"
    template.write_text(possible(points), "utf-8")
    done, out = export(hw, tmp_path, "canvas", "--template", str(template), "--put", "HW")
    assert done.exit_code == 0
    assert out.read_text("utf-8").splitlines()[2] == ",1,s001,S,1000.00"


@pytest.mark.parametrize(
    ("platform", "header"),
    [
        ("blackboard", "HW [Total Pts: 1,000.00 Score] |12"),
        ("blackboard", "HW [Total Pts: up to 1 000 Score] |12"),
        ("brightspace", "HW Points Grade <Numeric MaxPoints:1,000.0 Weight:10>"),
    ],
)
def test_a_maximum_in_the_header_may_mark_thousands(
    platform: str, header: str, hw: Path, tmp_path: Path
) -> None:
    template = tmp_path / "book.csv"
    template.write_text(f'Username,"{header}"\n"s001",""\n"s002",""\n', "utf-8")
    done, out = export(hw, tmp_path, platform, "--template", str(template), "--put", "HW")
    assert done.exit_code == 0
    assert rows(out)[0][header] == "1000.00"


@pytest.mark.parametrize("platform", ["canvas", "blackboard"])
def test_a_maximum_with_two_readings_is_refused(platform: str, hw: Path, tmp_path: Path) -> None:
    """1,000 may be one point with three decimals; said by hand it is clear."""
    template = tmp_path / "book.csv"
    text = possible("1,000")
    if platform == "blackboard":
        text = 'Username,"HW [Total Pts: 1,000 Score] |12"\n"s001",""\n"s002",""\n'
    template.write_text(text, "utf-8")
    words = ["--template", str(template), "--put", "HW"]
    done, out = export(hw, tmp_path, platform, *words)
    assert done.exit_code != 0
    assert not out.exists()
    said = " ".join(done.stderr.split())
    assert "'1,000' may mean 1 or 1000 points" in said
    assert "--max" in said
    assert export(hw, tmp_path, platform, *words, "--max", "1000")[0].exit_code == 0
