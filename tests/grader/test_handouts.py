"""What is handed out: complete, the same whoever writes it, and without a word of the solution."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from papers import contents, sizes, texts
from secrets_of import revealing

from grader.assignments.folder import Folder
from grader.cli import cli
from problems.drawing.family import names
from problems.exercise import Exercise

SECRET = "a-secret-nobody-may-see"


def generated(runner: CliRunner, out: Path, family: str, *more: str) -> Folder:
    command = ["generate", family, "--seed", SECRET, "--out", str(out), *more]
    result = runner.invoke(cli, command)
    assert result.exit_code == 0, result.output
    return Folder(out)


@pytest.mark.parametrize("family", names())
def test_no_student_file_holds_a_solution_a_seed_or_the_secret(
    family: str, tmp_path: Path, runner: CliRunner
) -> None:
    """Texts, metadata and streams of everything under students/."""
    folder = generated(runner, tmp_path / "hw", family, "--count", "2")
    files = [path for path in (folder.path / "students").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".pdf", ".html", ".md", ".csv"}
    by_student: dict[str, list[Exercise]] = {}
    for one in folder.exercises():
        by_student.setdefault(one.student, []).append(one)
    for path in files:
        (exercise,) = by_student[path.parent.name]
        for content in contents(path):
            assert SECRET not in content, path
            for value in revealing(exercise):
                if value in content:  # else the slower search need not look
                    assert not re.search(rf"(?<![\d.]){re.escape(value)}(?!\d)", content), value


def test_the_test_above_can_fail(tmp_path: Path, runner: CliRunner) -> None:
    """The key's own files hold the values that it looks for."""
    folder = generated(runner, tmp_path / "hw", "mazur", "--count", "1")
    (exercise,) = folder.exercises()
    for path in (folder.path / "keys").iterdir():
        whole = "\n".join(contents(path)).replace("\r\n", "")
        assert sum(value in whole for value in revealing(exercise)) > 20, path


def test_the_same_files_come_from_one_process_and_from_several(
    tmp_path: Path, runner: CliRunner
) -> None:
    """Who writes a student's files must not show in them."""
    many = ["--count", "20", "--formats", "pdf"]
    generated(runner, tmp_path / "a", "binary", *many, "--workers", "2")
    generated(runner, tmp_path / "b", "binary", *many, "--workers", "1")
    one = {p.relative_to(tmp_path / "a"): p.read_bytes() for p in (tmp_path / "a").rglob("*.pdf")}
    two = {p.relative_to(tmp_path / "b"): p.read_bytes() for p in (tmp_path / "b").rglob("*.pdf")}
    assert one == two
    assert len(one) == 40


def test_letter_paper_is_kept_for_reissues(tmp_path: Path, runner: CliRunner) -> None:
    """The assignment remembers its paper."""
    folder = generated(runner, tmp_path / "hw", "binary", "--count", "1", "--paper", "letter")
    path = folder.path / "students" / "student-01" / "worksheet.pdf"
    assert sizes(path.read_bytes())[0] == (612, 792)
    before = path.read_bytes()
    assert runner.invoke(cli, ["reissue", str(folder.path), "student-01"]).exit_code == 0
    assert path.read_bytes() != before
    assert sizes(path.read_bytes())[0] == (612, 792)


def test_a_name_that_cannot_be_printed_is_reported(tmp_path: Path, runner: CliRunner) -> None:
    """And everything is made all the same."""
    roster = tmp_path / "roster.csv"
    roster.write_text("student,name\nwang,王小明\nzoe,Zoë Łukasz\n", "utf-8")
    result = runner.invoke(
        cli,
        ["generate", "binary", "--students", str(roster), "--out", str(tmp_path / "hw")],
    )
    assert result.exit_code == 0
    assert "wang" in result.stderr
    assert "王小明" in result.stderr
    assert "zoe" not in result.stderr


# booklets ----------------------------------------------------------------------------------


def test_a_booklet_of_the_class_can_be_printed(tmp_path: Path, runner: CliRunner) -> None:
    """Worksheets or keys, all students or some."""
    folder = generated(runner, tmp_path / "hw", "binary", "--count", "3", "--formats", "none")
    made = runner.invoke(cli, ["booklet", str(folder.path)])
    assert made.exit_code == 0, made.output
    assert "worksheets of 3 students" in made.output
    data = (folder.path / "worksheets.pdf").read_bytes()
    assert sum("page 1 of" in page for page in texts(data)) == 3
    some = ["booklet", str(folder.path), "--keys", "--single", "--only", "student-02"]
    assert runner.invoke(cli, some).exit_code == 0
    keys = texts((folder.path / "keys.pdf").read_bytes())
    assert all("student-02" in page for page in keys)
    assert runner.invoke(cli, [*some, "--only", "nobody"]).exit_code == 1
