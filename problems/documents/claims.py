"""Whether a formula of a document holds: both sides at random givens on several networks.

The givens are drawn anew for each network, both sides are taken from the solved graph, and
a formula holds if the sides agree to 1e-10 for every choice of its free indices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from problems.arithmetic.elementary import FloatArray
from problems.arithmetic.elementary import Number as Real
from problems.computation import ids
from problems.computation.graph import build
from problems.computation.kinds import SHIFT
from problems.computation.network import Layer, Method, Network, Plan, Task
from problems.computation.solve import Values, values
from problems.computation.steps import Graph
from problems.documents.statements import equations
from problems.rules.expression import NUMBERS, Expression

Verdict = Literal["holds", "misprint"]
Widths = tuple[int, ...]

WITHIN = 1e-10
DRAWS = 4
EXAMPLES = 3
MIXED = ("tanh", "softplus", "logistic", "identity")
REMARKS = ("reason", "corrected", "note")
EVERYTHING = Method(deltas="all", gradients="delta", paths=True, shares=True)
"""The way of working in which every quantity is a step."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A printed formula as a statement of ours."""

    places: tuple[str, ...]
    meaning: str
    """What it states, in the document's symbols."""
    statement: str
    nets: tuple[Widths, ...]
    """The networks it is meant for."""
    mixed: bool = False
    """Whether it is meant for any activations, another one in each layer."""
    limit: bool = False
    """Whether it is an approximation, right up to the square of `shift`."""
    reason: str = ""
    """Why it is a misprint; empty where it holds."""
    corrected: str = ""
    note: str = ""
    """How a formula that holds has to be read."""


def verdict(claim: Claim, plan: Plan) -> Verdict:
    """Whether the formula holds, printed as it is."""
    return "holds" if holds(claim.statement, claim, plan) else "misprint"


def holds(statement: str, claim: Claim, plan: Plan) -> bool:
    """Whether a statement holds on all networks of a claim: its own, or the corrected one."""
    return all(_agree(statement, graph, claim.limit) for graph in graphs(statement, claim, plan))


def graphs(statement: str, claim: Claim, plan: Plan) -> Iterator[Graph]:
    """The networks a claim is checked on, with all quantities its statement speaks of."""
    usual = plan.network.layers[0]
    for number, (inputs, *units) in enumerate(claim.nets):
        kinds = [usual.activation] * len(units)
        yield _graph(statement, plan, inputs, _layers(units, kinds, usual))
        if claim.mixed:
            turned = MIXED[number % len(MIXED) :] + MIXED
            yield _graph(statement, plan, inputs, _layers(units, list(turned), usual))


def _layers(units: list[int], kinds: list[str], usual: Layer) -> tuple[Layer, ...]:
    return tuple(Layer(n, kind, usual.bias) for n, kind in zip(units, kinds, strict=False))


def _graph(statement: str, plan: Plan, inputs: int, layers: tuple[Layer, ...]) -> Graph:
    """Several examples where a statement has `of(n, ...)`, shifts where it has `plus`."""
    network = Network(inputs, layers, plan.network.loss)
    examples = EXAMPLES if "of(" in statement else 1
    shifted = tuple(network.parameters()) if "plus." in statement else ()
    task = Task(examples, update_biases=plan.task.update_biases, numeric=shifted)
    return build(Plan(network, task, EVERYTHING))


def _agree(statement: str, graph: Graph, limit: bool) -> bool:
    pairs = equations(statement, graph)
    if not limit:
        return bool(pairs) and _gap(pairs, graph) < WITHIN
    # A gap of second order shrinks to a hundredth with a tenth of the shift.
    return bool(pairs) and _gap(pairs, graph, 1e-3) < _gap(pairs, graph, 1e-2) / 50


def _gap(pairs: list[tuple[Expression, Expression]], graph: Graph, shift: float = 0.1) -> float:
    """The largest difference of the two sides."""
    found = values(graph, _draw(graph) | {ids.of(SHIFT): np.full(DRAWS, shift)})
    return max(_difference(left, right, found) for left, right in pairs)


def _difference(left: Expression, right: Expression, found: Values) -> float:
    a, b = left.evaluate(found, NUMBERS), right.evaluate(found, NUMBERS)
    return float(np.max(np.abs(np.asarray(a) - b)))


def _draw(graph: Graph) -> dict[str, Real]:
    """Givens between -1 and 1; the verdict does not depend on the draw, only on its chance."""
    random = np.random.default_rng(len(graph.steps))
    draws: dict[str, Real] = {}
    for id in graph.plan.given_ids():
        column: FloatArray = random.uniform(-1.0, 1.0, DRAWS)
        draws[id] = column
    return draws


__all__ = ["Claim", "Verdict", "graphs", "holds", "verdict"]
