"""Misconceptions at a step: every catalogued wrong rule that applies there.

Importing this module fills the catalogue; the entries stand in `problems.misconceptions.forward`,
`loss`, `backward`, `updates`, `trees` and, last, `pen`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from problems.computation.steps import Graph, Step
from problems.misconceptions import backward, forward, loss, pen, trees, updates
from problems.misconceptions.catalogue import CATALOGUE, Site, Slip, WrongRule
from problems.rules.expression import NUMBERS, Expression
from problems.versions import DRAW_VERSION

ENTRIES = (forward, loss, backward, updates, trees, pen)
"""The modules that hold the entries, in the order in which slips are tried."""

ORDER = {module.__name__: n for n, module in enumerate(ENTRIES)}
TRIED = tuple(sorted(CATALOGUE.values(), key=lambda entry: ORDER[entry.rules.__module__]))
"""All entries: where two make the same rule, the first gives it its name."""
OF_THE_PEN = frozenset(e.name for e in TRIED if e.rules.__module__ == pen.__name__)
"""Slips that need no misunderstanding: sign, point, cell."""
COPIED = frozenset({"unchanged", "parent-copied", "cells-swapped"})
"""Slips that write down what stands on the sheet already: there is no rule to go wrong in."""

# the catalogue at a step -------------------------------------------------------------------


def _functionally_new(step: Step, wrong: Expression) -> bool:
    """Whether the wrong rule differs from the right ones as a function of what it reads."""
    names = sorted({*wrong.refs(), *step.parents})
    # Irrational multiples spread over (0.1, 0.9): fixed, and no coincidences among them.
    points = {
        name: 0.1 + 0.8 * ((np.arange(1, 4) * (n + 1) * 0.6180339887498949) % 1.0)
        for n, name in enumerate(names)
    }
    with np.errstate(all="ignore"):
        right = step.rule.evaluate(points, NUMBERS)
        value = wrong.evaluate(points, NUMBERS)
    return not bool(np.allclose(right, value, rtol=1e-9, atol=0.0))


@lru_cache(maxsize=65536)
def wrong_rules(graph: Graph, id: str, version: int = DRAW_VERSION) -> tuple[WrongRule, ...]:
    """Every wrong rule at a step that an exercise must tell from the right one.

    Args:
        graph: the steps.
        id: of the step.
        version: of the draw; slips that were entered later are left out.

    >>> from problems.computation.graph import build
    >>> from problems.computation.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(2, (Layer(1),))))
    >>> sorted({wrong.slip for wrong in wrong_rules(graph, "net.1.1")})[:3]
    ['bias-left-out', 'bias-sign', 'bias-times-input']
    """
    gated = (entry for entry in TRIED if entry.gated and entry.since <= version)
    return _applied(graph, id, gated)


@lru_cache(maxsize=65536)
def named_only(graph: Graph, id: str) -> tuple[WrongRule, ...]:
    """Wrong rules at a step that no exercise is drawn to tell; named where its numbers do.

    >>> from problems.computation.graph import build
    >>> from problems.computation.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(2, (Layer(1),))))
    >>> [wrong.slip for wrong in named_only(graph, "dw.1.1.1")]
    ['step-for-gradient']
    """
    known = {wrong.rule for wrong in wrong_rules(graph, id)}
    found = _applied(graph, id, (entry for entry in TRIED if not entry.gated))
    return tuple(wrong for wrong in found if wrong.rule not in known)


def _applied(graph: Graph, id: str, entries: Iterable[Slip]) -> tuple[WrongRule, ...]:
    """The rules that entries make at a step; of equal ones the first gives the name."""
    step, parsed = graph.steps[id], graph.parse(id)
    site = Site(graph, step, parsed)
    found: dict[Expression, WrongRule] = {}
    for entry in entries:
        if entry.applies(parsed.row):
            for rule, part in entry.made(site):
                if rule not in found and _functionally_new(step, rule):
                    found[rule] = WrongRule(entry.name, rule, entry.gated, part)
    return tuple(found.values())
