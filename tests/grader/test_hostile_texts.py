"""Texts that no file can hold: in what is handed in, and in the names of files and folders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from handed_in import assignment, exercise_of, right, with_id, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from problems.reasons import as_told
from problems.texts import REPLACED, cleaned, cleaned_tree, shown_line, shown_path

ANY = st.text(
    st.sampled_from("\x00\ud800\udbff\udc00\udce9\ufffd") | st.characters(exclude_categories=())
)
KINDS = {
    "surrogate": "0.5\ud800",
    "nul": "0.5\x00",
    "controls": "".join(map(chr, [*range(1, 32), 127, 133, 155])),
    "right to left": "\u202e5.0\u2066",
    "long": "9" * 100_000,
}


# the one function ----------------------------------------------------------------------------


@given(ANY)
def test_whatever_is_cleaned_can_be_written_and_stored(text: str) -> None:
    kept = cleaned(text)
    assert kept.encode().decode() == kept
    assert "\x00" not in kept
    assert cleaned(kept) == kept
    line = shown_line(text)
    assert line.splitlines() in ([], [line])
    assert not set("\x00\x1b\u200f\u202e\u2066") & set(line)


@given(ANY)
def test_clean_text_stays_and_nothing_is_left_out(text: str) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    assert len(cleaned(text).encode("utf-16-le")) == len(units)
    whole = units.decode("utf-16-le", "ignore").replace("\x00", "")
    assert cleaned(whole) == whole


def test_names_of_entries_are_cleaned_too() -> None:
    assert cleaned_tree([{"\x00": ("\ud800", 1)}]) == [{REPLACED: (REPLACED, 1)}]


def test_bytes_of_a_name_that_are_no_text_are_escaped() -> None:
    assert shown_path(os.fsdecode(b"inbox/Zo\xeb.csv")) == "inbox/Zo\\xeb.csv"
    assert shown_path("Zoë.csv") == "Zoë.csv"


def test_a_name_in_a_class_list_turns_no_list_round() -> None:
    from grader.assignments.roster import roster_in

    data = 'student,name,email\na,"Ada \u202e\x1b[2J\nX",\u2066a@b.c\n'.encode()
    (found,) = roster_in(data, "r.csv")
    assert (found.name, found.email) == (f"Ada {2 * REPLACED}[2J X", f"{REPLACED}a@b.c")


# the command line ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hw1(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assignment(tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="module")
def inbox(hw1: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One good submission, and every kind of text in every place where one can stand."""
    folder = tmp_path_factory.mktemp("handed") / "inbox"
    folder.mkdir()
    good = exercise_of(hw1, "s001")
    (folder / "good.csv").write_bytes(with_id(good))
    ids = ["s002", "s003", "s004", "s005", "s006"]
    for student, (kind, text) in zip(ids, KINDS.items(), strict=True):
        exercise = exercise_of(hw1, student)
        answers = right(exercise) | {next(iter(right(exercise))): text, text: "1"}
        doc = {"exercise": exercise.id, "answers": answers}
        (folder / f"{kind}.json").write_text(json.dumps(doc))
        for key in ("exercise", "student"):
            other = {key: text, "answers": {"net_h1": "1"}}
            (folder / f"{kind}-{key}.json").write_text(json.dumps(other))
    (folder / "names.zip").write_bytes(zipped({"a\x1b\u202e.csv": b"x", "s001/a.csv": b"y"}))
    odd = os.fsencode(folder) + b"/\xff\xfe folder"
    os.mkdir(odd)
    Path(os.fsdecode(odd + b"/Zo\xeb.csv")).write_bytes(b"step,answer\nnet_h1,0.5\n")
    Path(os.fsdecode(os.fsencode(folder) + b"/b\xe4d.zip")).write_bytes(b"PK\x03\x04 no archive")
    return folder


