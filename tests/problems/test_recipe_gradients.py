"""Adjoints of recipes against automatic differentiation by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import numpy as np
import pytest
from autograd import value_and_grad
from judges import Ag
from recipe_exercises import NAMES, design

from problems.computation.kinds import Role
from problems.computation.solve import values
from problems.computation.steps import Graph
from problems.recipes.expressions import nodes
from problems.recipes.recipe import Recipe
from problems.rules.expression import NUMBERS
from problems.rules.extrema import Max

RANDOM = 20
"""Sets of numbers of each recipe."""
MOST_DERIVATIVES = 60
"""Derivatives looked at of each set: all, of most recipes."""


def numbers(graph: Graph, fixed: Mapping[str, float], seed: int) -> dict[str, float]:
    """Any numbers, not only nice ones; those that the file fixes stay."""
    rng = np.random.default_rng(seed)
    return {id: fixed.get(id, float(rng.uniform(-1.5, 1.5))) for id in graph.givens}


def loss(graph: Graph, known: Mapping[str, Any], of: str, by: str, value: Any) -> Any:
    """The loss, where a quantity has another value and all that follows is worked anew."""
    found, moved = {**known, by: value}, {by}
    for step in graph.steps.values():
        forward = [id for id in step.parents if graph.parse(id).role is not Role.ADJOINT]
        reads = moved & set(step.parents) and len(forward) == len(step.parents)
        if step.role is Role.QUANTITY and step.id != by and reads:
            found[step.id] = step.rule.evaluate(found, Ag())
            moved.add(step.id)
    return found[of]


def tied(graph: Graph, known: Mapping[str, Any]) -> bool:
    """Whether two parts of a maximum are the largest: there is no derivative there."""
    largest = (n for s in graph.steps.values() for n in nodes(s.rule) if isinstance(n, Max))
    found = (sorted(float(part.evaluate(known, NUMBERS)) for part in one.of) for one in largest)
    return any(parts[-1] == parts[-2] for parts in found)


@pytest.mark.parametrize("name", NAMES)
def test_every_adjoint_is_the_derivative_that_it_says(name: str) -> None:
    made = design(name)
    graph, recipe = made.graph, made.plan
    assert isinstance(recipe, Recipe)
    fixed = {id: float(made.grids[id].texts[0]) for id in made.always}
    derivatives = list(recipe.program.derivatives.items())
    assert derivatives
    every = (values(graph, numbers(graph, fixed, seed)) for seed in range(50 * RANDOM))
    for known in islice((known for known in every if not tied(graph, known)), RANDOM):
        for id, (of, by) in derivatives[:: max(1, len(derivatives) // MOST_DERIVATIVES)]:

            def at(value: Any, of: str = of, by: str = by, known: Any = known) -> Any:
                return loss(graph, known, of, by, value)

            reached, steep = value_and_grad(at)(float(known[by]))
            assert reached == pytest.approx(float(known[of]), rel=1e-12)
            assert steep == pytest.approx(float(known[id]), rel=1e-10, abs=1e-13), id
