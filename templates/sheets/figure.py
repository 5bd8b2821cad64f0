"""The diagram of an exercise's network, in its notation."""

from __future__ import annotations

import re
from dataclasses import replace

from problems.computation import ids
from problems.computation.kinds import OUT, T, W, X
from problems.computation.network import bias_ids
from problems.exercise import Exercise
from problems.formulas.formula import EQUALS, Formula, Num, Script, row, word
from problems.formulas.writing import number
from templates.drawings.diagram import Bias, Diagram, Unit, Weight
from templates.drawings.drawing import Shown
from templates.drawings.layout import draw
from templates.pages.page import Figure


def network_figure(exercise: Exercise, show: Shown = "values") -> Figure:
    """Units, weights and biases with their numbers, as far as there is room.

    Args:
        exercise: whose network.
        show: at most this; with less than values, inputs and targets have none either.
    """
    drawn = diagram(exercise)
    if show != "values":
        drawn = replace(drawn, layers=tuple(map(_uncaptioned, drawn.layers)))
    return Figure(draw(drawn, show))


def _uncaptioned(layer: tuple[Unit, ...]) -> tuple[Unit, ...]:
    return tuple(replace(unit, caption=None) for unit in layer)


def diagram(exercise: Exercise) -> Diagram:
    """The network of an exercise as it is to be drawn."""
    network = exercise.plan.network
    widths = [network.inputs, *(layer.units for layer in network.layers)]
    layers = tuple(
        tuple(_unit(exercise, layer, j) for j in range(1, width + 1))
        for layer, width in enumerate(widths)
    )
    weights = tuple(
        tuple(
            tuple(_weight(exercise, ids.of(W, n, j, i)) for i in range(1, network.below(n) + 1))
            for j in range(1, network.layers[n - 1].units + 1)
        )
        for n in range(1, network.depth + 1)
    )
    biases = tuple(_bias(exercise, n) for n in range(1, network.depth + 1))
    return Diagram(layers, weights, biases, f"The {network.topology()} network")


def _unit(exercise: Exercise, layer: int, j: int) -> Unit:
    return Unit(unit_name(exercise, layer, j), _caption(exercise, layer, j))


def unit_name(exercise: Exercise, layer: int, j: int) -> Formula:
    """What stands in a unit's circle: its name or number, else the symbol of its output."""
    naming = exercise.naming
    where = "input" if layer == 0 else "hidden"
    if naming.notation.nodes[where] != "{j}":
        return node_formula(naming.node(layer, j))
    example = 1 if exercise.plan.task.examples > 1 else None
    id = ids.of(X, j) if layer == 0 else ids.of(OUT, layer, j)
    return naming.symbol(ids.at(id, example))


def node_formula(name: str) -> Formula:
    """A unit's name as a formula: h1 with the number below.

    >>> node_formula("7")
    Num(text='7')
    """
    match = re.fullmatch(r"([^\W\d_]+)([\d,]+)", name)
    return Script(word(match[1]), sub=Num(match[2])) if match else Num(name)


def _caption(exercise: Exercise, layer: int, j: int) -> Formula | None:
    """An input's value, an output's target; with several examples they stand in the givens."""
    network = exercise.plan.network
    if exercise.plan.task.examples > 1 or layer not in (0, network.depth):
        return None
    if layer == 0:
        return number(exercise.givens[ids.of(X, j)])
    target = exercise.naming.symbol(ids.of(T, j))
    return row(target, EQUALS, number(exercise.givens[ids.of(T, j)]))


def _weight(exercise: Exercise, id: str) -> Weight:
    return Weight(exercise.naming.symbol(id), exercise.givens[id].replace("-", "−"))


def _bias(exercise: Exercise, layer: int) -> Bias | None:
    shape = exercise.plan.network.layers[layer - 1]
    names = bias_ids(shape, layer)
    if not names:
        return None
    drawn = "node" if len(names) == 1 or shape.bias == "augmented" else "stubs"
    return Bias(tuple(_weight(exercise, id) for id in names), drawn)  # type: ignore[arg-type]
