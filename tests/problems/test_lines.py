"""A class written at once is the class written one by one, byte for byte."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from issued_exercises import exercises

from problems.computation.solve import Solved
from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.design import Design
from problems.drawing.draw import draw
from problems.exercise import as_json, dumps, from_json, issued
from problems.exercise_lines import Lines, read_back
from problems.line_layout import GIVEN, HEAD, taken_apart

STUDENTS = ['ada "the" first', "Zoë 100 % \\ 50 %s", "李", "student-04", "\u2028line", "x" * 200]


def both_ways(design: Design, each: int) -> tuple[list[str], list[str]]:
    """Lines at once, and one by one, each worked anew."""
    owners = [(student, n) for student in STUDENTS for n in range(1, each + 1)]
    draws = draw(design, [key("lines", "hw", student, n) for student, n in owners])
    names = [f"{design.family.name}-{n:010x}" for n in range(len(owners))]
    singly = [
        dumps(as_json(issued(design, replace(found, solved=Solved()), name, student, n))) + "\n"
        for found, name, (student, n) in zip(draws, names, owners, strict=True)
    ]
    return Lines(design).write(draws, names, owners), singly


@pytest.mark.parametrize("name", family.names())
def test_lines_written_at_once_are_those_written_one_by_one(name: str) -> None:
    """All families, students of any name."""
    at_once, singly = both_ways(family.load(name).design(), 1)
    assert at_once == singly


@pytest.mark.parametrize("name", family.names())
def test_what_is_known_of_an_exercise_is_what_would_be_worked(name: str) -> None:
    """From the draw and from its own line, bit for bit; of the line of somebody else nothing."""
    (drawn,) = exercises(name, 1)
    assert list(drawn.known) == list(drawn.graph.steps)
    line = dumps(as_json(drawn)).encode()
    anew = from_json(json.loads(line))
    assert not anew.known
    assert set(read_back(line).known) == set(drawn.asked)
    for one in (drawn, read_back(line)):
        assert repr(one.solution) == repr(anew.solution)
        assert one.printed == anew.printed


@pytest.mark.parametrize("choice", [{"decimals": 6}, {"significant": 5}, {"difficulty": "easy"}])
def test_lines_follow_the_choices(choice: dict[str, int]) -> None:
    """Precision shows in every tolerance; two exercises a student."""
    at_once, singly = both_ways(family.load("mazur").design(**choice), 2)
    assert at_once == singly
    assert len(set(at_once)) == 2 * len(STUDENTS)


@pytest.mark.parametrize("name", family.names())
def test_a_line_is_where_its_layout_says(name: str) -> None:
    """What is written is taken apart again, every given found; another order of keys is not."""
    (exercise,) = exercises(name, 1)
    line = (dumps(as_json(exercise)) + "\n").encode()
    head, parts = HEAD.match(line), taken_apart(line)
    assert head is not None
    assert parts is not None
    assert (head[1].decode(), head[2].decode()) == (exercise.id, exercise.student)
    assert (json.loads(parts.id), json.loads(parts.student)) == (exercise.id, exercise.student)
    assert parts.number == exercise.number
    found = sorted(given.decode() for given in GIVEN.findall(parts.numbers))
    assert found == sorted(exercise.givens.values())
    doc = json.loads(line)
    turned = dumps(dict(reversed(list(doc.items())))).encode()
    assert taken_apart(turned) is None
