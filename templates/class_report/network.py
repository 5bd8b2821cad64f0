"""The network of a group, marked where its students fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from problems.computation.network import Plan
from problems.exercise import Exercise
from templates.class_report.survey import StepStatistics
from templates.drawings.diagram import Bias, Diagram, Unit
from templates.drawings.drawing import Drawing, Mark
from templates.drawings.layout import draw
from templates.feedback.marked import marked, part_asked, unit_part
from templates.pages.page import Badge, Block, Figure, Heading, Inlines, Text
from templates.sheets.figure import diagram

WELL, POORLY = 0.8, 0.6
"""Facilities: from the first on a part went well, below the second it went poorly."""


def weakest(exercise: Exercise, steps: Iterable[StepStatistics]) -> dict[str, StepStatistics]:
    """Part of the network (`unit.1.2`, `w.1.2.1`, `b.1`) -> the hardest of its own steps.

    Questions for formulas with letters belong to a whole layer and so to no part.
    """
    found: dict[str, StepStatistics] = {}
    for step in steps:
        part = part_asked(exercise, step.id)
        if part is None:
            continue
        if part not in found or step.facility < found[part].facility:
            found[part] = step
    return found


def mark_of(step: StepStatistics) -> Mark:
    """How a part is marked whose hardest step this is."""
    if step.facility >= WELL:
        return "right"
    return "partly" if step.facility >= POORLY else "wrong"


def network_picture(
    exercise: Exercise, steps: Iterable[StepStatistics], heading: str
) -> Iterator[Block]:
    """The network with its marks under a heading; nothing where there are no layers."""
    if isinstance(exercise.plan, Plan):
        yield Heading(2, heading)
        yield Figure(class_network(exercise, steps), LEGEND)


def class_network(exercise: Exercise, steps: Iterable[StepStatistics]) -> Drawing:
    """The network with marks, and with the hardest step's facility beside each unit."""
    hardest = weakest(exercise, steps)
    plain = _nobodys(diagram(exercise))
    coloured = marked(plain, exercise, {part: mark_of(step) for part, step in hardest.items()})
    layers = tuple(
        tuple(_noted(unit, hardest.get(unit_part(n, j))) for j, unit in enumerate(layer, 1))
        for n, layer in enumerate(coloured.layers)
    )
    said = f"{coloured.description} {_spoken(hardest)}".strip()
    title = f"Where the class fails: {coloured.title[:1].lower()}{coloured.title[1:]}"
    return draw(replace(coloured, layers=layers, title=title, description=said), "names")


def _nobodys(plain: Diagram) -> Diagram:
    """Without any student's numbers."""
    layers = tuple(tuple(replace(unit, caption=None) for unit in layer) for layer in plain.layers)
    weights = tuple(
        tuple(tuple(replace(w, value="") for w in row) for row in matrix)
        for matrix in plain.weights
    )
    return replace(plain, layers=layers, weights=weights, biases=tuple(map(_bare, plain.biases)))


def _bare(bias: Bias | None) -> Bias | None:
    if bias is None:
        return None
    return replace(bias, weights=tuple(replace(w, value="") for w in bias.weights))


def _noted(unit: Unit, step: StepStatistics | None) -> Unit:
    return unit if step is None else replace(unit, note=percent(step.facility))


def _spoken(hardest: Mapping[str, StepStatistics]) -> str:
    worst = sorted(hardest.values(), key=lambda step: step.facility)[:8]
    return " ".join(f"{step.label}: {percent(step.facility)}." for step in worst)


def percent(share: float) -> str:
    """
    >>> percent(0.386)
    '39 %'
    """
    return f"{100 * share:.0f} %"


LEGEND: Inlines = (
    Text("Each unit and each weight shows the hardest of its own steps: "),
    Badge("✓ right", "right"),
    Text(f" facility of {percent(WELL)} or more, "),
    Badge("≈ partly", "partly"),
    Text(f" {percent(POORLY)} or more, "),
    Badge("✗ wrong", "wrong"),
    Text(" less. The number is that facility. Without a sign: not asked."),
)
