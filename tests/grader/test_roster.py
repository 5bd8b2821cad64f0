"""Class lists as they come out of student offices."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignments.roster import read_roster, safe_name, with_folders
from grader.errors import RosterError


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_names_and_further_columns_are_kept_or_ignored(tmp_path: Path) -> None:
    """Only `student` is needed."""
    path = write(tmp_path, "student;name;group;email\nada;Ada Example;3;a@example.org\nzoë;;1;\n")
    students = read_roster(path)
    assert [(s.student, s.name, s.email) for s in students] == [
        ("ada", "Ada Example", "a@example.org"),
        ("zoë", "", ""),
    ]
    assert [s.folder for s in students] == ["ada", "zoe"]


def test_every_bad_row_is_reported(tmp_path: Path) -> None:
    """Duplicates with both places."""
    path = write(tmp_path, 'student,name\nada,A\n,B\nada,C\n"x\ny",D\n')
    with pytest.raises(RosterError) as caught:
        read_roster(path)
    assert [(p.row, p.code) for p in caught.value.problems] == [
        (3, "missing_student"),
        (4, "duplicate_student"),
        (6, "bad_character"),
    ]
    assert "row 2" in caught.value.problems[1].message


BAD = [("name,email\nx,y\n", "missing_column"), ("student\n", "empty_roster"), ("", "empty")]


@pytest.mark.parametrize(("text", "code"), BAD)
def test_a_roster_without_students_says_what_is_missing(tmp_path, text: str, code: str) -> None:
    """Before anything is written."""
    with pytest.raises(RosterError) as caught:
        read_roster(write(tmp_path, text))
    assert [p.code for p in caught.value.problems] == [code]


NAMES = [
    "../../etc/passwd",
    "..",
    "a/b",
    "a\\b",
    "CON",
    "nul.txt",
    "x" * 300,
    "  ",
    "-rf",
    "a:b",
    "é",
]


@pytest.mark.parametrize("name", NAMES)
def test_folder_names_are_harmless(name: str) -> None:
    """No student id leaves its folder or upsets a file system."""
    safe = safe_name(name)
    assert safe
    assert not set(safe) & set('/\\:*?"<>|')
    assert not safe.startswith(".")
    assert len(safe) <= 80
    assert safe.split(".")[0].upper() not in {"CON", "NUL"}


def test_folders_differ_even_where_case_does_not_count() -> None:
    """Three ids that a file system would take for one."""
    folders = [s.folder for s in with_folders([("Ada", "", ""), ("ada", "", ""), ("ADA", "", "")])]
    assert len({f.casefold() for f in folders}) == 3
