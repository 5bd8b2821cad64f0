"""The exercise file: what is printed is what is computed with."""

from __future__ import annotations

import json

import pytest
from issued_exercises import exercises

from problems.drawing import family
from problems.errors import FormatError, FormatTooNew
from problems.exercise import FORMAT, as_json, dumps, from_json


@pytest.mark.parametrize("name", family.names())
def test_a_line_read_back_is_the_same_line(name: str) -> None:
    """Round trip through JSON, byte for byte."""
    for exercise in exercises(name):
        line = dumps(as_json(exercise))
        assert dumps(as_json(from_json(json.loads(line)))) == line


def test_the_object_has_the_shape_of_the_contract() -> None:
    """FORMATS: names that other people's scripts read."""
    doc = as_json(exercises("mazur")[0])
    assert doc["format"] == 1
    assert doc["network"]["layers"][0]["bias"] == "layer"
    assert len(doc["network"]["layers"][0]["biases"]) == 1
    assert all(isinstance(w, str) for row in doc["network"]["layers"][0]["weights"] for w in row)
    assert doc["precision"] == {"decimals": 4, "subresults": True}
    assert set(doc["steps"][0]) == {"id", "label", "asked", "value", "tolerance"}
    assert doc["iterations"] == 1
    assert len(doc["inputs"]) == len(doc["targets"]) == 1


def test_a_later_format_is_refused_with_what_to_do() -> None:
    """Better no grade than a wrong one."""
    doc = as_json(exercises("mazur")[0]) | {"format": FORMAT + 1}
    with pytest.raises(FormatTooNew, match="upgrade bpgrade"):
        from_json(doc, "exercises.jsonl, line 1")


BROKEN = [
    (lambda d: d.pop("network"), "'network' is missing"),
    (lambda d: d.pop("format"), "not a bpgrade file"),
    (lambda d: d["network"]["layers"][0].update(activation="sine"), "no activation 'sine'"),
    (lambda d: d["inputs"][0].__setitem__(0, "zero"), "not a decimal number"),
    (lambda d: d["inputs"][0].pop(), "no number for x.2"),
    (lambda d: d["steps"][0].update(id="net.9.9"), "no step 'net.9.9'"),
    (lambda d: d.update(precision={}), "'decimals' is missing"),
]


@pytest.mark.parametrize(("damage", "says"), BROKEN)
def test_a_damaged_line_says_where_and_what(damage, says: str) -> None:
    """A teacher may have edited the file by hand."""
    doc = as_json(exercises("mazur")[0])
    damage(doc)
    with pytest.raises(FormatError) as caught:
        from_json(doc, "exercises.jsonl, line 3")
    assert "exercises.jsonl, line 3" in str(caught.value)
    assert says in str(caught.value)


def test_printed_values_are_the_values_rounded_half_up() -> None:
    """The key prints what Mazur prints, digit for digit."""
    from grader.assignments.example import document_exercise

    printed = document_exercise("mazur").printed
    assert printed["net.1.1"] == "0.377500000"
    assert printed["out.1.1"] == "0.593269992"
    assert printed["new.w.2.1.1"] == "0.358916480"
    assert printed["w.1.1.1"] == "0.15"
