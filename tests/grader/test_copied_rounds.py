"""Old numbers written once more: those of the round before, and the weight before its update."""

from __future__ import annotations

import pytest
from issued_exercises import exercises
from rounded_work import marked, step, worked

from problems.computation import ids
from problems.rules.expression import NUMBERS


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("n", range(3))
def test_a_second_round_like_the_first_earns_nothing(n: int, sign: float) -> None:
    """Behind the smallest delta the weights hardly move: the next forward pass shows no work."""
    exercise = exercises("two-rounds")[n]
    unit = sign * 10.0 ** -exercise.precision.places("delta")
    deltas = {id: unit for id in exercise.asked if ids.core(id) == "delta.2.1"}
    report = marked(exercise, worked(exercise, deltas))
    again = [s for s in report.steps if ids.parse(s.id).iteration == 2]
    assert [s.id for s in again if s.credit > 0 and s.verdict != "correct"] == []


def test_an_honest_second_round_follows_from_a_slip_in_the_first() -> None:
    """Where the weights move, the next round shows the work and is carried."""
    exercise = exercises("two-rounds")[0]
    doubled = 2.0 * float(exercise.solution["delta.2.1"].m)
    report = marked(exercise, worked(exercise, {"delta.2.1": doubled}))
    assert [s.id for s in report.steps if s.credit < 1] == ["delta.2.1"]


def test_the_own_old_weight_in_few_digits_is_a_copy() -> None:
    """One digit of the second update is right, and what was written for the first one."""
    tried = 0
    for exercise in exercises("sgd"):
        for id in (id for id in exercise.asked if id.startswith("n2:new.w")):
            first = f"n1:{ids.core(id)}"
            old, digit = (f"{exercise.solution[one].m:.1f}" for one in (first, id))
            if old != digit and abs(float(digit)) > 0.4:
                tried += 1
                report = marked(exercise, worked(exercise) | {first: digit, id: digit})
                assert (step(report, id).slip, step(report, id).credit) == ("unchanged", 0)
    assert tried


def test_the_own_old_weight_is_no_mixture_of_true_numbers() -> None:
    """A wrong first update, written again though a slip makes the right rule give it by chance."""
    exercise = exercises("sgd")[0]
    id = next(id for id in exercise.asked if id.startswith("n2:new.w"))
    old, rate, gradient = exercise.graph.steps[id].parents
    true = float(exercise.solution[old].m)
    shift = 20 * 10.0 ** -exercise.precision.places("new.w")
    wrong = float(exercise.precision.shown("new.w", true - shift))
    made = shift / float(exercise.numbers[rate])
    paper = worked(exercise) | {
        old: exercise.precision.shown("new.w", wrong),
        gradient: exercise.precision.shown("dw", made),
        id: exercise.precision.shown("new.w", wrong),
    }
    rule = exercise.graph.steps[id].rule
    carried = {old: true, rate: float(exercise.numbers[rate]), gradient: float(paper[gradient])}
    assert abs(float(rule.evaluate(carried, NUMBERS)) - wrong) < shift
    assert step(marked(exercise, paper), id).credit == 0
