"""Shipped families that are recipes: they draw, their gradients are right, texts agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from issued_exercises import exercises
from judges import Ag
from shipped_recipes import NAMES, OFFERED, published

from problems.arithmetic.elementary import BoolArray
from problems.computation.kinds import Role
from problems.computation.solve import values
from problems.computation.steps import Graph
from problems.drawing import family
from problems.drawing.design import Design
from problems.drawing.recipe_family import RecipeFamily
from problems.recipes.expressions import nodes
from problems.recipes.recipe import Recipe
from problems.rules.expression import NUMBERS
from problems.rules.extrema import Max

RANDOM = 100
"""Exercises whose gradients are judged."""


def test_the_kinds_that_courses_ask_are_shipped() -> None:
    asked = (
        "circuit circuit-branching xor xor-bipolar perceptron adaline chain conv conv-3x3 rnn "
        "lstm attention batchnorm layernorm residual embedding momentum weight-decay adam "
        "batch-matrices softmax-regression autodiff-reverse autodiff-forward dropout"
    )
    assert set(asked.split()) <= set(NAMES)


@pytest.mark.parametrize(("name", "difficulty"), OFFERED)
def test_a_family_draws_exercises(name: str, difficulty: str) -> None:
    """Different ones, with few digits in what is given."""
    found = exercises(name, 5, difficulty)
    assert len({tuple(one.givens.items()) for one in found}) == 5
    assert all(len(text.partition(".")[2]) <= 3 for one in found for text in one.givens.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_family_says_where_its_style_comes_from(name: str) -> None:
    found = family.load(name)
    assert found.summary
    assert found.source
    assert found.instructions


# gradients ----------------------------------------------------------------------------------


def random(design: Design, count: int) -> dict[str, Any]:
    """Any numbers within the ranges of the file, for so many exercises."""
    rng = np.random.default_rng(len(design.graph.steps))
    found = {}
    for id, grid in design.grids.items():
        ends = [float(text) for text in grid.texts]
        found[id] = rng.uniform(min(ends), max(ends), count)
    return found


def decided(graph: Graph, known: Mapping[str, Any], count: int) -> BoolArray:
    """Where no two parts of a maximum are the largest: else there is no derivative."""
    fine = np.full(count, True)
    for node in (n for step in graph.steps.values() for n in nodes(step.rule)):
        if isinstance(node, Max):
            parts = np.sort([part.evaluate(known, NUMBERS) for part in node.of], axis=0)
            fine &= parts[-1] > parts[-2]
    return fine


class Batched(Ag):
    """autograd over arrays."""

    def largest(self, xs: Sequence[Any]) -> Any:
        return anp.max(anp.array(list(xs)), axis=0)


def shifted(graph: Graph, known: Mapping[str, Any], of: str, moved: str) -> Callable[[Any], Any]:
    """The loss as a function of a shift of one quantity; adjoints in updates stay as they are."""

    def loss(shift: Any) -> Any:
        found = {**known, moved: known[moved] + shift}
        reached = {moved}
        for step in graph.steps.values():
            adjoints = any(graph.parse(id).role is Role.ADJOINT for id in step.parents)
            through = step.role is Role.QUANTITY and not adjoints and step.id != moved
            if through and reached & set(step.parents):
                found[step.id] = step.rule.evaluate(found, Batched())
                reached.add(step.id)
        return found[of]

    return loss


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_automatic_differentiation(name: str) -> None:
    """Of a hundred exercises at once, against autograd."""
    design = family.load(name).design()
    graph, recipe = design.graph, design.plan
    assert isinstance(recipe, Recipe)
    drawn = random(design, 12 * RANDOM)
    fine = np.flatnonzero(decided(graph, values(graph, drawn), 12 * RANDOM))[:RANDOM]
    assert len(fine) == RANDOM
    known = values(graph, {id: column[fine] for id, column in drawn.items()})
    every = {id: np.broadcast_to(np.asarray(v, float), RANDOM) for id, v in known.items()}
    for id, (of, by) in recipe.program.derivatives.items():
        steep = elementwise_grad(shifted(graph, every, of, by))(np.zeros(RANDOM))
        largest = float(np.max(np.abs(every[id])))
        assert steep == pytest.approx(every[id], rel=1e-12, abs=1e-12 * max(1.0, largest)), id


# what texts print ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", published(), ids=lambda text: f"{text.family}: {text.place[:40]}")
def test_a_text_and_its_family_agree(text: Any) -> None:
    """Every number that a text prints, to the digits that it prints."""
    found = family.load(text.family)
    assert isinstance(found, RecipeFamily)
    design = found.design(difficulty=text.difficulty)
    known = values(design.graph, {id: float(number) for id, number in text.givens.items()})
    for id, printed in text.numbers.items():
        places = len(printed.partition(".")[2])
        assert abs(float(known[id]) - float(printed)) <= 0.501 * 10**-places + 1e-14, (
            id,
            known[id],
        )
    for id, printed in text.misprints.items():
        places = len(printed.partition(".")[2])
        assert abs(float(known[id]) - float(printed)) > 10**-places, (id, known[id])
