"""The walks of docs/architecture.md are those that a cell and a weight take."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from click.testing import CliRunner
from handed_in import assignment, exercise_of, right, tidy

from grader.cli import cli

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
WALKS = ("cell", "weight")


def stations(of: str) -> list[str]:
    """The functions that the page names, in its order."""
    found = re.search(rf"(?s)## The walk of a {of}\n.*?^In the code: (.*?)$", PAGE, re.MULTILINE)
    assert found, of
    return re.findall(r"`([\w.]+)`", found[1])


def folders(of: str) -> list[str]:
    """The folders that the picture names, in its order."""
    picture = (ROOT / "docs" / "pictures" / f"walk-of-a-{of}.svg").read_text("utf-8")
    return re.findall(r'font-family="monospace">([\w/]+)<', picture)


@pytest.mark.parametrize("of", WALKS)
def test_picture_and_code_walk_through_the_same_folders(of: str) -> None:
    """Each folder of the picture is there and has its functions, in the same order."""
    drawn = folders(of)
    assert all((ROOT / folder).is_dir() for folder in drawn)

    def folder_of(name: str) -> str:
        holding = [one for one in drawn if name.startswith(one.replace("/", ".") + ".")]
        return max(holding, key=len)

    walked = [folder for folder, _ in groupby(stations(of), folder_of)]
    assert walked == [folder for folder, _ in groupby(drawn)]


def called(arguments: Sequence[object]) -> list[str]:
    """Our functions in the order in which a command first calls them."""
    seen: dict[str, None] = {}

    def note(frame: FrameType, event: str, about: Any) -> None:
        if event == "call":
            module = frame.f_globals.get("__name__", "")
            seen.setdefault(f"{module}.{frame.f_code.co_qualname}")

    sys.setprofile(note)
    try:
        done = CliRunner().invoke(cli, [str(word) for word in arguments])
    finally:
        sys.setprofile(None)
    assert done.exit_code == 0, done.output
    return list(seen)


def test_a_cell_walks_as_drawn(tmp_path: Path) -> None:
    hw = assignment(tmp_path)
    exercise = exercise_of(hw, "s001")
    answers = right(exercise) | {exercise.labels[exercise.asked[0]]: "0.9999"}
    (hw / "students" / "class.csv").write_bytes(tidy(answers, student="s001"))
    seen = called(["check", hw / "students" / "class.csv", "--output", "csv"])
    assert [name for name in seen if name in stations("cell")] == stations("cell")


def test_a_weight_walks_as_drawn(tmp_path: Path) -> None:
    line = ["generate", "mazur", "--count", "1", "--seed", "s", "--formats", "md"]
    seen = called([*line, "--workers", "1", "--out", tmp_path / "hw"])
    assert [name for name in seen if name in stations("weight")] == stations("weight")
