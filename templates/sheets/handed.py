"""What a sheet shows before it asks: the drawing, the numbers, and the rules."""

from __future__ import annotations

from problems.exercise import Exercise
from problems.recipes.recipe import Recipe
from templates.pages.page import Block, Table
from templates.sheets.dag_figure import recipe_figure
from templates.sheets.definitions import definitions
from templates.sheets.figure import network_figure
from templates.sheets.givens import givens
from templates.sheets.recipe import recipe_givens, recipe_rules


def handed_out(exercise: Exercise, heading: str, solved: bool = False) -> list[Block]:
    """Drawing, numbers and rules; of a recipe its numbers and its lines.

    Args:
        exercise: whose numbers.
        heading: of the numbers.
        solved: whether the drawing of a recipe shows the results too.
    """
    if isinstance(exercise.plan, Recipe):
        graph = recipe_figure(exercise, "values" if solved else "blank")
        return [graph, *recipe_givens(exercise, heading), rules(exercise)]
    figure = network_figure(exercise)
    return [figure, *givens(exercise, figure.drawing.shown, heading), rules(exercise)]


def named_only(exercise: Exercise) -> list[Block]:
    """The same without numbers, where formulas are asked for."""
    if isinstance(exercise.plan, Recipe):
        return [recipe_figure(exercise, "names"), rules(exercise)]
    return [network_figure(exercise, "names"), rules(exercise)]


def rules(exercise: Exercise) -> Table:
    """What holds on the sheet: the rules of the layers, or the lines of the recipe."""
    return recipe_rules(exercise) if isinstance(exercise.plan, Recipe) else definitions(exercise)
