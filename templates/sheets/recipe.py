"""A recipe on paper: the numbers it starts from, as single values or matrices, and its lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from problems.exercise import Exercise
from problems.formulas.formula import EQUALS, Formula, Matrix, Op, row
from problems.formulas.writing import Writer, number
from problems.recipes.language import Definition, Gradient
from problems.recipes.names import apart, name
from problems.recipes.recipe import Recipe
from templates.pages.page import Block, Heading, Inline, Inlines, Math, Table, Text, text

DOTS = Op("…", "binary")


def recipe_givens(exercise: Exercise, heading: str) -> list[Block]:
    """All numbers that are handed out: a row a name, with two indices a matrix."""
    names: dict[str, list[str]] = {}
    for id in exercise.graph.givens:
        names.setdefault(name(id), []).append(id)
    rows = tuple((_named(exercise, found), _values(exercise, found)) for found in names.values())
    return [Heading(2, heading), Table((text("Given"), text("Values")), rows)]


def _named(exercise: Exercise, found: Sequence[str]) -> Inlines:
    first, last = (exercise.naming.symbol(id) for id in (found[0], found[-1]))
    return (Math(first if len(found) == 1 else row(first, DOTS, last)),)


def _values(exercise: Exercise, found: Sequence[str]) -> Inlines:
    shape = [apart(id).indices for id in found]
    columns = len({at[-1] for at in shape}) if len(shape[0]) == 2 else 0
    if columns > 1:
        cells = [number(exercise.givens[id]) for id in found]
        lines = [tuple(cells[n : n + columns]) for n in range(0, len(cells), columns)]
        return (Math(Matrix(tuple(lines))),)
    parts: list[Inline] = []
    for id in found:
        parts += [Text(", ")] if parts else []
        value = number(exercise.givens[id])
        parts.append(Math(row(exercise.naming.symbol(id), EQUALS, value)))
    return tuple(parts)


def recipe_rules(exercise: Exercise) -> Table:
    """A row a line: its rule at the first values of its indices; of gradients what they mean."""
    return Table((text("Line"), text("On this sheet")), tuple(_rules(exercise)))


def _rules(exercise: Exercise) -> Iterator[tuple[Inlines, Inlines]]:
    recipe = exercise.plan
    assert isinstance(recipe, Recipe)
    writer = Writer(exercise.naming, worked_out=True)
    steps = exercise.graph.steps
    met: set[int] = set()
    for n, found in recipe.runs():
        line = recipe.program.statements[n]
        if n in met:
            continue
        met.add(n)
        if isinstance(line, Gradient):
            yield text("Derivatives"), _meaning(exercise, recipe, found)
        elif isinstance(line, Definition):
            ids = [id for id, own in recipe.program.lines.items() if own == n]
            step = steps[ids[-1]]
            rule = row(writer.left(step), writer.relation(step), writer.symbolic(step))
            rest: Inlines = (Text(f", and so on: {len(ids)} of them"),) if len(ids) > 1 else ()
            yield text(line.target.name), (Math(rule), *rest)


def _meaning(exercise: Exercise, recipe: Recipe, found: Sequence[str]) -> Inlines:
    derivatives = recipe.program.derivatives
    first = next(id for id in found if id in derivatives)
    loss, by = (Math(exercise.naming.symbol(id)) for id in derivatives[first])
    means: Formula = exercise.naming.symbol(first)
    return (
        Math(means), Text(" is the derivative of "), loss, Text(" by "), by,
        Text(", through every way that leads from it to "), loss, Text("; and so on."),
    )  # fmt: skip
