"""Submissions as JSON: numbers as typed, every fault named, the good answers graded."""

from __future__ import annotations

import json

import pytest
from issued_exercises import exercises

from grader.errors import Lost, SubmissionError
from grader.marking.mark import mark
from grader.read.files import read_file
from grader.read.json import read_json
from grader.read.number import Unreadable, Written
from problems.reasons import as_told

ONE, TWO = exercises("mazur")[:2]
FIRST = ONE.labels[ONE.asked[0]]


def find(id: str, student: str, number: int = 0):
    for exercise in (ONE, TWO):
        if exercise.id == id or (not id and exercise.student == (student or ONE.student)):
            return exercise
    return Lost("bad_id", as_told(f"no exercise {id!r}"))


def right(exercise) -> dict[str, str]:
    return {exercise.labels[id]: exercise.printed[id] for id in exercise.asked}


def record(exercise, **answers) -> dict:
    return {"exercise": exercise.id, "answers": right(exercise) | answers}


def read(doc: object):
    data = doc if isinstance(doc, bytes) else json.dumps(doc).encode()
    return read_json(data, "a.json", find)


def test_an_object_and_a_list_of_them_are_graded() -> None:
    """As docs/formats.md has it; answers as text or as numbers."""
    (one,) = read(record(ONE)).submissions
    assert mark(one.exercise, one.answers).percent == 100
    both = read([record(ONE), record(TWO)]).submissions
    assert [mark(s.exercise, s.answers).percent for s in both] == [100, 100]
    numbers = {"exercise": ONE.id, "answers": {k: float(v) for k, v in right(ONE).items()}}
    (one,) = read(numbers).submissions
    assert mark(one.exercise, one.answers).percent == 100


def test_the_place_may_say_whose_it_is() -> None:
    """Then the object is the answers."""
    (one,) = read(right(ONE)).submissions
    assert mark(one.exercise, one.answers).percent == 100
    (two,) = read({"student": TWO.student, "answers": right(TWO)}).submissions
    assert two.exercise is TWO


def test_numbers_keep_their_digits() -> None:
    """0.5000 has four decimals; a float would have lost three."""
    (one,) = read(b'{"%s": 0.5000}' % FIRST.encode()).submissions
    reading = one.answers[ONE.asked[0]]
    assert isinstance(reading, Written)
    assert (reading.text, reading.decimals) == ("0.5000", 4)


VALUES = [
    (b"NaN", "not_a_number"),
    (b"-Infinity", "not_a_number"),
    (b"1e999", "number_out_of_range"),
    (b"9" * 5000, "number_too_long"),
    (b"true", "wrong_type"),
    (b"[0.5]", "wrong_type"),
    (b'{"value": 0.5}', "wrong_type"),
    (b'"' + b"9" * 3000 + b'"', "too_long"),
]


@pytest.mark.parametrize(("value", "code"), VALUES, ids=lambda value: str(value)[:20])
def test_a_wrong_value_costs_only_itself(value: bytes, code: str) -> None:
    """The step is named; the others are graded."""
    answers = json.dumps(right(ONE)).encode().replace(f'"{right(ONE)[FIRST]}"'.encode(), value, 1)
    (one,) = read(b'{"exercise": "%s", "answers": %s}' % (ONE.id.encode(), answers)).submissions
    (problem,) = one.problems
    assert (problem.code, problem.column) == (code, FIRST)
    assert isinstance(one.answers[ONE.asked[0]], Unreadable)
    assert mark(one.exercise, one.answers).score == len(ONE.asked) - 1


def test_null_and_blank_are_blank() -> None:
    """Not 0."""
    (one,) = read(
        record(ONE) | {"answers": {FIRST: None, ONE.labels[ONE.asked[1]]: " "}}
    ).submissions
    assert one.answers == {}
    assert one.problems == []


def test_a_key_twice_is_a_contradiction_unless_alike() -> None:
    """json.loads would keep the last."""
    (one,) = read(b'{"%s": 0.1, "%s": 0.2}' % (FIRST.encode(), FIRST.encode())).submissions
    assert [p.code for p in one.problems] == ["duplicate_step"]
    assert isinstance(one.answers[ONE.asked[0]], Unreadable)
    again = read(b'{"%s": 0.1, "%s": 0.1}' % (FIRST.encode(), FIRST.encode()))
    assert again.submissions[0].problems == []
    assert [note.code for note in again.notes] == ["duplicate_step"]


HOPELESS = [
    (b"", "empty"),
    (b" \n", "empty"),
    (b"{", "syntax"),
    (b'{"a": 1,}', "syntax"),
    (b"{}{}", "syntax"),
    (b"[]", "no_rows"),
    (b'{"a":' * 5000, "too_deep"),
    (b'"' + b'\\"' * 200_000, "syntax"),
    (b"\x81\x81{}", "encoding"),
]


@pytest.mark.parametrize(("data", "code"), HOPELESS, ids=lambda value: str(value)[:20])
def test_what_is_no_json_is_refused_in_one_line(data: bytes, code: str) -> None:
    """With the line where it shows."""
    with pytest.raises(SubmissionError) as caught:
        read(data)
    assert [p.code for p in caught.value.problems] == [code]


RECORDS = [
    (0.5, "wrong_type"),
    ({"exercise": ["x"], "answers": {}}, "wrong_type"),
    ({"exercise": "nobody-1", "answers": {}}, "bad_id"),
    ({"exercise": ONE.id, "answers": [1]}, "wrong_type"),
    ({"exercise": ONE.id, "answers": {}, "extra": 1}, "bad_step"),
    ({"exercise": "../x", "answers": {}}, "bad_id"),
]


@pytest.mark.parametrize(("bad", "code"), RECORDS, ids=lambda value: str(value)[:30])
def test_a_bad_record_costs_no_other(bad: object, code: str) -> None:
    """The place is the record's number."""
    found = read([record(TWO), bad])
    assert (found.problems[0].row, found.problems[0].code) == (2, code)
    assert mark(TWO, found.submissions[0].answers).percent == 100


def test_unknown_and_invisible_labels_are_bad_steps() -> None:
    """`net_h1` with a NUL is not net_h1."""
    doc = {"__proto__": {"x": 1}, FIRST + "\u0000": 0.5, FIRST + "\u200b": 0.5}
    (one,) = read(doc).submissions
    assert [p.code for p in one.problems] == ["bad_step"] * 3
    assert one.answers == {}


def test_json_is_seen_not_believed() -> None:
    """Whatever it is called, and with a mark at the beginning."""
    data = b"\xef\xbb\xbf" + json.dumps(record(ONE)).encode()
    assert len(read_file(data, "answers.csv", find).submissions) == 1
