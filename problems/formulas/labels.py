"""Names and labels that all exercises of one plan have in common."""

from __future__ import annotations

from functools import lru_cache

from problems.computation import ids
from problems.computation.network import Computation, layered
from problems.formulas.notation import Naming, load
from problems.formulas.recipe_names import RecipeNaming
from problems.recipes.recipe import Recipe


@lru_cache(maxsize=64)
def naming_of(notation: str, plan: Computation) -> Naming:
    """A notation bound to a plan.

    Raises:
        SpecError: there is no such notation.
    """
    if isinstance(plan, Recipe):
        return RecipeNaming(load(notation), plan)
    return Naming(load(notation), plan)


@lru_cache(maxsize=64)
def labels_of(
    notation: str,
    plan: Computation,
    asked: tuple[str, ...],
    formulas: tuple[str, ...],
    generals: tuple[str, ...],
) -> dict[str, str]:
    """Question -> what is typed for it; one dict for all exercises that ask the same.

    Args:
        notation: its name.
        plan: of the exercises.
        asked: ids of the steps that ask for numbers.
        formulas: ids of the steps that ask for formulas.
        generals: questions for formulas with letters.
    """
    naming = naming_of(notation, plan)
    found = {id: naming.label(id) for id in asked}
    found |= {ids.formula_of(id): ids.formula_of(naming.label(id)) for id in formulas}
    if generals:
        from problems.formulas import general

        names = {id: general.label(notation, layered(plan), id) for id in generals}
        found |= {id: name + ids.GENERAL for id, name in names.items()}
    return found
