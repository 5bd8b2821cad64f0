"""Downloads of learning platforms: the sender stands in the name, in any alphabet."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from handed_in import (
    Checked,
    assignment,
    check,
    exercise_of,
    right,
    tidy,
    unmarked,
    with_id,
    zipped,
)

from grader.assignments.matching import People, agreed, owner_of
from grader.assignments.roster import with_folders
from grader.cli import cli
from grader.read.archives.archive import members
from grader.read.download_names import handed_in_at, senders
from templates.words.sentences import sentence

CASES = Path(__file__).with_name("platforms")
DEMO = CASES / "mazur"
"""The assignment that the cases belong to."""
EARLY = "Homework 1_s001_attempt_2026-11-20-10-11-12"
LATE = "Homework 1_s001_attempt_2026-11-21-09-00-00"
CLASS = """student,name,email
s001,Ada Example,ada@example.org
s002,Ben Sample,ben@example.org
s003,Jörg Größer,jorg@example.org
s004,Ann Lee,ann1@example.org
s005,Ann Lee,ann2@example.org
s006,José Núñez,
mary_ann,Mary-Ann O'Specimen,
ann,Ann de la Muestra,
"""


@pytest.fixture(scope="module")
def hw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("class"), roster=CLASS)


RIGHT = [
    ("ot_sup.zip", "ada"), ("z_backslash.zip", "ada"), ("z_bb.zip", "ada"), ("z_d2l.zip", "ada"),
    ("z_ilias.zip", "ada"), ("z_finder_utf8_noflag.zip", "cai"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "student"), RIGHT)
def test_each_download_is_its_senders(file: str, student: str) -> None:
    """Nothing in the files says whose they are."""
    done = check(DEMO, CASES / file)
    assert done.percent == {student: 100}
    assert done.problems == []


@pytest.mark.parametrize(("file", "student"), RIGHT)
def test_in_bulk_it_is_the_same(file: str, student: str, tmp_path: Path) -> None:
    """One student's files and a class's are graded alike."""
    words = ["check", str(CASES / file), "--assignment", str(DEMO), "--results", str(tmp_path)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert "1 submission graded, 0 problems" in done.output
    book = (tmp_path / "gradebook.csv").read_text("utf-8-sig")
    (row,) = csv.DictReader(book.splitlines())
    assert (row["student"], row["percent"]) == (student, "100.0")


def graded_in_bulk(hw: Path, out: Path, *files: Path) -> dict[str, str]:
    words = ["check", *map(str, files), "--assignment", str(hw), "--results", str(out)]
    done = CliRunner().invoke(cli, words)
    assert not done.exception or isinstance(done.exception, SystemExit), done.exception
    rows = csv.DictReader((out / "gradebook.csv").read_text("utf-8-sig").splitlines())
    return {row["student"]: row["percent"] for row in rows}


def test_files_that_are_named_one_by_one_are_their_senders_in_bulk(
    hw: Path, tmp_path: Path
) -> None:
    """Tables without a column that says whose they are; two attempts are told apart."""
    answers = right(exercise_of(hw, "s001"))
    for name, data in {
        "s002.csv": tidy(right(exercise_of(hw, "s002"))),
        f"{EARLY}_answers.csv": tidy(answers | {next(iter(answers)): "9"}),
        f"{LATE}_answers.csv": tidy(answers),
    }.items():
        (tmp_path / name).write_bytes(data)
    plain = graded_in_bulk(hw, tmp_path / "r1", tmp_path / "s002.csv")
    assert plain == {"s002": "100.0"}
    attempts = sorted(tmp_path.glob("Homework*.csv"))
    assert graded_in_bulk(hw, tmp_path / "r2", *attempts) == {"s001": "100.0"}


# whose it is -------------------------------------------------------------------------------

PEOPLE = People(
    with_folders(tuple(line.split(",")) for line in CLASS.splitlines()[1:])  # type: ignore[misc]
)
BLACKBOARD = "{}_attempt_2026-11-20-10-11-12_answers.csv"
PLACES = [
    (BLACKBOARD.format("Homework 1_s001"), "s001"),
    (BLACKBOARD.format("Back_prop_2_s002"), "s002"),
    (BLACKBOARD.format("Homework 1_mary_ann"), ""),  # `ann` is somebody as well
    (BLACKBOARD.format("Homework s001_s002"), "s002"),
    (BLACKBOARD.format("s001_s009"), ""),
    (BLACKBOARD.format("Homework 1_s009"), ""),
    (BLACKBOARD.format("Homework 1_ada@example.org"), "s001"),
    ("12345-67890 - Ada Example - Nov 20, 2026 1011 AM/answers.csv", "s001"),
    ("12345-67890 - Ada Example- Nov 20, 2026 1011 AM - answers.csv", "s001"),
    ("12345-67890 - Mary-Ann OSpecimen - 20 nov. 2026 1011/answers.csv", "mary_ann"),
    ("12345-67890 - s002 - Ben Sample- Nov 20, 2026 1011 AM - a - b.csv", "s002"),
    ("12345-67890 - s004 - Ann Lee- Nov 20, 2026 1011 AM - answers.csv", "s004"),
    ("12345-67890 - s001 - Ben Sample- Nov 20, 2026 1011 AM - answers.csv", ""),
    ("12345-67890 - Ann Lee - Nov 20, 2026 1011 AM/answers.csv", ""),
    ("Example_Ada_s001_1234/answers.csv", "s001"),
    ("Homework_1_77/Team 5/Groesser_Joerg_jg12_1234/Late Submission - answers.csv", "s003"),
    ("Muestra_Ann de la_ann_77/answers.csv", "ann"),
    ("Lee_Ann_s005_77/answers.csv", "s005"),
    ("Lee_Ann_alee_77/answers.csv", ""),
    ("Sample_Ben_s001_77/answers.csv", ""),
    ("Sample_Ben_ben01_77/answers.csv", "s002"),
    ("Nobody_No_s001_77/answers.csv", ""),
    ("download/inner/Ben Sample_4_assignsubmission_file/Ada Example/answers.csv", "s002"),
    ("exampleada_LATE_12345_text.html", "s001"),
    ("José Núñez/x.csv", "s006"),
    ("Groesser Joerg/x.csv", "s003"),
]


@pytest.mark.parametrize(("place", "student"), PLACES)
def test_names_of_platforms_name_one_student_or_none(place: str, student: str) -> None:
    """By login, id or name; where they contradict, or two fit, nobody is chosen."""
    assert owner_of(place.split("/"), PEOPLE).student == student


def test_two_who_differ_by_an_umlaut_are_told_apart_where_it_can_be_written() -> None:
    """`Mueller` is Müller only if nobody writes himself so, or where no `ü` can be written."""
    people = People(with_folders([("a", "Ada Müller", ""), ("b", "Ada Mueller", "")]))
    for place, student in (
        ("Ada Müller/x.csv", "a"),
        ("Ada Mueller/x.csv", "b"),
        ("Ada Mueller_5_assignsubmission_file/x.csv", "b"),
        ("Mueller_Ada_am_5/x.csv", ""),
        ("Mueller_Ada_a_5/x.csv", "a"),
    ):
        assert owner_of(place.split("/"), people).student == student


def test_two_of_one_name_are_both_named(hw: Path, tmp_path: Path) -> None:
    """So that the teacher can tell them apart."""
    path = tmp_path / "d2l.zip"
    name = "1-2 - Ann Lee - Nov 20, 2026 1011 AM/answers.csv"
    path.write_bytes(zipped({name: tidy(right(exercise_of(hw, "s004")))}))
    done = check(hw, path)
    assert (done.percent, done.codes) == ({}, ["identity"])
    assert "s004, s005" in done.problems[0]["message"]


def test_folders_that_look_like_those_of_ilias_are_nobodys() -> None:
    """A login alone, without the name beside it, is chance."""
    people = People(with_folders([("12", "", ""), ("ada", "Ada Example", "")]))
    for place in ("hw_12_2026/x.csv", "week_of_ada_7/x.csv", "my_class_2026/x.csv"):
        assert not owner_of(place.split("/"), people).student
    assert owner_of(["week_of_ada_7", "s_12_3", "12", "x.csv"], people).student == "12"


@pytest.mark.parametrize("name", ["answers.csv", "hw_1.csv", "a_b.csv", "2024-11 - x.csv", "me"])
def test_ordinary_names_are_of_no_platform(name: str) -> None:
    """They say nothing that is surer than a guess."""
    assert senders(name) == ()


INNER = "_x_s002_attempt_2099-01-01-00-00-00_a.csv"
IMPOSTORS = [
    (f"Homework 1_s001_attempt_2026-11-20-10-11-12{INNER}", "s001", "2026-11-20-10-11-12"),
    (f"exampleada_12_34{INNER}", "", ""),
    (f"1-2 - Ada Example- Nov 20, 2026 911 AM - b{INNER}", "", ""),
    ("1-2 - Ada Example- Nov 20, 2026 911 AM - Ben Sample - Nov 1, 2099 911 AM - a.csv", "s001",
     "2026-11-20-09-11-00"),
    (f"Ada Example_3_assignsubmission_file{INNER}", "s001", ""),
    (f"Ada Example_3_assignsubmission_file/b{INNER}", "s001", ""),
    ("Example_Ada_s001_12/Sample_Ben_s002_13/a.csv", "s001", ""),
]  # fmt: skip


@pytest.mark.parametrize(("place", "student", "when"), IMPOSTORS)
def test_nobody_becomes_another_by_the_name_of_a_file(place: str, student: str, when: str) -> None:
    """What students call their files stands behind what the platform writes."""
    parts = tuple(place.split("/"))
    assert owner_of(parts, PEOPLE).student == student
    assert handed_in_at(parts) == when


# alphabets ---------------------------------------------------------------------------------


ALPHABETS = ["utf-8", "cp437", "cp850", "cp1252", "cp852"]


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize(("name", "student"), [("Jörg Größer", "s003"), ("José Núñez", "s006")])
def test_names_in_any_alphabet_find_the_student(
    hw: Path, tmp_path: Path, alphabet: str, name: str, student: str
) -> None:
    """Finder writes UTF-8, Windows its code page; neither says which."""
    try:
        place = f"{name}_5_assignsubmission_file/answers.csv".encode(alphabet)
    except UnicodeEncodeError:
        pytest.skip(f"{name} cannot be written in {alphabet}")
    path = tmp_path / "all.zip"
    path.write_bytes(unmarked({place: tidy(right(exercise_of(hw, student)))}))
    assert check(hw, path).percent == {student: 100}


def test_a_name_with_two_readings_that_fit_two_students_is_refused() -> None:
    """`Jos\\xe9` is José in one alphabet and JosΘ or JosÚ in others."""
    raw = "Bár_1_assignsubmission_file/a.csv".encode("cp1252")
    (member,) = members(unmarked({raw: b"x"}), "a.zip")
    readings = (member.path, *member.others)
    assert {name.split("_")[0] for name in readings} >= {"Bár", "Bßr"}
    people = People(with_folders([("a", "Bár", ""), ("b", "Bßr", "")]))
    found = agreed(owner_of(name.split("/"), people) for name in readings)
    assert not found.student
    assert found.doubt is not None
    assert "a, b" in sentence(found.doubt)


def test_the_name_beside_counts_where_a_packer_has_put_it() -> None:
    """Info-ZIP writes the name once more, in UTF-8, with a checksum of the other."""
    import struct
    import zlib

    raw = b"J?rg/a.csv"
    body = struct.pack("<BL", 1, zlib.crc32(raw)) + "Jörg/a.csv".encode()
    info = zipfile.ZipInfo("J?rg/a.csv")
    info.extra = struct.pack("<HH", 0x7075, len(body)) + body
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(info, b"x")
    changed = stream.getvalue().replace(raw, b"J\x94rk/a.csv")
    (member,) = members(changed, "a.zip")
    assert member.path == "Jörk/a.csv"  # the checksum is that of another name
    data = stream.getvalue().replace(raw, b"J\x94rg/a.csv")
    check = struct.pack("<L", zlib.crc32(raw)), struct.pack("<L", zlib.crc32(b"J\x94rg/a.csv"))
    (member,) = members(
        data.replace(*check).replace("Jörg/a.csv".encode(), "Jõrg/a.csv".encode()), "a.zip"
    )
    assert member.path == "Jõrg/a.csv"


TRAVERSAL = [b"..\\a.csv", b"s1\\..\\..\\a.csv", b"\\etc\\a.csv", b"C:\\a.csv", b"s1\\..\\a.csv"]


@pytest.mark.parametrize("name", TRAVERSAL)
def test_backslashes_that_lead_out_are_refused(name: bytes) -> None:
    """Harmless ones separate folders, these lead out."""
    (member,) = members(unmarked({name: b"x"}), "a.zip")
    assert member.lost
    assert member.lost.code == "bad_path"


def test_backslashes_make_folders_and_junk_of_any_depth_is_known() -> None:
    """As tools of Windows write them."""
    found = list(members(unmarked({b"s1\\a.csv": b"x", b"d\\": b"", b"s1\\Thumbs.db": b""}), "a"))
    assert [(member.path, member.junk) for member in found] == [
        ("s1/a.csv", False),
        ("s1/Thumbs.db", True),
    ]


# when it was handed in, and what lies beside ------------------------------------------------


def graded(hw: Path, tmp_path: Path, files: Mapping[str, bytes]) -> Checked:
    path = tmp_path / "all.zip"
    path.write_bytes(zipped(files))
    return check(hw, path)


def test_the_last_attempt_counts(hw: Path, tmp_path: Path) -> None:
    """Whatever the order in the archive; the others are named."""
    answers = right(exercise_of(hw, "s001"))
    last = list(answers)[-1]
    poor, good = tidy(answers | {last: "9"}), tidy(answers)
    for first, second, percent in ((poor, good, 100), (good, poor, 97.5)):
        names = {f"{LATE}_a.csv": second, f"{EARLY}_b.csv": first}
        done = graded(hw, tmp_path, names)
        assert done.percent["s001"] == pytest.approx(percent, abs=0.2)
        assert done.problems == []
        assert f"{EARLY}_b.csv" in done.stderr
    blank = tidy(dict.fromkeys(answers, ""))
    done = graded(hw, tmp_path, {f"{EARLY}_a.csv": good, f"{LATE}_a.csv": blank})
    assert done.percent == {"s001": 100}


def test_brightspace_tells_the_time_in_words(hw: Path, tmp_path: Path) -> None:
    """Morning and afternoon; a time in another language leaves contradictions refused."""
    answers = right(exercise_of(hw, "s001"))
    good, poor = tidy(answers), tidy(answers | {next(iter(answers)): "9"})
    when = "1-{} - Ada Example - {}/answers.csv"
    days = ("Nov 20, 2026 911 AM", "Nov 20, 2026 102 PM")
    files = {
        when.format(n, day): data for n, day, data in zip((5, 2), days, (poor, good), strict=True)
    }
    files["index.html"] = b"<!DOCTYPE html><html><body>Submissions</body></html>"
    done = graded(hw, tmp_path, files)
    assert (done.percent, done.problems) == ({"s001": 100}, [])
    assert "Brightspace's list" in done.stderr
    days = ("20 nov. 2026 911", "20 nov. 2026 1302")
    files = {
        when.format(n, day): data for n, day, data in zip((5, 2), days, (poor, good), strict=True)
    }
    assert graded(hw, tmp_path, files).codes == ["duplicate_file"]


def test_two_files_of_one_attempt_must_agree(hw: Path, tmp_path: Path) -> None:
    """Only time decides between files, not their names."""
    answers = right(exercise_of(hw, "s001"))
    files = {f"{LATE}_a.csv": tidy(answers)}
    files[f"{LATE}_b.csv"] = tidy(answers | {next(iter(answers)): "9"})
    assert graded(hw, tmp_path, files).codes == ["duplicate_file"]


RECEIPT = """Name: Ada Example (s001)
Assignment: Homework 1
Date Submitted: Friday, November 20, 2026 10:11:12 AM CET
Current Grade: Needs Grading

