"""Draws are a function of the secret and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from issued_exercises import exercises

from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.draw import draw
from problems.errors import GateError

SCRIPT = """
import json
from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.draw import draw
from problems.exercise import as_json, dumps, issued
design = family.load("lfd").design()
keys = [key("secret", "hw", name) for name in ("ada", "Zoë", "李")]
for n, d in enumerate(draw(design, keys)):
    print(dumps(as_json(issued(design, d, f"lfd-{n}", "x"))))
"""


def run(**environment: str) -> bytes:
    env = os.environ | {"PYTHONUTF8": "1"} | environment
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, env=env, check=True)
    return done.stdout


def test_same_secret_same_bytes_in_any_process_locale_and_zone() -> None:
    """Nothing of the machine's mood may enter an exercise."""
    first = run()
    assert run(TZ="Asia/Tokyo", LC_ALL="de_DE.UTF-8", PYTHONHASHSEED="7") == first
    assert run(TZ="America/Lima", LC_ALL="C", PYTHONHASHSEED="99") == first
    assert first.count(b"\n") == 3


def test_how_many_are_drawn_at_once_does_not_matter() -> None:
    """A class and a single student get the same exercise."""
    design = family.load("musilek").design()
    keys = [key("s", "hw", str(n)) for n in range(12)]
    together = [d.givens for d in draw(design, keys)]
    assert [draw(design, [k])[0].givens for k in keys] == together


def test_a_thousand_students_get_a_thousand_exercises() -> None:
    """A rival's 1,000 neighbouring seeds gave 147 variants."""
    design = family.load("mazur").design()
    draws = draw(design, [key("s", "hw", str(n)) for n in range(1000)])
    assert len({tuple(d.givens.values()) for d in draws}) == 1000


@pytest.mark.parametrize("part", range(5))
def test_every_part_of_the_key_matters(part: int) -> None:
    """Secret, assignment, student, exercise, reissue."""
    base = ["s", "hw", "ada", 1, 0]
    other = list(base)
    other[part] = f"{base[part]}x" if isinstance(base[part], str) else base[part] + 1
    assert key(*base) != key(*other)


def test_parts_of_the_key_cannot_run_into_each_other() -> None:
    """("ab", "c") and ("a", "bc") are different students."""
    assert key("s", "ab", "c") != key("s", "a", "bc")


OFFERED = [(name, level) for name in family.names() for level in family.load(name).difficulties]


@pytest.mark.parametrize(("name", "difficulty"), OFFERED)
def test_every_family_and_difficulty_can_be_drawn(name: str, difficulty: str) -> None:
    """What is offered must be deliverable, with numbers from its grids."""
    found = family.load(name)
    design = found.design(difficulty=difficulty)
    for exercise in exercises(name, 3, difficulty):
        for id, text in exercise.givens.items():
            assert text in design.grids[id].texts


def test_one_hot_targets_have_one_one() -> None:
    """Softmax with cross-entropy needs targets that sum to 1."""
    for exercise in exercises("relu-softmax", 8):
        targets = [v for id, v in exercise.givens.items() if id.startswith("t.")]
        assert sorted(targets) == ["0"] * (len(targets) - 1) + ["1"]


def test_a_family_that_cannot_pass_is_refused_with_reasons() -> None:
    """Musilek's learning rate of 0.01 leaves every weight unchanged at 2 decimals."""
    design = family.load("musilek").design(decimals=2)
    with pytest.raises(GateError) as caught:
        draw(design, [key("s", "hw", "ada")])
    message = str(caught.value)
    assert "2 decimals" in message
    assert "cannot be told from" in message
    assert "Try more decimals" in message
