"""Formulas of the documents in a small index notation, read into expression trees.

A statement is text of our own such as

    dw[2,j,i] == (out[2,j] - t[j])*out[2,j]*(1 - out[2,j])*out[1,i]
    delta[l,j] == slope[l,j]*sum(delta[l+1,k]*w[l+1,k,j] for k in units[l+1]) for l in hidden

Quantities carry the names of step ids with their indices in brackets: `net[l,j]`,
`dw[l,j,i]`, `b[l]` or `b[l,j]`, `loss`, `loss[k]`, `new.w[l,j,i]`, `plus.w[l,j,i]`, a path
`dout[l,j,k]`. `out[0,i]` is an input, and for weights with x_0 = 1 `out[l,0]` is that 1 and
`w[l,j,0]` the bias. `L` is the last layer and `N` the number of examples. Besides + - * / **
there are `sum(... for k in units[l])`, also over `nodes[l]` (units and node 0) and
`examples`; `exp`; a layer's activation `phi[l](v)` and its derivative `dphi[l](v)`;
`d(a, b)`, the derivative of one quantity by an earlier one, put together from the rules on
the way; and `of(n, a)`, a quantity of example n. Free indices stand for every value that
the layer at their first place has; `for l in hidden` (or `layers`) narrows them.

The text is walked with `ast` and never evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from problems.computation import ids
from problems.computation.derivatives import derivative
from problems.computation.kinds import LAYERED, NET, PATH, B, Kind, Role, W, X
from problems.computation.network import Layer
from problems.computation.steps import Graph
from problems.errors import FormatError
from problems.rules.activations import activation
from problems.rules.differentiation import slope_at
from problems.rules.expression import (
    ONE,
    Constant,
    Expression,
    Function,
    Negative,
    Product,
    Quotient,
    Ref,
    Square,
    Sum,
    difference,
    product,
    total,
)

Indices = Mapping[str, int]
"""What the index names stand for; `L`, `N` and the example (under "") are among them."""
Equation = tuple[Expression, Expression]
"""Both sides for one choice of indices."""


def equations(text: str, graph: Graph) -> list[Equation]:
    """A statement about a graph, written out for every value of its free indices.

    Args:
        text: the statement; `a == b == c` makes two equations for each choice.
        graph: what the names stand for.

    Raises:
        FormatError: the text is no statement, or speaks of what the graph does not have.

    >>> from problems.computation.graph import build
    >>> from problems.computation.network import Layer, Network, Plan
    >>> graph = build(Plan(Network(2, (Layer(1),))))
    >>> for left, right in equations("dw[L,j,i] == delta[L,j]*x[i]", graph):
    ...     print(*left.refs(), "=", *right.refs())
    dw.1.1.1 = delta.1.1 x.1
    dw.1.1.2 = delta.1.1 x.2
    """
    return list(_Reader(text, graph).equations())


class _Reader:
    """Reads one statement about one graph."""

    def __init__(self, text: str, graph: Graph) -> None:
        self.text = text
        self.graph = graph
        self.network = graph.plan.network
        self.known = {*graph.givens, *graph.steps}

    def refused(self, what: str) -> FormatError:
        return FormatError(f"statement {self.text!r}: {what}")

    # the whole ------------------------------------------------------------------------------

    def equations(self) -> Iterator[Equation]:
        body = self.parsed()
        loops = body.generators if isinstance(body, ast.GeneratorExp) else []
        claim = body.elt if isinstance(body, ast.GeneratorExp) else body
        if not isinstance(claim, ast.Compare) or not all(
            isinstance(op, ast.Eq) for op in claim.ops
        ):
            raise self.refused("not of the form a == b")
        for at in self.choices(claim, loops):
            sides = [self.read(side, at) for side in (claim.left, *claim.comparators)]
            yield from pairwise(sides)

    def parsed(self) -> ast.expr:
        try:
            return ast.parse(f"({self.text})", mode="eval").body
        except SyntaxError as error:
            raise self.refused(error.msg) from error

    def choices(self, claim: ast.Compare, loops: list[ast.comprehension]) -> list[Indices]:
        """Every meaning of the free indices, the narrowed ones first."""
        task = self.graph.plan.task
        found: list[Indices] = [{"L": self.network.depth, "N": task.examples}]
        for loop in loops:
            found = [at for before in found for at in self.looped(loop, before)]
        for name, subscript, position in _free(claim, {"L", "N", *map(_target, loops)}):
            found = [
                {**at, name: value} for at in found for value in self.span(subscript, position, at)
            ]
        return found

    def span(self, place: ast.expr, position: int, at: Indices) -> range:
        """The values of an index from where it stands."""
        if not isinstance(place, ast.Subscript):
            return range(1, at["N"] + 1)
        kind = _counted(_name(place.value))
        if not kind.layered:
            return self.units(0 if kind.role is Role.INPUT else self.network.depth)
        inside = kind.role is Role.OUTPUT_GRADIENT
        if position == 0:
            return range(1, self.network.depth + (not inside))
        layer = self.index(_parts(place)[0], at)
        if position == 1:
            return self.units(layer)
        return self.units(layer + 1) if inside else self.below(layer)

    def units(self, layer: int) -> range:
        """Indices of the units of a layer; layer 0 are the inputs."""
        width = self.network.inputs if layer == 0 else self.layer(layer).units
        return range(1, width + 1)

    def layer(self, number: int) -> Layer:
        if 1 <= number <= self.network.depth:
            return self.network.layers[number - 1]
        raise self.refused(f"there is no layer {number}")

    def below(self, layer: int) -> range:
        """Indices of what feeds `layer`, with node 0 where the bias is its weight."""
        first = 0 if self.layer(layer).bias == "augmented" else 1
        return range(first, self.network.below(layer) + 1)

    def looped(self, loop: ast.comprehension, at: Indices) -> Iterator[Indices]:
        """The indices with the loop's own name added, once for each of its values."""
        for value in self.values_of(loop.iter, at):
            yield {**at, _target(loop): value}

    def values_of(self, source: ast.expr, at: Indices) -> range:
        match source:
            case ast.Name("hidden"):
                return range(1, self.network.depth)
            case ast.Name("layers"):
                return range(1, self.network.depth + 1)
            case ast.Name("examples"):
                return range(1, at["N"] + 1)
            case ast.Subscript(ast.Name("units"), layer):
                return self.units(self.index(layer, at))
            case ast.Subscript(ast.Name("nodes"), layer):
                return range(self.units(self.index(layer, at)).stop)
        raise self.refused(f"no such range: {ast.unparse(source)}")

    def index(self, node: ast.expr, at: Indices) -> int:
        match node:
            case ast.Constant(int(value)):
                return value
            case ast.Name(name) if name in at:
                return at[name]
            case ast.BinOp(left, ast.Add(), right):
                return self.index(left, at) + self.index(right, at)
            case ast.BinOp(left, ast.Sub(), right):
                return self.index(left, at) - self.index(right, at)
        raise self.refused(f"no such index: {ast.unparse(node)}")

    # terms ----------------------------------------------------------------------------------

    def read(self, node: ast.expr, at: Indices) -> Expression:
        match node:
            case ast.Constant(int() | float() as value):
                return Constant(str(value))
            case ast.Name("N"):
                return Constant(str(at["N"]))
            case ast.Name(name):
                return self.quantity(name, (), at)
            case ast.Subscript(value):
                indices = tuple(self.index(part, at) for part in _parts(node))
                return self.quantity(_name(value), indices, at)
            case ast.UnaryOp(ast.USub(), operand):
                return Negative(self.read(operand, at))
            case ast.BinOp(left, ast.Pow(), right):
                return _power(self.read(left, at), self.index(right, at))
            case ast.BinOp(left, op, right):
                return self.joined(op, self.read(left, at), self.read(right, at))
            case ast.Call(ast.Subscript(ast.Name(name), layer), [argument]):
                return self.activated(name, self.index(layer, at), self.read(argument, at))
            case ast.Call(ast.Name(name), arguments):
                return self.called(name, arguments, at)
        raise self.refused(f"cannot be read: {ast.unparse(node)}")

    def joined(self, op: ast.operator, left: Expression, right: Expression) -> Expression:
        match op:
            case ast.Add():
                return Sum((left, right))
            case ast.Sub():
                return difference(left, right)
            case ast.Mult():
                return Product((left, right))
            case ast.Div():
                return Quotient(left, right)
        raise self.refused(f"no such operator: {type(op).__name__}")

    def activated(self, name: str, layer: int, of: Expression) -> Expression:
        """phi or its derivative at a net input; some slopes are taken from the output."""
        row = activation(self.layer(layer).activation)
        if name == "phi":
            return Function(row.name, of)
        if name == "dphi":
            return slope_at(row.name, of)
        raise self.refused(f"no such function: {name}")

    def called(self, name: str, arguments: list[ast.expr], at: Indices) -> Expression:
        match name, arguments:
            case "exp", [argument]:
                return Function("exp", self.read(argument, at))
            case "sum", [ast.GeneratorExp(term, [loop])]:
                return total([self.read(term, inner) for inner in self.looped(loop, at)])
            case "of", [example, argument]:
                return self.read(argument, {**at, "": self.index(example, at)})
            case "d", [of, by]:
                return self.derivative(self.read(of, at), self.read(by, at))
        raise self.refused(f"no such function: {name}")

    def kind(self, name: str) -> tuple[Kind, str]:
        if name not in LAYERED.stems:
            raise self.refused(f"there is no {name}")
        return LAYERED.stems[name]

    def quantity(self, name: str, indices: tuple[int, ...], at: Indices) -> Expression:
        row, parameter = self.kind(name)
        if row.role is Role.OUTPUT and indices[1] == 0:
            return ONE
        id = ids.at(
            _core(row, indices, parameter), None if row.scope == "exercise" else at.get("")
        )
        if id not in self.known:
            raise self.refused(f"there is no {id}")
        return Ref(id)

    def derivative(self, of: Expression, by: Expression) -> Expression:
        if isinstance(of, Ref) and isinstance(by, Ref):
            return derivative(self.graph, of.id, by.id)
        raise self.refused("d() takes two quantities")


