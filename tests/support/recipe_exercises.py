"""Exercises of the recipes in tests/recipes, and students who work them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from issued_exercises import drawn

from grader.marking.words import Answers
from grader.read.number import read_number
from problems.drawing import family
from problems.drawing.design import Design
from problems.exercise import Exercise
from problems.misconceptions.catalogue import WrongRule
from problems.rules.expression import NUMBERS

FOLDER = Path(__file__).parents[1] / "recipes"
NAMES = tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


@lru_cache(maxsize=32)
def design(name: str) -> Design:
    """The design of a recipe."""
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    return family.read(text, name, f"{name}.toml").design()


@lru_cache(maxsize=32)
def exercises(name: str, count: int = 3) -> tuple[Exercise, ...]:
    """Its first exercises under a fixed secret."""
    return drawn(design(name), count)


def worked(exercise: Exercise, step: str = "", wrong: WrongRule | None = None) -> Answers:
    """What a student writes who works on with the written numbers, with one slip or none."""
    known = dict(exercise.numbers)
    texts = {}
    for one in exercise.graph.steps.values():
        rule = wrong.rule if wrong and one.id == step else one.rule
        texts[one.id] = exercise.precision.shown(one.kind, float(rule.evaluate(known, NUMBERS)))
        known[one.id] = float(texts[one.id])
    return {id: read_number(texts[id]) for id in exercise.asked}
