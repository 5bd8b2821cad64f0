"""Numbers that cost no work: 0, and what stands on the sheet already.

The quality gate keeps every step's true value visibly apart from them; the marker asks the same
of the number that the right rule gives at a student's own values.

Source: docs/grading.md, on the quality gate and on evidence.
"""

from __future__ import annotations

from problems.computation.kinds import Role
from problems.computation.steps import Graph, Step
from problems.rules.activations import SOFTMAX, activation

BEHIND_ACTIVATION = (Role.OUTPUT, Role.SLOPE, Role.DELTA)
"""Roles of steps that an activation of straight pieces may leave as they were."""


def is_straight(graph: Graph, step: Step) -> bool:
    """Whether a step may rightly equal its parent: behind an activation of straight pieces."""
    parsed = step.parsed
    if parsed.role not in BEHIND_ACTIVATION or parsed.inner:
        return False
    name = graph.plan.network.layers[parsed.layer - 1].activation
    return name != SOFTMAX and activation(name).straight


def is_never_zero(graph: Graph, step: Step) -> bool:
    """Whether 0 is no right value: all steps but slopes of straight pieces."""
    return not (step.role is Role.SLOPE and is_straight(graph, step))


def unlike_parents(graph: Graph, step: Step) -> tuple[tuple[str, str], ...]:
    """The parents that a step must differ from.

    Returns:
        Ids of parents, each with the target that, where it is 0, makes the step its equal:
        output minus a target of 0 is the output itself. Else ''.

    >>> from problems.computation.graph import build
    >>> from problems.computation.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(1, (Layer(1),))))
    >>> unlike_parents(graph, graph.steps["error.1"])
    (('out.1.1', 't.1'), ('t.1', ''))
    >>> unlike_parents(graph, graph.steps["db.1.1"])
    ()
    """
    if is_straight(graph, step) or _repeats(step):
        return ()
    target = next((p for p in step.parents if graph.parse(p).role is Role.TARGET), "")
    cancels = step.role in (Role.ERROR, Role.DELTA)
    return tuple(
        (parent, target if cancels and graph.parse(parent).role is Role.OUTPUT else "")
        for parent in step.parents
    )


def _repeats(step: Step) -> bool:
    """Whether a step repeats its parent by its nature: db.L.J is delta.L.J."""
    bias = not step.parsed.row.connects
    return bias and step.role is Role.GRADIENT and len(step.parents) == 1
