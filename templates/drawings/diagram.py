"""A network as it is to be drawn: its units, and what stands on the lines between them.

Where everything goes, and whether there is room for the numbers, is the affair of
`templates.drawings.layout`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from problems.formulas.formula import Formula, Num
from templates.drawings.drawing import Mark
from templates.formulas.speech import speech

ONE = Num("1")
WIDE = 12
"""A layer of more units is drawn with dots for its middle."""

MOST_SPOKEN = 40
"""Lines that a description names one by one; with more it only counts them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A circle: an input, a hidden unit or an output."""

    name: Formula
    """Inside the circle: `i_1`, or its number."""
    caption: Formula | None = None
    """Beside it: an input's value, an output's target."""
    mark: Mark = "plain"
    note: str = ""
    """Said behind its mark: how many fail there."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What stands on a line."""

    name: Formula | None = None
    value: str = ""
    mark: Mark = "plain"


@dataclass(frozen=True, slots=True)
class Bias:
    """The constant that feeds a layer.

    Drawn as a node with dashed lines to all units, or as a short line below each unit.
    """

    weights: tuple[Weight, ...]
    """One that the whole layer shares, or one a unit."""
    drawn: Literal["node", "stubs"] = "node"
    name: Formula = ONE
    mark: Mark = "plain"


@dataclass(frozen=True, slots=True)
class Diagram:
    """A network of fully joined layers, inputs first."""

    layers: tuple[tuple[Unit, ...], ...]
    weights: tuple[tuple[tuple[Weight, ...], ...], ...]
    """`weights[l][j][i]` leads from unit i of layer l to unit j of layer l + 1."""
    biases: tuple[Bias | None, ...] = ()
    """One for each layer above the inputs; empty for none at all."""
    title: str = ""
    description: str = ""
    """In words; made from the names and values where it is empty."""

    @property
    def topology(self) -> str:
        """`3-2-2`."""
        return "-".join(str(len(layer)) for layer in self.layers)

    def bias(self, number: int) -> Bias | None:
        """What feeds the layer above layer `number`."""
        return self.biases[number] if self.biases else None

    def captions(self) -> Iterator[Unit]:
        """Units that have something beside them."""
        return (unit for layer in self.layers for unit in layer if unit.caption is not None)


def abridged(diagram: Diagram) -> Diagram:
    """Without the middle of very wide layers: their first units and the last are drawn."""
    kept = [_kept(len(layer)) for layer in diagram.layers]
    if all(len(units) == len(layer) for units, layer in zip(kept, diagram.layers, strict=True)):
        return diagram
    layers = tuple(
        tuple(layer[j] for j in units) for layer, units in zip(diagram.layers, kept, strict=True)
    )
    weights = tuple(
        tuple(tuple(matrix[j][i] for i in below) for j in above)
        for matrix, below, above in zip(diagram.weights, kept[:-1], kept[1:], strict=True)
    )
    biases = tuple(
        _kept_bias(b, units) for b, units in zip(diagram.biases, kept[1:], strict=False)
    )
    return replace(diagram, layers=layers, weights=weights, biases=biases)


def _kept(units: int) -> list[int]:
    return [*range(WIDE - 2), units - 1] if units > WIDE else list(range(units))


def _kept_bias(bias: Bias | None, units: list[int]) -> Bias | None:
    if bias is None or len(bias.weights) == 1:
        return bias
    return replace(bias, weights=tuple(bias.weights[j] for j in units))


def entitled(diagram: Diagram) -> str:
    """The title, or one made of the topology."""
    return diagram.title or f"Network {diagram.topology}"


def described(diagram: Diagram) -> str:
    """The description, or one made of the names and values."""
    return diagram.description or " ".join(_sentences(diagram))


def _sentences(diagram: Diagram) -> Iterator[str]:
    counts = [len(layer) for layer in diagram.layers]
    hidden = "".join(f"a hidden layer of {_units(n)}, " for n in counts[1:-1])
    ends = _counted(counts[0], "input"), _counted(counts[-1], "output")
    yield f"A network with {ends[0]}, {hidden}and {ends[1]}."
    captions = [f"{speech(u.name)}: {speech(u.caption)}" for u in diagram.captions() if u.caption]
    if captions:
        yield "; ".join(captions) + "."
    spoken = [said for weight in _lines(diagram) if (said := _spoken(weight))]
    if spoken and len(spoken) <= MOST_SPOKEN:
        yield "; ".join(spoken) + "."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("s" if number != 1 else "")


def _units(number: int) -> str:
    return _counted(number, "unit")


def _lines(diagram: Diagram) -> Iterator[Weight]:
    for number, matrix in enumerate(diagram.weights):
        for weights in matrix:
            yield from weights
        bias = diagram.bias(number)
        yield from bias.weights if bias else ()


def _spoken(weight: Weight) -> str:
    parts = [speech(weight.name)] if weight.name is not None else []
    parts += [speech(Num(weight.value))] if weight.value else []
    return " equals ".join(parts)
