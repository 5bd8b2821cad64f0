"""Indices and loops of a recipe: whole numbers under + - *, of bounded size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from problems.errors import Complaint
from problems.recipes.language import Chain, Loop, Minus, Node, Number, Place, Quantity

Indices = Mapping[str, int]
"""What the sizes and the loops' variables stand for."""

LARGEST = 10_000
"""Of an index, whatever it is computed from."""


class Refused(Exception):
    """A line that cannot be written out.

    Args:
        place: where.
        what: what is wrong, and what is allowed.
    """

    def __init__(self, place: Place, what: str) -> None:
        self.complaint = Complaint(str(place), what)
        super().__init__(str(self.complaint))


def whole(node: Node, at: Indices) -> int:
    """The value of an index.

    Raises:
        Refused: it is no whole number, or out of bounds.

    >>> here = Place(1, 1)
    >>> whole(Chain(here, Quantity(here, "t"), (("-", Number(here, "1")),)), {"t": 3})
    2
    """
    value = _whole(node, at)
    if abs(value) > LARGEST:
        raise Refused(node.place, f"{value:,} is beyond {LARGEST:,}")
    return value


def _whole(node: Node, at: Indices) -> int:
    match node:
        case Number(text=text) if text.isdigit():
            return int(text) if len(text) < 10 else LARGEST + 1
        case Quantity(name=name, indices=()) if name in at:
            return at[name]
        case Minus(of=of):
            return -whole(of, at)
        case Chain(first=first, rest=rest) if all(sign != "/" for sign, _ in rest):
            value = whole(first, at)
            for sign, part in rest:
                other = whole(part, at)
                value = (
                    value * other if sign == "*" else value + (other if sign == "+" else -other)
                )
                if abs(value) > LARGEST:
                    raise Refused(node.place, f"beyond {LARGEST:,}")
            return value
    known = ", ".join(at) or "none here"
    what = "an index is made of whole numbers, loops' variables and sizes with + - *"
    raise Refused(node.place, f"{what}; known are: {known}")


def spans(loops: Sequence[Loop], at: Indices, most: int) -> list[Indices]:
    """All values of some loops' variables, the last one fastest.

    Args:
        loops: a later one may use the variables of those before.
        at: what stands fixed.
        most: how many are too many.

    Raises:
        Refused: there are too many, or a bound is no whole number.
    """
    found = [at]
    for loop in loops:
        if loop.variable in at:
            raise Refused(loop.place, f"{loop.variable!r} is a size or a loop's variable already")
        wider: list[Indices] = []
        for here in found:
            low = whole(loop.low, here) if loop.low else 1
            values = range(low, whole(loop.high, here) + 1)
            if len(wider) + len(values) > most:
                raise Refused(loop.place, f"more than {most:,} values")
            wider += [{**here, loop.variable: value} for value in values]
        found = wider
    return found


def is_whole(node: Node, at: Indices) -> bool:
    """Whether a part of a formula is about indices alone."""
    match node:
        case Number(text=text):
            return text.isdigit()
        case Quantity(name=name, indices=indices):
            return not indices and name in at
    return bool(node.parts()) and all(is_whole(part, at) for part in node.parts())
