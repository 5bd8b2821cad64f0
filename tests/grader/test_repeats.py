"""One misconception is charged once: which steps count as the same slip again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from issued_exercises import exercises
from rounded_work import lost, marked, slip_at, step, worked

from problems.exercise import Exercise
from problems.rules.expression import Expression, Ref

FAMILIES = ("sgd", "lfd", "lfd-numeric", "deep", "two-rounds", "binary")


@pytest.fixture
def mazur() -> Exercise:
    return exercises("mazur")[0]


def first_nets(exercise: Exercise) -> list[str]:
    """The net inputs of the first layer, which read given numbers alone."""
    return [id for id in exercise.asked if id.rpartition(":")[2].startswith("net.1.")][:2]


def by_chance(slip: str, which: int) -> Iterator[tuple[Exercise, dict[str, str]]]:
    """Exercises where the slip gives, at one of two net inputs, a number that is given already."""
    for exercise in (exercise for name in FAMILIES for exercise in exercises(name, 12)):
        nets = first_nets(exercise)
        paper = worked(exercise, {id: slip_at(exercise, id, slip) for id in nets})
        numbers = [float(paper[id]) for id in nets]
        stands = [
            number in [float(exercise.numbers[p]) for p in exercise.graph.steps[id].parents]
            for id, number in zip(nets, numbers, strict=True)
        ]
        if stands[which] and not stands[1 - which] and numbers[0] != numbers[1] and all(numbers):
            yield exercise, paper


@pytest.mark.parametrize("which", [0, 1])
def test_a_number_that_stands_there_by_chance_is_the_same_slip(which: int) -> None:
    """The wrong rule gives at one unit what is given anyway, at the other it shows."""
    tried = 0
    for slip in ("bias-left-out", "bias-sign", "weights-left-out"):
        for exercise, paper in by_chance(slip, which):
            report, nets = marked(exercise, paper), first_nets(exercise)
            if {step(report, id).slip for id in nets} == {slip}:  # not another one's digits
                tried += 1
                assert [step(report, id).verdict for id in nets] == ["slip", "repeated"]
    assert tried


@pytest.mark.parametrize("name", ["slope-left-out", "slope-twice"])
def test_a_slip_at_every_gradient_of_a_layer_is_charged_once(name: str) -> None:
    """Though each unit's gradients agree on an unwritten delta of their own."""
    exercise = exercises("mazur")[0]
    gradients = [id for id in exercise.asked if id.startswith("dw.1.")]
    paper = worked(exercise, {id: slip_at(exercise, id, name) for id in gradients})
    assert lost(marked(exercise, paper)) == gradients[:1]


@pytest.mark.parametrize("name", ["mazur-delta", "lfd", "sgd", "two-rounds"])
def test_a_number_that_stands_nowhere_is_no_copy(name: str) -> None:
    """Without its slope a delta is the error, which these worksheets do not ask for."""
    exercise = exercises(name)[0]
    last = max(id.rpartition(":")[2] for id in exercise.asked if "delta." in id)[:8]
    deltas = [id for id in exercise.asked if id.rpartition(":")[2].startswith(last)]
    paper = worked(exercise, {id: slip_at(exercise, id, "slope-left-out") for id in deltas})
    assert len(deltas) > 1
    assert lost(marked(exercise, paper)) == deltas[:1]


@pytest.mark.parametrize("name", ["mazur-delta", "mazur-mixed"])
def test_a_misconception_that_copies_costs_its_own_steps_alone(name: str) -> None:
    """Every gradient without its input is a delta: a quarter of the sheet, but no cheating."""
    exercise = exercises(name)[0]
    gradients = [id for id in exercise.asked if id.startswith("dw.")]
    paper = worked(exercise, {id: slip_at(exercise, id, "input-left-out") for id in gradients})
    assert [id for id in lost(marked(exercise, paper)) if id in exercise.asked] == gradients


@pytest.mark.parametrize("name", ["mazur-delta", "mazur-mixed"])
def test_copying_what_stands_there_earns_nothing(name: str) -> None:
    """The same beside old weights for the new ones and net inputs for the outputs."""
    exercise = exercises(name)[0]
    copied: dict[str, Expression | float] = {}
    for id in exercise.asked:
        kind = exercise.graph.steps[id].kind
        if kind in ("out", "dw", "delta", "new.w"):
            copied[id] = Ref(exercise.graph.steps[id].parents[0])
    report = marked(exercise, worked(exercise, copied))
    assert [one.id for one in report.steps if one.credit > 0 and one.verdict != "correct"] == []


def test_a_misconception_excuses_no_other_copies() -> None:
    """First parents wherever the way back begins, the deltas of gradients among them."""
    for exercise in exercises("lfd-numeric"):
        steps = [exercise.graph.steps[id] for id in exercise.asked]
        back = [one for one in steps if one.kind not in ("net", "out", "loss")]
        copied: dict[str, Expression | float] = {one.id: Ref(one.parents[0]) for one in back}
        report = marked(exercise, worked(exercise, copied))
        paid = [one.id for one in report.steps if one.credit > 0 and one.verdict != "correct"]
        assert [id for id in paid if id in copied] == []


def test_a_third_misconception_is_charged_at_each_step(mazur: Exercise) -> None:
    """One or two errors are charged once each; a sheet of many is no single error."""
    slips = {"net.1.": "bias-left-out", "out.1.": "exponent-sign", "new.w.2.": "rate-left-out"}
    groups = [[id for id in mazur.asked if id.startswith(start)] for start in slips]
    put = {
        id: slip_at(mazur, id, slip)
        for ids, slip in zip(groups, slips.values(), strict=True)
        for id in ids
    }
    expected = [groups[0][0], groups[1][0], *groups[2]]
    assert lost(marked(mazur, worked(mazur, put))) == sorted(expected, key=mazur.asked.index)
    two = {id: rule for id, rule in put.items() if id not in groups[1]}
    expected = [groups[0][0], groups[2][0]]
    assert lost(marked(mazur, worked(mazur, two))) == expected
