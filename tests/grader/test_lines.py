"""A file of many lines is read where it is asked for, whatever its lines look like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.assignments.folder import EXERCISES, Folder, Order
from grader.assignments.issue import issue
from grader.assignments.lines import Lines
from grader.assignments.roster import numbered, with_folders
from grader.errors import AssignmentError
from problems.drawing import family
from problems.exercise import Exercise


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"a", b"a\n", b"a\nb", b"\n\na\n \nb\n\n", b"a\r\nb\r\n", b" " * 200 + b"x\ny"],
)
def test_lines_are_those_that_are_not_blank(text: bytes, tmp_path: Path) -> None:
    """As splitting the whole text gives them."""
    (tmp_path / "f").write_bytes(text)
    lines = Lines(tmp_path / "f")
    assert [lines[n] for n in range(len(lines))] == [p for p in text.split(b"\n") if p.strip()]


@pytest.fixture
def hw(tmp_path: Path) -> Path:
    order = Order("hw", "mazur", family.source_of("mazur"), "s", formats=())
    names = ['ada "a"', "back\\slash", "Zoë", "李", "plain"]
    issue(order, with_folders((name, "", "") for name in names), tmp_path / "hw")
    return tmp_path / "hw"


def test_students_of_any_name_are_found(hw: Path) -> None:
    """Also where JSON writes them in another way."""
    folder = Folder(hw)
    for exercise in folder.exercises():
        for id, student in ((exercise.id, ""), ("", exercise.student)):
            found = folder.look_up(id, student)
            assert isinstance(found, Exercise)
            assert found.id == exercise.id


def test_lines_of_other_programs_are_read(hw: Path) -> None:
    """Another order of keys, other spaces, ASCII with escapes, blank lines between."""
    path = hw / EXERCISES
    docs = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    before = [e.id for e in Folder(hw).exercises()]
    path.write_text(
        "\n\n".join(json.dumps(dict(reversed(doc.items())), separators=(",", ":")) for doc in docs)
    )
    folder = Folder(hw)
    assert [e.id for e in folder.exercises()] == before
    found = folder.look_up("", "Zoë")
    assert isinstance(found, Exercise)
    assert found.student == "Zoë"


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"format": 1, "id": "\xff", "student": "a",'])
def test_a_broken_line_is_named(broken: bytes, hw: Path) -> None:
    """With its number."""
    with (hw / EXERCISES).open("ab") as stream:
        stream.write(broken)
    with pytest.raises(AssignmentError, match="line 6"):
        Folder(hw).look_up("nobody", "")


def test_exercises_are_not_kept_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class of 100,000 must not end up in memory."""
    from grader.assignments import folder as folders

    order = Order("hw", "mazur", family.source_of("mazur"), "s", formats=())
    issue(order, numbered(30), tmp_path / "hw")
    monkeypatch.setattr(folders, "KEPT", 5)
    folder = Folder(tmp_path / "hw")
    assert folder.exercise(3) is folder.exercise(3)
    for n in range(30):
        assert folder.exercise(n).student == f"student-{n + 1:02}"
    assert folder.exercise.cache_info().currsize == 5