def run(*words: str | Path, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    """The command line in a process of its own, whose streams have an encoding."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "grader.cli", *words], capture_output=True, env=environment
    )


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_check_prints_texts_escaped_and_goes_on(
    hw1: Path, inbox: Path, form: str, encoding: str
) -> None:
    done = run("check", inbox, "--assignment", hw1, "--output", form, encoding=encoding)
    said = (done.stdout + done.stderr).decode()
    assert "Traceback" not in said
    assert done.returncode == 1
    assert "6 submissions graded" in said
    assert "Zo\\xeb.csv" in said.replace("\\\\", "\\")
    assert not set("\x00\x01\x1b") & set(said)
    assert form == "json" or not set("\x7f\x85\x9b") & set(said)
    assert form != "text" or "\u202e" not in said


def test_results_and_report_are_written(hw1: Path, inbox: Path, tmp_path: Path) -> None:
    for steps in ("parquet", "csv"):
        out = tmp_path / steps
        done = run("check", inbox, "--assignment", hw1, "--results", out, "--steps", steps)
        assert (done.returncode, b"Traceback" in done.stderr) == (1, False), done.stderr
        for file in out.glob("*.csv"):
            assert "\x00" not in file.read_text("utf-8")
    assert "Zo\\\\xeb" in (out / "results.json").read_text() or "Zo\\xeb" in (
        out / "problems.csv"
    ).read_text("utf-8")
    done = run("report", tmp_path / "csv", "--assignment", hw1, "--out", tmp_path / "report")
    assert done.returncode == 0, done.stderr
    done = run("check", inbox, "--assignment", hw1, "--feedback", tmp_path / "pages",
               "--feedback-as", "both")  # fmt: skip
    assert b"Traceback" not in done.stderr
    assert b"feedback page" in done.stderr


@pytest.mark.parametrize("name", [b"Zo\xeb.csv", b"\xff.json", b"a\xed\xa0\x80.csv"])
def test_a_file_or_folder_may_be_named_as_it_likes(hw1: Path, tmp_path: Path, name: bytes) -> None:
    file = os.fsencode(tmp_path) + b"/" + name
    Path(os.fsdecode(file)).write_bytes(with_id(exercise_of(hw1, "s001")))
    table = b"student,net_h1\ns002,0.5\n\xed\xa0\x80,1\n"
    wide = Path(os.fsdecode(file + b"-class.csv"))
    wide.write_bytes(table.replace(b"\xed\xa0\x80", "\ufffd".encode()))
    for words in (["--output", "csv"], ["--output", "text"]):
        done = run("check", os.fsdecode(file), wide, "--assignment", hw1, *words)
        assert b"Traceback" not in done.stderr, done.stderr.decode()
    done = run("check", wide, "--assignment", hw1, "--results", tmp_path / "out")
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert (tmp_path / "out" / "gradebook.csv").read_text("utf-8").count("s002") == 1
    for words in (["families", os.fsdecode(file)], ["read", os.fsdecode(b"0.5\xe9")]):
        assert b"Traceback" not in run(*words).stderr


def test_tables_of_a_class_hold_no_nul(hw1: Path, tmp_path: Path) -> None:
    """As columns they are read by others than single files."""
    import polars as pl

    students = [f"s{n:03}" for n in range(1, 7)]
    (tmp_path / "a.csv").write_bytes(b"student,net_h1\ns001,0.5\ns002,0.5\x00\n")
    columns = {"net_h1": ["0.5\x00"] * 6, "out_h1": ["0.6"] * 6, "x\x00": ["\x00"] * 6}
    table = pl.DataFrame({"student": students, **columns})
    table.write_parquet(tmp_path / "b.parquet")
    for name, status in (("a.csv", b"a NUL character"), ("b.parquet", b"6 submissions graded")):
        out = tmp_path / f"{name}-out"
        done = run("check", tmp_path / name, "--assignment", hw1, "--results", out)
        said = done.stdout + done.stderr
        assert (done.returncode, status in said, b"Traceback" in said) == (1, True, False), said
        assert not any(b"\x00" in file.read_bytes() for file in out.glob("*.csv"))


def test_an_option_that_is_no_text_is_wrong_usage(hw1: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(b"Zo\xeb")
    made = ["generate", "mazur", "--count", "1", "--formats", "csv"]
    for words in (
        [*made, "--out", str(tmp_path / "a"), "--name", odd],
        [*made, "--out", str(tmp_path / "b"), "--seed", odd],
        ["export", "gradebook", str(hw1), "--title", odd],
    ):
        done = run(*words)
        assert (done.returncode, b"no text in UTF-8" in done.stderr) == (2, True), done.stderr
    place = tmp_path / odd
    done = run(*made, "--out", place, "--seed", "s")
    assert done.returncode == 0, done.stderr
    assert b"Zo" in done.stdout
    (answers,) = place.glob("students/*/answers.csv")
    lines = answers.read_text("utf-8").splitlines()
    answers.write_text("\n".join([lines[0], f"{lines[1]}0.5", *lines[2:]]) + "\n", "utf-8")
    assert run("check", place).stdout.endswith(b"1 submission graded, 0 problems\n")


def test_what_opens_files_by_name_says_so(hw1: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"Zo\xeb")
    shutil.copytree(hw1, odd)
    (odd / "results").mkdir()
    (odd / "results" / "gradebook.csv").write_text("student\n")
    wide = tmp_path / "class.csv"
    wide.write_text("student,net_h1\ns001,0.5\n")
    results = tmp_path / "results"
    for words in (
        ("check", wide, "--assignment", hw1, "--results", odd / "results"),
        ("check", hw1, "--results", odd / "results"),
        ("check", wide, "--assignment", odd, "--results", results),
        ("report", odd, "--out", results),
    ):
        done = run(*words)
        assert (done.returncode, b"Zo\\xeb" in done.stderr) == (1, True), done.stderr
        assert b"Traceback" not in done.stderr
        assert not results.exists()


@settings(max_examples=25)
@given(text=ANY, place=st.sampled_from(["label", "answer", "exercise", "student", "entry"]))
def test_any_json_is_read_and_can_be_told(hw1: Path, text: str, place: str) -> None:
    from grader.errors import Lost
    from grader.read.files import read_file

    exercise = exercise_of(hw1, "s001")
    doc = {
        "exercise": text if place == "exercise" else exercise.id,
        "student": text if place == "student" else "",
        "answers": {"net_h1": [text] if place == "entry" else text} | {text: "1"},
    }

    def find(id: str, student: str, number: int = 0, /) -> object:
        return exercise if id == exercise.id else Lost("bad_id", as_told(f"no exercise {id}"))

    read = read_file(json.dumps(doc).encode(), f"{text}.txt", find)  # type: ignore[arg-type]
    told = [*read.problems, *(p for one in read.submissions for p in one.problems)]
    texts = [answer.text for one in read.submissions for answer in one.answers.values()]
    for part in (*texts, *(str(value) for problem in told for value in problem)):
        assert part.encode().decode() == part
        assert "\x00" not in part