def _core(kind: Kind, indices: tuple[int, ...], parameter: str = "") -> str:
    """The id of a quantity, without its example.

    >>> [_core(LAYERED[name], at) for name, at in (("new.w", (1, 2, 0)), ("out", (0, 3)))]
    ['new.b.1.2', 'x.3']
    >>> _core(LAYERED["dout"], (1, 2, 1))
    'dout.1.2<1'
    """
    if kind.role is Role.OUTPUT and indices[0] == 0:
        return ids.of(X, *indices[1:])
    if (parameter or kind.parameter) == W.name and indices[-1] == 0:
        return ids.parse(ids.of(B, *indices[:-1])).related(kind.role)
    if kind.role is Role.OUTPUT_GRADIENT and len(indices) == 3:
        return ids.of(PATH, *indices[:2], path=indices[2])
    return ids.of(kind, *indices, parameter=parameter)


def _counted(name: str) -> Kind:
    """The kind that has a quantity's indices; a layer's function (`phi[l]`) has a net input's."""
    kind, parameter = LAYERED.stems.get(name, (NET, ""))
    return LAYERED[parameter] if parameter else kind


def _name(node: ast.expr) -> str:
    """`w` or `new.w`."""
    return ast.unparse(node)


def _parts(node: ast.Subscript) -> list[ast.expr]:
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def _target(loop: ast.comprehension) -> str:
    return ast.unparse(loop.target)


Place = tuple[str, ast.expr, int]
"""A free index, the first thing it stands in, and at which position."""


def _free(node: ast.AST, bound: set[str]) -> list[Place]:
    """The free indices in the order in which they are first written."""
    found: dict[str, Place] = {}
    for place in _uses(node, bound):
        found.setdefault(place[0], place)
    return list(found.values())


def _uses(node: ast.AST, bound: set[str]) -> Iterator[Place]:
    match node:
        case ast.GeneratorExp(term, loops):
            yield from _uses(term, bound | set(map(_target, loops)))
            return
        case ast.Subscript():
            yield from _names(node, _parts(node), bound)
        case ast.Call(ast.Name("of"), [example, _]):
            yield from _names(node, [example], bound)
    for child in ast.iter_child_nodes(node):
        yield from _uses(child, bound)


def _names(place: ast.expr, parts: Iterable[ast.expr], bound: set[str]) -> Iterator[Place]:
    for position, part in enumerate(parts):
        if isinstance(part, ast.Name) and part.id not in bound:
            yield part.id, place, position


def _power(base: Expression, exponent: int) -> Expression:
    if exponent == 2:
        return Square(base)
    return product(*[base] * exponent) if exponent > 1 else (ONE, base)[exponent]
