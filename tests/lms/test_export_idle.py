"""Numbers that cost no work earn nothing in another system, and work still earns its points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal

import formulas_plugin as plugin
import moodle_reader
import pytest
from exported import NUMERIC_NETWORKS, issued_to, order_of
from issued_exercises import exercises
from qti_player import OLD, Package, canvas_answers, parsed

from grader.export import qti
from grader.export.classes import Owned
from grader.export.tally import Tally
from grader.lms.canvas import export
from grader.lms.moodle.export import formulas, questions
from grader.lms.moodle.export.questions import Style
from grader.marking.policy import DEFAULT
from problems.computation import ids
from problems.exercise import Exercise
from problems.rules.expression import NUMBERS

CONSTANTS = ("0", "1", "0.5", "0.1", "0.01", "0.0001", "-0.5", "20")
BOXES = (1, 2, 3, 5, 8, 15, 25, 40)
MOST = 0.03
"""Share of the points that such a sheet may get above what happens to be right."""
FORWARD = ("net", "out", "share", "loss")


def question_of(owned: Owned, name: str, boxes: int) -> plugin.Question:
    people, tally = iter([owned]), Tally()
    pieces = formulas.quiz(order_of(name), people, DEFAULT, Style(), boxes, tally)
    (question,) = plugin.read(b"".join(pieces))
    return question


def right(exercise: Exercise, typed: list[str]) -> int:
    """How many numbers are right, however they came about."""
    balls = exercise.solution
    return sum(
        abs(float(text) - balls[id].m) <= balls[id].r
        for id, text in zip(exercise.asked, typed, strict=True)
    )


def copies(exercise: Exercise, which: int, true: bool) -> list[str]:
    """Every box repeats its first or last parent: as it was typed there, or as it truly is."""
    have: dict[str, float] = dict(exercise.numbers)
    for step in exercise.graph.steps.values():
        parent = step.parents[which]
        have[step.id] = float(exercise.solution[parent].m) if true else have[parent]
    return [exercise.precision.shown(ids.parse(id).kind, have[id]) for id in exercise.asked]


def old_value(exercise: Exercise, id: str) -> str | None:
    """What stands in the exercise for a weight that is to be updated."""
    while ids.parse(id).kind in ("new.w", "new.b"):
        id = exercise.graph.steps[id].parents[0]
    return exercise.givens.get(id)


def begun(exercise: Exercise, kept: tuple[str, ...], first: str) -> list[str]:
    """Some kinds as the key has them, then one number, then zeros and the old weights."""
    typed, rest = [], first
    for id in exercise.asked:
        if ids.parse(id).kind in kept:
            typed.append(exercise.printed[id])
        else:
            typed.append(old_value(exercise, id) or rest)
            rest = "0"
    return typed


def idle(exercise: Exercise) -> Iterator[tuple[str, list[str]]]:
    """Sheets without work, by name."""
    for text in CONSTANTS:
        yield text, [text] * len(exercise.asked)
    for which in (0, -1):
        for true in (False, True):
            yield f"parent {which} {true}", copies(exercise, which, true)
    for first in ("0", "0.0001", "0.5"):
        yield f"nothing, {first}", begun(exercise, (), first)
        yield f"forward, {first}", begun(exercise, FORWARD, first)
        yield f"slopes, {first}", begun(exercise, (*FORWARD, "slope"), first)


@pytest.mark.parametrize("name", NUMERIC_NETWORKS)
def test_chains_pay_nothing_for_numbers_that_cost_no_work(name: str) -> None:
    """Zeros, constants, copies, and zeros after an honest beginning, in parts of any length."""
    owned = issued_to(name)
    exercise = owned.exercises[0]
    for boxes in BOXES:
        question = question_of(owned, name, boxes)
        for what, typed in idle(exercise):
            gained = question.judge(typed) - right(exercise, typed)
            assert gained <= MOST * question.most, (boxes, what)


@pytest.mark.parametrize("name", NUMERIC_NETWORKS)
def test_fields_pay_nothing_for_numbers_that_cost_no_work(name: str) -> None:
    """Cloze, QTI and Canvas judge each field alone: what is not right gets nothing."""
    owned = issued_to(name)
    exercise, order = owned.exercises[0], order_of(name)
    pieces = questions.quiz(order, iter([owned]), DEFAULT, Style(), Tally())
    cloze = next(q for q in moodle_reader.read(b"".join(pieces)) if q.kind == "cloze")
    (item,) = Package(qti.package(order, iter([owned]), DEFAULT, True, Tally())).items().values()
    spans = canvas_spans(owned, name)
    for what, typed in idle(exercise):
        most = right(exercise, typed) + MOST * len(typed)
        assert float(cloze.mark(typed)) <= most, ("cloze", what)
        assert float(item.play(dict(zip(item.boxes, typed, strict=True))).score) <= most, what
        inside = [a <= Decimal(t) <= b for (a, b), t in zip(spans, typed, strict=True)]
        assert sum(inside) <= most, ("canvas", what)


def canvas_spans(owned: Owned, name: str) -> list[tuple[Decimal, Decimal]]:
    """What Canvas takes for right, question by question."""
    data, _ = export.package(order_of(name), iter([owned]), DEFAULT, True, Tally())
    files = Package(data, "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}").files
    root = parsed(files["bpgrade-1/bpgrade-1.xml"])
    found = [canvas_answers(node) for node in root.iter(f"{OLD}item")]
    return [(low, high) for ((_, low, high),) in found]


def carried_on(exercise: Exercise, own: dict[str, float]) -> list[str]:
    """What somebody types who has these numbers at some steps and goes on from them rightly."""
    have: dict[str, float] = dict(exercise.numbers)
    for step in exercise.graph.steps.values():
        value = own.get(step.id, float(step.rule.evaluate(have, NUMBERS)))
        asked = step.id in exercise.asked
        have[step.id] = float(exercise.precision.shown(step.kind, value)) if asked else value
    assert all(math.isfinite(have[id]) for id in exercise.asked)
    return [exercise.precision.shown(ids.parse(id).kind, have[id]) for id in exercise.asked]


@pytest.mark.parametrize("name", NUMERIC_NETWORKS)
def test_work_that_follows_from_one_wrong_number_keeps_its_points(name: str) -> None:
    """A number a quarter too large costs its own box; of all the others less than one in 100."""
    owned = issued_to(name)
    exercise = owned.exercises[0]
    question = question_of(owned, name, len(exercise.asked))
    lost, others = 0.0, 0
    for id in exercise.asked[::3]:
        typed = carried_on(exercise, {id: 1.25 * float(exercise.solution[id].m)})
        lost += question.most - 1 - question.judge(typed)
        others += len(typed) - 1
    assert lost <= 0.01 * others


def test_zeros_that_follow_count_where_the_rule_is_shown_beside_them() -> None:
    """A ReLU unit that a slip closes costs its own box: two gradients of 0 among many others."""
    owned = issued_to("relu-softmax")
    exercise = owned.exercises[0]
    question = question_of(owned, "relu-softmax", len(exercise.asked))
    typed = carried_on(exercise, {"out.1.1": 0.0})
    zeros = [exercise.asked.index(id) for id in ("dw.2.1.1", "dw.2.2.1")]
    assert [float(typed[n]) for n in zeros] == [0, 0]
    assert question.judge(typed) == pytest.approx(question.most - 1)


@pytest.mark.parametrize("name", ["lfd", "relu-softmax", "valchanov"])
def test_a_repeated_number_is_worth_no_more_than_what_it_repeats(name: str) -> None:
    """db = delta pays nothing behind deltas that were made up and that nothing else follows."""
    for exercise in exercises(name, 2):
        owned = Owned(issued_to(name).student, (exercise,))
        question = question_of(owned, name, len(exercise.asked))
        made_up = {
            id: f"{3 + n / 7:.4f}"
            for n, id in enumerate(exercise.asked)
            if ids.parse(id).kind == "delta"
        }
        steps = exercise.graph.steps
        biases = {id: steps[id].parents[0] for id in exercise.asked if ids.parse(id).kind == "db"}
        repeated = {id: made_up[parent] for id, parent in biases.items() if parent in made_up}
        assert len(repeated) > 1
        made_up |= repeated
        typed = [made_up.get(id, exercise.printed[id]) for id in exercise.asked]
        assert question.judge(typed) - right(exercise, typed) <= MOST * question.most
