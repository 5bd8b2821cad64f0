"""A stored assignment stays identical: same secret, same bytes, for ever.

Renew with `make goldens` after a wanted change, and read the diff.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.folder import Order
from grader.issue import issue
from grader.roster import with_folders
from problems import family

GOLDENS = Path(__file__).parent / "goldens"
STUDENTS = with_folders([("ada", "Ada Example", ""), ("zoë", "Zoë", "z@example.org")])
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
