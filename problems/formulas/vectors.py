"""Layers as vectors and matrices, as LFD lecture 21 writes them.

A group of steps of one layer is shown as one array: net inputs, outputs and sensitivities as
column vectors, gradients and weights as matrices whose row i belongs to input i of the layer
(row 0: the bias) and whose column j belongs to unit j. Every entry stays a step of its own.

Source: Magdon-Ismail, LFD lecture 21 (Forward Propagation; The Backpropagation Algorithm;
Algorithm for Gradient Descent on E_in).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from problems.computation import ids
from problems.computation.ids import StepId
from problems.computation.kinds import DELTA, DW, NET, OUT, RATE, B, Role, W, X
from problems.computation.network import Network
from problems.formulas.formula import (
    EQUALS,
    MINUS,
    Big,
    Call,
    Fence,
    Formula,
    Frac,
    Num,
    Op,
    Script,
    Sym,
    row,
)
from problems.formulas.notation import Naming

Cell = str | None
"""Id of an entry, or None for the constant 1 on top of a layer's outputs."""

Cells = tuple[tuple[Cell, ...], ...]

COMPONENTWISE = Op("⊗", "binary")
TRANSPOSE = Sym("T", "upright")


@dataclass(frozen=True, slots=True)
class Array:
    """A vector or matrix of steps or givens."""

    symbol: Formula
    rule: Formula | None
    """How the text computes it; None for givens."""
    cells: Cells


def _exponent(layer: int) -> Formula:
    return row(Op("(", "punctuation"), Num(str(layer)), Op(")", "punctuation"))


def _bold(letter: str, layer: int) -> Formula:
    """Vectors in bold small letters, matrices in upright capitals, the layer above."""
    return Script(Sym(letter, "bold" if letter.islower() else "upright"), sup=_exponent(layer))


def _time(updates: int) -> Formula:
    """t, or so many updates later: t + 2."""
    return row(Sym("t"), Op("+", "binary"), Num(str(updates))) if updates else Sym("t")


