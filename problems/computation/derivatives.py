"""Derivatives of one quantity of a graph by another, straight from the rules.

They read the rules of the forward pass only (sums, products, squares, activations), so they
judge the backward pass, which is written down in `problems.computation.graph` and nowhere else.
"""

from __future__ import annotations

from functools import lru_cache

from problems.computation.steps import Graph
from problems.rules.activations import activation
from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Product,
    Ref,
    Slope,
    Square,
    Sum,
    total,
)

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
        _times(partial(rule, parent), _derivative(graph, parent, by))
        for parent in dict.fromkeys(rule.refs())
    ]
    return _plus(terms)


def partial(tree: Expression, by: str) -> Expression | None:
    """The derivative of a tree by one of the ids it reads; None where it does not read it."""
    if by not in tree.refs():
        return None
    match tree:
        case Ref():
            return ONE
        case Sum(terms):
            return _plus([partial(term, by) for term in terms])
        case Negative(of):
            inner = partial(of, by)
            return Negative(inner) if inner else None
        case Product(factors):
            return _plus([_one_factor(factors, n, by) for n in range(len(factors))])
        case Square(of):
            return _times(Product((Constant("2"), of)), partial(of, by))
        case Function(name, of):
            return _times(slope_at(name, of), partial(of, by))
    raise NotImplementedError(f"no derivative for {type(tree).__name__}")


def _one_factor(factors: tuple[Expression, ...], n: int, by: str) -> Expression | None:
    """The product with factor n replaced by its derivative."""
    inner = partial(factors[n], by)
    return Product((*factors[:n], inner, *factors[n + 1 :])) if inner else None


def _plus(terms: list[Expression | None]) -> Expression | None:
    alive = [term for term in terms if term is not None]
    return total(alive) if alive else None


def _times(a: Expression | None, b: Expression | None) -> Expression | None:
    if a is None or b is None:
        return None
    if a == ONE:
        return b
    return a if b == ONE else Product((a, b))


def slope_at(name: str, net: Expression) -> Expression:
    """phi' at a net input, taken from the output where the row says so."""
    row = activation(name)
    return Slope(name, Function(name, net) if row.at_output else net)
