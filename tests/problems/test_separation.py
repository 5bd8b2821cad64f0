"""Where a family asks for it, any two misconceptions at a step write numbers that are two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from issued_exercises import exercises

from grader.marking.mark import mark
from grader.read.number import read_number
from problems.computation.solve import values
from problems.drawing import family
from problems.drawing.candidates import key
from problems.drawing.draw import draw, must_pass
from problems.drawing.separation import separation
from problems.misconceptions.slips import OF_THE_PEN, wrong_rules
from problems.rules.expression import NUMBERS

SEPARATING = [name for name in family.names() if family.load(name).separate_slips]


def test_families_where_it_is_cheap_ask_for_it() -> None:
    """Less than twice the draws; the others would need more."""
    assert set(SEPARATING) == {
        "mazur", "slides", "mazur-delta", "mazur-mixed", "two-rounds", "lfd-numeric",
    }  # fmt: skip


@pytest.mark.parametrize("name", SEPARATING)
def test_no_two_slips_give_one_number(name: str) -> None:
    """Judged anew: two units apart, but for those that are one function of the numbers."""
    for exercise in exercises(name):
        found = values(exercise.graph, exercise.numbers)
        for id in exercise.asked:
            kind = exercise.graph.steps[id].kind
            unit = 10.0 ** -exercise.precision.places(kind)
            known: dict[str, list[float]] = {}
            for wrong in wrong_rules(exercise.graph, id):
                if wrong.slip not in OF_THE_PEN:
                    number = float(wrong.rule.evaluate(found, NUMBERS))
                    known.setdefault(wrong.slip, []).append(number)
            for slip, numbers in known.items():
                for other in set(known) - {slip}:
                    gaps = np.abs(np.subtract.outer(numbers, known[other]))
                    scale = 1e-9 * np.maximum.outer(np.abs(numbers), np.abs(known[other]))
                    assert ((gaps > 1.99 * unit) | (gaps <= scale)).all(), (id, slip, other)


def test_without_it_some_slips_give_one_number() -> None:
    """Test the tester: draws that need not be separated are refused by the check for pairs."""
    made = family.load("mazur")
    design = replace(made, separate_slips=False).design()
    pairs = [check for check in must_pass(made.design()) if check.name == "pair"]
    assert len(pairs) == len(design.asked)
    plain = draw(design, [key("pairs", "mazur", str(n)) for n in range(40)])
    strict = draw(made.design(), [key("pairs", "mazur", str(n)) for n in range(40)])
    assert any(a != b for a, b in zip(plain, strict, strict=True))
    assert all(a.attempt <= b.attempt for a, b in zip(plain, strict, strict=True))


def test_what_is_one_function_is_not_asked_to_be_two() -> None:
    """The first example's gradient written for the mean, and the like, by the same numbers."""
    design = family.load("mazur").design()
    found = separation(design)
    assert found is separation(family.load("mazur").design())
    rules = found.rules["error.1"]
    assert all(a != b for a, b in found.pairs["error.1"])
    assert len(rules) == len(set(rules))


def test_the_first_draw_knows_nothing_of_it() -> None:
    """Old assignments of a family file that asks for it now stay as they are."""
    old = family.load("mazur").design(version=1)
    assert separation(old) is None
    assert not any(check.name == "pair" for check in must_pass(old))


@pytest.mark.parametrize("name", ["mazur", "lfd-numeric"])
def test_each_slip_gets_its_own_name(name: str) -> None:
    """One slip at one step, rounded: the marker names it, and no other."""
    missed: list[tuple[str, str, str]] = []
    tried = 0
    for exercise in exercises(name, 2):
        true = values(exercise.graph, exercise.numbers)
        for id in exercise.asked:
            places = exercise.precision.places(exercise.graph.steps[id].kind)
            rules = [w for w in wrong_rules(exercise.graph, id) if w.slip not in OF_THE_PEN]
            for wrong in rules[::3]:
                number = float(wrong.rule.evaluate(true, NUMBERS))
                answers = {q: read_number(exercise.printed[q]) for q in exercise.asked}
                answers[id] = read_number(f"{number:.{places}f}")
                report = mark(exercise, answers)
                (step,) = (s for s in report.steps if s.id == id)
                same = {
                    w.slip
                    for w in rules
                    if abs(float(w.rule.evaluate(true, NUMBERS)) - number) < 1e-9
                }
                tried += 1
                if step.slip not in same:
                    missed.append((id, wrong.slip, str(step.slip)))
    assert len(missed) <= 0.01 * tried, missed
