"""A stored assignment stays identical: same secret, same bytes, for ever.

Renew with `make goldens` after a wanted change, and read the diff. `draw-1` holds assignments as
the first version of the draw made them; nothing renews those.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.assignments.folder import Folder, Order
from grader.assignments.issue import issue, reissue
from grader.assignments.roster import with_folders
from problems.drawing import family

GOLDENS = Path(__file__).parent / "goldens"
STUDENTS = with_folders([("ada", "Ada Example", ""), ("zoë", "Zoë", "z@example.org")])
OLD = GOLDENS / "draw-1"
CHOSEN = ["musilek", "mazur", "lfd", "valchanov", "relu-softmax"]


def normalised(path: Path) -> str:
    """The file without the version of the generator."""
    return re.sub(
        r'"generator": "bpgrade [^"]*"', '"generator": "bpgrade"', path.read_text("utf-8")
    )


@pytest.mark.parametrize("name", CHOSEN)
def test_the_golden_assignment_is_the_same(
    name: str, tmp_path: Path, update_goldens: bool
) -> None:
    """Exercises, worksheets, keys and blank answers, compared as text."""
    order = Order(name, name, family.source_of(name), "golden", formats=("md", "csv"))
    issue(order, STUDENTS, tmp_path / name)
    made = {
        str(p.relative_to(tmp_path)): normalised(p)
        for p in sorted((tmp_path / name).rglob("*"))
        if p.is_file()
    }
    if update_goldens:
        for path, text in made.items():
            target = GOLDENS / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8", newline="")
    stored = {
        str(p.relative_to(GOLDENS)): p.read_bytes().decode()
        for p in sorted((GOLDENS / name).rglob("*"))
        if p.is_file()
    }
    assert sorted(made) == sorted(stored)
    changed = [p for p, text in made.items() if text != stored[p].replace("\r\n", "\n")]
    assert changed == [], "see `git diff` after `make goldens`"


def of_the_first_draw(name: str) -> Order:
    """The order as its assignment.json was written when there was one version of the draw."""
    doc = json.loads((OLD / name / "assignment.json").read_text("utf-8"))
    assert doc["draw"] == 1
    return replace(Order.from_json(doc, name), formats=())


@pytest.mark.parametrize("name", CHOSEN)
def test_an_assignment_of_the_first_draw_stays_the_same(name: str, tmp_path: Path) -> None:
    """Made again, it has the exercises, tolerances and order that it had."""
    issue(of_the_first_draw(name), STUDENTS, tmp_path / name)
    made = (tmp_path / name / "exercises.jsonl").read_bytes()
    assert made == (OLD / name / "exercises.jsonl").read_bytes()
    stored = json.loads((OLD / name / "assignment.json").read_text("utf-8"))
    again = json.loads((tmp_path / name / "assignment.json").read_text("utf-8"))
    for key in ("draw", "precision", "secret", "definition", "decimals"):
        assert again[key] == stored[key]


def test_an_exercise_of_the_first_draw_is_drawn_anew_by_it(tmp_path: Path) -> None:
    """The reissue of an old assignment: known bytes, and no sub-results in it."""
    folder = tmp_path / "mazur"
    shutil.copytree(OLD / "mazur", folder)
    for place in ("students/ada", "keys"):
        (folder / place).mkdir(parents=True)
    new = reissue(Folder(folder), "ada")
    assert new.precision.subresults is False
    line = (folder / "exercises.jsonl").read_bytes().splitlines()[0]
    assert line == (OLD / "reissued.jsonl").read_bytes().splitlines()[0]
