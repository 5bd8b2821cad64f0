"""The parts of a recipe's lines, as they stand in the text: nothing is worked out yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a recipe, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"steps, line {self.line}, column {self.column}"


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula or of an index."""

    place: Place

    def parts(self) -> tuple[Node, ...]:
        """The nodes directly below."""
        return ()


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An exact decimal."""

    text: str


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    """A name with its indices: `z[i,j+1]`; a loop's variable or a size has none."""

    name: str
    indices: tuple[Node, ...] = ()

    def parts(self) -> tuple[Node, ...]:
        return self.indices


@dataclass(frozen=True, slots=True)
class Minus(Node):
    """Minus the part."""

    of: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.of,)


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two parts and the sign between them: `**` or a comparison."""

    sign: str
    left: Node
    right: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Parts joined from left to right by + and -, or by * and /."""

    first: Node
    rest: tuple[tuple[str, Node], ...]

    def parts(self) -> tuple[Node, ...]:
        return (self.first, *(part for _, part in self.rest))


@dataclass(frozen=True, slots=True)
class Loop(Node):
    """`for k in low..high`; without `low` from 1."""

    variable: str
    low: Node | None
    high: Node

    def parts(self) -> tuple[Node, ...]:
        return (self.low, self.high) if self.low else (self.high,)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of one or more parts, or of one part for every value of its loops."""

    function: str
    arguments: tuple[Node, ...]
    loops: tuple[Loop, ...] = ()
    """Of the first argument."""

    def parts(self) -> tuple[Node, ...]:
        return (*self.arguments, *self.loops)


@dataclass(frozen=True, slots=True)
class Definition:
    """`name[i] for i in N = formula`."""

    target: Quantity
    loops: tuple[Loop, ...]
    formula: Node
    text: str


@dataclass(frozen=True, slots=True)
class Gradient:
    """`grad L of u, w`: the adjoints of all that lies between."""

    target: Quantity
    by: tuple[Quantity, ...]
    loops: tuple[Loop, ...]
    text: str


Statement = Definition | Gradient


def walked(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for part in node.parts():
        yield from walked(part)