Submission Field:
{}

Comments:
{}

Files:
\tOriginal filename: answers.csv
\tFilename: Homework 1_s001_attempt_2026-11-20-10-11-12_answers.csv
"""
NO_TEXT = "There is no student submission text data for this assignment."
NO_COMMENT = "There are no student comments for this assignment."


def test_what_was_typed_into_blackboards_field_is_read(hw: Path, tmp_path: Path) -> None:
    """It stands in the receipt; a comment is told."""
    page = "".join(f"<p>{k} = {v}</p>" for k, v in right(exercise_of(hw, "s001")).items())
    done = graded(hw, tmp_path, {f"{EARLY}.txt": RECEIPT.format(page, "sorry").encode()})
    assert (done.percent, done.problems) == ({"s001": 100}, [])
    assert "'sorry'" in done.stderr


def test_a_receipt_without_a_text_is_no_submission(hw: Path, tmp_path: Path) -> None:
    """It is named, and the file beside it counts."""
    files = {f"{EARLY}.txt": RECEIPT.format(NO_TEXT, NO_COMMENT).encode()}
    files[f"{EARLY}_answers.csv"] = tidy(right(exercise_of(hw, "s001")))
    done = graded(hw, tmp_path, files)
    assert (done.percent, done.problems) == ({"s001": 100}, [])
    assert "receipt" in done.stderr


def blackboard(tmp_path: Path, login: str, name: str, data: bytes) -> tuple[Path, Path]:
    """An archive, and a folder into which it was unpacked."""
    attempt = f"Homework 1_{login}_attempt_2026-11-20-10-11-12"
    receipt = f"Nombre: {name} ({login})\nTarea: Homework 1\n".encode()
    files = {f"{attempt}_answers.csv": data, f"{attempt}.txt": receipt}
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for place, content in files.items():
        (folder / place).write_bytes(content)
    archive = tmp_path / "all.zip"
    archive.write_bytes(zipped(files))
    return archive, folder


def test_a_login_that_is_not_in_the_class_list_has_its_name_in_the_receipt(
    hw: Path, tmp_path: Path
) -> None:
    """In any language, packed or unpacked."""
    answers = tidy(right(exercise_of(hw, "s003")))
    for place in blackboard(tmp_path, "xyz17", "Größer, Jörg", answers):
        done = check(hw, place)
        assert (done.percent, done.problems) == ({"s003": 100}, [])


@pytest.mark.parametrize(
    ("login", "name", "words"),
    [
        ("s001", "Ben Sample", "login is that of s001"),
        ("xyz17", "Ann Lee", "s004, s005"),
        ("xyz17", "Nobody Such", "whose work"),
    ],
)
def test_a_receipt_that_fits_another_or_two_is_no_guess(
    hw: Path, tmp_path: Path, login: str, name: str, words: str
) -> None:
    """A login may be somebody else's id by chance."""
    answers = tidy(right(exercise_of(hw, "s001")))
    for place in blackboard(tmp_path, login, name, answers):
        done = check(hw, place)
        assert (done.percent, done.codes) == ({}, ["identity"])
        assert words in done.problems[0]["message"]


def test_an_index_that_lies_alone_is_no_list(hw: Path, tmp_path: Path) -> None:
    """It may be what somebody handed in."""
    page = b"<!DOCTYPE html><html><body>0.5</body></html>"
    files = {"index.html": page, "s001/a.csv": with_id(exercise_of(hw, "s001"))}
    assert graded(hw, tmp_path, files).codes == ["not_csv"]


def test_an_unpacked_download_is_read_like_the_archive(hw: Path, tmp_path: Path) -> None:
    """Folders and files of Brightspace, and its list."""
    place = tmp_path / "down" / "1-2 - Ada Example - Nov 20, 2026 911 AM"
    place.mkdir(parents=True)
    (place / "answers.csv").write_bytes(tidy(right(exercise_of(hw, "s001"))))
    (tmp_path / "down" / "index.html").write_bytes(b"<!DOCTYPE html><html></html>")
    done = check(hw, tmp_path / "down")
    assert (done.percent, done.problems) == ({"s001": 100}, [])