class Vectors:
    """Writes groups of steps as arrays, in a notation that has vectors."""

    def __init__(self, naming: Naming) -> None:
        self.naming = naming
        self.letters = naming.notation.vectors

    @property
    def network(self) -> Network:
        """The layers that arrays belong to."""
        return self.naming.plan.network

    def can(self, steps: Sequence[str]) -> bool:
        """Whether the notation writes these steps as one array."""
        first = ids.parse(steps[0])
        if _family(first) not in self.letters:
            return False
        joint = self.network.layers[first.layer - 1].bias == "layer"
        return not (joint and any(map(_of_bias, map(ids.parse, steps))))

    # arrays of steps ------------------------------------------------------------------------

    def array(self, steps: Sequence[str]) -> Array:
        """The array that a layer's steps form."""
        first = ids.parse(steps[0])
        family, layer = _family(first), first.layer
        by_place = {_place(ids.parse(id)): id for id in steps}
        if family == DW.name:
            rows = sorted({i for i, _ in by_place})
            columns = range(1, self.network.layers[layer - 1].units + 1)
            cells: Cells = tuple(tuple(by_place[i, j] for j in columns) for i in rows)
        else:
            cells = tuple((by_place[place],) for place in sorted(by_place))
        if first.role is Role.OUTPUT and layer < self.network.depth and self._augmented():
            cells = ((None,), *cells)
        symbol = self._symbol(first)
        return Array(symbol, self._rule(first), cells)

    def _augmented(self) -> bool:
        return self.network.layers[0].bias == "augmented"

    def _symbol(self, id: StepId) -> Formula:
        letter = self.letters[W.name] if id.role is Role.UPDATE else self.letters[_family(id)]
        symbol = _bold(letter, id.layer)
        if id.role is Role.UPDATE:
            return row(symbol, Fence(_time(self.naming.updates(id))))
        if id.role is Role.GRADIENT and id.example:
            return row(symbol, Fence(self.point(id.example)))
        return symbol

    def point(self, example: int) -> Formula:
        """The name of a data point."""
        return Script(Sym("x", "bold"), sub=Num(str(example)))

    def _weights(self, layer: int, id: StepId) -> Formula:
        """The weight matrix of a step's pass; of later passes the updated one."""
        symbol = _bold(self.letters[W.name], layer)
        before = self.naming.updates(id) - 1
        return row(symbol, Fence(_time(before))) if before else symbol

    # rules ----------------------------------------------------------------------------------

    def _rule(self, id: StepId) -> Formula:
        layer = id.layer
        match id.role:
            case Role.NET:
                weights = Script(Fence(self._weights(layer, id)), sup=TRANSPOSE)
                return row(weights, _bold(self.letters[X.name], layer - 1))
            case Role.OUTPUT:
                return self._out_rule(layer)
            case Role.DELTA:
                return self._delta_rule(id)
            case Role.UPDATE:
                return self._update_rule(id)
        return self._gradient_rule(id)

    def _theta(self, layer: int, prime: str = "") -> Formula:
        name = self.naming.notation.functions["tanh"] + prime
        return Call(Sym(name), _bold(self.letters[NET.name], layer))

    def _out_rule(self, layer: int) -> Formula:
        theta = self._theta(layer)
        if layer == self.network.depth or not self._augmented():
            return theta
        return Fence(row(Num("1"), Op(",", "punctuation"), theta), "[", "]")

    def _delta_rule(self, id: StepId) -> Formula:
        layer = id.layer
        slope = self._theta(layer, "′")
        if layer == self.network.depth:
            out = _bold(self.letters[OUT.name], layer)
            target: Formula = Sym("y", "bold")
            target = Script(target, sub=Num(str(id.example))) if id.example else target
            error = Fence(row(out, MINUS, target))
            two = [Num("2")] if self.network.loss == "squares" else []
            return row(*two, error, COMPONENTWISE, slope)
        above = row(self._weights(layer + 1, id), _bold(self.letters[DELTA.name], layer + 1))
        width = Script(Sym("d"), sup=_exponent(layer))
        back = Script(Fence(above, "[", "]"), sub=Num("1"), sup=width)
        return row(slope, COMPONENTWISE, back)

    def _gradient_rule(self, id: StepId) -> Formula:
        if id.example is None and self.naming.plan.task.examples > 1:
            each = row(
                _bold(self.letters[DW.name], id.layer), Fence(Script(Sym("x", "bold"), Sym("n")))
            )
            n, many = row(Sym("n"), EQUALS, Num("1")), Sym("N")
            return row(Frac(Num("1"), Sym("N")), Big("∑", each, n, many))
        delta = Script(Fence(_bold(self.letters[DELTA.name], id.layer)), sup=TRANSPOSE)
        return row(_bold(self.letters[X.name], id.layer - 1), delta)

    def _update_rule(self, id: StepId) -> Formula:
        before = self.naming.updates(id) - 1
        old = row(_bold(self.letters[W.name], id.layer), Fence(_time(before)))
        gradient = _bold(self.letters[DW.name], id.layer)
        if id.example:
            gradient = row(gradient, Fence(self.point(id.example)))
        return row(old, MINUS, self.naming.symbol(ids.of(RATE)), gradient)

    # arrays of givens -----------------------------------------------------------------------

    def weights(self, layer: int) -> Array:
        """A layer's given weight matrix, row 0 the biases where they are augmented."""
        net = self.network
        units = range(1, net.layers[layer - 1].units + 1)
        below = range(1, net.below(layer) + 1)
        rows = [tuple(ids.of(W, layer, j, i) for j in units) for i in below]
        if net.layers[layer - 1].bias in ("augmented", "unit"):
            rows.insert(0, tuple(ids.of(B, layer, j) for j in units))
        letter = self.letters[W.name]
        return Array(_bold(letter, layer), None, tuple(rows))

    def inputs(self, example: int | None) -> Array:
        """The given input vector, with the constant 1 on top where it is augmented."""
        names = [ids.at(ids.of(X, i), example) for i in range(1, self.network.inputs + 1)]
        cells: list[tuple[Cell, ...]] = [(name,) for name in names]
        if self._augmented():
            cells.insert(0, (None,))
        return Array(_bold(self.letters[X.name], 0), None, tuple(cells))


def _family(id: StepId) -> str:
    """The kind whose letter it has: gradients and updates go with the weights' gradients."""
    return DW.name if id.role in (Role.GRADIENT, Role.UPDATE) else id.kind


def _of_bias(id: StepId) -> bool:
    return id.role in (Role.GRADIENT, Role.UPDATE) and not id.row.connects


def _place(id: StepId) -> tuple[int, int]:
    """(row, column) of an entry; vectors have only rows."""
    if id.role in (Role.GRADIENT, Role.UPDATE):
        return id.below if id.row.connects else 0, id.unit
    return id.unit, 1
