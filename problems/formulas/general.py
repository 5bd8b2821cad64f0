"""Formulas in general form: with letters for the units, and a sum over the layer above.

`delta_j = sum over k of delta_k u_jk, times h_j (1 - h_j)` stands for the formula of every unit
j of a layer. It is written with the ids of a network of the same depth with one unit a layer,
in which every index is a letter; putting numbers for the letters gives the formulas of the
exercise's own network. Source: I. Valchanov, Backpropagation Algorithm, sections 3 to 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from problems.computation import ids
from problems.computation.graph import build
from problems.computation.ids import StepId
from problems.computation.kinds import (
    DELTA,
    DNET,
    DOUT,
    DW,
    ERROR,
    FORWARD,
    LAYERED,
    NEW_W,
    SLOPE,
    Role,
)
from problems.computation.network import Network, Plan
from problems.computation.steps import Graph
from problems.formulas.formula import Big, Fence, Formula, Op, Row, Sym, row
from problems.formulas.function_forms import has_sum
from problems.formulas.notation import Naming, Notation, load
from problems.formulas.writing import Writer

LETTERS = {-1: "i", 0: "j", 1: "k"}
"""Layer relative to the one that is asked about -> letter of its units."""

KINDS = tuple(row.name for row in (ERROR, SLOPE, DOUT, DELTA, DNET, DW, NEW_W))
"""Steps that have one formula for all units of a layer."""

Units = Mapping[int, int]
"""Layer -> unit: numbers for the letters."""


class GeneralNaming(Naming):
    """A notation in which units have letters; bound to a network of one unit a layer."""

    def __init__(self, notation: Notation, plan: Plan, layer: int) -> None:
        super().__init__(notation, plan)
        self.letters = {layer + step: letter for step, letter in LETTERS.items()}

    def _fields(self, id: StepId) -> dict[str, object]:
        fields = super()._fields(id)
        layer = id.layer_in(self.plan.network.depth)
        own = self.letters.get(layer, "m")
        below = self.letters.get(layer - 1, "m")
        if id.row.at_end:
            return fields | {"i": own, "j": own, "k": own}
        fields |= {"j": own} if len(id.indices) > 1 else {}
        return fields | ({"i": below} if len(id.indices) > 2 else {})

    def symbol(self, id: str, of_example: bool = False) -> Formula:
        """How the text writes it; `ij` as two letters, not as a word."""
        return _spelled(super().symbol(id, of_example))


def _spelled(formula: Formula) -> Formula:
    """Every word of index letters taken apart."""
    if isinstance(formula, Sym) and len(formula.text) > 1 and set(formula.text) <= set("ijkm"):
        return Row(tuple(Sym(letter) for letter in formula.text))
    if not hasattr(formula, "__dataclass_fields__"):
        return formula
    changed: dict[str, object] = {}
    for name in formula.__dataclass_fields__:
        part = getattr(formula, name)
        if isinstance(part, Formula):
            changed[name] = _spelled(part)
        elif isinstance(part, tuple) and part and isinstance(part[0], Formula):
            changed[name] = tuple(map(_spelled, part))
    return replace(formula, **changed) if changed else formula  # type: ignore[type-var]


@lru_cache(maxsize=256)
def narrow(plan: Plan) -> Plan:
    """The plan with one unit a layer and one example: what formulas with letters are about."""
    layers = tuple(replace(layer, units=1) for layer in plan.network.layers)
    network = Network(1, layers, plan.network.loss)
    return replace(plan, network=network, task=replace(plan.task, examples=1, iterations=1))


@lru_cache(maxsize=256)
def naming(notation: str, plan: Plan, layer: int) -> GeneralNaming:
    """The names of a plan's quantities with letters, as seen from a layer."""
    return GeneralNaming(load(notation), narrow(plan), layer)


def question(kind: str, layer: int) -> str:
    """The id of the question for a kind's general formula in a layer.

    >>> question("delta", 1)
    'delta.1:general'
    """
    return ids.general(LAYERED[kind], layer)


def asked(question: str) -> tuple[str, int]:
    """Kind and layer of a question; 0 stands for the last layer.

    >>> asked("new.w.2:general")
    ('new.w', 2)
    """
    kind, layer = ids.asked_generally(question)
    return kind.name, layer


def pattern(question: str) -> str:
    """The step in the narrow network.

    >>> pattern("dw.2:general"), pattern("delta.1:general")
    ('dw.2.1.1', 'delta.1.1')
    """
    kind, layer = ids.asked_generally(question)
    return ids.of(kind, *(layer if index == "layer" else 1 for index in kind.indices))


def concrete(id: str, units: Units, depth: int) -> str:
    """An id of the narrow network with numbers for its letters.

    Args:
        id: with 1 for every unit.
        units: numbers of the units, by layer.
        depth: layers of the network.

    Raises:
        KeyError: a layer for whose letter there is no number.

    >>> concrete("w.2.1.1", {1: 3, 2: 2}, 2), concrete("t.1", {2: 2}, 2), concrete("rate", {}, 2)
    ('w.2.2.3', 't.2', 'rate')
    """
    parsed = ids.parse(id)
    layer = parsed.layer_in(depth)
    if parsed.row.at_end:
        return ids.of(parsed.row, units[layer])
    if len(parsed.indices) < 2:
        return id
    numbers = [layer, units[layer], *([units[layer - 1]] if len(parsed.indices) > 2 else [])]
    return ids.of(parsed.row, *numbers)


def instances(graph: Graph, question: str) -> Iterator[tuple[str, dict[int, int]]]:
    """Every step that a general formula stands for, with the numbers of its letters."""
    kind, layer = ids.asked_generally(question)
    network = graph.plan.network
    layer = layer or network.depth
    for j in range(1, network.layers[layer - 1].units + 1):
        for i in range(1, (network.below(layer) if kind.connects else 1) + 1):
            units = {layer - 1: i, layer: j}
            yield concrete(pattern(question), units, network.depth), units


def formula(notation: str, plan: Plan, question: str) -> Formula:
    """The key: symbol = rule, with a sum over the layer above where there is one."""
    kind, layer = ids.asked_generally(question)
    layer = layer or plan.network.depth
    names = naming(notation, plan, layer)
    graph = build(names.plan)
    step = graph.steps[pattern(question)]
    forward = [id for id in graph.steps if ids.parse(id).role in (*FORWARD, Role.DELTA)]
    writer = Writer(names, None, forward, worked_out=True)
    hidden = layer < plan.network.depth
    above = Big("∑", _dout(graph, writer, layer), Sym(LETTERS[1])) if hidden else None
    left, sign = writer.left(step), writer.relation(step)
    if above is not None and kind.role is Role.OUTPUT_GRADIENT:
        return row(left, sign, above)
    if above is not None and kind.role is Role.DELTA:
        slope = writer.symbolic(graph.steps[ids.of(SLOPE, layer, 1)])
        return row(left, sign, above, Op("·", "binary"), Fence(slope) if has_sum(slope) else slope)
    return row(left, sign, writer.symbolic(step))


def _dout(graph: Graph, writer: Writer, layer: int) -> Formula:
    return writer.symbolic(graph.steps[ids.of(DOUT, layer, 1)])


def symbol(notation: str, plan: Plan, question: str) -> Formula:
    """What is asked, with letters."""
    layer = asked(question)[1] or plan.network.depth
    return naming(notation, plan, layer).symbol(pattern(question))


def label(notation: str, plan: Plan, question: str) -> str:
    """What is typed for the question."""
    layer = asked(question)[1] or plan.network.depth
    return naming(notation, plan, layer).label(pattern(question))
