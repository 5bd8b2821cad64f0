"""Archives as learning platforms pack them; what is broken or hostile costs only itself."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from handed_in import assignment, check, exercise_of, exercises_of, right, with_id, zipped

from grader.errors import SubmissionError
from grader.read.archives.archive import Member, members


@pytest.fixture
def hw(tmp_path: Path) -> Path:
    return assignment(tmp_path)


def put(tmp_path: Path, contents: dict[str, bytes], name: str = "all.zip") -> Path:
    path = tmp_path / name
    path.write_bytes(zipped(contents))
    return path


def answers(hw: Path, student: str) -> bytes:
    return with_id(exercise_of(hw, student))


def test_a_moodle_download_is_graded_in_one_call(hw: Path, tmp_path: Path) -> None:
    """One folder a student; whose work it is stands in the exercise's id and in the folder."""
    path = put(
        tmp_path,
        {
            "Ada Example_11_assignsubmission_file/answers.csv": answers(hw, "s001"),
            "Ben Sample_12_assignsubmission_file/sub/dir/x.csv": answers(hw, "s002"),
            "Zoë Łukasz OBrien_13_assignsubmission_file_answers.csv": answers(hw, "s003"),
            "__MACOSX/._answers.csv": b"\x00\x05",
            ".DS_Store": b"x",
        },
    )
    done = check(hw, path)
    assert done.percent == {"s001": 100, "s002": 100, "s003": 100}
    assert done.problems == []
    assert done.status == 0
    assert done.summary == "3 files, 3 submissions graded, 0 problems"
    assert "__MACOSX/._answers.csv" in done.stderr
    assert ".DS_Store" in done.stderr


def test_a_broken_file_in_a_zip_of_200_costs_only_itself(tmp_path: Path) -> None:
    """A wrong checksum, a nested archive, a picture, a text without answers: each is listed."""
    roster = "student\n" + "".join(f"s{n:03}\n" for n in range(200))
    hw = assignment(tmp_path, "musilek", roster=roster)
    contents = {f"{e.student}/answers.csv": with_id(e) for e in exercises_of(hw)}
    contents["s010/answers.csv"] = b"\x89PNG\r\n"
    contents["s020/answers.csv"] = zipped({"a.csv": b"x"})
    contents["s030/answers.csv"] = b"hello\n"
    data = bytearray(zipped(contents))
    at = data.find(b"s040/answers.csv") + len("s040/answers.csv")
    data[at + 40] ^= 0xFF  # in the packed bytes of s040
    path = tmp_path / "all.zip"
    path.write_bytes(bytes(data))
    done = check(hw, path)
    assert len(done.percent) == 196
    assert set(done.percent.values()) == {100}
    assert {(p["file"].removeprefix(f"{path}/"), p["code"]) for p in done.problems} == {
        ("s010/answers.csv", "not_csv"),
        ("s020/answers.csv", "not_csv"),
        ("s030/answers.csv", "missing_column"),
        ("s040/answers.csv", "broken_entry"),
    }
    assert done.status == 1
    assert done.summary == "200 files, 196 submissions graded, 4 problems"


def entry(name: str, kind: int = 0, data: bytes = b"step,answer\r\nnet_h1,0.5\r\n") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = name
        info.external_attr = (kind | 0o644) << 16
        archive.writestr(info, data)
    return stream.getvalue()


def lost(data: bytes) -> str:
    (member,) = members(data, "a.zip")
    assert isinstance(member, Member)
    return member.lost.code if member.lost else ""


NAMES = [
    ("s1/a.csv", ""),
    ("Übung 1/Lösung.csv", ""),
    ("../a.csv", "bad_path"),
    ("s1/../../a.csv", "bad_path"),
    ("/etc/a.csv", "bad_path"),
    ("C:/a.csv", "bad_path"),
    ("..\\a.csv", "bad_path"),
    ("CON.csv", "bad_name"),
    ("s1/nul", "bad_name"),
    ("s1/a\nb.csv", "bad_name"),
    ("s1/\u202evsc.csv", "bad_name"),
    ("s" * 500, "bad_name"),
]


@pytest.mark.parametrize(("name", "code"), NAMES)
def test_names_that_lead_elsewhere_are_refused(name: str, code: str) -> None:
    """They are never used as paths; they are refused all the same."""
    assert lost(entry(name)) == code


def test_links_devices_and_locks_are_refused() -> None:
    """Only files are read."""
    assert lost(entry("s1/a.csv", stat.S_IFLNK)) == "not_a_file"
    assert lost(entry("s1/a.csv", stat.S_IFCHR)) == "not_a_file"
    locked = bytearray(entry("s1/a.csv"))
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    assert lost(bytes(locked)) == "encrypted"


def test_a_large_member_costs_only_itself() -> None:
    """Thirty megabytes of zeros beside a file of ours."""
    data = zipped({"bomb.csv": b"0" * 30_000_000, "a.csv": b"step,answer\n"})
    found = list(members(data, "a.zip"))
    assert [m.lost.code if m.lost else "" for m in found] == ["too_large", ""]


def test_all_members_together_have_a_limit() -> None:
    """The count runs while they are read."""
    data = zipped({f"{n}.csv": b"0" * 15_000_000 for n in range(6)})
    codes = [m.lost.code if m.lost else "" for m in members(data, "a.zip")]
    assert codes == ["", "", "", "", "too_large", "too_large"]


def test_too_many_members_are_refused_before_they_are_listed() -> None:
    """Five thousand are read."""
    with pytest.raises(SubmissionError) as caught:
        list(members(zipped({f"{n}.csv": b"" for n in range(5_001)}), "a.zip"))
    assert caught.value.problems[0].code == "too_many_files"


def test_a_torn_archive_is_refused_as_a_whole(hw: Path, tmp_path: Path) -> None:
    """Its directory is at the end."""
    path = put(tmp_path, {"s001/answers.csv": answers(hw, "s001")})
    path.write_bytes(path.read_bytes()[:-40])
    done = check(hw, path)
    assert done.codes == ["broken_archive"]
    assert done.percent == {}


def test_nested_archives_are_named(hw: Path, tmp_path: Path) -> None:
    """A student's own ZIP within the class's: unpack it first."""
    path = put(tmp_path, {"s001/mine.zip": zipped({"answers.csv": answers(hw, "s001")})})
    assert check(hw, path).codes == ["nested_archive"]


def test_workbooks_json_and_tables_may_be_mixed(hw: Path, tmp_path: Path) -> None:
    """Each member is looked at."""
    import json

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["exercise", "step", "answer"])
    ada, ben = exercise_of(hw, "s001"), exercise_of(hw, "s002")
    for label, text in right(ada).items():
        book.active.append([ada.id, label, float(text)])
    stream = io.BytesIO()
    book.save(stream)
    doc = {"exercise": ben.id, "answers": right(ben)}
    path = put(
        tmp_path,
        {
            "s001/a.xlsx": stream.getvalue(),
            "s002/a.json": json.dumps(doc).encode(),
            "s003/a.csv": answers(hw, "s003"),
        },
    )
    assert check(hw, path).percent == {"s001": 100, "s002": 100, "s003": 100}
