"""Derivatives of one quantity of a graph by another, straight from the rules.

They read the rules of the forward pass only (sums, products, squares, activations), so they
judge the backward pass, which is written down in `problems.computation.graph` and nowhere else.
"""

from __future__ import annotations

from functools import lru_cache

from problems.computation.steps import Graph
from problems.rules.differentiation import added, partial, times
from problems.rules.expression import ONE, Constant, Expression

ZERO = Constant("0")


def derivative(graph: Graph, of: str, by: str) -> Expression:
    """d(of)/d(by) along every way from one step down to another, by the rules on the way.

    >>> from problems.computation.graph import build
    >>> from problems.computation.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(1, (Layer(1),))))
    >>> derivative(graph, "out.1.1", "net.1.1")
    Slope(activation='logistic', of=Function(name='logistic', of=Ref(id='net.1.1')))
    """
    return _derivative(graph, of, by) or ZERO


@lru_cache(maxsize=4096)
def _derivative(graph: Graph, of: str, by: str) -> Expression | None:
    """None stands for zero, so that sums stay free of dead terms."""
    if of == by:
        return ONE
    if of not in graph.steps:
        return None
    rule = graph.steps[of].rule
    terms = [
        times(partial(rule, parent), _derivative(graph, parent, by))
        for parent in dict.fromkeys(rule.refs())
    ]
    return added(terms)
