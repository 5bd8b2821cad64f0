"""Whose exercise answers belong to: copied sheets are said, honest weak ones never."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from issued_exercises import exercises
from students import HABITS, transcript

from grader.marking.attribution import Fit, Keys, Sheets, foreign
from problems.arithmetic.precision import leading_place, power_of_ten
from problems.computation.solve import values as true_values
from problems.misconceptions.slips import wrong_rules
from problems.rules.expression import NUMBERS

FAMILIES = ["mazur", "mazur-delta", "musilek", "lfd", "lfd-numeric", "slides", "binary"]
FAMILIES += ["valchanov", "relu-softmax", "sgd", "two-rounds", "deep"]
COUNT = 200
"""Exercises of a class."""

Paper = dict[str, np.ndarray]


@lru_cache(maxsize=20)
def keys(name: str, count: int = COUNT) -> Keys:
    found = exercises(name, count)
    givens = {
        id: np.array([float(one.givens[id]) for one in found]) for id in found[0].graph.givens
    }
    return Keys(found[0], [one.id for one in found], [one.student for one in found], givens)


def units(of: Keys, values: np.ndarray) -> np.ndarray:
    precision, graph = of.mould.precision, of.mould.graph
    places = np.array([precision.places(graph.steps[id].kind) for id in of.mould.asked])
    unit = np.array([power_of_ten(-int(n)) for n in places])[:, None]
    if precision.significant is not None:
        unit = leading_place(np.abs(values)) * 10 * unit
    return np.broadcast_to(unit, values.shape)


def right(of: Keys, seed: int = 1, habit: str = "mixture") -> np.ndarray:
    """What honest students write: shape (asked, exercises)."""
    rng = np.random.default_rng(seed)
    paper = transcript(of.mould.graph, dict(of.givens), of.mould.precision, habit, rng)
    return np.array([paper[id] for id in of.mould.asked])


def said(of: Keys, values: np.ndarray, among: int = COUNT) -> list[Fit]:
    return foreign(Sheets(of, values, units(of, values)), of, among)


def copied(of: Keys, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Right answers, and for each student the number of the friend whose sheet it is."""
    turn = np.random.default_rng(seed).integers(1, of.count)
    friend = np.roll(np.arange(of.count), turn)
    return right(of, seed), friend


def rightly_said(of: Keys, fits: list[Fit], friend: np.ndarray) -> int:
    assert all(fit.exercise == of.ids[friend[fit.sheet]] for fit in fits)
    assert all(fit.student == of.students[friend[fit.sheet]] for fit in fits)
    return len({fit.sheet for fit in fits})


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("habit", HABITS)
def test_a_sheet_copied_whole_is_said(name: str, habit: str) -> None:
    of = keys(name)
    values, friend = right(of, 3, habit), np.roll(np.arange(of.count), 7)
    fits = said(of, values[:, friend])
    assert rightly_said(of, fits, friend) >= 0.99 * of.count


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("part", ["from the middle", "half blank"])
def test_a_sheet_copied_in_part_is_said(name: str, part: str) -> None:
    """The other half is the student's own, or not there."""
    of = keys(name)
    own, friend = copied(of, 4)
    middle = len(own) // 2
    values = own[:, friend].copy()
    if part == "from the middle":
        values[:middle] = own[:middle]
    else:
        values[1::2] = np.nan
    fits = said(of, values)
    assert rightly_said(of, fits, friend) >= 0.95 * of.count


@pytest.mark.parametrize("name", ["mazur", "musilek", "lfd-numeric"])
def test_two_students_are_enough(name: str) -> None:
    """A class so small says nothing about chance."""
    of = keys(name, 2)
    values = right(of)
    assert {fit.exercise for fit in said(of, values[:, ::-1], 2)} == set(of.ids)
    assert said(of, values, 2) == []


@pytest.mark.parametrize("name", FAMILIES)
def test_a_slip_of_the_friend_does_not_hide_it(name: str) -> None:
    """Every fifth number of the copy was copied wrongly."""
    of = keys(name)
    own, friend = copied(of, 5)
    values = own[:, friend].copy()
    values[::5] *= 1.1
    assert rightly_said(of, said(of, values), friend) >= 0.95 * of.count


