"""A misconception is a wrong rule; its number must be another number."""

from __future__ import annotations

import numpy as np
import pytest
from issued_exercises import exercises
from plans import PLANS
from recipe_exercises import NAMES as RECIPES
from recipe_exercises import design as recipe_design
from shipped_recipes import LAYERED as NETWORKS

from problems.arithmetic.ball import Ball, apart, within
from problems.computation.graph import build
from problems.computation.solve import values
from problems.computation.trivial import is_straight
from problems.drawing import family, gate
from problems.misconceptions.slips import CATALOGUE, named_only, wrong_rules
from problems.rules.expression import BALLS, NUMBERS


def applied() -> dict[str, list[tuple[str, str]]]:
    """Slip -> the places where it can happen, over all plans."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, plan in PLANS.items():
        graph = build(plan)
        for id in graph.steps:
            for wrong in (*wrong_rules(graph, id), *named_only(graph, id)):
                found.setdefault(wrong.slip, []).append((name, id))
    return found


def happening(name: str) -> set[str]:
    """Slips that can happen somewhere in a recipe."""
    graph = recipe_design(name).graph
    return {wrong.slip for id in graph.steps for wrong in wrong_rules(graph, id)}


def test_every_slip_can_happen_somewhere() -> None:
    """An entry that never applies is dead weight."""
    of_recipes = {entry.name for entry in CATALOGUE.values() if entry.recipes}
    missing = set(CATALOGUE) - set(applied()) - {"two-shift-forgotten", "one-sided-difference"}
    missing -= {slip for name in RECIPES for slip in happening(name)} & of_recipes
    assert not missing


def test_central_difference_slip_applies() -> None:
    """It needs a numerical step, which none of the plans has."""
    design = family.load("lfd-numeric").design()
    found = [wrong.slip for wrong in wrong_rules(design.graph, "num.dw.1.1.1")]
    assert found[:2] == ["two-shift-forgotten", "one-sided-difference"]


@pytest.mark.parametrize("name", NETWORKS)
def test_no_wrong_rule_gives_an_acceptable_number(name: str) -> None:
    """The gate's promise, on issued exercises, judged anew without the gate's code."""
    for exercise in exercises(name):
        graph, balls = exercise.graph, exercise.solution
        for id in exercise.asked:
            for wrong in wrong_rules(graph, id):
                number = wrong.rule.evaluate(balls, BALLS)
                if wrong.slip == "parent-copied" and number.m == balls[id].m:
                    continue  # output minus a target of 0 is the output: a copy is right
                assert not within(float(number.m), balls[id]), (exercise.id, id, wrong.slip)


def test_wrong_rules_use_only_what_the_exercise_has() -> None:
    """A wrong rule can be evaluated wherever the right one can."""
    for plan in PLANS.values():
        graph = build(plan)
        known = {*graph.givens, *graph.steps}
        for id in graph.steps:
            for wrong in (*wrong_rules(graph, id), *named_only(graph, id)):
                assert set(wrong.rule.refs()) <= known


@pytest.mark.parametrize("name", NETWORKS)
def test_slips_that_are_named_only_leave_the_gate_alone(name: str) -> None:
    """Whatever is entered for its name alone, the draw stays what its version makes it."""
    design = family.load(name).design()
    only = {entry.name for entry in CATALOGUE.values() if not entry.gated}
    assert only
    must = gate.checks(design.graph, tuple(design.asked), design.precision, None)
    assert not only & {check.other for check in must}
    for id in design.graph.steps:
        gated = wrong_rules(design.graph, id)
        assert not only & {wrong.slip for wrong in gated}
        rules = {wrong.rule for wrong in gated}
        assert not rules & {wrong.rule for wrong in named_only(design.graph, id)}


def test_musileks_misprint_is_one_of_the_wrong_rules() -> None:
    """dE/db1 = 0.0008 in the document: unit j with the path through output j, no other."""
    graph = build(PLANS["musilek"])
    weights = {"w.1.1": (0.1, 0.3, 0.5), "w.1.2": (0.2, 0.4, 0.6)}
    known = {f"{k}.{i}": v for k, vs in weights.items() for i, v in enumerate(vs, 1)}
    known |= {"w.2.1.1": 0.7, "w.2.1.2": 0.9, "w.2.2.1": 0.8, "w.2.2.2": 0.1}
    known |= {"x.1": 1.0, "x.2": 4.0, "x.3": 5.0, "t.1": 0.1, "t.2": 0.05}
    known |= {"b.1": 0.5, "b.2": 0.5, "rate": 0.01}
    ours = values(graph, known)
    printed = [
        round(float(w.rule.evaluate(ours, NUMBERS)), 4)
        for w in wrong_rules(graph, "db.1")
        if w.slip == "one-path-only"
    ]
    assert 0.0008 in printed
    assert round(float(ours["db.1"]), 4) == 0.0024


@pytest.mark.parametrize("name", NETWORKS)
def test_issued_exercises_have_nothing_the_gate_would_find(name: str) -> None:
    """(i) to (iv) of GRADING section 6, stated here on their own."""
    for exercise in exercises(name):
        balls = exercise.solution
        design_low = family.load(name).low
        must = gate.checks(exercise.graph, exercise.asked, exercise.precision, design_low)
        assert gate.findings(balls, must) == []
        for id in exercise.asked:
            straight = is_straight(exercise.graph, exercise.graph.steps[id])
            assert straight or apart(balls[id], Ball(0.0, 0.0))


def test_the_gate_refuses_the_documents_own_numbers() -> None:
    """Mazur's w1 changes by 0.0002 at a learning rate of 0.5: not to be told at 4 decimals."""
    from dataclasses import replace

    from grader.assignments.example import document_exercise
    from problems.arithmetic.precision import Precision

    exercise = replace(document_exercise("mazur"), precision=Precision(4))
    must = gate.checks(exercise.graph, exercise.asked, exercise.precision, None)
    found = gate.findings(exercise.solution, must)
    assert any(f.step == "new.w.1.1.1" and f.other in ("w.1.1.1", "unchanged") for f in found)


def test_batched_gate_equals_the_gate_one_by_one() -> None:
    """Dropping refused draws on the way must not change what is refused."""
    from problems.computation.solve import solve
    from problems.drawing.candidates import Candidates, key
    from problems.drawing.draw import must_pass, passing

    design = family.load("binary").design()
    candidates = Candidates(design)
    indices = candidates.block(key("s", "a", "b"), 0)
    arrays = candidates.values(indices)
    batch = passing(design, arrays, len(indices))
    for n in range(len(indices)):
        one = {id: float(v[n]) for id, v in arrays.items()}
        balls = solve(design.graph, one, design.precision)
        assert (not gate.findings(balls, must_pass(design))) == bool(batch[n])
    assert 0 < np.count_nonzero(batch) < len(indices)
