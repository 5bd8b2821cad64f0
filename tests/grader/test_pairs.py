"""Two slips in one cell: both named, never paid, and none invented."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pytest
import truth_table as table
from issued_exercises import exercises
from shipped_recipes import LAYERED as NETWORKS
from transcripts import Class, Student, marked
from truth_table import Tally
from two_in_a_cell import any_number, pair_rules, two_in_a_cell

from grader.bulk.judging import _credits, _Names
from grader.marking.mark import mark
from grader.marking.policy import DEFAULT, Policy
from grader.read.number import read_number
from problems.drawing import family
from problems.exercise import Exercise
from problems.misconceptions.catalogue import CATALOGUE
from problems.misconceptions.names import BOTH
from problems.misconceptions.pairs import pairs
from problems.misconceptions.slips import COPIED
from problems.rules.expression import NUMBERS, Expression
from templates.feedback.page import feedback, without_slips
from templates.feedback.report import Report
from templates.feedback.show import Show
from templates.pages.html import html

GENEROUS = Policy(credits=MappingProxyType({**DEFAULT.credits, "slip": 0.5}))


def pair(exercise: Exercise, id: str, name: str, nth: int = 0) -> Expression:
    """The rule that two slips make of a step's."""
    every = pair_rules(pairs(exercise.graph, id))
    return [rule for found, rule in every if found == name][nth]


def report(exercise: Exercise, id: str, rule: Expression, policy: Policy = DEFAULT) -> Report:
    """A rounding student who works one step by another rule."""
    carried: dict[str, float] = dict(exercise.numbers)
    for step in exercise.graph.steps.values():
        used = rule if step.id == id else step.rule
        carried[step.id] = float(
            exercise.precision.shown(step.kind, float(used.evaluate(carried, NUMBERS)))
        )
    shown = {
        id: exercise.precision.shown(exercise.graph.steps[id].kind, carried[id])
        for id in exercise.asked
    }
    return mark(exercise, {id: read_number(text) for id, text in shown.items()}, policy)


@pytest.mark.parametrize(
    ("name", "id", "both"),
    [
        ("mazur", "new.w.2.1.1", "rate-left-out+sign-flipped"),
        ("mazur", "new.w.1.1.2", "plus-for-minus+rate-left-out"),
        ("musilek", "new.b.1", "plus-for-minus+rate-left-out"),
        ("musilek", "dw.2.1.1", "slope-left-out+point-shifted"),
        ("two-rounds", "delta.2.1", "slope-left-out+point-shifted"),
        ("lfd", "n1:net.1.1", "bias-left-out+sign-flipped"),
        ("valchanov", "dw.1.1.1", "input-left-out+sign-flipped"),
    ],
)
def test_two_slips_in_one_cell_are_both_named(name: str, id: str, both: str) -> None:
    """The step says both, costs what a wrong number costs, and everything after it counts."""
    exercise = exercises(name)[0]
    found = report(exercise, id, pair(exercise, id, both), GENEROUS)
    lost = [step for step in found.steps if step.verdict not in ("correct", "carried")]
    assert [(step.id, step.verdict, step.slip) for step in lost] == [(id, "slip", both)]
    (step,) = lost
    assert step.credit == 0
    assert (step.code, step.arguments) == ("two_slips", {"slips": both.split(BOTH)})
    assert all(CATALOGUE[slip].student in step.message for slip in both.split(BOTH))
    assert found.first_deviation == id


def test_feedback_titles_both_and_hides_both() -> None:
    """As the policy has it."""
    exercise, id = exercises("mazur")[0], "new.w.2.1.1"
    found = report(exercise, id, pair(exercise, id, "rate-left-out+sign-flipped"))
    page = html(feedback(found, exercise, Show(), "Mazur", "Ada"))
    assert "Learning rate left out and sign flipped." in page
    (veiled,) = [step for step in without_slips(found).steps if step.id == id]
    assert (veiled.verdict, veiled.slip, veiled.code) == ("wrong", None, "not_the_value")
    assert "sign" not in veiled.message


def test_a_table_of_answers_pays_two_slips_as_one_by_one() -> None:
    """Where a slip is worth something, two of them in a cell are worth a wrong number."""
    exercise = exercises("mazur")[0]
    names = _Names((2, 1))
    names.put(0, 0, "rate-left-out")
    names.put(1, 0, "rate-left-out+sign-flipped")
    verdict = np.full((2, 1), 5, dtype=np.int8)
    credit = _credits(exercise, GENEROUS, verdict, names, np.zeros((2, 1), dtype=np.int64))
    assert credit.ravel().tolist() == [0.5, 0.0]


@pytest.mark.parametrize("name", ["musilek", "mazur", "sgd", "relu-softmax"])
def test_pairs_are_named_rightly_or_not_at_all(name: str) -> None:
    """Whatever two slips meet: no other two are named, nothing is paid, most are named."""
    tally, of = Tally(), Class.of(name, 3, seed=31)
    two_in_a_cell(tally, of, np.random.default_rng(31), times=60)
    assert tally.of[table.PAIR_CREDITED] > 100
    assert tally.numbers[table.PAIR_CREDITED] == 0
    assert tally.numbers[table.PAIR_OTHERWISE] == 0
    assert tally.share(table.PAIR_UNNAMED) < 0.5


def test_numbers_that_mean_nothing_are_hardly_ever_named() -> None:
    """Of numbers drawn among the true values less than one in a hundred."""
    tally = Tally()
    for name in ("musilek", "mazur", "sgd"):
        any_number(tally, Class.of(name, 20, seed=32), np.random.default_rng(32), times=1)
    assert tally.of[table.PAIR_INVENTED] > 2000
    assert tally.share(table.PAIR_INVENTED) < 0.01


def test_a_sheet_of_made_up_numbers_gets_no_pairs() -> None:
    """Most of it nothing explains: then two slips explain none."""
    of, rng = Class.of("musilek", 20, seed=33), np.random.default_rng(33)
    true: Mapping[str, np.ndarray] = Student(of, "round", rng).paper
    spread = np.std([true[id] for id in of.design.asked])
    made_up = {id: np.round(rng.uniform(-spread, spread, of.count), 4) for id in of.design.asked}
    names = [name for at in marked(of, made_up).slips.values() for name in at.values()]
    assert not [name for name in names if BOTH in name]


@pytest.mark.parametrize("name", NETWORKS)
def test_pairs_are_of_slips_that_work_on_rules(name: str) -> None:
    """Two different slips of the step, none of them a mere copy, in the catalogue's order."""
    graph, order = family.load(name).design().graph, list(CATALOGUE)
    for id in graph.steps:
        found = pairs(graph, id)
        known = {single.slip for single in found.singles}
        for both in set(found.names):
            one, other = both.split(BOTH)
            assert one != other
            assert {one, other} <= {*order} - COPIED
            assert {one, other} & known
        values = {ref: np.full(2, 0.3) for ref in (*graph.givens, *graph.steps)}
        numbers, stretched = found.numbers(values, (2,))
        assert numbers.shape == stretched.shape == (len(found.names), 2)
        assert (stretched >= 1).all()