# who is never named ------------------------------------------------------------------------


def with_slips(of: Keys, slips: int, rng: np.random.Generator) -> np.ndarray:
    """Students of whom each works by some wrong rules, and goes on with what comes out."""
    graph, precision = of.mould.graph, of.mould.precision
    steps = [id for id in graph.steps if wrong_rules(graph, id)]
    chosen = rng.choice(steps, size=min(slips, len(steps)), replace=False)
    instead = {id: rng.choice([w.rule for w in wrong_rules(graph, id)]) for id in chosen}
    carried: Paper = {id: np.asarray(x) for id, x in true_values(graph, of.givens).items()}
    with np.errstate(all="ignore"):
        for step in graph.steps.values():
            rule = instead.get(step.id, step.rule)
            value = np.broadcast_to(rule.evaluate(carried, NUMBERS), (of.count,))
            value = np.nan_to_num(value, posinf=1e6, neginf=-1e6)
            carried[step.id] = np.round(value, precision.decimals or 4)
    return np.array([carried[id] for id in of.mould.asked])


def miscopied(of: Keys, rng: np.random.Generator) -> np.ndarray:
    """Right work on givens of which each tenth was read wrongly: another student's, even."""
    givens = {
        id: np.where(rng.random(of.count) < 0.1, rng.permutation(numbers), numbers)
        for id, numbers in of.givens.items()
    }
    paper = transcript(of.mould.graph, givens, of.mould.precision, "round", rng)
    return np.array([paper[id] for id in of.mould.asked])


def guesses(of: Keys, rng: np.random.Generator) -> np.ndarray:
    """Every cell from somebody else: as likely as right numbers, and of nobody."""
    values = right(of)
    return np.array([row[rng.permutation(of.count)] for row in values])


def mixed_up(of: Keys, rng: np.random.Generator) -> np.ndarray:
    """The own numbers in wrong cells."""
    return right(of)[rng.permutation(len(of.mould.asked))]


def constants(of: Keys, rng: np.random.Generator) -> np.ndarray:
    return np.broadcast_to(
        rng.choice([0.0, 0.0001, 0.1, 0.5, 1.0], of.count), (len(of.mould.asked), of.count)
    )


WEAK: dict[str, Callable[[Keys, np.random.Generator], np.ndarray]] = {
    "right": lambda of, rng: right(of, int(rng.integers(1000))),
    "one slip": lambda of, rng: with_slips(of, 1, rng),
    "three slips": lambda of, rng: with_slips(of, 3, rng),
    "ten slips": lambda of, rng: with_slips(of, 10, rng),
    "wrong everywhere": lambda of, rng: with_slips(of, 1000, rng),
    "givens read wrongly": miscopied,
    "guesses": guesses,
    "wrong cells": mixed_up,
    "opposite signs": lambda of, rng: -right(of),
    "one place off": lambda of, rng: right(of) * 10,
    "constants": constants,
    "blank": lambda of, rng: np.full((len(of.mould.asked), of.count), np.nan),
}


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("kind", WEAK)
def test_whoever_works_alone_is_never_named(name: str, kind: str) -> None:
    """Two classes of each kind and family: some 57,000 sheets, none of them named."""
    of, rng = keys(name), np.random.default_rng(len(name) + 100 * len(kind))
    for _ in range(2):
        assert said(of, WEAK[kind](of, rng)) == []


def test_a_large_class_is_searched_without_comparing_all_with_all() -> None:
    """Three thousand sheets, all copied: numpy's calls grow with the sheets, not their square."""
    from measured import work

    of = keys("mazur", 2000)
    values, friend = copied(of, 6)
    calls = work(lambda: said(of, values[:, friend], 2000))
    few = np.full_like(values, np.nan)
    few[:, :200] = values[:, friend][:, :200]
    assert calls < 25 * work(lambda: said(of, few, 2000))
