"""Families written as recipes: formulas, sizes, and numbers given or drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from problems.arithmetic.grid import Grid
from problems.computation.network import Computation
from problems.computation.sections import Group, Placed
from problems.computation.steps import Graph
from problems.drawing.asked import near
from problems.drawing.design import DIFFICULTIES, LOOKS, Family
from problems.drawing.family_checks import Checker
from problems.drawing.given_numbers import given_numbers
from problems.errors import Complaint, SpecError
from problems.formulas import notation
from problems.recipes.language import Gradient
from problems.recipes.names import beginnings, begins
from problems.recipes.names import name as first_word
from problems.recipes.recipe import ADJOINTS, Recipe

TOP = (
    "title summary source notation look steps sizes given method precision ask instructions "
    "easy hard"
)
LARGEST_SIZE = 100
MAY_ADD = 2
"""Digits that are asked for beyond those of the file where nothing can be graded without."""


@dataclass(frozen=True, kw_only=True)
class RecipeFamily(Family):
    """A validated family file with a recipe."""

    plans: Mapping[str, Recipe]
    """Difficulty -> what is computed."""
    numbers: Mapping[str, Mapping[str, Grid]]
    """Difficulty -> id of a given -> what it is drawn from."""
    ask: tuple[str, ...] = ()
    """Names and ids of what is asked for; of everything, if there are none."""

    @property
    def own(self) -> bool:
        """Whether some of its numbers are exact."""
        return any(len(grid.texts) == 1 for of in self.numbers.values() for grid in of.values())

    @property
    def difficulties(self) -> tuple[str, ...]:
        """Those that it has numbers for."""
        return tuple(self.plans)

    @property
    def shape(self) -> str:
        """That it is a recipe."""
        return "recipe"

    def facts(self) -> list[list[str]]:
        """Its lines."""
        lines = [line.strip() for line in self.plans["standard"].text.strip().splitlines()]
        return [["recipe", lines[0]], *(["", line] for line in lines[1:])]

    def planned(self, layers: str | None, difficulty: str) -> Computation:
        """Its recipe with the sizes of a difficulty."""
        if layers:
            what = f"{self.name} is a recipe and has no layers; its sizes stand in its file"
            raise SpecError([Complaint("layers", what)])
        return self.plans[difficulty]

    def grids(self, plan: Computation, difficulty: str) -> dict[str, Grid]:
        """As the file gives them."""
        return dict(self.numbers[difficulty])

    def placed(self, graph: Graph) -> tuple[Placed, ...]:
        """A part for each line of the recipe, and for each round of a line that has rounds."""
        assert isinstance(graph.plan, Recipe)
        statements = graph.plan.program.statements
        runs = [(n, steps) for n, found in graph.plan.runs() if (steps := self.asked(found))]
        rounds = {n: sum(m == n for m, _ in runs) for n, _ in runs}
        met: dict[int, int] = {}
        parts = []
        for n, steps in runs:
            met[n] = met.get(n, 0) + 1
            line = statements[n]
            what = "Gradient of " if isinstance(line, Gradient) else ""
            title = f"{what}{line.target.name}"
            if rounds[n] > 1:
                title += f" ({met[n]} of {rounds[n]})"
            parts.append(Placed(title, "", tuple(Group((id,)) for id in steps)))
        return tuple(parts)

    def asked(self, steps: tuple[str, ...]) -> tuple[str, ...]:
        """Those of some steps that are asked for."""
        if not self.ask:
            return steps
        return tuple(id for id in steps if any(begins(id, name) for name in self.ask))


def recipe_family(check: Checker, data: dict[str, Any], name: str) -> RecipeFamily | None:
    """A family with a recipe from its file's tables; the checker collects what is wrong."""
    check.known(data, TOP, "")
    method = check.table(data, "method", "paths adjoints")
    precision = check.table(data, "precision", "decimals significant may_add kinds")
    ask = check.table(data, "ask", "steps")
    decimals = check.number(precision, "precision.decimals", None, 1, 10)
    significant = check.number(precision, "precision.significant", None, 2, 10)
    plans: dict[str, Recipe] = {}
    numbers: dict[str, Mapping[str, Grid]] = {}
    for difficulty, tables in _difficulties(check, data).items():
        sizes = _sizes(check, tables["sizes"])
        numbers[difficulty] = given_numbers(check, tables["given"], sizes)
        plans[difficulty] = Recipe(
            check.text(data, "steps", None),
            tuple(sizes.items()),
            tuple(numbers[difficulty]),
            check.flag(method, "method.paths", False),
            check.choice(method, "method.adjoints", ADJOINTS, "partial"),  # type: ignore[arg-type]
        )
    if check.complaints:
        return None
    kinds = [kind for plan in plans.values() for kind in _kinds(check, plan)]
    return RecipeFamily(
        name=name,
        title=check.text(data, "title", None),
        summary=check.text(data, "summary", ""),
        source=check.text(data, "source", ""),
        notation=check.choice(data, "notation", notation.names(), "standard"),
        decimals=4 if decimals is None and significant is None else decimals,
        significant=significant,
        kinds=check.kinds(precision, kinds),
        may_add=check.number(precision, "precision.may_add", MAY_ADD, 0, 6) or 0,
        instructions=check.text(data, "instructions", ""),
        look=check.choice(data, "look", LOOKS, "standard"),
        plans=plans,
        numbers=numbers,
        ask=_ask(check, ask, plans),
    )


def _difficulties(check: Checker, data: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Difficulty -> its tables: those of the file, with what the difficulty has of its own."""
    usual = {key: check.table(data, key, None) for key in ("sizes", "given")}
    found = {}
    for level in DIFFICULTIES:
        if level == "standard" or level in data:
            own = check.table(data, level, "sizes given") if level in data else {}
            found[level] = {
                key: usual[key] | check.table(own, key, None, f"{level}.") for key in usual
            }
    return found


def _sizes(check: Checker, table: dict[str, Any]) -> dict[str, int]:
    found = {}
    for name in table:
        size = check.number(table, f"sizes.{name}", None, 0, LARGEST_SIZE)
        if size is not None:
            found[name] = size
    return found


def _kinds(check: Checker, plan: Recipe) -> tuple[str, ...]:
    """Names of what is computed, or complaints of what the text says."""
    try:
        return plan.kinds.steps
    except SpecError as error:
        for complaint in error.complaints:
            check.complain(*complaint)
    return ()


def _ask(check: Checker, table: dict[str, Any], plans: Mapping[str, Recipe]) -> tuple[str, ...]:
    listed = check.names(table, "ask.steps")
    if check.complaints:
        return ()
    steps = [id for plan in plans.values() for id in plan.program.rules]
    for name in listed:
        if not any(begins(id, name) for id in steps):
            names = ", ".join(dict.fromkeys(map(first_word, steps)))
            hint = near(name, [part for id in steps for part in beginnings(id)])
            what = f"nothing computed is called {name!r}; there are {names}{hint}"
            check.complain("ask.steps", what)
    return listed
