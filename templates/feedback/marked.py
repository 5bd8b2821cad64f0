"""A network coloured by verdicts: which units and weights went well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from problems.computation import ids
from problems.computation.kinds import Role, W
from problems.computation.network import bias_ids
from problems.exercise import Exercise
from templates.drawings.diagram import Bias, Diagram, Unit, Weight, described
from templates.drawings.drawing import Drawing, Mark
from templates.drawings.layout import draw
from templates.feedback.report import StepReport, Verdict
from templates.formulas.speech import speech
from templates.sheets.figure import diagram

TONES: Mapping[Verdict, Mark] = {
    "correct": "right",
    "carried": "right",
    "imprecise": "partly",
    "undetermined": "partly",
    "blank": "partly",
    "slip": "wrong",
    "repeated": "wrong",
    "wrong": "wrong",
    "unreadable": "wrong",
}
Marks = Mapping[str, Mark]
"""`unit.1.2`, `w.1.2.1` or `b.1` -> its mark."""


def marks(exercise: Exercise, steps: Iterable[StepReport]) -> dict[str, Mark]:
    """What each unit, weight and bias is marked with: the worst of its own steps.

    Where nothing at all was written there is no mark. Questions for formulas with letters mark
    nothing.
    """
    verdicts: dict[str, set[Verdict]] = {}
    for step in steps:
        owner = part_asked(exercise, step.id)
        if owner is not None:
            verdicts.setdefault(owner, set()).add(step.verdict)
    return {owner: worst(found) for owner, found in verdicts.items() if found != {"blank"}}


def part_asked(exercise: Exercise, question: str) -> str | None:
    """The part of the network that a question is about, for a number or for a formula.

    None for formulas with letters: they belong to a whole layer and so to no part.
    """
    if ids.asks_general(question):
        return None
    return part_of(exercise, exercise.parse(ids.step_asked(question)))


def part_of(exercise: Exercise, id: ids.StepId) -> str:
    """The part of the network that a step belongs to; empty for the loss."""
    if id.role is Role.LOSS:
        return ""
    if id.row.parameter:
        return id.related(Role.PARAMETER)
    if id.role is Role.FACTOR:
        return ids.stem(id, len(id.indices))  # no part that is drawn: it marks nothing
    return unit_part(id.layer_in(exercise.plan.network.depth), id.indices[-1])


def unit_part(layer: int, j: int) -> str:
    """The name of a unit as a part of the network; layer 0: an input."""
    return f"unit.{layer}.{j}"


def worst(found: set[Verdict]) -> Mark:
    """The mark of the least good of some verdicts."""
    tones = {TONES[verdict] for verdict in found}
    order: tuple[Mark, ...] = ("wrong", "partly", "right")
    return next(mark for mark in order if mark in tones)


def marked_network(exercise: Exercise, steps: Iterable[StepReport]) -> Drawing:
    """The network of an exercise, each part marked, in the description too."""
    return draw(marked(diagram(exercise), exercise, marks(exercise, steps)))


def marked(plain: Diagram, exercise: Exercise, found: Marks) -> Diagram:
    """The diagram with marks at its units, weights and biases."""
    layers = tuple(
        tuple(_unit(unit, unit_part(layer, j), found) for j, unit in enumerate(units, 1))
        for layer, units in enumerate(plain.layers)
    )
    weights = tuple(
        tuple(
            tuple(_weight(weight, ids.of(W, n, j, i), found) for i, weight in enumerate(row, 1))
            for j, row in enumerate(matrix, 1)
        )
        for n, matrix in enumerate(plain.weights, 1)
    )
    shapes = exercise.plan.network.layers
    biases = tuple(
        _bias(bias, bias_ids(shapes[n - 1], n), found) for n, bias in enumerate(plain.biases, 1)
    )
    coloured = replace(plain, layers=layers, weights=weights, biases=biases)
    return replace(coloured, description=f"{described(plain)} {spoken(coloured)}".strip())


def _unit(unit: Unit, id: str, found: Marks) -> Unit:
    return replace(unit, mark=found.get(id, "plain"))


def _weight(weight: Weight, id: str, found: Marks) -> Weight:
    return replace(weight, mark=found.get(id, "plain"))


def _bias(bias: Bias | None, names: Iterable[str], found: Marks) -> Bias | None:
    if bias is None:
        return None
    pairs = zip(bias.weights, names, strict=True)
    return replace(bias, weights=tuple(_weight(weight, id, found) for weight, id in pairs))


def spoken(coloured: Diagram) -> str:
    """The marks in words, for those who cannot see them."""
    names: dict[Mark, list[str]] = {"wrong": [], "partly": [], "right": []}
    units = [(unit.name, unit.mark) for layer in coloured.layers for unit in layer]
    lines = [weight for matrix in coloured.weights for row in matrix for weight in row]
    lines += [weight for bias in coloured.biases if bias for weight in bias.weights]
    for name, mark in [*units, *[(line.name, line.mark) for line in lines]]:
        if mark in names and name is not None:
            names[mark].append(speech(name))
    said = [
        f"{mark.capitalize()}: {', '.join(listed)}." for mark, listed in names.items() if listed
    ]
    return " ".join(said)
