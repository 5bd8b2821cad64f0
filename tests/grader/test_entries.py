"""Vectors and matrices handed in as one answer: every entry is a step of its own."""

from __future__ import annotations

import json

import pytest
from issued_exercises import exercises

from grader.errors import Lost
from grader.marking.mark import mark
from grader.read.answer_sheet import AnswerSheet, Read
from grader.read.array_entries import Arrays
from grader.read.csv_file import read_submissions
from grader.read.json import read_json
from grader.read.number import Unreadable, Written
from problems.exercise import Exercise

ONE = exercises("lfd", 1)[0]
ID = {label: id for id, label in ONE.labels.items()}


def find(exercise: str, student: str, number: int = 0) -> Exercise | Lost:
    return ONE


def printed(*labels: str) -> list[str]:
    return [ONE.printed[ID[label]] for label in labels]


def tidy(*rows: tuple[str, str]) -> AnswerSheet:
    lines = [f'{ONE.id},"{step}","{answer}"' for step, answer in rows]
    text = "\n".join(["exercise,step,answer", *lines])
    (one,) = read_submissions(text.encode(), "a.csv", find).submissions
    return one


def correct(one: AnswerSheet) -> set[str]:
    """Labels of the steps that are right."""
    steps = mark(ONE, one.answers).steps
    return {ONE.labels[step.id] for step in steps if step.verdict == "correct"}


S1 = ("n1:s1[1]", "n1:s1[2]")
G1 = tuple(f"n1:G1[{i},{j}]" for i in range(3) for j in (1, 2))


@pytest.mark.parametrize(
    "written", ["[{}, {}]", "[{}; {}]", "({}; {})", "{}; {}", "[[{}], [{}]]", "[{} {}]"]
)
def test_a_vector_is_written_as_a_row_or_a_column(written: str) -> None:
    """One answer fills two steps."""
    one = tidy(("n1:s1", written.format(*printed(*S1))))
    assert one.problems == []
    assert correct(one) == set(S1)


def test_a_matrix_is_filled_row_by_row() -> None:
    """Row i belongs to input i, as LFD writes W and G; row 0 to the biases."""
    a, b, c, d, e, f = printed(*G1)
    one = tidy(("n1:G1", f"[[{a}, {b}], [{c}, {d}], [{e}, {f}]]"))
    assert one.problems == []
    assert {ONE.labels[id]: answer.text for id, answer in one.answers.items()} == dict(
        zip(G1, (a, b, c, d, e, f), strict=True)
    )


def test_the_constant_on_top_may_be_written() -> None:
    """x = [1, theta(s)] in the text; the 1 is no step."""
    outs = ("n1:x1[1]", "n1:x1[2]")
    nets, values = printed(*S1), printed(*outs)
    one = tidy(("n1:s1", f"[{'; '.join(nets)}]"), ("n1:x1", f"[1; {'; '.join(values)}]"))
    assert correct(one) == {*S1, *outs}
    other = tidy(("n1:s1", f"[1; {'; '.join(nets)}]"))
    assert [p.code for p in other.problems] == ["wrong_shape"]


SHAPES = [
    ("n1:G1", "[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]", "transposed"),
    ("n1:G1", "[[0.1, 0.2], [0.3, 0.4]]", "2 rows of 2; 'n1:G1' has 3 rows of 2"),
    ("n1:G1", "[[0.1, 0.2], [0.3], [0.4, 0.5]]", "rows of different lengths"),
    ("n1:s1", "[0.1; 0.2; 0.3]", "3 entries; 'n1:s1' has 2 entries"),
]


@pytest.mark.parametrize(("step", "text", "words"), SHAPES)
def test_another_shape_is_told_and_not_wrong(step: str, text: str, words: str) -> None:
    """One problem for all entries; they are unreadable, so nothing is held against them."""
    one = tidy((step, text))
    (problem,) = one.problems
    assert (problem.code, problem.row, problem.column) == ("wrong_shape", 2, "answer")
    assert words in problem.message
    assert one.answers
    assert all(isinstance(answer, Unreadable) for answer in one.answers.values())


def test_the_shape_settles_what_a_comma_is() -> None:
    """[[1,2],[3,4],[5,6]] could be three numbers with decimal commas: six are asked for."""
    one = tidy(("n1:G1", "[[1,2],[3,4],[5,6]]"))
    assert one.problems == []
    assert [answer.text for answer in one.answers.values()] == list("123456")
    other = tidy(("n1:G1", "[1,2,3]"))
    assert other.problems


def test_an_unreadable_entry_costs_only_itself_and_is_named() -> None:
    """As if it stood alone."""
    first, _ = printed(*S1)
    one = tidy(("n1:s1", f"[{first}; 0.5cm]"))
    (problem,) = one.problems
    assert problem.message.startswith("n1:s1[2]: ")
    assert correct(one) == {S1[0]}


def test_an_entry_and_its_array_contradict_only_if_they_differ() -> None:
    """Blank rows of the handed-out table beside the array are nothing."""
    first, second = printed(*S1)
    array = ("n1:s1", f"[{first}; {second}]")
    assert tidy((S1[0], ""), array, (S1[1], "")).problems == []
    one = tidy(array, (S1[1], "77"))
    assert [problem.code for problem in one.problems] == ["duplicate_step"]
    assert correct(one) == {S1[0]}


def test_lists_in_json_are_arrays_where_a_label_means_one() -> None:
    """Numbers keep their digits."""
    nets = [float(text) for text in printed(*S1)]
    a, b, c, d, e, f = printed(*G1)
    answers = {"n1:s1": nets, "n1:G1": [[a, b], [c, d], [e, f]]}
    data = json.dumps({"exercise": ONE.id, "answers": answers}).encode()
    found: Read = read_json(data, "a.json", find)
    (one,) = found.submissions
    assert one.problems == []
    assert set(S1) <= correct(one)
    entry = one.answers[ID[G1[5]]]
    assert isinstance(entry, Written)
    assert entry.text == f


@pytest.mark.parametrize("value", [[0.5, [0.1]], [], [[]], {"a": 1}, [[0.5], {"a": [1]}]])
def test_other_lists_in_json_are_refused(value: object) -> None:
    """Each costs only itself."""
    data = json.dumps({"exercise": ONE.id, "answers": {"n1:s1": value, "n1:e": 0.5}}).encode()
    (one,) = read_json(data, "a.json", find).submissions
    assert {problem.code for problem in one.problems} <= {"wrong_type", "syntax"}
    assert one.problems
    assert ID["n1:e"] in one.answers


def test_labels_without_brackets_are_no_arrays() -> None:
    """`net_h1` and `net_h2` stay what they are."""
    assert Arrays(exercises("mazur", 1)[0]).find("net_h") is None
