"""What a recipe's lines need besides themselves: sizes, and givens with their shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from problems.recipes.language import (
    Call,
    Chain,
    Definition,
    Loop,
    Node,
    Number,
    Quantity,
    Statement,
    walked,
)


@dataclass(frozen=True)
class Needs:
    """Names that no line defines."""

    sizes: tuple[str, ...] = ()
    givens: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name -> its shape as a file writes it, `("T", "2")` or `("0..0",)`; '?' where the lines
    do not tell."""


def needs(statements: list[Statement]) -> Needs:
    """What is read and defined by no line; of what is read one step back, where it begins.

    >>> from problems.recipes.reader import read
    >>> needs(read("h[t] for t in T = w*h[t-1] + sum(u[i]*x[t,i] for i in 2)")[0])
    Needs(sizes=('T',), givens={'w': (), 'h': ('0..0',), 'u': ('2',), 'x': ('T', '2')})
    """
    defined = {one.target.name for one in statements if isinstance(one, Definition)}
    sizes: dict[str, None] = {}
    givens: dict[str, tuple[str, ...]] = {}
    for one in statements:
        outer = {loop.variable: loop for loop in one.loops}
        sizes |= dict.fromkeys(_sizes(one.loops, outer))
        if not isinstance(one, Definition):
            continue
        for node, loops in _inside(one.formula, outer):
            if isinstance(node, Call):
                sizes |= dict.fromkeys(_sizes(node.loops, loops))
            elif isinstance(node, Quantity) and node.name not in loops:
                shape = tuple(_span(index, loops) for index in node.indices)
                back = [_back(index, loops) for index in node.indices]
                sizes |= dict.fromkeys(_names(node.indices, loops))
                if node.name not in defined:
                    givens[node.name] = _wider(givens.get(node.name), shape)
                elif any(back):
                    begin = zip(back, shape, strict=True)
                    givens.setdefault(node.name, tuple(b or s for b, s in begin))
    return Needs(tuple(sizes), {name: of for name, of in givens.items() if name not in sizes})


Loops = dict[str, Loop]


def _inside(node: Node, loops: Loops) -> Iterator[tuple[Node, Loops]]:
    """Every node of a formula that is no index, with the loops that it stands in."""
    yield node, loops
    if isinstance(node, Quantity):
        return
    if isinstance(node, Call):
        inner = loops | {loop.variable: loop for loop in node.loops}
        for part in node.arguments:
            yield from _inside(part, inner)
        return
    for part in node.parts():
        yield from _inside(part, loops)


def _sizes(of: tuple[Loop, ...], loops: Loops) -> Iterator[str]:
    for loop in of:
        yield from _names(loop.parts(), loops)


def _names(of: tuple[Node, ...], loops: Loops) -> Iterator[str]:
    for part in of:
        for node in walked(part):
            if isinstance(node, Quantity) and node.name not in loops:
                yield node.name


def _plain(node: Node | None) -> str:
    match node:
        case Number(text=text):
            return text
        case Quantity(name=name, indices=()):
            return name
    return "?"


def _span(index: Node, loops: Loops) -> str:
    """The entries that an index counts: its loop's, or up to a number."""
    if isinstance(index, Quantity) and index.name in loops:
        loop = loops[index.name]
        high = _plain(loop.high)
        return high if loop.low is None else f"{_plain(loop.low)}..{high}"
    return _plain(index)


def _back(index: Node, loops: Loops) -> str:
    """Where an index begins that reads one step back; '' if it reads none."""
    match index:
        case Chain(first=Quantity(name=name), rest=(("-", Number(text="1")),)) if name in loops:
            low = loops[name].low
            first = 1 if low is None else int(_plain(low)) if _plain(low).isdecimal() else None
            return "?" if first is None else f"{first - 1}..{first - 1}"
    return ""


def _wider(one: tuple[str, ...] | None, other: tuple[str, ...]) -> tuple[str, ...]:
    """Of two shapes the one with more entries, where both are numbers."""
    if one is None or len(one) != len(other):
        return other
    return tuple(_more(a, b) for a, b in zip(one, other, strict=True))


def _more(a: str, b: str) -> str:
    if a.isdecimal() and b.isdecimal():
        return str(max(int(a), int(b)))
    return a if b.isdecimal() or b == "?" else b
