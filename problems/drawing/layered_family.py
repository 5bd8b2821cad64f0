"""Families of layered networks: which network, which way of working, which numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from problems.arithmetic.grid import Grid
from problems.computation import ids
from problems.computation.kinds import Role, W
from problems.computation.network import Computation, Layer, Method, Network, Plan, Task
from problems.computation.sections import Placed, Section, placed
from problems.computation.steps import Graph
from problems.drawing.design import LOOKS, Family
from problems.drawing.family_checks import Checker
from problems.errors import Complaint, SpecError
from problems.formulas import notation
from problems.rules.activations import SOFTMAX

ONE_HOT = Grid(("0", "1"))


@dataclass(frozen=True, kw_only=True)
class LayeredFamily(Family):
    """A validated family file of a layered network."""

    layers: str
    hidden: tuple[str, ...]
    """Activation of the hidden layers; the last entry repeats."""
    output: str
    bias: str
    loss: str
    task: Task
    numeric: str
    """`none`, `first` (one weight a layer) or `all`."""
    method: Method
    ranges: Mapping[str, Mapping[str, Grid]]
    """Difficulty -> kind of given (`w`, or `w.1` for one layer) -> its grid."""
    sections: tuple[Section, ...]

    @property
    def difficulties(self) -> tuple[str, ...]:
        """Those that it has ranges for."""
        return tuple(self.ranges)

    @property
    def shape(self) -> str:
        """Its usual widths."""
        return self.layers

    def facts(self) -> list[list[str]]:
        """Network, biases and loss."""
        shape = f"{self.layers}, hidden {', '.join(self.hidden)}, output {self.output}"
        return [["network", shape], ["biases", self.bias], ["loss", self.loss]]

    def placed(self, graph: Graph) -> tuple[Placed, ...]:
        """Its sections, repeated for examples and iterations."""
        return tuple(placed(self.sections, graph))

    def planned(self, layers: str | None, difficulty: str) -> Computation:
        """The training of its network, or of one of other widths."""
        network = self._network(parse_layers(layers or self.layers))
        return Plan(network, self._task(network), self.method)

    def grids(self, plan: Computation, difficulty: str) -> dict[str, Grid]:
        """From the ranges of a difficulty."""
        return {id: self._grid(id, difficulty) for id in plan.given_ids()}

    def _network(self, widths: tuple[int, ...]) -> Network:
        inputs, *units = widths
        last = len(units) - 1
        layers = []
        for n, count in enumerate(units):
            hidden = self.hidden[min(n, len(self.hidden) - 1)]
            activation = self.output if n == last else hidden
            layers.append(Layer(count, activation, self.bias))  # type: ignore[arg-type]
        return Network(inputs, tuple(layers), self.loss)

    def _task(self, network: Network) -> Task:
        chosen: tuple[str, ...] = ()
        if self.numeric == "all":
            chosen = tuple(network.parameters())
        elif self.numeric == "first":
            chosen = tuple(ids.of(W, n, 1, 1) for n in range(1, network.depth + 1))
        t = self.task
        return Task(t.examples, t.mode, t.iterations, t.update_biases, t.update, chosen)

    def _grid(self, id: str, difficulty: str) -> Grid:
        given, grids = ids.parse(id), self.ranges[difficulty]
        if given.role is Role.TARGET and self.one_hot:
            return ONE_HOT
        of_layer = grids.get(ids.of(given.row, given.layer)) if given.row.layered else None
        if of_layer is None and given.kind not in grids:
            what = f"is missing: which numbers may {given.kind} have?"
            raise SpecError([Complaint(f"ranges.{given.kind}", what)])
        return of_layer or grids[given.kind]


def parse_layers(text: str) -> tuple[int, ...]:
    """Widths from the inputs to the outputs.

    Raises:
        SpecError: not of the form 3-2-2.

    >>> parse_layers("3-2-2")
    (3, 2, 2)
    """
    if not re.fullmatch(r"[1-9]\d?(-[1-9]\d?)+", text.strip()):
        what = f"{text!r} is not a topology; write widths from inputs to outputs, like 3-2-2"
        raise SpecError([Complaint("layers", what)])
    return tuple(int(width) for width in text.strip().split("-"))


_TOP = (
    "title summary source notation look given network task method precision gate ranges "
    "instructions section"
)
_NETWORK = "layers hidden output bias loss"
_TASK = "examples mode iterations update_biases update numeric"
_METHOD = "deltas gradients paths shares loss_of_errors factors"


def layered(check: Checker, data: dict[str, Any], name: str) -> Family:
    """A family of layers from its file's tables; the checker collects what is wrong."""
    check.known(data, _TOP, "")
    net = check.table(data, "network", _NETWORK)
    task = check.table(data, "task", _TASK)
    method = check.table(data, "method", _METHOD)
    precision = check.table(data, "precision", "decimals significant may_add kinds")
    gate = check.table(data, "gate", "slope separate_slips")
    ranges, one_hot = check.ranges(data)
    decimals = check.number(precision, "precision.decimals", None, 1, 10)
    significant = check.number(precision, "precision.significant", None, 2, 10)
    hidden = check.activations(net, "network.hidden")
    found = LayeredFamily(
        name=name,
        title=check.text(data, "title", None),
        summary=check.text(data, "summary", ""),
        source=check.text(data, "source", ""),
        notation=check.choice(data, "notation", notation.names(), "standard"),
        layers=check.text(net, "network.layers", "2-2-1"),
        hidden=hidden,
        output=check.activations(net, "network.output")[0],
        bias=check.choice(net, "network.bias", ["unit", "layer", "augmented", "none"], "unit"),
        loss=check.text(net, "network.loss", "half_squares"),
        task=_task(check, task),
        numeric=check.choice(task, "task.numeric", ["none", "first", "all"], "none"),
        method=_method(check, method),
        decimals=4 if decimals is None and significant is None else decimals,
        significant=significant,
        kinds=check.kinds(precision),
        may_add=check.number(precision, "precision.may_add", 0, 0, 6) or 0,
        low=check.real(gate, "gate.slope", None, 0.0, 1.0),
        one_hot=one_hot,
        ranges=ranges,
        instructions=check.text(data, "instructions", ""),
        sections=check.sections(data),
        look=check.choice(data, "look", LOOKS, "standard"),
        given=check.text(data, "given", "Given"),
        separate_slips=check.flag(gate, "gate.separate_slips", False),
    )
    if found.output == SOFTMAX and found.loss == "cross_entropy" and not found.one_hot:
        check.complain("ranges.t", 'softmax with cross-entropy needs t = "one-hot"')
    return found


def _task(check: Checker, table: dict[str, Any]) -> Task:
    mode: Literal["batch", "sequential"] = check.choice(  # type: ignore[assignment]
        table, "task.mode", ["batch", "sequential"], "batch"
    )
    return Task(
        examples=check.number(table, "task.examples", 1, 1, 20) or 1,
        mode=mode,
        iterations=check.number(table, "task.iterations", 1, 1, 10) or 1,
        update_biases=check.flag(table, "task.update_biases", True),
        update=check.flag(table, "task.update", True),
    )


def _method(check: Checker, table: dict[str, Any]) -> Method:
    return Method(
        deltas=check.choice(table, "method.deltas", ["all", "output", "none"], "all"),  # type: ignore[arg-type]
        gradients=check.choice(table, "method.gradients", ["delta", "chain"], "delta"),  # type: ignore[arg-type]
        paths=check.flag(table, "method.paths", False),
        shares=check.flag(table, "method.shares", False),
        loss_of_errors=check.flag(table, "method.loss_of_errors", False),
        factors=check.flag(table, "method.factors", False),
    )
